"""Things and documents of a running site: every form by every way, for every class of resource."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
from pyld import jsonld
from rdflib.compare import isomorphic, to_isomorphic

from converter.values.terms import iri
from server.http.languages import VARY_OF_PAGES
from server.representations.citation import STYLES
from server.representations.registry import LISTS, PROFILES, REPRESENTATIONS, Representation
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN, Site
from tests.test_site import VARY
from tests.test_sparql import Answer, ask

HANDLE = "20.500.12345/678"
RECORD = f"/record/{HANDLE}"
ENGINE = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "application/trig": pyoxigraph.RdfFormat.TRIG,
}
CLASSES = ("item", "person", "journal", "org", "subject", "grant", "place", "series", "collection", "field")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site over a data folder with a record of each kind, one of them withdrawn."""
    data = tmp_path_factory.mktemp("shelf") / "data"
    inputs = [EXAMPLES, GOLDEN / "lighthouse.html", GOLDEN / "withdrawn.xml", GOLDEN / "source-datacite.xml"]
    inputs += [GOLDEN / "series-with-number.xml"]
    running = Site(*inputs, "--data", data)
    yield running
    running.stop()


def things(shelf: Site) -> dict[str, str]:
    """Folder → the path of a thing in it, for every folder that the site has something in."""
    query = "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s"
    rows = json.loads(ask(shelf, "GET", f"/sparql?query={quote(query)}", Accept="application/sparql-results+json").body)
    found: dict[str, str] = {}
    for row in rows["results"]["bindings"]:
        path = row["s"]["value"].removeprefix(shelf.base)
        if "#" not in path and "://" not in path:
            found.setdefault(path.partition("/")[0], f"/{path}")
    return found


def document_of(path: str) -> str:
    return path.replace("/item/", "/record/", 1)


def forms_of(path: str) -> list[Representation]:
    return [form for form in REPRESENTATIONS if path.startswith("/item/") or form.of_things]


def vary_of(form: Representation) -> str:
    """What the document depends on in this form: a page on the language too."""
    return ", ".join((VARY, *(VARY_OF_PAGES if form.media_type == "text/html" else ())))


def accept(form: Representation) -> dict[str, str]:
    """The headers that ask for a form and no other."""
    media_type = f"{form.media_type}; {form.parameter}" if form.parameter else form.media_type
    headers = {"Accept": media_type}
    if form.profile:
        headers["Accept_Profile"] = f"<{form.profile.iri('')}>"
    return headers


def as_graph(answer: Answer) -> rdflib.Graph:
    """The triples of an RDF document; JSON-LD is read by PyLD, which may fetch nothing."""
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type == "application/ld+json":

        def refuse(address: str, _: object) -> None:
            raise AssertionError(f"{address} was to be fetched")

        lines = jsonld.to_rdf(
            json.loads(answer.body), {"format": "application/n-quads", "documentLoader": refuse, "base": "urn:x:"}
        )
        return rdflib.Graph().parse(data=lines, format="nt")
    quads = pyoxigraph.parse(answer.body, format=ENGINE[media_type])
    return rdflib.Graph().parse(data="\n".join(f"{quad.triple} ." for quad in quads), format="nt")


def test_there_is_a_thing_of_every_class(shelf: Site) -> None:
    assert set(CLASSES) <= things(shelf).keys()


@pytest.mark.parametrize("folder", CLASSES)
def test_every_form_comes_by_accept_by_suffix_and_by_name(shelf: Site, folder: str) -> None:
    path = things(shelf)[folder]
    document, accepted = document_of(path), set[tuple[str, str, object]]()
    for form in forms_of(path):
        by_suffix = ask(shelf, "GET", document + form.suffix, Accept="image/png")
        assert by_suffix.status == 200, form
        assert by_suffix.headers["content-type"].partition(";")[0] == form.media_type
        kind = (form.media_type, form.parameter, form.profile)
        if kind in accepted:
            # Of two that no header parts, the first is sent.
            assert ask(shelf, "GET", f"{document}?format={form.token}").body == by_suffix.body
            continue
        accepted.add(kind)
        headers = accept(form)
        if form.profile:
            headers["Accept_Profile"] = f"<{form.profile.iri(shelf.base)}>"
        where = path if folder != "item" else document
        by_accept = ask(shelf, "GET", where, **headers)
        if folder != "item":
            assert by_accept.status == 303
            by_accept = ask(shelf, "GET", by_accept.headers["location"].removeprefix(shelf.base[:-1]))
        by_name = ask(shelf, "GET", f"{where}?format={form.token}")
        if by_name.status == 303:
            by_name = ask(shelf, "GET", by_name.headers["location"].removeprefix(shelf.base[:-1]))
        assert by_accept.body == by_suffix.body == by_name.body, form
        for answer in (by_suffix, by_accept, by_name):
            assert answer.headers["vary"] == vary_of(form)
            assert answer.headers["content-location"] == shelf.base + document[1:] + form.suffix


