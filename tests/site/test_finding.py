"""Records found by words, and all of them page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.test_sparql import ask

COUNT = 120


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Many works, one of them about puffins."""
    folder: Path = tmp_path_factory.mktemp("found")
    rows = [f"http://hdl.handle.net/7777/{n},Work {n:03} on terns,Marrów; T" for n in range(COUNT)]
    rows.append('http://hdl.handle.net/7777/p,"Puffins & <b>lights</b>","Quill, A"')
    (folder / "works.csv").write_text("\n".join(["dc.identifier.uri,dc.title,dc.contributor.author", *rows]))
    running = Site(folder / "works.csv", "--data", folder / "data")
    yield running
    running.stop()


def found(shelf: Site, path: str) -> dict[str, object]:
    answer = ask(shelf, "GET", path, Accept="application/json")
    assert answer.status == 200
    stated: dict[str, object] = json.loads(answer.body)
    return stated


def test_every_record_stands_on_one_page(shelf: Site) -> None:
    seen: list[str] = []
    path = "/records"
    while path:
        stated = found(shelf, path)
        rows = stated["records"]
        assert isinstance(rows, list)
        seen += [row["item"] for row in rows]
        path = str(stated.get("next", "")).removeprefix(shelf.base[:-1])
    assert (len(seen), len(set(seen))) == (COUNT + 1, COUNT + 1)


def test_words_find_their_records_and_no_others(shelf: Site) -> None:
    rows = found(shelf, "/search?q=puffins")["records"]
    assert isinstance(rows, list)
    assert [(row["item"], row["title"]) for row in rows] == [(f"{shelf.base}item/7777/p", "Puffins & lights")]
    assert found(shelf, "/search?q=puffins+terns")["records"] == []
    assert found(shelf, "/search?q=marrow")["total"] == COUNT
    assert len(list(found(shelf, "/search?q=marrow")["records"])) == 100  # type: ignore[call-overload] # a list
    assert len(list(found(shelf, "/search?q=marrow&page=2")["records"])) == COUNT - 100  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/records?page=2", "records/page/2"),
        ("/records.json?page=3", "records/page/3.json"),
        ("/records/page/1", "records"),
    ],
)
def test_a_page_has_one_address(shelf: Site, path: str, where: str) -> None:
    answer = ask(shelf, "GET", path)
    assert (answer.status, answer.headers["location"]) == (301, shelf.base + where)


def test_a_page_behind_the_last_is_not_there(shelf: Site) -> None:
    assert ask(shelf, "GET", "/records/page/4").status == 404


@pytest.mark.parametrize("words", ["%22", "%22+OR+%22", "a*", "NEAR(", "%00", "-", ""])
def test_no_words_are_a_fault_of_ours(shelf: Site, words: str) -> None:
    assert ask(shelf, "GET", f"/search?q={words}").status == 200


@pytest.mark.parametrize("path", ["/records?page=0", "/search?q=a&page=x", f"/search?q={'a' * 501}"])
def test_what_cannot_be_is_refused(shelf: Site, path: str) -> None:
    assert ask(shelf, "GET", path).status == 400


def test_the_page_shows_what_was_looked_for_and_no_markup(shelf: Site) -> None:
    page = ask(shelf, "GET", "/search?q=%3Cscript%3Epuffins", Accept="text/html").body.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;puffins" in page
    page = ask(shelf, "GET", "/search?q=puffins", Accept="text/html").body.decode()
    assert "<mark>Puffins</mark> &amp; lights" in page
    assert 'value="puffins"' in page
    assert "121 works" in ask(shelf, "GET", "/").body.decode()
