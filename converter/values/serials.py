"""ISSNs in running text, titles of series with their numbers, and the issue of a journal as OJS names it; all linear.

Sources: ISO 3297 (ISSN), ISBD area 6 ("Title, ISSN 1234-5679 ; v. 5"), https://docs.pkp.sfu.ca/ (dc:source of OJS).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from converter.values import check_digits

_NUMBER = re.compile(r"(?<![0-9A-Za-z/.-])[0-9]{4}[-‐‑–]?[0-9]{3}[0-9Xx](?![0-9A-Za-z-])")
_ELECTRONIC = re.compile(
    r"e-?issn|online|on-line|electronic|electr[oó]nic|en l[ií]nea|web|internet|digital|電子", re.IGNORECASE
)
_LINKING = re.compile(r"issn-?l\b|l-?issn|linking", re.IGNORECASE)
_PRINT = re.compile(r"p-?issn|print|impres|papier|paper|印刷", re.IGNORECASE)
# What may stand beside the numbers of a value that is nothing but ISSNs.
_BESIDE = re.compile(
    r"https?://(?:portal\.issn\.org/resource/|(?:www\.)?worldcat\.org/|(?:www\.)?issn\.org/resource/)issn[/:]"
    r"|urn|e-?issn|p-?issn|l-?issn|issn-?l|issn|on-?line|electronic|print(?:ed)?|linking|web|version|ed(?:ition)?"
    r"|impresso|impreso|eletr[oô]nico|electr[oó]nico|en l[ií]nea|and|[\W_]",
    re.IGNORECASE,
)
_DESIGNATION = re.compile(
    r"(?:v|vol|vols|volume|n|no|nos|nr|num|number|n[ºo°]|№|bd|band|b|heft|h|t|tome|tom|tomo|fasc|issue|pt|part|#)"
    r"[.:º°]?\s*([0-9]\S*|[ivxlcdm]+)",
    re.IGNORECASE,
)
# "Shore Papers, no. 15", "Shore Papers (vol. 3)": a number with the word before it, at the end.
_NUMBERED = re.compile(
    r"(?P<title>.{0,300}[^\s,(])(?:,\s*|\s+\(?|\()"
    r"(?P<number>[0-9]{1,4}:[0-9]{1,4}|(?:vols?|volume|nos?|nr|n[uú]m|number|n[º°]|№|bd|band|heft|tome|tomo)[.:]?\s*[0-9][\w/-]{0,20})\)?",
    re.IGNORECASE,
)
_SERIES_ISSN = re.compile(r"[,;(\[]?\s*(?:[ep]-?)?issn(?:-l)?[:\s]*[0-9]{4}-?[0-9]{3}[0-9x]\s*[)\]]?", re.IGNORECASE)
_VOLUME = r"(?:vol(?:ume|umen|\.)?|v\.|bd\.?|band|jg\.?|jahrgang|t\.|tome?|tomo|том|т\.|cilt|årg\.?|n[úu]m?\. ?vol\.)"
_ISSUE = r"(?:no?\.|no(?=\s[0-9])|nr\.?|n[úu]m(?:ero|\.)?|n[º°]|№|num(?:ber|\.)?|issue|heft|h\.|n[uú]mero|nº\.?|sayı)"
_OJS = re.compile(
    rf"(?:{_VOLUME}\s*(?P<volume>[^\s,;()]+))?\s*,?\s*(?:{_ISSUE}\s*(?P<issue>[^\s,;():]+))?"
    r"\s*(?:\((?P<year>[0-9]{4}(?:[-/][0-9]{2,4})?)\))?\s*(?::.*)?",
    re.IGNORECASE | re.DOTALL,
)
_PAGES = re.compile(
    r"(?:(?:pp?|ss?|str|p[áa]gs?)\.?\s*)?([A-Za-z]?[0-9]+)(?:\s*[-–—]+\s*([A-Za-z]?[0-9]+))?\.?", re.IGNORECASE
)


class Issn(NamedTuple):
    """An ISSN in its normal form, and its kind: `issn` (of print, or not stated), `eissn`, `lissn`."""

    kind: str
    value: str


class Series(NamedTuple):
    """A series as a record names it: its title, the number in it, its ISSNs."""

    title: str
    number: str = ""
    issns: tuple[Issn, ...] = ()


class Source(NamedTuple):
    """Where an article stands: journal, volume, issue, first and last page; empty where it is not given."""

    title: str
    volume: str = ""
    issue: str = ""
    start: str = ""
    end: str = ""


def issns(text: str) -> list[Issn]:
    """The ISSNs of a text whose check digits are right, each once, with the kind that stands beside it.

    >>> issns("8765-0037 (print); 8765-0045 (online)")
    [Issn(kind='issn', value='8765-0037'), Issn(kind='eissn', value='8765-0045')]
    >>> issns("ISSN-L 8765-0037"), issns("8765-0038")
    ([Issn(kind='lissn', value='8765-0037')], [])
    """
    found: dict[str, Issn] = {}
    matches = list(_NUMBER.finditer(text))
    for place, match in enumerate(matches):
        read = check_digits.issn(re.sub("[‐‑–]", "-", match[0]))
        if read is None or read.value in found:
            continue
        before = text[matches[place - 1].end() if place else 0 : match.start()][-20:]
        after = text[match.end() : matches[place + 1].start() if place + 1 < len(matches) else len(text)][:24]
        found[read.value] = Issn(_kind(re.split(r"[;,)|]", before)[-1], after), read.value)
    return list(found.values())


def _kind(before: str, after: str) -> str:
    """The kind by the words before the number, else by those behind it up to the next separator."""
    behind = re.split(r"[;,|]", after)[0]
    for words in (before, behind):
        for pattern, kind in ((_LINKING, "lissn"), (_ELECTRONIC, "eissn"), (_PRINT, "issn")):
            if pattern.search(words):
                return kind
    return "issn"


def only_issns(text: str) -> list[Issn]:
    """The ISSNs of a text that holds nothing else, none where it does.

    >>> only_issns("URN:ISSN:8765-1092"), only_issns("Annals, ISSN 8765-1092")
    ([Issn(kind='issn', value='8765-1092')], [])
    """
    found = issns(text) if len(text) < 200 else []
    return found if found and not _BESIDE.sub("", _NUMBER.sub("", text)) else []


def number(text: str) -> str:
    """The number of a part without the word before it.

    >>> number("v. 5"), number("Bd. XII"), number("5/2")
    ('5', 'XII', '5/2')
    """
    match = _DESIGNATION.fullmatch(text.strip())
    return match[1] if match else text.strip()


def series(text: str) -> Series:
    """The series that a value names, with ISBD's punctuation or DSpace's.

    >>> series("Sea notes, ISSN 8765-0185 ; v. 5")
    Series(title='Sea notes', number='5', issns=(Issn(kind='issn', value='8765-0185'),))
    >>> series("Harbour Papers;77"), series("Notes")
    (Series(title='Harbour Papers', number='77', issns=()), Series(title='Notes', number='', issns=()))
    >>> series("Shore Papers, no. 15")[:2], series("Shore Papers (Vol. 3)")[:2], series("Notes of no. 5 Pier Road")[:2]
    (('Shore Papers', '15'), ('Shore Papers', '3'), ('Notes of no. 5 Pier Road', ''))
    >>> series("Shore Papers 5:1")[:2], series("Psalm 119:105 and other notes")[:2]
    (('Shore Papers', '5:1'), ('Psalm 119:105 and other notes', ''))
    """
    text = " ".join(text.split())  # one blank is passed once by every pattern
    bare = _SERIES_ISSN.sub(" ; ", text)
    parts = [" ".join(part.split()).strip(" ,") for part in bare.split(";")]
    parts = [part for part in parts if part]
    found = tuple(issns(text)) if bare != text else ()
    if not parts:
        return Series("", "", found)
    if len(parts) == 1 and (behind := _NUMBERED.fullmatch(parts[0])):
        parts = [behind["title"], behind["number"]]
    is_number = len(parts) > 1 and len(parts[-1]) < 60
    title = "; ".join(parts[:-1] if is_number else parts)
    return Series(title, number(parts[-1]) if is_number else "", found)


def source(text: str) -> Source | None:
    """The journal, issue and pages of "Journal; Vol. 5 No. 2 (2019): Title of the issue; 11-29", None for another text.

    >>> source("Sand Review; Vol. 3 No. 2 (2010): Beaches; 1-15")
    Source(title='Sand Review', volume='3', issue='2', start='1', end='15')
    >>> source("Bulletin; Vol 5, No 2 (2010)")[:3]
    ('Bulletin', '5', '2')
    >>> source("Revista; Núm. 4 (2001); 7")
    Source(title='Revista', volume='', issue='4', start='7', end='')
    >>> source("A box; found in the attic")
    """
    parts = [part.strip() for part in text.split(";")]
    if len(parts) < 2 or len(text) > 2_000:
        return None
    pages = _PAGES.fullmatch(parts[-1]) if len(parts) > 2 else None
    inner = parts[1:-1] if pages else [part for part in parts[1:] if part]
    for place, part in enumerate(inner):
        match = _OJS.fullmatch(part)
        if match and (match["volume"] or match["issue"]):
            title = "; ".join([parts[0], *inner[:place]])
            start, end = (pages[1], pages[2] or "") if pages else ("", "")
            return Source(title, match["volume"] or "", match["issue"] or "", start, end) if title else None
    return None


_ENUMERATED = re.compile(r"([\w-]+)(?::([\w-]+))?(?:<([A-Za-z]?[0-9]+))?")
_IN_HOST = re.compile(
    rf"(?:{_VOLUME}\s*(?P<volume>[^\s,;:()]+))?[\s,;:]*(?:{_ISSUE}\s*(?P<issue>[^\s,;:()]+))?[\s,;:]*"
    r"(?:\((?P<year>[^()]{4,40})\))?[\s,;:]*"
    r"(?:(?:pp?|ss?|str|p[áa]gs?|seiten?|pages?)\.?\s*(?P<start>[A-Za-z]?[0-9]+)(?:\s*[-–—]+\s*(?P<end>[A-Za-z]?[0-9]+))?)?"
    r"[\s.]*",
    re.IGNORECASE,
)


def place_in_host(text: str) -> list[tuple[str, str]] | None:
    """Volume, issue, date and pages of a part in its host, each under its field; None for a text that says more.

    Catalogues write it in words, or as MARC's enumeration with the first page behind "<" (773 $g, $q).

    >>> place_in_host("Vol. 3, no. 2 (2010), p. 5-9")[:2]
    [('oaire.citation.volume', '3'), ('oaire.citation.issue', '2')]
    >>> place_in_host("96:4<2117"), place_in_host("in the box")
    ([('oaire.citation.volume', '96'), ('oaire.citation.issue', '4'), ('oaire.citation.startPage', '2117')], None)
    """
    value = " ".join(text.split())
    if len(value) > 200:
        return None
    stated: tuple[str | None, ...]
    coded = _ENUMERATED.fullmatch(value)
    if coded and (coded[2] or coded[3]):
        stated = (coded[1], coded[2], "", coded[3], "")
    else:
        words = _IN_HOST.fullmatch(value)
        if not words or not any(words.group("volume", "issue", "start")):
            return None
        stated = words.group("volume", "issue", "year", "start", "end")
    return [(name, part) for name, part in zip(_PLACES, stated, strict=True) if part]


_PLACES = (
    *("oaire.citation.volume", "oaire.citation.issue", "dc.date"),
    *("oaire.citation.startPage", "oaire.citation.endPage"),
)