@pytest.mark.parametrize("folder", CLASSES)
def test_the_forms_of_a_profile_say_the_same(shelf: Site, folder: str) -> None:
    path = things(shelf)[folder]
    compared = {}
    for profile in PROFILES:
        forms = [
            form
            for form in forms_of(path)
            if form.profile is profile
            and (form.media_type in ENGINE or form.media_type == "application/ld+json")
            # Their contexts are published elsewhere.
            and form.suffix not in {".ro-crate.json", ".skg-if.json"}
        ]
        graphs = [to_isomorphic(as_graph(ask(shelf, "GET", document_of(path) + form.suffix))) for form in forms]
        assert all(len(graph) and isomorphic(graphs[0], graph) for graph in graphs), profile
        compared[profile.token] = len(graphs)
    assert compared == {
        "full": 6,
        "dc": 3 if folder == "item" else 0,
        "schema": 3,
        "datacite": 0,
        "csl": 0,
        "crate": 0,
        "skg-if": 0,
        "qdc": 0,
        "mods": 0,
        "expanded": 1,
        "flattened": 1,
    }


@pytest.mark.parametrize("folder", CLASSES)
def test_every_form_is_kept_by_its_etag_and_date(shelf: Site, folder: str) -> None:
    path = document_of(things(shelf)[folder])
    for form in forms_of(things(shelf)[folder]):
        got, head = ask(shelf, "GET", path + form.suffix), ask(shelf, "HEAD", path + form.suffix)
        assert (head.status, head.body, head.headers["etag"]) == (200, b"", got.headers["etag"])
        assert head.headers["content-length"] == str(len(got.body))
        again = ask(shelf, "GET", path + form.suffix, If_None_Match=got.headers["etag"])
        assert (again.status, again.body, again.headers["vary"]) == (304, b"", vary_of(form))
        dated = ask(shelf, "GET", path + form.suffix, If_Modified_Since=got.headers["last-modified"])
        assert dated.status == 304


def test_if_match_holds_for_the_document_that_is_there_however_packed(shelf: Site) -> None:
    tag = ask(shelf, "GET", f"{RECORD}.ttl", Accept_Encoding="gzip").headers["etag"]
    for holding in ("*", tag, tag.replace(":gzip", ""), f'"other", {tag}'):
        assert ask(shelf, "GET", f"{RECORD}.ttl", If_Match=holding).status == 200, holding
    refused = ask(shelf, "GET", f"{RECORD}.ttl", If_Match='"other"', Accept="application/json")
    assert (refused.status, refused.headers["content-type"]) == (412, "application/problem+json")
    assert tag.replace(":gzip", "") in json.loads(refused.body)["detail"]


