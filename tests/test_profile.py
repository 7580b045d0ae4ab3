"""The profile agrees with itself and with the vocabularies that it borrows from."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, XSD, Graph, URIRef

import ontology
from converter.handlers import KINDS
from converter.jsonld import CONTEXT
from converter.privacy import SILENT
from tests import vocabulary
from tests.conftest import COMMAND, ROOT, Site
from tests.test_sparql import ask

OWN = ontology.PUBLISHED_BASE
TERM = re.compile(r'(?:term|expand)\(\s*(?:f?"([a-z0-9-]+:[A-Za-z_]\w*)")')


def used_in_code() -> set[str]:
    """The terms that the program itself names."""
    return {
        ontology.expand(name, path.name)
        for package in ("converter", "server")
        for path in (ROOT / package).rglob("*.py")
        for name in TERM.findall(path.read_text(encoding="utf-8"))
    }


def used_in_tables() -> set[str]:
    """The terms that the tables name."""
    crosswalk = ontology.Crosswalk()
    found = {iri.removeprefix("^") for row in crosswalk.rows.values() for iri in (*row.properties, row.literal) if iri}
    for key, row in ontology.types().items():
        columns = ("class", "in_periodical", "work_class", "dcmitype")
        found |= {ontology.expand(name, key) for column in columns for name in row[column].split()}
    return found | {
        ontology.expand(row["property"], "schemes") for row in ontology.schemes().values() if row["property"]
    }


def used_in_documents() -> set[str]:
    """The terms that the shapes and the context name."""
    shapes = Graph().parse(data=ontology.text("shapes.ttl"), format="turtle")
    found = {str(term) for triple in shapes for term in triple if isinstance(term, URIRef)}
    for file in ("context.jsonld", CONTEXT):
        for value in json.loads(ontology.text(file))["@context"].values():
            name = value.get("@id", value.get("@reverse", "")) if isinstance(value, dict) else str(value)
            if re.fullmatch(r"[a-z0-9-]+:[A-Za-z]\w*", name):
                found.add(ontology.expand(name, file))
    # Data types are no terms of a vocabulary, and SHACL's own are the language of the shapes.
    foreign = (str(XSD), str(SH), OWN, "http://id.loc.gov/datatypes/")
    return {term for term in found if not term.startswith(foreign)}


def test_every_term_stands_in_its_vocabulary() -> None:
    used = used_in_code() | used_in_tables() | used_in_documents()
    assert not {term for term in used if not vocabulary.has(term) and not term.startswith(OWN)}


@pytest.mark.parametrize("file", ["context.jsonld", CONTEXT])
def test_the_context_and_the_tables_mean_the_same_by_a_prefix(file: str) -> None:
    context = json.loads(ontology.text(file))["@context"]
    named = {key: value for key, value in context.items() if isinstance(value, str) and value.endswith(("/", "#"))}
    assert {prefix: iri for prefix, iri in ontology.prefixes().items() if prefix in named} == {
        prefix: iri for prefix, iri in named.items() if prefix in ontology.prefixes()
    }


def test_the_shapes_and_the_profile_are_rdf_with_our_prefixes() -> None:
    for name in ("shapes.ttl", "profile.ttl", "terms.ttl"):
        text = ontology.text(name)
        assert len(Graph().parse(data=text, format="turtle"))
        for prefix, iri in re.findall(r"^@prefix (\S+):\s+<([^>]+)>", text, re.MULTILINE):
            assert ontology.prefixes().get(prefix, iri) == iri, f"{name}: {prefix}"


def test_every_scheme_and_measure_of_ours_is_declared_with_a_label() -> None:
    graph = Graph().parse(data=ontology.text("profile.ttl"), format="turtle")
    own = {scheme for scheme in ontology.schemes() if scheme.startswith("scheme/")}
    own |= {target for target in ontology.values("metric").values() if ":" not in target}
    for property_ in (RDFS.label, RDFS.comment, RDFS.isDefinedBy):
        assert {term for term in own if (URIRef(OWN + term), property_, None) not in graph} == set()
    assert (URIRef(f"{OWN}ns"), RDF.type, OWL.Ontology) in graph


def test_every_class_and_property_that_is_borrowed_has_a_label() -> None:
    graph = Graph().parse(data=ontology.text("terms.ttl"), format="turtle")
    kinds = {RDFS.Class: {"class"}, RDF.Property: {"property", "object", "datatype", "annotation", "functional"}}
    facts = vocabulary.terms()
    used = {term for term in used_in_code() | used_in_tables() if not term.startswith(OWN)}
    for type_, names in kinds.items():
        stated = {str(term) for term in graph.subjects(RDF.type, type_)}
        assert {term for term in used if facts[term].kinds & names} - stated == set()
        assert {term for term in stated if not facts[term].kinds & names} == set()
        assert {term for term in stated if len(set(graph.objects(URIRef(term), RDFS.label))) != 1} == set()


def test_its_own_addresses_move_to_the_base_of_the_deployment() -> None:
    assert OWN not in ontology.text("profile.ttl", "https://x.example.org/")


@pytest.mark.parametrize("name", ["profile.ttl", "shapes.ttl", "store-shapes.ttl", "context.jsonld", CONTEXT])
def test_the_profile_is_published_at_an_address_with_its_version(name: str, site: Site) -> None:
    answer = ask(site, "GET", f"/profile/core/1/{name}")
    assert (answer.status, answer.body.decode()) == (200, ontology.text(name, site.base))
    again = ask(site, "GET", f"/profile/core/1/{name}", If_None_Match=answer.headers["etag"])
    assert again.status == 304


def test_the_readme_explains_every_column_and_names_every_file() -> None:
    text = (ROOT / "ontology" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{column}`" in text for column in ontology.COLUMNS)
    files = {path.name for path in (ROOT / "ontology").iterdir() if path.suffix in {".csv", ".ttl", ".jsonld"}}
    assert all(f"`{name}`" in text for name in files)


def test_every_kind_of_the_tables_is_one_that_the_engine_has() -> None:
    assert {row.kind for row in ontology.Crosswalk().rows.values()} <= {*KINDS, *SILENT}


def test_a_mapping_is_changed_in_the_five_steps_of_the_readme(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "README.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\d\. .*?`([^`]+)`", text, re.MULTILINE)
    table, row, explain, validate = steps
    for package in ("converter", "ontology", "queries", "server", "shelfgraph"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "ontology" / table).open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    record = tmp_path / "record.txt"
    record.write_text("DC FieldValueLanguage\ndc.titleTen\ndc.shelfmarkNC 17-\n", encoding="utf-8")

    def run(command: str) -> subprocess.CompletedProcess[str]:
        words = command.replace("RECORD", str(record)).split()[1:]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [*COMMAND, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    stated = run(explain)
    assert 'bibliographicCitation> ""NC 17"" .' in stated.stdout, stated.stderr
    assert f"{table}:" in stated.stdout
    assert run(validate).returncode == 0
