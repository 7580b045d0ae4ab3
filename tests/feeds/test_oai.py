"""The OAI-PMH provider: as the protocol says, and the same records back for whoever harvests it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import ontology
from converter import privacy
from converter.dublin_core import ELEMENTS, ELSEWHERE, REFINING, simple
from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.archive import Archive
from converter.store.reader import ArchiveReader
from server.oai import oai_blueprint, oai_identifiers
from server.oai.arguments import Fault, asked, window
from server.oai.metadata_formats import FORMATS, Format
from server.oai.resumption_tokens import Position, decoded, encoded
from server.settings import Settings
from tests import clients
from tests.commands import shelfgraph
from tests.conftest import Site
from tests.feeds.collection import BASE, EMAIL, GONE, LIVE, PRIVATE, Nothing, Work, dim, load, oddity, triples, works
from tests.test_sparql import Answer, ask
from tests.waiting import next_second, until

SPACES = {"o": "http://www.openarchives.org/OAI/2.0/", "dim": "http://www.dspace.org/xmlns/dspace/dim"}
RULES = etree.RelaxNG(etree.parse(Path(__file__).with_name("oai-pmh.rng")))
PREFIXES = ["oai_dc", "dim", "qdc", "mods", "datacite", "oai_openaire", "rdf", "source"]
ALL = LIVE + GONE + 1
SEVENTH = Work(7).identifier
GONE_ONE = Work(1001).identifier
ODD_ONE = re.compile("odd%(25)?20key|maps-(20|plans)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oai")
    load(path / "data", dim(works(), path / "works.xml"))
    load(path / "data", oddity(path / "oddity.csv"))
    return path / "data"


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    running = Site("--data", folder)
    yield running
    running.stop()


def taken(site: Site, verb: str, **arguments: str) -> list[dict[str, Any]]:
    """What a client of others takes of a site: `programs/sickle_harvest.py` says how each part is called."""
    named = [f"{name}={value}" for name, value in arguments.items()]
    found: list[dict[str, Any]] = clients.read("sickle_harvest.py", f"{site.base}oai", verb, *named)
    return found


def get(site: Site, **arguments: str) -> etree._Element:
    """The answer, which is as the protocol describes it."""
    answer = ask(site, "GET", "/oai?" + urlencode({name.rstrip("_"): value for name, value in arguments.items()}))
    return checked(answer)


def checked(answer: Answer) -> etree._Element:
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    root = etree.fromstring(answer.body)
    RULES.assertValid(root)
    return root


def find(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=SPACES)
    assert isinstance(found, list)
    return [one if isinstance(one, str) else "".join(one.itertext()) for one in found]


def error(root: etree._Element) -> str:
    [code] = find(root, "/o:OAI-PMH/o:error/@code")
    return code


def test_the_repository_says_what_it_is(site: Site) -> None:
    root = get(site, verb="Identify")
    stated = {name: find(root, f"//o:{name}") for name in ("baseURL", "deletedRecord", "granularity", "adminEmail")}
    assert stated == {
        "baseURL": [f"{BASE}oai"],
        "deletedRecord": ["persistent"],
        "granularity": ["YYYY-MM-DDThh:mm:ssZ"],
        "adminEmail": ["noreply@data.example.org"],
    }


def test_every_format_is_named_and_a_withdrawn_record_has_the_one_that_says_so(site: Site) -> None:
    assert find(get(site, verb="ListMetadataFormats"), "//o:metadataPrefix") == PREFIXES
    named = get(site, verb="ListMetadataFormats", identifier=SEVENTH)
    assert find(named, "//o:metadataPrefix") == PREFIXES
    gone = get(site, verb="ListMetadataFormats", identifier=GONE_ONE)
    assert find(gone, "//o:metadataPrefix") == ["source"]


@pytest.mark.parametrize("prefix", ["oai_dc", "dim", "rdf"])
def test_a_client_of_others_harvests_every_record_with_its_deletions(site: Site, prefix: str) -> None:
    records = taken(site, "ListRecords", metadataPrefix=prefix)
    deleted = {record["identifier"] for record in records if record["deleted"]}
    assert (len(records), len({record["identifier"] for record in records})) == (ALL, ALL)
    assert deleted == {work.identifier for work in works() if work.deleted}


def test_a_client_of_others_lists_headers_and_sets_and_has_one_record(site: Site) -> None:
    headers = taken(site, "ListIdentifiers", metadataPrefix="dim", set="coast:north")
    specs = {one["set"] for one in taken(site, "ListSets")}
    (seventh,) = taken(site, "GetRecord", identifier=SEVENTH, metadataPrefix="oai_dc")
    assert {header["identifier"] for header in headers} == {work.identifier for work in works() if work.number % 2}
    assert {"lights", "coast", "coast:north", "coast:south"} < specs
    assert seventh["metadata"]["creator"][1:] == ["Quill, A", "Okonjo, I"]


def test_pages_tell_how_far_they_are_and_the_last_has_an_empty_token(site: Site) -> None:
    root, stated = get(site, verb="ListRecords", metadataPrefix="dim"), []
    while True:
        RULES.assertValid(root)
        [token] = find(root, "//o:resumptionToken")
        stated.append((len(find(root, "//o:header")), find(root, "//@cursor"), find(root, "//@completeListSize")))
        if not token:
            break
        root = get(site, verb="ListRecords", resumptionToken=token)
    assert stated == [(100, ["0"], [str(ALL)]), (100, ["100"], [str(ALL)]), (ALL - 200, ["200"], [str(ALL)])]


def test_a_whole_list_of_one_page_has_no_token(site: Site) -> None:
    assert find(get(site, verb="ListIdentifiers", metadataPrefix="dim"), "//o:resumptionToken") == []


def test_records_of_the_sets_below_belong_to_a_set(site: Site) -> None:
    south = find(get(site, verb="ListIdentifiers", metadataPrefix="dim", set="coast:south"), "//o:identifier")
    north = find(get(site, verb="ListIdentifiers", metadataPrefix="dim", set="coast:north"), "//o:identifier")
    coast = find(get(site, verb="ListIdentifiers", metadataPrefix="dim", set="coast"), "//o:identifier")
    assert (len(coast), set(coast)) == (LIVE + GONE, {*north, *south})


def test_what_is_posted_is_answered_as_what_is_got(site: Site) -> None:
    form = urlencode({"verb": "GetRecord", "identifier": SEVENTH, "metadataPrefix": "dim"})
    posted = checked(ask(site, "POST", "/oai", form, Content_Type="application/x-www-form-urlencoded"))
    assert find(posted, "//dim:field") == find(
        get(site, verb="GetRecord", identifier=SEVENTH, metadataPrefix="dim"), "//dim:field"
    )


def test_a_record_keeps_names_languages_authorities_and_their_order(site: Site) -> None:
    root = get(site, verb="GetRecord", identifier=SEVENTH, metadataPrefix="dim")
    authors = root.findall(".//dim:field[@qualifier='author']", SPACES)
    assert [dict(author.attrib) for author in authors] == [
        {"mdschema": "dc", "element": "contributor", "qualifier": "author", **more}
        for more in ({"lang": "en_GB"}, {"authority": "rp7", "confidence": "600"}, {})
    ]


def test_simple_dublin_core_has_its_elements_and_no_others(site: Site) -> None:
    root = get(site, verb="ListRecords", metadataPrefix="oai_dc")
    made = root.iterfind(".//{http://www.openarchives.org/OAI/2.0/oai_dc/}dc/*")
    assert {str(one.tag) for one in made} <= {f"{{http://purl.org/dc/elements/1.1/}}{name}" for name in ELEMENTS}
    assert find(root, "(//o:metadata)[1]//*[local-name()='creator']") == ["Marrow, T", "Quill, A", "Okonjo, I"]


def test_a_withdrawn_record_is_a_deleted_header_in_every_format(site: Site) -> None:
    for prefix in PREFIXES[:-1]:
        root = get(site, verb="GetRecord", identifier=GONE_ONE, metadataPrefix=prefix)
        assert (find(root, "//o:header/@status"), find(root, "//o:metadata")) == (["deleted"], [])


@pytest.mark.parametrize("prefix", ["oai_dc", "dim", "rdf"])
def test_what_xml_cannot_carry_is_left_out(site: Site, prefix: str) -> None:
    identifier = "oai:data.example.org:id/odd%20key"
    root = get(site, verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
    [metadata] = find(root, "//o:metadata")
    assert "A B ]]> & \ud7ff <" in metadata
    assert find(root, "//o:setSpec") == ["Maps~20~26~20Plans~20of~20a~40b.example"]


def test_a_set_whose_name_is_no_set_spec_can_be_harvested(site: Site) -> None:
    root = get(site, verb="ListIdentifiers", metadataPrefix="dim", set="Maps~20~26~20Plans~20of~20a~40b.example")
    assert find(root, "//o:identifier") == ["oai:data.example.org:id/odd%20key"]


LIST = {"verb": "ListRecords", "metadataPrefix": "dim"}
GET = {"verb": "GetRecord", "metadataPrefix": "dim"}
FAULTS: list[tuple[str, dict[str, str]]] = [
    ("badVerb", {}),
    ("badVerb", {"verb": "Nonsense"}),
    ("badVerb", {"verb": "identify"}),
    ("badArgument", {"verb": "Identify", "until": "2024-01-01"}),
    ("badArgument", {"verb": "ListRecords"}),
    ("badArgument", {"verb": "GetRecord", "identifier": SEVENTH}),
    ("badArgument", {**LIST, "from": "yesterday"}),
    ("badArgument", {**LIST, "from": "2024-02-30"}),
    ("badArgument", {**LIST, "from": "2024-02-03T04:05Z"}),
    ("badArgument", {**LIST, "from": "2024-02-03", "until": "2024-02-04T00:00:00Z"}),
    ("badArgument", {**LIST, "from": "2024-02-04", "until": "2024-02-03"}),
    ("badArgument", {**LIST, "set": "a b"}),
    ("badArgument", {**LIST, "set": "x\x00"}),
    ("badArgument", {**LIST, "metadataPrefix": "d m"}),
    ("badArgument", {**LIST, "resumptionToken": "abc"}),
    ("badArgument", {**GET, "identifier": "\ufffe"}),
    ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "abc"}),
    (
        "badResumptionToken",
        {"verb": "ListRecords", "resumptionToken": encoded(Position("dim", "2001-01-01T00:00:00Z"))},
    ),
    ("badResumptionToken", {"verb": "ListSets", "resumptionToken": "abc"}),
    ("cannotDisseminateFormat", {**LIST, "metadataPrefix": "marcxml"}),
    ("cannotDisseminateFormat", {**GET, "metadataPrefix": "marcxml", "identifier": SEVENTH}),
    ("idDoesNotExist", {**GET, "identifier": "oai:data.example.org:20.500.12345/99999"}),
    ("idDoesNotExist", {**GET, "identifier": "oai:elsewhere.example.org:20.500.12345/7"}),
    ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "really-wrong"}),
    ("noRecordsMatch", {**LIST, "until": "2001-01-01"}),
    ("noRecordsMatch", {**LIST, "set": "nobody"}),
    ("noRecordsMatch", {**LIST, "set": "~ZZ"}),
]


@pytest.mark.parametrize(("code", "arguments"), FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_the_request_has_its_code(site: Site, code: str, arguments: dict[str, str]) -> None:
    root = get(site, **arguments)
    repeats = find(root, "//o:request/@*")
    assert (error(root), repeats == []) == (code, code in {"badVerb", "badArgument"})


@pytest.mark.parametrize(
    "query", ["verb=Identify&verb=Identify", "verb=ListRecords&metadataPrefix=dim&metadataPrefix=dim"]
)
def test_a_repeated_argument_is_refused(site: Site, query: str) -> None:
    assert error(checked(ask(site, "GET", f"/oai?{query}"))) in {"badVerb", "badArgument"}


def test_a_repository_without_sets_says_so(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive.sqlite")
    archive.put("id/1", Record("1", fields=(Field("dc.title", "A"),)))
    archive.close()
    app = Flask(__name__)
    reader = ArchiveReader(tmp_path / "archive.sqlite")
    app.register_blueprint(oai_blueprint(Nothing(), Settings(BASE, folder=tmp_path), reader))
    for query in ("verb=ListSets", "verb=ListRecords&metadataPrefix=dim&set=a"):
        assert error(etree.fromstring(app.test_client().get(f"/oai?{query}").data)) == "noSetHierarchy"


def test_an_answer_that_the_client_has_is_not_sent_again(site: Site) -> None:
    path = "/oai?verb=ListRecords&metadataPrefix=dim"
    first = ask(site, "GET", path)
    again = ask(site, "GET", path, If_None_Match=first.headers["etag"])
    other = ask(site, "GET", "/oai?verb=ListRecords&metadataPrefix=rdf", If_None_Match=first.headers["etag"])
    assert (again.status, again.body, other.status) == (304, b"", 200)


def test_nothing_private_and_no_address_is_shown(site: Site) -> None:
    for verb in ("ListRecords", "ListIdentifiers"):
        for prefix in PREFIXES:
            query = urlencode({"verb": verb, "metadataPrefix": prefix})
            while True:
                body = ask(site, "GET", f"/oai?{query}").body
                assert not EMAIL.findall(body)
                assert PRIVATE not in body
                [*token] = find(etree.fromstring(body), "//o:resumptionToken")
                if not token or not token[0]:
                    break
                query = urlencode({"verb": verb, "resumptionToken": token[0]})
    assert not EMAIL.findall(ask(site, "GET", "/oai?verb=ListSets").body)


@pytest.mark.parametrize("format_", FORMATS.values(), ids=lambda one: one.prefix)
def test_a_format_has_nothing_of_what_is_private(format_: Format) -> None:
    private = (
        Field("dc.contributor.editor", "Sandoval, O", authority="ed@example.org", confidence=600),
        Field("dc.contributor.authoremail", "quill@example.org"),
        Field("dc.description.provenance", PRIVATE.decode()),
        Field("dc.rights", "Ask keeper@lights.example.org"),
        Field("dc.title", "Of tides"),
    )
    made = format_.write(Record("oai:x.example.org:1", fields=private), Mapper(BASE)).encode()
    assert b"Of tides" in made
    assert not [word for word in (b"ed@", b"ed%40", b"quill", b"keeper", PRIVATE) if word in made]


def test_all_rdf_records_together_are_the_graph(site: Site) -> None:
    found = set()
    for record in taken(site, "ListRecords", metadataPrefix="rdf", ignore_deleted="yes"):
        [rdf] = etree.fromstring(record["xml"]).iterfind(".//{*}metadata/{*}RDF")
        quads = pyoxigraph.parse(etree.tostring(rdf), format=pyoxigraph.RdfFormat.RDF_XML)
        found |= {quad.triple for quad in quads}
    tombstones = {f"{BASE}{kind}/{work.handle}" for work in works() if work.deleted for kind in ("item", "record")}
    assert found == {triple for triple in triples(site) if triple.subject.value not in tombstones}


def test_our_own_harvest_is_a_copy(site: Site, folder: Path, tmp_path: Path) -> None:
    harvest(site, tmp_path / "copy")
    crosswalk = ontology.Crosswalk()
    original, copy = (ArchiveReader(path / "archive.sqlite") for path in (folder, tmp_path / "copy"))
    addresses = [held.address for held in original.listing(set_="lights", limit=1000)]
    assert [held.address for held in copy.listing(set_="lights", limit=1000)] == addresses
    assert copy.count() == ALL
    for address in addresses:
        one, other = original.get(address), copy.get(address)
        assert one
        assert other
        assert fields(privacy.shown(one, crosswalk)) == fields(other)
        assert (one.handle, one.deleted, sorted(one.sets)) == (other.handle, other.deleted, sorted(other.sets))
    mirror = Site("--data", tmp_path / "copy")
    try:
        assert said(mirror) == said(site)
    finally:
        mirror.stop()


def fields(record: Record) -> list[tuple[object, ...]]:
    return [(one.name, one.value, one.language, one.authority, one.confidence) for one in record.fields]


def said(site: Site) -> set[object]:
    """What a site says, but for what its source is and when that changed: that of a copy is another."""
    when = "http://www.w3.org/ns/prov#invalidatedAtTime"
    return {
        triple
        for triple in triples(site)
        if not triple.subject.value.startswith(f"{BASE}source/") and triple.predicate.value != when
        # Without a handle it has the address that its identifier gives it, and of the copy that is another.
        if not ODD_ONE.search(str(triple))
    }


def harvest(site: Site, folder: Path) -> None:
    done = shelfgraph(
        *("harvest", f"{site.base}oai", "--prefix", "dim"),
        *("--data", folder, "--base", BASE, "--repository", "lights"),
    )
    assert done.returncode == 0, done.stderr.decode()


def titles(folder: Path) -> dict[str, list[str]]:
    """The titles of the records in a folder, none of those that are deleted."""
    archive = ArchiveReader(folder / "archive.sqlite")
    records = {held.address: archive.get(held.address) for held in archive.listing(limit=1000)}
    return {address: record.values("dc.title") if record else [] for address, record in records.items()}


def test_a_list_goes_on_while_records_change_and_the_next_one_begins_where_it_ended(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, dim(works(), tmp_path / "works.xml"))
    site = Site("--data", data)
    try:
        harvest(site, tmp_path / "copy")
        root = get(site, verb="ListRecords", metadataPrefix="oai_dc")
        [token], [began] = find(root, "//o:resumptionToken"), find(root, "//o:responseDate")
        next_second()
        load(data, dim([Work(3, "Another title"), Work(250, deleted=True), Work(500)], tmp_path / "more.xml"))
        come = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": Work(500).identifier}
        until(lambda: not find(get(site, **come), "//o:error"))
        rest = []
        while token:
            page = get(site, verb="ListRecords", resumptionToken=token)
            rest += find(page, "//o:identifier")
            [token] = find(page, "//o:resumptionToken")
        changed = [Work(number).identifier for number in (3, 250, 500)]
        assert rest[-3:] == changed
        assert {*find(root, "//o:identifier"), *rest} == {work.identifier for work in [*works(), Work(500)]}
        latest = get(site, verb="ListRecords", metadataPrefix="oai_dc", from_=following(began))
        assert find(latest, "//o:identifier") == changed
        assert find(latest, "//o:header[@status='deleted']/o:identifier") == changed[1:2]
        harvest(site, tmp_path / "copy")
        assert titles(tmp_path / "copy") == titles(data)
        never = get(site, verb="ListRecords", metadataPrefix="dim", from_="2999-01-01")
        assert find(never, "//o:error/@code") == ["noRecordsMatch"]
    finally:
        site.stop()


def following(moment: str) -> str:
    """The next second."""
    seconds = time.mktime(time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")) + 1
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime(seconds))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_set_spec_leads_back_to_its_set(name: str) -> None:
    assert oai_identifiers.set_name(oai_identifiers.spec(name)) == name


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_token_is_a_fault_of_ours(token: str) -> None:
    with pytest.raises(Fault) as stated:
        decoded(token, "never")
    assert stated.value.code == "badResumptionToken"


@given(
    st.builds(
        Position,
        st.sampled_from(["dim", "rdf"]),
        st.just("then"),
        st.none() | st.just("2024-01-01T00:00:00Z"),
        st.none(),
        st.none() | st.text(),
        st.integers(0, 1 << 61),
        st.integers(0, 1 << 61),
    )
)
def test_a_token_leads_back_to_its_place(position: Position) -> None:
    assert decoded(encoded(position), "then") == position


@given(
    st.lists(st.tuples(st.sampled_from(["verb", "from", "until", "set", "metadataPrefix", "x"]), st.text(max_size=25)))
)
def test_arguments_are_taken_or_refused(pairs: list[tuple[str, str]]) -> None:
    code = "none"
    try:
        window(asked([("verb", "ListRecords"), ("metadataPrefix", "dim"), *pairs]).arguments)
    except Fault as fault:
        code = fault.code
    assert code in {"none", "badVerb", "badArgument"}


def test_every_rule_of_simple_dublin_core_leads_to_an_element() -> None:
    assert set(ELSEWHERE.values()) | set(REFINING) <= set(ELEMENTS)
    assert len(ELEMENTS) == 15


def test_simple_dublin_core_leaves_out_what_says_nothing() -> None:
    fields_ = [
        ("dc.identifier.spage", "12"),
        ("dc.title", " "),
        ("dc.creator", privacy.MASK),
        ("dc.date.issued", "2020"),
    ]
    record = Record("r", fields=tuple(Field(name, value) for name, value in fields_))
    assert [(one.element, one.value) for one in simple(record)] == [("date", "2020")]
