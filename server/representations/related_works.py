"""The works that a work is related to, each with its kind of relation and its identifier, as DataCite names them.

Source: DataCite Metadata Schema 4.7, appendix 1, relationType, relationTypeInformation and relatedIdentifierType.
"""

from __future__ import annotations

from typing import NamedTuple

from converter.values import recognition
from server.representations.view import View

RELATIONS = {
    "cito:cites": "Cites",
    "cito:isCitedBy": "IsCitedBy",
    "dcterms:references": "References",
    "dcterms:isReferencedBy": "IsReferencedBy",
    "frbr:supplementOf": "IsSupplementTo",
    "frbr:supplement": "IsSupplementedBy",
    "frbr:successorOf": "Continues",
    "frbr:successor": "IsContinuedBy",
    "cito:describes": "Describes",
    "cito:isDescribedBy": "IsDescribedBy",
    "cito:citesAsMetadataDocument": "HasMetadata",
    "cito:isCitedAsMetadataDocumentBy": "IsMetadataFor",
    "dcterms:hasVersion": "HasVersion",
    "dcterms:isVersionOf": "IsVersionOf",
    "frbr:revisionOf": "IsNewVersionOf",
    "frbr:revision": "IsPreviousVersionOf",
    "dcterms:isPartOf": "IsPartOf",
    "dcterms:hasPart": "HasPart",
    "cito:documents": "Documents",
    "cito:isDocumentedBy": "IsDocumentedBy",
    "cito:compiles": "Compiles",
    "cito:isCompiledBy": "IsCompiledBy",
    "dcterms:isFormatOf": "IsVariantFormOf",
    "dcterms:hasFormat": "IsOriginalFormOf",
    "prov:alternateOf": "IsIdenticalTo",
    "cito:reviews": "Reviews",
    "cito:isReviewedBy": "IsReviewedBy",
    "prov:wasDerivedFrom": "IsDerivedFrom",
    "dcterms:source": "IsDerivedFrom",
    "frbr:translationOf": "IsTranslationOf",
    "frbr:translation": "HasTranslation",
    "dcterms:requires": "Requires",
    "dcterms:isRequiredBy": "IsRequiredBy",
    "dcterms:replaces": "Obsoletes",
    "dcterms:isReplacedBy": "IsObsoletedBy",
}
"""Our properties → relationType."""
OTHER = "Other"
NAMED = {
    "cito:retracts": "Retracts",
    "cito:isRetractedBy": "IsRetractedBy",
    "cito:corrects": "Corrects",
    "cito:isCorrectedBy": "IsCorrectedBy",
    "cito:updates": "Updates",
    "cito:isUpdatedBy": "IsUpdatedBy",
    "cito:qualifies": "Qualifies",
    "cito:isQualifiedBy": "IsQualifiedBy",
    "cito:disputes": "Disputes",
    "cito:isDisputedBy": "IsDisputedBy",
    "cito:extends": "Extends",
    "cito:isExtendedBy": "IsExtendedBy",
    "cito:repliesTo": "RepliesTo",
    "cito:hasReplyFrom": "HasReplyFrom",
    "cito:discusses": "Discusses",
    "cito:isDiscussedBy": "IsDiscussedBy",
    "cito:usesDataFrom": "UsesDataFrom",
    "cito:providesDataFor": "ProvidesDataFor",
}
"""Our properties for which DataCite has no relationType but "Other" → relationTypeInformation."""
TYPES = {
    "datacite:doi": "DOI",
    "datacite:handle": "Handle",
    "datacite:arxiv": "arXiv",
    "datacite:pmid": "PMID",
    "datacite:isbn": "ISBN",
    "datacite:issn": "ISSN",
    "datacite:ark": "ARK",
    "datacite:urn": "URN",
    "datacite:bibcode": "bibcode",
}
"""Our schemes → relatedIdentifierType; every other address is a URL."""


class RelatedWork(NamedTuple):
    """A related work: DataCite's relation to it, its address, and its identifier with DataCite's name of the type.

    `note` names the relation where DataCite calls it "Other".
    """

    relation: str
    address: str
    identifier: str
    type: str
    note: str = ""


def related_works(view: View, address: str) -> tuple[RelatedWork, ...]:
    """The related works that have an address of their own, in the order of the table.

    What the work stands in here is left out.
    """
    found = [
        _related(relation, node)
        for property_, relation in RELATIONS.items()
        for node in view.nodes(address, property_)
        if not node.startswith(f"{address}#")
        if relation != "IsPartOf" or not node.startswith((f"{view.base}journal/", f"{view.base}series/", address))
    ]
    found += [
        _related(OTHER, node, note) for property_, note in NAMED.items() for node in view.nodes(address, property_)
    ]
    return tuple(dict.fromkeys(found))


def _related(relation: str, address: str, note: str = "") -> RelatedWork:
    scheme, read = recognition.sniff(address)
    type_ = TYPES.get(scheme, "URL")
    return RelatedWork(relation, address, address if type_ == "URL" else read.value, type_, note)
