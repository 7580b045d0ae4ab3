"""What a list does not give → fetched all the same: by shorter ranges of dates, then one by one; the rest is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from converter.errors import SourceError
from converter.harvest.client import Failed
from converter.harvest.listing import Endpoint, Stopped
from converter.harvest.responses import Answer, Header
from converter.record import Record
from converter.report import Finding
from converter.sources.record_identity import handle_of

_ATTEMPTS = 2
"""Attempts at a range that is known to hold a fault."""


class Rescue:
    """Fetches records that are known to exist; `take` gets what comes, `note` the names of what does not."""

    def __init__(
        self,
        endpoint: Endpoint,
        prefix: str,
        source: str,
        take: Callable[[Sequence[Record]], None],
        note: Callable[[Finding], None],
    ) -> None:
        self._endpoint, self._prefix, self._source = endpoint, prefix, source
        self._take, self._note = take, note
        self.skipped: list[str] = []

    def missing(self, headers: Iterable[Header], arguments: Mapping[str, str], at_once: int) -> None:
        """Fetch the records of these headers, halving their range of dates until what fails stands alone."""
        left = sorted(headers, key=lambda header: header.datestamp or "")
        alone = len(left) <= at_once or any(header.datestamp is None for header in left)
        if alone or left[0].datestamp == left[-1].datestamp:
            self.singly(left)
            return
        middle = _cut(left)
        for half in (left[:middle], left[middle:]):
            rest = self._range(half, arguments)
            if rest:
                self.missing(rest, arguments, at_once)

    def singly(self, headers: Iterable[Header]) -> None:
        """Fetch records one by one; what cannot be had is named, and remembered in `skipped`."""
        for header in headers:
            if header.deleted:
                self._take([gone(header.identifier, header.datestamp, self._source)])
                continue
            fault = self._single(header.identifier)
            if fault:
                self.skipped.append(header.identifier)
                self._note(Finding(header.identifier, "error", "", "", f"skipped: {fault}"))

    def _single(self, identifier: str) -> str:
        """Why a record cannot be had; "" when it has been taken."""
        try:
            page = self._endpoint.ask(
                "GetRecord", {"identifier": identifier, "metadataPrefix": self._prefix}, attempts=_ATTEMPTS
            )
        except Failed as fault:
            # One record may be broken; where nothing answers any more, going on would call all of them broken.
            self._endpoint.ask("Identify", {})
            return fault.reason
        if page.error:
            return ": ".join(part for part in page.error if part)
        if not page.records:
            return page.findings[0].reason if page.findings else "an answer without a record"
        for finding in page.findings:
            self._note(finding)
        self._take(page.records)
        return ""

    def _range(self, headers: Sequence[Header], arguments: Mapping[str, str]) -> list[Header]:
        """Fetch a range of dates as a list; what of it did not come."""
        dates = {"from": headers[0].datestamp or "", "until": headers[-1].datestamp or ""}
        left = {header.identifier: header for header in headers}
        try:
            for page in self._endpoint.pages("ListRecords", {**arguments, **dates}, attempts=_ATTEMPTS):
                records = self._read(page)
                self._take(records)
                for record in records:
                    left.pop(record.listed.identifier, None)
                if not left:
                    break
        except (Stopped, SourceError):
            # What is left is asked for in shorter ranges, and named if that fails too.
            pass
        return list(left.values())

    def _read(self, page: Answer) -> Sequence[Record]:
        records = page.records
        named = {name for record in records for name in (record.identifier, record.listed.identifier, record.handle)}
        for finding in page.findings:
            # What is not among the records is asked for again, and only then reported.
            if finding.record in named:
                self._note(finding)
        return records


def gone(identifier: str, datestamp: str | None, source: str) -> Record:
    """What says that a record was deleted."""
    return Record(identifier, handle_of((), identifier), datestamp, deleted=True, source=source)


def _cut(headers: Sequence[Header]) -> int:
    """Where to cut, as near the middle as dates that differ allow; the headers are in the order of their dates.

    >>> _cut([Header("a", "1", False), Header("b", "1", False), Header("c", "1", False), Header("d", "2", False)])
    3
    """
    middle = len(headers) // 2
    places = [place for place in range(1, len(headers)) if headers[place - 1].datestamp != headers[place].datestamp]
    return min(places, key=lambda place: abs(place - middle))
