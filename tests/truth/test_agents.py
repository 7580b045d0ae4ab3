"""Who is named in a record, what each is, and in which role: in every format that can say it."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

import ontology
from converter.graph import ntriples
from converter.mapping.engine import Mapper
from converter.report import Finding, Report
from converter.sources.detection import read
from server.representations.csl import csl_item
from server.representations.view import View
from server.representations.work import work

ORCID = "0000-0002-1825-0097"
ROR = "https://ror.org/02zhqgq86"
OAI = "<record><header><identifier>oai:{host}:{number}</identifier><datestamp>2024-01-01</datestamp></header>"
TWO_HOSTS = ("a.example.org", "b.example.org")


class Stated(Report):
    """A report that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)


class Graph:
    """The graph of one input, asked for agents."""

    def __init__(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        mapper, self.report = Mapper(), Stated()
        lines: list[str] = []
        for record in read(str(path), report=self.report):
            mapped = mapper.map(record)
            self.report.extend(mapped.findings)
            lines += mapped.lines
        self.store = pyoxigraph.Store()
        self.store.load(ntriples(lines, mapper.base), format=pyoxigraph.RdfFormat.N_TRIPLES)

    def rows(self, pattern: str, *names: str) -> list[tuple[str, ...]]:
        """The sorted rows of a pattern, without datatypes."""
        prefixes = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in ontology.prefixes().items())
        found = self.store.query(f"{prefixes} SELECT DISTINCT * WHERE {{ {pattern} }}")
        assert isinstance(found, pyoxigraph.QuerySolutions)
        return sorted(tuple(row[name].value for name in names) for row in found)

    def kinds(self, role: str = "pro:author") -> dict[str, str]:
        """The holders of a role in their order: name → Person, Organization, Agent."""
        rows = self.rows(
            f"?r pro:withRole {role} ; co:index ?n ; rdfs:label ?name ; pro:isHeldBy ?a . ?a a ?c ."
            " FILTER(STRSTARTS(STR(?c), STR(foaf:)))",
            *("n", "name", "c"),
        )
        ordered = sorted(rows, key=lambda row: int(row[0]))
        return {name: kind.rpartition("/")[2] for _, name, kind in ordered}

    def same_as(self) -> set[tuple[str, str]]:
        """Name → address in an authority file, of each agent that has one."""
        return {(name, address) for name, address in self.rows("?a foaf:name ?n ; owl:sameAs ?o", "n", "o")}

    def affiliations(self) -> set[tuple[str, str]]:
        """Name of the holder of a role → name of the organisation."""
        rows = self.rows("?r rdfs:label ?n ; pro:relatesToOrganization/foaf:name ?o", "n", "o")
        return {(name, organisation) for name, organisation in rows}

    def grants(self) -> set[tuple[str, str]]:
        """Number of a grant → name of its agency."""
        rows = self.rows(
            "?g frapo:hasGrantNumber ?n OPTIONAL { ?g frapo:hasFundingAgency/foaf:name ?a }"
            " BIND(COALESCE(?a, '') AS ?o)",
            *("n", "o"),
        )
        return {(number, agency) for number, agency in rows}


def dim(fields: list[tuple[str, str]], **attributes: str) -> str:
    """A record of DSpace's intermediate format."""
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    body = "".join(
        '<dim:field mdschema="dc" element="{}"{}{}>{}</dim:field>'.format(
            name.split(".")[0], f' qualifier="{name.split(".")[1]}"' if "." in name else "", stated, value
        )
        for name, value in fields
    )
    return f'<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">{body}</dim:dim>'


def oai(metadata: dict[str, str], number: str = "1/1") -> str:
    """An answer of an OAI-PMH endpoint: host of the identifier → metadata."""
    records = "".join(
        OAI.format(host=host, number=number) + f"<metadata>{body}</metadata></record>"
        for host, body in metadata.items()
    )
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}</ListRecords></OAI-PMH>'


