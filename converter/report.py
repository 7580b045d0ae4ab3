"""What happened to the values of the source: one finding a line, countable in any spreadsheet."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import IO, BinaryIO, Literal, NamedTuple

Level = Literal["info", "warning", "error"]


_FORMULA = re.compile(r"[=+@\t\r-](?!\d+(?:[.,]\d+)?$)")


def safe_row(cells: Iterable[object]) -> list[str]:
    """The cells as a spreadsheet may open them: what begins as a formula does is text there too.

    >>> safe_row(["=1+1", "-5", "@x", "a", None])
    ["'=1+1", '-5', "'@x", 'a', '']
    """
    texts = ("" if cell is None else str(cell) for cell in cells)
    return [f"'{text}" if _FORMULA.match(text) else text for text in texts]


FINDINGS = "findings.csv"
"""The file of a data folder that holds the findings of the last load or harvest."""
NOT_LOADED, FORGOTTEN = "not loaded: ", "it was forgotten on "
"""How the reason begins why a record is refused, and what follows where that is because it is forgotten."""


class Finding(NamedTuple):
    """One thing a person should know about one value (or, without a field, about one record or source)."""

    record: str
    level: Level
    field: str
    value: str
    reason: str


Seen = Callable[[str, list[tuple[str, BinaryIO]]], None]
"""Is called with the name of a source and its parts, each with its kind, when all its records have been read."""


class Report:
    """The findings of a run; they are counted as they come, and handed to `keep` when there is one.

    `seen` is called behind each source, None where nobody asks for it.

    >>> report = Report()
    >>> report.add(Finding("10722/1", "warning", "dc.date.issued", "2010-13", "no month 13"))
    >>> report.counts["warning"]
    1
    """

    def __init__(self, *outs: IO[str]) -> None:
        self.counts: Counter[Level] = Counter()
        self.seen: Seen | None = None
        self._writers = [csv.writer(out) for out in outs]
        for writer in self._writers:
            writer.writerow(Finding._fields)

    def add(self, finding: Finding) -> None:
        """Count a finding and write its line."""
        self.counts[finding.level] += 1
        for writer in self._writers:
            writer.writerow(safe_row(finding))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add several findings."""
        for finding in findings:
            self.add(finding)
