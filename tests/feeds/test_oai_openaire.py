"""`oai_openaire`: what our own reader of that format, which reads what others write, makes of what we write."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from lxml import etree

from converter.mapping.engine import Mapper
from converter.report import Report
from converter.sources.detection import read
from server.oai.metadata_formats import FORMATS
from shelfgraph import convert
from tests.conftest import EXAMPLES

OAI = "http://www.openarchives.org/OAI/2.0/"
SAID = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX frapo: <http://purl.org/cerif/frapo/>
PREFIX pro: <http://purl.org/spar/pro/> PREFIX co: <http://purl.org/co/>
PREFIX prism: <http://prismstandard.org/namespaces/basic/2.0/>
SELECT ?work ?p ?o {
  { ?work ?p ?o FILTER(?p IN (prism:doi, prism:volume, prism:startingPage, dcterms:issued, dcterms:license,
    dcterms:publisher, dcterms:isPartOf, frapo:isFundedBy)) FILTER(CONTAINS(STR(?work), "/item/")) }
  UNION { ?work dcterms:type ?o BIND(dcterms:type AS ?p) FILTER(CONTAINS(STR(?o), "coar")) }
  UNION { ?work pro:isDocumentContextFor ?r . ?r pro:withRole ?p ; rdfs:label ?name ; co:index ?n
    BIND(CONCAT(STR(?n), " ", ?name) AS ?o) }
}""".replace("PREFIX co:", "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX co:")


def said(source: Path) -> set[tuple[str, ...]]:
    """Who wrote a work, what it is, where and when it appeared, as the graph of a source says it."""
    store = pyoxigraph.Store()
    store.extend(pyoxigraph.parse(convert(source).text("nt"), format=pyoxigraph.RdfFormat.N_TRIPLES))
    solutions = store.query(SAID)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return {tuple(term.value for term in row) for row in solutions}


@pytest.mark.parametrize("source", sorted(EXAMPLES.iterdir()), ids=lambda path: path.stem)
def test_what_is_written_is_read_as_it_was(source: Path, tmp_path: Path) -> None:
    answer = etree.Element(f"{{{OAI}}}OAI-PMH")
    records = etree.SubElement(answer, f"{{{OAI}}}ListRecords")
    for record in read(str(source), None, "", Report(), ""):
        if record.deleted:
            continue
        inside = etree.SubElement(records, f"{{{OAI}}}record")
        header = etree.SubElement(inside, f"{{{OAI}}}header")
        etree.SubElement(header, f"{{{OAI}}}identifier").text = record.identifier or f"oai:x:{record.handle}"
        metadata = etree.SubElement(inside, f"{{{OAI}}}metadata")
        written = FORMATS["oai_openaire"].write(record, Mapper("https://data.example.org/"))
        metadata.append(etree.fromstring(written))
    path = tmp_path / "openaire.xml"
    path.write_bytes(etree.tostring(answer))
    before, after = said(source), said(path)
    assert len(before) > 10
    # The profile has no element for a series.
    assert {one for one in before - after if "/series/" not in one[2]} == set()
