"""Exports keep what a record says: read back by the programs of the field, and valid by their schemas."""

from __future__ import annotations

import json
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from jsonschema import Draft7Validator

from converter.record import Field, File, Record
from converter.sources.detection import read
from server.pages.meta_tags import meta_tags
from server.representations.registry import Description
from server.representations.work_types import kinds
from tests.site.test_every_form import records
from tests.site.test_forms import described, described_fields, written

# The names of CSL 1.0.2 (https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV).
CSL_TYPES = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset "
    "document entry entry-dictionary entry-encyclopedia figure graphic hearing interview legal_case legislation "
    "manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical "
    "personal_communication post post-weblog regulation report review review-book software song speech standard "
    "thesis treaty webpage"
).split()
CSL_NAMES = (
    "author chair collection-editor compiler composer container-author contributor curator director editor "
    "editorial-director executive-producer illustrator interviewer organizer original-author performer producer "
    "recipient reviewed-author translator"
).split()
CSL_TEXTS = (
    "abstract annote archive call-number collection-number collection-title container-title DOI edition event "
    "event-title event-place genre id ISBN ISSN issue keyword language medium note number number-of-pages page PMCID "
    "PMID publisher publisher-place source status title title-short URL version volume"
).split()
PART = {"type": "string", "minLength": 1}
PARTS = dict.fromkeys(("family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal"), PART)
NAME = {"properties": PARTS, "additionalProperties": False, "minProperties": 1}
DATE = {
    "required": ["date-parts"],
    "properties": {
        "date-parts": {
            "minItems": 1,
            "maxItems": 2,
            "items": {"minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
        },
        "season": {"minimum": 1, "maximum": 4},
        "circa": {"const": True},
    },
    "additionalProperties": False,
}
CSL = Draft7Validator(
    {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": CSL_TYPES},
            "issued": DATE,
            "event-date": DATE,
            **dict.fromkeys(CSL_TEXTS, PART),
            **{name: {"minItems": 1, "items": NAME} for name in CSL_NAMES},
        },
    }
)


CLASSIC = set(
    "article book booklet conference inbook incollection inproceedings manual mastersthesis misc phdthesis proceedings "
    "techreport unpublished".split()
)
"""The types of entries of BibTeX itself."""


def everything() -> list[Description]:
    """A few records of each file of the tests."""
    return [
        described(record)
        for path in records()
        for record in [record for record in read(str(path)) if not record.deleted][:3]
    ]


@pytest.fixture(scope="module")
def shelf() -> list[Description]:
    """A few records of each file of the tests."""
    return everything()


def test_csl_is_as_its_specification_says(shelf: list[Description]) -> None:
    for thing in shelf:
        faults = list(CSL.iter_errors(json.loads(written(".csl.json", thing))))
        assert not faults, (thing.address, faults[0].message)
    assert {kind.csl for _, kind in kinds()} <= set(CSL_TYPES)


def test_bibtexparser_reads_the_names_and_the_title_of_each(shelf: list[Description]) -> None:
    for thing in shelf:
        text = written(".bib", thing).decode()
        library = bibtexparser.parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
        assert (len(library.entries), library.failed_blocks) == (1, []), text
        fields = library.entries[0].fields_dict
        assert len(fields["author"].value if "author" in fields else []) == len(thing.work.authors)
        assert ("title" in fields) == bool(thing.work.titles)
        assert ("doi" in fields) == bool(thing.work.doi)


def test_rispy_reads_the_names_and_the_title_of_each(shelf: list[Description]) -> None:
    for thing in shelf:
        (entry,) = rispy.loads(written(".ris", thing).decode())
        assert len(entry.get("authors", [])) == len(thing.work.authors)
        assert entry.get("title", "") == " ".join(thing.work.titles[0].text.split() if thing.work.titles else [])
        assert entry.get("doi", "") == thing.work.doi
        assert entry.get("year", "") == thing.work.year


def test_dublin_core_names_each_author_also_of_one_name() -> None:
    thing = described_fields(
        Field("dc.title", "T"), *(Field("dc.contributor.author", n) for n in ("Li, B", "Li, A", "Li, B"))
    )
    assert written(".dc.xml", thing).decode().count("<dc:creator>Li, B<") == 2
    assert written(".dc.nt", thing).decode().count('"Li, B"') == 1


CHAPTER = (
    Field("dc.title", "Fog signals"),
    Field("dc.type", "Book chapter"),
    Field("dc.contributor.author", "Quill, Ann"),
    Field("dc.relation.ispartof", "Lights of the North"),
    Field("dc.identifier.isbn", "978-3-16-148410-0"),
    Field("dc.relation.ispartofseries", "Studies of Coasts; 7"),
    Field("dc.date.issued", "2019"),
)


def test_a_chapter_has_its_book_with_its_number_and_the_series_with_its_number() -> None:
    thing = described_fields(*CHAPTER)
    (ris,) = rispy.loads(written(".ris", thing).decode())
    assert (ris["type_of_reference"], ris["secondary_title"]) == ("CHAP", "Lights of the North")
    entry = bibtexparser.parse_string(written(".bib", thing).decode()).entries[0]
    stated = {name: entry.fields_dict[name].value for name in ("booktitle", "series", "number", "isbn")}
    expected = {"booktitle": "Lights of the North", "series": "Studies of Coasts", "number": "7"}
    assert stated == {**expected, "isbn": "9783161484100"}
    csl = json.loads(written(".csl.json", thing))
    assert (csl["container-title"], csl["collection-title"]) == ("Lights of the North", "Studies of Coasts")
    assert (csl["collection-number"], csl["ISBN"]) == ("7", "9783161484100")
    container = json.loads(written(".datacite.json", thing))["container"]
    assert (container["type"], container["title"]) == ("Book", "Lights of the North")


