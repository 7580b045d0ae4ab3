"""What stands against a work is said on its page, and on that of the notice, whichever record states it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import Site
from tests.test_sparql import ask

NOTICE = {
    "DOI": "10.5555/notice",
    "type": "journal-article",
    "title": ["Notice about terns"],
    "update-to": [{"DOI": "10.5555/Terns", "type": "retraction"}, {"DOI": "10.5555/elsewhere", "type": "correction"}],
}
WORK = {"DOI": "10.5555/terns", "type": "journal-article", "title": ["How terns find home"]}
OTHER = {"DOI": "10.5555/other", "type": "journal-article", "title": ["Gulls"]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("works")
    for number, work in enumerate((NOTICE, WORK, OTHER)):
        (folder / f"{number}.json").write_text(json.dumps({"message": work}), encoding="utf-8")
    site = Site(folder)
    yield site
    site.stop()


def page(site: Site, doi: str) -> str:
    address = f"/record/id/{quote(f'https://doi.org/{doi}', safe='')}"
    answer = ask(site, "GET", f"{address}.html")
    assert answer.status == 200
    return answer.body.decode()


def test_a_retracted_work_says_so_though_only_the_notice_states_it(served: Site) -> None:
    shown = page(served, "10.5555/terns")
    assert "This work has been retracted" in shown
    assert "Notice about terns" in shown


def test_the_notice_leads_to_the_works_that_it_is_about(served: Site) -> None:
    shown = page(served, "10.5555/notice")
    assert "This retracts another work" in shown
    assert "How terns find home" in shown
    assert "This corrects another work" in shown
    assert '<a href="https://doi.org/10.5555/elsewhere"' in shown


def test_a_work_without_notices_has_none(served: Site) -> None:
    assert "retract" not in page(served, "10.5555/other")
