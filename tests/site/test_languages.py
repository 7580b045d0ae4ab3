"""The pages in five languages: every text is in each catalogue, and a reader gets the language that he asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import lxml.html
import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes
from lxml.html import HtmlElement

from queries import all_queries
from tests.conftest import Site
from tests.test_sparql import ask
from tests.texts_of_pages import OTHERS, TEMPLATES, catalogue, texts

PLACEHOLDER = re.compile(r"%\((\w+)\)s|<[^>]+>")
# What is called so in every language, and what a program is to read.
NAMES = frozenset(
    "SPARQL OAI PMH ResourceSync Atom Turtle JSON LD BibTeX RIS CSV API OpenAPI SHA Ctrl Enter Accept Profile format"
    " expanded flattened TriG DOI ISSN ORCID iD Shelfgraph RDF XML XSD Lines sparql org article website".split()
)
READ_BY_PROGRAMS = re.compile(r"<(code|pre|script|kbd)\b.*?</\1>", re.DOTALL)
FOR_ROBOTS = re.compile(r'<meta (?:name="(?:viewport|robots)"|property="og:type")[^>]*>')
SAID = re.compile(r'\b(?:aria-label|title|placeholder|alt|content)="([^"]*)"')


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a message, one for each number."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_translated_and_nothing_else_is(tag: str) -> None:
    known = {one.id[0] if isinstance(one.id, tuple) else one.id for one in catalogue(tag) if one.id}
    wanted = set(texts())
    assert (sorted(wanted - known), sorted(known - wanted)) == ([], [])


@pytest.mark.parametrize("tag", OTHERS)
def test_a_translation_has_the_places_and_the_marks_of_its_text(tag: str) -> None:
    for message in catalogue(tag):
        if not message.id:
            continue
        own = message.id if isinstance(message.id, tuple) else (message.id,)
        several = strings(message)
        for place, said in enumerate(several):
            # The form for one thing need not say how many there are.
            fitting = own[0] if place == 0 and len(several) > 1 else own[-1]
            assert said, message.id
            assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(fitting)), message.id


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_a_word_that_is_in_no_catalogue(path: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse(path.read_text(encoding="utf-8"))
    page = "".join(bare(tree))
    page = FOR_ROBOTS.sub("", READ_BY_PROGRAMS.sub("", page))
    said = [*SAID.findall(page), *re.sub(r"<[^>]*>", "\n", page).split("\n")]
    words = {word for text in said for word in re.findall(r"[A-Za-z]{2,}", text.replace("&amp;", ""))}
    assert words - NAMES == set()


def bare(tree: nodes.Template) -> Iterator[str]:
    """The parts of a template that are sent as they stand; what is computed is an empty place."""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else ""


RECORD = "/record/20.500.12345/678"
PATHS = [
    "/",
    "/record/20.500.12345/678",
    "/search?q=terns",
    "/browse/subjects",
    "/journal/5555-1238.html",
    "/shelf.html",
]


@pytest.mark.parametrize(
    "path",
    [*PATHS, "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+1", "/queries/works-per-year", "/crosswalk", "/ns"],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for_and_no_copy_is_mistaken(site: Site, path: str) -> None:
    seen = {}
    for tag in ("en", "de", "zh-Hant", "en"):
        asked = "zh-TW,zh;q=0.9" if tag == "zh-Hant" else f"{tag}-XX,x;q=0.5"
        answer = ask(site, "GET", path, Accept="text/html", Accept_Language=asked)
        assert (answer.status, answer.headers["content-language"]) == (200, tag)
        assert f'<html lang="{tag}">'.encode() in answer.body
        assert {"Accept-Language", "Cookie"} <= {*re.split(r",\s*", answer.headers["vary"])}
        assert seen.setdefault(tag, answer.headers["etag"]) == answer.headers["etag"]
        again = ask(site, "GET", path, Accept="text/html", Accept_Language=asked, If_None_Match=answer.headers["etag"])
        assert again.status == 304
        assert {"Accept-Language", "Cookie"} <= {*re.split(r",\s*", again.headers["vary"])}
    assert len({*seen.values()}) == 3
    other = ask(site, "GET", path, Accept="text/html", Accept_Language="es", If_None_Match=seen["de"])
    assert other.status == 200


def test_a_choice_is_kept_and_stands_above_the_browser(site: Site) -> None:
    chosen = ask(site, "GET", "/search?q=terns&_lang=fr", Accept="text/html", Accept_Language="de")
    assert (chosen.status, chosen.headers["location"]) == (303, "/search?q=terns")
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    page = ask(site, "GET", "/search?q=terns", Accept="text/html", Accept_Language="de", Cookie=cookie)
    assert page.headers["content-language"] == "fr"
    assert b"?q=terns&amp;_lang=de" in page.body


@pytest.mark.parametrize("path", ["//evil.example.org/", "/\\evil.example.org", "/item/a%2Fb"])
def test_a_choice_leads_nowhere_else(site: Site, path: str) -> None:
    answer = ask(site, "GET", f"{path}?_lang=de", Accept="text/html")
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


LIVE = ["/search?q=terns", "/browse/authors?from=m", "/sparql?query=ASK%7B%7D&format=html", "/crosswalk?field=dc.title"]
ONE_FOR_ALL = [
    "/",
    RECORD,
    "/journal/5555-1238.html",
    "/ns.html",
    "/quality",
    "/queries",
    "/api",
    "/records",
    "/dumps/",
]


@pytest.mark.parametrize("path", [*LIVE, "/queries/works-per-year?page=1&size=5"])
def test_who_switches_the_language_of_a_page_stays_where_he_is(site: Site, path: str) -> None:
    page = lxml.html.fromstring(ask(site, "GET", path, Accept="text/html").body)
    (german,) = page.xpath("//a[@hreflang='de']/@href")
    assert german == f"?{urlencode([*parse_qsl(path.partition('?')[2]), ('_lang', 'de')])}"


@pytest.mark.parametrize("path", ONE_FOR_ALL)
def test_a_page_that_is_one_for_all_holds_nothing_of_what_somebody_wrote_in_its_address(site: Site, path: str) -> None:
    page = lxml.html.fromstring(ask(site, "GET", f"{path}?own=secret", Accept="text/html").body)
    assert page.xpath("//a[@hreflang='de']/@href") == ["?_lang=de"]
    assert not page.xpath("//@*[contains(., 'secret')]")


def test_data_are_the_same_in_every_language(site: Site) -> None:
    path = "/record/20.500.12345/678.ttl"
    answers = [ask(site, "GET", path, Accept_Language=tag) for tag in ("en", "de")]
    assert answers[0].body == answers[1].body
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
    title = "How coastal lights guide migrating terns: a three-year field study"
    assert title.encode() in ask(site, "GET", RECORD, Accept="text/html", Accept_Language="de").body


EVERY = [
    *PATHS,
    "/search?q=nothing-of-this",
    "/search?supervisor=name/marrow-t&more=subject",
    "/source/20.500.12345/678",
    "/record/20.500.12345/702",
    "/record/20.500.12345/678.forms.html",
    "/person/20-500-12345/rp00042.html",
    "/name/marrow-t",
    "/journal/5555-1238/volume/12/issue/4.html",
    "/org/foundation-for-night-ecology.html",
    "/subject/mesh/animal-migration.html",
    "/collection/20-500-12345/20-500-12345-7.html",
    "/browse",
    "/browse/authors",
    "/browse/types",
    "/browse/languages",
    "/browse/collections",
    "/browse/years",
    "/browse/subjects?scheme=mesh",
    "/records",
    "/queries",
    *(f"/queries/{query.name}" for query in all_queries()),
    "/sparql",
    "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+3&format=html",
    "/sparql?query=SELCT&format=html",
    "/dumps/",
    "/ns.html",
    "/profile/core/1/index.html",
    "/crosswalk",
    "/api",
    "/quality",
    "/item/nothing/here",
]
"""A page of each kind."""
CALLED_SO = frozenset(
    "MeSH LDES OpenRefine PubMed TSV Triples Quads DataCite Dublin Core HTML CSL schema handle Handle ISBN Scopus"
    " Science Web PREFIX SELECT http example person profile nothing of this Markdown APA Chicago Harvard IEEE MLA"
    " Vancouver en gb SKG IF RO Crate".split()
)
"""What is called so in Chinese too, and what the test itself asks for."""
DATA = frozenset({"bdi", "code", "pre", "script", "style", "kbd", "textarea", "mark"})
DATA_BY_CLASS = frozenset({"mono", "stmts", "editor", "net"})
"""Elements and classes of elements that hold data, which is never translated."""


def own_texts(element: HtmlElement) -> Iterator[str]:
    """Yield what a page says in its language: texts and labels, without data and what is marked as another language."""
    if not isinstance(element.tag, str) or element.tag in DATA or {*element.get("class", "").split()} & DATA_BY_CLASS:
        return
    if element.get("translate") == "no":
        return
    yield from (element.get(name, "") for name in ("placeholder", "alt"))
    yield element.text or ""
    for child in element:
        if child.get("lang", "zh-Hant") == "zh-Hant":
            yield from own_texts(child)
        yield child.tail or ""


@pytest.mark.parametrize("path", EVERY)
def test_a_page_says_no_english_word_of_ours_in_another_language(site: Site, path: str) -> None:
    body = ask(site, "GET", path, Accept="text/html", Accept_Language="zh-HK").body.decode()
    literals = re.findall(r'"((?:[^"\\]|\\.)*)"', ask(site, "GET", "/graph?default", Accept="text/plain").body.decode())
    known = {*re.findall(r"[A-Za-z]{2,}", " ".join(literals)), *NAMES, *CALLED_SO}
    page = lxml.html.fromstring(body)
    assert page.get("lang") == "zh-Hant"
    said = [text for text in own_texts(page.find("body")) if "://" not in text]
    assert {text.strip() for text in said if {*re.findall(r"[A-Za-z]{2,}", text)} - known} == set()
