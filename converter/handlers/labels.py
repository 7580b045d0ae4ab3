"""The names that repositories give to kinds of work, versions and degrees, in the form in which they are compared."""

from __future__ import annotations

import re

import ontology
from converter.mapping.context import Item

_EU_REPO = "info:eu-repo/semantics/"
_COAR_TYPE = re.compile(r"https?://purl\.org/coar/resource[_ ]type/")
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
    text = _COAR_TYPE.sub("coar:", label.strip().casefold().removeprefix(_EU_REPO))
    return _SPACE.sub(" ", text).strip(_EDGES)


def normal_value(label: str) -> str:
    """The form in which values of other lists (access, version, degree) are compared.

    >>> normal_value("published_or_final_version")
    'published or final version'
    """
    return _SPACE.sub(" ", label.strip().casefold().removeprefix(_EU_REPO)).strip()


def type_key(label: str) -> str | None:
    """The key of types.csv for a name of a type, None where nobody knows the name.

    >>> type_key("Article"), type_key("info:eu-repo/semantics/bachelorThesis"), type_key("Zxcv")
    ('article', 'bachelor-thesis', None)
    """
    return ontology.type_labels().get(normal(label))


def type_keys(item: Item) -> frozenset[str]:
    """The keys of all types that the item bears."""
    keys = (type_key(field.value) for field, _ in item.of_kind("type"))
    return frozenset(key for key in keys if key)
