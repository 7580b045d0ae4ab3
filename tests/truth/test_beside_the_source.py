"""What stood beside its source and was not what the source says: each kind in the formats that can say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import Claim, check, crossref_article, datacite, dc, marc, mods, openaire, ris, table
from tests.truth.records import crossref

SOFT = "Ad\u00addi\u00adson Press"
ADDISON = '?w dcterms:publisher ?p . ?p foaf:name "Addison Press" FILTER STRENDS(STR(?p), "/org/addison-press")'
TWO_PUBLISHERS = (
    '?w dcterms:publisher ?a, ?b . ?a foaf:name "Archives of the Shore" . ?b foaf:name "University of the North"'
)
TWO = "Archives of the Shore; University of the North"
ROOK = (
    '?r pro:isHeldBy ?p ; pro:relatesToOrganization ?o . ?p foaf:name "Rook, Ida" ; foaf:givenName "Ida" .'
    ' ?o foaf:name "UNISHORE"'
)
IN_JOURNAL = {
    "relationType": "IsPublishedIn",
    "relatedItemType": "Journal",
    "titles": [{"title": "Sand Letters"}],
    "relatedItemIdentifier": {"relatedItemIdentifier": "8765-0185", "relatedItemIdentifierType": "ISSN"},
    "volume": "7",
    "firstPage": "50",
}
ARTICLE = {"resourceTypeGeneral": "JournalArticle"}
SERIES = [{"descriptionType": "SeriesInformation", "description": "Notes of the Shore"}]
GRANT = (
    '<extension><l:grantAgreementList xmlns:l="info:eu-repo/grantAgreement">'
    '<l:grantAgreement code="info:eu-repo/grantAgreement/EC/FP7/282797"><l:title>Tides</l:title></l:grantAgreement>'
    "</l:grantAgreementList></extension>"
)
DIDL = (
    '<d:DIDL xmlns:d="urn:mpeg:mpeg21:2002:02-DIDL-NS" xmlns:t="http://purl.org/dc/terms/"'
    ' xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><d:Item><d:Component>'
    '<d:Resource mimeType="application/xml" ref="https://example.org/oai?1"/></d:Component>{}</d:Item></d:DIDL>'
)
WORK = "<d:Item><d:Component><d:Resource>" + mods("{}") + "</d:Resource></d:Component></d:Item>"
PART = (
    "<d:Item><d:Descriptor><d:Statement>{}</d:Statement></d:Descriptor><d:Component>"
    '<d:Resource mimeType="application/pdf" ref="https://example.org/{}"/></d:Component></d:Item>'
)
RIGHTS = "<t:accessRights>http://purl.org/eprint/accessRights/{}Access</t:accessRights>"
PAGE = '<r:type r:resource="info:eu-repo/semantics/humanStartPage"/>'
OPEN = "<accessCondition>info:eu-repo/semantics/openAccess</accessCondition>"
SHUT = "<accessCondition>info:eu-repo/semantics/embargoedAccess</accessCondition>"
A_FILE = PART.format(RIGHTS.format("Open"), "a.pdf")
HELD = PART.format("<t:available>2012-01-01</t:available>", "b.pdf")
RESOLVER = "https://resolver.example.org/resolve?urn=urn:nbn:se:uu:diva-1"
AT_RESOLVER = (
    f'?w foaf:page <{RESOLVER}> ; datacite:hasIdentifier ?i . ?i literal:hasLiteralValue "urn:nbn:se:uu:diva-1"'
)
DATED = '?w dcterms:dateSubmitted "2013-09-20"^^xsd:date ; dcterms:dateAccepted "2013-12-24"^^xsd:date'
ASSERTED = [{"name": "received", "value": "20 September 2013"}, {"name": "accepted", "value": "2013-12-24"}]
BOOK = "@book{{a, title={{A title}}, {}}}\n"

CLAIMS = [
    Claim("a file is closed, the work is not", "x.xml",
          DIDL.format(WORK.format(OPEN) + PART.format(RIGHTS.format("Closed"), "a.pdf")),
          "?w dcterms:accessRights coaraccess:c_abf2", "?w dcterms:accessRights coaraccess:c_14cb"),
    Claim("files that differ say nothing of the work", "x.xml",
          DIDL.format(WORK.format("") + A_FILE + PART.format(RIGHTS.format("Closed"), "b.pdf")),
          "?f a fabio:ComputerFile ; dcterms:accessRights coaraccess:c_abf2",
          "?w dcterms:accessRights ?a ; dcterms:title 'A title'"),
    Claim("all files are open, and so is the work", "x.xml", DIDL.format(WORK.format("") + A_FILE),
          "?w dcterms:title 'A title' ; dcterms:accessRights coaraccess:c_abf2"),
    Claim("the day of a file has passed", "x.xml", DIDL.format(WORK.format(SHUT) + HELD),
          "?w dcterms:accessRights coaraccess:c_f1cf . ?f a fabio:ComputerFile ; dcterms:title 'b.pdf'"),
    Claim("a page is no file", "x.xml", DIDL.format(WORK.format("") + PART.format(PAGE, "page")),
          "?w foaf:page <https://example.org/page>", "?f a fabio:ComputerFile"),
    Claim("a file without name and address is none", "x.xml",
          f'<m:mets xmlns:m="http://www.loc.gov/METS/"><m:dmdSec ID="d"><m:mdWrap><m:xmlData>{mods("")}</m:xmlData>'
          '</m:mdWrap></m:dmdSec><m:fileSec><m:fileGrp><m:file MIMETYPE="text/xml"/></m:fileGrp></m:fileSec></m:mets>',
          never="?f a fabio:ComputerFile"),
    Claim("the resolver of a URN is its page", "x.xml",
          openaire(f'<datacite:identifier identifierType="URN">{RESOLVER}</datacite:identifier>'), AT_RESOLVER),
    Claim("and in Dublin Core", "x.xml", dc(f"identifier {RESOLVER}"), AT_RESOLVER),
    Claim("and in a table", "x.csv", table(dc__identifier__urn=RESOLVER), AT_RESOLVER),
    Claim("the title of a grant is that of the grant", "x.xml", mods(GRANT),
          "?w frapo:isFundedBy ?g . ?g frapo:hasGrantNumber '282797' ; dcterms:title 'Tides'"),
    Claim("and in a table", "x.csv",
          table(oaire__awardNumber="info:eu-repo/grantAgreement/EC/FP7/282797", oaire__awardTitle="Tides"),
          "?w frapo:isFundedBy ?g . ?g frapo:hasGrantNumber '282797' ; dcterms:title 'Tides'"),
    Claim("codes of two lists are two", "x.xml",
          mods('<classification authority="msc">05C38</classification><classification>05C38</classification>'),
          "?w dcterms:subject ?a, ?b FILTER(STRENDS(STR(?a), '/msc/05c38')"
          " && STRENDS(STR(?b), '/classification/05c38'))"),
    Claim("when an article came in and was accepted", "x.xml",
          crossref_article('<crossmark><custom_metadata><assertion name="received">2013-09-20</assertion>'
                           '<assertion name="accepted">2013-12-24</assertion></custom_metadata></crossmark>'), DATED),
    Claim("and in JSON", "x.json", crossref(assertion=ASSERTED), DATED),
    Claim("a soft hyphen is no letter", "x.csv", table(dc__publisher=SOFT), ADDISON),
    Claim("nor in XML", "x.xml", dc(f"publisher {SOFT}"), ADDISON),
    Claim("nor as a reference", "x.xml", dc("publisher Ad&amp;shy;di&amp;shy;son Press"), ADDISON),
    Claim("nor as TeX writes it", "x.bib", BOOK.format(r"publisher={Ad{\-d}i{\-s}on Press}"), ADDISON),
    Claim("an ISBN has several names", "x.bib", BOOK.format("isbn-13={978-1-56619-909-4 (paperback)}"),
          '?w prism:isbn "9781566199094"'),
    Claim("so has an ISSN", "x.bib", "@article{a, title={A title}, journal={Sand Letters}, print-issn={8765-0185}}\n",
          '?w dcterms:isPartOf ?j . ?j prism:issn "8765-0185"'),
    Claim("the name of a string is no place", "x.bib", BOOK.format("address={pub-AW:adr}, publisher=pub-AW"),
          never="{ ?w fabio:hasPlaceOfPublication ?p } UNION { ?w dcterms:publisher ?p }"),
    Claim("a name with a hyphen is one", "x.bib", BOOK.format("publisher={Pub-Sand Press}"),
          "?w dcterms:publisher ?p . ?p foaf:name 'Pub-Sand Press'"),
    Claim("a subject", "x.bib", BOOK.format("subject={Terns (Birds)}"), '?w dc:subject "Terns (Birds)"'),
    Claim("a relation before an address", "x.xml", dc("relation isPartOf https://example.org/sand"),
          "?w dcterms:isPartOf <https://example.org/sand>"),
    Claim("words before an address are no relation", "x.xml", dc("relation See also https://example.org/sand"),
          never="?w dcterms:isPartOf ?x"),
    Claim("two publishers in a value", "x.xml", dc(f"publisher {TWO}"), TWO_PUBLISHERS),
    Claim("and in a table", "x.csv", table(dc__publisher=TWO), TWO_PUBLISHERS),
    Claim("and in RIS", "x.ris", ris("BOOK", f"PB {TWO}"), TWO_PUBLISHERS),
    Claim("a semicolon within one", "x.csv", table(dc__publisher="Sand; Silt; and Co"),
          '?w dcterms:publisher ?p . ?p foaf:name "Sand; Silt; and Co"'),
    Claim("where an author works, in brackets", "x.csv", table(dc__contributor__author="Rook, Ida [UNISHORE]"), ROOK),
    Claim("and in Dublin Core", "x.xml", dc("creator Rook, Ida [UNISHORE]"), ROOK),
    Claim("a role in brackets is none", "x.csv", table(dc__contributor__author="Rook, Ida [ed.]"),
          never="?r pro:relatesToOrganization ?o"),
    Claim("a container without a title hides no related item", "x.json",
          datacite(types=ARTICLE, relatedItems=[IN_JOURNAL], container={"type": "Series", "identifier": "10.5555/c",
                                                         "identifierType": "DOI"}),
          '?w dcterms:isPartOf ?j, <https://doi.org/10.5555/c> ; prism:volume "7" ; prism:startingPage "50" .'
          ' ?j dcterms:title "Sand Letters" ; prism:issn "8765-0185"'),
    Claim(
        "one of another title is another thing",
        "x.json",
        datacite(types=ARTICLE, relatedItems=[IN_JOURNAL], container={"type": "Journal", "title": "Tides"}),
        never='?w prism:volume "7"',
    ),
    Claim("a series beside a journal is that of the article", "x.json",
          datacite(types=ARTICLE, descriptions=SERIES, container={"type": "Journal", "title": "Sand Letters"}),
          '?w dcterms:isPartOf ?s . ?s a fabio:Series ; dcterms:title "Notes of the Shore"',
          "?j a fabio:Journal ; dcterms:isPartOf ?s"),
    Claim("an empty role is none", "x.xml",
          mods("<name><role><roleTerm></roleTerm></role><namePart>Rook, Ida</namePart></name>"),
          '?w dcterms:creator ?p . ?p foaf:name "Rook, Ida"'),
    Claim("an ISSN of a book is that of its series, whatever the field is called", "x.xml",
          mods('<identifier type="uri">URN:ISSN:8765-0185</identifier><genre>book</genre>'),
          '?w a fabio:Book ; dcterms:isPartOf ?s . ?s prism:issn "8765-0185"', '?w prism:issn "8765-0185"'),
    Claim("a grant by its code", "x.xml", mods(GRANT), '?w frapo:isFundedBy ?g . ?g frapo:hasGrantNumber "282797"'),
    Claim("a subtitle without punctuation", "x.xml", marc("245 10 $aTerns$ban atlas"),
          '?w dcterms:title "Terns: an atlas"'),
    Claim("with punctuation", "x.xml", marc("245 10 $aTerns =$bSeeschwalben"),
          '?w dcterms:title "Terns = Seeschwalben"'),
    Claim("volume and issue behind a series", "x.csv", table(dc__relation__ispartofseries="Sand Papers 5:1"),
          '?w dcterms:isPartOf ?s ; fabio:hasSequenceIdentifier "5:1" . ?s dcterms:title "Sand Papers"'),
]  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
