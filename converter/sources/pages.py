"""Pages as bibliographies write them: a first and a last one, or several pieces."""

from __future__ import annotations

import re

from converter.sources.builder import Draft

_DASH = re.compile(r"\s*(?:-{1,3}|–|—|‐|‑|−)\s*")
_PIECES = re.compile(r"\s*[,;&]\s*")
_WORD = re.compile(r"^(?:(?:pp?|pages?)\.?\s*|S(?:\.\s*|\s+))(?=\d)", re.IGNORECASE)


def pieces(text: str) -> list[tuple[str, str]]:
    """The first and last page of each piece; the last is empty where a piece is one page.

    >>> pieces("345--364, 375"), pieces("e12"), pieces("pp. 11 – 29"), pieces("67-")
    ([('345', '364'), ('375', '')], [('e12', '')], [('11', '29')], [('67', '')])
    >>> pieces("S83--S95"), pieces("S. 83-95")
    ([('S83', 'S95')], [('83', '95')])
    """
    bare = _WORD.sub("", text.strip())
    found = []
    for piece in _PIECES.split(bare):
        first, *rest = _DASH.split(piece.strip(), maxsplit=1)
        if first:
            found.append((first.strip(), rest[0].strip() if rest else ""))
    return found


def add_pages(draft: Draft, text: str, last: str = "") -> None:
    """Take pages: the first and the last one of a single piece, and of several the whole range besides."""
    found = pieces(text)
    if len(found) == 1 and last and not found[0][1]:
        found = [(found[0][0], last)]
    elif last and (not found or last not in {found[-1][1], found[0][1]}):
        draft.add("oaire.citation.endPage", last)
    if not found:
        return
    draft.add("oaire.citation.startPage", found[0][0])
    if len(found) == 1:
        if found[0][1]:
            draft.add("oaire.citation.endPage", found[0][1])
        return
    whole = ", ".join("-".join(filter(None, piece)) for piece in found)
    draft.add("dc.description.pages", whole)