def authors(tmp_path: Path, *values: str) -> Graph:
    """The graph of a record with these authors."""
    return Graph(tmp_path / "x.xml", dim([("title", "T"), *(("contributor.author", value) for value in values)]))


SAID = {
    "mods.xml": '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>T</title></titleInfo>'
    '<name type="corporate"><namePart>Shoreline, Watch</namePart><role><roleTerm>author</roleTerm></role></name>'
    '<name type="personal"><namePart>University, Una</namePart><role><roleTerm>author</roleTerm></role></name>'
    '<name type="family"><namePart>Tern family</namePart><role><roleTerm>author</roleTerm></role></name></mods>',
    "marc.xml": '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>'
    '<datafield tag="110" ind1="2" ind2=" "><subfield code="a">Shoreline, Watch.</subfield></datafield>'
    '<datafield tag="700" ind1="1" ind2=" "><subfield code="a">University, Una,</subfield>'
    '<subfield code="4">aut</subfield></datafield>'
    '<datafield tag="700" ind1="3" ind2=" "><subfield code="a">Tern family.</subfield>'
    '<subfield code="4">aut</subfield></datafield></record>',
    "datacite.xml": '<resource xmlns="http://datacite.org/schema/kernel-4"><creators>'
    '<creator><creatorName nameType="Organizational">Shoreline, Watch</creatorName></creator>'
    '<creator><creatorName nameType="Personal">University, Una</creatorName></creator>'
    "<creator><creatorName>Tern family</creatorName></creator></creators>"
    "<titles><title>T</title></titles></resource>",
    "openaire.xml": '<oaire:resource xmlns:oaire="http://namespace.openaire.eu/schema/oaire/" '
    'xmlns:datacite="http://datacite.org/schema/kernel-4"><datacite:creators><datacite:creator>'
    '<datacite:creatorName nameType="Organizational">Shoreline, Watch</datacite:creatorName></datacite:creator>'
    '<datacite:creator><datacite:creatorName nameType="Personal">University, Una</datacite:creatorName>'
    "</datacite:creator><datacite:creator><datacite:creatorName>Tern family</datacite:creatorName></datacite:creator>"
    "</datacite:creators><datacite:titles><datacite:title>T</datacite:title></datacite:titles></oaire:resource>",
    "datacite.json": json.dumps(
        {
            "doi": "10.5555/x",
            "titles": [{"title": "T"}],
            "creators": [
                {"name": "Shoreline, Watch", "nameType": "Organizational"},
                {"name": "University, Una", "nameType": "Personal"},
                {"name": "Tern family"},
            ],
        }
    ),
    "crossref.json": json.dumps(
        {
            "DOI": "10.5555/x",
            "type": "report",
            "title": ["T"],
            "author": [
                {"name": "Shoreline, Watch"},
                {"family": "University", "given": "Una"},
                {"literal": "Tern family"},
            ],
        }
    ),
    "crossref.xml": '<doi_record xmlns="http://www.crossref.org/xschema/1.1"><crossref><journal><journal_article>'
    "<titles><title>T</title></titles><contributors>"
    '<organization contributor_role="author">Shoreline, Watch</organization>'
    '<person_name contributor_role="author"><given_name>Una</given_name><surname>University</surname></person_name>'
    "</contributors></journal_article></journal></crossref></doi_record>",
    "jpcoar.xml": '<jpcoar:jpcoar xmlns:jpcoar="https://github.com/JPCOAR/schema/blob/master/2.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title>'
    '<jpcoar:creator><jpcoar:creatorName nameType="Organizational">Shoreline, Watch</jpcoar:creatorName>'
    "</jpcoar:creator>"
    '<jpcoar:creator><jpcoar:creatorName nameType="Personal">University, Una</jpcoar:creatorName></jpcoar:creator>'
    "<jpcoar:creator><jpcoar:creatorName>Tern family</jpcoar:creatorName></jpcoar:creator></jpcoar:jpcoar>",
    "onix.xml": '<ONIXMessage xmlns="http://ns.editeur.org/onix/3.0/reference"><Product>'
    "<RecordReference>x</RecordReference>"
    "<DescriptiveDetail><TitleDetail><TitleType>01</TitleType><TitleElement><TitleText>T</TitleText></TitleElement>"
    "</TitleDetail><Contributor><ContributorRole>A01</ContributorRole><CorporateName>Shoreline, Watch</CorporateName>"
    "</Contributor><Contributor><ContributorRole>A01</ContributorRole><NamesBeforeKey>Una</NamesBeforeKey>"
    "<KeyNames>University</KeyNames></Contributor></DescriptiveDetail></Product></ONIXMessage>",
    "invenio.json": json.dumps(
        {
            "id": "x",
            "metadata": {
                "title": "T",
                "resource_type": {"id": "dataset"},
                "publication_date": "2020",
                "creators": [
                    {"person_or_org": {"type": "organizational", "name": "Shoreline, Watch"}},
                    {
                        "person_or_org": {
                            "type": "personal",
                            "name": "University, Una",
                            "family_name": "University",
                            "given_name": "Una",
                        }
                    },
                ],
            },
        }
    ),
    "x.bib": "@book{x, title={T}, author={{Shoreline, Watch} and University, Una and {Tern family}}}",
}


