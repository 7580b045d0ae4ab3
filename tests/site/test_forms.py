"""What is written for those who cite: each form says what the graph says, and is read by those who read it.

`GOLDEN=rewrite pytest tests/site/test_forms.py` writes what is expected anew: `git diff` is the review.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from lxml import etree

from converter.mapping.engine import Mapper
from converter.record import Field, File, Record
from converter.sources.detection import read
from ontology import expand, table
from server.representations.citation import STYLES, html
from server.representations.registry import REPRESENTATIONS, Description, Representation
from server.representations.work_types import kinds
from tests.conftest import EXAMPLES, GOLDEN, ROOT

EXPECTED = ROOT / "tests" / "expected" / "forms"
BASE = "https://data.example.org/"
CITED = [form for form in REPRESENTATIONS if form.writer and not form.of_things and form.suffix != ".dc.rdf"]
WORKS = {
    "article": EXAMPLES / "lighthouse.txt",
    "chapter": GOLDEN / "chapter-in-a-book.xml",
    "dataset": GOLDEN / "source-datacite.xml",
    "thesis": GOLDEN / "thesis-with-degree.xml",
}
HOSTILE = 'A & B_{x}: 50% "of" <x>$10</x> #1 ~ ^ \\'


def described(record: Record) -> Description:
    """The description of a record."""
    lines = list(Mapper(BASE).map(record).lines)
    item = next(line for line in lines if line.startswith(f"<{BASE}item/")).partition(">")[0][1:]
    return Description(lines, item.partition("#")[0], BASE)


def described_fields(*fields: Field) -> Description:
    """The description of a record of these fields."""
    return described(Record("oai:x:1/2", handle="1/2", fields=fields))


def form(suffix: str) -> Representation:
    return next(form for form in REPRESENTATIONS if form.suffix == suffix)


def written(suffix: str, thing: Description) -> bytes:
    writer = form(suffix).writer
    assert writer
    return writer(thing)


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("suffix", [form.suffix for form in CITED])
def test_a_work_is_written_as_expected(name: str, suffix: str) -> None:
    found = written(suffix, described(next(read(str(WORKS[name])))))
    golden = EXPECTED / f"{name}{suffix}"
    if os.environ.get("GOLDEN") == "rewrite":
        golden.write_bytes(found)
    assert found == golden.read_bytes()


def test_every_class_of_the_profile_has_a_name_in_every_form() -> None:
    classes = {
        expand(curie, "types.csv")
        for _, row in table("types.csv")
        for curie in row["class"].split()
        if curie.startswith("fabio:")
    }
    named = {class_ for class_, _ in kinds()}
    # A class that has no row of its own is an Expression, whose row says the least.
    assert len(classes - named) < len(classes) / 3
    assert all(all(row) for _, row in kinds())


def hostile(text: str = HOSTILE) -> Description:
    fields = (
        Field("dc.title", text),
        Field("dc.contributor.author", "Marrow and Sons, T"),
        Field("dc.contributor.author", "{Quill}, A%"),
        Field("dc.date.issued", "2019-11-05"),
        Field("dc.type", "Article"),
        Field("dc.relation.ispartof", "Coasts & Lights"),
        Field("dc.description.abstract", f"{text}\r\nTY  - BOOK\nER  - "),
    )
    return described_fields(*fields)


def test_no_text_of_a_record_ends_a_value_of_bibtex() -> None:
    library = bibtexparser.parse_string(written(".bib", hostile()).decode())
    assert (len(library.entries), library.failed_blocks) == (1, [])
    assert {"author", "title", "journal", "year", "month"} <= library.entries[0].fields_dict.keys()


def test_no_text_of_a_record_begins_a_tag_of_ris() -> None:
    entries = rispy.loads(written(".ris", hostile()).decode())
    assert len(entries) == 1
    assert entries[0]["type_of_reference"] == "JOUR"
    assert entries[0]["authors"] == ["Marrow and Sons, T", "{Quill}, A%"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_any_title_can_be_written_in_every_form(title: str) -> None:
    thing = hostile(title)
    entries = rispy.loads(written(".ris", thing).decode())
    assert len(entries) == 1
    library = bibtexparser.parse_string(written(".bib", thing).decode())
    assert (len(library.entries), library.failed_blocks) == (1, [])
    for suffix in (".datacite.xml", ".dc.xml"):
        etree.fromstring(written(suffix, thing))
    for suffix in (".csl.json", ".datacite.json", ".schema.jsonld"):
        json.loads(written(suffix, thing))
    assert written(".md", thing).count(b"\n") == 1


def test_a_citation_on_a_page_has_no_markup_of_a_record() -> None:
    assert "<x>" not in html(hostile().work)
    assert "&lt;x&gt;" in html(hostile().work)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_names_who_when_and_where(style: str) -> None:
    line = written(f".{style}.txt", described(next(read(str(WORKS["article"]))))).decode()
    for part in ("Marrow", "2019", "12", "301", "10.5555/coastal.2019.0142"):
        assert part in line


SCHEMA = json.loads(
    Path(str(distribution("datacite").locate_file("datacite/schemas/datacite-v4.5.json"))).read_text(encoding="utf-8")
)
OF_THE_SERVICE = {"bibtex", "citeproc", "ris", "schemaOrg"}


def by_the_schema(made: dict[str, Any]) -> dict[str, Any]:
    """The JSON without what DataCite's own service adds, and in the types that the schema has where that differs."""
    # Kernel 4.6 has translators, of whom this schema knows nothing.
    others = [
        {**one, "contributorType": one["contributorType"].replace("Translator", "Other")}
        for one in made.get("contributors", [])
    ]
    return {
        **{name: value for name, value in made.items() if name not in {"id", "identifiers"}},
        **({"contributors": others} if others else {}),
        "types": {name: value for name, value in made["types"].items() if name not in OF_THE_SERVICE},
        "publicationYear": f"{made['publicationYear']:04}",
        "publisher": {"name": made["publisher"]},
    }


