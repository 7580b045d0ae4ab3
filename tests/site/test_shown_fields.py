"""The page of a record shows a field where ontology/README.md says so."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from lxml import html

from tests.conftest import ROOT, Site
from tests.test_sparql import ask

TEXT = (ROOT / "ontology" / "README.md").read_text(encoding="utf-8").partition("## Where a reader sees it")[2]
SHOWN = dict(re.findall(r"^\| `([\w.]+)` \| ([\w ]+\w)[^|]*\|$", TEXT.partition("\n## ")[0], re.MULTILINE))
ADDRESSES = {"dc.identifier.doi", "dc.relation.isreferencedby"}
HEADED = "//dl/div[dt[normalize-space()=$name]] | //section[*[self::h2][normalize-space()=$name]]"


def test_a_field_is_shown_under_the_heading_that_the_table_names(tmp_path: Path) -> None:
    values = {
        field: f"10.5555/lamp.{number}" if field in ADDRESSES else f"lamp {number}"
        for number, field in enumerate(SHOWN)
    }
    with (tmp_path / "lamp.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "dc.title", *values], ["1", "Log", *values.values()]])
    site = Site(tmp_path / "lamp.csv")
    try:
        page = html.fromstring(ask(site, "GET", "/record/id/1", Accept="text/html").body.decode())
    finally:
        site.stop()
    assert len(SHOWN) > 10
    for field, heading in SHOWN.items():
        parts = page.xpath(HEADED, name=heading)
        assert values[field] in " ".join(part.text_content() for part in parts), field
