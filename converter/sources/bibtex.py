"""BibTeX and BibLaTeX databases; LaTeX's accents are read as the letters that they mean."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import BinaryIO

from bibtexparser.library import Library
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import Entry
from bibtexparser.model import Field as Stated

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.bibtex_grammar import RawEntry, digest, entries
from converter.sources.builder import Draft
from converter.sources.container_fields import series_text
from converter.sources.limits import USUAL, Limits, lengths
from converter.sources.pages import add_pages
from converter.sources.remainder import Leaf
from converter.sources.vocabulary import add_agent
from converter.values.agent_kinds import is_nobody, kind
from converter.values.dates import of_parts, parse
from converter.values.text import keywords
from ontology.source_tables import fields, notes

Note = Callable[[Finding], None]

_WHOLE = frozenset(
    "book mvbook proceedings mvproceedings collection manual booklet thesis phdthesis mastersthesis report"
    " techreport".split()
)
_NAME = re.compile(r"(author|editor|translator|advisor)#\d+(?:#\w+)?")
_IN_PARTS = re.compile(r"\s*(?:family|given|prefix|suffix)(?:-i)?\s*=")
_BRACED_LIST = re.compile(r"\{([^{}]*,[^{}]*)\}")
_KEPT_WHOLE, _PARTING, _IN_BRACES = re.compile(r"\{,?\s+\}"), re.compile(r"[\s,~]"), re.compile(r"\{[^{}]*\}")
"""Signs that part a name, in braces so that they part nothing: one word is neither a person's nor an organisation's."""
_PAGES = re.compile(r"(?<!\s)\s*(?:--+|–|—|-)\s*")
_SINGLE = frozenset("date year month day pages issue number eprint archiveprefix eprinttype".split())
_AGENTS = frozenset({"author", "editor", "translator", "advisor"})
_REPORTS = frozenset({"report", "techreport", "patent", "manual", "misc", "online", "software", "dataset", "thesis"})
_VERBATIM = frozenset({"doi", "url", "eprint", "file", "date", "eventdate"})
_ESCAPED = re.compile(r"\\([_#%&~$])")
_SIGNS_OF_ADDRESSES = re.compile(r"\\([<>()\[\];:,/?+*!@|])")
"""Escaped signs that mean themselves in an address or identifier, and commands in a text."""
_SIGN_IN_MATHEMATICS = re.compile(r"\$([<>|])\$")
"""As LaTeX needs them to print these signs, and as exports of DOIs that hold them have it."""
_UNESCAPED = re.compile(r"(?<!\\)[%&]")
_TYPEWRITER = re.compile(r"\\(?:texttt|path)(?=\s*\{)")
"""What the decoder would leave out together with its text."""
_SIGN = {"textless": "<", "textgreater": ">", "textbar": "|", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX"}
_SIGN |= {"textasciicircum": "^", "textbraceleft": r"\{", "textbraceright": r"\}", "textunderscore": "_", "P": "¶"}
_SIGN |= {"copyright": "©", "pounds": "£", "euro": "€", "dag": "†", "ddag": "‡", "S": "§"}
"""Signs that the decoder would leave out."""
_SIGNS = re.compile(rf"\{{\\({'|'.join(_SIGN)})\}}|\\({'|'.join(_SIGN)})(?![A-Za-z])(?:\{{\}}|\s+)?")
_LETTER = re.compile(r"(?<!\{)\\(O|o|L|l|AA|aa|AE|ae|OE|oe|ss|DH|dh|TH|th|DJ|dj|NG|ng)(?:\{\}|(?![A-Za-z])\s*)")
_ACCENT = re.compile(r"(?<!\{)\\([~'`^\"=.])\s*(\{\\?[A-Za-z]\}|\\[ij](?![A-Za-z])|[A-Za-z])")
_LINK = re.compile(r"\\(?:url\s*|href\s*\{(?P<target>[^{}]*)\}\s*)\{(?P<text>[^{}]*)\}")
_OF_LINKS = re.compile(r"\\?([~_#%&$^])")
_SIGN_OR_WORD = re.compile(r"\\[A-Za-z]+\s*|\\.|[{}$]|(?P<word>[A-Za-z0-9]{2,1000})", re.DOTALL)
_PLAIN = re.compile(r"(?:[^\W_]|[,.:;()/+*@=]| (?! ))*")
"""Text in which LaTeX means what stands there."""
_LONGEST_PART = 2_000
"""Characters that are decoded at one time, where they can be parted."""
_WITHOUT_INSTITUTION = frozenset("article book inbook incollection inproceedings conference proceedings".split())
_OFTEN_STRINGS = frozenset("publisher address organization institution school journal series".split())
_NAME_OF_STRING = re.compile(r"(?:pub|inst|org|ser|j)-[\w-]+(?::adr)?")
"""Fields for which large bibliographies keep strings, and how they name these: `pub-AW` and `pub-AW:adr`."""
_AS_ONE = frozenset("title year month date doi volume number issue pages crossref".split())
"""Fields of which an entry has one; of another one that stands twice, both are values."""


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The entries of the database; one that is broken or too large is an error in the report, and the others go on.

    Raises SourceError where there is none.
    """
    text = stream.read().decode("utf-8-sig", "replace")
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    count, seen = 0, set[tuple[tuple[str, str], ...]]()
    for raw in entries(text, name, note, of):
        count += 1
        if reason := of.excess(length for field in raw.fields for length in _lengths(*field)):
            note(Finding(raw.key, "error", "", f"{name}, line {raw.line + 1}", reason))
            continue
        if raw.number and raw.fields in seen:
            note(Finding(raw.key, "info", "", f"{name}, line {raw.line + 1}", "the same entry stands there twice"))
            continue
        seen.add(raw.fields)
        yield _record(raw, name, note, source)
    if not count:
        raise SourceError(f"{name}: no BibTeX entry that can be read; export it again, or allow more with --max-size")


