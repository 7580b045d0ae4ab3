"""Whatever a repository does, the harvest ends, and its records are there or named."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.errors import SourceError, SourceUnreachable, UsageError
from converter.harvest import Options
from converter.harvest.client import Clock
from converter.harvest.oai import harvest
from converter.report import Report
from tests.conftest import free_port
from tests.harvest.keeping import Memory, Run
from tests.misbehaving import Fault, Repository, collection

DIM = ("dim", "http://www.dspace.org/xmlns/dspace/dim")
XOAI = ("xoai", "http://www.lyncode.com/xoai")
RDF = ("rdf", "http://www.openarchives.org/OAI/2.0/rdf/")
DC = ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/")
ETDMS = ("thesis", "http://www.ndltd.org/standards/metadata/etdms/1.0/")


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def test_a_repository_that_behaves_is_kept_whole() -> None:
    run = Run(Repository(collection(45, deleted=[7]))).go()
    assert (run.keeper.titles, run.keeper.deleted) == (run.served, {"oai:repository.example.org:12345/7"})


def test_records_carry_the_name_of_their_source() -> None:
    run = Run(Repository(collection(3))).go()
    assert {record.source for record in run.keeper.records.values()} == {"test"}


def test_a_request_says_who_asks_and_for_what() -> None:
    run = Run(Repository(collection(3))).go()
    headers = run.repository.headers[-1]
    assert headers["User-Agent"].startswith("Shelfgraph/")
    assert (headers["Accept"], headers["Accept-Encoding"]) == ("text/xml", "gzip, deflate")


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_that_passes_costs_no_record(fault: Fault) -> None:
    run = Run(Repository(collection(45, deleted=[7]), faults=[None, fault])).go()
    assert (run.keeper.titles, run.report.named, run.summary.complete) == (run.served, set(), True)


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_of_every_list_costs_no_record_as_long_as_single_ones_come(fault: Fault) -> None:
    run = Run(Repository(collection(25, deleted=[7]), always=fault)).go()
    assert (run.keeper.titles, run.report.named) == (run.served, set())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.none() | st.sampled_from(Fault), max_size=12),
    poisonous=st.sets(st.integers(0, 29), max_size=3),
    shuffled=st.booleans(),
    by_day=st.booleans(),
    everywhere=st.booleans(),
)
def test_after_any_faults_the_records_are_there_or_named(
    faults: list[Fault | None], poisonous: set[int], shuffled: bool, by_day: bool, everywhere: bool
) -> None:
    records = [served._replace(poisonous=served.number in poisonous) for served in collection(30, deleted=[4])]
    repository = Repository(records, page_size=7, faults=list(faults), shuffled=shuffled, by_day=by_day)
    if everywhere:
        repository.chosen = lambda asked: asked.args.get("verb") in {"ListRecords", "GetRecord"}
    run = Run(repository).go(attempts=len(faults) + 2)
    lacking = {key for key, title in run.served.items() if run.keeper.titles.get(key) != title}
    assert lacking <= run.report.named <= {served.identifier for served in records}
    assert run.summary.skipped == len(run.report.named)


@pytest.mark.parametrize("shuffled", [False, True])
def test_only_the_records_that_cannot_be_had_are_skipped_and_each_is_named(shuffled: bool) -> None:
    records = [served._replace(poisonous=served.number in {12, 13, 40}) for served in collection(100)]
    run = Run(Repository(records, shuffled=shuffled)).go()
    bad = {served.identifier for served in records if served.poisonous}
    assert (set(run.served) - set(run.keeper.titles), run.report.named, run.summary.skipped) == (bad, bad, 3)


def test_a_bad_record_does_not_make_every_record_be_asked_for_singly() -> None:
    records = [served._replace(poisonous=served.number == 250) for served in collection(1000)]
    run = Run(Repository(records, page_size=100)).go()
    assert len(run.verbs("GetRecord")) < 40


def test_a_skipped_record_is_asked_for_again_the_next_time() -> None:
    records = [served._replace(poisonous=served.number == 5) for served in collection(10)]
    run = Run(Repository(records)).go()
    run.repository.records = [served._replace(poisonous=False) for served in records]
    assert run.go().keeper.titles == run.served


def test_an_interrupted_harvest_goes_on_with_the_next_page() -> None:
    run = Run(Repository(collection(45)), keeper=Memory(fails_after=2))
    with pytest.raises(KeyboardInterrupt):
        run.go()
    run.keeper.fails_after = None
    run.repository.asked.clear()
    run.go()
    assert run.verbs("ListRecords")[0]["resumptionToken"].endswith("/20")
    assert run.keeper.titles == run.served


def test_the_first_harvest_asks_for_everything() -> None:
    assert "from" not in Run(Repository(collection(5))).go().verbs("ListRecords")[0]


@pytest.mark.parametrize(("by_day", "expected"), [(False, "2024-05-30T00:00:00Z"), (True, "2024-05-30")])
def test_the_next_harvest_begins_an_overlap_before_the_last_by_the_clock_of_the_repository(
    by_day: bool, expected: str
) -> None:
    run = Run(Repository(collection(5), by_day=by_day)).go().go()
    assert run.verbs("ListRecords")[0]["from"] == expected


def test_a_clock_that_runs_back_takes_the_next_harvest_back_with_it() -> None:
    run = Run(Repository(collection(5))).go()
    run.repository.now -= timedelta(days=100)
    assert run.go().verbs("ListRecords")[0]["from"] == "2024-02-20T00:00:00Z"


def test_full_takes_everything_again() -> None:
    run = Run(Repository(collection(5))).go().go(full=True)
    assert "from" not in run.verbs("ListRecords")[0]


def test_since_is_written_in_the_granularity_of_the_repository() -> None:
    run = Run(Repository(collection(5), by_day=True)).go(since="2024-01-01T10:00:00Z")
    assert run.verbs("ListRecords")[0]["from"] == "2024-01-01"


def test_since_that_is_no_moment_is_refused() -> None:
    with pytest.raises(UsageError, match="yesterday"):
        Run(Repository(collection(5))).go(since="yesterday")


def test_nothing_new_is_no_fault() -> None:
    run = Run(Repository(collection(5))).go().go()
    assert (run.summary.complete, run.summary.records, run.report.counts["error"]) == (True, 0, 0)


def test_what_the_repository_no_longer_lists_is_deleted_when_reconciled() -> None:
    run = Run(Repository(collection(20))).go()
    lost = run.repository.records.pop(3).identifier
    assert run.go().keeper.deleted == set()
    assert run.go(reconcile=True).keeper.deleted == {lost}


def test_a_repository_that_suddenly_lists_nothing_deletes_nothing() -> None:
    run = Run(Repository(collection(20))).go()
    run.repository.records.clear()
    run.go(reconcile=True)
    assert (run.keeper.deleted, "nothing is reconciled" in run.reasons) == (set(), True)


def test_reconciling_a_set_is_refused() -> None:
    with pytest.raises(UsageError, match="--set"):
        Run(Repository(collection(3))).go(reconcile=True, set="col_1")


def test_a_dry_run_keeps_nothing_and_says_how_many_records_there_are() -> None:
    run = Run(Repository(collection(45))).go(dry_run=True)
    assert (run.keeper.takes, run.summary.total) == (0, 45)


def test_a_request_to_wait_is_obeyed_and_bounded() -> None:
    run = Run(Repository(collection(45), faults=[Fault.BUSY_503_SECONDS, Fault.BUSY_429_DATE])).go(longest_wait=60.0)
    assert run.waits == [7.0, 60.0]


def test_waits_grow_from_attempt_to_attempt() -> None:
    run = Run(Repository(collection(5), faults=[Fault.HTML] * 4)).go()
    assert run.waits == [0.75, 1.5, 3.0, 6.0]


def test_a_fault_that_the_repository_calls_its_own_is_not_waited_for_long() -> None:
    run = Run(Repository(collection(5), always=Fault.ERROR_500)).go()
    assert len(run.verbs("ListRecords")) == 3


def test_an_answer_larger_than_the_limit_is_had_in_smaller_parts() -> None:
    run = Run(Repository(collection(40), large=1000)).go(most_bytes=10_000)
    assert set(run.keeper.titles) == set(run.served)


@pytest.mark.parametrize("path", ["/", "/oai", "/oai/request"])
@pytest.mark.parametrize("place", ["/oai/request", "/server/oai/request", "/cgi/oai2", "/oai2d"])
def test_the_endpoint_is_found_from_another_address_of_the_repository(path: str, place: str) -> None:
    run = Run(Repository(collection(3), path=place)).go(path=path)
    assert (run.summary.endpoint.endswith(place), len(run.keeper.titles)) == (True, 3)


def test_the_endpoint_is_found_by_a_link_of_the_home_page() -> None:
    home = '<!doctype html><html><body><a href="/odd/place?verb=Identify">OAI</a></body></html>'
    assert Run(Repository(collection(3), path="/odd/place", home=home)).go(path="/").keeper.titles


def test_where_nothing_answers_the_addresses_that_were_tried_are_named() -> None:
    with pytest.raises(SourceUnreachable, match=r"tried .*/server/oai/request, .*/oai2d") as stated:
        Run(Repository(collection(3), path="/nowhere")).go(path="/")
    assert stated.value.exit_code == 3


def test_a_host_that_does_not_answer_is_unreachable() -> None:
    asked = Options(url=f"http://127.0.0.1:{free_port()}/oai/request")
    with pytest.raises(SourceUnreachable, match="no answer"):
        harvest(asked, Memory(), Report(), lambda _done, _total: None, Clock(sleep=lambda _: None))


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ((DC, ETDMS), "thesis"),
        ((DC, RDF), "oai_dc"),
        ((DC, DIM), "oai_dc"),
        ((DC,), "oai_dc"),
        ((XOAI, DC), "oai_dc"),
    ],
    ids=["richest", "never-rdf", "dim-of-unknown-age", "only", "richest-is-broken"],
)
def test_auto_takes_the_richest_format_that_is_sound_and_can_be_read(
    offered: tuple[tuple[str, str], ...], chosen: str
) -> None:
    # The records of this repository are flat Dublin Core in any namespace, which is no xoai.
    assert Run(Repository(collection(3), formats=offered)).go().summary.format == chosen


def test_a_prefix_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(SourceError, match=r"'mods' is not offered.*oai_dc"):
        Run(Repository(collection(3))).go(prefix="mods")


def test_another_prefix_than_before_takes_everything_again() -> None:
    run = Run(Repository(collection(3), formats=(DC, ETDMS))).go(prefix="oai_dc").go(prefix="thesis")
    assert "from" not in run.verbs("ListRecords")[0]


def test_a_delay_is_kept_between_requests() -> None:
    run = Run(Repository(collection(15))).go(delay=3.0)
    assert len(run.waits) == run.summary.requests - 1