@pytest.mark.parametrize("name", SAID)
def test_what_the_source_says_of_a_name_is_obeyed(name: str, tmp_path: Path) -> None:
    kinds = Graph(tmp_path / name, SAID[name]).kinds()
    assert kinds["Shoreline, Watch"] == "Organization"
    assert kinds["University, Una"] == "Person"
    assert kinds.get("Tern family") != "Person"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Bank, Ann", "Person"),
        ("Church, F. Forrester", "Person"),
        ("van den Board, Ann", "Person"),
        ("Lu, MS", "Person"),
        ("Jackson, S.A.", "Person"),
        ("أحمد، محمد", "Person"),
        ("田中，太郎", "Person"),
        ("I. M. Rook", "Person"),
        ("Kelp Observatory", "Organization"),
        ("Ministry of Tides, Wrenland", "Organization"),
        ("Acme, Inc.", "Organization"),
        ("Springfield, University of", "Organization"),
        ("東京大学", "Organization"),
        ("Ida Rook", "Agent"),
        ("Kelp Union", "Agent"),
        ("SANDCO", "Agent"),
        ("Sandra Fern, Portucalense University, Portugal", "Agent"),
        ("Kelp and Sand", "Agent"),
        ("李偉", "Agent"),
    ],
)
def test_the_form_of_a_name_tells_no_more_than_it_can(value: str, kind: str, tmp_path: Path) -> None:
    assert authors(tmp_path, value).kinds() == {value: kind}


def test_a_supervisor_is_a_person_and_where_one_works_is_no_name(tmp_path: Path) -> None:
    found = Graph(tmp_path / "x.xml", dim([("contributor.advisor", "Professor Ann Rook, University of Tides, Wren")]))
    assert found.kinds("scoro:supervisor") == {"Professor Ann Rook": "Person"}
    assert found.affiliations() == {("Professor Ann Rook", "University of Tides, Wren")}


@pytest.mark.parametrize(
    "value",
    [
        *("None", "n/a", "N/A.", ":(unav)", "(:unkn) unknown", "[s.n.]", "et al.", "Others", "and others", "(none)"),
        *("Anonymous", "-", "NULL", "[e-mail]", "ann@example.org", "unknown, unknown", "No author"),
    ],
)
def test_what_names_nobody_makes_no_agent_and_is_reported(value: str, tmp_path: Path) -> None:
    found = authors(tmp_path, value, "Rook, Ida")
    assert found.kinds() == {"Rook, Ida": "Person"}
    assert found.rows("?i dc:creator ?c", "c") == [("Rook, Ida",)]
    assert found.rows("?a foaf:name ?n", "n") == [("Rook, Ida",)]
    assert any("nobody is named" in finding.reason for finding in found.report.findings)