def _lengths(key: str, value: str) -> Iterator[int]:
    """Yield the lengths of the names in a field of names, else that of the value."""
    return lengths(value, " and ") if key in _AGENTS else iter((len(value),))


def _told(raw: RawEntry, draft: Draft) -> dict[str, list[str]]:
    """The values of each field, with LaTeX's accents as letters; a field of names has one for each name."""
    stated: dict[str, list[str]] = {}
    seen: set[tuple[str, str]] = set()
    places: Counter[str] = Counter()
    for key, value in raw.fields:
        if key in _AGENTS:
            for name, type_ in _names(value):
                stated[f"{key}#{places[key]}{f'#{type_}' if type_ else ''}"] = [_decoded(name)]
                places[key] += 1
            continue
        text = (_verbatim if key in _VERBATIM else _decoded)(value).strip()
        if (key, text) in seen:
            continue
        seen.add((key, text))
        if key in _OFTEN_STRINGS and _NAME_OF_STRING.fullmatch(text):
            draft.unread(f"bibtex.{key}", text, "the name of an @string that the file does not define")
            continue
        if key in stated and key in _AS_ONE:
            draft.unread(f"bibtex.{key}", text, "a field that stands twice; the first counts")
        else:
            stated.setdefault(key, []).append(text)
    return stated


def _decoded(value: str) -> str:
    r"""The text that LaTeX means by a value; in BibTeX a percent sign begins no comment, and & parts no columns.

    >>> _decoded(r'50% of {\"o}sel'), _decoded(r"50\% of it"), _decoded(r"p {\textless} 1"), _decoded(r"\texttt{ls}")
    ('50% of ösel', '50% of it', 'p < 1', 'ls')
    >>> _decoded(r"\pounds{}5, \S 3, \copyright{} 2010")
    '£5, §3, © 2010'
    >>> _decoded(r"A & B \& C, p $<$ 1")
    'A & B & C, p < 1'
    >>> _decoded(r"See \url{https://x.example.org/~a_b%20} or \href{https://y.example.org}{here}")
    'See https://x.example.org/~a_b%20 or here (https://y.example.org)'
    """
    return "".join(map(_part_decoded, _parts(value)))


