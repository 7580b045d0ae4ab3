"""The REST interface of DSpace 7 and later → its items with their files, handed to a keeper page by page.

Its answers say the place of each value and so the order of authors, which no format of OAI-PMH does.
Source: the REST contract of DSpace, https://github.com/DSpace/RestContract, `search-endpoint.md`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from converter.errors import NoEndpoint, SourceError, SourceUnreachable, UsageError
from converter.harvest import Keeper, Options, Progress, Summary
from converter.harvest.client import Body, Client, Clock, Failed, Lasting, Passing
from converter.harvest.position import Position, beginning, decoded, moment
from converter.record import Record
from converter.report import Finding, Report
from converter.sources import json_records
from converter.sources.limits import USUAL, bounded

_ROOTS = ("", "server/api", "api", "rest/api")
_SEARCH = "discover/search/objects"
_NEWEST_FIRST = "lastModified,DESC"
_IN_ORDER = "dc.date.accessioned,ASC"
_SORTS_REFUSED = frozenset({400, 422})
_FILES = ("bundles/bitstreams/format", "bundles/bitstreams/accessStatus", "accessStatus")
"""What an item is asked for with: its files, and who may read them, which not every version says."""
_ANYWHERE = "*"
"""A skipped item of which nothing is known that would lead to it: the next harvest takes everything."""


class _Page(NamedTuple):
    """One page of a search: its items as they came, and how many there are in all."""

    items: tuple[dict[str, Any], ...]
    total: int
    pages: int


class _Refused(Lasting):
    """The repository does not sort so."""


def harvest(
    options: Options, keeper: Keeper, report: Report, progress: Progress, clock: Clock | None = None
) -> Summary:
    """Harvest the items of a repository, from the page where the last run ended; else what changed since then.

    Raises SourceUnreachable where the interface does not answer, UsageError for options that it cannot follow.
    """
    for wrong, name in ((options.set, "--set"), (options.reconcile, "--reconcile")):
        if wrong:
            raise UsageError(f"{name} is for OAI-PMH; leave out --rest")
    clock = clock or Clock()
    begun = clock.monotonic()
    client = Client(options, clock, accept="application/json")
    summary = Summary(format="rest", why="every value has its place, so that authors are in their order")
    try:
        _Harvest(options, keeper, report, progress, client, summary).run(clock)
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
        self._root = _root(client, options.url)
        self._source = options.source or urlsplit(self._root).hostname or ""
        summary.endpoint, summary.source = self._root, self._source
        self._name = f"{self._source} rest {self._root}"
        self._skipped: list[str] = []
        """What leads to the items that did not come: identifiers, or places in the list with the item before them."""

    def run(self, clock: Clock) -> None:
        """Take page after page until the last one, or until what has not changed since the last harvest."""
        now = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        at = decoded(self._keeper.state(self._name))
        found = self._options.dry_run or self._again(at.skipped)
        from_ = beginning(self._options, at.completed, now, by_day=False) if found else ""
        if not (at.token and found) or self._options.full or self._options.since:
            sort = _NEWEST_FIRST if from_ and self._sorts_by_change() else _IN_ORDER
            at = Position(sort, "0", from_, started=now, completed=at.completed)
        if self._options.dry_run:
            self._summary.total = self._page(0, 1, at.prefix).total
            return
        while at.token:
            self._step(at)
        self._summary.skipped, self._summary.complete = len(self._skipped), True
        done = Position(completed=at.started, skipped=tuple(dict.fromkeys(self._skipped)))
        self._keeper.take([], {self._name: done.encoded()})

    def _again(self, skipped: Iterable[str]) -> bool:
        """Ask again for what was skipped before; False where it is not known where that is now."""
        found = True
        for name in skipped:
            place, blank, before = name.partition(" ")
            if name == _ANYWHERE or (blank and before != self._before(int(place))):
                found = False
                continue
            try:
                page = self._page(int(place), 1, _IN_ORDER, attempts=2) if blank else self._item(name)
            except Failed as fault:
                if fault.reason != "HTTP 404":
                    self._skip(name, fault.reason)
                continue
            records = self._read(page)
            self._keeper.take(records, {})
            self._summary.records += len(records)
        return found

    def _skip(self, name: str, reason: str) -> None:
        self._skipped.append(name)
        place, blank, _ = name.partition(" ")
        shown = f"item {place} by {_IN_ORDER}" if blank else "an item" if name == _ANYWHERE else name
        self._report.add(Finding(shown, "error", "", "", f"skipped: {reason}"))

    def _step(self, at: Position) -> None:
        """Take one page together with the number of the next one."""
        number, size = int(at.token), self._options.page_size
        try:
            page = self._page(number, size, at.prefix)
        except Failed as fault:
            page = self._singly(number, size, at, fault)
        records = self._read(page)
        fresh = [record for record in records if not _older(record, at.from_)]
        # Newest first: behind the first old one all are old.
        ended = number + 1 >= page.pages or (at.prefix == _NEWEST_FIRST and len(fresh) < len(records))
        at.size, at.token = page.total, "" if ended else str(number + 1)
        at.skipped = tuple(dict.fromkeys(self._skipped))
        self._keeper.take(fresh, {self._name: at.encoded()} if at.token else {})
        self._summary.records += len(fresh)
        self._summary.deleted += sum(record.deleted for record in fresh)
        self._progress(self._summary.records, None if at.from_ else page.total)

    def _singly(self, number: int, size: int, at: Position, fault: Failed) -> _Page:
        """The items of a failing page one by one; what leads to each that fails is kept."""
        items: list[dict[str, Any]] = []
        total = pages = 0
        reasons: list[tuple[int, str]] = []
        for place in range(number * size, (number + 1) * size):
            if total and place >= total:
                break
            try:
                single = self._page(place, 1, at.prefix, attempts=2)
            except Failed as inner:
                reasons.append((place, inner.reason))
                continue
            items += single.items
            total = single.total
            pages = -(-total // size)
        if not total:
            raise SourceUnreachable(f"{self._root}: {fault.reason}; what came is kept, the same command goes on")
        for place, reason in reasons:
            if place < total:
                self._skip(self._leading_to(place, at.prefix), reason)
        return _Page(tuple(items), total, pages)

    def _leading_to(self, place: int, sort: str) -> str:
        """What leads to the item at a place: its identifier, which it may give without its files, else that place.

        Places by the date of accession change seldom, and the item before says whether they have.
        """
        uuid = self._uuid(place, sort)
        if uuid:
            return uuid
        before = self._before(place) if sort == _IN_ORDER else None
        return _ANYWHERE if before is None else f"{place} {before}"

    def _before(self, place: int) -> str | None:
        return self._uuid(place - 1, _IN_ORDER) if place else ""

    def _uuid(self, place: int, sort: str) -> str | None:
        try:
            items = self._page(place, 1, sort, attempts=1, embed=()).items
        except Failed:
            return None
        return str(items[0].get("uuid") or "") or None if items else None

    def _item(self, uuid: str) -> _Page:
        item = self._client.fetch(f"{self._root}/core/items/{quote(uuid)}", {"embed": _FILES}, _object, 2)
        return _Page((item,), 1, 1)

    def _read(self, page: _Page) -> list[Record]:
        records: list[Record] = []
        for item in page.items:
            try:
                stream = io.BytesIO(msgspec.json.encode(item))
                found = json_records.records(stream, self._root, self._report.add, self._source)
                records += bounded(found, self._root, self._report.add, USUAL)
            except SourceError as fault:
                self._skip(str(item.get("uuid")), str(fault))
        return records

    def _sorts_by_change(self) -> bool:
        try:
            self._page(0, 1, _NEWEST_FIRST)
        except Failed:
            reason = "the repository does not sort by change: everything is harvested"
            self._report.add(Finding("", "info", "", self._root, reason))
            return False
        return True

    def _page(
        self, number: int, size: int, sort: str, attempts: int | None = None, embed: Sequence[str] = _FILES
    ) -> _Page:
        parameters: dict[str, str | Sequence[str]] = {
            "dsoType": "item",
            "sort": sort,
            "page": str(number),
            "size": str(size),
            **({"embed": embed} if embed else {}),
        }
        return self._client.fetch(f"{self._root}/{_SEARCH}", parameters, _found, attempts)


def _older(record: Record, from_: str) -> bool:
    """Whether a record did not change since a moment; one that does not say is taken."""
    changed, since = moment(record.datestamp or ""), moment(from_)
    return changed is not None and since is not None and changed < since


def _object(body: Body) -> dict[str, Any]:
    if body.status >= 400:
        raise (_Refused if body.status in _SORTS_REFUSED else Lasting)(f"HTTP {body.status}")
    try:
        found = msgspec.json.decode(json_records.whole_pairs(body.stream.read()))
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Passing(f"no JSON ({fault})") from None
    if not isinstance(found, dict):
        raise Passing("JSON that is no object")
    return found


def _found(body: Body) -> _Page:
    try:
        result = _object(body)["_embedded"]["searchResult"]
        objects = [one["_embedded"]["indexableObject"] for one in result.get("_embedded", {}).get("objects", [])]
        page = result["page"]
        return _Page(tuple(objects), int(page["totalElements"]), int(page["totalPages"]))
    except (KeyError, TypeError, ValueError) as fault:
        raise Passing(f"an answer that is no list of items ({fault})") from None


def _root(client: Client, address: str) -> str:
    """The address of the interface, which is that of the home page with a path behind it.

    Raises NoEndpoint where none is found, SourceUnreachable where nothing answers at all.
    """
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{address!r} is no address; it must begin with http:// or https://")

    def links(body: Body) -> str:
        if "_links" not in _object(body):
            raise Lasting("not the interface of DSpace")
        return body.address.rstrip("/")

    tried: list[str] = []
    for path in _ROOTS:
        place = "/".join(part for part in (parts.path.strip("/"), path) if part)
        candidate = urlunsplit((parts.scheme, parts.netloc, place, "", ""))
        tried.append(candidate)
        try:
            return client.fetch(candidate, {}, links, attempts=3)
        except Failed as fault:
            if fault.reason.startswith("no answer") or "--allow-host" in fault.reason:
                raise
    raise NoEndpoint(f"{address}: no REST interface of DSpace 7 or later found; tried {', '.join(tried)}")
