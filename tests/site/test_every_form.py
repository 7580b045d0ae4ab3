"""No form of any work fails: of the records of the tests, and of works of any title, of anybody, lacking anything."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from converter.record import Field, File, Record
from converter.sources.detection import read
from server.representations.citation import STYLES
from server.representations.csl import ROLES
from server.representations.registry import REPRESENTATIONS, Description
from tests.conftest import EXAMPLES, GOLDEN
from tests.site.test_forms import described, described_fields, written

WRITTEN = [form for form in REPRESENTATIONS if form.writer]
TYPES = ["", "Article", "Book", "Book chapter", "Thesis", "Dataset", "Report", "Image", "Software", "Conference paper"]
SIGNS = "\x00\x7f\u2066\u2069\ufffd\ufffe\U000e0001\U0010ffff"
SIGNS += "\u2028\u2029\x0b\x0c\x1c\x1e\x85\u200b\u202e\ufeff\u00a0\u3000[]{}<>&\"'“”:;,.?!/\\%$#_^~*`|@-–"
TEXTS = st.one_of(
    st.text(st.sampled_from(SIGNS + "aB1 éЖ漢"), min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
NAMES = st.one_of(
    TEXTS,
    st.sampled_from(
        ["Quill, Ann", "Quill", "quill, ann de la", "World Light Bureau", "Gale, Michael, Jr.", "Ж, Б", ","]
    ),
)
RESPONSIBLE = [
    "author",
    "editor",
    "translator",
    "illustrator",
    "compiler",
    "advisor",
    "corporate",
    "publisher",
    "other",
]


def records() -> list[Path]:
    """The files of records of the tests."""
    return sorted(path for path in (*EXAMPLES.iterdir(), *GOLDEN.iterdir()) if path.suffix != ".nt" and path.is_file())


@pytest.mark.parametrize("path", records(), ids=lambda path: path.name)
def test_every_form_of_every_record_is_written(path: Path) -> None:
    found = list(read(str(path)))
    assert found
    for record in [record for record in found if not record.deleted][:3]:
        thing = described(record)
        for form in WRITTEN:
            assert written(form.suffix, thing), form.suffix


@cache
def _kinds() -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from(RESPONSIBLE), NAMES)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example("Lights\u2028and terns", "Article", [("author", "Marrow, T")], "", "", "2019")
@example("Lights", "Book", [("compiler", "Quill, Ann")], "", "", "")
@example("", "Book", [("translator", "Quill")], "", "\u2029", "0000")
@given(
    st.one_of(st.just(""), TEXTS),
    st.sampled_from(TYPES),
    st.lists(_kinds(), max_size=4),
    st.one_of(st.just(""), TEXTS),
    st.one_of(st.just(""), TEXTS),
    st.sampled_from(["", "2019", "2019-11", "2019-02-30", "0000", "9999", "-0044", "19th century", "2019/2020"]),
)
def test_every_form_of_any_work_is_written(
    title: str, type_: str, agents: list[tuple[str, str]], journal: str, publisher: str, date: str
) -> None:
    values = [("title", title), ("type", type_), ("relation.ispartof", journal), ("publisher", publisher)]
    values += [("date.issued", date), *((f"contributor.{role}", name) for role, name in agents)]
    fields = tuple(Field(f"dc.{name}", value) for name, value in values if value)
    thing = described(Record("oai:x:1/2", handle="1/2", fields=fields, files=(File(title or "f", size=1),)))
    for form in WRITTEN:
        assert written(form.suffix, thing), form.suffix


def cited(style: str, *fields: Field) -> str:
    """The citation of a work that is called Lights."""
    return written(f".{style}.txt", described_fields(Field("dc.title", "Lights"), *fields)).decode()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("role", [role for role in ROLES if role != "curator"])
@pytest.mark.parametrize("type_", TYPES[1:])
def test_a_citation_has_the_title_once_whoever_stands_before_it(style: str, role: str, type_: str) -> None:
    fields = (Field(f"dc.contributor.{role}", "Marrow, T"), Field("dc.type", type_), Field("dc.date.issued", "2019"))
    with warnings.catch_warnings():
        # The processor warns of what it does not know, which it then leaves out.
        warnings.simplefilter("error")
        line = cited(style, *fields)
    assert line.count("Lights") == 1
    assert "2019" in line


@pytest.mark.parametrize("style", ["apa", "chicago"])
def test_who_compiled_a_book_is_named(style: str) -> None:
    line = cited(style, Field("dc.contributor.compiler", "Quill, Ann"), Field("dc.type", "Book"))
    assert "Quill" in line
    assert "comp" in line


def test_a_title_of_no_known_language_stays_as_it_is_written() -> None:
    other = Field("dc.title.alternative", "Rivages")
    assert "“Lights”" in cited("chicago", other)
    for title in ("shores of the north", "მდინარის ნაპირები"):
        line = written(".chicago.txt", described_fields(Field("dc.title", title))).decode()
        assert f"“{title}”" in line


def test_no_greek_letter_of_an_english_title_becomes_another() -> None:
    title = Field("dc.title", "Release of α-pinene by β-glucans")
    line = written(".chicago.txt", described_fields(title, Field("dc.language.iso", "en"))).decode()
    assert "“Release of α-pinene by β-glucans”" in line


def test_a_full_stop_at_the_end_of_a_title_is_the_only_one() -> None:
    line = written(".chicago.txt", described_fields(Field("dc.title", "Lights."), Field("dc.publisher", "Harbour")))
    assert "“Lights.” n.d. Harbour" in line.decode()


@pytest.mark.parametrize(
    ("name", "expected"), [("Quill, Ann Mary", "Quill, Ann Mary"), ("Quill, A.M.", "Quill, A. M."), ("Quill, A", "A.")]
)
def test_given_names_stay_whole_where_the_style_wants_them(name: str, expected: str) -> None:
    assert expected in cited("chicago", Field("dc.contributor.author", name))


def test_an_edition_is_named_where_there_is_one() -> None:
    article = Field("dc.type", "Article"), Field("dc.date.issued", "2019")
    assert "dition" not in cited("chicago", *article)
    assert "third" in cited("chicago", Field("dc.type", "Book"), Field("oaire.citation.edition", "third")).lower()
    form = described_fields(Field("dc.title", "Lights"), Field("oaire.citation.edition", "third"))
    assert "edition = {third}" in written(".bib", form).decode()
    assert "ET  - third" in written(".ris", form).decode()


def test_a_subtitle_is_no_translated_title() -> None:
    titles = Field("dc.title.alternative", "Lamps"), Field("dc.title.translated", "Feux")
    form = written(".ris", described_fields(Field("dc.title", "Lights"), *titles)).decode()
    assert "TT  - Feux" in form
    assert "TT  - Lamps" not in form
    assert "Lamps" in form


def test_the_language_of_a_work_in_two_is_that_of_its_title() -> None:
    both = Field("dc.language.iso", "el"), Field("dc.language.iso", "en")
    untagged = written(".csl.json", described_fields(Field("dc.title", "Lights"), *both))
    titled = written(".csl.json", described_fields(Field("dc.title", "Lights", "en_US"), *both))
    assert "language" not in json.loads(untagged)
    assert json.loads(titled)["language"] == "en"


def test_the_description_of_a_work_is_taken_from_its_lines_alone() -> None:
    thing = described_fields(Field("dc.title", "Lights"))
    again = Description(reversed(thing.lines), thing.address, thing.base)
    for form in WRITTEN:
        assert written(form.suffix, thing) == written(form.suffix, again)
