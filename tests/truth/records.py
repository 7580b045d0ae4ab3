"""One value in a record of each source format that can say it, and what the graph then says of the work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pyoxigraph

import ontology
from converter.graph import ntriples
from converter.mapping.engine import Mapper
from converter.sources.detection import read

_OAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
    "<identifier>oai:r.example.org:1</identifier><datestamp>2024-04-01</datestamp></header><metadata>{}</metadata>"
    "</record></ListRecords></OAI-PMH>"
)


def dublin_core(element: str, value: str) -> str:
    return _OAI.format(
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A title</dc:title>'
        f"<dc:{element}>{escape(value)}</dc:{element}></oai_dc:dc>"
    )


def _dim(element: str, qualifier: str, value: str) -> str:
    return _OAI.format(
        '<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim"><dim:field mdschema="dc" element="title">A title'
        f'</dim:field><dim:field mdschema="dc" element="{element}" qualifier="{qualifier}">{escape(value)}</dim:field>'
        "</dim:dim>"
    )


def _marc(fields: str) -> str:
    return (
        '<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam a2200000 a 4500</leader>'
        '<controlfield tag="001">x1</controlfield>'
        '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">A title</subfield></datafield>'
        f"{fields}</record></collection>"
    )


def _subfield(tag: str, code: str, value: str) -> str:
    inner = f'<subfield code="{code}">{escape(value)}</subfield>'
    return f'<datafield tag="{tag}" ind1=" " ind2="1">{inner}</datafield>'


def mods(inner: str) -> str:
    return f'<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>A title</title></titleInfo>{inner}</mods>'


def datacite(inner: str, doi: str = "10.5555/x") -> str:
    return (
        '<resource xmlns="http://datacite.org/schema/kernel-4">'
        f'<identifier identifierType="DOI">{escape(doi)}</identifier><titles><title>A title</title></titles>'
        f'<resourceType resourceTypeGeneral="Dataset">Data</resourceType>{inner}</resource>'
    )


def crossref(**more: object) -> str:
    work = {"DOI": "10.5555/x", "type": "journal-article", "title": ["A title"], **more}
    return json.dumps({"status": "ok", "message-type": "work", "message": work})


DOI: Mapping[str, Callable[[str], str]] = {
    "oai_dc.xml": lambda value: dublin_core("identifier", value),
    "dim.xml": lambda value: _dim("identifier", "doi", value),
    "mods.xml": lambda value: mods(f'<identifier type="doi">{escape(value)}</identifier>'),
    "table.csv": lambda value: f'id,collection,dc.title,dc.identifier.doi\n1,1/1,A title,"{value}"\n',
    "entry.bib": lambda value: f"@article{{a, title={{A title}}, doi={{{value}}}}}\n",
    "reference.ris": lambda value: f"TY  - JOUR\nTI  - A title\nDO  - {value}\nER  - \n",
}
ISBN: Mapping[str, Callable[[str], str]] = {
    "oai_dc.xml": lambda value: dublin_core("identifier", value),
    "dim.xml": lambda value: _dim("identifier", "isbn", value),
    "marc.xml": lambda value: _marc(_subfield("020", "a", value)),
    "mods.xml": lambda value: mods(f'<identifier type="isbn">{escape(value)}</identifier>'),
    "table.csv": lambda value: f'id,collection,dc.title,dc.identifier.isbn\n1,1/1,A title,"{value}"\n',
    "entry.bib": lambda value: f"@book{{a, title={{A title}}, isbn={{{value}}}}}\n",
    "reference.ris": lambda value: f"TY  - BOOK\nTI  - A title\nSN  - {value}\nER  - \n",
}
ISSUED: Mapping[str, Callable[[str], str]] = {
    "oai_dc.xml": lambda value: dublin_core("date", value),
    "dim.xml": lambda value: _dim("date", "issued", value),
    "marc.xml": lambda value: _marc(_subfield("264", "c", value)),
    "mods.xml": lambda value: mods(f"<originInfo><dateIssued>{escape(value)}</dateIssued></originInfo>"),
    "datacite.xml": lambda value: datacite(f'<dates><date dateType="Issued">{escape(value)}</date></dates>'),
    "table.csv": lambda value: f'id,collection,dc.title,dc.date.issued\n1,1/1,A title,"{value}"\n',
    "entry.bib": lambda value: f"@article{{a, title={{A title}}, date={{{value}}}}}\n",
}
LANGUAGE: Mapping[str, Callable[[str], str]] = {
    "oai_dc.xml": lambda value: dublin_core("language", value),
    "dim.xml": lambda value: _dim("language", "iso", value),
    "marc.xml": lambda value: _marc(_subfield("041", "a", value)),
    "mods.xml": lambda value: mods(f"<language><languageTerm>{escape(value)}</languageTerm></language>"),
    "datacite.xml": lambda value: datacite(f"<language>{escape(value)}</language>"),
    "crossref.json": lambda value: crossref(language=value),
    "reference.ris": lambda value: f"TY  - JOUR\nTI  - A title\nLA  - {value}\nER  - \n",
}
LICENCE: Mapping[str, Callable[[str], str]] = {
    "oai_dc.xml": lambda value: dublin_core("rights", value),
    "dim.xml": lambda value: _dim("rights", "uri", value),
    "marc.xml": lambda value: _marc(_subfield("540", "u", value)),
    "mods.xml": lambda value: mods(f'<accessCondition xmlns:x="http://www.w3.org/1999/xlink" x:href="{value}">L'
                                    "</accessCondition>"),
    "datacite.xml": lambda value: datacite(f'<rightsList><rights rightsURI="{value}">L</rights></rightsList>'),
    "crossref.json": lambda value: crossref(license=[{"URL": value, "content-version": "vor"}]),
}  # fmt: skip


class Graph:
    """What the graph says of the one work of an input."""

    def __init__(self, folder: Path, name: str, text: str) -> None:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        mapper = Mapper()
        lines = [line for record in read(str(path)) for line in mapper.map(record).lines]
        self.store = pyoxigraph.Store()
        self.store.load(ntriples(lines, mapper.base), format=pyoxigraph.RdfFormat.N_TRIPLES)

    def values(self, path: str) -> list[str]:
        """The sorted values at a property path of the work."""
        prefixes = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in ontology.prefixes().items())
        query = f"{prefixes} SELECT DISTINCT ?v WHERE {{ ?d a foaf:Document ; foaf:primaryTopic ?w . ?w {path} ?v }}"
        found = self.store.query(query)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        return sorted(row["v"].value for row in found)


def references(*dois: str) -> str:
    """A work of Crossref that cites these."""
    return crossref(reference=[{"key": doi, "DOI": doi} for doi in dois])


def related(kind: str, doi: str) -> dict[str, str]:
    """A relation in each format that has kinds of relations."""
    inner = f'<relatedIdentifier relatedIdentifierType="DOI" relationType="{kind}">{doi}</relatedIdentifier>'
    attributes = {"relatedIdentifier": doi, "relatedIdentifierType": "DOI", "relationType": kind}
    work = {"doi": "10.5555/x", "titles": [{"title": "A title"}], "relatedIdentifiers": [attributes]}
    return {
        "datacite.xml": datacite(f"<relatedIdentifiers>{inner}</relatedIdentifiers>"),
        "datacite.json": json.dumps(work),
    }


def update(kind: str, doi: str, key: str = "update-to") -> str:
    """A work of Crossref that is a notice about another, or about which another is one."""
    return crossref(**{key: [{"DOI": doi, "type": kind}]})