@pytest.mark.parametrize("name", ["dc.publisher", "dc.contributor.funder", "dc.contributor.department"])
def test_nobody_is_nobody_in_every_role(name: str, tmp_path: Path) -> None:
    found = Graph(
        tmp_path / "x.jsonl", json.dumps({"dc.title": "T", name: "[s.n.]"}) + "\n" + json.dumps({"dc.title": "U"})
    )
    assert found.rows("?a foaf:name ?n", "n") == []


def test_a_person_may_be_called_none(tmp_path: Path) -> None:
    assert set(authors(tmp_path, "None, Jean", "Others, Will", "Null, Anna").kinds().values()) == {"Person"}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Kim, B.; Lee, C.; Park, D.", ["Kim, B.", "Lee, C.", "Park, D."]),
        ("Kim, B.；Lee, C.", ["Kim, B.", "Lee, C."]),
        ("أحمد، محمد؛ علي، سعيد", ["أحمد، محمد", "علي، سعيد"]),
        ("王伟、李娜", ["王伟", "李娜"]),
        ("Rook, Ida and Gull, Ann", ["Rook, Ida", "Gull, Ann"]),
        ("I. Rook, A. B. Gull and C. Tern", ["I. Rook", "A. B. Gull", "C. Tern"]),
        ("Ann Gull; Bo Tern", ["Ann Gull", "Bo Tern"]),
        ("Rook, Ida; 1950-", ["Rook, Ida; 1950-"]),
        ("Rook, Ida; None", ["Rook, Ida"]),
    ],
)
def test_several_names_in_one_value_are_several_agents_in_order(value: str, names: list[str], tmp_path: Path) -> None:
    assert list(authors(tmp_path, value).kinds()) == names


def test_a_semicolon_in_a_name_that_the_source_sets_apart_stays(tmp_path: Path) -> None:
    name = (
        '<name type="corporate"><namePart>Port Watch; Harbour Section</namePart><role><roleTerm>aut</roleTerm></role>'
    )
    found = Graph(tmp_path / "x.xml", f'<mods xmlns="http://www.loc.gov/mods/v3">{name}</name></mods>')
    assert found.kinds() == {"Port Watch; Harbour Section": "Organization"}
    found = Graph(tmp_path / "y.xml", dim([("contributor.corporate", "Port Watch; Harbour Section")]))
    assert found.kinds("pro:contributor") == {"Port Watch; Harbour Section": "Organization"}


def test_an_affiliation_behind_a_name_is_that_of_its_person(tmp_path: Path) -> None:
    record = '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    values = ("Gull, Ann; Sand Kyiv", "Tern, Bo; Dept of Silt; University of Wren", "Rook, Ida")
    record += "".join(f"<dc:creator>{value}</dc:creator>" for value in values) + "</oai_dc:dc>"
    found = Graph(tmp_path / "x.xml", oai({"j.example.org": record}, "article/7"))
    assert list(found.kinds()) == ["Gull, Ann", "Tern, Bo", "Rook, Ida"]
    assert found.affiliations() == {("Gull, Ann", "Sand Kyiv"), ("Tern, Bo", "Dept of Silt; University of Wren")}


@pytest.mark.parametrize(
    "value",
    [
        f"Rook, Ida https://orcid.org/{ORCID}",
        f"Rook, Ida (ORCID: {ORCID})",
        f"Rook, Ida; {ORCID}",
        f"Rook, Ida [orcid.org/{ORCID}]",
        f"Rook, Ida|||{ORCID}",
        f"Rook, Ida::will be referenced::ORCID::{ORCID}::600",
        f"Rook, Ida::{ORCID}",
        f"Rook, Ida ida@example.org {ORCID}",
    ],
)
def test_an_orcid_in_a_name_is_taken_out_of_it_and_used(value: str, tmp_path: Path) -> None:
    found = authors(tmp_path, value)
    assert found.kinds() == {"Rook, Ida": "Person"}
    assert found.same_as() == {("Rook, Ida", f"https://orcid.org/{ORCID}")}
    assert found.rows("?a foaf:familyName ?f ; foaf:givenName ?g", "f", "g") == [("Rook", "Ida")]


