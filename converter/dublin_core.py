"""A record as simple Dublin Core: fifteen elements, for those who read nothing else.

Source: Dublin Core Metadata Element Set 1.1, https://www.dublincore.org/specifications/dublin-core/dces/; terms become
the elements that they refine (DCMI Metadata Terms, https://www.dublincore.org/specifications/dublin-core/dcmi-terms/).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from converter.mapping.context import PLACEHOLDER
from converter.privacy import MASK
from converter.record import Record
from converter.values.languages import language_tag

ELEMENTS = (
    "title creator subject description publisher contributor date type format identifier source language relation"
    " coverage rights"
).split()

REFINING = {
    "title": "alternative",
    "description": "abstract tableOfContents",
    "date": "created valid available issued modified dateAccepted dateCopyrighted dateSubmitted",
    "format": "extent medium",
    "identifier": "bibliographicCitation",
    "relation": (
        "isVersionOf hasVersion isReplacedBy replaces isRequiredBy requires isPartOf hasPart isReferencedBy references"
        " isFormatOf hasFormat conformsTo"
    ),
    "coverage": "spatial temporal",
    "rights": "accessRights license rightsHolder",
}
"""Element → the terms of `dcterms.…` that refine it; an element refines itself."""

ELSEWHERE = {
    "dc.contributor.author": "creator",
    "dc.contributor.corporatename": "creator",
    "dc.publisher.department": "contributor",
    "dc.publisher.institution": "contributor",
    "dc.embargo.terms": "rights",
    "dc.coverage.doi": "relation",
    "dc.coverage.isbn": "source",
    "dc.coverage.publication": "source",
    "dc.description.uri": "relation",
    "dc.identifier.issn": "source",
    "dc.identifier.eissn": "source",
    "dc.identifier.pissn": "source",
    "dc.identifier.issnl": "source",
    "dc.identifier.lissn": "source",
    "dc.identifier.grantnumber": "relation",
    "dc.relation.orgunit": "contributor",
    "dc.relation.isbn": "source",
    "dc.relation.issn": "source",
}
"""Field → the element of its values, where that is not the one that the field is named for."""

LEFT_OUT = frozenset(
    f"dc.{name}"
    for name in (
        "contributor.authoremail contributor.orcid"
        " date.accessioned date.available date.updated date.embargo date.embargoed date.embargoend date.filled"
        " description.startpage description.endpage description.pages description.volume description.issue"
        " identifier.volume identifier.issue identifier.spage identifier.epage identifier.articleno"
        " identifier.authority identifier.orcid identifier.email identifier.openurl identifier.slug"
        " publisher.country publisher.place publisher.uri provenance"
    ).split()
)
"""Fields that say nothing under a bare element: parts of a citation, keys of persons, acts of the repository."""

_TERMS = {term: element for element, terms in REFINING.items() for term in terms.split()}


class Statement(NamedTuple):
    """One element with its value and the BCP 47 tag of its language."""

    element: str
    value: str
    language: str | None


def simple(record: Record) -> list[Statement]:
    """The elements in the order of the record, each once; give it what `converter.privacy.shown` lets through.

    >>> from converter.record import Field
    >>> fields = Field("dc.contributor.author", "Quill, A"), Field("dc.description.abstract", "On light.", "en_GB")
    >>> for statement in simple(Record("r", "20.500.12345/6", fields=fields)):
    ...     print(*statement)
    creator Quill, A None
    description On light. en-gb
    identifier http://hdl.handle.net/20.500.12345/6 None
    """
    made: dict[Statement, None] = {}
    for field in record.fields:
        element = element_of(field.name)
        value = field.value.strip()
        if element and value not in {"", PLACEHOLDER, MASK}:
            made[Statement(element, value, language_tag(field.language))] = None
    if record.handle and not any(one.element == "identifier" and record.handle in one.value for one in made):
        made[Statement("identifier", f"http://hdl.handle.net/{record.handle}", None)] = None
    return list(made)


@lru_cache(maxsize=10_000)
def element_of(field: str) -> str | None:
    """The element of a field's values, None where they fit none.

    >>> [element_of(name) for name in ("dc.title.alternative", "dcterms.abstract", "dc.identifier.spage", "x.y")]
    ['title', 'description', None, None]
    """
    if field in LEFT_OUT:
        return None
    if field in ELSEWHERE:
        return ELSEWHERE[field]
    schema, _, rest = field.partition(".")
    name = rest.partition(".")[0]
    if schema == "dcterms":
        return _TERMS.get(name) or (name if name in ELEMENTS else None)
    return name if schema == "dc" and name in ELEMENTS else None