def _parts(value: str) -> Iterator[str]:
    """Yield a value in parts that mean the same one by one: the time of the decoder grows with the square of the text.

    A part ends within a word that stands in no braces, no mathematics and no command.
    """
    depth = begun = 0
    mathematical = "\\begin" in value or "$$" in value
    for sign in _SIGN_OR_WORD.finditer(value) if len(value) > _LONGEST_PART else ():
        depth += (sign[0] == "{") - (sign[0] == "}")
        mathematical ^= sign[0] == "$"
        if sign["word"] and not depth and not mathematical and sign.end() - begun > _LONGEST_PART:
            yield value[begun : sign.end() - 1]
            begun = sign.end() - 1
    yield value[begun:]


def _part_decoded(value: str) -> str:
    """The text that LaTeX means by a part of a value."""
    plain = _LINK.sub(_linked, value) if "\\url" in value or "\\href" in value else value
    plain = _TYPEWRITER.sub("", _UNESCAPED.sub(r"\\\g<0>", _SIGN_IN_MATHEMATICS.sub(r"\1", plain)))
    stated = _SIGNS.sub(lambda sign: _SIGN[sign[1] or sign[2]], plain)
    if _PLAIN.fullmatch(stated):
        return stated
    entry = Entry("misc", "x", [Stated("value", stated)])
    block = _decoder().transform_block(entry, Library())
    return str(block.fields[0].value) if isinstance(block, Entry) else value


def _linked(link: re.Match[str]) -> str:
    """The text of a link and its address, in which no sign is LaTeX's."""
    address = link["target"] or link["text"]
    shown = _OF_LINKS.sub(lambda sign: _SIGNS_IN_ADDRESSES.get(sign[1], f"\\{sign[1]}"), address)
    return f"{link['text']} ({shown})" if link["target"] else shown


_SIGNS_IN_ADDRESSES = {"~": r"{\textasciitilde}", "^": r"{\textasciicircum}"}


@cache
def _decoder() -> LatexDecodingMiddleware:
    """What decodes LaTeX: to make it takes longer than to decode a title."""
    return LatexDecodingMiddleware()


def _verbatim(value: str) -> str:
    r"""An address or identifier, in which LaTeX's signs for spaces, dashes and quotes are only signs.

    >>> _verbatim(r"https://e.example.org/~a%20b\_c--d"), _verbatim(r"10.5555/a{\_}1{\textless}2")
    ('https://e.example.org/~a%20b_c--d', '10.5555/a_1<2')
    >>> _verbatim(r"10.5555\/\(SICI\)99:1\<1::A\>3$<$0\_1")
    '10.5555/(SICI)99:1<1::A>3<0_1'
    >>> _verbatim(r"\url{https://e.example.org/~a}")
    'https://e.example.org/~a'
    """
    value = _LINK.sub(lambda link: link["target"] or link["text"], value)
    value = _SIGN_IN_MATHEMATICS.sub(r"\1", _SIGNS_OF_ADDRESSES.sub(r"\1", value))
    bare = _ESCAPED.sub(r"\1", value)
    return _decoded(value) if re.search(r"\\|\$", bare) else bare.replace("{", "").replace("}", "")


