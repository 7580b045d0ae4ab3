"""Authority files of the operator: what joins a thing with an entry, what a person decides; likeness joins nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import lxml.html
import pyoxigraph
import pytest

import ontology
from converter.mapping.authorities import Authorities
from converter.mapping.authority_packages import authority_file
from converter.store.data_folder import DataFolder
from tests.commands import shelfgraph
from tests.conftest import Site
from tests.test_sparql import ask
from tests.truth.claims import ris

ROR = (
    "id,names.types.ror_display,names.types.label,names.types.alias,names.types.acronym,external_ids.type.fundref.all\n"
    "https://ror.org/02zhqgq86,Tern University,en: Tern University; fr: Université des Sternes,,TU,501100003803\n"
    "https://ror.org/00k4n6c32,Sand Institute,,Shore Institute,SI,\n"
    "https://ror.org/05dxps055,Sand Institute,,,SI,\n"
    "https://ror.org/01an7q238,Institute of the Northern Tides,,,,\n"
)
SERIALS = "ISSN\tISSN-L\n0302-9743\t0302-9743\n1611-3349\t0302-9743\n"
PERSONS = 'name,orcid\n"Gull, Ann",0000-0002-1825-0097\n"Tern, B.",0000-0001-5109-3700\n'
PREFIXES = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in ontology.prefixes().items())


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The authority files."""
    found = []
    for name, text in (("ror.csv", ROR), ("issn-l.txt", SERIALS), ("persons.csv", PERSONS)):
        found.append(tmp_path / name)
        found[-1].write_text(text, encoding="utf-8")
    return found


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """Two articles of one journal, each with another of its numbers, and publishers of four names."""
    path = tmp_path / "works.ris"
    texts = [
        ris("JOUR", "ID a", "AU Gull, Ann", "AU Tern, B.", "JO Notes in Tides", "SN 0302-9743", "PB Tern  University"),
        ris("JOUR", "ID b", "AU Gull, A.", "JO Notes in Tides", "SN 1611-3349 (online)", "PB Sand Institute"),
        ris("BOOK", "ID c", "AU Rook, Ida", "PB Northern Tides Institute"),
        ris("BOOK", "ID d", "AU Rook, Ida", "PB Kelp Press"),
    ]
    path.write_text("".join(text.replace("A title", f"Title {place}") for place, text in enumerate(texts)))
    return path


def given(files: list[Path]) -> list[object]:
    """The options that name the files."""
    return [part for path in files for part in ("--authority", path)]


def holds(data: Path, pattern: str) -> bool:
    """Whether the newest generation has a pattern."""
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    found = store.query(f"{PREFIXES} ASK {{ {pattern} }}")
    assert isinstance(found, pyoxigraph.QueryBoolean)
    return bool(found)


def to_decide(data: Path) -> list[dict[str, str]]:
    """The lines of the list for people."""
    return list(csv.DictReader(io.StringIO(shelfgraph("quality", "--links", "--data", data).stdout.decode())))


def statements(data: Path) -> set[str]:
    """What the newest generation says of works and things."""
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    return {str(quad) for quad in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())}


def test_an_identifier_or_the_only_label_joins_and_nothing_else_does(
    tmp_path: Path, files: list[Path], works: Path
) -> None:
    data = tmp_path / "data"
    shelfgraph("load", works, "--data", data, *given(files))
    same = "?o owl:sameAs"
    assert holds(data, f'?o foaf:name "Tern University" . {same} <https://ror.org/02zhqgq86>')
    assert holds(data, f'?o foaf:name "Tern University" . {same} <https://doi.org/10.13039/501100003803>')
    assert holds(data, f'?o foaf:name "Gull, Ann" . {same} <https://orcid.org/0000-0002-1825-0097>')
    for name in ("Sand Institute", "Northern Tides Institute", "Kelp Press", "Gull, A.", "Tern, B.", "Rook, Ida"):
        assert holds(data, f'?o foaf:name "{name}"')
        assert not holds(data, f'?o foaf:name "{name}" . {same} ?x')


def test_two_numbers_of_one_serial_are_one_journal(tmp_path: Path, files: list[Path], works: Path) -> None:
    data = tmp_path / "data"
    shelfgraph("load", works, "--data", data)
    apart = "?a dcterms:isPartOf ?j . ?b dcterms:isPartOf ?k FILTER(?a != ?b && ?j != ?k)"
    assert holds(data, apart)
    shelfgraph("rebuild", "--data", data, *given(files))
    assert not holds(data, apart)
    assert holds(data, '?j fabio:hasIssnL "0302-9743" ; prism:issn "0302-9743" ; prism:eIssn "1611-3349"')


