"""Answers packed as the client accepts it: zstd, brotli, gzip, each under an ETag of its own.

The tag of a packed answer is that of the plain one with the coding behind it.  Within the application only plain tags
are known: those that come in lose their coding before anything looks at them.
"""

from __future__ import annotations

import re

from flask import Flask, Response, g, request
from flask_compress import Compress

from converter.formats import FORMATS

_TYPES = [format_.media_type for format_ in FORMATS.values()] + (
    "text/html text/css text/plain text/markdown text/xml text/x-bibliography application/json application/xml"
    " application/atom+xml application/linkset application/linkset+json application/problem+json"
    " application/x-bibtex application/x-research-info-systems application/vnd.citationstyles.csl+json"
    " application/vnd.datacite.datacite+xml application/vnd.datacite.datacite+json image/svg+xml"
).split()
_CODINGS = ["zstd", "br", "gzip"]
_CODED = re.compile(rf":({'|'.join(_CODINGS)})\"")


def register_packing(app: Flask) -> None:
    """Pack what the application answers."""
    app.config.update(
        COMPRESS_MIMETYPES=_TYPES,
        COMPRESS_ALGORITHM=_CODINGS,
        COMPRESS_ALGORITHM_STREAMING=_CODINGS,
        COMPRESS_REGISTER=False,
    )
    compress = Compress(app)

    @app.before_request
    def plain_tags() -> None:
        stated = request.environ.get("HTTP_IF_NONE_MATCH", "")
        coded = _CODED.search(stated)
        if coded:
            g.coding = coded[1]
            request.environ["HTTP_IF_NONE_MATCH"] = _CODED.sub('"', stated)
        required = request.environ.get("HTTP_IF_MATCH", "")
        if required.strip() == "*":
            # It holds for whatever is there (RFC 9110 section 13.1.1); Werkzeug takes it for a tag.
            del request.environ["HTTP_IF_MATCH"]
        elif required:
            request.environ["HTTP_IF_MATCH"] = _CODED.sub('"', required)

    @app.after_request
    def packed(response: Response) -> Response:
        if response.status_code == 304:
            tag, weak = response.get_etag()
            if tag and not weak and "coding" in g:
                response.set_etag(f"{tag}:{g.coding}")
            return response
        # A part of a file is a part of its bytes as they lie there.
        if "Accept-Ranges" in response.headers or response.status_code == 206:
            return response
        return compress.after_request(response)