def _names(text: str) -> list[tuple[str, str]]:
    r"""The names of a field, each with the family name first, and what it is where the braces say so.

    >>> _names("{Barnes and Noble} and Ludwig van Beethoven and Quill, Jr., Ann")
    [('{Barnes and Noble}', 'corporate'), ('van Beethoven, Ludwig', ''), ('Quill, Ann, Jr.', '')]
    >>> _names("family=Holm, given=Alrik, prefix=von, useprefix=false")
    [('von Holm, Alrik', 'personal')]
    >>> _names(r"\O{}ster, {\AA}sa and Hans \O rsted")
    [('{\\O}ster, {\\AA}sa', ''), ('{\\O}rsted, Hans', '')]
    >>> _names("Kelp{ }Union{, }South and Kelp{ }Union")
    [('Kelp{ }Union{, }South', 'whole'), ('Kelp{ }Union', 'whole')]
    >>> _names(r"\'{I}\~nigo Su\'arez")
    [("Su{\\'a}rez, {\\'{I}}{\\~n}igo", '')]
    """
    # A letter of its own may stand without braces, as \O{}rsted, which a reader of names takes for a command, and the
    # tilde of \~n for a blank.
    text = _ACCENT.sub(r"{\\\1\2}", _LETTER.sub(r"{\\\1}", text))
    # Some programs brace the whole list once more.
    whole = _BRACED_LIST.fullmatch(text.strip())
    if whole and all(kind(name) == "person" for name in split_multiple_persons_names(whole[1])):
        text = whole[1]
    return [_name(name) for name in split_multiple_persons_names(text) if name.strip()]


def _name(name: str) -> tuple[str, str]:
    """The name as catalogues write it; one of a script without capitals, or of an organisation, as it is."""
    if _is_braced(name.strip()):
        return name, "corporate"
    if _IN_PARTS.match(name):
        return _of_parts(name), "personal"
    if _KEPT_WHOLE.search(name) and not _PARTING.search(_IN_BRACES.sub("", name.strip())):
        return name, "whole"
    if name.upper() == name.lower() or is_nobody(name) or kind(name) == "organisation":
        return name, ""
    parts = parse_single_name_into_parts(name, strict=False)
    stated = (" ".join([*parts.von, *parts.last]), " ".join(parts.first), " ".join(parts.jr))
    return ", ".join(part for part in stated if part), ""


def _is_braced(name: str) -> bool:
    """Whether one pair of braces holds the whole name, and more than a letter with its accent."""
    if not re.match(r"\{[^\\]", name) or not name.endswith("}"):
        return False
    depth = 0
    for place, character in enumerate(name):
        depth += (character == "{") - (character == "}")
        if not depth:
            return place == len(name) - 1
    return False


def _of_parts(name: str) -> str:
    """The name of BibLaTeX's list of parts (manual, section 3.4): family, given, prefix, suffix."""
    pairs = (part.partition("=") for part in re.split(r",\s*(?=[A-Za-z-]+\s*=)", name))
    stated = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
    family = " ".join(part for part in (stated.get("prefix", ""), stated.get("family", "")) if part)
    return ", ".join(part for part in (family, stated.get("given", ""), stated.get("suffix", "")) if part)


def _record(raw: RawEntry, name: str, note: Note, source: str) -> Record:
    draft, kind_ = Draft(note), raw.kind
    stated, rules = _told(raw, draft), fields("bibtex")
    doi = "".join(stated.get("doi", [])[:1])
    key = f"{raw.key}-{digest(raw)}" if raw.number else raw.key
    draft.identifier = f"https://doi.org/{doi}" if doi.startswith("10.") else key
    _key(raw, key, f"{name}, line {raw.line + 1}", draft)
    draft.leaves = [Leaf(f"bibtex.{field}", value) for field, values in stated.items() for value in values]
    draft.add("dc.type", kind_)
    for key in [key for key in stated if _NAME.fullmatch(key)]:
        person, (role, _, *name_type) = stated.pop(key)[0], key.split("#")
        if person == "others":
            draft.unread(f"bibtex.{role}", person, "that there are more of them, who are not named")
        elif person:
            add_agent(draft, rules[role], person, name_type="".join(name_type))
    single = {key: stated.pop(key)[0] for key in _SINGLE & stated.keys()}
    _date(single, draft)
    _place(single, kind_, draft, stated.pop("series", [""])[0])
    _by_kind(stated, kind_, draft)
    for key, values in stated.items():
        for value in values:
            if key in rules and not rules[key]:
                draft.unread(f"bibtex.{key}", value, notes("bibtex")[key])
            elif value or key in rules:
                draft.add(rules.get(key, f"bibtex.{key}"), value)
    return draft.record(source)