@pytest.mark.parametrize("folder", CLASSES)
def test_every_page_leads_to_the_list_of_its_forms(shelf: Site, folder: str) -> None:
    page = ask(shelf, "GET", document_of(things(shelf)[folder]) + ".html").body.decode()
    (where,) = set(re.findall(r'href="([^"]+)\.forms\.html"', page))
    path = where.removeprefix(shelf.base[:-1])
    stated, same = (
        ask(shelf, "GET", path + end, Accept="application/json") for end in (".forms.json", "?_profile=alt")
    )
    assert (stated.status, stated.body) == (200, same.body)
    assert {form["format"] for form in json.loads(stated.body)["representations"]} >= {"html", "ttl", "jsonld"}


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_document_comes_packed_under_an_etag_of_its_own(shelf: Site, coding: str) -> None:
    plain = ask(shelf, "GET", RECORD + ".ttl")
    packed = ask(shelf, "GET", RECORD + ".ttl", Accept_Encoding=coding)
    assert packed.headers["content-encoding"] == coding
    assert len(packed.body) < len(plain.body) / 2
    assert packed.headers["etag"] != plain.headers["etag"]
    again = ask(shelf, "GET", RECORD + ".ttl", Accept_Encoding=coding, If_None_Match=packed.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_profile_is_asked_for_by_header_and_by_name(shelf: Site) -> None:
    by_header = ask(shelf, "GET", RECORD, Accept="text/turtle", Accept_Profile="<https://schema.org/>")
    by_name = ask(shelf, "GET", f"{RECORD}?_profile=schema&_mediatype=text/turtle")
    assert by_header.body == by_name.body == ask(shelf, "GET", RECORD + ".schema.ttl").body
    assert by_header.headers["content-profile"] == "<https://schema.org/>"
    links = by_header.headers["link"]
    assert '<https://schema.org/>; rel="profile"' in links
    assert f'<{shelf.base}record/{HANDLE}.schema.ttl>; rel="canonical"' in links
    assert f'<{shelf.base}record/{HANDLE}.linkset.json>; rel="linkset"' in links
    # A client that looks for another document of its type would take this for the same in other words.
    assert not re.search(r'rel="alternate"; type="text/turtle"', links)


def test_a_profile_that_is_liked_less_comes_where_the_type_has_no_other(shelf: Site) -> None:
    wanted = "<https://schema.org/>;q=0.3, <http://datacite.org/schema/kernel-4>;q=0.9"
    assert b"kernel-4" in ask(shelf, "GET", RECORD, Accept="*/*", Accept_Profile=wanted).body
    assert b"schema:" in ask(shelf, "GET", RECORD, Accept="text/turtle", Accept_Profile=wanted).body


def test_a_profile_in_the_media_type_counts(shelf: Site) -> None:
    answer = ask(shelf, "GET", RECORD, Accept='application/ld+json;profile="https://schema.org/"')
    assert answer.headers["content-profile"] == "<https://schema.org/>"


@pytest.mark.parametrize("form", ["expanded", "flattened"])
def test_the_forms_of_json_ld_that_its_media_type_names_say_the_same(shelf: Site, form: str) -> None:
    media_type = f'application/ld+json;profile="http://www.w3.org/ns/json-ld#{form}"'
    answer = ask(shelf, "GET", RECORD, Accept=media_type)
    assert answer.headers["content-type"].replace(" ", "") == media_type
    assert isomorphic(as_graph(answer), as_graph(ask(shelf, "GET", RECORD + ".nt")))
    document = json.loads(answer.body)
    nodes = document if form == "expanded" else document["@graph"]
    # Each thing once, and nothing within another.
    assert len({node["@id"] for node in nodes}) == len(nodes)
    values = [value for node in nodes for stated in node.values() for value in (stated if type(stated) is list else [])]
    assert all({*value} <= {"@id", "@value", "@type", "@language"} for value in values if isinstance(value, dict))


@pytest.mark.parametrize("style", STYLES)
def test_a_citation_comes_in_the_style_that_is_named(shelf: Site, style: str) -> None:
    answer = ask(shelf, "GET", RECORD, Accept=f"text/x-bibliography; style={style}")
    assert (answer.status, answer.headers["content-location"]) == (200, f"{shelf.base}record/{HANDLE}.{style}.txt")


@pytest.mark.parametrize(
    "path",
    [f"{RECORD}?format=docx", f"{RECORD}?_profile=none", f"/item/{HANDLE}", "/journal/5555-1238?format=bib"],
)
def test_what_there_is_not_is_refused_with_what_there_is(shelf: Site, path: str) -> None:
    answer = ask(shelf, "GET", path, Accept="image/png" if "?" not in path else "application/json")
    if path == f"/item/{HANDLE}":
        answer = ask(shelf, "GET", answer.headers["location"].removeprefix(shelf.base[:-1]), Accept="image/png")
    assert (answer.status, answer.headers["vary"]) == (406, VARY)
    assert "text/turtle, .ttl" in json.loads(answer.body)["detail"]


def test_an_unknown_style_is_refused(shelf: Site) -> None:
    assert ask(shelf, "GET", RECORD, Accept="text/x-bibliography; style=baroque").status == 406


def test_all_forms_are_listed(shelf: Site) -> None:
    stated = json.loads(ask(shelf, "GET", f"{RECORD}?_profile=alt", Accept="application/json").body)
    assert {profile.token for profile in PROFILES} == {profile["token"] for profile in stated["profiles"]}
    assert len(stated["representations"]) == len(REPRESENTATIONS) + len(LISTS)
    for form in stated["representations"]:
        answer = ask(shelf, "GET", form["address"].removeprefix(shelf.base[:-1]))
        assert (answer.status, answer.headers["content-type"]) == (200, form["type"])
    page = ask(shelf, "GET", f"{RECORD}?_profile=alt", Accept="text/html").body
    assert b"DataCite XML" in page
    assert ask(shelf, "GET", f"{RECORD}.forms.html").body == page
    assert json.loads(ask(shelf, "GET", f"{RECORD}.forms.json").body) == stated


@pytest.mark.parametrize("path", ["/item/12345/9", "/record/12345/9"])
def test_a_withdrawn_record_is_gone_in_every_form(shelf: Site, path: str) -> None:
    for form in (form for form in REPRESENTATIONS if form.media_type in ENGINE and form.profile is PROFILES[0]):
        answer = ask(shelf, "GET", path, Accept=form.media_type)
        assert (answer.status, answer.headers["vary"]) == (410, VARY)
        assert (
            iri(f"{shelf.base}record/12345/9")[1:-1],
            "http://www.w3.org/ns/prov#invalidatedAtTime",
        ) in {(str(s), str(p)) for s, p, _ in as_graph(answer)}
    for form in REPRESENTATIONS:
        assert ask(shelf, "GET", f"/record/12345/9{form.suffix}").status == 410
    assert b"withdrawn" in ask(shelf, "GET", path, Accept="text/html").body
    assert ask(shelf, "HEAD", path).status == 410
    assert ask(shelf, "GET", "/source/12345/9").status == 410


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/item/10.5555/coastal.2019.0142", f"item/{HANDLE}"),
        ("/record/doi:10.5555/COASTAL.2019.0142.ttl", f"record/{HANDLE}.ttl"),
        ("/person/0000-0002-1825-0097", "person/orcid/0000-0002-1825-0097"),
        ("/item/10.5555/coastal.2019.0142?format=md&x=1", f"item/{HANDLE}?format=md"),
    ],
)
def test_what_is_known_by_another_identifier_has_moved(shelf: Site, path: str, where: str) -> None:
    answer = ask(shelf, "GET", path)
    assert (answer.status, answer.headers.get("location")) == (301, shelf.base + where)


