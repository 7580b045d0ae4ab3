"""A page of every format: from a file or from a harvest, archive and store hold the same bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
from flask import Flask, Response, request
from lxml import etree

from converter.record import Record
from converter.sources.elements import local
from converter.sources.repair import parser
from converter.sources.xml_formats import FORMATS, format_of
from converter.store.data_folder import DataFolder
from tests.conftest import GOLDEN, ROOT, shelfgraph
from tests.misbehaving import serving
from tests.sources.test_formats import XML

OAI = "http://www.openarchives.org/OAI/2.0/"
FORMAT_FILES = ROOT / "tests" / "data" / "formats"
DIM_ITEM = '<dim:field xmlns:dim="http://www.dspace.org/xmlns/dspace/dim" mdschema="dc" element="title">{}</dim:field>'
WHOLE = Record(identifier="7", handle=None, datestamp=None, sets=(), deleted=False, fields=(), files=(), source="x")
ALONE = {
    "epdcx": (
        '<e:descriptionSet xmlns:e="http://purl.org/eprint/epdcx/2006-11-16/"><e:description e:resourceId="1">'
        '<e:statement e:propertyURI="http://purl.org/dc/elements/1.1/title"><e:valueString>Swords</e:valueString>'
        "</e:statement></e:description></e:descriptionSet>"
    ),
    "base_dc": (
        '<b:dc xmlns:b="http://oai.base-search.net/base_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Passed on</dc:title><b:year>1999</b:year></b:dc>"
    ),
    "oai_datacite": (
        '<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><payload><resource'
        ' xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5555/w</identifier><titles>'
        "<title>Wrapped</title></titles></resource></payload></oai_datacite>"
    ),
    "crossref": (
        '<crossref xmlns="http://www.crossref.org/xschema/1.1"><journal><journal_article><titles><title>Sand</title>'
        "</titles><doi_data><doi>10.5555/c</doi></doi_data></journal_article></journal></crossref>"
    ),
    "source": f'<source xmlns="https://x.example.org/profile/source/1">{escape(msgspec.json.encode(WHOLE).decode())}</source>',
    "dim": f'<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">{DIM_ITEM.format("Plain")}</dim:dim>',
    "METS with DIM": (
        '<mets xmlns="http://www.loc.gov/METS/"><dmdSec ID="d"><mdWrap MDTYPE="OTHER"><xmlData>'
        f"{DIM_ITEM.format('Wrapped in METS')}</xmlData></mdWrap></dmdSec></mets>"
    ),
}
"""What stands in no other example."""


def metadata() -> list[str]:
    """The metadata of every example of XML that is well-formed: of its format, or in a format that nobody knows."""
    documents = [
        path.read_bytes() for path in [*sorted(GOLDEN.glob("source-*.xml")), *sorted(FORMAT_FILES.glob("*.xml"))]
    ]
    documents += [text.encode() for text in (*(text for text, _ in XML.values()), *ALONE.values())]
    found: list[etree._Element] = []
    for document in documents:
        with contextlib.suppress(etree.XMLSyntaxError):
            found += within(etree.fromstring(document, parser()))
    return [etree.tostring(element, encoding="unicode", with_tail=False) for element in found]


def within(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the outermost elements of a format, and all that `metadata` holds."""
    if format_of(element) or ((around := element.getparent()) is not None and local(around) == "metadata"):
        yield element
    else:
        for child in element.iterchildren("*"):
            yield from within(child)


def page(address: str) -> str:
    """An answer with a record of every format."""
    entries = (
        f"<record><header><identifier>oai:x.example.org:{number}</identifier><datestamp>2024-01-01T00:00:00Z</datestamp>"
        f"</header><metadata>{text}</metadata></record>"
        for number, text in enumerate(metadata(), 1)
    )
    return (
        f'<OAI-PMH xmlns="{OAI}"><responseDate>2024-02-01T00:00:00Z</responseDate>'
        f'<request verb="ListRecords">{address}</request><ListRecords>{"".join(entries)}</ListRecords></OAI-PMH>'
    )


def test_the_page_has_a_record_of_every_format() -> None:
    formats = {found.prefix for text in metadata() if (found := format_of(etree.fromstring(text, parser())))}
    assert formats == {format_.prefix for format_ in FORMATS}


def answering(app: Flask, text: list[str]) -> None:
    """Let an application answer as a repository that has one page of records."""

    @app.get("/oai")
    def oai() -> Response:
        address = request.base_url
        bodies = {
            "Identify": (
                f"<Identify><repositoryName>X</repositoryName><baseURL>{address}</baseURL><protocolVersion>2.0"
                "</protocolVersion><earliestDatestamp>2000-01-01T00:00:00Z</earliestDatestamp><deletedRecord>no"
                "</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"
            ),
            "ListMetadataFormats": (
                "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><metadataNamespace>"
                f"{OAI}oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>"
            ),
        }
        verb = request.args.get("verb", "")
        if verb == "ListRecords":
            text[:] = [page(address)]
            return Response(text[0], mimetype="text/xml")
        head = f'<OAI-PMH xmlns="{OAI}"><responseDate>2024-02-01T00:00:00Z</responseDate><request>{address}</request>'
        return Response(f"{head}{bodies.get(verb, '')}</OAI-PMH>", mimetype="text/xml")


def test_a_page_of_every_format_is_the_same_bytes_from_a_file_and_from_a_harvest(tmp_path: Path) -> None:
    app, served = Flask(__name__), list[str]()
    answering(app, served)
    with serving(app) as address:
        options = ("--repository", "x", "--base", "https://data.example.org/")
        done = shelfgraph("harvest", f"{address}/oai", "--data", tmp_path / "harvest", "--prefix", "oai_dc", *options)
        assert done.returncode == 0, done.stderr.decode()
    (tmp_path / "page.xml").write_text(served[0], encoding="utf-8")
    done = shelfgraph("load", tmp_path / "page.xml", "--data", tmp_path / "file", *options)
    assert done.returncode == 0, done.stderr.decode()
    kept = [list(DataFolder(tmp_path / name).records()) for name in ("harvest", "file")]
    assert len(kept[0]) == len(metadata()) > len(FORMATS)
    assert kept[0] == kept[1]
    dumps = [
        shelfgraph("dump", "--data", tmp_path / name, "-o", "-", "--format", "nt").stdout
        for name in ("harvest", "file")
    ]
    assert dumps[0].count(b"\n") > 500
    assert dumps[0] == dumps[1]
