"""What a work stands in: journal, book, proceedings, series, each with its own title and numbers, in all formats."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
import pytest

import ontology
from converter.mapping.engine import Mapper
from converter.mapping.settling import settled
from converter.report import Report
from converter.sources.detection import read
from converter.validation_store import findings

BASE = "https://data.example.org/"
BOOK, SERIES, JOURNAL = "9789920000536", "8765-1017", "8765-1114"


class Graph:
    """The data set that inputs make together."""

    def __init__(self, paths: Iterable[Path]) -> None:
        mapper = Mapper(BASE)
        records = (record for path in paths for record in read(str(path), report=Report()))
        lines = [line for batch in settled(((one, mapper.triples(one)) for one in records), BASE) for line in batch]
        self.store = pyoxigraph.Store()
        self.store.load("\n".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES)

    def rows(self, pattern: str, *names: str) -> list[tuple[str, ...]]:
        """The sorted rows of a pattern."""
        prefixes = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in ontology.prefixes().items())
        wanted = " ".join(f"?{name}" for name in names)
        found = self.store.query(f"{prefixes} SELECT DISTINCT {wanted} WHERE {{ {pattern} }}")
        assert isinstance(found, pyoxigraph.QuerySolutions)
        return sorted(tuple(row[name].value if row[name] else "" for name in names) for row in found)

    def containers(self, title: str) -> list[tuple[str, str]]:
        """Class and title of whatever the work with that title stands in, over any number of steps."""
        found = self.rows(
            f'?i dcterms:title ?t . FILTER(STR(?t) = "{title}") ?i (dcterms:isPartOf|frbr:partOf)+ ?c . '
            "?c a ?k OPTIONAL { ?c dcterms:title ?n } FILTER(?k != fabio:Expression)",
            *("k", "n"),
        )
        return [(kind.rpartition("/")[2], name) for kind, name in found]

    def numbers(self, kind: str) -> list[tuple[str, str]]:
        """The ISSNs and ISBNs of the things of a class, with their properties."""
        numbers = "prism:issn, prism:eIssn, fabio:hasIssnL, prism:isbn"
        found = self.rows(f"?c a {kind} ; ?p ?v . FILTER(?p IN ({numbers}))", "p", "v")
        return [(property_.rpartition("/")[2], value) for property_, value in found]


def made(tmp_path: Path, *texts: tuple[str, str]) -> Graph:
    """The graph of texts, each with the suffix of its file."""
    paths = []
    for number, (suffix, text) in enumerate(texts):
        path = tmp_path / f"input-{number}{suffix}"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return Graph(paths)


def dim(*fields: tuple[str, str], handle: str = "4321/1", sets: tuple[str, ...] = ()) -> tuple[str, str]:
    """A record of DSpace's own format."""
    rows = "".join(
        f'<dim:field mdschema="{name.split(".")[0]}" element="{name.split(".")[1]}"'
        + (f' qualifier="{name.split(".")[2]}"' if name.count(".") > 1 else "")
        + f">{value}</dim:field>"
        for name, value in fields
    )
    specs = "".join(f"<setSpec>{one}</setSpec>" for one in sets)
    return ".xml", (
        f"<record><header><identifier>oai:r.example.org:{handle}</identifier><datestamp>2024-01-01</datestamp>{specs}"
        f'</header><metadata><dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">{rows}</dim:dim></metadata></record>'
    )


def crossref(**values: object) -> tuple[str, str]:
    """A work of Crossref."""
    return ".json", json.dumps({"message": {"DOI": "10.5555/x", "title": ["Work"], **values}})


def marc(leader: str, *fields: tuple[str, str, dict[str, str]]) -> tuple[str, str]:
    """A record of MARCXML."""
    rows = "".join(
        f'<datafield tag="{tag}" ind1="{marks[0]}" ind2="{marks[1]}">'
        + "".join(f'<subfield code="{code}">{value}</subfield>' for code, value in parts.items())
        + "</datafield>"
        for tag, marks, parts in fields
    )
    return ".xml", (
        f'<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>{leader}</leader>'
        f'<controlfield tag="001">m1</controlfield>{rows}</record></collection>'
    )


