"""The items of DSpace's REST interface, page by page, with their files."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from converter.embargo import on_day
from converter.errors import SourceUnreachable, UsageError
from converter.harvest import Options, Summary
from converter.harvest.client import Clock
from converter.harvest.rest import harvest
from tests.conftest import free_port
from tests.harvest.keeping import Findings, Memory
from tests.misbehaving import serving


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def item(number: int) -> dict[str, Any]:
    """An item with two authors out of order and a file."""
    bitstream = {"name": "text.pdf", "sizeBytes": 5, "_links": {"content": {"href": f"http://x/{number}/content"}}}
    inner = {"_embedded": {"bitstreams": [bitstream]}}
    bundles = {"_embedded": {"bundles": [{"name": "ORIGINAL", "_embedded": {"bitstreams": inner}}]}}
    authors = [{"value": "Second", "place": 1}, {"value": "First", "place": 0}]
    return {
        "uuid": f"uuid-{number}",
        "handle": f"12345/{number}",
        "type": "item",
        "lastModified": f"2024-{1 + number // 28:02}-{1 + number % 28:02}T00:00:00Z",
        "metadata": {"dc.title": [{"value": f"Title {number}", "place": 0}], "dc.contributor.author": authors},
        "_embedded": {"bundles": bundles},
    }


def _as_asked(item: dict[str, Any]) -> dict[str, Any]:
    """The item with nothing else embedded than is asked for."""
    names = {name.partition("/")[0] for name in request.args.getlist("embed")}
    return item | {"_embedded": {name: inner for name, inner in item["_embedded"].items() if name in names}}


@dataclasses.dataclass
class Rest:
    """A repository with a REST interface, its archive, and the requests it got."""

    items: list[dict[str, Any]] = dataclasses.field(default_factory=lambda: [item(number) for number in range(45)])
    poisonous: frozenset[str] = frozenset()
    heavy: frozenset[str] = frozenset()
    sorts: bool = True
    keeper: Memory = dataclasses.field(default_factory=Memory)
    report: Findings = dataclasses.field(default_factory=Findings)
    asked: list[dict[str, str]] = dataclasses.field(default_factory=list)
    port: int = dataclasses.field(default_factory=free_port)

    def app(self) -> Flask:
        app = Flask("rest")
        app.add_url_rule("/server/api", "root", lambda: jsonify({"_links": {}, "dspaceVersion": "DSpace 8.0"}))
        app.add_url_rule("/server/api/discover/search/objects", "search", self._search)
        app.add_url_rule("/server/api/core/items/<uuid>", "item", self._item)
        return app

    def _item(self, uuid: str) -> ResponseReturnValue:
        self.asked.append({"uuid": uuid})
        found = [one for one in self.items if one["uuid"] == uuid]
        if not found:
            return "unknown", 404
        return ("fault", 500) if self._fails(found) else jsonify(_as_asked(found[0]))

    def _fails(self, shown: list[dict[str, Any]]) -> bool:
        """Whether one of the items cannot be shown; a heavy one can without its files."""
        bad = self.poisonous | (self.heavy if "embed" in request.args else frozenset())
        return any(one["uuid"] in bad for one in shown)

    def _search(self) -> ResponseReturnValue:
        asked = request.args.to_dict()
        self.asked.append(asked)
        newest = asked["sort"].startswith("lastModified")
        if newest and not self.sorts:
            return jsonify({"status": 422}), 422
        items = sorted(self.items, key=lambda one: one["lastModified"], reverse=newest)
        number, size = int(asked["page"]), int(asked["size"])
        shown = items[number * size : (number + 1) * size]
        if self._fails(shown):
            return "fault", 500
        objects = [{"_embedded": {"indexableObject": _as_asked(one)}} for one in shown]
        page = {"totalElements": len(items), "totalPages": -(-len(items) // size), "number": number, "size": size}
        return jsonify({"_embedded": {"searchResult": {"_embedded": {"objects": objects}, "page": page}}})

    def go(self, path: str = "", **options: Any) -> Summary:
        """Harvest, without waiting."""
        self.asked.clear()
        clock = Clock(sleep=lambda _: None, now=lambda: datetime(2024, 2, 12, tzinfo=UTC))
        with serving(self.app(), self.port) as address:
            asked = Options(url=address + path, source="test", page_size=10, **options)
            return harvest(asked, self.keeper, self.report, lambda _done, _total: None, clock)


@pytest.mark.parametrize("path", ["", "/server", "/server/api"])
def test_all_items_come_from_any_address_of_the_repository(path: str) -> None:
    rest = Rest()
    summary = rest.go(path)
    assert (len(rest.keeper.titles), summary.records, summary.complete) == (45, 45, True)


def test_authors_come_in_their_order_and_files_with_their_addresses() -> None:
    rest = Rest()
    rest.go()
    record = rest.keeper.records["uuid-3"]
    assert record.values("dc.contributor.author") == ["First", "Second"]
    assert [file.url for file in record.files] == ["http://x/3/content"]


@pytest.mark.parametrize("poisonous", [frozenset(), frozenset({"uuid-2"})], ids=["in lists", "one by one"])
def test_a_file_that_not_everybody_may_read_is_withheld(poisonous: frozenset[str]) -> None:
    rest = Rest([item(0), item(1), item(2)], poisonous)
    rest.items[0]["_embedded"]["accessStatus"] = {"status": "restricted"}
    rest.items[1]["_embedded"]["accessStatus"] = {"status": "open.access"}
    rest.go()
    files = {one.handle: on_day(one, "2024-01-01").record.files for one in rest.keeper.records.values()}
    assert {handle: len(found) for handle, found in files.items()} == {"12345/0": 0, "12345/1": 1} | (
        {} if poisonous else {"12345/2": 1}
    )


def test_an_interrupted_harvest_goes_on_with_the_next_page() -> None:
    rest = Rest(keeper=Memory(fails_after=2))
    with pytest.raises(KeyboardInterrupt):
        rest.go()
    rest.keeper.fails_after = None
    rest.go()
    assert (rest.asked[0]["page"], len(rest.keeper.titles)) == ("2", 45)


def test_the_next_harvest_stops_at_what_has_not_changed() -> None:
    # The last began on 12 February, two days before which is the 10th; items changed daily until the 17th.
    rest = Rest()
    rest.go()
    assert rest.go().records == 8
    assert {asked["sort"] for asked in rest.asked} == {"lastModified,DESC"}


def test_where_the_repository_does_not_sort_by_change_only_what_changed_is_kept() -> None:
    rest = Rest(sorts=False)
    rest.go()
    assert (rest.go().records, rest.asked[-1]["page"]) == (8, "4")


def test_an_item_that_does_not_come_is_named_and_the_others_of_its_page_are_kept() -> None:
    rest = Rest(poisonous=frozenset({"uuid-13"}))
    summary = rest.go()
    assert (len(rest.keeper.titles), summary.skipped, len(rest.report.named)) == (44, 1, 1)


@pytest.mark.parametrize("kind", ["poisonous", "heavy"])
def test_a_skipped_item_is_asked_for_again_the_next_time_and_everything_else_is_not(kind: str) -> None:
    rest = Rest(**{kind: frozenset({"uuid-13"})})
    rest.go()
    assert rest.go().skipped == 1
    assert len(rest.keeper.titles) == 44
    rest.poisonous = rest.heavy = frozenset()
    summary = rest.go()
    assert (len(rest.keeper.titles), summary.skipped, rest.asked[-1]["sort"]) == (45, 0, "lastModified,DESC")
    asked = len(rest.asked)
    rest.go()
    assert len(rest.asked) < asked


def test_a_skipped_item_is_found_although_those_before_it_have_gone() -> None:
    rest = Rest(poisonous=frozenset({"uuid-13"}))
    rest.go()
    rest.items = rest.items[5:]
    rest.poisonous = frozenset()
    assert rest.go().skipped == 0
    assert "uuid-13" in rest.keeper.titles


def test_a_skipped_item_that_is_no_longer_there_is_forgotten() -> None:
    rest = Rest(heavy=frozenset({"uuid-13"}))
    rest.go()
    rest.items = [one for one in rest.items if one["uuid"] != "uuid-13"]
    assert (rest.go().skipped, [asked for asked in rest.asked if "uuid" in asked]) == (0, [{"uuid": "uuid-13"}])
    rest.go()
    assert not [asked for asked in rest.asked if "uuid" in asked]


def test_an_item_skipped_before_an_interruption_is_asked_for_again() -> None:
    rest = Rest(heavy=frozenset({"uuid-3"}), keeper=Memory(fails_after=2))
    with pytest.raises(KeyboardInterrupt):
        rest.go()
    rest.keeper.fails_after, rest.heavy = None, frozenset()
    rest.go()
    assert len(rest.keeper.titles) == 45


def test_a_site_without_the_interface_is_unreachable() -> None:
    with pytest.raises(SourceUnreachable, match="tried"):
        Rest().go("/elsewhere")


def test_a_set_is_refused() -> None:
    with pytest.raises(UsageError, match="--set"):
        Rest().go(set="col_1")
