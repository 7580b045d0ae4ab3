"""Small records in formats that say things in their own way, and questions that the graph of each must answer.

`holds` is a pattern that the graph must have, `never` one that it must not have.  `?w` is the work.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

import ontology
from converter.graph import ntriples
from converter.local_keys import distinct
from converter.mapping.engine import Mapper
from converter.mapping.settling import settled
from converter.sources.detection import read
from converter.validation import Shapes
from tests.sources.test_kinds import Findings

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in ontology.prefixes().items())
MARC = '<collection xmlns="http://www.loc.gov/MARC21/slim">{}</collection>'


class Claim(NamedTuple):
    """What must hold of an input."""

    says: str
    file: str
    text: str
    holds: str = ""
    never: str = ""


class Answer:
    """The graph of some sources as one data set, and the report."""

    def __init__(self, *sources: Path) -> None:
        mapper, self.report = Mapper(), Findings()
        stated = []
        records = (record for source in sources for record in read(str(source), report=self.report))
        for record in distinct(records, self.report.add):
            mapped = mapper.map(record)
            self.report.extend(mapped.findings)
            stated.append((record, list(mapped.lines)))
        self.lines = [line for batch in settled(stated, mapper.base) for line in batch]
        self.store = pyoxigraph.Store()
        self.store.load(ntriples(self.lines, mapper.base), format=pyoxigraph.RdfFormat.N_TRIPLES)

    def holds(self, pattern: str) -> bool:
        """Whether the pattern is there; `?w` is a work."""
        found = self.store.query(f"{_PREFIXES} ASK {{ ?d a foaf:Document ; foaf:primaryTopic ?w . {pattern} }}")
        assert isinstance(found, pyoxigraph.QueryBoolean)
        return bool(found)


def check(claim: Claim, folder: Path) -> None:
    """Convert the input of a claim in a folder, and assert that the claim and all shapes hold."""
    path = folder / claim.file
    path.write_text(claim.text, encoding="utf-8")
    answer = Answer(path)
    # Of no work, everything never holds.
    assert answer.holds("") or any("not published" in finding.reason for finding in answer.report.all)
    assert not claim.holds or answer.holds(claim.holds), claim.text
    assert not claim.never or not answer.holds(claim.never), claim.text
    assert [found for found in _shapes().findings("", answer.lines) if found.severity == "violation"] == []


@cache
def _shapes() -> Shapes:
    return Shapes(ontology.PUBLISHED_BASE)


def marc(*fields: str, leader: str = "00000nam a2200000 a 4500", number: str = "x1") -> str:
    """A record of MARC 21 by lines such as "245 10 $aTitle$bmore", and "001 number"."""
    body = [f"<leader>{leader}</leader>"]
    for field in (f"001 {number}", "245 10 $aA title", *fields):
        tag, rest = field[:3], field[4:]
        if tag < "010":
            body.append(f'<controlfield tag="{tag}">{rest}</controlfield>')
            continue
        if tag == "245" and field != "245 10 $aA title":
            body = [one for one in body if 'tag="245"' not in one]
        parts = "".join(f'<subfield code="{part[0]}">{part[1:]}</subfield>' for part in rest[3:].split("$")[1:])
        body.append(f'<datafield tag="{tag}" ind1="{rest[0]}" ind2="{rest[1]}">{parts}</datafield>')
    return MARC.format(f"<record>{''.join(body)}</record>")


def mods(inner: str, title: str = "<titleInfo><title>A title</title></titleInfo>") -> str:
    """A record of MODS."""
    return f'<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink">{title}{inner}</mods>'


def jpcoar(inner: str, title: str = "<dc:title>A title</dc:title>") -> str:
    """A record of JPCOAR 2."""
    return (
        '<jpcoar:jpcoar xmlns:jpcoar="https://github.com/JPCOAR/schema/blob/master/2.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:datacite="https://schema.datacite.org/meta/kernel-4/" xmlns:oaire="http://namespace.openaire.eu/schema/oaire/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rioxxterms="http://www.rioxx.net/schema/v2.0/rioxxterms/">'
        f"{title}{inner}</jpcoar:jpcoar>"
    )


def openaire(inner: str, title: str = "<datacite:title>A title</datacite:title>") -> str:
    """A record of the OpenAIRE guidelines 4."""
    return (
        '<oaire:resource xmlns:oaire="http://namespace.openaire.eu/schema/oaire/"'
        ' xmlns:datacite="http://datacite.org/schema/kernel-4" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xml="http://www.w3.org/XML/1998/namespace">'
        f"<datacite:titles>{title}</datacite:titles>{inner}</oaire:resource>"
    )


def crossref_article(inner: str, journal: str = "", titles: str = "<titles><title>A title</title></titles>") -> str:
    """An article in Crossref's XML."""
    return _crossref(
        "<journal><journal_metadata><full_title>Journal of Terns</full_title>"
        f"{journal}</journal_metadata><journal_article>{titles}{inner}"
        "<doi_data><doi>10.5555/x</doi><resource>https://p.example.org/x</resource></doi_data></journal_article></journal>"
    )


