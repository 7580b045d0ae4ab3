"""A record page of a repository becomes linked data: every piece of it has its place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest
import rdflib
from pyshacl import validate
from rdflib import DC, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from converter.report import Report
from converter.sources.detection import read
from tests.commands import shelfgraph
from tests.conftest import ROOT
from tests.vocabulary import breaches

BASE = "https://data.example.org/"
FABIO = Namespace("http://purl.org/spar/fabio/")
FRAPO = Namespace("http://purl.org/cerif/frapo/")
FRBR = Namespace("http://purl.org/vocab/frbr/core#")
PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
PRO = Namespace("http://purl.org/spar/pro/")
CO = Namespace("http://purl.org/co/")
DATACITE = Namespace("http://purl.org/spar/datacite/")
LITERAL = Namespace("http://www.essepuntato.it/2010/06/literalreification/")
BIDO = Namespace("http://purl.org/spar/bido/")
C4O = Namespace("http://purl.org/spar/c4o/")
MESHV = Namespace("http://id.nlm.nih.gov/mesh/vocab#")


class Facts(NamedTuple):
    """What a page says, piece by piece."""

    page: Path
    handle: str
    authors: str
    keyed: str
    said: dict[URIRef, str]
    identifiers: dict[str, str]
    issn: str
    volume: str
    issue: str
    paired_heading: str
    qualifiers: tuple[str, str]
    publisher: str
    place: str
    metrics: set[str]
    funding: str
    private: bytes

    @property
    def item(self) -> URIRef:
        """The work."""
        return URIRef(f"{BASE}item/{self.handle}")

    @property
    def journal(self) -> URIRef:
        """The journal that it is in."""
        return URIRef(f"{BASE}journal/{self.issn}")


NIGHT_FERRIES = Facts(
    page=ROOT / "tests" / "data" / "night-ferries.txt",
    handle="20.500.12345/4711",
    authors="Moor, K|Havel, S|Tern, B|Havel, P|Skua, M|Fulmar, Y|Gannet, R|Petrel, X|Kittiwake, JT|Auk, L",
    keyed="rp00815",
    said={
        PRISM.doi: "10.5555/seabird.2014.087741",
        FABIO.hasPubMedId: "99004711",
        FABIO.hasHandle: "20.500.12345/4711",
        PRISM.volume: "31",
        PRISM.issueIdentifier: "6",
        PRISM.startingPage: "877",
        PRISM.endingPage: "885",
        PRISM.publicationName: "Archives of Seabird Research",
        DC.language: "eng",
        DC.type: "Article",
    },
    identifiers={
        "scopus-eid": "2-s2.0-99000471100",
        "wos": "000555904711006",
        "hkuros": "990471",
        "citeulike": "9904711",
    },
    issn="5555-2447",
    volume="31",
    issue="6",
    paired_heading="influenza-in-birds",
    qualifiers=("immunology", "therapy"),
    publisher="s-k-y-publishing-house",
    place="finland",
    metrics={"3.141", "1.618"},
    funding="This study was supported by grants from the National Seabird Foundation of the Isles",
    private=b"mskua",
)


class RecordPage:
    """The claims that hold of every page of this kind: ten authors of whom the fifth has a key, and so on."""

    facts: Facts

    @pytest.fixture(scope="class")
    @classmethod
    def turtle(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        out = tmp_path_factory.mktemp("page") / "out.ttl"
        done = shelfgraph("convert", cls.facts.page, "-o", out)
        assert done.returncode == 0, done.stderr.decode()
        return out

    @pytest.fixture(scope="class")
    @classmethod
    def graph(cls, turtle: Path) -> Graph:
        return Graph().parse(turtle)

    def test_every_row_of_the_page_is_read(self) -> None:
        (record,) = read(str(self.facts.page))
        text = self.facts.page.read_text(encoding="utf-8")
        rows = text.partition("DC FieldValueLanguage\n")[2].partition("\n\n")[0].splitlines()
        read_rows = [f for f in record.fields if f.name.startswith("dc.")]
        assert [f"{f.name}{f.value}{f.language or '-'}" for f in read_rows] == [
            row.replace("\u00a0", " ") for row in rows
        ]
        above = [f.name for f in record.fields if not f.name.startswith("dc.")]
        assert (above.count("view.metric"), above.count("view.funding"), len(above)) == (2, 9, 12)

    def test_no_line_of_the_page_is_left_unread(self) -> None:
        report = Report()
        list(read(str(self.facts.page), report=report))
        assert not report.counts

    def test_ten_authors_stand_in_order(self, graph: Graph) -> None:
        roles = [
            role
            for role in graph.objects(self.facts.item, PRO.isDocumentContextFor)
            if (role, PRO.withRole, PRO.author) in graph
        ]
        names = [
            graph.value(role, rdflib.RDFS.label)
            for role in sorted(roles, key=lambda one: int(graph.value(one, CO["index"])))
        ]
        assert "|".join(names) == self.facts.authors

    def test_author_five_alone_has_a_key(self, graph: Graph) -> None:
        keyed = {person for person in graph.subjects(RDF.type, FOAF.Person) if "#" not in person}
        assert {str(person).rpartition("/")[2] for person in keyed} == {self.facts.keyed}
        assert graph.value(URIRef(f"{self.facts.item}#author-5"), PRO.isHeldBy) in keyed

    def test_the_item_says_what_the_page_says(self, graph: Graph) -> None:
        said = {property_: list(graph.objects(self.facts.item, property_)) for property_ in self.facts.said}
        assert said == {property_: [Literal(value)] for property_, value in self.facts.said.items()}

    def test_identifiers_of_other_systems_have_a_node(self, graph: Graph) -> None:
        for scheme, value in self.facts.identifiers.items():
            node = URIRef(f"{self.facts.item}#id-{scheme}")
            assert (self.facts.item, DATACITE.hasIdentifier, node) in graph
            assert graph.value(node, LITERAL.hasLiteralValue) == Literal(value)
            assert graph.value(node, DATACITE.usesIdentifierScheme) == URIRef(f"{BASE}scheme/{scheme}")

    def test_it_is_a_journal_article(self, graph: Graph) -> None:
        assert set(graph.objects(self.facts.item, RDF.type)) == {FABIO.Expression, FABIO.JournalArticle}

    def test_the_journal_is_known_by_its_issn_l(self, graph: Graph) -> None:
        journal, facts = self.facts.journal, self.facts
        assert graph.value(journal, FABIO.hasIssnL) == Literal(facts.issn)
        assert (facts.item, FRBR.partOf, URIRef(f"{journal}/volume/{facts.volume}/issue/{facts.issue}")) in graph

    def test_five_mesh_headings_have_their_qualifiers_told_apart(self, graph: Graph) -> None:
        headings = set(graph.subjects(RDF.type, MESHV.Descriptor))
        pairs = set(graph.subjects(RDF.type, MESHV.DescriptorQualifierPair))
        assert (len(headings), len(pairs)) == (5, 5)
        heading = f"{BASE}subject/mesh/{self.facts.paired_heading}"
        assert {URIRef(f"{heading}/{qualifier}") for qualifier in self.facts.qualifiers} <= pairs

    def test_publisher_and_place_are_resources(self, graph: Graph) -> None:
        item = self.facts.item
        assert graph.value(item, DCTERMS.publisher) == URIRef(f"{BASE}org/{self.facts.publisher}")
        assert graph.value(item, FABIO.hasPlaceOfPublication) == URIRef(f"{BASE}place/{self.facts.place}")

    def test_both_metrics_hang_on_the_journal(self, graph: Graph) -> None:
        values = {
            str(graph.value(graph.value(metric, BIDO.withBibliometricData), BIDO.hasNumericValue))
            for metric in graph.objects(self.facts.journal, BIDO.holdsBibliometricDataInTime)
        }
        assert values == self.facts.metrics

    def test_eight_agencies_eight_grants_and_the_sentence_are_there(self, graph: Graph) -> None:
        item = self.facts.item
        agencies, grants = set(graph.objects(item, FRAPO.hasFundingAgency)), set(graph.objects(item, FRAPO.isFundedBy))
        assert (len(agencies), len(grants)) == (8, 8)
        sentence = graph.value(URIRef(f"{item}#funding-statement"), C4O.hasContent)
        assert str(sentence).startswith(self.facts.funding)

    def test_the_email_address_is_nowhere(self, tmp_path: Path) -> None:
        for format_ in ("ttl", "nt", "nq", "trig", "rdf", "jsonld"):
            report = tmp_path / "report.csv"
            done = shelfgraph("convert", self.facts.page, "--to", format_, "--report", report)
            output = done.stdout + done.stderr + report.read_bytes()
            assert self.facts.private not in output
            assert b"mbox" not in output.replace(b'"foaf:mbox', b"")

    def test_every_value_has_its_place(self) -> None:
        last = shelfgraph("fields", self.facts.page).stdout.decode().splitlines()[-1].split(",")
        assert last[:7] == ["*", "56", "55", "0", "1", "0", "0"]

    def test_its_terms_exist_and_their_domains_and_ranges_hold(self, turtle: Path) -> None:
        assert not breaches(pyoxigraph.parse(path=str(turtle), format=pyoxigraph.RdfFormat.TURTLE))

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_the_shapes_conform(self, turtle: Path) -> None:
        # A graph of its own: the validator adds to the one that it is given.
        shapes = str(ROOT / "ontology" / "shapes.ttl")
        conforms, _, text = validate(Graph().parse(turtle), shacl_graph=shapes, inference="none", do_owl_imports=False)
        assert conforms, text

    # rdflib reads JSON-LD by way of a class that it has deprecated.
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_json_ld_is_one_nested_document_of_the_same_graph(self, graph: Graph) -> None:
        done = shelfgraph("convert", self.facts.page, "--to", "jsonld")
        document = json.loads(done.stdout)
        assert document["id"] == str(self.facts.item)
        names = [role["label"] for role in document["roles"] if role["role"] == "author"]
        assert "|".join(names) == self.facts.authors
        assert isomorphic(Graph().parse(data=done.stdout, format="json-ld"), graph)

    @pytest.mark.parametrize("format_", ["nt", "nq", "trig", "rdf"])
    def test_every_format_holds_the_same_graph(self, graph: Graph, format_: str) -> None:
        done = shelfgraph("convert", self.facts.page, "--to", format_)
        engine = {"nt": "N_TRIPLES", "nq": "N_QUADS", "trig": "TRIG", "rdf": "RDF_XML"}[format_]
        quads = pyoxigraph.parse(done.stdout, format=getattr(pyoxigraph.RdfFormat, engine))
        lines = "\n".join(f"{quad.triple} ." for quad in quads)
        assert isomorphic(Graph().parse(data=lines, format="nt"), graph)

    def test_the_same_record_gives_the_same_bytes(self, turtle: Path) -> None:
        assert shelfgraph("convert", self.facts.page, "--to", "ttl").stdout == turtle.read_bytes()

    def test_a_foreign_store_answers_the_same_counts(self, turtle: Path, graph: Graph, tmp_path: Path) -> None:
        oxigraph = str(Path(sys.executable).parent / "oxigraph")
        store = str(tmp_path / "store")
        subprocess.run([oxigraph, "load", "--location", store, "--file", turtle], check=True, capture_output=True)
        query = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
        answered = subprocess.run(
            [oxigraph, "query", "--location", store, "--query", query, "--results-format", "csv"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        expected = {f"{row[0]},{row[1]}" for row in graph.query(query)}
        assert set(answered[1:]) == expected


class TestNightFerries(RecordPage):
    """A page written for the project."""

    facts = NIGHT_FERRIES
