"""Which title is the main one, as each format says it."""

from __future__ import annotations

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
    ris,
)

CLAIMS = [
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
    Claim(
        "the primary title of MODS is the main one wherever it stands",
        "x.xml",
        mods(
            "",
            '<titleInfo xml:lang="fr"><title>Autre</title></titleInfo>'
            '<titleInfo usage="primary" xml:lang="en"><title>A title</title></titleInfo>',
        ),
        '?w dcterms:title "A title"@en',
        '?w dcterms:title ?t FILTER(STR(?t) = "Autre")',
    ),
    Claim(
        "a title in another script of MARC is another title",
        "x.xml",
        marc("245 10 $6880-01$aNami", "880 10 $6245-01/$1$a波"),
        '?w dcterms:title "Nami" ; dcterms:alternative "波"',
    ),
    Claim(
        "a translated title of DataCite's JSON that stands first is not the main title",
        "x.json",
        datacite(
            titles=[
                {"title": "Autre", "titleType": "TranslatedTitle", "lang": "fr"},
                {"title": "A title", "lang": "en"},
            ]
        ),
        '?w dcterms:title "A title"@en ; fabio:hasTranslatedTitle "Autre"@fr',
    ),
    Claim(
        "titles of XOAI in two languages are a main and a translated one",
        "x.xml",
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:r.example.org:1</identifier>'
        "<datestamp>2024-04-01</datestamp></header><metadata>"
        '<metadata xmlns="http://www.lyncode.com/xoai"><element name="dc"><element name="title"><element name="en">'
        '<field name="value">A title</field></element>'
        '<element name="fr"><field name="value">Un titre</field></element></element></element>'
        "</metadata></metadata></record></ListRecords></OAI-PMH>",
        '?w dcterms:title "A title"@en ; fabio:hasTranslatedTitle "Un titre"@fr',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