def test_an_identifier_with_slashes_in_it_is_one_segment(tmp_path: Path) -> None:
    table = tmp_path / "works.csv"
    table.write_text("id,dc.title\nhttp://elsewhere.example.org/a/b,Work\n")
    running = Site(table)
    try:
        path = "id/http%3A%2F%2Felsewhere.example.org%2Fa%2Fb"
        assert ask(running, "GET", f"/item/{path}").headers["location"] == f"{running.base}record/{path}"
        turtle = ask(running, "GET", f"/record/{path}.ttl")
        assert (turtle.status, turtle.headers["content-location"]) == (200, f"{running.base}record/{path}.ttl")
        assert ask(running, "GET", f"/source/{path}.json").status == 200
    finally:
        running.stop()


def test_the_works_of_a_thing_come_page_by_page(tmp_path: Path) -> None:
    rows = [f"id{n},Work {n:03},Long Journal,5555-1246,123456789/{n}" for n in range(1, 251)]
    head = "id,dc.title,dc.relation.ispartof,dc.identifier.issn,dc.identifier.uri"
    table = tmp_path / "works.csv"
    table.write_text("\n".join([head, *(row.replace("123456789/", "http://hdl.handle.net/7777/") for row in rows)]))
    running = Site(table)
    hydra = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
    try:
        members: set[rdflib.term.Node] = set()
        seen, page = 0, "/journal/5555-1246.ttl"
        while page:
            answer = ask(running, "GET", page)
            graph = as_graph(answer)
            assert [int(str(total)) for total in graph.objects(None, hydra.totalItems)] == [250]
            found = set(graph.objects(None, hydra.member))
            assert not found & members
            members |= found
            link = re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])
            in_graph = [str(node) for node in graph.objects(None, hydra.next)]
            assert [f"{node}.ttl" for node in in_graph] == ([link[1]] if link else [])
            page, seen = link[1].removeprefix(running.base[:-1]) if link else "", seen + 1
        assert (len(members), seen) == (250, 5)
        assert b'aria-current="page">2<' in ask(running, "GET", "/journal/5555-1246/page/2.html").body
        for path in (".ttl?page=6", ".ttl?page=x", "/page/6.ttl", "/page/0.ttl", "/page/02.ttl"):
            assert ask(running, "GET", f"/journal/5555-1246{path}").status == 404
        for path, status, where in (
            (".html?page=2", 301, "/page/2.html"),
            ("?page=2&format=ttl", 303, "/page/2.ttl"),
            ("/page/2?format=ttl", 303, "/page/2.ttl"),
            ("/page/1.ttl", 301, ".ttl"),
        ):
            answer = ask(running, "GET", f"/journal/5555-1246{path}")
            assert (answer.status, answer.headers["location"]) == (status, f"{running.base}journal/5555-1246{where}")
    finally:
        running.stop()


