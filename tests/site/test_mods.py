"""MODS and qualified Dublin Core keep what a record says: read back by our own sources, they give the same work."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from converter.sources.detection import read
from server.representations.registry import Description
from server.representations.work import Work
from tests.site.test_exports import everything
from tests.site.test_forms import described, written

THINGS = everything()
MODS = {"m": "http://www.loc.gov/mods/v3"}


def work_of(thing: Description) -> list[object]:
    """What a citation needs of a work."""
    work: Work = thing.work
    return [
        [title.text for title in work.titles[:1]],
        [(agent.family, agent.given) for agent in work.authors if agent.person],
        work.date,
        work.journal,
        (work.volume, work.issue, work.page_range),
        work.doi,
        {*work.languages},
        {subject.text for subject in work.subjects},
        [abstract.text for abstract in work.abstracts],
        work.licence,
    ]


@pytest.mark.parametrize("number", range(len(THINGS)), ids=lambda number: THINGS[number].address.rpartition("item/")[2])
def test_what_mods_says_is_read_back(number: int, tmp_path: Path) -> None:
    thing = THINGS[number]
    path = tmp_path / "work.xml"
    path.write_bytes(written(".mods.xml", thing))
    (record,) = read(str(path))
    assert work_of(described(record)) == work_of(thing)


def test_no_element_of_mods_is_empty_and_each_is_of_its_namespace() -> None:
    for thing in THINGS:
        root = etree.fromstring(written(".mods.xml", thing))
        for element in root.iter():
            assert str(element.tag).startswith(f"{{{MODS['m']}}}")
            assert len(element) or (element.text or "").strip()


def test_qualified_dublin_core_has_the_terms_of_the_graph() -> None:
    for thing in THINGS:
        root = etree.fromstring(written(".qdc.xml", thing))
        said = {(etree.QName(element).localname, element.text) for element in root}
        work = thing.work
        for name in ("title", "abstract", "alternative"):
            assert {(name, one.text) for one in thing.view.texts(thing.address, f"dcterms:{name}")} <= said
        creators = [element.text for element in root if etree.QName(element).localname == "creator"]
        assert creators == [agent.name for agent in work.roles.get("author", ())][: len(creators)]
        assert not [text for _, text in said if text and text.startswith(thing.base)]
