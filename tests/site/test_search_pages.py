"""Search, browsing and pages of names, as a reader and a program get them."""

from __future__ import annotations

import csv
import io
import json
import re

import lxml.etree
import lxml.html
import pyoxigraph
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.data_folder import DataFolder, Identity
from converter.store.reader import ArchiveReader
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.pages.exports import EXPORTS
from server.representations.citation import STYLES
from server.settings import Settings

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
STYLED = [f".{style}.txt" for style in STYLES]
FORMATS = [".json", ".csv", ".bib", ".classic.bib", ".ris", ".csl.json", ".md", ".ttl", ".atom", *STYLED]


def work(number: int, *fields: tuple[str, str]) -> Record:
    """A work on lights."""
    stated = (("dc.title", f"Lights & terns {number}"), ("dc.date.issued", str(1990 + number % 20)), *fields)
    return Record(f"r{number}", f"12345/{number}", fields=tuple(Field(name, value) for name, value in stated))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A site with forty works, four of them by one name and one with a formula for a title."""
    folder = DataFolder(tmp_path_factory.mktemp("search") / "data")
    records = [work(n, ("dc.contributor.author", "Quill, A" if n < 5 else f"Marrow, T{n}")) for n in range(1, 40)]
    heading = ("dc.subject.mesh", "Light - adverse effects")
    records += [work(50, heading, ("dc.identifier.email", "ann@example.org"), ("oai.setSpec", "col_12345_7"))]
    records += [
        Record("f", "12345/f", fields=(Field("dc.title", "=1+1 on <b>seas</b>"), Field("dc.subject", "local mark")))
    ]
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        writer.load(records)
    store = pyoxigraph.Store.read_only(str(folder.current().path))
    archive = ArchiveReader(folder.path / "archive.sqlite")
    app = create_app(Settings(BASE, folder=folder.path), StoreEndpoint(store, BASE, "1"), archive)
    return app.test_client()


def page(answer: TestResponse) -> lxml.html.HtmlElement:
    """The page of an answer."""
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.get_data(as_text=True))


def html(client: FlaskClient, path: str) -> lxml.html.HtmlElement:
    """A page of the site."""
    return page(client.get(path, headers={"Accept": "text/html"}))


def links(tree: lxml.html.HtmlElement, path: str) -> list[str]:
    """The addresses of links."""
    return [str(link) for link in tree.xpath(f"{path}/@href")]


def test_every_facet_leads_to_as_many_works_as_it_says(client: FlaskClient) -> None:
    tree = html(client, "/search?q=lights")
    choices = tree.xpath("//details[@class='facet']//li/a")
    assert choices
    for choice in choices:
        stated = int(choice.xpath("string(span[@class='n'])").replace(",", ""))
        assert stated == int(html(client, choice.get("href")).xpath("string(//h1/span)"))


def test_a_chip_takes_its_filter_away(client: FlaskClient) -> None:
    narrow = html(client, "/search?q=lights&author=name/quill-a&year=1991-1993")
    assert narrow.xpath("string(//h1/span)") == "3"
    chips = links(narrow, "//a[@class='chip']")
    assert [html(client, chip).xpath("string(//h1/span)") for chip in chips] == ["6", "4"]


def test_pages_hold_every_work_once(client: FlaskClient) -> None:
    first = html(client, "/search?q=terns")
    second = html(client, links(first, "//a[@rel='next']")[0])
    found = links(first, "//ol[contains(@class, 'works')]//h2/a") + links(
        second, "//ol[contains(@class, 'works')]//h2/a"
    )
    assert (len(found), len(set(found))) == (40, 40)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_result_comes_in_every_format_that_its_page_offers(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/search{suffix}?author=name/quill-a")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    counted = {
        ".json": lambda: json.loads(body)["total"],
        ".csv": lambda: len(list(csv.DictReader(io.StringIO(body)))),
        ".bib": lambda: body.count("@"),
        ".classic.bib": lambda: body.count("@"),
        ".md": lambda: body.count("\n- ") + body.startswith("- "),
        **dict.fromkeys(STYLED, lambda: len(body.splitlines())),
        ".ris": lambda: body.count("TY  - "),
        ".csl.json": lambda: len(json.loads(body)),
        ".ttl": lambda: body.count("Lights & terns"),
        ".atom": lambda: len(lxml.etree.fromstring(body.encode()).findall("{http://www.w3.org/2005/Atom}entry")),
    }
    assert counted[suffix]() == 4
    assert {one.suffix for one in EXPORTS} == {*FORMATS}


@pytest.mark.parametrize("suffix", [".bib", ".classic.bib"])
def test_no_two_works_of_a_list_have_one_key(client: FlaskClient, suffix: str) -> None:
    keys = re.findall(r"^@\w+\{([^,]+),$", client.get(f"/search{suffix}").get_data(as_text=True), re.MULTILINE)
    assert (len(keys), len({key.lower() for key in keys})) == (41, 41)


@pytest.mark.parametrize("suffix", [".apa.txt", ".json", ".atom"])
def test_what_comes_in_pages_leads_from_one_to_the_next(
    client: FlaskClient, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.pages.exports.PAGE", 30)
    first = client.get(f"/search{suffix}?sort=title", buffered=True)
    second = client.get(f"/search{suffix}?sort=title&page=2", buffered=True)
    assert first.headers["X-Total-Count"] == "41"
    assert first.headers["Link"] == f'<{BASE}search{suffix}?sort=title&page=2>; rel="next"'
    assert second.headers["Link"] == f'<{BASE}search{suffix}?sort=title>; rel="prev"'
    if suffix == ".apa.txt":
        texts = [answer.get_data(as_text=True).splitlines() for answer in (first, second)]
        assert [len(lines) for lines in texts] == [30, 11]
        assert not {*texts[0]} & {*texts[1]}


@pytest.mark.parametrize("style", ["apa", "chicago"])
def test_a_style_that_the_header_names_is_the_style_of_the_list(client: FlaskClient, style: str) -> None:
    asked = client.get("/search?author=name/quill-a", headers={"Accept": f"text/x-bibliography; style={style}"})
    assert asked.get_data() == client.get(f"/search.{style}.txt?author=name/quill-a").get_data()
    refused = client.get("/search?author=name/quill-a", headers={"Accept": "text/x-bibliography; style=baroque"})
    assert refused.status_code == 406


@pytest.mark.parametrize("path", ["/name/quill-a", "/records"])
def test_every_list_of_works_leads_to_its_exports(client: FlaskClient, path: str) -> None:
    found = [link for link in links(html(client, path), "//main//ul//a") if link.startswith("/search.bib")]
    assert client.get(found[0]).get_data(as_text=True).count("@") == (4 if "quill" in path else 41)


def test_no_spreadsheet_takes_a_title_for_a_formula(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/search.csv?q=seas").get_data(as_text=True))))
    assert [row["title"] for row in rows] == ["'=1+1 on seas"]


def test_the_words_that_were_looked_for_are_marked_and_nothing_else_is_markup(client: FlaskClient) -> None:
    tree = html(client, "/search?q=sea+%3Cb%3E")
    assert [mark.text for mark in tree.xpath("//mark")] == ["seas"]
    assert not tree.xpath("//main//b[text()='seas']")


@pytest.mark.parametrize(
    ("query", "named"),
    [("sort=best", "sort"), ("page=0", "page"), ("year=soon", "soon"), ("from=x", "'x-'"), (f"q={'a' * 501}", "500")],
)
def test_a_search_that_cannot_be_meant_is_refused_by_name(client: FlaskClient, query: str, named: str) -> None:
    answer = client.get(f"/search?{query}", headers={"Accept": "text/plain"})
    assert answer.status_code == 400
    assert named in answer.get_data(as_text=True)


def test_an_author_leads_to_the_works_under_the_name(client: FlaskClient) -> None:
    record = html(client, "/record/12345/2")
    (name,) = links(record, "//ol[@class='authors']//a")
    tree = html(client, name)
    assert "not verified to be one person" in tree.text_content()
    assert len(links(tree, "//ol[contains(@class, 'works')]//h3/a")) == 4


def test_every_name_of_the_list_of_authors_leads_to_a_page(client: FlaskClient) -> None:
    tree = html(client, "/browse/authors?from=q")
    assert [html(client, link).xpath("string(//h1)") for link in links(tree, "//ol[@class='ranks multi']//a")] == [
        "Quill, A"
    ]


def test_browsing_goes_on_where_a_page_ends(client: FlaskClient) -> None:
    for kind in ("authors", "types", "languages", "years", "repositories"):
        answer = client.get(f"/browse/{kind}", headers={"Accept": "text/html"})
        for link in links(page(answer), "//main//ol//a"):
            assert client.get(link).status_code == 200
    assert client.get("/browse/nothing").status_code == 404


def test_a_subject_lists_its_works(client: FlaskClient) -> None:
    (address,) = [one["address"] for one in json.loads(client.get("/suggest.json?q=local").get_data())]
    assert html(client, f"{address}.html").xpath("string(//p[@class='lead'])").startswith("1 work on this subject")


def test_the_policy_lets_no_script_of_others_run(client: FlaskClient) -> None:
    policy = client.get("/", headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_subjects_are_browsed_by_scheme_and_a_heading_opens_to_its_qualifiers(client: FlaskClient) -> None:
    schemes = html(client, "/browse/subjects").xpath("//nav[@class='tabs']/a")
    assert [one.text.strip() for one in schemes] == ["All", "Keywords", "MeSH headings"]
    tree = html(client, schemes[2].get("href"))
    (heading,) = tree.xpath("//ul[@class='tree']/li")
    assert heading.xpath("string(.//summary/bdi)") == "Light"
    below = heading.xpath(".//li/a")
    assert [one.text_content() for one in below] == ["All of them", "adverse effects"]
    for one in below:
        assert client.get(f"{one.get('href')}.html").status_code == 200


def test_a_collection_that_has_no_name_is_called_by_its_handle(client: FlaskClient) -> None:
    (collection,) = html(client, "/browse/collections").xpath("//ul[@class='tree']//a")
    assert collection.text_content() == "12345/7"
    assert html(client, f"{collection.get('href')}.html").xpath("string(//h1)") == "12345/7"


def test_a_record_shows_what_each_row_of_its_source_became_and_nothing_private(client: FlaskClient) -> None:
    tree = html(client, "/record/12345/50")
    rows = {
        " ".join(row.xpath("string(td[1]//b)").split()): row.xpath("string(td[2])")
        for row in tree.xpath("//table[@class='stmts']//tr[td]")
    }
    assert 'dcterms:title "Lights & terns 50"' in rows["dc.title"]
    assert "never published" in rows["dc.identifier.email"]
    assert "ann@" not in lxml.html.tostring(tree, encoding="unicode")
    assert "/subject/mesh/light" in rows["dc.subject.mesh"]
    for link in set(links(tree, "//table[@class='stmts']//td/a")):
        page_, _, name = link.partition("#")
        assert html(client, page_).xpath("//tr[@id=$name]", name=name)


def test_related_works_say_what_they_have_in_common(client: FlaskClient) -> None:
    notes = html(client, "/record/12345/2").xpath("//section[h2='Related works']//li/p[last()]/text()")
    assert notes[0] == "In common: 1 person"


@pytest.mark.parametrize(
    ("path", "meant"),
    [("/record/12345/4x", {"/record/12345/4"}), ("/item/12345/501", {"/record/12345/50"}), ("/name/quill", set())],
)
def test_an_address_at_which_nothing_is_names_what_may_be_meant(
    client: FlaskClient, path: str, meant: set[str]
) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    tree = lxml.html.fromstring(answer.get_data(as_text=True))
    found = links(tree, "//section[h2='Did you mean']//a")
    assert (meant <= {*found}, bool(meant)) == (True, bool(found))
    assert all(client.get(address, headers={"Accept": "text/html"}).status_code == 200 for address in found)
    for_programs = json.loads(client.get(path, headers={"Accept": "application/json"}).get_data())
    assert [one["address"] for one in for_programs.get("meant", [])] == found


def test_a_misspelt_subject_leads_to_the_works_on_it(client: FlaskClient) -> None:
    answer = client.get("/subject/mesh/lihgt", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert client.get("/subject/mesh/ligh", headers={"Accept": "text/html"}).get_data(as_text=True).count("/subject/")


def test_every_term_of_our_own_has_the_page_to_which_the_list_leads(client: FlaskClient) -> None:
    found = [one.removeprefix(BASE[:-1]) for one in links(html(client, "/ns.html"), "//main//a")]
    own = [one for one in found if one.startswith(("/scheme/", "/metric/"))]
    assert len(own) > 5
    for address in own:
        assert html(client, f"{address}.html").xpath("string(//h1)"), address
