"""The typed links of a record, as the Signposting client and a reader of link sets find them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from lxml import html as lxml_html

from server.representations.registry import REPRESENTATIONS
from tests import clients
from tests.conftest import GOLDEN, Site
from tests.test_sparql import ask

HANDLE = "20.500.12345/678"


@pytest.fixture(scope="module")
def shelf() -> Iterator[Site]:
    """A record with a file and a licence."""
    running = Site(GOLDEN / "lighthouse.html", GOLDEN / "agents-keyed-by-orcid.xml")
    yield running
    running.stop()


def found(where: str, address: str, *context: str) -> dict[str, dict[str, str]]:
    """What the client finds in a header, a page or a set of links: relation → address → media type."""
    links: dict[str, dict[str, str]] = {}
    for relation, target, type_ in clients.read("signposting_links.py", where, address, *context):
        links.setdefault(relation, {})[target] = type_
    return links


def check(links: dict[str, dict[str, str]]) -> None:
    assert [*links["cite-as"]] == [f"https://hdl.handle.net/{HANDLE}"]
    assert [*links["license"]] == ["http://creativecommons.org/licenses/by/4.0/"]
    assert {*links["type"]} == {"https://schema.org/AboutPage", "https://schema.org/ScholarlyArticle"}
    assert {"text/turtle", "application/ld+json"} <= {*links["describedby"].values()}
    assert None not in links["describedby"].values()
    assert [*links["item"]] == ["http://repository.example.org/bitstream/20.500.12345/678/1/coastal-lights.pdf"]


def test_the_client_finds_what_it_looks_for_in_the_header(shelf: Site) -> None:
    check(found("http", f"{shelf.base}record/{HANDLE}"))


def test_the_client_finds_the_same_in_the_page(shelf: Site) -> None:
    check(found("html", f"{shelf.base}record/{HANDLE}.html"))


def test_authors_are_named_by_their_orcid(shelf: Site) -> None:
    assert {*found("http", f"{shelf.base}record/12345/1")["author"]} == {
        "https://orcid.org/0000-0002-1825-0097",
        "https://orcid.org/0000-0001-5109-3700",
    }


@pytest.mark.parametrize("suffix", [".linkset", ".linkset.json"])
def test_the_link_set_says_the_same_as_the_page(shelf: Site, suffix: str) -> None:
    answer = ask(shelf, "GET", f"/record/{HANDLE}{suffix}")
    page = f"{shelf.base}record/{HANDLE}"
    assert answer.status == 200
    if suffix == ".linkset":
        check(found("linkset", f"{page}.linkset", page))
        return
    contexts = {context["anchor"]: context for context in json.loads(answer.body)["linkset"]}
    assert [link["href"] for link in contexts[page]["cite-as"]] == [f"https://hdl.handle.net/{HANDLE}"]
    assert contexts[f"{page}.ttl"]["describes"] == [{"href": page, "type": "text/html"}]


def test_every_document_leads_back_to_its_page_and_to_the_link_sets(shelf: Site) -> None:
    for form in REPRESENTATIONS[1:]:
        links = ask(shelf, "GET", f"/record/{HANDLE}{form.suffix}").headers["link"]
        assert f'<{shelf.base}record/{HANDLE}>; rel="describes"' in links
        assert 'rel="linkset"; type="application/linkset+json"' in links


def test_the_page_has_tags_for_reference_managers_and_a_description_for_search_engines(shelf: Site) -> None:
    page = lxml_html.fromstring(ask(shelf, "GET", f"/record/{HANDLE}.html").body)
    tags = [(tag.get("name"), tag.get("content")) for tag in page.findall(".//meta") if tag.get("name")]
    assert [content for name, content in tags if name == "citation_author"] == [
        "Marrow, T",
        "Quill, A",
        "Brandt-Yao, LM",
        "Sandoval, O",
    ]
    assert ("citation_publication_date", "2019/11") in tags
    assert ("citation_journal_title", "Annals of Coastal Ecology") in tags
    assert ("DC.identifier", "https://doi.org/10.5555/coastal.2019.0142") in tags
    (script,) = page.xpath(".//script[@type='application/ld+json']")
    stated = json.loads(script.text)
    assert (script.get("type"), stated["@type"], stated["@id"]) == (
        "application/ld+json",
        "ScholarlyArticle",
        f"{shelf.base}item/{HANDLE}",
    )


def test_many_authors_do_not_make_a_header_that_clients_refuse(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = "".join(
        f"dc.contributor.authorAuthor{n}, A-\ndc.identifier.orcidAuthor{n}, A=0000-0002-1825-0097-\n"
        for n in range(300)
    )
    page = tmp_path_factory.mktemp("many") / "many.txt"
    page.write_text(f"DC FieldValueLanguage\ndc.titleMany-\n{rows}dc.identifier.urihttp://hdl.handle.net/1/1-\n")
    running = Site(page)
    try:
        link = ask(running, "GET", "/record/1/1").headers["link"]
        assert len(link) < 1_500
        assert re.search(r'rel="cite-as"', link)
    finally:
        running.stop()
