"""What a person finds on every page: one heading, labels, colours that can be read, names in place of addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html as lxml_html

from tests.conftest import EXAMPLES, GOLDEN, ROOT, Site
from tests.test_sparql import ask

HANDLE = "20.500.12345/678"
QUERY = quote("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 3")
PAGES = [
    "/",
    "/records",
    "/search?q=terns",
    "/search?q=nothing-of-this",
    f"/record/{HANDLE}",
    f"/record/{HANDLE}?_profile=alt",
    f"/source/{HANDLE}",
    "/record/12345/1",
    "/journal/5555-1238.html",
    "/journal/2490-0028.html",
    "/shelf.html",
    "/dumps/",
    "/sparql",
    f"/sparql?query={QUERY}&format=html",
    "/ns.html",
    "/profile/core/1/index.html",
    "/crosswalk",
    "/help",
    "/help/consumer",
    "/api",
    "/quality",
    "/queries",
    "/queries/works-per-year",
    "/queries/changed-since",
    "/item/nothing/here",
]
THESES = """{"id": "%s", "dc.title": ["%s"], "dc.type": ["Doctoral thesis"], "dc.date.issued": ["%s"],
 "dc.relation.issn": ["2490-0028"], "dc.relation.isbn": ["%s"], "dc.contributor.advisor": ["Pike, C", "Wren, M"]}"""
SHEETS = [ROOT / "server/static/style.css"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The examples, a withdrawn record, and two theses of a series without a name, one of the year 2554."""
    path = tmp_path_factory.mktemp("pages") / "theses.jsonl"
    rows = [("a", "Terns", "2554", "978-952-03-1709-6"), ("b", "Lights", "2019", "978-951-29-8348-3")]
    path.write_text("".join((THESES % row).replace("\n", "") + "\n" for row in rows), encoding="utf-8")
    running = Site(EXAMPLES, GOLDEN / "withdrawn.xml", path)
    yield running
    running.stop()


def page(shelf: Site, path: str) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(ask(shelf, "GET", path, Accept="text/html").body)


def texts(root: lxml_html.HtmlElement, path: str) -> list[str]:
    return [" ".join(str(node.text_content()).split()) for node in root.xpath(path)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_a_language_and_labels(shelf: Site, path: str) -> None:
    root = page(shelf, path)
    assert (len(root.xpath("//h1")), root.get("lang")) == (1, "en")
    for control in root.xpath("//input[not(@type='hidden')] | //textarea | //select"):
        assert root.xpath("//label[@for=$id]", id=control.get("id"))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    levels = [int(str(node.tag)[1]) for node in root.iter("h1", "h2", "h3")]
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_nothing_and_fetches_nothing_from_elsewhere(shelf: Site, path: str) -> None:
    root = page(shelf, path)
    assert not root.xpath(
        "//script[not(@type='application/ld+json')][not(@src)] | //style | //*[@style] | //*[@onclick]"
    )
    fetched = root.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //img/@src | //iframe/@src | //script/@src")
    assert fetched
    for address in fetched:
        assert ask(shelf, "GET", address).status == 200


def test_the_newest_records_are_of_years_that_have_come(shelf: Site) -> None:
    listed = " ".join(texts(page(shelf, "/"), "//ol[contains(@class, 'works')]/li"))
    assert "2019" in listed
    assert "2554" not in listed


def test_a_serial_without_a_name_is_called_by_its_number(shelf: Site) -> None:
    root = page(shelf, "/journal/2490-0028.html")
    assert texts(root, "//h1 | //p[contains(@class, 'kind')]") == ["Series", "ISSN 2490-0028"]
    assert texts(root, "//dl[@class='facts']/div/*") == ["ISSN", "2490-0028"]


def test_an_issue_is_called_by_its_journal_and_its_numbers(shelf: Site) -> None:
    (journal,) = texts(page(shelf, "/journal/5555-1238.html"), "//h1")
    root = page(shelf, "/journal/5555-1238/volume/12/issue/4.html")
    assert texts(root, "//h1 | //p[contains(@class, 'kind')]") == ["Journal issue", f"{journal}, volume 12, issue 4"]
    assert f"{journal}, volume 12" in texts(root, "//dd")


def test_the_way_to_a_subject_names_what_is_broader(shelf: Site) -> None:
    way = page(shelf, "/subject/mesh/light/adverse-effects.html").xpath("//nav[@class='crumbs']//a")
    named = [(one.text_content(), one.get("href")) for one in way]
    assert [name for name, _ in named] == ["Browse", "Subjects", "MeSH headings", "Light"]
    assert named[-1][1] == "/subject/mesh/light"
    heading = page(shelf, "/subject/mesh/light.html").xpath("//nav[@class='crumbs']//a")
    assert heading[-1].text_content() == "MeSH headings"


def test_the_isbn_of_a_thesis_is_its_own_and_not_that_of_its_series(shelf: Site) -> None:
    for name, isbn in (("a", "978-952-03-1709-6"), ("b", "978-951-29-8348-3")):
        entry = ask(shelf, "GET", f"/record/id/{name}.bib").body.decode()
        assert f"isbn = {{{isbn.replace('-', '')}}}" in entry
    series = ask(shelf, "GET", "/journal/2490-0028.nt").body
    assert b"978-95" not in series


def test_a_role_is_told_once_above_all_who_hold_it(shelf: Site) -> None:
    names = texts(page(shelf, "/record/id/b"), "//dl[@class='facts']//dt")
    assert len(names) == len(set(names))
    assert texts(
        page(shelf, "/record/id/b"),
        "//dt[text()='Advisor' or text()='Supervisor']/following-sibling::dd[position() < 3]",
    ) == ["Pike, C", "Wren, M"]


def test_columns_that_are_empty_are_left_out_of_a_source(shelf: Site) -> None:
    assert texts(page(shelf, "/source/id/b"), "//th") == ["Field", "Value", "Becomes"]
    assert texts(page(shelf, f"/source/{HANDLE}"), "//th") == ["Field", "Value", "Becomes", "Language"]


def colours(scheme: str) -> dict[str, str]:
    text = SHEETS[0].read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    stated = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[0]))
    return stated if scheme == "light" else stated | dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[1]))


def brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("text", ["ink", "quiet", "link", "warn"])
def test_every_text_stands_out_from_its_ground(scheme: str, ground: str, text: str) -> None:
    stated = colours(scheme)
    dark, bright = sorted((brightness(stated[text]), brightness(stated[ground])))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_what_is_written_into_an_empty_field_has_a_colour_of_ours() -> None:
    assert "::placeholder {color:var(--quiet); opacity:1}" in SHEETS[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_the_style_names_no_colour_but_its_own_and_no_address(sheet: Path) -> None:
    rules = re.sub(r"--\w+: #[0-9a-f]{6};", "", sheet.read_text(encoding="utf-8"))
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|url\(|@import", rules)


def test_the_way_to_a_record_begins_at_its_collection_else_its_journal_or_its_type(shelf: Site) -> None:
    named = {
        path: [link.text_content() for link in page(shelf, f"/record/{path}").xpath("//nav[@class='crumbs']//a")]
        for path in (HANDLE, "20.500.12345/702", "id/a")
    }
    assert named == {
        HANDLE: ["Journals", "Annals of Coastal Ecology"],
        "20.500.12345/702": ["Collections", "20.500.12345/8"],
        "id/a": ["Types", "Doctoral thesis"],
    }


def test_the_list_of_all_records_says_of_each_what_it_is_who_wrote_it_and_where_it_appeared(shelf: Site) -> None:
    rows = texts(page(shelf, "/records"), "//ol[contains(@class, 'works')]/li")
    (article,) = (row for row in rows if "three-year field study" in row)
    for part in ("Article", "Marrow, T; Quill, A; Brandt-Yao, LM and 1 more", "Annals of Coastal Ecology 12(4)"):
        assert part in article


def test_the_works_of_a_name_are_downloaded_like_those_of_a_person(shelf: Site) -> None:
    links = {}
    for path in ("/name/marrow-t", "/person/20-500-12345/rp00042.html"):
        found = page(shelf, path).xpath("//h3[.='Its works']/following-sibling::ul[1]//a/@href")
        assert {ask(shelf, "GET", address).status for address in found} == {200}
        links[path] = [address.partition("?")[0] for address in found]
    assert links["/name/marrow-t"] == links["/person/20-500-12345/rp00042.html"]
    assert "/search.bib" in links["/name/marrow-t"]


def test_the_page_of_the_dataset_names_the_largest_classes_and_examples_by_their_titles(shelf: Site) -> None:
    root = page(shelf, "/shelf.html")
    numbers = [int(number) for number in root.xpath("//section[@aria-labelledby='kinds']//tbody/tr/td[2]/text()")]
    assert numbers == sorted(numbers, reverse=True)
    assert "Turtle" in texts(root, "//h2[.='This description as data']/..//a")
    shown = root.xpath("//dt[.='Examples']/following-sibling::dd/a")
    assert shown
    for one in shown:
        path = one.get("href").removeprefix(f"{shelf.base}item/")
        assert texts(page(shelf, f"/record/{path}"), "//h1") == [one.text_content()]


def test_every_link_to_a_part_of_a_page_leads_to_that_part(shelf: Site) -> None:
    """As a browser follows it: over redirects, which keep the fragment."""
    pages: dict[str, lxml_html.HtmlElement] = {}

    def shown(path: str) -> lxml_html.HtmlElement:
        if path not in pages:
            answer = ask(shelf, "GET", path, Accept="text/html")
            there = answer.headers.get("location", "").removeprefix(shelf.base)
            pages[path] = shown(f"/{there}") if there else lxml_html.fromstring(answer.body)
        return pages[path]

    rows = ask(shelf, "GET", "/records.json").body.decode()
    works = re.findall(rf'{re.escape(shelf.base)}(item/[^"]+)', rows)
    things = ["/journal/5555-1238.html", "/journal/2490-0028.html"]
    nowhere, followed = set(), 0
    for path in [*PAGES, *things, *(f"/{work}" for work in works)]:
        root = shown(path)
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        for address in {*root.xpath("//a/@href")}:
            page_, _, part = str(address).partition("#")
            if part and (page_.startswith(shelf.base) or not page_):
                followed += 1
                target = shown(f"/{page_.removeprefix(shelf.base)}") if page_ else root
                nowhere |= set() if target.xpath("//*[@id=$id]", id=part) else {str(address)}
    assert followed > 100
    assert nowhere == set()


def test_what_a_subject_stands_with_is_above_its_works_and_who_somebody_wrote_with_below_a_few(shelf: Site) -> None:
    order = {
        path: [
            name
            for name in texts(page(shelf, path), "//h2")
            if name in {"Occurs together with", "Co-authors", "1 work"}
        ]
        for path in ("/subject/mesh/animal-migration.html", "/person/20-500-12345/rp00042.html")
    }
    assert [*order.values()] == [["Occurs together with", "1 work"], ["1 work", "Co-authors"]]
