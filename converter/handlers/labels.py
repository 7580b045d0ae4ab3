"""The names that repositories give to kinds of work, versions and degrees, in the form in which they are compared."""

from __future__ import annotations

import re

import ontology
from converter.mapping.context import Item

_EU_REPO = "info:eu-repo/semantics/"
_COAR_TYPE = re.compile(r"https?://(?:www\.)?purl\.org/coar/resource[_ ]type/(.*?)/?$|^(?=c_[0-9a-f]{4}$)")
_SPACE = re.compile(r"[\s_]+")
_REMARK = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
# What stands between the steps of a path: "Resource Types::text::book", "Text.Article", "Article -- Peer-reviewed".
_STEP = re.compile(r"::|[/.|>]|\s+[-–—]{1,2}\s+")
_LONGEST = 200
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
    return next(iter(keys_of(label)), None)


def keys_of(label: str) -> tuple[str, ...]:
    """The keys of types.csv for all types that a value names: several stand between semicolons.

    Of a path ("text/article") the last step counts that somebody knows; a remark in brackets counts where it is known
    together with what it is a remark on.

    >>> keys_of("Dataset; Software"), keys_of("Text.Article"), keys_of("Journal Article (Peer reviewed)")
    (('dataset', 'software'), ('article',), ('journal-article',))
    >>> keys_of("Thesis (Ph.D.)"), keys_of("Article -- Peer-reviewed"), keys_of("n/a")
    (('doctoral-thesis',), ('article',), ())
    """
    whole = _known(label)
    if whole:
        return (whole,)
    listed = [part for part in label.split(";") if part.strip()]
    if len(listed) > 1:
        return tuple(dict.fromkeys(key for part in listed for key in keys_of(part)))
    bare = _REMARK.sub("", label)
    steps = _STEP.split(bare) if len(bare) <= _LONGEST else []
    found = _known(bare) or next((key for step in reversed(steps) if (key := _known(step))), None)
    return (found,) if found else ()


def _known(label: str) -> str | None:
    name, known = normal(label), ontology.type_labels()
    return known.get(name) or known.get(name.replace("-", " "))


def type_keys(item: Item) -> frozenset[str]:
    """The keys of all types that the item bears."""
    return frozenset(key for field, _ in item.of_kind("type") for key in keys_of(field.value))