def test_a_journal_is_called_as_the_record_prints_it_and_not_as_another_does() -> None:
    first = described_fields(
        Field("dc.title", "Fog"),
        Field("dc.type", "Article"),
        Field("dc.relation.ispartof", "Coasts and Lights"),
        Field("dc.identifier.issn", "5555-1238"),
    )
    journal = next(line.partition(" ")[0] for line in first.lines if line.startswith(f"<{first.base}journal/"))
    other = f'{journal} <http://purl.org/dc/terms/title> "AAA, another spelling" .'
    thing = Description([other, *first.lines], first.address, first.base)
    assert json.loads(written(".csl.json", thing))["container-title"] == "Coasts and Lights"
    assert b"T2  - Coasts and Lights" in written(".ris", thing)


def schema(*fields: Field, files: tuple[File, ...] = ()) -> dict[str, Any]:
    """What search engines read of a work of these fields."""
    made: dict[str, Any] = json.loads(
        written(".schema.jsonld", described(Record("oai:x:1/2", handle="1/2", fields=fields, files=files)))
    )
    return made


@pytest.mark.parametrize(
    ("right", "free"),
    [("open access", True), ("restricted access", False), ("embargoed access", False), ("metadata only access", False)],
)
def test_who_may_read_a_work_is_said_where_the_source_says_it(right: str, free: bool) -> None:
    stated = schema(Field("dc.title", "T"), Field("dc.rights.accessrights", right))
    assert (stated["isAccessibleForFree"], stated["conditionsOfAccess"]) == (free, right)
    rights = json.loads(
        written(".datacite.json", described_fields(Field("dc.title", "T"), Field("dc.rights.accessrights", right)))
    )["rightsList"]
    assert right in [entry["rights"] for entry in rights if "access_right" in entry.get("rightsUri", "")]


def test_nothing_is_said_of_access_where_the_source_says_nothing() -> None:
    stated = schema(Field("dc.title", "T"))
    assert not {"isAccessibleForFree", "conditionsOfAccess"} & stated.keys()


def test_a_file_has_its_size() -> None:
    stated = schema(Field("dc.title", "T"), files=(File("t.pdf", media_type="application/pdf", size=4096),))
    assert stated["encoding"]["contentSize"] == "4096 bytes"


FILES = [
    (["abstract.pdf", "Portada.pdf", "tesis.pdf", "LICENSE.pdf"], "tesis.pdf"),
    (["01_cover.pdf", "02_whole.pdf"], "02_whole.pdf"),
    (["thesis.pdf", "poster.txt"], "thesis.pdf"),
    (["poster.pdf"], "poster.pdf"),
]


@pytest.mark.parametrize(("names", "main"), FILES)
def test_one_file_is_the_main_one(names: list[str], main: str) -> None:
    address = "http://repository.example.org/"
    files = tuple(File(name, address + name, size=9 if name == main else 10) for name in names)
    record = Record("oai:x:1/2", handle="1/2", fields=(Field("dc.title", "T"),), files=files)
    tags = [tag.content for tag in meta_tags(described(record)) if tag.name == "citation_pdf_url"]
    assert tags == [address + main]


def test_of_parts_the_largest_is_the_main_one() -> None:
    address = "http://repository.example.org/"
    files = tuple(File(f"{number}.pdf", f"{address}{number}.pdf", size=number) for number in (3, 20, 7))
    record = Record("oai:x:1/2", handle="1/2", fields=(Field("dc.title", "T"),), files=files)
    tags = [tag.content for tag in meta_tags(described(record)) if tag.name == "citation_pdf_url"]
    assert tags == [f"{address}20.pdf"]


@pytest.mark.parametrize(
    ("type_", "entry", "classic", "called"),
    [
        ("Doctoral thesis", "phdthesis", "phdthesis", "Doctoral thesis"),
        ("Master thesis", "mastersthesis", "mastersthesis", "Master thesis"),
        ("Bachelor thesis", "thesis", "mastersthesis", "Bachelor thesis"),
        ("Thesis", "thesis", "mastersthesis", "Thesis"),
        ("Dataset", "dataset", "misc", None),
        ("Software", "software", "misc", None),
        ("Article", "article", "article", None),
    ],
)
def test_a_style_of_bibtex_itself_knows_the_classic_entry(
    type_: str, entry: str, classic: str, called: str | None
) -> None:
    thing = described_fields(
        Field("dc.title", "Of terns"),
        Field("dc.title.alternative", "Terns"),
        Field("dc.type", type_),
        Field("dc.contributor.author", "Quill, Ann"),
        Field("dc.date.issued", "2019"),
    )
    for suffix, wanted in {".bib": entry, ".classic.bib": classic}.items():
        (read_back,) = bibtexparser.parse_string(written(suffix, thing).decode()).entries
        assert read_back.entry_type == wanted
    assert (read_back.fields_dict["type"].value if "type" in read_back.fields_dict else None) == called


def test_every_classic_entry_is_of_bibtex_itself() -> None:
    for thing in everything():
        (entry,) = bibtexparser.parse_string(written(".classic.bib", thing).decode()).entries
        assert entry.entry_type in CLASSIC, thing.address
