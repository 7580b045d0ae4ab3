"""The archive → harvesters: an OAI-PMH 2.0 provider at `/oai`, with deleted records and moments to the second.

It shows what the archive held when the shown generation was made, each record under the moment of its last change here,
in four formats (`formats.FORMATS`).  Source: http://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request

from converter.store.reader import ArchiveReader
from server.feeds.xml_text import DECLARATION, begin, element, text
from server.http.validated import etag, sent
from server.oai.arguments import Fault, asked
from server.oai.metadata_formats import FORMATS, SCHEMA
from server.oai.verbs import Provider, answer
from server.settings import Settings
from server.sparql import Endpoint

_OAI = "http://www.openarchives.org/OAI/2.0/"
_ROOT = {
    "xmlns": _OAI,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{_OAI} {_OAI}OAI-PMH.xsd",
}
_XML = "text/xml; charset=utf-8"


def oai_blueprint(endpoint: Endpoint, settings: Settings, archive: ArchiveReader) -> Blueprint:
    """The provider."""
    blueprint = Blueprint("oai", __name__)
    # A list that left out what the next generation will hold would seem to say that it is gone.
    whole = archive.whole
    provider = Provider(settings, whole, whole.mapper(settings.base))

    @blueprint.route("/oai", methods=["GET", "POST"])
    def oai() -> Response:
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        tag = etag("oai", endpoint.version, whole.latest(), whole.latest_moment(), settings, sorted(pairs))
        response = sent(_document(provider, pairs), _XML, tag)
        # The moment of the answer stands in it: two of the same tag say the same in other bytes.
        response.set_etag(tag, weak=True)
        response.headers["Vary"] = "Accept-Encoding"
        return response

    @blueprint.get(f"/{FORMATS['source'].schema}")
    def schema() -> Response:
        namespace = escape(f"{settings.base}{FORMATS['source'].namespace}")
        return Response(SCHEMA.format(namespace=namespace), content_type="application/xml; charset=utf-8")

    return blueprint


def _document(provider: Provider, pairs: list[tuple[str, str]]) -> Iterator[bytes]:
    """The answer piece by piece; a fault of the request is found before the first."""
    stated: dict[str, str] = {}
    try:
        question = asked(pairs)
        stated = {"verb": question.verb, **question.arguments}
        pieces = answer(provider, question)
    except Fault as fault:
        if fault.code in {"badVerb", "badArgument"}:
            stated = {}
        pieces = iter([element("error", text(str(fault)), {"code": fault.code})])
    return _enveloped(provider, stated, pieces)


def _enveloped(provider: Provider, stated: dict[str, str], pieces: Iterator[str]) -> Iterator[bytes]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    head = element("responseDate", now) + element("request", text(f"{provider.base}oai"), stated)
    yield f"{DECLARATION}{begin('OAI-PMH', _ROOT)}{head}\n".encode()
    for piece in pieces:
        yield f"{piece}\n".encode()
    yield b"</OAI-PMH>\n"
