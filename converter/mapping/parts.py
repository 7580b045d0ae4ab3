"""A value that holds several things, or another thing than its field is for → the fields that say what each part is."""

from __future__ import annotations

import re

import ontology
from converter.record import Field
from converter.values import dates, serials

_ISSN_FIELDS = {"issn": "dc.identifier.issn", "eissn": "dc.identifier.eissn", "lissn": "dc.identifier.issnl"}
_SCHEMES = {"datacite:issn": "issn", "datacite:eissn": "eissn", "datacite:lissn": "lissn"}
_OF_ISSUE = frozenset({"issued", "undefined"})
"""The kinds of date in which a year of copyright may stand."""
_ASK_THE_VALUE = frozenset({"sniff", "uri"})
"""The parsers of identifiers of which the field does not say the kind."""
_SAYS_ISSN = re.compile(r"issn", re.IGNORECASE)


def parts_of(field: Field, row: ontology.Row) -> list[tuple[str, str]]:
    """The parts of a value, each with the name of its field; none where the value is one thing, and the field's own.

    An ISSN among identifiers, titles of containers or sources is that of the serial; "(print)" and "(online)" in a list
    of ISSNs name the kind of each; a source as OJS writes it is journal, volume, issue and pages; a year of copyright
    is no date of issue.
    """
    if row.kind == "date" and row.parser in _OF_ISSUE:
        return _copyright(field)
    if row.kind == "serial" and row.scheme in _SCHEMES:
        return _several(field, row)
    if row.kind == "container" or (row.kind == "identifier" and row.parser in _ASK_THE_VALUE):
        return [(_ISSN_FIELDS[one.kind], one.value) for one in serials.only_issns(field.value)]
    if row.parser == "source":
        return _source(field.value)
    if row.kind == "link" and row.parser == "sniff" and _SAYS_ISSN.search(field.value):
        return [(_ISSN_FIELDS[one.kind], one.value) for one in serials.only_issns(field.value)]
    return []


def _copyright(field: Field) -> list[tuple[str, str]]:
    """The date and the year of copyright behind it, or that year alone; none where no sign of copyright is there."""
    date, protected = dates.copyright_apart(field.value)
    if not protected or (not date and dates.parse(field.value) is None):
        return []
    return [*([(field.name, date)] if date else []), ("dc.date.copyright", protected)]


def _several(field: Field, row: ontology.Row) -> list[tuple[str, str]]:
    """The ISSNs of a field of ISSNs, where they are several or their words name another kind than the field does."""
    found = serials.issns(field.value)
    own = _SCHEMES[row.scheme]
    if len(found) < 2 and (not found or found[0].kind in {own, "issn"}):
        return []
    names = {own: field.name}
    # A field for one kind says it of the values that say nothing themselves.
    return [
        (names.get(kind) or _ISSN_FIELDS[kind], value)
        for kind, value in ((own if one.kind == "issn" else one.kind, one.value) for one in found)
    ]


def _source(text: str) -> list[tuple[str, str]]:
    numbers = serials.only_issns(text)
    if numbers:
        return [(_ISSN_FIELDS[one.kind], one.value) for one in numbers]
    found = serials.source(text)
    if found is None:
        return []
    stated = (
        ("dc.relation.ispartofjournal", found.title),
        ("oaire.citation.volume", found.volume),
        ("oaire.citation.issue", found.issue),
        ("oaire.citation.startPage", found.start),
        ("oaire.citation.endPage", found.end),
    )
    return [(name, value) for name, value in stated if value]
