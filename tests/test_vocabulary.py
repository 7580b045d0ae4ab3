"""What the mapping says keeps to the vocabularies: every term exists, domains, ranges and kinds of properties hold."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from converter.mapping.engine import Mapper
from converter.sources.detection import read
from tests.conftest import EXAMPLES, GOLDEN
from tests.vocabulary import breaches

INPUTS = sorted(EXAMPLES.iterdir()) + sorted(path for path in GOLDEN.iterdir() if path.suffix != ".nt")
ITEM = "<https://data.example.org/item/1>"


def parsed(text: str) -> list[pyoxigraph.Quad]:
    return list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_every_statement_keeps_to_its_vocabulary(path: Path) -> None:
    mapper = Mapper()
    for record in read(str(path)):
        # A field without a place has a property of its own, which is declared beside its use.
        assert not breaches(parsed("\n".join(line for line in mapper.map(record).lines)))


@pytest.mark.parametrize(
    ("statement", "breach"),
    [
        ('<http://purl.org/dc/terms/tittle> "x"', "is in no vocabulary"),
        ("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://purl.org/spar/fabio/Artikel>", "in no vocabulary"),
        ('<http://purl.org/spar/pro/isHeldBy> "Quill, A"', "has a literal"),
        ("<http://purl.org/spar/fabio/hasIssnL> <urn:issn:5555-1238>", "has no literal"),
        ('<http://purl.org/spar/fabio/hasPublicationYear> "2019"', "its range is"),
        ("<http://purl.org/dc/terms/title> <urn:x:title>", "has no literal"),
    ],
)
def test_a_breach_is_seen(statement: str, breach: str) -> None:
    assert any(breach in one for one in breaches(parsed(f"{ITEM} {statement} .")))


def test_classes_that_exclude_each_other_are_seen_where_a_range_brings_the_second() -> None:
    held = f"{ITEM} <http://xmlns.com/foaf/0.1/homepage> <urn:x:1> .\n"
    held += "<urn:x:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Organization> ."
    assert any("exclude each other" in one for one in breaches(parsed(held)))


def test_a_property_that_can_have_one_value_has_one() -> None:
    two = "\n".join(f'{ITEM} <http://prismstandard.org/namespaces/basic/2.0/doi> "10.5555/{n}" .' for n in (1, 2))
    assert any("can have one" in one for one in breaches(parsed(two)))
