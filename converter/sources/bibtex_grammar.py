"""BibTeX's own language: strings joined with #, macros, fields and keys that stand twice, entries that inherit.

Sources: "BibTeXing" by Oren Patashnik (1988), and the manual of BibLaTeX, sections 2.4.1 and appendix B.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

from converter.report import Finding
from converter.sources.limits import USUAL, Limits, lengths

Note = Callable[[Finding], None]

_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
_OWN = frozenset(
    "crossref xdata xref doi url urldate eprint eprinttype archiveprefix abstract note annote pages pagetotal keywords"
    " shorttitle sortkey label key ids entryset options related file pmid pmc addendum shorthand".split()
)
"""Fields that an entry does not inherit: they say of another work what is not so of this one."""
_IN_A_TITLE = {"title": "booktitle", "subtitle": "booksubtitle"}
_BY_ITS_AUTHOR = frozenset({"inbook", "bookinbook", "suppbook"})
_VERSIONS = frozenset({"softwareversion", "softwaremodule", "codefragment"})
"""What inherits all of the software that it is of, as the package biblatex-software has it."""
_PARTS = _BY_ITS_AUTHOR | {"incollection", "inproceedings", "conference", "inreference", "suppcollection"}


_BEGUN = re.compile(r"^[ \t]*@[ \t]*\w+\s*[{(](?P<key>[^,={}\n]{0,300})", re.MULTILINE)


class RawEntry(NamedTuple):
    """An entry as it is written: values in order, joined and without what encloses them; keys in small letters.

    `number` distinguishes entries of one key: 0 is the first.
    """

    kind: str
    key: str
    number: int
    fields: tuple[tuple[str, str], ...]
    line: int


def entries(text: str, name: str, note: Note, of: Limits = USUAL) -> list[RawEntry]:
    """The entries of a database, each with what it inherits.

    One that cannot be read, or is too large, is an error in the report.
    """
    library = parse_string(_without_large(text, name, note, of), parse_stack=[])
    macros = _macros((string.key, str(string.value)) for string in library.strings)
    found: list[RawEntry] = []
    counts: dict[str, int] = {}
    for block in library.blocks:
        entry: Block | None = block
        while isinstance(entry, (DuplicateBlockKeyBlock, DuplicateFieldKeyBlock)):
            entry = entry.ignore_error_block
        where = f"{name}, line {(block.start_line or 0) + 1}"
        if isinstance(entry, Entry):
            key = entry.key.strip()
            fields = tuple(
                (field.key.lower().strip(), joined(str(field.value), macros, where, note)) for field in entry.fields
            )
            found.append(RawEntry(entry.entry_type.lower(), key, counts.get(key, 0), fields, block.start_line or 0))
            counts[key] = counts.get(key, 0) + 1
        elif isinstance(block, ParsingFailedBlock):
            note(Finding("", "error", "", where, "an entry that cannot be read; close its braces and quotes"))
    by_key = {entry.key.lower(): entry for entry in reversed(found)}
    return [_inheriting(entry, by_key, note) for entry in found if entry.kind != "xdata"]


def _without_large(text: str, name: str, note: Note, of: Limits) -> str:
    """The text with empty lines in the place of entries that are too large, which take minutes to parse."""
    begun = list(_BEGUN.finditer(text))
    ends = [*(match.start() for match in begun), len(text)][1:]
    kept, place = [], 0
    for match, end in zip(begun, ends, strict=True):
        if reason := of.excess(lengths(text, "=", match.end(), end)):
            line = f"{name}, line {text.count(chr(10), 0, match.start()) + 1}"
            note(Finding(match["key"].strip(), "error", "", line, reason))
            kept += [text[place : match.start()], "\n" * text.count("\n", match.start(), end)]
            place = end
    return "".join([*kept, text[place:]]) if kept else text


def joined(value: str, macros: Mapping[str, str], where: str = "", note: Note = lambda _: None) -> str:
    """The text of a value whose parts may be joined with #; a macro that nothing defines stands for itself.

    >>> joined('"Ebb " # {and {F}low} # js', {"js": " Notes"}), joined("1961", {}), joined('{a # b}', {})
    ('Ebb and {F}low Notes', '1961', 'a # b')
    >>> joined("{a } b}", {})
    'a } b'
    """
    texts, place = [], 0
    while place < len(value):
        character = value[place]
        if character in '{"':
            end = _closing(value, place)
            if not _JOINED.match(value, end + 1):
                # What is not joined with # is one part, in which braces or quotes do not match.
                end = max(end, value.rfind("}" if character == "{" else character))
            texts.append(value[place + 1 : end])
            place = end + 1
        elif character in "# \t\r\n":
            place += 1
        else:
            match = _WORD.match(value, place)
            word = match[0] if match else character
            place += len(word)
            texts.append(_of_macro(word, macros, where, note))
    return "".join(texts)


_JOINED = re.compile(r"\s*(?:#|\Z)")
_WORD = re.compile(r"[^#{\"\s][^#\s]*(?:[ \t\r\n]+[^#{\"\s][^#\s]*)*")


def _of_macro(word: str, macros: Mapping[str, str], where: str, note: Note) -> str:
    name = word.strip().lower()
    if name in macros:
        return macros[name]
    if re.fullmatch(r"[a-z][\w:.+-]*", name) and name not in _MONTHS:
        note(Finding("", "warning", "", where, f"no @string defines {word!r}; its name stands for it"))
    return word


def _closing(value: str, start: int) -> int:
    """Where the part that begins at a brace or quote ends; a quote within braces is a sign like any other."""
    depth = 0
    for place in range(start + (value[start] == '"'), len(value)):
        character = value[place]
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if not depth and value[start] == "{":
                return place
        elif character == '"' and not depth and value[start] == '"':
            return place
    return len(value)


def _macros(strings: Iterable[tuple[str, str]]) -> dict[str, str]:
    macros: dict[str, str] = {}
    for key, value in strings:
        macros[key.strip().lower()] = joined(value, macros)
    return macros


def _inheriting(entry: RawEntry, by_key: Mapping[str, RawEntry], note: Note) -> RawEntry:
    """The entry with the fields that it lacks and its parents have."""
    fields = list(entry.fields)
    seen = {entry.key.lower()}
    left = [(parent, name) for name, value in fields for parent in _parents(name, value)]
    while left:
        key, how = left.pop(0)
        parent = by_key.get(key.lower())
        if key.lower() in seen:
            continue
        seen.add(key.lower())
        if parent is None:
            note(Finding(entry.key, "warning", f"bibtex.{how}", key, "no entry of that key; nothing is inherited"))
            continue
        stated = {name for name, _ in fields}
        inherited = [
            (other, value)
            for name, value in parent.fields
            if (other := _as_inherited(name, how, entry.kind)) and other not in stated
        ]
        fields += inherited
        left += [(one, name) for name, value in parent.fields for one in _parents(name, value)]
    return entry._replace(fields=tuple(fields))


def _parents(name: str, value: str) -> list[str]:
    if name == "crossref":
        return [value.strip()] if value.strip() else []
    return [key.strip() for key in value.split(",") if key.strip()] if name == "xdata" else []


def _as_inherited(name: str, how: str, kind: str) -> str:
    """What a field of a parent is called in a child of that kind, empty where it is not inherited."""
    if how == "xdata":
        return "" if name in {"crossref", "xdata", "ids"} else name
    if name in _OWN or (name == "author" and kind not in _BY_ITS_AUTHOR | _VERSIONS):
        return ""
    if kind in _VERSIONS:
        return name
    # The title of a parent is that of the book, for what stands in a book.
    return _IN_A_TITLE.get(name, name) if kind in _PARTS or name not in {*_IN_A_TITLE, "booktitle"} else ""


def digest(entry: RawEntry) -> str:
    """What distinguishes an entry from another of its key, wherever they stand."""
    return hashlib.sha256(repr(entry.fields).encode()).hexdigest()[:8]
