"""What is wrong in the source, as a worklist for the people who can repair it.

A finding names the value and what is wrong with it, and the repair where one is safe: where the right value follows
from the wrong one alone.  The repairs together are a file for DSpace's batch metadata editing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from converter.privacy import masked
from converter.record import Field, Record
from converter.values import check_digits, citations, dates, identifiers, languages, names, resolvable, text

SEPARATOR = "||"
"""What stands between the values of one field in DSpace's batch metadata editing."""


class Problem(NamedTuple):
    """What is wrong with a value, and the value that is right, where that is certain."""

    words: str
    repair: str | None = None


class QualityFinding(NamedTuple):
    """One line of the worklist."""

    record: str
    field: str
    value: str
    problem: str
    repair: str


Check = Callable[[str], Problem | None]


def _issn(value: str) -> Problem | None:
    found = check_digits.issn(value)
    if found is None:
        return Problem("no ISSN, or a wrong check digit")
    return Problem("an ISSN that is not in its normal form", found.value) if found.value != value.strip() else None


def _doi(value: str) -> Problem | None:
    found = resolvable.doi(value)
    if found is None:
        return Problem("no DOI")
    if found.doubt:
        return Problem(found.doubt)
    return Problem("a DOI with its resolver", found.value) if found.value != value.strip() else None


def _orcid(value: str) -> Problem | None:
    match = re.search(r"\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx]", value)
    if match and check_digits.orcid(match[0]) is None:
        return Problem("an ORCID iD with a wrong check digit")
    return None


def _isbn(value: str) -> Problem | None:
    return None if check_digits.isbn(value) else Problem("no ISBN, or a wrong check digit")


def _pmcid(value: str) -> Problem | None:
    found = identifiers.pmcid(value)
    return Problem(found.doubt) if found and found.doubt else None


def _publisher(value: str) -> Problem | None:
    read = names.publisher(value)
    if read.site:
        return Problem("prose where a publisher's name is meant", read.name)
    return Problem(read.doubt) if read.doubt else None


def _date(value: str) -> Problem | None:
    found = dates.parse(value)
    if found is None:
        return Problem(f"no date: {dates.why_not(value)}")
    if found.doubt:
        return Problem(found.doubt)
    plain = found.datatype != "edtf"
    return (
        Problem("a date that is not in ISO 8601", found.lexical) if plain and found.lexical != value.strip() else None
    )


def _language(value: str) -> Problem | None:
    return None if languages.language(value) else Problem("no language of ISO 639-1 or 639-2")


CHECKS: Mapping[str, Check] = {
    "dc.identifier.issn": _issn,
    "dc.identifier.eissn": _issn,
    "dc.identifier.issnl": _issn,
    "dc.identifier.isbn": _isbn,
    "dc.identifier.doi": _doi,
    "dc.identifier.pmcid": _pmcid,
    "dc.identifier.orcid": _orcid,
    "dc.contributor.orcid": _orcid,
    "person.identifier.orcid": _orcid,
    "dc.publisher": _publisher,
    "dc.date.issued": _date,
    "dc.date.created": _date,
    "dc.language": _language,
    "dc.language.iso": _language,
}
"""The fields whose values have a form, and what holds them to it."""


def of_any_value(value: str) -> Problem | None:
    """What is wrong with a text, whatever its field.

    >>> of_any_value("GonzÃ¡lez")
    Problem(words='text in a wrong encoding', repair='González')
    >>> of_any_value("<p>Aim</p>").words
    'HTML in a value'
    """
    if text.looks_like_mojibake(value):
        return Problem("text in a wrong encoding", _reread(value))
    if text.holds_markup(value):
        return Problem("HTML in a value")
    return None


def findings(record: Record) -> Iterator[QualityFinding]:
    """Yield what is wrong in one record."""
    name = record.handle or record.identifier
    for field in record.fields:
        check = CHECKS.get(field.name)
        problem = (check(field.value) if check else None) or of_any_value(field.value)
        if problem:
            repair = problem.repair or ""
            yield QualityFinding(name, field.name, masked(field.value), problem.words, masked(repair))
    yield from _contradictions(record, name)
    if not any(field.name.startswith(("dc.language", "dcterms.language")) for field in record.fields):
        yield QualityFinding(name, "dc.language", "", "no language", "")


def worklist(records: Iterable[Record]) -> Iterator[tuple[Record | None, list[QualityFinding]]]:
    """Yield each record with what is wrong in it, and at the end, without a record, what several have together."""
    holders: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        if record.deleted:
            continue
        for value in record.values("dc.identifier.doi"):
            found = resolvable.doi(value)
            if found:
                holders[found.value.lower()][record.handle or record.identifier] = None
        yield record, list(findings(record))
    yield (
        None,
        [
            QualityFinding(name, "dc.identifier.doi", value, f"the DOI of {len(several)} records", "")
            for value, several in holders.items()
            if len(several) > 1
            for name in several
        ],
    )


def repaired(record: Record, found: Iterable[QualityFinding]) -> dict[str, str]:
    """The cells of DSpace's batch metadata editing that repair a record: `field[language]` → all values of it.

    A cell replaces every value of its field, so that those that are right stand in it too.
    """
    repairs = {(finding.field, finding.value): finding.repair for finding in found if finding.repair}
    columns = {_column(field) for field in record.fields if (field.name, field.value) in repairs}
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for field in record.fields:
        if _column(field) in columns:
            cells[_column(field)].append(repairs.get((field.name, field.value), field.value))
    return {column: SEPARATOR.join(values) for column, values in cells.items()}


def _column(field: Field) -> str:
    return f"{field.name}[{field.language}]" if field.language else field.name


def _contradictions(record: Record, name: str) -> Iterator[QualityFinding]:
    """Yield where the citation says another volume, issue or page than the fields do."""
    parts = {
        "volume": "dc.identifier.volume",
        "issue": "dc.identifier.issue",
        "start": "dc.identifier.spage",
        "end": "dc.identifier.epage",
    }
    for citation in record.values("dc.identifier.citation"):
        read = citations.volume_issue_pages(citation)
        for part, field in parts.items():
            stated, values = getattr(read, part), record.values(field)
            if stated and values and stated not in values:
                yield QualityFinding(name, field, values[0], f"the citation says {stated}", "")


def _reread(value: str) -> str | None:
    """The text read in the right encoding, where every character of it agrees."""
    for wrong in ("cp1252", "latin-1"):
        try:
            return value.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
    return None
