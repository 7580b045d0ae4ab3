"""A page of every format: from a file or from a harvest, archive and store hold the same bytes."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask, Response, request

from converter.store.data_folder import DataFolder
from tests.conftest import GOLDEN, ROOT, shelfgraph
from tests.misbehaving import serving
from tests.sources.test_formats import XML

OAI = "http://www.openarchives.org/OAI/2.0/"
FORMATS = ROOT / "tests" / "data" / "formats"
INNER = {
    path.stem: text
    for path in [*sorted(GOLDEN.glob("source-*.xml")), *sorted(FORMATS.glob("*.xml"))]
    if (text := path.read_text(encoding="utf-8")).count("<metadata>") == 1
}
"""Documents whose metadata are as they stand in an answer."""
BARE = {name: text for name, (text, _) in XML.items() if "<record" not in text}
"""Documents that are metadata alone."""


def page(address: str) -> str:
    """An answer with a record of every format."""
    found = [
        text[start.end() : text.rindex("</metadata>")]
        for text in INNER.values()
        if (start := re.search("<metadata>", text))
    ]
    found += [re.sub(r"<\?xml[^>]*>", "", text) for text in BARE.values()]
    entries = (
        f"<record><header><identifier>oai:x.example.org:{number}</identifier><datestamp>2024-01-01T00:00:00Z</datestamp>"
        f"</header><metadata>{text}</metadata></record>"
        for number, text in enumerate(found, 1)
    )
    return (
        f'<OAI-PMH xmlns="{OAI}"><responseDate>2024-02-01T00:00:00Z</responseDate>'
        f'<request verb="ListRecords">{address}</request><ListRecords>{"".join(entries)}</ListRecords></OAI-PMH>'
    )


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
    assert len(kept[0]) == len(INNER) + len(BARE)
    assert kept[0] == kept[1]
    dumps = [
        shelfgraph("dump", "--data", tmp_path / name, "-o", "-", "--format", "nt").stdout
        for name in ("harvest", "file")
    ]
    assert dumps[0].count(b"\n") > 500
    assert dumps[0] == dumps[1]
