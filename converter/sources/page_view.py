"""What an item page shows above its metadata table: labelled values, journal metrics, the funding table and sentence.

Every line is accounted for: it becomes a field, or repeats the table, or is furniture of the page, or is handed back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from converter.record import Field
from ontology.source_tables import fields

LABELS = fields("dspace-page", "label")
"""The labels of a short view, and the fields whose values stand behind them."""

_FURNITURE = re.compile(
    r"File Download|Links for fulltext|\(May Require Subscription\)|Supplementary|References|Citations:?|How to Cite\?"
    r"|Appears in Collections:?|Full metadata record|Please use this identifier.*|Show simple item record|View/Open"
    r"|Files in This Item:?|ISI Accession Number ID|Grants|PubMed ID|SCOPUS|Web of Science|Scopus|Social Network",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"("
    + "|".join(re.escape(label) for label in sorted(LABELS, key=len, reverse=True))
    + r")\s*(?::\s*|\t|(?=\S|$))(.*)",
    re.IGNORECASE,
)
_METRIC = re.compile(r"(\d{4})\s+(Impact Factor|SCImago Journal Rank(?:ings?)?)\s*:\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_FUNDING_HEAD = re.compile(r"Funding\s+Agency\s*Grant\s+Number$")
_STATEMENT_HEAD = re.compile(r"Funding Information\s*:?$")
_HEADING = re.compile(r"[A-Z][\w /-]{2,40}:\s*(.+)")
# A grant number glued to the name before it: it holds a digit and begins where a lower-case letter or a quote ends.
_GLUED_NUMBER = re.compile(
    r"(?<=[a-zé’'\")])((?:[A-Z]{0,6}[-/]?)?\d[\w./-]*)$|(?<=[a-zé’'\")])([A-Z0-9][\w./-]*\d[\w./-]*)$"
)


def view_fields(lines: Sequence[str], rows: Sequence[Field]) -> tuple[list[Field], list[str]]:
    """The fields that only the view shows, and the lines that nothing accounts for.

    `rows` are the fields of the metadata table; without any, the labelled values are the record.
    """
    stated = {_plain(field.value) for field in rows}
    fields: list[Field] = []
    unread: list[str] = []
    place = 0
    texts = [_plain(line) for line in lines]
    while place < len(texts):
        text = texts[place]
        place += 1
        if not text or _FURNITURE.fullmatch(text) or text.lower() in LABELS:
            continue
        if metric := _METRIC.fullmatch(text):
            fields.append(Field("view.metric", f"{metric[1]} {metric[2]}: {metric[3]}"))
        elif _FUNDING_HEAD.match(text):
            place, found = _funding(texts, place)
            fields += found
        elif _STATEMENT_HEAD.match(text):
            place, found = _statement(texts, place)
            fields += found
        elif not _repeats(text, stated):
            labelled = _LABELLED.fullmatch(text)
            if labelled and not rows and labelled[2]:
                fields.append(Field(LABELS[labelled[1].lower()], labelled[2].removesuffix("How to Cite?").strip()))
            else:
                unread.append(text)
    return fields, unread


def _plain(text: str) -> str:
    return " ".join(text.split())


def _repeats(text: str, stated: set[str]) -> bool:
    """Whether a line says again what the table says, with or without a label before it."""
    bare = text.removesuffix("How to Cite?").strip()
    candidates = {bare}
    for pattern in (_LABELLED, _HEADING):
        match = pattern.fullmatch(bare)
        if match:
            candidates.add(match.groups()[-1])
    return bool(candidates & stated)


def _funding(texts: Sequence[str], place: int) -> tuple[int, list[Field]]:
    """The rows of the funding table; a number alone continues the agency above it."""
    fields: list[Field] = []
    agency = ""
    while place < len(texts) and texts[place] and not _STATEMENT_HEAD.match(texts[place]):
        name, number = split_row(texts[place])
        agency = name or agency
        fields.append(Field("view.funding", f"{agency} | {number}" if number else agency))
        place += 1
    return place, fields


def _statement(texts: Sequence[str], place: int) -> tuple[int, list[Field]]:
    while place < len(texts) and not texts[place]:
        place += 1
    if place < len(texts) and not _FURNITURE.fullmatch(texts[place]):
        return place + 1, [Field("view.funding.statement", texts[place])]
    return place, []


def split_row(text: str) -> tuple[str, str]:
    """The agency and the number of a row in which they touch.

    >>> split_row("Harbour Research FoundationHR2009034"), split_row("30772014")
    (('Harbour Research Foundation', 'HR2009034'), ('', '30772014'))
    >>> split_row("Coast 115 Supporting Program2008BAI59B02"), split_row("Sea 'Six Talent' Foundation")
    (('Coast 115 Supporting Program', '2008BAI59B02'), ("Sea 'Six Talent' Foundation", ''))
    """
    if not re.search(r"\s", text) and re.search(r"\d", text):
        return "", text
    match = _GLUED_NUMBER.search(text)
    if not match:
        return text, ""
    return text[: match.start()].strip(), text[match.start() :].strip()