def test_a_wrong_orcid_is_out_of_the_name_and_in_the_report(tmp_path: Path) -> None:
    found = authors(tmp_path, "Rook, Ida 0000-0002-1825-0098")
    assert found.kinds() == {"Rook, Ida": "Person"}
    assert found.same_as() == set()
    assert any("0000-0002-1825-0098" in finding.reason for finding in found.report.findings)


def test_a_web_address_in_a_name_is_a_page_of_the_agent(tmp_path: Path) -> None:
    found = authors(tmp_path, "Rook, Ida (https://example.org/~ida)")
    assert found.rows("?a foaf:name ?n ; foaf:page ?p", "n", "p") == [("Rook, Ida", "https://example.org/~ida")]


IDENTIFIED = {
    "mods.xml": '<mods xmlns="http://www.loc.gov/mods/v3"><name type="corporate" valueURI="https://ror.org/02zhqgq86">'
    "<namePart>Kelp Club</namePart><role><roleTerm>author</roleTerm></role></name></mods>",
    "marc.xml": '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader><datafield '
    'tag="110" ind1="2" ind2=" "><subfield code="a">Kelp Club.</subfield><subfield code="0">(ror)02zhqgq86</subfield>'
    "</datafield></record>",
    "datacite.xml": '<resource xmlns="http://datacite.org/schema/kernel-4"><creators><creator>'
    '<creatorName nameType="Organizational">Kelp Club</creatorName><nameIdentifier nameIdentifierScheme="ROR" '
    'schemeURI="https://ror.org">02zhqgq86</nameIdentifier></creator></creators></resource>',
    "datacite.json": json.dumps(
        {
            "doi": "10.5555/x",
            "creators": [
                {
                    "name": "Kelp Club",
                    "nameIdentifiers": [{"nameIdentifier": ROR, "nameIdentifierScheme": "ROR"}],
                }
            ],
        }
    ),
    "x.csv": f'id,dc.title,dc.contributor.author\n1,T,"Kelp Club::will be referenced::ROR-ID::{ROR}::600"\n',
}


@pytest.mark.parametrize("name", IDENTIFIED)
def test_an_identifier_of_an_organisation_is_its_own(name: str, tmp_path: Path) -> None:
    found = Graph(tmp_path / name, IDENTIFIED[name])
    assert found.kinds() == {"Kelp Club": "Organization"}
    assert ("Kelp Club", ROR) in found.same_as()


def test_suffixes_stay_with_the_name_and_out_of_its_parts(tmp_path: Path) -> None:
    for value in ("Smith, John, Jr.", "Smith, Jr., John", "Smith Jr., John", "Smith, John III"):
        found = authors(tmp_path, value)
        assert found.kinds() == {value: "Person"}
        assert found.rows("?a foaf:familyName ?f ; foaf:givenName ?g", "f", "g") == [("Smith", "John")]


def test_departments_of_one_name_in_two_repositories_are_two(tmp_path: Path) -> None:
    for name in ("School of Law", "Faculty of Medicine", "University Library", "Graduate School", "Physics Department"):
        record = dim([("title", "T"), ("publisher", name), ("contributor.department", name)])
        found = Graph(tmp_path / "x.xml", oai(dict.fromkeys(TWO_HOSTS, record)))
        assert len(found.rows(f'?a foaf:name "{name}"', "a")) == 2, name


def test_a_publisher_with_a_name_of_its_own_is_one_in_two_repositories(tmp_path: Path) -> None:
    record = dim([("title", "T"), ("publisher", "Tern Press of Wrenmouth")])
    found = Graph(tmp_path / "x.xml", oai(dict.fromkeys(TWO_HOSTS, record)))
    assert len(found.rows('?a foaf:name "Tern Press of Wrenmouth"', "a")) == 1


