"""The dumps of the data folder: what there is, for people and as JSON, and the files, whole or in parts.

A download that broke off goes on where it ended: each file has a strong validator, its checksum, and answers ranges.
Source: RFC 9110 section 14.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import http_date
from werkzeug.wsgi import wrap_file

from converter.publish.dump_files import CHECKSUM, LATEST, Dump, kept, named_by
from server.feeds.croissant import of_tables
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent
from server.settings import Settings
from server.sparql import Endpoint

_FORMS = {".html": "text/html", ".json": "application/json"}
_RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-\d+)")
_BLOCK = 1 << 18


def dumps_blueprint(endpoint: Endpoint, settings: Settings) -> Blueprint:
    """`/dumps/` and the files below it; `/dumps/latest.nt.zst` and the like lead to the newest of their kind."""
    blueprint = Blueprint("dumps", __name__)
    folder = settings.folder

    @blueprint.get("/dumps/")
    @blueprint.get("/dumps<any('.html', '.json'):suffix>")
    def listing(suffix: str = "") -> Response:
        form = _FORMS.get(asked_form(_FORMS, suffix) or "")
        if form is None:
            stated = "The list of dumps has the types text/html and application/json; ask for one of them."
            return problem(406, "Not Acceptable", stated)
        return _listing(form, shown_dumps(folder, endpoint.version), endpoint.version, settings.base)

    @blueprint.get("/dumps/<name>")
    def file(name: str) -> Response:
        dumps = {dump.path.name: dump for dump in shown_dumps(folder, endpoint.version)}
        if name in dumps:
            return _file(dumps[name])
        if name.removesuffix(CHECKSUM) in dumps and name.endswith(CHECKSUM):
            dump = dumps[name.removesuffix(CHECKSUM)]
            line = f"{dump.sha256}  {dump.path.name}\n".encode()
            return sent(line, "text/plain; charset=utf-8", etag(line))
        newest = latest([*dumps.values()], name)
        if newest:
            where = {"Location": f"{settings.base}dumps/{newest.path.name}", "Cache-Control": "no-cache"}
            return Response(status=302, headers=where)
        return problem(404, "Not Found", f"There is no dump {name} here; /dumps/ lists those there are.")

    return blueprint


def shown_dumps(folder: Path | None, version: str) -> list[Dump]:
    """The dumps of a data folder, the newest first; those of a generation that is not shown yet are not there yet."""
    return kept(folder, int(version) if version.isdigit() else None) if folder else []


def latest(dumps: list[Dump], name: str) -> Dump | None:
    """The newest whole dump of the kind that a name like `latest.nt.zst` names, the newest generation being first."""
    form, packing = named_by(name)
    if form is None or not name.startswith(f"{LATEST}."):
        return None
    for dump in dumps:
        stated = (dump.form.name, dump.packing.name if dump.packing else None)
        if (
            dump.since is None
            and stated == (form, packing)
            and dump.path.name.partition(".")[2] == name.partition(".")[2]
        ):
            return dump
    return None


def described(dump: Dump, base: str) -> dict[str, object]:
    """What is given of a dump."""
    return {
        "name": dump.path.name,
        "address": f"{base}dumps/{dump.path.name}",
        "generation": dump.generation,
        "since": dump.since,
        "format": dump.form.title,
        "mediaType": dump.form.media_type,
        "packed": dump.packing.media_type if dump.packing else None,
        "bytes": dump.size,
        "sha256": dump.sha256,
        "made": dump.made.isoformat().replace("+00:00", "Z"),
    }


def _listing(form: str, dumps: list[Dump], version: str, base: str) -> Response:
    stated = [described(dump, base) for dump in dumps]
    if form == "application/json":
        text = json.dumps({"generation": version, "dumps": stated}, indent=1) + "\n"
    else:
        text = render_template("dumps.html", tables=bool(of_tables(dumps)), dumps=stated, generation=version, base=base)
    content_type = f"{form}; charset=utf-8" if form.startswith("text/") else form
    return sent(text.encode(), content_type, etag(form, text), headers={"Vary": VARY})


def _file(dump: Dump) -> Response:
    """The file, the part of it that is asked for, or that the client has it."""
    if not is_range(request.headers.get("Range", ""), request.method):
        request.environ.pop("HTTP_RANGE", None)
    try:
        file = Path(dump.path).open("rb")  # noqa: SIM115 - the response closes it
    except OSError:
        return problem(404, "Not Found", f"The dump {dump.path.name} is kept no more; /dumps/ lists those there are.")
    response = Response(wrap_file(request.environ, file, _BLOCK), direct_passthrough=True)
    response.call_on_close(file.close)
    response.content_type = (
        f"{dump.media_type}; charset=utf-8" if dump.media_type.startswith("text/") else dump.media_type
    )
    response.content_length = dump.size
    response.headers["Last-Modified"] = http_date(dump.made)
    # The bytes are what the checksum is of: nobody on the way may pack them.
    response.headers["Cache-Control"] = f"{REVALIDATED}, no-transform"
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(dump.sha256)).decode()}:"
    response.set_etag(dump.sha256)
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=dump.size)
    except RequestedRangeNotSatisfiable:
        file.close()
        stated = f"The dump has {dump.size} bytes, and none of them is in this range."
        headers = {"Content-Range": f"bytes */{dump.size}", "Accept-Ranges": "bytes"}
        return problem(416, "Range Not Satisfiable", stated, headers)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def is_range(header: str, method: str) -> bool:
    """Whether a header Range asks for one part of a GET; others are as if they were not there (section 14.2)."""
    match = _RANGE.fullmatch(header.strip().lower())
    if not match or method != "GET":
        return False
    return not (match[1] and match[2]) or int(match[1]) <= int(match[2])
