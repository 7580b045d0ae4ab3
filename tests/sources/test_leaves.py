"""Nothing is lost silently: every leaf of a document is in its record or in a line of the report.

`SHELFGRAPH_DOCUMENTS=10000 pytest tests/sources/test_leaves.py` generates so many documents of each syntax.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from html import escape as escaped
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pymarc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.accounting.leaves import Leaf, leaves
from converter.errors import SourceError
from converter.sources.detection import read
from converter.values.words import words
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN
from tests.leaves import counted, outcomes, unaccounted
from tests.sources.bending import MARKS, NAMES, WORD, WORDS, bent_json, bent_xml
from tests.sources.test_kinds import Findings

FORMAT_FILES = Path(__file__).parents[1] / "data" / "formats"
INPUTS = sorted(path for path in [*GOLDEN.iterdir(), *EXAMPLES.iterdir()] if path.suffix != ".nt")
DOCUMENTS = int(os.environ.get("SHELFGRAPH_DOCUMENTS", "60"))
SAMPLES = [*(path for path in INPUTS if path.name.startswith("source-")), *sorted(FORMAT_FILES.iterdir())]
FORMATS = {
    "arXiv": "http://arxiv.org/OAI/arXiv/",
    "arXivRaw": "http://arxiv.org/OAI/arXivRaw/",
    "doajArticle": "http://doaj.org/features/oai_doaj/1.0/",
    "jpcoar": "https://github.com/JPCOAR/schema/blob/master/1.0/",
    "mods": "http://www.loc.gov/mods/v3",
    "mets": "http://www.loc.gov/METS/",
    "DIDL": "urn:mpeg:mpeg21:2002:02-DIDL-NS",
    "entry": "http://www.w3.org/2005/Atom",
    "thesis": "http://www.ndltd.org/standards/metadata/etdms/1.0/",
    "uketddc": "http://naca.central.cranfield.ac.uk/ethos-oai/2.0/",
    "qualifieddc": "http://dspace.org/qualifieddc/",
    "dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dim": "http://www.dspace.org/xmlns/dspace/dim",
    "metadata": "http://www.lyncode.com/xoai",
    "record": "http://www.loc.gov/MARC21/slim",
    "crossref": "http://www.crossref.org/xschema/1.1",
    "resource": "http://datacite.org/schema/kernel-4",
    "Publication": "https://www.openaire.eu/cerif-profile/1.1/",
    "Product": "http://ns.editeur.org/onix/3.0/reference",
    "unheard-of": "urn:x",
}
OPENAIRE = "http://namespace.openaire.eu/schema/oaire/"


def of_each(formats: int) -> settings:
    """So many documents that all formats of a syntax have `DOCUMENTS` together."""
    return settings(
        max_examples=max(DOCUMENTS // formats, 5),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        deadline=None,
    )


def unaccounted_or_refused(path: Path) -> list[Leaf]:
    """The leaves of which nothing became; a document in which no record is left is refused with its reason."""
    try:
        return unaccounted(path)
    except SourceError:
        return []


@pytest.mark.parametrize("path", [*INPUTS, *sorted(FORMAT_FILES.iterdir())], ids=lambda path: path.name)
def test_every_leaf_of_an_input_is_accounted_for(path: Path) -> None:
    found = counted(path)
    assert found.outcomes.total()
    assert found.lost == []


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("oai", "<a b='1' xmlns:x='urn:x'><x:c>2<d/>3</x:c></a>", ["a/c 2", "a/c 3", "a/@b 1"]),
        ("oai", "<a>CO<sub>2</sub> <i>flux</i><b x='1'>n</b></a>", ["a/b n", "a/b/@x 1", "a CO2 flux"]),
        ("oai", "<OAI-PMH><responseDate>1</responseDate><r>2</r></OAI-PMH>", ["OAI-PMH/r 2"]),
        ("json", '{"a": [{"b": 1}, {"b": ""}], "c": {"d": false}}', ["a/b 1", "c/d False"]),
        ("json", '{"a": 1}\n{"a": 2}\n', ["a 1", "a 2"]),
        ("csv", "id,dc.title\n1,A||B\n", ["id 1", "dc.title A", "dc.title B"]),
        ("csv", "sep=;\nid;dc.title\n1;A,B\n", ["id 1", "dc.title A,B"]),
        ("ris", "TY  - JOUR\nT1  - A\nB\nER  - \n", ["TY JOUR", "T1 A B"]),
        ("bibtex", '@book{k, title = {A {B}} # " C", year=1999, month=jan}', ["key k", "title A B C", "year 1999"]),
        (
            "dspace-html",
            "<table><tr><td>dc.title</td><td>A</td><td>en</td></tr></table>",
            ["dc.title A", "dc.title en"],
        ),
        ("dspace-html", "<meta name='DC.title' content='A'><meta name='robots' content='B'>", ["meta/DC.title A"]),
        ("dspace-text", "Find it\nTitleA\ndc.typeB-\n", ["line A", "line dc.typeB-"]),
    ],
)
def test_the_leaves_of_a_document_are_what_its_syntax_says(kind: str, text: str, expected: list[str]) -> None:
    found = leaves(kind, io.BytesIO(text.encode()))
    shown = [f"{leaf.place} {leaf.text.translate({ord(sign): None for sign in '{}#' + chr(34)})}" for leaf in found]
    assert [" ".join(one.split()) for one in shown if not one.startswith("entry ")] == expected


@pytest.mark.parametrize(
    "line",
    [
        "ORCID 0000-0002-1825-0097",
        "ORDER of tides",
        "Files in This Item are three",
        "Export to Otherwhere",
        "Shown twice",
    ],
)
def test_a_line_below_the_table_of_a_page_that_begins_like_its_furniture_is_reported(line: str, tmp_path: Path) -> None:
    furniture = ["Export via OAI-PMH Interface in XML Formats", "OR", "Items in DSpace are protected by copyright"]
    path = tmp_path / "page.txt"
    path.write_text("\n".join(["dc.titleShingle", "dc.date.issued2010", *furniture[:2], line, furniture[2]]) + "\n")
    found, report = counted(path), Findings()
    [_] = read(str(path), report=report)
    assert found.lost == []
    said = [finding.value for finding in report.all]
    assert line in said
    assert not set(furniture).intersection(said)


def test_a_table_of_a_page_without_its_heads_is_no_table_of_records(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("dc.title\tShingle\ten\ndc.date.issued\t2010\t\n")
    [record] = read(str(path))
    assert [(field.name, field.value) for field in record.fields] == [
        ("dc.title", "Shingle"),
        ("dc.date.issued", "2010"),
    ]
    assert unaccounted(path) == []


def test_a_leaf_that_is_in_no_record_is_counted_as_such(tmp_path: Path) -> None:
    found = counted(GOLDEN / "source-ris.ris")
    assert found.outcomes["unaccounted"] == 0
    assert found.seen is not None
    found.seen("again", [("ris", io.BytesIO(b"TY  - JOUR\nT1  - A title\nER  - \n"))])
    assert [leaf.text for _, leaf in found.lost] == ["JOUR", "A title"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before<a>1</a>behind", {"before", "1", "behind"}),
        ("<?xml version='1.0'?><a>1</a><?xml version='1.0'?><a>2</a>", {"1", "2"}),
        ("<a><q>1<c x=y z='&eacute;'>2</q>3<![CDATA[<i>4]]></a>&#55357;5", {"1", "y", "e", "2", "34", "5"}),
    ],
)
def test_the_leaves_of_broken_xml_are_found_by_its_tags_alone(text: str, expected: set[str]) -> None:
    found = leaves("oai", io.BytesIO(text.encode()))
    assert {"".join(words(leaf.text)) for leaf in found} == expected


def test_what_stands_beside_the_isbn_of_another_work_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "made.marc"
    path.write_bytes(
        marc_record("00000nam a2200000   4500", {}, [("730", "0 ", [("z", "9789910000379 (hbk.)")])]).as_marc()
    )
    assert unaccounted(path) == []


@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_text_outside_the_root_is_reported(place: str, tmp_path: Path) -> None:
    page = (GOLDEN / "source-qdc.xml").read_text(encoding="utf-8")
    path = tmp_path / "page.xml"
    path.write_text(f"Warning: kelp{page}" if place == "before" else f"{page}Warning: kelp", encoding="utf-8")
    report = Findings()
    assert list(read(str(path), report=report))
    assert "Warning: kelp" in {finding.value for finding in report.all}
    assert unaccounted(path) == []


def test_fields_counts_the_leaves_first() -> None:
    done = shelfgraph("fields", GOLDEN / "source-marc.xml").stdout.decode().splitlines()
    rows = list(csv.DictReader(done))
    assert rows[0]["field"] == "leaves of the source"
    assert int(rows[0]["values"]) == sum(int(rows[0][name]) for name in ("mapped", "kept", "private", "reported"))
    assert rows[0]["unaccounted"] == "0"


def test_leaves_of_a_record_that_is_not_published_are_private(tmp_path: Path) -> None:
    path = tmp_path / "closed.json"
    path.write_text(
        json.dumps(
            {"id": "x", "access": {"record": "restricted"}, "metadata": {"title": "T", "creators": []}, "pids": {}}
        )
    )
    assert set(outcomes(path)) <= {"private", "reported", "mapped"}


def elements(depth: int) -> st.SearchStrategy[str]:
    """Elements with text and attributes, some of them within each other, some with text behind an inner one."""
    inner = WORDS.map(escape)
    if depth:
        within = st.lists(st.one_of(elements(depth - 1), WORDS), min_size=1, max_size=3).map(" ".join)
        inner = st.one_of(inner, within)
    marks = st.dictionaries(MARKS, WORD, max_size=2).map(
        lambda found: "".join(f" {name}={quoteattr(value)}" for name, value in found.items())
    )
    return st.builds(lambda name, stated, text: f"<{name}{stated}>{text}</{name}>", NAMES, marks, inner)


@pytest.mark.parametrize("root", [*FORMATS, "oaire"])
@of_each(len(FORMATS) + 1)
@given(inner=st.lists(elements(2), min_size=1, max_size=6).map("".join))
def test_every_leaf_of_generated_xml_is_accounted_for(root: str, inner: str, tmp_path: Path) -> None:
    path = tmp_path / "made.xml"
    header = "<header><identifier>oai:x.example.org:1</identifier></header>"
    name, namespace = (root, FORMATS[root]) if root in FORMATS else ("resource", OPENAIRE)
    metadata = f'<{name} xmlns="{namespace}">{inner}</{name}>'
    path.write_text(f"<record>{header}<metadata>{metadata}</metadata></record>", encoding="utf-8")
    assert unaccounted(path) == []


BENT_XML = {
    path.name: path.read_text(encoding="utf-8")
    for path in SAMPLES
    if path.suffix == ".xml" and path.name != "fragment.xml"  # it is not well-formed
}
BENT_JSON = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES if path.suffix == ".json"}


@pytest.mark.parametrize("name", BENT_XML)
@of_each(len(BENT_XML))
@given(data=st.data())
def test_every_leaf_of_bent_xml_is_accounted_for(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "made.xml"
    path.write_text(data.draw(bent_xml(BENT_XML[name])), encoding="utf-8")
    assert unaccounted_or_refused(path) == []


def test_a_number_that_is_reported_is_found_with_what_stands_before_it(tmp_path: Path) -> None:
    path = tmp_path / "nested.xml"
    inner = '<record><datafield tag="650"><subfield code="0">(OCoLC)fst01234567</subfield></datafield></record>'
    title = '<datafield tag="245"><subfield code="a">Tides</subfield></datafield>'
    leader, number = "<leader>00000nam a2200000 a 4500</leader>", '<controlfield tag="001">1</controlfield>'
    record = f'<record xmlns="{FORMATS["record"]}">{leader}{number}{title}{inner}</record>'
    path.write_text(record, encoding="utf-8")
    assert unaccounted(path) == []


@pytest.mark.parametrize("name", BENT_JSON)
@of_each(len(BENT_JSON))
@given(data=st.data())
def test_every_leaf_of_bent_json_is_accounted_for(name: str, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    path.write_text(data.draw(bent_json(BENT_JSON[name])), encoding="utf-8")
    assert unaccounted_or_refused(path) == []


VALUES = st.recursive(WORD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
SHOWN: dict[str, dict[str, Any]] = {
    "zenodo": {"metadata": {"title": "T", "creators": [{"name": "Rook, Ida"}]}},
    "invenio-rdm": {"metadata": {"title": "T", "creators": [{"person_or_org": {"name": "Rook"}}]}, "pids": {}},
    "zotero": {"itemType": "book", "title": "T"},
    "csl": {"type": "book", "title": "T", "author": [{"family": "Rook"}]},
    "schema-org": {"@context": "https://schema.org", "@type": "Book"},
    "crossref": {"DOI": "10.5555/x", "type": "book", "title": ["T"]},
    "datacite": {"doi": "10.5555/x", "titles": [{"title": "T"}]},
    "rest-7": {"uuid": "u-1", "type": "item", "metadata": {"dc.title": [{"value": "T"}]}, "handle": "1/2"},
    "rest-6": {"type": "item", "metadata": [{"key": "dc.title", "value": "T"}], "handle": "1/2"},
    "fields": {"dc.title": "T", "dc.type": "text", "dc.date": "1999", "dc.publisher": "P"},
}
"""Of each dialect the least by which it shows."""


@pytest.mark.parametrize("name", SHOWN)
@of_each(len(SHOWN))
@given(beside=st.dictionaries(WORD, VALUES, min_size=1, max_size=4))
def test_every_leaf_of_generated_json_is_accounted_for(name: str, beside: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    path.write_text(json.dumps({**SHOWN[name], **beside}), encoding="utf-8")
    assert unaccounted(path) == []


HEADS = st.one_of(
    st.sampled_from(
        "dc.title dc.subject[en] dc.subject dc.contributor.author dc.odd.one dc.identifier.uri id collection shelf"
        " filename filename__bundle:THUMBNAIL bundle:ORIGINAL handle uuid action".split()
    ),
    WORD,
)
KEYED = st.builds("{}::{}::{}".format, WORDS, WORD, st.sampled_from([-1, 0, 500, 600]))
IN_SIGNS = WORDS.map("a;b,c\t{}".format)
IN_CELLS = st.one_of(
    WORDS, KEYED, WORDS.map('"{}", he said'.format), WORDS.map("two\n{}".format), WORDS.map("a;b,c\t{}".format)
)
CELLS = st.lists(IN_CELLS, max_size=3).map("||".join)


@of_each(1)
@given(
    heads=st.lists(HEADS, min_size=1, max_size=5),
    rows=st.lists(st.lists(CELLS, max_size=8), min_size=1, max_size=3),
    sign=st.sampled_from(",;\t"),
    start=st.sampled_from(["", "\ufeff", "sep={}\n", "\ufeffsep={}\r\n"]),
)
def test_every_leaf_of_a_generated_table_is_accounted_for(
    heads: list[str], rows: list[list[str]], sign: str, start: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(start.format(sign))
        table = csv.writer(file, delimiter=sign)
        table.writerow(["dc.title", "dc.date.issued", *heads])
        table.writerows(["Shingle", *row] for row in rows)
    assert unaccounted(path) == []


TAGS = st.one_of(
    st.sampled_from(
        "TI T1 AU A1 ED A2 PY Y1 DA JO T2 T3 SN SP EP UR DO KW N1 AB M1 M3 C1 C3 PB CY LA ID AN XX".split()
    ),
    st.from_regex(r"[A-Z][A-Z0-9]", fullmatch=True).filter(lambda tag: tag not in {"TY", "ER"}),
)
IN_LINES = st.one_of(
    WORDS,
    WORDS.map("{}, Ida".format),
    WORDS.map("{}; Moe, Ola".format),
    WORDS.map("{},".format),
    WORDS.map("2001/02//{}".format),
    WORDS.map("12-19, {}".format),
    WORD.map("https://x.example.org/{}".format),
    WORDS.map("begun\n{}".format),
    WORDS.map("10.5555/{}".format),
    st.sampled_from(["2001/02/03/", "1999", "11-29", "978-99-10-00037-9", "2049-3630 0317-8471", "   "]),
)


@of_each(1)
@given(
    kind=st.sampled_from("JOUR BOOK CHAP CONF CPAPER THES GEN RPRT EDBOOK WEB XYZ".split()),
    lines=st.lists(st.tuples(TAGS, IN_LINES), min_size=1, max_size=10),
    shape=st.sampled_from(["{}  - {}\n", "{} - {}\r\n", "{}  -{}\n"]),
)
def test_every_leaf_of_generated_ris_is_accounted_for(
    kind: str, lines: list[tuple[str, str]], shape: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.ris"
    body = "".join(shape.format(tag, text) for tag, text in [("TY", kind), *lines, ("ER", "")])
    path.write_text(body, encoding="utf-8", newline="")
    assert unaccounted(path) == []


KEYS = st.one_of(
    st.sampled_from(
        "author editor title booktitle journal year month day pages volume number series doi url note keywords eprint"
        " archiveprefix publisher isbn abstract shelf crossref date school institution howpublished type edition"
        " address organization chapter issn translator subtitle langid".split()
    ),
    WORD,
)
PARTS = st.one_of(
    WORDS.map("{{{}}}".format),
    WORDS.map('"{}"'.format),
    WORDS.map('"a {{"b"}} {}"'.format),
    WORDS.map("{{An {{{}}} \\emph{{slant}} \\& {{\\'e}}}}".format),
    WORDS.map("{{Rook, Ida and {}}}".format),
    WORDS.map("{{{}, and others}}".format),
    st.integers(1000, 2030).map(str),
    st.sampled_from(["jan", "known", "{11--29}", "{2001-02/2001-03}", "{}", "{https://x.example.org/a_b}"]),
)
ENTRIES = st.tuples(
    st.sampled_from("article book inproceedings incollection misc phdthesis online dataset proceedings".split()),
    st.dictionaries(KEYS, st.lists(PARTS, min_size=1, max_size=3).map(' # " " # '.join), min_size=1, max_size=8),
)


@of_each(1)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=3), around=st.sampled_from(["{}", "()"]))
def test_every_leaf_of_generated_bibtex_is_accounted_for(
    entries: list[tuple[str, dict[str, str]]], around: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.bib"
    begin, end = around
    text = '@string{known = "Tern Press"}\n@comment{nothing}\n@preamble{"\\newcommand{\\x}{y}"}\n'
    for place, (kind, values) in enumerate(entries):
        stated = {**values, **({"crossref": "{key0}"} if "crossref" in values else {})}
        body = "".join(f",\n  {key} = {value}" for key, value in stated.items())
        text += f"@{kind}{begin}key{place}{body}\n{end}\n"
    path.write_text(text, encoding="utf-8")
    assert unaccounted(path) == []


MARC_TAGS = st.one_of(
    st.sampled_from(
        "020 022 024 035 040 041 072 082 100 110 111 130 240 245 246 250 260 264 300 336 337 338 340 490 500 502 504"
        " 505 506 520 536 538 540 546 600 650 651 653 655 700 710 711 720 730 773 776 780 785 830 856 880 900".split()
    ),
    st.integers(10, 999).map("{:03}".format),
)
IN_SUBFIELDS = st.one_of(
    WORDS,
    WORDS.map("{} /".format),
    WORDS.map("{},".format),
    WORDS.map("[{}]".format),
    WORDS.map("(DE-588){}".format),
    WORD.map("http://id.loc.gov/authorities/subjects/{}".format),
    WORDS.map("Vol. 3, no. 2 (1999), p. 5-9 {}".format),
    st.sampled_from(
        ["aut", "edt", "author.", "gnd", "fast", "doi", "c1999.", "245-01", "9789910000379 (hbk.)", "engfre"]
    ),
)
CODES = st.sampled_from("abcdefghiklmnopqrstuvwxyz0123456789")
MARC_FIELDS = st.lists(
    st.tuples(
        MARC_TAGS,
        st.text(" 01234578", min_size=2, max_size=2),
        st.lists(st.tuples(CODES, IN_SUBFIELDS), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=6,
)
LEADERS = st.builds("00000n{}{} a2200000   4500".format, st.sampled_from("acdefgijkmoprt"), st.sampled_from("abcdims"))
MarcField = tuple[str, str, list[tuple[str, str]]]


def marc_record(leader: str, coded: dict[str, str], fields: list[MarcField]) -> pymarc.Record:
    """A record with these fields behind its coded data and a title."""
    record = pymarc.Record()
    record.leader = pymarc.Leader(leader[:9] + "a" + leader[10:])
    for tag, data in sorted({"001": "n1", **coded}.items()):
        record.add_field(pymarc.Field(tag=tag, data=data))
    for tag, marks, parts in [("245", "10", [("a", "Shingle")]), *fields]:
        codes = [pymarc.Subfield(code=code, value=value) for code, value in parts]
        record.add_field(pymarc.Field(tag=tag, indicators=pymarc.Indicators(*marks), subfields=codes))
    return record


@pytest.mark.parametrize("write", [pymarc.Record.as_marc, pymarc.record_to_xml], ids=["binary", "xml"])
@of_each(2)
@given(
    leader=LEADERS,
    coded=st.dictionaries(
        st.sampled_from(["003", "005", "006", "007", "008"]), st.text("0123456789abcd|u ", min_size=40)
    ),
    fields=MARC_FIELDS,
)
def test_every_subfield_of_generated_marc_is_accounted_for(
    write: Callable[[pymarc.Record], bytes],
    leader: str,
    coded: dict[str, str],
    fields: list[MarcField],
    tmp_path: Path,
) -> None:
    path = tmp_path / "made.marc"
    stated = write(marc_record(leader, coded, fields))
    path.write_bytes(
        stated
        if stated.startswith(b"0")
        else b'<collection xmlns="http://www.loc.gov/MARC21/slim">' + stated + b"</collection>"
    )
    assert unaccounted(path) == []


@of_each(1)
@given(
    table=st.lists(st.tuples(st.sampled_from(["dc.title", "dc.odd.one", "dc.date.issued"]), WORDS), max_size=4),
    head=st.lists(
        st.tuples(st.sampled_from(["DC.title", "citation_author", "citation_odd", "DCTERMS.issued"]), WORDS), max_size=4
    ),
    linked=st.dictionaries(NAMES, VALUES, max_size=3),
)
def test_every_leaf_of_a_generated_page_is_accounted_for(
    table: list[tuple[str, str]], head: list[tuple[str, str]], linked: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "made.html"
    metas = "".join(f'<meta name="{name}" content="{escaped(value)}">' for name, value in head)
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td><td>en</td></tr>" for name, value in table)
    script = json.dumps({"@context": "https://schema.org", "@type": "Book", **linked})
    script = f'<script type="application/ld+json">{script}</script>'
    path.write_text(f"<!doctype html><html><head>{metas}{script}</head><body><table>{rows}</table></body></html>")
    assert unaccounted(path) == []


@of_each(1)
@given(
    values=st.lists(
        st.tuples(st.sampled_from(["title", "odd"]), st.sampled_from(["", "none", "issued"]), WORDS, WORD), max_size=4
    ),
    contents=st.lists(st.tuples(WORD, WORDS), max_size=3),
    beside=st.dictionaries(st.sampled_from(["collections", "relationships"]), WORDS),
)
def test_every_leaf_of_a_generated_package_is_accounted_for(
    values: list[tuple[str, str, str, str]], contents: list[tuple[str, str]], beside: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "items" / "item_000"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    rows = "".join(
        f'<dcvalue element="{element}" qualifier="{qualifier}" language="{language}">{text}</dcvalue>'
        for element, qualifier, text, language in values
    )
    (folder / "dublin_core.xml").write_text(f"<dublin_core>{rows}</dublin_core>")
    lines = [f"{name}.pdf\tbundle:ORIGINAL\tdescription:{text}" for name, text in contents]
    (folder / "contents").write_text("\n".join(lines))
    for name, text in beside.items():
        (folder / name).write_text(text)
    assert unaccounted(tmp_path / "items") == []
