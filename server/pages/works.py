"""A work of the catalogue as a row of a list: badges, title, authors, where it appeared, files, identifiers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup, escape

from converter.store.catalogue_entry import ACCESS
from converter.store.catalogue_reader import Row
from server.http.languages import gettext

_AUTHORS = 3
"""Authors that a row names."""
_AROUND = 110
"""Letters that are shown before and behind a word that was found in an abstract."""
_FILES = 2
_TYPES = {"application/pdf": "PDF", "text/html": "HTML", "application/zip": "ZIP", "text/csv": "CSV"}
_SCHEMES = {
    "doi": ("DOI", "https://doi.org/{}"),
    "pmid": ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    "handle": ("Handle", "https://hdl.handle.net/{}"),
}
_LETTER = re.compile(r"\w")
_CHANGED = re.compile(r"[A-Z]+|[^\x00-\x7f]")


class Badge(NamedTuple):
    """A small label that may lead somewhere; `kind` is its class in the style sheet."""

    text: str
    kind: str = ""
    link: str = ""


class Listed(NamedTuple):
    """A work as a row shows it; what is not known is empty."""

    link: str
    title: Markup
    language: str
    badges: tuple[Badge, ...]
    authors: tuple[str, ...]
    more: int
    place: str
    place_link: str
    joint: str
    detail: str
    snippet: Markup
    extras: tuple[Badge, ...]
    note: str = ""


def listed(row: Row, root: str, words: Iterable[str] = (), qualifiers: Iterable[str] = ()) -> Listed:
    """A work as a row shows it; `words` are marked, `qualifiers` stand beside its type."""
    stated, wanted = row.stated, [folded(word) for word in words]
    # The authors of a book that has none are its editors.
    names = _names(stated, "author") or _names(stated, "editor")
    container = stated.get("container") or stated.get("publisher") or ("", "")
    return Listed(
        link=f"{root}record/{row.path}",
        title=marked(row.title, wanted),
        language=stated.get("language", ""),
        badges=tuple(_badges(stated, qualifiers)),
        authors=tuple(names[:_AUTHORS]),
        more=max(0, len(names) - _AUTHORS),
        place=container[1],
        place_link=root + quote(container[0], safe="/%") if container[0] else "",
        # A year alone stands behind a comma, as in "Tern Press, 2004".
        joint=" " if stated.get("volume") or stated.get("issue") else ", " if detail_of(stated) else "",
        detail=detail_of(stated),
        snippet=_snippet(stated, wanted) if wanted else Markup(),
        extras=(*_file_badges(stated), *_identifier_badges(stated)),
    )


def detail_of(stated: Mapping[str, Any]) -> str:
    """Volume, issue, pages and year as a citation has them.

    >>> detail_of({"volume": "12", "issue": "4", "pages": "301–319", "year": 2019, "container": ["journal/x", "X"]})
    '12(4), 301–319, 2019'
    """
    volume, issue = stated.get("volume", ""), stated.get("issue", "")
    number = f"{volume}({issue})" if volume and issue else volume or (f"no. {issue}" if issue else "")
    parts = (number, stated.get("pages", "") if stated.get("container") else "", str(stated.get("year") or ""))
    return ", ".join(part for part in parts if part)


def file_label(file: Mapping[str, str]) -> str:
    """The kind and size of a file.

    >>> file_label({"name": "a.pdf", "size": "419430"}), file_label({"name": "data", "type": "text/csv"})
    ('PDF, 0.4 MB', 'CSV')
    """
    ending = file.get("name", "").rpartition(".")[2]
    kind = _TYPES.get(file.get("type", "")) or (ending.upper() if 0 < len(ending) < 6 and "." in file["name"] else "")
    digits = re.match(r"\d+", file.get("size", ""))
    return ", ".join(
        part for part in (kind or gettext("File"), size_in_words(int(digits[0])) if digits else "") if part
    )


def size_in_words(size: int) -> str:
    """A number of bytes as people read it.

    >>> size_in_words(419430), size_in_words(2_000), size_in_words(3)
    ('0.4 MB', '2 kB', '3 bytes')
    """
    if size >= 100_000:
        return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
    return f"{size / 1e3:.0f} kB" if size >= 1_000 else f"{size} bytes"


def main_first(files: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The files, a text to read first, what a repository adds (licences, extracted text) last."""

    def rank(file: Mapping[str, str]) -> int:
        name = file.get("name", "").lower()
        if name.endswith(".pdf") or file.get("type") == "application/pdf":
            return 0
        return 2 if name.startswith("license") or name.endswith((".pdf.txt", ".jpg")) else 1

    return sorted(files, key=rank)


