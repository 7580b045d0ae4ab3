"""Entities that have records of their own: one address, whatever else they are met by, and a page of their works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Site
from tests.test_sparql import ask

UUID = "7d1b7c2c-1111-4222-8333-4444555566{:02d}"
JOURNAL, FIRST, SECOND, PERSON = map(UUID.format, (1, 2, 3, 4))
TABLE = f"""id,collection,dc.title,dc.type,dc.identifier.issn,dc.identifier.uri,dc.relation.ispartof,\
dspace.entity.type,relation.isAuthorOfPublication,dc.contributor.author
{JOURNAL},1/1,Journal of Terns,Journal,8765-0037,http://hdl.handle.net/2222/9,,Journal,,
{FIRST},1/1,First article,Article,8765-0037,http://hdl.handle.net/2222/10,Journal of Terns,Publication,\
{PERSON}::virtual::7::600,"Rook, Ida::virtual::7::600"
{SECOND},1/1,Second article,Article,8765-0037,http://hdl.handle.net/2222/11,Journal of Terns,Publication,,
{PERSON},1/1,"Rook, Ida",,,http://hdl.handle.net/2222/12,,Person,,
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    table = tmp_path_factory.mktemp("entities") / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    site = Site(table)
    yield site
    site.stop()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (f"/item/uuid/{JOURNAL}", "/item/2222/9"),
        (f"/item/uuid/{JOURNAL.upper()}", "/item/2222/9"),
        (f"/record/uuid/{JOURNAL}", "/record/2222/9"),
        (f"/record/uuid/{JOURNAL}.ttl", "/record/2222/9.ttl"),
        ("/journal/8765-0037", "/item/2222/9"),
        ("/journal/8765-0037.ttl", "/record/2222/9.ttl"),
        (f"/item/uuid/{PERSON}", "/item/2222/12"),
    ],
)
def test_another_address_of_an_entity_leads_to_its_item(served: Site, path: str, target: str) -> None:
    answer = ask(served, "GET", path)
    assert answer.status == 301
    assert answer.headers["location"].endswith(target)


def test_the_page_of_a_journal_with_a_record_lists_its_articles(served: Site) -> None:
    shown = ask(served, "GET", "/record/2222/9.html").body.decode()
    part = shown.partition("<h2>Works in it</h2>")[2]
    assert part.index("First article") < part.index("Second article")
    assert '/item/2222/10"' in part


def test_the_page_of_a_person_with_a_record_lists_the_works(served: Site) -> None:
    shown = ask(served, "GET", "/record/2222/12.html").body.decode()
    assert "First article" in shown.partition("<h2>Works</h2>")[2]


def test_an_article_that_holds_nothing_lists_nothing(served: Site) -> None:
    assert "Works in it" not in ask(served, "GET", "/record/2222/10.html").body.decode()
