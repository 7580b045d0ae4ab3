"""What other formats call the things that DSpace has fields for: roles, identifiers, relations, dates, descriptions.

Sources: MARC relators (https://id.loc.gov/vocabulary/relators), DataCite Metadata Schema 4.6
(https://datacite-metadata-schema.readthedocs.io/), OpenAIRE Guidelines for Literature Repositories 4.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from converter.mapping.context import PLACEHOLDER
from converter.sources.builder import Draft

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


class Authors:
    """The authors of a work in their order, each with an affiliation at the same place."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._affiliations: list[list[str]] = []

    def add(self, name: str, key: str | None = None, affiliations: list[str] | None = None) -> None:
        """Take the next author; `key` is an ORCID iD or another authority."""
        if name.strip():
            self._draft.add("dc.contributor.author", name, authority=key)
            self._affiliations.append([text for text in affiliations or [] if text.strip()])

    def finish(self) -> None:
        """Tell the affiliations: the first of each author at the author's place, further ones without a place."""
        if not any(self._affiliations):
            return
        for texts in self._affiliations:
            self._draft.add("oairecerif.author.affiliation", texts[0] if texts else PLACEHOLDER)
        for texts in self._affiliations:
            for text in texts[1:]:
                self._draft.add("dc.contributor.affiliation", text)


class Funding(NamedTuple):
    """What is told of one funding; what is not told is empty."""

    funder: str = ""
    funder_id: str = ""
    number: str = ""
    title: str = ""
    address: str = ""
    stream: str = ""


_FUNDING = {
    "funder": "project.funder.name",
    "funder_id": "project.funder.identifier",
    "number": "oaire.awardNumber",
    "title": "oaire.awardTitle",
    "address": "oaire.awardURI",
    "stream": "oaire.fundingStream",
}


def add_funding(draft: Draft, told: list[Funding]) -> None:
    """Take fundings, each with all its parts at one place of their fields.

    Without a number there is no grant that the other parts could be said of: these are kept under their own names.
    """
    grants = [one for one in told if one.number]
    others = [one for one in told if not one.number and any(one)]
    for one in grants:
        for part, name in _FUNDING.items():
            if any(getattr(other, part) for other in grants):
                draft.add(name, getattr(one, part) or PLACEHOLDER)
    for one in others:
        # An agency alone is said without a place, so that no number of another comes to stand beside it.
        if one.funder:
            draft.add("dc.contributor.funder", one.funder)
        for part in ("funder_id", "title", "address", "stream"):
            if getattr(one, part):
                draft.add(f"funding.{part}", getattr(one, part))
