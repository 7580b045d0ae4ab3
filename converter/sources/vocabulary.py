"""What other formats call the things that DSpace has fields for: roles, identifiers, relations, dates, descriptions.

Sources: MARC relators (https://id.loc.gov/vocabulary/relators), DataCite Metadata Schema 4.6
(https://datacite-metadata-schema.readthedocs.io/), OpenAIRE Guidelines for Literature Repositories 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from converter.record import NOBODY
from converter.sources.builder import Draft, Said
from converter.values.identifiers import fundref

_NOT_A_WORD = re.compile(r"[^a-z0-9]")

ROLES = {
    **dict.fromkeys(("aut", "author", "cre", "creator", "dis", "dissertant", "writer"), "dc.contributor.author"),
    **dict.fromkeys(("edt", "editor", "edc", "editorofcompilation"), "dc.contributor.editor"),
    **dict.fromkeys(("ths", "thesisadvisor", "degreesupervisor", "advisor", "adviser"), "dc.contributor.advisor"),
    "supervisor": "dc.contributor.supervisor",
    **dict.fromkeys(("ill", "illustrator"), "dc.contributor.illustrator"),
    **dict.fromkeys(("trl", "translator"), "dc.contributor.translator"),
    **dict.fromkeys(("com", "compiler"), "dc.contributor.compiler"),
    **dict.fromkeys(("pht", "photographer"), "dc.contributor.photographer"),
    **dict.fromkeys(("pro", "producer"), "dc.contributor.producer"),
    **dict.fromkeys(("res", "researcher"), "dc.contributor.researcher"),
    **dict.fromkeys(("opn", "opponent", "referee", "rev", "reviewer"), "dc.contributor.referee"),
    **dict.fromkeys(("dgc", "committeemember"), "dc.contributor.committeemember"),
    **dict.fromkeys(("spn", "sponsor"), "dc.contributor.sponsor"),
    **dict.fromkeys(("fnd", "funder"), "dc.contributor.funder"),
    **dict.fromkeys(("pbl", "publisher"), "dc.publisher"),
    **dict.fromkeys(("dgg", "degreegrantinginstitution", "degreegrantor"), "thesis.degree.grantor"),
    **dict.fromkeys(("cph", "rightsholder", "copyrightholder"), "dc.contributor.rightsholder"),
    "contactperson": "dc.contributor.contactperson",
    "datacollector": "dc.contributor.researcher",
    "datacurator": "dc.contributor.datacurator",
    "datamanager": "dc.contributor.datamanager",
    "projectleader": "dc.contributor.projectleader",
    "projectmember": "dc.contributor.projectmember",
    **dict.fromkeys(("department", "orgunit"), "dc.contributor.department"),
    "faculty": "dc.contributor.faculty",
    "school": "dc.contributor.school",
    **dict.fromkeys(("hostinginstitution", "his"), "dc.contributor.institution"),
}
"""Role, in lower case without spaces → field; whoever has another role is a dc.contributor.other."""

IDENTIFIERS = {
    "doi": "dc.identifier.doi",
    **dict.fromkeys(("issn", "pissn", "lissn", "issnl"), "dc.identifier.issn"),
    "eissn": "dc.identifier.eissn",
    **dict.fromkeys(("isbn", "pisbn"), "dc.identifier.isbn"),
    "eisbn": "dc.identifier.eisbn",
    "ismn": "dc.identifier.ismn",
    **dict.fromkeys(("uri", "w3id", "lsid"), "dc.identifier.uri"),
    **dict.fromkeys(("url", "purl", "landingpage"), "dc.identifier.url"),
    **dict.fromkeys(("handle", "hdl"), "dc.identifier.handle"),
    **dict.fromkeys(("urn", "nbn", "urnnbn"), "dc.identifier.urn"),
    "ark": "dc.identifier.ark",
    **dict.fromkeys(("arxiv", "arxivid"), "dc.identifier.arxiv"),
    **dict.fromkeys(("pmid", "pubmed", "pubmedid"), "dc.identifier.pmid"),
    **dict.fromkeys(("pmc", "pmcid"), "dc.identifier.pmcid"),
    "bibcode": "dc.identifier.adsbibcode",
    **dict.fromkeys(("isi", "wos", "isiut", "ut"), "dc.identifier.isi"),
    **dict.fromkeys(("scopus", "eid", "scpnumber"), "dc.identifier.scopus"),
    **dict.fromkeys(("oclc", "oclcnum"), "dc.identifier.oclc"),
    "pii": "dc.identifier.pii",
    "sici": "dc.identifier.sici",
    "citation": "dc.identifier.citation",
    "patentno": "dc.identifier.patentno",
    "govdoc": "dc.identifier.govdoc",
}
"""Type of an identifier, in lower case without spaces → field; any other is a dc.identifier.other."""

RELATIONS = {
    "ispartof": "dc.relation.ispartof",
    "ispublishedin": "dc.relation.ispartof",
    "haspart": "dc.relation.haspart",
    **dict.fromkeys(("references", "cites", "documents", "reviews"), "dc.relation.references"),
    **dict.fromkeys(("isreferencedby", "iscitedby", "isdocumentedby"), "dc.relation.isreferencedby"),
    "isreviewedby": "datacite.relation.isReviewedBy",
    **dict.fromkeys(("isversionof", "isvariantformof", "isidenticalto", "isnewversionof"), "dc.relation.isversionof"),
    **dict.fromkeys(("hasversion", "ispreviousversionof", "isoriginalformof"), "dc.relation.hasversion"),
    "isformatof": "dc.relation.isformatof",
    "hasformat": "dc.relation.hasformat",
    **dict.fromkeys(("requires",), "dc.relation.requires"),
    "isrequiredby": "dc.relation.isrequiredby",
    **dict.fromkeys(("obsoletes", "replaces"), "dc.relation.replaces"),
    **dict.fromkeys(("isobsoletedby", "isreplacedby"), "dc.relation.isreplacedby"),
    **dict.fromkeys(("isderivedfrom", "isbasedon", "compiles"), "dc.relation.isbasedon"),
    "issupplementedby": "datacite.relation.isSupplementedBy",
    "conformsto": "dc.relation.conformsto",
}
"""Kind of a relation, in lower case → field; any other is a dc.relation."""

DATES = {
    **dict.fromkeys(("issued", "published", "publication"), "dc.date.issued"),
    **dict.fromkeys(("publishedonline", "online", "epub", "electronic"), "dc.date.publishedonline"),
    **dict.fromkeys(("publishedprint", "print", "ppub"), "dc.date.publishedprint"),
    **dict.fromkeys(("available", "openaccess", "end"), "dc.date.available"),
    "embargo": "dc.date.embargo",
    "accepted": "dc.date.accepted",
    "created": "dc.date.created",
    "collected": "dc.date.collected",
    "coverage": "dc.coverage.temporal",
    **dict.fromkeys(("copyright", "copyrighted"), "dc.date.copyright"),
    **dict.fromkeys(("modified", "updated"), "dc.date.updated"),
    "submitted": "dc.date.submitted",
    "valid": "dc.date.valid",
    "accessioned": "dc.date.accessioned",
    "captured": "dc.date.captured",
}
"""Kind of a date, in lower case → field; any other is a dc.date."""


def known(table: dict[str, str], kind: str, otherwise: str) -> str:
    """The field for a kind, however it is spelt.

    >>> known(ROLES, "Thesis Advisor", "dc.contributor.other"), known(ROLES, "tuba", "dc.contributor.other")
    ('dc.contributor.advisor', 'dc.contributor.other')
    """
    return table.get(_NOT_A_WORD.sub("", kind.lower()), otherwise)


NAME_TYPES = {
    **dict.fromkeys(("personal", "person"), "person"),
    **dict.fromkeys(("corporate", "organizational", "organisational", "organization", "orgunit"), "organisation"),
    **dict.fromkeys(("conference", "meeting", "event"), "event"),
    "family": "family",
}
"""Type of a name, in lower case → what the named agent is; of any other nothing is said."""

AGENT_ADDRESSES = {
    "orcid": "https://orcid.org/{}",
    "ror": "https://ror.org/{}",
    "isni": "https://isni.org/isni/{}",
    **dict.fromkeys(("gnd", "dnb", "de588"), "https://d-nb.info/gnd/{}"),
    "viaf": "https://viaf.org/viaf/{}",
    "wikidata": "http://www.wikidata.org/entity/{}",
    "grid": "https://www.grid.ac/institutes/{}",
    **dict.fromkeys(("crossreffunderid", "crossreffunder", "fundref", "funderdoi"), "https://doi.org/{}"),
    **dict.fromkeys(("naf", "lcnaf", "lccn", "dlc"), "http://id.loc.gov/authorities/names/{}"),
    "idref": "https://www.idref.fr/{}",
    "kakenhi": "https://nrid.nii.ac.jp/nrid/{}",
}
"""Scheme of the identifier of an agent, in lower case without spaces → the address that it stands for."""


def agent_address(scheme: str, value: str, prefix: str = "") -> str:
    """The address of an agent's identifier, empty where none is known; `prefix` is what the source puts before it.

    >>> agent_address("ROR", "https://ror.org/02zhqgq86"), agent_address("GND", "118540238")
    ('https://ror.org/02zhqgq86', 'https://d-nb.info/gnd/118540238')
    >>> agent_address("", "orcid.org/0000-0002-1825-0097"), agent_address("staff number", "17")
    ('https://orcid.org/0000-0002-1825-0097', '')
    """
    bare = value.strip()
    if re.match(r"https?://", bare):
        return bare
    if re.match(r"(?:www\.)?(?:orcid|ror|isni|viaf)\.org/", bare):
        return f"https://{bare.removeprefix('www.')}"
    template = AGENT_ADDRESSES.get(_NOT_A_WORD.sub("", scheme.lower()), "")
    if not template and re.match(r"https?://\S+/$", prefix):
        template = prefix + "{}"
    return template.format("".join(bare.split())) if template and bare else ""


def funder_address(scheme: str, value: str) -> str:
    """The address of a funder's identifier; a bare DOI is one of the funder registry.

    >>> funder_address("DOI", "10.13039/501100000780"), funder_address("", "http://dx.doi.org/10.13039/501100000780")
    ('https://doi.org/10.13039/501100000780', 'https://doi.org/10.13039/501100000780')
    """
    found = fundref(value) if not scheme or "isni" not in scheme.lower() else None
    return f"https://doi.org/{found.value}" if found else agent_address(scheme, value)


class Affiliation(NamedTuple):
    """Where an agent worked, and the web addresses by which the source identifies that."""

    name: str
    identifiers: tuple[str, ...] = ()


def add_agent(
    draft: Draft,
    field: str,
    name: str,
    *,
    name_type: str = "",
    identifiers: Iterable[str] = (),
    affiliations: Iterable[Affiliation] = (),
) -> None:
    """Take an agent in a role: the name, what the source says it is and is known by, and its affiliations.

    `name_type` is in the words of the source; `identifiers` are web addresses, empty ones left out.
    """
    said = Said(known(NAME_TYPES, name_type, ""), tuple(address for address in identifiers if address))
    place = draft.add(field, name, said=said) if name.strip() else 0
    role = {"dc.contributor.author": "author", "dc.contributor.editor": "editor"}.get(field, "contributor")
    for one in affiliations:
        if one.name.strip():
            draft.add(f"oairecerif.{role}.affiliation", one.name, said=Said(identifiers=one.identifiers, of=place))
        for address in () if one.name.strip() else one.identifiers:
            draft.unread(f"oairecerif.{role}.affiliation", address, f"an organisation without a name, of {name}")


class Funding(NamedTuple):
    """What is told of one funding; what is not told is empty.  `funder_ids` are web addresses where that is known."""

    funder: str = ""
    funder_ids: tuple[str, ...] = ()
    number: str = ""
    title: str = ""
    address: str = ""
    stream: str = ""


_OF_GRANT = {"title": "oaire.awardTitle", "address": "oaire.awardURI", "stream": "oaire.fundingStream"}


def add_funding(draft: Draft, told: Iterable[Funding]) -> None:
    """Take fundings: each grant beside the funder that it stands with, and what is told of the grant beside it.

    Without a number there is no grant that title, address and programme could be said of: these are kept under their
    own names, and so are the identifiers of a funder without a name.
    """
    funders: dict[tuple[str, tuple[str, ...]], int] = {}
    for one in told:
        funder = 0
        if one.funder:
            named = one.funder, one.funder_ids
            if named not in funders:
                funders[named] = draft.add("project.funder.name", one.funder, said=Said(identifiers=one.funder_ids))
            funder = funders[named]
        else:
            for identifier in one.funder_ids:
                draft.add("funding.funder_id", identifier)
        grant = draft.add("oaire.awardNumber", one.number, said=Said(of=funder or NOBODY)) if one.number else 0
        for part, name in _OF_GRANT.items():
            if value := getattr(one, part):
                draft.add(name if grant else f"funding.{part}", value, said=Said(of=grant))