def test_an_identifier_makes_one_of_two_departments(tmp_path: Path) -> None:
    resource = (
        '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5555/{}</identifier>'
        '<creators><creator><creatorName>Rook, Ida</creatorName><affiliation affiliationIdentifier="02zhqgq86" '
        'affiliationIdentifierScheme="ROR">School of Law</affiliation></creator></creators></resource>'
    )
    found = Graph(tmp_path / "x.xml", oai({host: resource.format(host) for host in TWO_HOSTS}))
    assert len(found.rows('?a foaf:name "School of Law"', "a")) == 1
    assert found.affiliations() == {("Rook, Ida", "School of Law")}


FUNDED = {
    "crossref.json": json.dumps(
        {
            "DOI": "10.5555/x",
            "type": "report",
            "title": ["T"],
            "funder": [
                {"name": "Silt Trust", "DOI": "10.13039/501100000780"},
                {"name": "Foam Fund", "award": ["F1", "F2"]},
            ],
        }
    ),
    "crossref.xml": '<doi_record xmlns="http://www.crossref.org/xschema/1.1"><crossref><journal><journal_article>'
    '<titles><title>T</title></titles><program xmlns="http://www.crossref.org/fundref.xsd" name="fundref">'
    '<assertion name="fundgroup"><assertion name="funder_name">Silt Trust<assertion name="funder_identifier">'
    "http://dx.doi.org/10.13039/501100000780</assertion></assertion></assertion>"
    '<assertion name="fundgroup"><assertion name="funder_name">Foam Fund</assertion><assertion name="award_number">F1'
    '</assertion><assertion name="award_number">F2</assertion></assertion></program>'
    "</journal_article></journal></crossref></doi_record>",
    "datacite.xml": '<resource xmlns="http://datacite.org/schema/kernel-4"><titles><title>T</title></titles>'
    "<fundingReferences><fundingReference><funderName>Silt Trust</funderName><funderIdentifier "
    'funderIdentifierType="Crossref Funder ID">https://doi.org/10.13039/501100000780</funderIdentifier>'
    "</fundingReference><fundingReference><funderName>Foam Fund</funderName><awardNumber>F1</awardNumber>"
    "</fundingReference><fundingReference><funderName>Foam Fund</funderName><awardNumber>F2</awardNumber>"
    "</fundingReference></fundingReferences></resource>",
    "datacite.json": json.dumps(
        {
            "doi": "10.5555/x",
            "titles": [{"title": "T"}],
            "fundingReferences": [
                {
                    "funderName": "Silt Trust",
                    "funderIdentifier": "10.13039/501100000780",
                    "funderIdentifierType": "Crossref Funder ID",
                },
                {"funderName": "Foam Fund", "awardNumber": "F1"},
                {"funderName": "Foam Fund", "awardNumber": "F2"},
            ],
        }
    ),
}


@pytest.mark.parametrize("name", FUNDED)
def test_a_grant_keeps_the_agency_that_it_stands_beside(name: str, tmp_path: Path) -> None:
    found = Graph(tmp_path / name, FUNDED[name])
    assert found.grants() == {("F1", "Foam Fund"), ("F2", "Foam Fund")}
    agencies = found.rows("?i frapo:hasFundingAgency/foaf:name ?n . ?i a fabio:Expression", "n")
    assert agencies == [("Foam Fund",), ("Silt Trust",)]
    assert found.same_as() == {("Silt Trust", "https://doi.org/10.13039/501100000780")}


def test_a_grant_without_an_agency_takes_that_of_no_other(tmp_path: Path) -> None:
    entries = [{"awardNumber": "LOST-1"}, {"funderName": "Foam Fund", "awardNumber": "F1"}]
    found = Graph(tmp_path / "x.json", json.dumps({"doi": "10.5555/x", "creators": [], "fundingReferences": entries}))
    assert found.grants() == {("LOST-1", ""), ("F1", "Foam Fund")}