BARE = Record("1", fields=(Field("dc.subject", "fog"),))
FULL = Record(
    "2",
    fields=(
        Field("dc.contributor.editor", "Quill, A"),
        Field("dc.rights.uri", "https://creativecommons.org/licenses/by/4.0/"),
        Field("dc.rights", "By all"),
        *(Field("dc.subject", "fog", language) for language in ("en", "de")),
    ),
    files=tuple(File(f"{number}.pdf", media_type="application/pdf", size=12) for number in range(2)),
)


@pytest.mark.parametrize(
    "name", [path.name for path in sorted([*EXAMPLES.iterdir(), *WORKS.values()])] + ["bare", "full"]
)
def test_the_json_of_datacite_is_as_its_schema_says(name: str) -> None:
    [path] = {path for path in (*EXAMPLES.iterdir(), *WORKS.values()) if path.name == name} or [None]
    records = list(read(str(path))) if path else [BARE if name == "bare" else FULL]
    for record in records:
        if not record.deleted:
            made = by_the_schema(json.loads(written(".datacite.json", described(record))))
            faults = list(Draft201909Validator(SCHEMA).iter_errors(made))
            assert not faults, faults[0].message


def test_every_kind_has_a_type_that_the_json_schema_of_datacite_knows() -> None:
    assert {kind.datacite for _, kind in kinds()} <= set(SCHEMA["definitions"]["resourceTypeGeneral"]["enum"])


@pytest.mark.parametrize("suffix", [".datacite.xml", ".datacite.json"])
@pytest.mark.parametrize("label", ["Poster", "Presentation", "Conference presentation", "Lecture", "Patent", "Map"])
def test_a_kind_without_a_general_type_is_told_in_words(label: str, suffix: str, tmp_path: Path) -> None:
    thing = described_fields(Field("dc.title", "T"), Field("dc.type", label))
    path = tmp_path / f"work{suffix}"
    path.write_bytes(written(suffix, thing))
    (record,) = read(str(path))
    assert described(record).work.kind == thing.work.kind
    if suffix.endswith(".json"):
        made = by_the_schema(json.loads(written(suffix, thing)))
        assert not list(Draft201909Validator(SCHEMA).iter_errors(made))


@pytest.mark.parametrize("suffix", [".datacite.xml", ".datacite.json"])
def test_what_stands_for_the_unknown_is_read_as_nothing(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"bare{suffix}"
    path.write_bytes(written(suffix, described(BARE)))
    (record,) = read(str(path))
    assert not [field for field in record.fields if ":unav" in field.value or field.value in {"0", "0000"}]
    assert record.values("dc.subject") == ["fog"]


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".datacite.xml", ".datacite.json", ".csl.json"])
def test_our_own_sources_read_what_we_write(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"work{suffix}"
    path.write_bytes(written(suffix, described(next(read(str(WORKS["article"]))))))
    (record,) = read(str(path))
    again = described(record).work
    assert again.title == "How coastal lights guide migrating terns: a three-year field study"
    assert [agent.name for agent in again.authors] in (
        ["Marrow, T", "Quill, A", "Brandt-Yao, LM", "Sandoval, O"],
        ["Marrow, T", "Quill, A", "Brandt-Yao, L. M.", "Sandoval, O"],
    )
    assert (again.year, again.doi) == ("2019", "10.5555/coastal.2019.0142")
