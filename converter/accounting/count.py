"""What became of each leaf of a source: found again in the records that were read of it, and in the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from converter.accounting.leaves import Leaf, leaves
from converter.mapping.engine import Mapped
from converter.record import Record
from converter.report import Finding, Report
from converter.values.words import end_of, number_of, of_a_date, texts_in, words
from ontology.source_tables import is_kind

OUTCOMES = ("mapped", "kept", "private", "archived", "reported", "unaccounted")
"""What a leaf may become; of the last there is to be none.

Kept is a value whose field no row names: it has the property of its own field.
"""
_OF_OUTCOMES = {"mapped": "mapped", "fallback": "kept", "private": "private", "archived": "archived"}


class Count(Report):
    """A report that counts the leaves of sources by what became of them; `lost` are those of which nothing did.

    `refused` says of each document of which nothing was read why that is; its leaves are not among those counted.
    `record` is called for each record of a source, before the next one is read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = self._source
        self.outcomes: Counter[str] = Counter()
        self.lost: list[tuple[str, Leaf]] = []
        self.refused: list[str] = []
        self._items: list[tuple[str, str]] = []
        # What the leaves of a record are that is left out as a whole.
        self._rest = ""

    def record(self, record: Record, mapped: Mapped) -> None:
        """Take what a record says, and what became of each of its values."""
        self.extend(mapped.findings)
        if record.erased:
            self._rest = "private"
        known = {}
        for field, _, became in mapped.outcomes:
            known[field.place, field.name] = _OF_OUTCOMES.get(became, "reported")
        for field in record.fields:
            outcome = known.get((field.place, field.name), "mapped")
            for text in texts_in(msgspec.to_builtins(field)):
                self._items.append((text, outcome))
            self._items.append((field.value, outcome))
            # In the text of a page, a value is glued to the name before it and to the language behind it.
            self._items.append((f"{field.name}{field.value}{field.language or ''}", outcome))
        # METS writes the scheme of a handle before it.
        self._items.append((f"hdl:{record.handle}", "mapped"))
        bare = msgspec.structs.replace(record, fields=())
        self._items += [(text, "mapped") for text in texts_in(msgspec.to_builtins(bare))]

    def add(self, finding: Finding) -> None:
        """Count a finding, and take it as what became of a leaf."""
        super().add(finding)
        if finding.level == "error":
            if not (finding.record or finding.field):
                self.refused.append(
                    finding.reason if finding.value in finding.reason else f"{finding.value}: {finding.reason}"
                )
            self._rest = self._rest or "reported"
        self._items += [(text, "reported") for text in (finding.record, finding.field, finding.value, finding.reason)]

    def _source(self, name: str, parts: list[tuple[str, BinaryIO]]) -> None:
        """Count the leaves of a source of which everything has been read."""
        said, rest = _Said(self._items), self._rest
        self._items, self._rest = [], ""
        for leaf in (leaf for kind, stream in parts for leaf in leaves(kind, stream)):
            outcome = said.outcome(leaf) or rest or "unaccounted"
            self.outcomes[outcome] += 1
            if outcome == "unaccounted":
                self.lost.append((name, leaf))


class _Said:
    """All that was said of a source, by its words."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._whole: dict[str, str] = {}
        self._items: list[str] = []
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        # An identifier may stand in an address by its digits alone.
        stated = [(one, outcome) for text, outcome in items for one in (text, end_of(text), number_of(text)) if one]
        for text, outcome in stated:
            found = words(text)
            whole = "".join(found)
            if whole not in self._whole:
                self._whole[whole] = outcome
                for word in [*found, *of_a_date(text)]:
                    self._holders[word].add(len(self._items))
                self._items.append(outcome)

    def outcome(self, leaf: Leaf) -> str:
        """What became of a leaf: a value by itself, a part of one, or several; a kind names the field of its value.

        Empty where nothing did.
        """
        found = words(number_of(leaf.text))
        whole = self._whole.get("".join(found))
        if whole:
            return whole
        holders = sorted((self._holders.get(word, _NONE) for word in found), key=len)
        if not holders or not holders[0]:
            return "mapped" if is_kind(leaf.text) else ""
        within = set.intersection(*holders)
        return self._items[min(within or holders[0])]


_NONE: set[int] = set()
