"""The names that repositories give to kinds of work, versions and degrees, in the form in which they are compared."""

from __future__ import annotations

import re

import ontology
from converter.mapping.context import Item

_EU_REPO = "info:eu-repo/semantics/"
_COAR_TYPE = re.compile(r"https?://(?:www\.)?purl\.org/coar/resource[_ ]type/(.*?)/?$|^(?=c_[0-9a-f]{4}$)")
_SPACE = re.compile(r"[\s_]+")
# Names that a repository gives to a kind of work are the same with and without these.
_EDGES = " .,;:!?\"'"


def normal(label: str) -> str:
    """The form in which names of types are compared.

    >>> normal("info:eu-repo/semantics/doctoralThesis"), normal("Book_Chapter ")
    ('doctoralthesis', 'book chapter')
    >>> normal("http://purl.org/coar/resource_type/c_6501")
    'coar:c 6501'
    """
    text = _COAR_TYPE.sub(lambda match: f"coar:{match[1] or ''}", label.strip().casefold().removeprefix(_EU_REPO))
    return _SPACE.sub(" ", text).strip(_EDGES)


def normal_value(label: str) -> str:
    """The form in which values of other lists (access, version, degree) are compared.

    >>> normal_value("published_or_final_version")
    'published or final version'
    """
    return _SPACE.sub(" ", label.strip().casefold().removeprefix(_EU_REPO)).strip()


def type_key(label: str) -> str | None:
    """The key of types.csv for a name of a type, None where nobody knows the name.

    >>> type_key("Resource Types::text::book"), type_key("https://purl.org/coar/resource_type/c_6501/")
    ('book', 'journal-article')
    >>> type_key("Article"), type_key("info:eu-repo/semantics/bachelorThesis"), type_key("Zxcv")
    ('article', 'bachelor-thesis', None)
    """
    known = ontology.type_labels()
    if "::" not in label:
        name = normal(label)
        return known.get(name) or known.get(name.replace("-", " "))
    # A path of a controlled vocabulary ends with the type; where nobody knows the last step, the one before it tells.
    steps = [normal(step) for step in label.split("::")]
    return next((known[step] for step in reversed(steps) if step in known), None)


def type_keys(item: Item) -> frozenset[str]:
    """The keys of all types that the item bears."""
    keys = (type_key(field.value) for field, _ in item.of_kind("type"))
    return frozenset(key for key in keys if key)
