"""BibTeX's `crossref` and BibLaTeX's `xdata`: what an entry takes from another; and entries that share a key.

Sources: BibTeXing (Patashnik 1988, section 3.2), the BibLaTeX manual (appendix B).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bibtexparser.model import Entry
from bibtexparser.model import Field as Told

_NOT_TAKEN = frozenset(
    "crossref xdata xref doi url urldate eprint eprinttype archiveprefix abstract note annote pages pagetotal keywords"
    " shorttitle sortkey label key ids entryset file pmid pmc addendum".split()
)
_IN_A_TITLE = {"title": "booktitle", "subtitle": "booksubtitle", "booktitle": "booktitle", "shorthand": ""}
_PARTS_BY_ITS_AUTHOR = frozenset({"inbook", "bookinbook", "suppbook"})
_PARTS = _PARTS_BY_ITS_AUTHOR | {"incollection", "inproceedings", "conference", "inreference", "suppcollection"}


def completed(entry: Entry, entries: Mapping[str, Entry]) -> Entry:
    """The entry with the fields that it lacks and its parents have; the title of a parent is that of the book."""
    found, kind, waiting, seen = list(entry.fields), entry.entry_type.lower(), [entry], {id(entry)}
    while waiting:
        one = waiting.pop(0)
        for field in one.fields:
            name = field.key.lower()
            if name not in {"crossref", "xdata"}:
                continue
            for key in str(field.value).split(","):
                parent = entries.get(key.strip())
                if parent is None or id(parent) in seen:
                    continue
                seen.add(id(parent))
                waiting.append(parent)
                found += _taken(found, parent, kind, whole=name == "xdata")
    entry.fields = found
    return entry


def _taken(held: list[Told], parent: Entry, kind: str, *, whole: bool) -> list[Told]:
    """The fields of a parent that are not held yet; of names, all of a role or none."""
    names = {_role(field.key) for field in held}
    taken: list[Told] = []
    for field in parent.fields:
        name = field.key.lower()
        if name in {"crossref", "xdata"} or (not whole and name in _NOT_TAKEN):
            continue
        key = field.key if whole else _IN_A_TITLE.get(name, field.key)
        if not whole and ((name in _IN_A_TITLE and kind not in _PARTS) or not key):
            continue
        if not whole and _role(name) == "author" and kind not in _PARTS_BY_ITS_AUTHOR:
            continue
        if _role(key) not in names:
            taken.append(Told(key, field.value))
    return taken


def _role(key: str) -> str:
    return key.lower().partition("#")[0]


class Keys:
    """The keys of one file: two entries under one key are two, and each keeps a name of its own."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def name(self, key: str, content: str) -> str:
        """The key, for another entry that has it too followed by a digest of its content.

        >>> keys = Keys()
        >>> keys.name("k", "a"), keys.name("k", "a"), keys.name("k", "b")
        ('k', 'k', 'k-3e23e816')
        """
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        return key if not key or self._held.setdefault(key, digest) == digest else f"{key}-{digest}"
