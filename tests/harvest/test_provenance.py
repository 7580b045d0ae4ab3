"""What a repository says of where it has its records: kept and passed on, believed only where it can do no harm."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from converter.harvest import Options
from converter.harvest.oai import harvest
from converter.mapping.engine import Mapper
from converter.record import Field, Origin, Record, Via
from converter.report import Finding
from converter.sources import oai
from converter.store.data_folder import DataFolder, Identity
from converter.store.reader import ArchiveReader
from converter.store.writer import WriterKeeper
from tests.harvest.keeping import Findings
from tests.misbehaving import NOW, Repository, Served, serving

DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
MAPPER = Mapper("https://data.example.org/")
IDENTITY = Identity(MAPPER.base, MAPPER.digest)
FIRST = "oai:first.example.org:"
PLACE = "oai/first.example.org%3A1"


def about(
    identifier: str = f"{FIRST}1",
    *,
    base: str = "https://oai.first.example.org/oai",
    altered: str = "false",
    namespace: str = DC,
    datestamp: str = "2019-01-02",
    inside: str = "",
) -> str:
    """The part of a record that says where its provider has it from."""
    return (
        '<about><provenance xmlns="http://www.openarchives.org/OAI/2.0/provenance">'
        f'<originDescription harvestDate="2020-01-01T00:00:00Z" altered="{altered}"><baseURL>{base}</baseURL>'
        f"<identifier>{identifier}</identifier><datestamp>{datestamp}</datestamp>"
        f"<metadataNamespace>\n{namespace}\n</metadataNamespace>{inside}</originDescription></provenance></about>"
    )


def nested(altered: str) -> str:
    outer = about("oai:second.example.org:9", base="http://second.example.org/", inside="HERE")
    inner = about(altered=altered).partition("<originDescription")[2].partition("</provenance>")[0]
    return outer.replace("HERE", f"<originDescription{inner}")


def read(part: str) -> tuple[Record, list[Finding]]:
    """The record that a provider gives with that part, and what was noticed."""
    page = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        "<identifier>oai:third.example.org:77</identifier><datestamp>2024-01-01</datestamp></header><metadata>"
        f'<dc xmlns="{DC}"><title xmlns="http://purl.org/dc/elements/1.1/">Of fog</title></dc></metadata>{part}'
        "</record></ListRecords></OAI-PMH>"
    )
    findings: list[Finding] = []
    [record] = oai.records(io.BytesIO(page.encode()), "page", findings.append, "third", "http://third.example.org/oai")
    return record, findings


@pytest.mark.parametrize("part", [about(), nested("false"), about(altered="0", datestamp="2019-01-02T03:04:05Z")])
def test_a_record_that_is_passed_on_unaltered_bears_the_identity_of_its_origin(part: str) -> None:
    record, _ = read(part)
    assert (record.identifier, str(record.datestamp)[:10], record.source) == (
        f"{FIRST}1",
        "2019-01-02",
        "oai.first.example.org",
    )
    assert record.via == Via("oai:third.example.org:77", "2024-01-01", "third", "http://third.example.org/oai", DC)


@pytest.mark.parametrize(
    "part",
    [
        about(altered="true"),
        nested("true"),
        about(namespace="http://www.dspace.org/xmlns/dspace/dim"),
        about("oai:generic.example.org:1"),
        about("oai:example:1"),
        about("10.5555/1"),
        about(base="http://notfirst.example.org/oai", identifier="oai:first.example.org:1"),
        about(base="http://evilfirst.example.org.example.net/"),
    ],
)
def test_what_was_altered_or_has_a_name_that_may_be_of_others_bears_its_providers_identity(part: str) -> None:
    record, findings = read(part)
    assert (record.identifier, record.datestamp, record.source) == ("oai:third.example.org:77", "2024-01-01", "third")
    assert isinstance(record.origins[-1], Origin)
    assert not findings


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (about() + about(f"{FIRST}2"), "2 containers"),
        (about(altered="perhaps"), "whether it was altered"),
        (about(datestamp="yesterday"), "'yesterday' is no day"),
        (about(base="first"), "'first' is no address"),
        (about(base="http://[first"), "is no address"),
        (about(identifier=" "), "without identifier"),
        (about(inside="<originDescription/><originDescription/>"), "two origins beside each other"),
        (about().replace("originDescription", "origin"), "without an originDescription"),
    ],
)
def test_a_provenance_that_is_not_as_its_schema_says_is_told_of_and_not_believed(part: str, reason: str) -> None:
    record, [finding] = read(part)
    assert (record.identifier, record.origins) == ("oai:third.example.org:77", ())
    assert (finding.record, reason in finding.reason) == ("oai:third.example.org:77", True)


def load(folder: Path, *records: Record, asked: bool = False) -> list[str]:
    """Why records were not loaded."""
    findings: list[Finding] = []
    with DataFolder(folder).writing(IDENTITY, MAPPER.triples) as writer:
        if asked:
            writer.take(records, {}, note=findings.append)
            writer.published()
        else:
            writer.load(records, note=findings.append)
    return [finding.reason for finding in findings]


def of_origin(title: str = "At its origin") -> Record:
    return Record(f"{FIRST}1", None, "2019-01-02", fields=(Field("dc.title", title),), source="first")


def passed_on(title: str, number: int = 77, source: str = "third", named: str = "oai.first.example.org") -> Record:
    return Record(
        f"{FIRST}1",
        None,
        "2019-01-02",
        fields=(Field("dc.title", title), Field("dc.contributor.author", "Quill, A", authority="rp1")),
        source=named,
        via=Via(f"oai:third.example.org:{number}", "2024-01-01", source, "http://third.example.org/oai", DC),
    )


def titles(folder: Path) -> dict[str, list[str]]:
    archive = ArchiveReader(folder / "archive.sqlite")
    records = {held.address: archive.get(held.address) for held in archive.listing()}
    return {address: record.values("dc.title") for address, record in records.items() if record}


def test_no_word_about_its_origin_takes_an_item_from_the_source_that_has_it(tmp_path: Path) -> None:
    load(tmp_path, of_origin())
    with DataFolder(tmp_path).writing(IDENTITY, MAPPER.triples) as writer:
        writer.archive.rank("third")
        writer.archive.order(["third"])
    for asked in (False, True):
        [reason] = load(tmp_path, passed_on("Taken"), asked=asked)
        assert "belongs to the source “first”, and “third” only passes it on" in reason
    assert titles(tmp_path) == {PLACE: ["At its origin"]}


def test_an_item_goes_to_its_origin_when_that_comes_itself(tmp_path: Path) -> None:
    load(tmp_path, passed_on("Passed on"))
    assert titles(tmp_path) == {PLACE: ["Passed on"]}
    assert load(tmp_path, of_origin()) == []
    assert len(load(tmp_path, passed_on("Passed on"))) == 1
    assert titles(tmp_path) == {PLACE: ["At its origin"]}


def test_a_stranger_who_claims_the_handle_of_what_is_passed_on_needs_the_better_rank(tmp_path: Path) -> None:
    load(tmp_path, passed_on("Passed on"))
    [reason] = load(tmp_path, passed_on("Other", source="fourth"))
    assert "belongs to the source “third”, which goes before “fourth”" in reason


def test_two_records_of_a_provider_are_not_one_item_because_it_says_so(tmp_path: Path) -> None:
    assert load(tmp_path, passed_on("One")) == []
    [reason] = load(tmp_path, passed_on("Two", number=78), asked=True)
    assert "oai:third.example.org:78 says to be the item that oai:third.example.org:77 is" in reason
    assert titles(tmp_path) == {PLACE: ["One"]}


def test_nobody_speaks_of_the_persons_of_another_source_that_is_here(tmp_path: Path) -> None:
    other = Record("oai:first.example.org:2", fields=(Field("dc.title", "B"),), source="first")
    load(tmp_path, other)
    load(tmp_path, passed_on("Passed on", named="first"))
    assert persons(tmp_path) == {"https://data.example.org/person/third/rp1"}


def test_persons_of_a_repository_are_the_same_through_whom_they_come(tmp_path: Path) -> None:
    load(tmp_path, passed_on("Passed on"))
    assert persons(tmp_path) == {"https://data.example.org/person/oai-first-example-org/rp1"}


def persons(folder: Path) -> set[str]:
    archive = ArchiveReader(folder / "archive.sqlite")
    lines = [line for held in archive.listing() if (one := archive.get(held.address)) for line in MAPPER.triples(one)]
    return {line[1:].partition(">")[0].partition("#")[0] for line in lines if "/person/" in line.partition(">")[0]}


class Kept:
    """A repository harvested into a folder, as often as one likes."""

    def __init__(self, folder: Path, records: Iterable[Served]) -> None:
        self.folder, self.repository = folder, Repository(list(records))

    def go(self, **more: bool) -> Findings:
        report = Findings()
        with (
            serving(self.repository.app()) as address,
            DataFolder(self.folder).writing(IDENTITY, MAPPER.triples) as writer,
        ):
            keeper = WriterKeeper(writer, None, report.add)
            options = Options(url=address + self.repository.path, source="third", **more)
            harvest(options, keeper, report, lambda _done, _total: None)
            keeper.publish()
        return report

    @property
    def living(self) -> list[str]:
        return [held.address for held in ArchiveReader(self.folder / "archive.sqlite").listing() if not held.deleted]


HANDLE = (
    '<dc:identifier xmlns:dc="http://purl.org/dc/elements/1.1/">http://hdl.handle.net/20.500.12345/9</dc:identifier>'
)
KINDS = {
    "passed on": (Served(1, NOW, "Of fog", about=about(), name="oai:third.example.org:77"), PLACE),
    "named by a field": (Served(1, NOW, "Of fog", more=HANDLE, name="oai:third.example.org:77"), "20.500.12345/9"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion_means_the_record_that_its_repository_calls_so(kind: str, tmp_path: Path) -> None:
    served, place = KINDS[kind]
    kept = Kept(tmp_path, [served, Served(2, NOW, "Of lights")])
    kept.go()
    assert place in kept.living
    kept.repository.records[0] = served._replace(deleted=True, datestamp=NOW + timedelta(hours=1))
    kept.go()
    assert kept.living == ["12345/2"]
    assert len(titles(tmp_path)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_repository_still_lists_is_not_reconciled_away_and_what_it_does_not_is(
    kind: str, tmp_path: Path
) -> None:
    served, place = KINDS[kind]
    kept = Kept(tmp_path, [served, Served(2, NOW, "Of lights")])
    kept.go()
    kept.go(reconcile=True)
    assert sorted(kept.living) == sorted([place, "12345/2"])
    del kept.repository.records[0]
    kept.go(reconcile=True)
    assert kept.living == ["12345/2"]


def test_a_record_that_gets_a_handle_leaves_its_old_place(tmp_path: Path) -> None:
    served, _ = KINDS["named by a field"]
    kept = Kept(tmp_path, [served._replace(more="")])
    kept.go()
    assert kept.living == ["oai/third.example.org%3A77"]
    kept.repository.records[0] = served._replace(datestamp=NOW + timedelta(hours=1))
    kept.go()
    assert kept.living == ["20.500.12345/9"]


def whole(identifier: str, text: str) -> tuple[list[Record], list[Finding]]:
    """What a site like ours gives under an identifier."""
    page = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        f"<identifier>{identifier}</identifier><datestamp>2024-01-01</datestamp></header><metadata>"
        f'<source xmlns="https://x.example.org/profile/source/1">{text}</source></metadata></record></ListRecords></OAI-PMH>'
    )
    findings: list[Finding] = []
    return list(oai.records(io.BytesIO(page.encode()), "page", findings.append, "x")), findings


def test_a_whole_record_stands_where_its_provider_has_it_or_is_its_providers_own() -> None:
    text = '{"identifier":"odd key","source":"lights","fields":[{"name":"dc.title","value":"A\\u000bB"}]}'
    [honest], _ = whole("oai:x.example.org:id/odd%20key", text)
    assert (honest.identifier, honest.source, honest.values("dc.title")) == ("odd key", "lights", ["A\x0bB"])
    [liar], [finding] = whole("oai:x.example.org:id/other", text)
    assert (liar.identifier, liar.source) == ("oai:x.example.org:id/other", "x")
    assert "says to be another record" in finding.reason


def test_a_whole_record_that_cannot_be_read_is_an_error_and_takes_the_place_of_none() -> None:
    for text in ("", "{", '{"identifier":1}', '{"handle":"1/2"}'):
        records, [*_, finding] = whole("oai:x.example.org:1", text)
        assert (records, finding.level) == ([], "error")
