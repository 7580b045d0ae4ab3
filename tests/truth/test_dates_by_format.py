"""When a work was published, as each format says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
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

CLAIMS = [
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
    Claim(
        "the making of a work in MARC is no publication beside one",
        "x.xml",
        marc("264  0 $aLisbon$bTern Works$c1990", "264  1 $aLisbon :$bTern Press,$c2010."),
        '?w fabio:hasPublicationYear "2010"^^xsd:gYear ; dcterms:created "1990"^^xsd:gYear ;'
        ' dcterms:publisher/foaf:name "Tern Press"',
        '?o foaf:name "Tern Works"',
    ),
    *(
        Claim(
            f"MARC: {text}",
            "x.xml",
            marc(f"264  1 $c{text}"),
            f'?w fabio:hasPublicationYear "{year}"^^xsd:gYear'
            + (f' ; dcterms:dateCopyrighted "{copyright_}"^^xsd:gYear' if copyright_ else ""),
            "" if copyright_ != year else "?w dcterms:issued ?o",
        )
        for text, year, copyright_ in (
            ("©2011 [2012]", "2012", "2011"),
            ("c2011, [2012 printing]", "2011", "2011"),
            ("2011 printing, c2009", "2011", "2009"),
            ("2011, reprinted 2013", "2011", ""),
            ("2011 [erschienen 2012]", "2012", ""),
            ("[2011?]-", "2011", ""),
            ("[2011]-<2013>", "2011", ""),
        )
    ),
    Claim(
        "a month of BibTeX that is none is not another year",
        "x.bib",
        "@article{a, title={A title}, year={2011}, month=13}",
        '?w dcterms:issued "2011"^^xsd:gYear',
    ),
    Claim(
        "a month of Crossref's JSON that is none is not another year",
        "x.json",
        json.dumps({"DOI": "10.5555/x", "type": "book", "title": ["A title"], "issued": {"date-parts": [[2011, 13]]}}),
        '?w dcterms:issued "2011"^^xsd:gYear',
    ),
    Claim(
        "a month of CSL that is none is not another year",
        "x.json",
        json.dumps([{"id": "a", "type": "book", "title": "A title", "issued": {"date-parts": [[2011, 13]]}}]),
        '?w dcterms:issued "2011"^^xsd:gYear',
    ),
    Claim(
        "a season of CSL may be a word",
        "x.json",
        json.dumps(
            [{"id": "a", "type": "book", "title": "A title", "issued": {"date-parts": [[2011]], "season": "Frühjahr"}}]
        ),
        '?w fabio:hasPublicationYear "2011"^^xsd:gYear ; dcterms:issued ?o . FILTER(STR(?o) = "2011-21")',
    ),
    Claim(
        "Crossref numbers quarters otherwise than EDTF",
        "x.xml",
        crossref_article("<publication_date><month>32</month><year>2011</year></publication_date>"),
        '?w fabio:hasPublicationYear "2011"^^xsd:gYear ; dcterms:issued ?o . FILTER(STR(?o) = "2011-34")',
    ),
    Claim(
        "moments of DataCite are an interval of days",
        "x.json",
        datacite(dates=[{"date": "2011-05-03T10:00Z/2011-06-01T10:00Z", "dateType": "Issued"}]),
        "?w dcterms:issued ?o . FILTER(STR(?o) = '2011-05-03/2011-06-01')",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