def test_a_person_decides_what_is_left(tmp_path: Path, files: list[Path], works: Path) -> None:
    data, decided = tmp_path / "data", tmp_path / "decided.csv"
    shelfgraph("load", works, "--data", data, *given(files))
    rows = to_decide(data)
    found = {(row["label"], row["candidate"], row["reason"]) for row in rows if row["kind"] != "serial"}
    several, words = "several entries have the label", "a label of the same words"
    assert found >= {
        ("Sand Institute", "https://ror.org/00k4n6c32", several),
        ("Sand Institute", "https://ror.org/05dxps055", several),
        ("Northern Tides Institute", "https://ror.org/01an7q238", words),
        ("Tern, B.", "https://orcid.org/0000-0001-5109-3700", "an abbreviated name"),
    }
    assert "" not in {candidate for _, candidate, _ in found}
    assert "Tern University" not in {label for label, _, _ in found}
    answers = {"https://ror.org/05dxps055": "yes", "https://ror.org/00k4n6c32": "no", "https://ror.org/01an7q238": "no"}
    with decided.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        chosen = (row for row in rows if row["candidate"] in answers)
        table.writerows({**row, "decision": answers[row["candidate"]]} for row in chosen)
    shelfgraph("load", works, "--data", data, "--authority", decided)
    assert holds(data, '?o foaf:name "Sand Institute" ; owl:sameAs <https://ror.org/05dxps055>')
    assert not holds(data, "?o owl:sameAs <https://ror.org/00k4n6c32>")
    left = {(row["label"], row["candidate"]) for row in to_decide(data)}
    assert not {label for label, _ in left} & {"Sand Institute"}
    assert ("Northern Tides Institute", "https://ror.org/01an7q238") not in left


def test_what_no_entry_is_like_is_counted_and_not_listed(tmp_path: Path, files: list[Path], works: Path) -> None:
    done = shelfgraph("quality", works, "--links", *given(files))
    assert "Kelp Press" not in done.stdout.decode()
    # Kelp Press; Rook, Ida of two books, and Gull, A., who has no given name to be known by.
    assert "no entry is like them: organisation 1, person 2" in done.stderr.decode()


def test_the_store_is_what_the_archive_and_the_files_make_of_it(tmp_path: Path, files: list[Path], works: Path) -> None:
    first, later = tmp_path / "first", tmp_path / "later"
    shelfgraph("load", works, "--data", first, *given(files))
    shelfgraph("load", works, "--data", later)
    before = statements(later)
    shelfgraph("load", works, "--data", later, *given(files))
    assert statements(first) == statements(later) != before
    assert shelfgraph("check", "--data", later).returncode == 0
    shelfgraph("rebuild", "--data", later)
    assert statements(first) == statements(later)
    shelfgraph("backup", tmp_path / "kept", "--data", later)
    shelfgraph("restore", tmp_path / "kept", "--data", tmp_path / "again")
    shelfgraph("rebuild", "--data", tmp_path / "again")
    assert statements(first) == statements(tmp_path / "again")


