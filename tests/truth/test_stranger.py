"""What a stranger tries: the kinds of all that must be true, in other formats than those in which they were found."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

from converter.validation import Shapes
from ontology import PUBLISHED_BASE
from shelfgraph import Repository
from tests.commands import shelfgraph
from tests.truth.stranger import (
    Answer,
    Claim,
    crossref_article,
    crossref_paper,
    datacite,
    dc,
    jpcoar,
    marc,
    mods,
    openaire,
    rest7,
    ris,
    table,
)

AGENTS = [
    Claim(
        "an issuing body in the main entry is no author",
        "x.xml",
        marc("110 2  $aHarbour Office,$eissuing body."),
        '?w dcterms:contributor ?a . ?a a foaf:Organization ; foaf:name "Harbour Office"',
        "?w dcterms:creator ?a",
    ),
    Claim(
        "an issuing body in an added entry is no author, and neither is one by its code",
        "x.xml",
        marc("710 2  $aHarbour Office$4isb", "710 2  $aTide Bureau$4http://id.loc.gov/vocabulary/relators/isb"),
        '?w dcterms:contributor/foaf:name "Harbour Office" , "Tide Bureau"',
        "?w dcterms:creator ?a",
    ),
    Claim(
        "a conference is an event with a name, a place and a date, and nobody",
        "x.xml",
        marc("711 2  $aConference on Tides$n(5th :$d2010 :$cLisbon)"),
        '?w dcterms:relation ?e . ?e a dcmitype:Event ; dcterms:spatial/rdfs:label "Lisbon" ;'
        ' dcterms:date "2010"^^xsd:gYear ; rdfs:label ?l FILTER(CONTAINS(?l, "Conference on Tides"))',
        "?r pro:isHeldBy ?a",
    ),
    Claim(
        "a conference as main entry is an event",
        "x.xml",
        marc("111 2  $aConference on Tides$d(2010 :$cLisbon, Portugal)"),
        '?e a dcmitype:Event ; rdfs:label "Conference on Tides" ; dcterms:spatial/rdfs:label "Lisbon, Portugal"',
        '?a foaf:name "Conference on Tides"',
    ),
    Claim(
        "a conference of MODS is an event",
        "x.xml",
        mods('<name type="conference"><namePart>Conference on Tides</namePart></name>'),
        '?w dcterms:relation ?e . ?e a dcmitype:Event ; rdfs:label "Conference on Tides"',
        "?a a foaf:Agent",
    ),
    Claim(
        "organisations of DataCite's JSON stay so in every role",
        "x.json",
        datacite(
            creators=[{"name": "Rook, Tide", "nameType": "Organizational"}],
            contributors=[{"name": "Shore", "nameType": "Organizational", "contributorType": "HostingInstitution"}],
        ),
        '?a a foaf:Organization ; foaf:name "Rook, Tide" . ?b a foaf:Organization ; foaf:name "Shore"',
        "?a a foaf:Person",
    ),
    Claim(
        "nobody is called none in a table",
        "x.csv",
        table(dc__contributor__author="Bank, Ann||None||et al.||[s.n.]||n/a"),
        '?w dcterms:creator ?a . ?a a foaf:Person ; foaf:name "Bank, Ann"',
        "?r co:index 2",
    ),
    Claim(
        "nobody is called Anonymous of Crossref's XML, and suffixes stay",
        "x.xml",
        crossref_article(
            '<contributors><anonymous contributor_role="author" sequence="first"/>'
            '<person_name contributor_role="author" sequence="additional"><given_name>Ida</given_name>'
            "<surname>Rook</surname><suffix>Jr</suffix></person_name></contributors>"
        ),
        '?w dcterms:creator/foaf:name "Rook, Ida, Jr"',
        "?r co:index 2",
    ),
    Claim(
        "a corporate author of OpenAIRE is one",
        "x.xml",
        openaire(
            '<datacite:creators><datacite:creator><datacite:creatorName nameType="Organizational">Rook, Tide'
            "</datacite:creatorName></datacite:creator></datacite:creators>"
            '<datacite:contributors><datacite:contributor contributorType="Supervisor">'
            '<datacite:contributorName nameType="Personal">Ministry, Max</datacite:contributorName>'
            "</datacite:contributor></datacite:contributors>"
        ),
        '?a a foaf:Organization ; foaf:name "Rook, Tide" . ?b a foaf:Person ; foaf:name "Ministry, Max"',
    ),
    Claim(
        "an author without a given name in RIS is an agent and no more",
        "x.ris",
        ris("RPRT", "AU Tern Collective", "A2 Bank, Ann"),
        '?a a foaf:Agent ; foaf:name "Tern Collective" . ?b a foaf:Person ; foaf:name "Bank, Ann"',
        '?a foaf:name "Tern Collective" ; a ?c FILTER(?c IN (foaf:Person, foaf:Organization))',
    ),
    Claim(
        "an artist is a contributor of an added entry",
        "x.xml",
        marc("100 1  $aGull, Ann,$eauthor.", "700 1  $aTern, Bo,$enarrator."),
        '?w dcterms:creator/foaf:name "Gull, Ann" ; dcterms:contributor/foaf:name "Tern, Bo"',
        '?w dcterms:creator/foaf:name "Tern, Bo"',
    ),
    Claim(
        "a dedicatee of a main entry is no author",
        "x.xml",
        marc("100 1  $aGull, Ann,$ehonouree."),
        '?w dcterms:contributor/foaf:name "Gull, Ann"',
        "?w dcterms:creator ?a",
    ),
]
NAMES = [
    Claim(
        "names between semicolons of RIS are several",
        "x.ris",
        ris("JOUR", "AU Gull, Ann; Tern, Bo"),
        '?w dcterms:creator/foaf:name "Gull, Ann" , "Tern, Bo"',
    ),
    Claim(
        "a second name of OJS is a name",
        "x.xml",
        dc("creator Gull, Ann; Tern, Bo", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" , "Tern, Bo"',
        "?r pro:relatesToOrganization ?o",
    ),
    Claim(
        "an affiliation of OJS is none",
        "x.xml",
        dc("creator Gull, Ann; Universidad del Norte", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" . ?r pro:relatesToOrganization/foaf:name "Universidad del Norte"',
        '?w dcterms:creator/foaf:name "Universidad del Norte"',
    ),
    Claim(
        "an affiliation of OJS with a comma is none",
        "x.xml",
        dc("creator Gull, Ann; Tern Lab, Wrenland", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" . ?r pro:relatesToOrganization/foaf:name "Tern Lab, Wrenland"',
        '?w dcterms:creator/foaf:name "Tern Lab, Wrenland"',
    ),
    Claim(
        "Arabic and full-width separators part names in a table",
        "x.csv",
        table(dc__contributor__author="رضا، سارة؛ كريم، علي||李，明；王，芳"),
        '?w dcterms:creator/foaf:name "رضا، سارة" , "كريم، علي" , "李，明" , "王，芳"',
    ),
    Claim(
        "an ORCID iD in a name of MODS is taken out and used",
        "x.xml",
        mods('<name type="personal"><namePart>Rook, Ida (0000-0002-1825-0097)</namePart></name>'),
        '?w dcterms:creator ?a . ?a foaf:name "Rook, Ida" ; frapo:hasORCID "0000-0002-1825-0097"',
    ),
    Claim(
        "an ORCID iD of MARC is used, and a suffix stays",
        "x.xml",
        marc("100 1  $aRook, Ida,$cJr.,$d1950-$1https://orcid.org/0000-0002-1825-0097"),
        '?w dcterms:creator ?a . ?a foaf:name "Rook, Ida, Jr." ; frapo:hasORCID "0000-0002-1825-0097"',
    ),
    Claim(
        "two forms of a name in JPCOAR are one person",
        "x.xml",
        jpcoar(
            '<jpcoar:creator><jpcoar:creatorName xml:lang="ja">李, 明</jpcoar:creatorName>'
            '<jpcoar:creatorName xml:lang="en">Ri, Akira</jpcoar:creatorName></jpcoar:creator>'
        ),
        "?w dcterms:creator ?a",
        "?r co:index 2",
    ),
    Claim(
        "an authority is no part of a name in a table",
        "x.csv",
        table(dc__contributor__author="Doe, Jo::rp001::600"),
        '?w dcterms:creator/foaf:name "Doe, Jo"',
    ),
    Claim(
        "particles stay with the family in Crossref's XML and RIS",
        "x.ris",
        ris("JOUR", "AU van den Berg, Nils"),
        '?w dcterms:creator/foaf:familyName "van den Berg"',
    ),
]
TITLES = [
    Claim(
        "a title that is written on two lines is one",
        "x.xml",
        dc("title The\n  other\n title").replace("<dc:title>A title</dc:title>", ""),
        '?w dcterms:title "The other title"',
    ),
    Claim(
        "titles of MODS keep their kinds",
        "x.xml",
        mods(
            '<titleInfo type="translated" lang="fre"><title>Un titre</title></titleInfo>'
            '<titleInfo type="alternative"><title>Another</title></titleInfo>',
            '<titleInfo lang="eng"><nonSort>The</nonSort><title>title</title><subTitle>More</subTitle></titleInfo>',
        ),
        '?w dcterms:title ?t ; fabio:hasTranslatedTitle ?f ; dcterms:alternative ?o FILTER(STR(?t) = "The title: More"'
        ' && STR(?f) = "Un titre" && STR(?o) = "Another")',
    ),
    Claim(
        "a translated title of MODS that stands first is not the main title",
        "x.xml",
        mods(
            "<titleInfo><title>The title</title></titleInfo>",
            '<titleInfo type="translated"><title>Un titre</title></titleInfo>',
        ),
        '?w dcterms:title "The title" ; fabio:hasTranslatedTitle "Un titre"',
    ),
    Claim(
        "a translated title of MARC is one",
        "x.xml",
        marc("242 00 $aThe title", "245 10 $aLe titre", "246 3  $aTitre"),
        '?w dcterms:title "Le titre" ; fabio:hasTranslatedTitle "The title" ; dcterms:alternative "Titre"',
    ),
    Claim(
        "titles of OpenAIRE keep their kinds",
        "x.xml",
        openaire(
            "",
            '<datacite:title titleType="AlternativeTitle">Other</datacite:title><datacite:title>Main</datacite:title>'
            '<datacite:title titleType="Subtitle">Sub</datacite:title>'
            '<datacite:title titleType="TranslatedTitle">Haupt</datacite:title>',
        ),
        '?w dcterms:title "Main" ; dcterms:alternative "Other" ; fabio:hasSubtitle "Sub" ;'
        ' fabio:hasTranslatedTitle "Haupt"',
    ),
    Claim(
        "titles of DataCite's JSON keep their kinds",
        "x.json",
        datacite(
            titles=[
                {"title": "Other", "titleType": "AlternativeTitle"},
                {"title": "Main", "titleType": None},
                {"title": "Haupt", "titleType": "TranslatedTitle", "lang": "de"},
            ]
        ),
        '?w dcterms:title "Main" ; dcterms:alternative "Other" ; fabio:hasTranslatedTitle ?h FILTER(STR(?h) = "Haupt")',
    ),
    Claim(
        "an original title of Crossref's XML is not a second main title",
        "x.xml",
        crossref_article(
            "",
            titles='<titles><title>Main</title><subtitle>Sub</subtitle><original_language_title language="de">Haupt'
            "</original_language_title></titles>",
        ),
        '?w dcterms:title ?t FILTER(STRSTARTS(STR(?t), "Main"))',
        '?w dcterms:title ?t FILTER(STR(?t) = "Haupt")',
    ),
    Claim(
        "a title in two languages of a table has one main title",
        "x.csv",
        "id,collection,dc.title[en],dc.title[fr]\n7d1b7c2c-1111-4222-8333-444455556666,1/1,Main,Principal\n",
        '?w dcterms:title "Main"@en ; fabio:hasTranslatedTitle "Principal"@fr',
    ),
    Claim(
        "a translated title of RIS is one",
        "x.ris",
        ris("JOUR", "TT Haupt"),
        '?w dcterms:title "A title" ; fabio:hasTranslatedTitle "Haupt"',
    ),
    Claim(
        "two titles of JPCOAR have one main title",
        "x.xml",
        jpcoar("", '<dc:title xml:lang="ja">主</dc:title><dc:title xml:lang="en">Main</dc:title>'),
        '?w dcterms:title "主"@ja ; fabio:hasTranslatedTitle "Main"@en',
    ),
]
CONTAINERS = [
    Claim(
        "a chapter of MODS is part of a book in a series",
        "x.xml",
        mods(
            '<genre>book chapter</genre><relatedItem type="host"><titleInfo><title>The Book</title></titleInfo>'
            '<identifier type="isbn">0306406152</identifier><relatedItem type="series"><titleInfo>'
            "<title>Sea notes</title><partNumber>5</partNumber></titleInfo>"
            '<identifier type="issn">8765-0185</identifier></relatedItem></relatedItem>'
        ),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157" ;'
        ' fabio:hasSequenceIdentifier "5" ; dcterms:isPartOf ?s . ?s a fabio:BookSeries ; dcterms:title "Sea notes" ;'
        ' prism:issn "8765-0185"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "a chapter of MARC is part of a book",
        "x.xml",
        marc("773 0  $tThe Book.$z0306406152$gS. 5-9", leader="00000naa a2200000 a 4500"),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "a chapter of RIS is part of a book in a series",
        "x.ris",
        ris("CHAP", "T2 The Book", "T3 Sea notes", "SN 0306406152", "VL 5"),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157" ;'
        ' dcterms:isPartOf ?s . ?s a fabio:BookSeries ; dcterms:title "Sea notes"',
    ),
    Claim(
        "a paper of RIS is part of proceedings beside a conference with its place",
        "x.ris",
        ris("CONF", "T2 Conference on Tides", "C3 Proceedings of Tides", "CY Lisbon", "PY 2010"),
        "?w dcterms:isPartOf ?b . ?b a fabio:AcademicProceedings . ?w dcterms:relation ?e . ?e a dcmitype:Event ;"
        ' rdfs:label ?l ; dcterms:spatial/rdfs:label "Lisbon"',
        "?w fabio:hasPlaceOfPublication ?p",
    ),
    Claim(
        "a paper of Crossref's XML is part of proceedings of a series, beside a conference",
        "x.xml",
        crossref_paper(
            "",
            "<proceedings_series_metadata><series_metadata><titles><title>Sea notes</title></titles>"
            '<issn media_type="print">8765-0185</issn></series_metadata><proceedings_title>Proceedings of Tides'
            '</proceedings_title><volume>5</volume><isbn media_type="print">0306406152</isbn>'
            "</proceedings_series_metadata>",
            "<conference_name>Conference on Tides</conference_name><conference_location>Lisbon</conference_location>"
            '<conference_date start_year="2010" start_month="05" start_day="03" end_year="2010" end_month="05"'
            ' end_day="06">May 3-6</conference_date>',
        ),
        '?w dcterms:isPartOf ?b . ?b a fabio:AcademicProceedings ; dcterms:title "Proceedings of Tides" ;'
        ' dcterms:isPartOf ?s . ?s dcterms:title "Sea notes" ; prism:issn "8765-0185" . ?w dcterms:relation ?e .'
        ' ?e a dcmitype:Event ; rdfs:label "Conference on Tides" ; dcterms:spatial/rdfs:label "Lisbon" ;'
        " dcterms:date ?x",
    ),
    Claim(
        "an article of JPCOAR is part of issue, volume and journal",
        "x.xml",
        jpcoar(
            '<dc:type rdf:resource="http://purl.org/coar/resource_type/c_6501">journal article</dc:type>'
            '<jpcoar:sourceIdentifier identifierType="PISSN">8765-0037</jpcoar:sourceIdentifier>'
            '<jpcoar:sourceIdentifier identifierType="EISSN">8765-0045</jpcoar:sourceIdentifier>'
            "<jpcoar:sourceTitle>Journal of Terns</jpcoar:sourceTitle><jpcoar:volume>3</jpcoar:volume>"
            "<jpcoar:issue>2</jpcoar:issue>"
        ),
        "?w frbr:partOf ?i . ?i a fabio:JournalIssue ; frbr:partOf ?v . ?v a fabio:JournalVolume ; frbr:partOf ?j ."
        ' ?j a fabio:Journal ; dcterms:title "Journal of Terns" ; prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
    Claim(
        "an article of OpenAIRE is part of a journal",
        "x.xml",
        openaire(
            '<oaire:resourceType resourceTypeGeneral="literature" uri="http://purl.org/coar/resource_type/c_6501">'
            "journal article</oaire:resourceType><oaire:citationTitle>Journal of Terns</oaire:citationTitle>"
            "<oaire:citationVolume>3</oaire:citationVolume><oaire:citationIssue>2</oaire:citationIssue>"
        ),
        '?w frbr:partOf/frbr:partOf/frbr:partOf ?j . ?j a fabio:Journal ; dcterms:title "Journal of Terns"',
    ),
    Claim(
        "a series in a table keeps its number, and that of another series too",
        "x.csv",
        table(dc__type="Book", dc__relation__ispartofseries="Sea notes;5||Shore Papers;77"),
        '?w dcterms:isPartOf ?n . ?n fabio:hasSequenceIdentifier "5" ; frbr:partOf/dcterms:title "Sea notes" .'
        ' ?w dcterms:isPartOf ?m . ?m fabio:hasSequenceIdentifier "77" ; frbr:partOf/dcterms:title "Shore Papers"',
    ),
    Claim(
        "a host of DataCite's JSON is a journal",
        "x.json",
        datacite(
            types={"resourceTypeGeneral": "JournalArticle"},
            relatedItems=[
                {
                    "relationType": "IsPublishedIn",
                    "relatedItemType": "Journal",
                    "titles": [{"title": "Journal of Terns"}],
                    "volume": "3",
                    "issue": "2",
                    "firstPage": "5",
                    "lastPage": "9",
                    "relatedItemIdentifier": {
                        "relatedItemIdentifier": "8765-0037",
                        "relatedItemIdentifierType": "ISSN",
                    },
                }
            ],
        ),
        '?w frbr:partOf/frbr:partOf/frbr:partOf ?j . ?j a fabio:Journal ; dcterms:title "Journal of Terns" ;'
        ' prism:issn "8765-0037" . ?w prism:startingPage "5" ; prism:endingPage "9"',
    ),
    Claim(
        "an article of MARC is part of its journal",
        "x.xml",
        marc(
            "773 0  $tJournal of Terns$x8765-0037$gVol. 3, no. 2 (2010), p. 5-9",
            leader="00000nab a2200000 a 4500",
        ),
        '?w dcterms:isPartOf ?j . ?j a fabio:Journal ; prism:issn "8765-0037" . ?w prism:volume "3" ;'
        ' prism:issueIdentifier "2" ; prism:startingPage "5" ; prism:endingPage "9"',
    ),
]
IDENTIFIERS = [
    Claim(
        "ISBNs of MARC are 13 digits, and a cancelled one is not the item's",
        "x.xml",
        marc("020    $a0306406152 (pbk.) :$c12.00$z9783161484100"),
        '?w prism:isbn "9780306406157"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "9783161484100"',
    ),
    Claim(
        "numbers of other systems in MARC keep their kind",
        "x.xml",
        marc("024 7  $a10.5555/ABC$2doi", "024 7  $a2222/1$2hdl", "035    $a(OCoLC)12345"),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier ?n . ?n datacite:usesIdentifierScheme datacite:oclc ;'
        ' literal:hasLiteralValue "12345"',
    ),
    Claim(
        "the number of another catalogue keeps the name of the catalogue",
        "x.xml",
        marc("035    $a(DE-599)DNB12"),
        '?w datacite:hasIdentifier/literal:hasLiteralValue "(DE-599)DNB12"',
    ),
    Claim(
        "addresses of DOIs and handles in a table are read to the sign",
        "x.csv",
        table(dc__identifier__uri="https://doi.org/10.5555%2FABC?utm_source=x||https://x.org/handle/1/2;jsessionid=3"),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier/literal:hasLiteralValue "1/2"',
    ),
    Claim(
        "several ISBNs and a DOI with a stop of RIS are read",
        "x.ris",
        ris("BOOK", "SN 0306406152 (print); 9783161484100 (ebk)", "DO https://doi.org/10.5555/ABC."),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier/literal:hasLiteralValue "9780306406157" , "9783161484100"',
    ),
    Claim(
        "ISSNs of RIS keep their kinds",
        "x.ris",
        ris("JOUR", "JO Journal of Terns", "SN 8765-0037 (print), 8765-0045 (online)"),
        '?j prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
    Claim(
        "an invalid identifier of MODS is not the item's",
        "x.xml",
        mods(
            '<identifier type="isbn" invalid="yes">9783161484100</identifier><identifier type="uri">'
            "https://doi.org/10.5555/ABC</identifier>"
        ),
        '?w prism:doi "10.5555/abc"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "an ISSN-L is one",
        "x.json",
        datacite(
            types={"resourceTypeGeneral": "JournalArticle"},
            relatedIdentifiers=[
                {"relatedIdentifier": "8765-0037", "relatedIdentifierType": "LISSN", "relationType": "IsPartOf"}
            ],
        ),
        '?j fabio:hasIssnL "8765-0037"',
        '?j prism:issn "8765-0037"',
    ),
    Claim(
        "kinds of ISSNs of Crossref's XML are kept",
        "x.xml",
        crossref_article(
            "",
            '<issn media_type="print">8765-0037</issn><issn media_type="electronic">8765-0045</issn>',
        ),
        '?w dcterms:isPartOf ?j . ?j prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
]
DATES = [
    Claim(
        "a year of copyright in a table is one",
        "x.csv",
        table(dc__date__issued="[2009?]||©2008"),
        '?w fabio:hasPublicationYear "2009"^^xsd:gYear ; dcterms:dateCopyrighted "2008"^^xsd:gYear',
        '?w dcterms:issued ?o FILTER(STR(?o) = "2008")',
    ),
    Claim(
        "a year of copyright of oai_dc is one",
        "x.xml",
        dc("date c2008"),
        '?w fabio:hasPublicationYear "2008"^^xsd:gYear',
        "?w dcterms:issued ?o",
    ),
    Claim(
        "the key date of MODS is the date of issue",
        "x.xml",
        mods("<originInfo><dateIssued>[2009?]</dateIssued><dateIssued keyDate='yes'>2010</dateIssued></originInfo>"),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear',
    ),
    Claim(
        "a key date of creation in MODS is no date of issue",
        "x.xml",
        mods("<originInfo><dateCreated keyDate='yes'>1955</dateCreated><dateIssued>2010</dateIssued></originInfo>"),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear ; dcterms:created "1955"^^xsd:gYear',
    ),
    Claim(
        "EDTF of MODS is read",
        "x.xml",
        mods('<originInfo><dateIssued encoding="edtf">2004-06-XX</dateIssued></originInfo>'),
        '?w fabio:hasPublicationYear "2004"^^xsd:gYear',
    ),
    Claim(
        "a corrected year of MARC counts",
        "x.xml",
        marc("260    $c1999 [i.e. 1989]"),
        '?w fabio:hasPublicationYear "1989"^^xsd:gYear',
    ),
    Claim(
        "a season of RIS gives a year",
        "x.ris",
        ris("JOUR", "PY 2010///Spring"),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear',
    ),
    Claim(
        "the end of an embargo of OpenAIRE is no year of publication",
        "x.xml",
        openaire(
            '<datacite:dates><datacite:date dateType="Accepted">2010-01-02</datacite:date>'
            '<datacite:date dateType="Available">2012-01-02</datacite:date></datacite:dates>'
            '<datacite:date dateType="Issued">2011</datacite:date>'
        ),
        '?w fabio:hasPublicationYear "2011"^^xsd:gYear',
    ),
    Claim(
        "a placeholder of DSpace's REST is no year",
        "x.json",
        rest7({"dc.date.issued": "9999-12-31", "dc.date.available": "2015-01-02T03:04:05Z"}),
        "",
        "?w fabio:hasPublicationYear ?y",
    ),
    Claim(
        "the date of print of Crossref's XML counts before that online",
        "x.xml",
        crossref_article(
            '<publication_date media_type="online"><year>2009</year></publication_date>'
            '<publication_date media_type="print"><month>05</month><year>2010</year></publication_date>'
        ),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear',
    ),
    Claim(
        "kinds of dates of JPCOAR are kept",
        "x.xml",
        jpcoar(
            '<datacite:date dateType="Available">2031-04-01</datacite:date>'
            '<datacite:date dateType="Issued">2010-05</datacite:date>'
        ),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear ; dcterms:issued "2010-05"^^xsd:gYearMonth',
    ),
    Claim(
        "a date range of DataCite's JSON is one",
        "x.json",
        datacite(dates=[{"date": "2010-05-01/2010-06-30", "dateType": "Collected"}], publicationYear=2012),
        '?w fabio:hasPublicationYear "2012"^^xsd:gYear',
    ),
]
RELATIONS = [
    Claim(
        "a preprint of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<rel:program name="relations"><rel:related_item><rel:inter_work_relation relationship-type="isReplyTo"'
            ' identifier-type="doi">10.5555/y</rel:inter_work_relation></rel:related_item></rel:program>'
        ),
        "?w ?p <https://doi.org/10.5555/y> FILTER(?p != dcterms:relation)",
    ),
    Claim(
        "a retraction of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<crossmark><updates><update type="retraction" date="2020-01-01">10.5555/y</update></updates></crossmark>'
        ),
        "?w cito:retracts <https://doi.org/10.5555/y>",
    ),
    Claim(
        "a relation of JPCOAR is said",
        "x.xml",
        jpcoar(
            '<jpcoar:relation relationType="isVersionOf"><jpcoar:relatedIdentifier identifierType="DOI">10.5555/y'
            "</jpcoar:relatedIdentifier></jpcoar:relation>"
            '<jpcoar:relation relationType="references"><jpcoar:relatedIdentifier identifierType="DOI">'
            "https://doi.org/10.5555/Z</jpcoar:relatedIdentifier></jpcoar:relation>"
        ),
        "?w dcterms:isVersionOf <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "references and versions of OpenAIRE are said",
        "x.xml",
        openaire(
            '<datacite:relatedIdentifiers><datacite:relatedIdentifier relatedIdentifierType="DOI"'
            ' relationType="References">10.5555/y</datacite:relatedIdentifier><datacite:relatedIdentifier'
            ' relatedIdentifierType="DOI" relationType="IsNewVersionOf">10.5555/z</datacite:relatedIdentifier>'
            "</datacite:relatedIdentifiers>"
        ),
        "?w cito:cites <https://doi.org/10.5555/y> ; frbr:revisionOf <https://doi.org/10.5555/z>",
    ),
    Claim(
        "a preceding work and a citing work of MODS are said",
        "x.xml",
        mods(
            '<relatedItem type="preceding"><identifier type="doi">10.5555/y</identifier></relatedItem>'
            '<relatedItem type="references"><identifier type="doi">10.5555/z</identifier></relatedItem>'
        ),
        "?w dcterms:replaces <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "the preceding title of a journal in MARC is another, and so is its number",
        "x.xml",
        marc("022    $a8765-0037", "780 00 $tOld Terns$x8765-0045", leader="00000nas a2200000 a 4500"),
        '?w prism:issn "8765-0037"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "8765-0045"',
    ),
    Claim(
        "the electronic edition of MARC has a number of its own",
        "x.xml",
        marc("020    $a0306406152", "776 08 $iOnline version:$z9783161484100"),
        '?w prism:isbn "9780306406157"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "9783161484100"',
    ),
    Claim(
        "what replaces a work in a table is said",
        "x.csv",
        table(dc__relation__isreplacedby="https://doi.org/10.5555/Y", dc__relation__references="doi:10.5555/z"),
        "?w dcterms:isReplacedBy <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "references in DataCite's JSON are cited, and a derived work is not",
        "x.json",
        datacite(
            relatedIdentifiers=[
                {"relatedIdentifier": "10.5555/Y", "relatedIdentifierType": "DOI", "relationType": "Cites"},
                {"relatedIdentifier": "10.5555/z", "relatedIdentifierType": "DOI", "relationType": "IsDerivedFrom"},
            ]
        ),
        "?w cito:cites <https://doi.org/10.5555/y> ; ?p <https://doi.org/10.5555/z>",
        "?w cito:cites <https://doi.org/10.5555/z>",
    ),
]
GRANTS = [
    Claim(
        "grants of OpenAIRE keep their agencies",
        "x.xml",
        openaire(
            "<oaire:fundingReferences><oaire:fundingReference><oaire:funderName>Tide Fund</oaire:funderName>"
            "<oaire:awardNumber>T-1</oaire:awardNumber></oaire:fundingReference><oaire:fundingReference>"
            "<oaire:funderName>Sand Fund</oaire:funderName>"
            '<oaire:funderIdentifier funderIdentifierType="Crossref Funder ID">'
            "http://dx.doi.org/10.13039/501100000780</oaire:funderIdentifier><oaire:awardNumber>S-1</oaire:awardNumber>"
            "</oaire:fundingReference></oaire:fundingReferences>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" . ?h frapo:hasGrantNumber "S-1" ;'
        ' frapo:hasFundingAgency ?s . ?s foaf:name "Sand Fund" ; datacite:hasIdentifier/literal:hasLiteralValue ?i',
    ),
    Claim(
        "grants of JPCOAR keep their agencies",
        "x.xml",
        jpcoar(
            "<jpcoar:fundingReference><jpcoar:funderName>Tide Fund</jpcoar:funderName>"
            '<jpcoar:awardNumber awardURI="https://g.example.org/1">T-1</jpcoar:awardNumber></jpcoar:fundingReference>'
            "<jpcoar:fundingReference><jpcoar:funderName>Sand Fund</jpcoar:funderName></jpcoar:fundingReference>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" .'
        ' ?w frapo:hasFundingAgency/foaf:name "Sand Fund"',
    ),
    Claim(
        "the ROR of a funder of DataCite's JSON stands on it",
        "x.json",
        datacite(
            fundingReferences=[
                {
                    "funderName": "Tide Fund",
                    "funderIdentifier": "https://ror.org/02zhqgq86",
                    "funderIdentifierType": "ROR",
                    "awardNumber": "T-1",
                }
            ]
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency ?a . ?a foaf:name "Tide Fund" ;'
        " owl:sameAs <https://ror.org/02zhqgq86>",
    ),
    Claim(
        "grants of Crossref's XML keep their agencies",
        "x.xml",
        crossref_article(
            '<fr:program name="fundref"><fr:assertion name="fundgroup"><fr:assertion name="funder_name">Tide Fund'
            '<fr:assertion name="funder_identifier">http://dx.doi.org/10.13039/501100000780</fr:assertion></fr:assertion>'
            '<fr:assertion name="award_number">T-1</fr:assertion></fr:assertion><fr:assertion name="fundgroup">'
            '<fr:assertion name="funder_name">Sand Fund</fr:assertion><fr:assertion name="award_number">S-1'
            "</fr:assertion></fr:assertion></fr:program>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" . ?h frapo:hasGrantNumber "S-1" ;'
        ' frapo:hasFundingAgency/foaf:name "Sand Fund"',
    ),
    Claim(
        "a grant of MARC is one",
        "x.xml",
        marc("536    $aSponsored by the Tide Fund$cT-1"),
        '?w frapo:isFundedBy/frapo:hasGrantNumber "T-1"',
    ),
    Claim(
        "a grant agreement among the relations of a table is one",
        "x.csv",
        table(dc__relation="info:eu-repo/grantAgreement/EC/FP7/12345"),
        '?w frapo:isFundedBy/frapo:hasGrantNumber "12345"',
    ),
]
PRIVATE = [
    Claim(
        "addresses of mail in a note of RIS are not published",
        "x.ris",
        ris("JOUR", "N1 write to ann (at) terns.example.org", "AD Shore Lab, ann%40terns.example.org"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "terns.example.org"))',
    ),
    Claim(
        "addresses of mail in MODS and its attributes are not published",
        "x.xml",
        mods("<note>ann＠terns.example.org</note><location><url>mailto:ann@terns.example.org</url></location>"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "terns.example.org"))',
    ),
    Claim(
        "a withdrawn item of DSpace's REST is not published",
        "x.json",
        rest7({"dc.description.abstract": "Secret words"}, withdrawn=True, inArchive=False),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "Secret"))',
    ),
    Claim(
        "an item in progress is not published",
        "x.json",
        rest7({"dc.description.abstract": "Secret words"}, inArchive=False, withdrawn=False),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "Secret"))',
    ),
    Claim(
        "a file under embargo of JPCOAR is withheld",
        "x.xml",
        jpcoar(
            '<dcterms:accessRights rdf:resource="http://purl.org/coar/access_right/c_f1cf">embargoed access'
            "</dcterms:accessRights>"
            '<datacite:date dateType="Available">2099-04-01</datacite:date><jpcoar:file>'
            "<jpcoar:URI>https://x.example.org/secret.pdf</jpcoar:URI></jpcoar:file>"
        ),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
    Claim(
        "a closed file of OpenAIRE is withheld",
        "x.xml",
        openaire(
            '<oaire:file accessRightsURI="http://purl.org/coar/access_right/c_16ec" mimeType="application/pdf">'
            "https://x.example.org/secret.pdf</oaire:file>"
        ),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
    Claim(
        "a dark address of MARC is withheld",
        "x.xml",
        marc("506 1  $aEmbargoed until 2099-01-01", "856 40 $uhttps://x.example.org/secret.pdf$qapplication/pdf"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
]
WORDS = [
    Claim(
        "languages by their names are read",
        "x.ris",
        ris("JOUR", "LA English; Cantonese"),
        "?w dcterms:language ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "languages of MODS are read by code and by name",
        "x.xml",
        mods(
            '<language><languageTerm type="code" authority="iso639-2b">chi</languageTerm></language>'
            "<language><languageTerm type='text'>Mandarin</languageTerm></language>"
        ),
        "?w dcterms:language ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "content, medium and carrier of MARC have their addresses",
        "x.xml",
        marc("336    $atext$btxt$2rdacontent", "337    $aunmediated$bn$2rdamedia", "338    $avolume$bnc$2rdacarrier"),
        "?w dcterms:type <http://id.loc.gov/vocabulary/contentTypes/txt> ; frbr:embodiment ?m . ?m dcterms:format"
        " <http://id.loc.gov/vocabulary/mediaTypes/n> , <http://id.loc.gov/vocabulary/carriers/nc>",
    ),
    Claim(
        "content and carrier of MARC by their words alone have their addresses",
        "x.xml",
        marc("336    $aperformed music", "338    $aonline resource"),
        "?w dcterms:type <http://id.loc.gov/vocabulary/contentTypes/prm> ; frbr:embodiment/dcterms:format"
        " <http://id.loc.gov/vocabulary/carriers/cr>",
    ),
    Claim(
        "the access and the licence of MARC are said",
        "x.xml",
        marc("506 0  $aOpen access$2star", "540    $aCC BY 4.0$uhttps://creativecommons.org/licenses/by/4.0/"),
        "?w dcterms:accessRights ?a ; dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "the licence of JPCOAR is said",
        "x.xml",
        jpcoar('<dc:rights rdf:resource="https://creativecommons.org/licenses/by/4.0/">CC BY</dc:rights>'),
        "?w dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "the licence of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<ai:program name="AccessIndicators"><ai:license_ref applies_to="vor">'
            "https://creativecommons.org/licenses/by/4.0/</ai:license_ref></ai:program>"
        ),
        "?w dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "types of MODS are read by their address",
        "x.xml",
        mods('<genre valueURI="http://purl.org/coar/resource_type/c_db06">doctoral thesis</genre>'),
        "?w a fabio:DoctoralThesis",
    ),
    Claim(
        "a dissertation of MARC is a thesis",
        "x.xml",
        marc("502    $bPh. D.$cTern University$d2010"),
        "?w a ?c FILTER(CONTAINS(STR(?c), 'Thesis'))",
    ),
    Claim(
        "types of JPCOAR are read by their address",
        "x.xml",
        jpcoar('<dc:type rdf:resource="http://purl.org/coar/resource_type/c_ddb1">データセット</dc:type>'),
        "?w frbr:realizationOf ?x . ?x a fabio:Dataset",
    ),
]
TEXTS = [
    Claim(
        "text that was encoded twice is read",
        "x.ris",
        ris("JOUR", "N2 R&amp;amp;D of &amp;lt;i"),
        '?w dcterms:abstract "R&D of <i"',
    ),
    Claim(
        "text that was read in the wrong encoding is read again",
        "x.csv",
        table(dc__contributor__author="GonzÃ¡lez, JosÃ©", dc__description__abstract="â€œSÃ£o Pauloâ€\x9d"),
        '?w dcterms:creator/foaf:name "González, José" ; dcterms:abstract "“São Paulo”"',
    ),
    Claim(
        "text that may be meant as it is stays",
        "x.csv",
        table(dc__description__abstract="Ã© and é"),
        '?w dcterms:abstract "Ã© and é"',
    ),
]
FILES = [
    Claim(
        "two files of one name are two, each with its address",
        "x.xml",
        openaire(
            '<oaire:file mimeType="application/pdf">https://x.example.org/1/a.pdf</oaire:file>'
            '<oaire:file mimeType="application/pdf">https://x.example.org/2/a.pdf</oaire:file>'
        ),
        '?f fabio:hasURL ?a . ?g fabio:hasURL ?b FILTER(?f != ?g && STR(?a) = "https://x.example.org/1/a.pdf")',
        "?f fabio:hasURL ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "a language that only ISO 639-3 knows is a language",
        "x.xml",
        dc("language yue"),
        "?w dcterms:language <http://lexvo.org/id/iso639-3/yue>",
    ),
    Claim(
        "the licence of a file is that of the file",
        "x.json",
        rest7(
            {"dc.type": "Dataset"},
            _embedded={
                "bundles": {
                    "_embedded": {
                        "bundles": [
                            {
                                "name": "ORIGINAL",
                                "_embedded": {
                                    "bitstreams": {
                                        "_embedded": {
                                            "bitstreams": [
                                                {
                                                    "name": "a.csv",
                                                    "metadata": {
                                                        "dc.rights.uri": [
                                                            {"value": "https://creativecommons.org/licenses/by/4.0/"}
                                                        ]
                                                    },
                                                }
                                            ]
                                        }
                                    }
                                },
                            }
                        ]
                    }
                }
            },
        ),
        "?f a fabio:ComputerFile ; dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
        "?w dcterms:license ?l",
    ),
    Claim(
        "the licence of a file of schema.org is that of the file",
        "x.json",
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "Dataset",
                "name": "A title",
                "url": "https://x.example.org/1",
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "contentUrl": "https://x.example.org/a.csv",
                        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
                    }
                ],
            }
        ),
        "?f a fabio:ComputerFile ; dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/>",
        "?w dcterms:license ?l",
    ),
]
CLAIMS = [
    *TEXTS,
    *FILES,
    *AGENTS,
    *NAMES,
    *TITLES,
    *CONTAINERS,
    *IDENTIFIERS,
    *DATES,
    *RELATIONS,
    *GRANTS,
    *PRIVATE,
    *WORDS,
]


SHAPES = Shapes(PUBLISHED_BASE)
FURTHER = json.loads(Path(__file__).with_name("further.json").read_text(encoding="utf-8"))
CLAIMS += [Claim(**stated) for stated in FURTHER]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_it_is_true_in_this_format_too(claim: Claim, tmp_path: Path) -> None:
    path = tmp_path / claim.file
    path.write_text(claim.text, encoding="utf-8")
    answer = Answer(path)
    assert len(answer.store) or answer.report.findings
    assert not claim.holds or answer.holds(claim.holds), claim.text
    assert not claim.never or not answer.holds(claim.never), claim.text
    assert [found for found in SHAPES.findings("", answer.lines) if found.severity == "violation"] == []


TWO_OF_A_KEY = {
    "bib": ("@book{k9, author={Rook, Ida}, title={Tides}, year=2012}", "@book{k9, author={Aas, Bo}, title={Sand}}"),
    "ris": (ris("BOOK", "ID k9", "AU Rook, Ida"), ris("BOOK", "ID k9", "AU Aas, Bo").replace("A title", "Sand")),
    "xml": (marc("245 10 $aTides", number="k9"), marc("245 10 $aSand", number="k9")),
    "json": tuple(
        json.dumps([{"id": "k9", "type": "book", "title": title, "author": [{"family": name, "given": "X"}]}])
        for title, name in (("Tides", "Rook"), ("Sand", "Aas"))
    ),
}


@pytest.mark.parametrize("ending", TWO_OF_A_KEY)
def test_two_works_that_two_files_call_alike_are_two(ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{place}.{ending}" for place in range(2)]
    for path, text in zip(paths, TWO_OF_A_KEY[ending], strict=True):
        path.write_text(text, encoding="utf-8")
    assert Answer(*paths).holds("?x a fabio:Book . ?w a fabio:Book . FILTER(?x != ?w)")
    assert not Answer(*paths).holds("?w dcterms:title ?one , ?other . FILTER(?one != ?other)")
    folder = Repository(tmp_path / "data")
    for path in paths:
        folder.load(path)
    assert folder.load(paths[1]).changes == 0
    assert folder.load(paths[0]).works == 2


def test_a_corrected_work_under_its_key_is_one(tmp_path: Path) -> None:
    folder = Repository(tmp_path / "data")
    for title in ("Tydes", "Tides"):
        path = tmp_path / "x.bib"
        path.write_text(f"@book{{k9, author={{Rook, Ida}}, title={{{title}}}, year=2012}}", encoding="utf-8")
        loaded = folder.load(path)
    assert loaded.works == 1


def test_documents_of_json_ld_say_the_same_of_shared_things_as_lines_do(tmp_path: Path) -> None:
    titles = ("Journal of Terns", "J. of Terns", "Journal of Terns")
    for place, title in enumerate(titles):
        text = ris("JOUR", f"ID k{place}", f"JO {title}", "SN 8765-0037", "PB Tern Press")
        (tmp_path / f"{place}.ris").write_text(text.replace("A title", f"Title {place}"), encoding="utf-8")
    graphs = []
    for form, format_ in (("nt", pyoxigraph.RdfFormat.N_TRIPLES), ("jsonld", pyoxigraph.RdfFormat.JSON_LD)):
        done = shelfgraph("convert", tmp_path, "--to", form)
        graphs.append({str(quad.triple) for quad in pyoxigraph.parse(done.stdout, format_)})
    assert graphs[0] == graphs[1]
    assert sum("dc/terms/title" in line and "/journal/" in line for line in graphs[0]) == 1


def test_a_collection_is_one_by_its_set_and_by_its_handle(tmp_path: Path) -> None:
    (tmp_path / "set.xml").write_text(
        dc(identifier="oai:r.example.org:12345/7").replace(
            "</datestamp>", "</datestamp><setSpec>col_12345_2</setSpec>"
        ),
        encoding="utf-8",
    )
    (tmp_path / "table.csv").write_text(table().replace("1/1", "12345/2"), encoding="utf-8")
    found = Answer(tmp_path / "set.xml", tmp_path / "table.csv")
    assert found.holds("?a dcterms:isPartOf ?c . ?b dcterms:isPartOf ?c . ?c a dcmitype:Collection FILTER(?a != ?b)")
    assert not found.holds("?c a dcmitype:Collection . ?e a dcmitype:Collection FILTER(?c != ?e)")