def _crossref(inner: str) -> str:
    return (
        '<doi_record xmlns="http://www.crossref.org/xschema/1.1" xmlns:fr="http://www.crossref.org/fundref.xsd"'
        ' xmlns:rel="http://www.crossref.org/relations.xsd" xmlns:ai="http://www.crossref.org/AccessIndicators.xsd">'
        f"<crossref>{inner}</crossref></doi_record>"
    )


def crossref_paper(inner: str, proceedings: str, event: str) -> str:
    """A paper of a conference in Crossref's XML."""
    return _crossref(
        f"<conference><event_metadata>{event}</event_metadata>{proceedings}<conference_paper>"
        f"<titles><title>A title</title></titles>{inner}<doi_data><doi>10.5555/x</doi>"
        "<resource>https://p.example.org/x</resource></doi_data></conference_paper></conference>"
    )


def datacite(**more: object) -> str:
    """A record of DataCite's JSON."""
    work = {"doi": "10.5555/x", "titles": [{"title": "A title"}], "types": {"resourceTypeGeneral": "Dataset"}, **more}
    return json.dumps(work)


def ris(kind: str, *lines: str) -> str:
    """A reference in RIS by lines such as "AU Rook, Ida"."""
    body = "".join(f"{line[:2]}  - {line[3:]}\n" for line in ("TI A title", *lines))
    return f"TY  - {kind}\n{body}ER  - \n"


def table(**columns: str) -> str:
    """A table of DSpace: columns by their names with `__` for points."""
    names = ["id", "collection", "dc.title", *(name.replace("__", ".") for name in columns)]
    values = ["7d1b7c2c-1111-4222-8333-444455556666", "1/1", "A title", *columns.values()]
    return ",".join(names) + "\n" + ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"


def rest7(metadata: dict[str, object], **more: object) -> str:
    """An item of DSpace 7's REST."""
    values = {
        name: [
            {"value": value, "language": None, "authority": None, "confidence": -1, "place": place}
            if isinstance(value, str)
            else {"language": None, "authority": None, "confidence": -1, "place": place, **value}
            for place, value in enumerate(given if isinstance(given, list) else [given])
        ]
        for name, given in {"dc.title": "A title", **metadata}.items()
    }
    item = {
        "id": "7d1b7c2c-1111-4222-8333-444455556666",
        "uuid": "7d1b7c2c-1111-4222-8333-444455556666",
        "name": "A title",
        "handle": "2222/1",
        "metadata": values,
        "inArchive": True,
        "discoverable": True,
        "withdrawn": False,
        "lastModified": "2024-04-01T00:00:00Z",
        "type": "item",
        **more,
    }
    return json.dumps(item)


def dc(*elements: str, identifier: str = "oai:r.example.org:1") -> str:
    """A record of oai_dc by lines such as "creator Gull, Ann"."""
    body = "".join(
        f"<dc:{one.partition(' ')[0]}>{one.partition(' ')[2]}</dc:{one.partition(' ')[0]}>"
        for one in ("title A title", *elements)
    )
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        f"<identifier>{identifier}</identifier><datestamp>2024-04-01</datestamp></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{body}</oai_dc:dc></metadata></record></ListRecords></OAI-PMH>"
    )
