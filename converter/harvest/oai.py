"""An OAI-PMH repository → its records, handed to a keeper page by page, whatever the repository does.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, https://www.openarchives.org/OAI/2.0/.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from converter import set_names
from converter.errors import SourceUnreachable, UsageError
from converter.harvest import Keeper, Options, Progress, Summary, formats
from converter.harvest.client import Client, Clock
from converter.harvest.endpoint import Repository, dspace_of_home, find
from converter.harvest.listing import Broken, Endpoint, Refused, Stopped
from converter.harvest.position import Position, beginning, decoded
from converter.harvest.reconciling import vanished
from converter.harvest.rescue import Rescue
from converter.harvest.responses import Answer, Header
from converter.record import Record
from converter.report import Finding, Report

_AT_ONCE = 1000
_MOST_BARREN = 2
"""New lists that bring nothing new before what is missing is looked for another way."""


def harvest(
    options: Options, keeper: Keeper, report: Report, progress: Progress, clock: Clock | None = None
) -> Summary:
    """Harvest a repository, from where the last run ended; what happened is the summary, what went wrong the report.

    Raises SourceUnreachable where the repository does not answer (what came is kept, and the next run goes on),
    SourceError where it refuses, UsageError for options that do not fit together.
    """
    if options.reconcile and options.set:
        raise UsageError("--reconcile compares all that is held with the whole repository; leave out --set")
    clock = clock or Clock()
    begun = clock.monotonic()
    client = Client(options, clock)
    summary = Summary()
    try:
        _Harvest(options, keeper, report, progress, client, summary).run()
    finally:
        client.close()
        summary.requests, summary.retries = client.requests, client.retries
        summary.seconds = clock.monotonic() - begun
    return summary


class _Harvest:
    """One run."""

    def __init__(
        self,
        options: Options,
        keeper: Keeper,
        report: Report,
        progress: Progress,
        client: Client,
        summary: Summary,
    ) -> None:
        self._options, self._keeper, self._report, self._progress = options, keeper, report, progress
        self._client, self._summary = client, summary
        self._repository: Repository = find(client, options.url)
        self._source = options.source or urlsplit(self._repository.endpoint).hostname or ""
        self._endpoint = Endpoint(client, self._repository.endpoint, self._source)
        summary.endpoint, summary.source = self._repository.endpoint, self._source
        self._name = f"{self._source} oai {self._repository.endpoint} {options.set}".strip()
        self._at = decoded(keeper.state(self._name))
        self._whole = False
        self._came: set[int] = set()
        """Hashes of the identifiers that came in this run: a million of them are to fit into memory."""
        self._listed: set[int] = set()
        """The same for those that the list of now showed."""
        self._names: dict[str, str] = {}

    def run(self) -> None:
        """Follow the list to its end, look for what it did not give, and remember that."""
        self._begin()
        if self._options.dry_run:
            self._look()
            return
        self._names = self._names_of_sets()
        self._rescue = Rescue(self._endpoint, self._at.prefix, self._source, self._take, self._report.add)
        before, self._at.skipped = self._at.skipped, ()
        self._rescue.singly(Header(identifier, None, deleted=False) for identifier in before)
        reason = self._follow()
        reconciled = self._reconcile() if self._options.reconcile else ""
        for fault in filter(None, (reason, reconciled)):
            self._report.add(Finding("", "error", "", self._repository.endpoint, fault))
        self._summary.skipped = len(self._rescue.skipped)
        self._summary.complete = not reason
        self._finish(whole=not reason)

    def _begin(self) -> None:
        """Choose the format and where to begin: at the page where the last run ended, else at a datestamp."""
        options, repository, at = self._options, self._repository, self._at
        wanted = at.prefix if options.prefix == "auto" and at.prefix else options.prefix
        choice = formats.choose(self._endpoint, wanted, self._dspace, options.set)
        if at.prefix and choice.prefix != at.prefix:
            # What is held in another format is replaced by everything in this one.
            self._at = at = Position()
        self._summary.format, self._summary.why, self._whole = choice
        completed = at.completed
        from_ = beginning(options, completed, repository.now, by_day=repository.by_day)
        going_on = at.token and (at.from_ == from_ or not (options.full or options.since))
        if not going_on:
            self._at = Position(
                choice.prefix, "", from_, from_, repository.now, completed=completed, skipped=at.skipped
            )

    def _dspace(self) -> int | None:
        return self._repository.dspace or dspace_of_home(self._client, self._repository)

    def _arguments(self) -> dict[str, str]:
        return {"metadataPrefix": self._at.prefix, "set": self._options.set}

    def _look(self) -> None:
        """Report how many records there are, from the first page of headers."""
        for page in self._endpoint.pages("ListIdentifiers", {**self._arguments(), "from": self._at.from_}):
            self._summary.total = page.size if page.token else len(page.headers)
            return

    def _follow(self) -> str:
        """Take all pages; why some are missing for good, "" when none is."""
        barren = 0
        while True:
            before = len(self._came)
            try:
                self._list()
            except Stopped as fault:
                barren = barren + 1 if len(self._came) == before else 0
                if isinstance(fault, Broken) or barren >= _MOST_BARREN:
                    return self._rest(str(fault))
                self._anew(str(fault))
                continue
            except Refused as fault:
                if fault.code != "badArgument" or not self._at.from_ or self._options.since:
                    raise
                self._note("warning", f"{fault}; everything is harvested instead")
                self._at.from_ = self._at.listed_from = self._at.token = ""
                continue
            if self._at.size and self._at.count < self._at.size:
                return self._rest(f"the list ended after {self._at.count} of {self._at.size} records")
            if self._at.listed_from != self._at.from_:
                # A list may be in no order: what stood before the datestamp of the new one must be looked for.
                return self._rest("a list was begun anew")
            return ""

    def _list(self) -> None:
        arguments = {**self._arguments(), "from": self._at.listed_from}
        for page in self._endpoint.pages("ListRecords", arguments, self._at.token):
            self._page(page)

    def _anew(self, reason: str) -> None:
        """Go on with a new list, from the last datestamp where the list was in the order of these."""
        at = self._at
        where = at.last if at.ordered and at.last else at.listed_from
        self._note("warning", f"{reason}; a new list is begun from {where or 'the beginning'}")
        at.token, at.listed_from, at.size, at.count = "", where, None, 0
        self._listed.clear()

    def _rest(self, reason: str) -> str:
        """Fetch what a list did not give, as the list of identifiers shows; why that may not be all."""
        self._note("warning", f"{reason}; the rest is looked for by identifier")
        headers, fault = self._endpoint.headers({**self._arguments(), "from": self._at.from_})
        if fault and not headers:
            raise SourceUnreachable(
                f"{self._repository.endpoint}: {reason}, and its identifiers cannot be listed: {fault};"
                " what came is kept, and the same command goes on from there"
            )
        left = [header for header in headers.values() if hash(header.identifier) not in self._came]
        self._rescue.missing(left, self._arguments(), self._options.one_by_one)
        return f"records may be missing: {fault} (and before: {reason})" if fault else ""

    def _page(self, page: Answer) -> None:
        """Take the records of a page together with the way to the next one."""
        records = self._unique(page.records)
        read = {record.listed.identifier for record in records}
        without = [header for header in page.headers if header.identifier not in read]
        self._rescue.singly(without)
        lost = {header.identifier for header in without}
        self._report.extend(finding for finding in page.findings if finding.record not in lost)
        at, listed = self._at, len(self._listed)
        for header in page.headers:
            at.ordered = at.ordered and (header.datestamp or "") >= at.last
            at.last = max(at.last, header.datestamp or "")
        at.token, at.size = page.token or "", page.size or at.size
        self._listed.update(hash(header.identifier) for header in page.headers)
        at.count += len(self._listed) - listed
        for start in range(0, len(records), _AT_ONCE):
            if start + _AT_ONCE < len(records):
                self._take(records[start : start + _AT_ONCE])
        tail = records[(len(records) - 1) // _AT_ONCE * _AT_ONCE :] if records else []
        self._take(tail, self._at if at.token else None)

    def _unique(self, records: Sequence[Record]) -> list[Record]:
        """Each record once, in its newest version."""
        newest: dict[str, Record] = {}
        for record in records:
            named, datestamp = record.listed.identifier, record.listed.datestamp or ""
            before = newest.get(named)
            if before is not None:
                self._report.add(Finding(named, "info", "", "", "comes twice on one page"))
            if before is None or datestamp >= (before.listed.datestamp or ""):
                newest[named] = record
        return list(newest.values())

    def _take(self, records: Sequence[Record], at: Position | None = None) -> None:
        if at:
            at.skipped = tuple(dict.fromkeys((*at.skipped, *self._rescue.skipped)))
        state = {self._name: at.encoded()} if at else {}
        if records or state:
            state |= self._names
            self._names = {}
            self._keeper.take([self._meant(record) for record in records], state)
        self._came.update(hash(record.listed.identifier) for record in records)
        self._summary.deleted += sum(record.deleted for record in records)
        self._summary.records += len(records)
        self._progress(self._summary.records, self._at.size)

    def _meant(self, record: Record) -> Record:
        """The record as its format means it: where tombstones come as records, a bare header says that none is left."""
        bare = record.deleted and not record.listed.namespace
        return msgspec.structs.replace(record, erased=True) if self._whole and bare else record

    def _reconcile(self) -> str:
        """Mark as deleted what is held and no longer listed; why that was not done."""
        headers, fault = self._endpoint.headers(self._arguments())
        if fault:
            return f"nothing is reconciled: {fault}"
        gone, new, reason = vanished(headers, self._keeper.held(self._source), self._source)
        for start in range(0, len(gone), _AT_ONCE):
            self._take(gone[start : start + _AT_ONCE])
        known = set(self._rescue.skipped)
        self._rescue.missing(
            (header for header in new if header.identifier not in known and hash(header.identifier) not in self._came),
            self._arguments(),
            self._options.one_by_one,
        )
        return reason

    def _finish(self, *, whole: bool) -> None:
        """Remember when this harvest began, so that the next one takes what changed since."""
        at, options = self._at, self._options
        completed = at.completed
        since = beginning(options, "", "", by_day=self._repository.by_day)
        if whole and not (completed and since > completed):
            completed = at.started
        done = Position(at.prefix, completed=completed, skipped=tuple(dict.fromkeys(self._rescue.skipped)))
        self._keeper.take([], {self._name: done.encoded(), **self._names})

    def _names_of_sets(self) -> dict[str, str]:
        """What the repository calls its sets, to be kept with the first records; nothing where that is known."""
        name, stated = set_names.state_name(self._source), set_names.encoded(self._endpoint.sets())
        return {} if stated in {self._keeper.state(name), set_names.encoded({})} else {name: stated}

    def _note(self, level: str, reason: str) -> None:
        finding = Finding("", "warning" if level == "warning" else "info", "", self._repository.endpoint, reason)
        self._report.add(finding)