TITLED = {
    "dim.xml": dim([("title", "Zostera da costa")], lang="pt")[:-10]
    + '<dim:field mdschema="dc" element="title" lang="en">An eelgrass</dim:field>'
    + '<dim:field mdschema="dc" element="title" lang="pt">Zostera</dim:field></dim:dim>',
    "qdc.xml": '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title xml:lang="pt">Zostera da costa</dc:title>'
    '<dc:title xml:lang="en">An eelgrass</dc:title><dc:title xml:lang="pt">Zostera</dc:title></oai_dc:dc>',
    "mods.xml": '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo xml:lang="pt"><title>Zostera da costa</title>'
    '</titleInfo><titleInfo type="translated" xml:lang="en"><title>An eelgrass</title></titleInfo>'
    '<titleInfo type="alternative" xml:lang="pt"><title>Zostera</title></titleInfo></mods>',
    "datacite.xml": '<resource xmlns="http://datacite.org/schema/kernel-4"><titles>'
    '<title xml:lang="pt">Zostera da costa</title><title xml:lang="en" titleType="TranslatedTitle">An eelgrass</title>'
    '<title xml:lang="pt" titleType="AlternativeTitle">Zostera</title></titles></resource>',
    "x.csv": "id,dc.title[pt],dc.title[en],dc.title.alternative[pt]\n1,Zostera da costa,An eelgrass,Zostera\n",
    "rest.json": json.dumps(
        {
            "uuid": "0a81af48-388e-49c4-93a0-3b7a3e6c9e0e",
            "type": "item",
            "metadata": {
                "dc.title": [
                    {"value": "Zostera", "language": "pt", "place": 2},
                    {"value": "An eelgrass", "language": "en", "place": 1},
                    {"value": "Zostera da costa", "language": "pt", "place": 0},
                ]
            },
        }
    ),
}


@pytest.mark.parametrize("name", TITLED)
def test_the_first_title_is_the_main_one_and_the_others_are_told_apart(name: str, tmp_path: Path) -> None:
    found = Graph(tmp_path / name, TITLED[name])
    assert found.rows("?i dcterms:title ?t", "t") == [("Zostera da costa",)]
    assert found.rows("?i fabio:hasTranslatedTitle ?t", "t") == [("An eelgrass",)]
    assert found.rows("?i dcterms:alternative ?t", "t") == [("Zostera",)]


def test_an_agent_is_written_as_what_it_is(tmp_path: Path) -> None:
    record = dim(
        [
            ("title", "T"),
            ("contributor.author", "Smith, John, Jr."),
            ("contributor.author", "Institute of Tides"),
            ("contributor.author", "Kelp Union"),
        ]
    )
    graph = Graph(tmp_path / "x.xml", record)
    (item,) = graph.rows("?i a fabio:Expression", "i")
    view = View(
        [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, None)], "https://data.example.org/"
    )
    made = work(view, item[0])
    assert csl_item(made)["author"] == [
        {"family": "Smith", "given": "John", "suffix": "Jr."},
        {"literal": "Institute of Tides"},
        {"literal": "Kelp Union"},
    ]
    assert [(agent.person, agent.organisation) for agent in made.authors] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_a_place_before_a_publisher_is_the_place_of_publication(tmp_path: Path) -> None:
    found = Graph(tmp_path / "x.xml", dim([("title", "T"), ("publisher", "Asheville, N.C. : Tern Press")]))
    assert found.kinds("pro:publisher") == {"Tern Press": "Organization"}
    assert found.rows("?i fabio:hasPlaceOfPublication/rdfs:label ?l", "l") == [("Asheville, N.C.",)]


@pytest.mark.parametrize(
    "value", ["http://tern.example.org", "Unpublished", "[S.l. : s.n.]", "[publisher not identified]"]
)
def test_what_names_no_publisher_makes_none(value: str, tmp_path: Path) -> None:
    found = Graph(tmp_path / "x.xml", dim([("title", "T"), ("publisher", value)]))
    assert found.rows("?i dcterms:publisher ?p", "p") == []