def test_a_conversion_has_the_same_links(tmp_path: Path, files: list[Path], works: Path) -> None:
    done = shelfgraph("convert", works, "--to", "nt", *given(files)).stdout.decode()
    assert "<https://ror.org/02zhqgq86>" in done
    assert "<https://ror.org/00k4n6c32>" not in done


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shelf,row\n1,2\n", "no column of an authority file (shelf, row)"),
        ("id,name\nhttps://x.example.org/1,Tern\n", "nothing says what it is; add a column kind"),
        ("address,candidate,decision\norg/x,https://ror.org/02zhqgq86,perhaps\n", "a decision is yes or no"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(text: str, words: str, tmp_path: Path, works: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    done = shelfgraph("load", works, "--data", tmp_path / "data", "--authority", path)
    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert done.stderr.decode().startswith("shelfgraph: odd.csv")


def test_headings_in_lines_of_json_join_subjects(tmp_path: Path) -> None:
    (tmp_path / "subjects_lcsh.jsonl").write_text(
        '{"id": "https://id.loc.gov/authorities/subjects/sh85134060", "scheme": "LCSH", "subject": "Terns"}\n'
        '{"id": "https://id.loc.gov/authorities/subjects/sh85117273", "scheme": "LCSH", "subject": "Sand"}\n'
    )
    (tmp_path / "works.ris").write_text(ris("BOOK", "KW terns", "KW Sands"))
    command = ("convert", tmp_path / "works.ris", "--to", "nt", "--authority", tmp_path / "subjects_lcsh.jsonl")
    matched = [line for line in shelfgraph(*command).stdout.decode().splitlines() if "exactMatch" in line]
    assert [line.split()[2] for line in matched] == ["<http://id.loc.gov/authorities/subjects/sh85134060>"]


def test_a_vocabulary_that_is_installed_is_an_authority_file_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "invenio_subjects_lcsh-2023.11.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: invenio-subjects-lcsh\nVersion: 2023.11.2\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = authority_file("lcsh")
    assert found == tmp_path / "invenio_subjects_lcsh" / "vocabularies" / "subjects_lcsh.jsonl"


def test_a_vocabulary_that_is_not_installed_is_named_with_its_remedy(works: Path) -> None:
    done = shelfgraph("convert", works, "--authority", "fast-geographic")
    assert done.returncode == 2
    assert "pip install 'shelfgraph[fast]'" in done.stderr.decode()
    assert "no file elsewhere.csv" in shelfgraph("convert", works, "--authority", "elsewhere.csv").stderr.decode()


def test_a_file_takes_the_place_of_the_one_of_its_name(tmp_path: Path, files: list[Path]) -> None:
    known = Authorities.of_files(files)
    digest = known.digest
    files[0].write_text(ROR.replace("Tern University", "Gull University"), encoding="utf-8")
    known.add(files[0])
    assert known.digest != digest
    files[0].write_text(ROR, encoding="utf-8")
    known.add(files[0])
    assert known.digest == digest


MESH = "http://id.nlm.nih.gov/mesh/"
TREE = (
    "id,label,broader\n"
    f"{MESH}D1,Terns,{MESH}D2\n{MESH}D1,Terns,{MESH}D3\n{MESH}D2,Charadriiformes,{MESH}D4\n"
    f"{MESH}D3,Migrants,{MESH}D4\n{MESH}D4,Birds,{MESH}D5\n{MESH}D5,Animals,\n{MESH}D6,Fish,{MESH}D5\n"
)


@pytest.fixture
def headings(tmp_path: Path) -> list[Path]:
    """A file of headings, and two works, one with a qualifier behind its heading."""
    (tmp_path / "mesh.csv").write_text(TREE, encoding="utf-8")
    rows = ["id,dc.title,dc.subject.mesh", "a,One,Terns - physiology", "b,Two,Birds"]
    (tmp_path / "works.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return [tmp_path / "mesh.csv", tmp_path / "works.csv"]


def test_what_is_broader_than_a_heading_is_said_up_to_the_top_and_nothing_else_of_the_file(
    tmp_path: Path, headings: list[Path]
) -> None:
    data = tmp_path / "data"
    assert shelfgraph("load", headings[1], "--data", data, "--authority", headings[0]).returncode == 0
    terns, animals = "?terns skos:prefLabel 'Terns'@en", "?animals skos:prefLabel 'Animals'@en"
    assert holds(data, f"{terns} ; skos:broader/skos:broader/skos:broader ?animals . {animals}")
    assert holds(data, f"{terns} ; skos:broader/skos:prefLabel 'Migrants'@en, 'Charadriiformes'@en")
    assert holds(data, f"{animals} ; skos:exactMatch <{MESH}D5> ; skos:inScheme ?s . ?terns skos:inScheme ?s . {terns}")
    assert holds(data, f"?pair meshv:hasDescriptor ?terns ; skos:broader ?terns . {terns}")
    assert not holds(data, "?fish skos:prefLabel 'Fish'@en")


def test_the_page_of_a_subject_leads_up_and_down_its_tree_with_the_works_of_each(
    tmp_path: Path, headings: list[Path]
) -> None:
    data = tmp_path / "data"
    assert shelfgraph("load", headings[1], "--data", data, "--authority", headings[0]).returncode == 0
    site = Site("--data", data)
    try:
        said = {}
        for name in ("terns", "birds", "animals"):
            root = lxml.html.fromstring(ask(site, "GET", f"/subject/mesh/{name}.html", Accept="text/html").body)
            said[name] = {
                part.xpath("string(h2)"): [" ".join(one.text_content().split()) for one in part.xpath("ul/li")]
                for part in root.xpath("//div[@class='cols']/section")
            }
    finally:
        site.stop()
    assert said == {
        "terns": {"Broader": ["Charadriiformes 1", "Migrants 1"]},
        "birds": {"Broader": ["Animals 2"], "Narrower": ["Charadriiformes 1", "Migrants 1"]},
        "animals": {"Narrower": ["Birds 2"]},
    }


def test_subjects_above_each_other_in_a_ring_end(tmp_path: Path, headings: list[Path]) -> None:
    ring = f"id,label,broader\n{MESH}D1,Terns,{MESH}D2\n{MESH}D2,Birds,{MESH}D1\n"
    headings[0].write_text(ring, encoding="utf-8")
    known = Authorities.of_files([headings[0]])
    base = "http://x/"
    node, skos = f"<{base}subject/mesh/terns>", "http://www.w3.org/2004/02/skos/core#"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    lines = [f"{node} {kind} <{skos}Concept> .", f'{node} <{skos}prefLabel> "Terns"@en .']
    broader = [line for line in known.links(lines, base) if "#broader>" in line]
    assert len(broader) == 2