def _key(raw: RawEntry, key: str, where: str, draft: Draft) -> None:
    """Report the key of an entry that does not name the work."""
    if raw.number:
        draft.unread("bibtex.key", raw.key, f"another entry has the key of the one in {where}; it is called {key}")
    elif key and draft.identifier != key:
        draft.unread("bibtex.key", key, "the key of the entry in its file; the DOI names the work")


def _by_kind(stated: dict[str, list[str]], kind_: str, draft: Draft) -> None:
    """Take what more than the name of a field decides: keywords, and an institution that has published nothing."""
    for text in stated.pop("keywords", []):
        for keyword in keywords(text):
            draft.add("dc.subject", keyword)
    if kind_ in _WITHOUT_INSTITUTION:
        # Of an article or a book it is where the author works.
        for value in stated.pop("institution", []):
            draft.add("bibtex.institution", value)


def _date(stated: dict[str, str], draft: Draft) -> None:
    date, year, month, day = (stated.pop(name, "") for name in ("date", "year", "month", "day"))
    if date:
        draft.add("dc.date.issued", date)
        if year and year not in date and str(getattr(parse(date), "year", "")) != year:
            draft.add("dc.date", year)
    elif year:
        issued = _issued(year, month, day)
        draft.add("dc.date.issued", issued or year)
        month, day = ("", "") if issued else (month, day)
    if day:
        draft.unread("bibtex.day", day, "a day that the date of issue does not take")
    if month:
        draft.unread("bibtex.month", month, "a month that the date of issue does not take")


def _issued(year: str, month: str, day: str) -> str:
    """Year, month and days in words that are read as one date, empty where they are none.

    >>> _issued("2019", "23--27 may", ""), _issued("2013", "9--10", ""), _issued("1997", "sept", "3")
    ('23--27 may 2019', '2013-09/2013-10', '3 sept 1997')
    """
    month = re.sub(r'["#{}~]', " ", month).strip()
    numbers = [number for number in _PAGES.split(month.replace("/", "-")) if number.isdecimal()]
    if any(of_parts(year, number) == year for number in numbers) and not re.search(r"[^\W\d_]", month):
        # No month, and no year either.
        return ""
    if year.isdecimal() and numbers and not re.search(r"[^\W\d_]", month):
        months = [f"{year}-{int(number):02d}" for number in numbers]
        text = "/".join(months) if len(months) == 2 else f"{months[0]}-{day.zfill(2)}" if day else months[0]
    else:
        text = " ".join(part for part in (day, month, year) if part)
    found = parse(text) if month else None
    return text if found and (found.doubt is None or found.lexical != year) else ""


def _place(stated: dict[str, str], kind_: str, draft: Draft, series: str) -> None:
    """Series, issue, pages, and the identifier of a preprint."""
    rules, pages = fields("bibtex"), stated.pop("pages", "")
    if series and kind_ != "article":
        series = series_text(series, number=stated.pop("number", ""))
    if series:
        draft.add(rules["series"], series)
    if kind_ in _WHOLE and pages and not _PAGES.search(pages):
        # A work that stands in no other has no first page but a number of them.
        draft.add("dc.format.extent", pages)
    else:
        add_pages(draft, pages)
    if value := stated.pop("issue", ""):
        draft.add(rules["issue"], value)
    if value := stated.pop("number", ""):
        row = "number" if kind_ == "article" else "number[report]" if kind_ in _REPORTS else ""
        draft.add(rules.get(row, "bibtex.number"), value)
    eprint = stated.pop("eprint", "")
    system = stated.pop("archiveprefix", "") or stated.pop("eprinttype", "")
    if eprint:
        is_arxiv = system.lower() == "arxiv" or not system
        draft.add("dc.identifier.arxiv" if is_arxiv else "dc.identifier.other", eprint)
    if system:
        draft.unread("bibtex.eprinttype", system, f"where the preprint {eprint} stands")