def marked(text: str, wanted: Sequence[str]) -> Markup:
    """The text with the words that begin so in <mark>; case and accents do not count.

    >>> str(marked("Möwen & lights", ["mowe", "light"]))
    '<mark>Möwen</mark> &amp; <mark>lights</mark>'
    """
    if not wanted:
        return escape(text)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if found else escape(piece) for piece, found in _pieces(text, wanted)
    )


def folded(text: str) -> str:
    """The text without case and accents, letter for letter.

    >>> folded("ÉTÉ ﬁn"), len(folded("ﬁn"))
    ('ete ﬁn', 2)
    """
    return text.lower() if text.isascii() else _CHANGED.sub(lambda match: _folded(match[0]), text)


def _folded(letter: str) -> str:
    """Small letters for capital ones of ASCII, or one letter of another script without case and accent."""
    if letter.isascii():
        return letter.lower()
    bare = unicodedata.normalize("NFD", letter)[0].casefold()
    return bare if len(bare) == 1 else letter


def _pieces(text: str, wanted: Iterable[str]) -> Iterable[tuple[str, bool]]:
    places = _places(folded(text), wanted)
    last = 0
    for start, end in places:
        if start >= last:
            yield text[last:start], False
            yield text[start:end], True
            last = end
    yield text[last:], False


def _places(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    found = []
    for word in wanted:
        if not word:
            continue
        if _LETTER.match(word[0]) and not word[0].isascii() and ord(word[0]) > 0x2FFF:
            found += [(match.start(), match.end()) for match in re.finditer(re.escape(word), text)]
        else:
            found += [(match.start(), match.end()) for match in re.finditer(rf"(?<!\w){re.escape(word)}\w*", text)]
    return sorted(found)


def _snippet(stated: Mapping[str, Any], wanted: list[str]) -> Markup:
    """The place of the abstract where the words stand first, else the subject that has them."""
    for text, _ in stated.get("abstract", ()):
        places = _places(folded(text), wanted)
        if places:
            start = max(0, places[0][0] - _AROUND)
            end = min(len(text), places[0][1] + _AROUND)
            start = text.find(" ", start, places[0][0]) + 1 if start else 0
            end = end if end == len(text) else max(text.rfind(" ", places[0][1], end), places[0][1])
            shown = marked(text[start:end], wanted)
            return Markup("{}{}{}").format("… " if start else "", shown, " …" if end < len(text) else "")
    for subject in stated.get("subjects", ()):
        if _places(folded(subject), wanted):
            return Markup("<b>{}:</b> {}").format(gettext("Subject"), marked(subject, wanted))
    return Markup()


def _names(stated: Mapping[str, Any], role: str) -> list[str]:
    return [agent[1] for agent in stated.get("agents", ()) if agent[0] == role]


def _badges(stated: Mapping[str, Any], qualifiers: Iterable[str]) -> Iterable[Badge]:
    yield Badge(gettext(stated.get("type", "Work")))
    if access := stated.get("access"):
        yield Badge(gettext(ACCESS[access]), "open" if access == "open" else "shut")
    yield from (Badge(text, "q") for text in qualifiers)


def _file_badges(stated: Mapping[str, Any]) -> Iterable[Badge]:
    for file in main_first(stated.get("files", ()))[:_FILES]:
        if file.get("address"):
            yield Badge(file_label(file), "", file["address"])


def _identifier_badges(stated: Mapping[str, Any]) -> Iterable[Badge]:
    for scheme in ("doi", "pmid"):
        if value := stated.get("ids", {}).get(scheme):
            name, address = _SCHEMES[scheme]
            yield Badge(f"{name} {value}", "", address.format(quote(value, safe="/:;()")))