CHAPTERS = {
    "crossref": crossref(
        type="book-chapter", **{"container-title": ["Notes in Sand", "Dunes"]}, ISSN=[SERIES], ISBN=[BOOK], volume="7"
    ),
    "csl": (
        ".json",
        json.dumps(
            [
                {
                    "id": "a",
                    "type": "chapter",
                    "title": "Work",
                    "author": [{"family": "Rook"}],
                    "container-title": "Dunes",
                    "collection-title": "Notes in Sand",
                    "collection-number": "7",
                    "ISSN": SERIES,
                    "ISBN": BOOK,
                }
            ]
        ),
    ),
    "bibtex": (
        ".bib",
        f"""@incollection{{a, title={{Work}}, booktitle={{Dunes}}, series={{Notes in Sand}}, volume=7,
            isbn={{{BOOK}}}, issn={{{SERIES}}}}}""",
    ),
    "ris": (
        ".ris",
        f"TY  - CHAP\nTI  - Work\nT2  - Dunes\nT3  - Notes in Sand; 7\nSN  - {BOOK}; {SERIES}\nER  - \n",
    ),
    "dim": dim(
        ("dc.title", "Work"),
        ("dc.type", "Book chapter"),
        ("dc.relation.ispartof", "Dunes"),
        ("dc.relation.ispartofseries", "Notes in Sand; 7"),
        ("dc.identifier.isbn", BOOK),
        ("dc.identifier.issn", SERIES),
    ),
    "mods": (
        ".xml",
        f"""<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Work</title></titleInfo>
        <genre>book chapter</genre>
        <relatedItem type="host"><titleInfo><title>Dunes</title></titleInfo><identifier type="isbn">{BOOK}</identifier>
        <relatedItem type="series"><titleInfo><title>Notes in Sand</title><partNumber>7</partNumber></titleInfo>
        <identifier type="issn">{SERIES}</identifier></relatedItem></relatedItem></mods>""",
    ),
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_stands_in_a_book_and_the_book_in_a_series(tmp_path: Path, name: str) -> None:
    found = made(tmp_path, CHAPTERS[name])
    assert found.containers("Work") == [("Book", "Dunes"), ("BookSeries", "Notes in Sand")]
    assert found.numbers("fabio:Book") == [("isbn", BOOK)]
    assert ("issn", SERIES) in found.numbers("fabio:BookSeries")
    assert found.rows("?b a fabio:Book ; fabio:hasSequenceIdentifier ?n", "n") == [("7",)]
    assert found.rows('?i dcterms:title "Work" ; prism:isbn|prism:issn ?n', "n") == []


def test_a_paper_stands_in_proceedings_beside_a_conference(tmp_path: Path) -> None:
    event = {"name": "Foam Days", "location": "Bergen", "start": {"date-parts": [[2018, 5, 1]]},
             "end": {"date-parts": [[2018, 5, 3]]}}  # fmt: skip
    titles = {"container-title": ["Notes in Sand", "Proceedings of the Foam Days"]}
    found = made(tmp_path, crossref(type="proceedings-article", ISSN=[SERIES], ISBN=[BOOK], event=event, **titles))
    assert ("ConferenceProceedings", "Proceedings of the Foam Days") in found.containers("Work")
    assert ("BookSeries", "Notes in Sand") in found.containers("Work")
    [stated] = found.rows(
        "?e a dcmitype:Event ; rdfs:label ?n ; dcterms:spatial/rdfs:label ?p ; dcterms:date ?d", *"npd"
    )
    assert stated == ("Foam Days", "Bergen", "2018-05-01/2018-05-03")


def test_a_paper_of_a_journal_stays_in_its_journal(tmp_path: Path) -> None:
    fields = (
        ("dc.type", "Conference paper"),
        ("dc.relation.ispartof", "Sand Letters"),
        ("dc.identifier.issn", JOURNAL),
    )
    numbers = (("oaire.citation.volume", "3"), ("oaire.citation.issue", "1"))
    found = made(tmp_path, dim(("dc.title", "Work"), *fields, *numbers))
    assert ("Journal", "Sand Letters") in found.containers("Work")


CHAINS = {
    "ojs": dim(
        ("dc.title", "Work"),
        ("dc.type", "article"),
        ("dc.source", "Sand Letters; Bd. 3 Nr. 2 (2010): Beaches; 1-15"),
        ("dc.source", JOURNAL),
    ),
    "crossref": crossref(
        type="journal-article",
        **{"container-title": ["Sand Letters"]},
        ISSN=[JOURNAL],
        volume="3",
        issue="2",
        page="1-15",
    ),
    "bibtex": (
        ".bib",
        f"""@article{{a, title={{Work}}, journal={{Sand Letters}}, volume=3, number=2, pages={{1--15}},
            issn={{{JOURNAL}}}}}""",
    ),
    "ris": (
        ".ris",
        f"TY  - JOUR\nTI  - Work\nJO  - Sand Letters\nVL  - 3\nIS  - 2\nSP  - 1\nEP  - 15\nSN  - {JOURNAL}\nER  - \n",
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_an_article_stands_in_an_issue_of_a_volume_of_a_journal(tmp_path: Path, name: str) -> None:
    found = made(tmp_path, CHAINS[name])
    assert found.rows(
        "?i prism:volume ?v ; prism:issueIdentifier ?n ; prism:startingPage ?s ; prism:publicationName ?p . "
        "?i frbr:partOf/fabio:hasSequenceIdentifier ?n . ?i frbr:partOf/frbr:partOf/fabio:hasSequenceIdentifier ?v . "
        "?i frbr:partOf/frbr:partOf/frbr:partOf ?j . ?i dcterms:isPartOf ?j . ?j a fabio:Journal ; dcterms:title ?p",
        *("v", "n", "s", "p"),
    ) == [("3", "2", "1", "Sand Letters")]


SERIALS = {
    "marc": marc("00000nas a2200000 a 4500", ("245", "00", {"a": "Sand Letters."}), ("022", "  ", {"a": JOURNAL})),
    "crossref": crossref(type="journal", title=["Sand Letters"], ISSN=[JOURNAL]),
    "dim": dim(("dc.title", "Sand Letters"), ("dc.type", "Journal"), ("dc.identifier.issn", JOURNAL)),
    "entity": dim(
        ("dc.title", "Sand Letters"), ("dspace.entity.type", "Journal"), ("creativeworkseries.issn", JOURNAL)
    ),
}


@pytest.mark.parametrize("name", SERIALS)
def test_the_record_of_a_journal_is_the_journal_of_its_articles(tmp_path: Path, name: str) -> None:
    article = dim(("dc.title", "Work"), ("dc.type", "Article"), ("dc.relation.ispartof", "Sand Ltrs"),
                  ("dc.identifier.issn", JOURNAL), handle="4321/2")  # fmt: skip
    found = made(tmp_path, SERIALS[name], article)
    [(journal,)] = found.rows(f'?j prism:issn "{JOURNAL}"', "j")
    assert journal.startswith(f"{BASE}item/")
    assert found.rows('?i dcterms:title "Work" ; dcterms:isPartOf ?j', "j") == [(journal,)]
    assert found.rows(f"<{journal}> dcterms:isPartOf ?x", "x") == []
    assert [title.rstrip(".") for (title,) in found.rows(f"<{journal}> dcterms:title ?t", "t")] == ["Sand Letters"]


def test_print_and_electronic_issn_are_those_of_one_journal_however_records_name_it(tmp_path: Path) -> None:
    texts = [
        crossref(DOI="10.5555/1", type="journal-article", **{"container-title": ["Silt and Society"]}, ISSN=[JOURNAL]),
        crossref(
            DOI="10.5555/2", type="journal-article", **{"container-title": ["Silt & Society"]}, ISSN=["8765-1122"]
        ),
        crossref(
            DOI="10.5555/3",
            type="journal-article",
            **{
                "container-title": ["Silt and Society"],
                "issn-type": [{"type": "electronic", "value": JOURNAL}, {"type": "print", "value": "8765-1122"}],
            },
        ),
    ]
    found = made(tmp_path, *texts)
    assert len(found.rows("?i dcterms:isPartOf ?j", "j")) == 1
    assert found.rows("?j a fabio:Journal ; dcterms:title ?t ; dcterms:alternative ?a", "t", "a") == [
        ("Silt and Society", "Silt & Society")
    ]
    assert sorted(found.rows("?i prism:publicationName ?n", "n")) == [("Silt & Society",), ("Silt and Society",)]
    assert not [one for one in findings(found.store, BASE) if one.severity == "violation"]


def test_numbers_stay_with_their_series(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        marc(
            "00000nam a2200000 a 4500",
            ("245", "00", {"a": "Work"}),
            ("490", "1 ", {"a": "Sea notes,", "x": "8765-0185 ;", "v": "v. 5"}),
            ("490", "1 ", {"a": "Harbour papers ;", "v": "no. 77"}),
            ("830", " 0", {"a": "Sea notes ;", "v": "5."}),
        ),
    )
    assert found.rows("?n fabio:hasSequenceIdentifier ?v ; frbr:partOf/dcterms:title ?t", "t", "v") == [
        ("Harbour papers", "77"),
        ("Sea notes", "5"),
    ]
    assert found.rows('?i dcterms:title "Work" ; fabio:hasSequenceIdentifier ?v', "v") == []


@pytest.mark.parametrize("field", ["dc.relation.ispartof", "dc.relation.ispartofseries"])
def test_equal_names_of_two_repositories_are_two(tmp_path: Path, field: str) -> None:
    kind = "Article" if field.endswith("partof") else "Working paper"
    texts = [dim(("dc.title", h), ("dc.type", kind), (field, "Bulletin"), handle=h) for h in ("11/1", "22/1")]
    assert len(made(tmp_path, *texts).rows('?c dcterms:title "Bulletin"', "c")) == 2


def test_a_set_is_a_collection_only_where_dspace_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, dim(("dc.title", "Work"), sets=("col_4321_5", "com_4321_3", "driver", "Language:English")))
    assert found.rows("?c a dcmitype:Collection ; dcterms:identifier ?t", "t") == [("col_4321_5",)]
    assert found.rows("?c a dcmitype:Collection ; dcterms:title ?t", "t") == []
    assert found.rows("?s dc:relation ?t", "t") == [("Language:English",), ("com_4321_3",), ("driver",)]


def item(uuid: str, handle: str, kind: str, **metadata: object) -> dict[str, object]:
    """An item of DSpace 7; a value is a text, or a text with its authority."""
    stated = {name.replace("__", "."): [value] if isinstance(value, dict) else [{"value": value}]
            for name, value in metadata.items()}  # fmt: skip
    stated["dspace.entity.type"] = [{"value": kind}]
    return {"uuid": uuid, "handle": handle, "type": "item", "metadata": stated, "inArchive": True, "discoverable": True}


def test_an_entity_has_one_address_by_uuid_handle_and_virtual_value(tmp_path: Path) -> None:
    names = ("a1111111-2222-3333-4444-555555555551", "a1111111-2222-3333-4444-555555555552",
             "a1111111-2222-3333-4444-555555555553", "a1111111-2222-3333-4444-555555555554")  # fmt: skip
    publication, unit, journal, issue = names
    items = [
        item(publication, "4321/1", "Publication", dc__title="Work",
             dc__contributor__author={"value": "Sand Institute", "authority": "virtual::1"},
             relation__isAuthorOfPublication={"value": unit, "authority": "virtual::1"},
             relation__isJournalIssueOfPublication={"value": issue, "authority": "virtual::2"},
             journal__title={"value": "Sand Letters", "authority": "virtual::2"}),
        item(unit, "4321/2", "OrgUnit", organization__legalName="Sand Institute",
             relation__isPublicationOfAuthor={"value": publication, "authority": "virtual::1"}),
        item(issue, "4321/3", "JournalIssue", dc__title="2", publicationissue__issueNumber="2",
             relation__isJournalVolumeOfIssue={"value": journal, "authority": "virtual::3"}),
        item(journal, "4321/4", "Journal", dc__title="Sand Letters"),
    ]  # fmt: skip
    found = made(tmp_path, (".json", json.dumps({"_embedded": {"items": items}, "page": {"number": 0}})))
    assert found.rows("?i dcterms:creator ?a . ?a a foaf:Organization ; foaf:name ?n", "a", "n") == [
        (f"{BASE}item/4321/2", "Sand Institute")
    ]
    assert found.rows("?r pro:isHeldBy ?a ; co:index ?n", "a", "n") == [(f"{BASE}item/4321/2", "1")]
    assert found.rows('?i dcterms:title "Work" ; frbr:partOf ?c', "c") == [(f"{BASE}item/4321/3",)]
    assert found.rows("?j a fabio:Journal", "j") == [(f"{BASE}item/4321/4",)]
    assert found.rows("?x ?p ?o . FILTER(CONTAINS(STR(?x), '/uuid/') || CONTAINS(STR(?o), '/uuid/'))", "x") == []


def test_a_related_person_of_whom_nothing_is_known_is_no_nameless_author(tmp_path: Path) -> None:
    stated = item("a1111111-2222-3333-4444-555555555551", "4321/1", "Publication", dc__title="Work",
                relation__isAuthorOfPublication="b1111111-2222-3333-4444-555555555552")  # fmt: skip
    found = made(tmp_path, (".json", json.dumps({"_embedded": {"items": [stated]}, "page": {"number": 0}})))
    assert found.rows("?i dcterms:creator ?a", "a") == []
    assert len(found.rows("?i dcterms:relation ?a", "a")) == 1


def test_bibtex_entries_of_one_key_are_two_works_and_parents_give_what_is_lacking(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        (
            ".bib",
            """@inproceedings{k, title={First}, crossref={p}}
            @inproceedings{k, title={Second}, xdata={x}}
            @xdata{x, booktitle={Spray}, year=2012}
            @proceedings{p, title={Foam}, year=2011, publisher={Pebble Press}, editor={Aas, Tove}}""",
        ),
    )
    titles = found.rows("?i dcterms:title ?t ; fabio:hasPublicationYear ?y ; dcterms:isPartOf/dcterms:title ?b", *"tyb")
    assert ("First", "2011", "Foam") in titles
    assert ("Second", "2012", "Spray") in titles