def test_the_source_is_shown_without_what_is_private(shelf: Site) -> None:
    answer = ask(shelf, "GET", f"/source/{HANDLE}", Accept="application/json")
    stated = json.loads(answer.body)
    assert "dc.title" in {field["name"] for field in stated["fields"]}
    assert b"@coast.example.org" not in answer.body
    assert "email" not in answer.body.decode()
    page = ask(shelf, "GET", f"/source/{HANDLE}", Accept="text/html")
    assert b"dc.contributor.author" in page.body
    assert b"@coast.example.org" not in page.body
    assert ask(shelf, "GET", f"/source/{HANDLE}.json").body == answer.body
    assert ask(shelf, "GET", f"/source/{HANDLE}.json", If_None_Match=answer.headers["etag"]).status == 304


def test_the_digest_in_the_graph_is_that_of_the_source(shelf: Site) -> None:
    shown = ask(shelf, "GET", f"/source/{HANDLE}.json").body
    lines = ask(shelf, "GET", RECORD + ".nt").body.decode()
    digest = re.search(r'sha256> "([0-9a-f]{64})"', lines)
    assert digest
    assert digest[1] == hashlib.sha256(shown.rstrip(b"\n")).hexdigest()


def test_the_site_of_one_command_is_that_of_the_conversion(tmp_path: Path) -> None:
    running = Site(EXAMPLES / "lighthouse.txt")
    try:
        done = shelfgraph("convert", EXAMPLES / "lighthouse.txt", "--to", "nt", "--base", running.base)
        # A document is in reading order, a conversion in plain order.
        assert sorted(ask(running, "GET", RECORD + ".nt").body.splitlines()) == done.stdout.splitlines()
    finally:
        running.stop()


@pytest.mark.parametrize("path", ["/ns", "/sparql", "/shelf"])
def test_what_describes_the_site_says_the_same_in_every_form(shelf: Site, path: str) -> None:
    graphs = []
    for name, media_type in {
        "ttl": "text/turtle",
        "jsonld": "application/ld+json",
        "nt": "application/n-triples",
        "rdf": "application/rdf+xml",
    }.items():
        answer = ask(shelf, "GET", path, Accept=media_type)
        if answer.status == 303:
            answer = ask(shelf, "GET", answer.headers["location"].removeprefix(shelf.base[:-1]))
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, media_type)
        assert answer.headers["vary"] == VARY
        assert ask(shelf, "GET", f"{path}.{name}").body == answer.body
        graphs.append(to_isomorphic(as_graph(answer)))
    assert len(graphs[0]) > 0
    assert all(isomorphic(graphs[0], other) for other in graphs)


def test_our_terms_are_kept_by_their_etag_and_refused_in_no_silence(shelf: Site) -> None:
    answer = ask(shelf, "GET", "/ns?format=jsonld", Accept="text/turtle")
    assert answer.headers["content-location"] == f"{shelf.base}ns.jsonld"
    assert ask(shelf, "GET", "/ns.jsonld", If_None_Match=answer.headers["etag"]).status == 304
    refused = ask(shelf, "GET", "/ns", Accept="image/png")
    assert refused.status == 406
    assert "application/rdf+xml (.rdf)" in json.loads(refused.body)["detail"]
