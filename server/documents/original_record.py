"""The original record, without what is private: as JSON, and as a table for people."""

from __future__ import annotations

from datetime import datetime

import msgspec
from flask import Response, render_template, request

import ontology
from converter.privacy import published
from converter.record import Record
from server.descriptions.paths import respelled
from server.documents.document import Documents
from server.documents.renderings import rendered
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.problems import problem
from server.pages.crosswalk_page import all_rows

_TYPES = {".html": "text/html", ".json": "application/json"}
SUFFIXES = tuple(_TYPES)
"""The forms of a source."""


def source_document(site: Documents, path: str) -> Response | None:
    """The fields of a record in their order, None where none is kept at that path."""
    if site.archive is None:
        return None
    for candidate, stated in _readings(path):
        held = site.archive.held(candidate)
        if not held:
            continue
        form = asked_form(_TYPES, stated)
        if form is None:
            return problem(406, "Not Acceptable", f"A source has the types {', '.join(_TYPES.values())}.")
        body = source_body(site, candidate, form) if not held.deleted else None
        if body is None:
            return gone(candidate)
        return _sent(site, candidate, form, body, held.moment)
    return None


def gone(path: str) -> Response:
    """The answer about a record that is no more, at any of its addresses."""
    return problem(410, "Gone", f"/item/{path} was withdrawn; nothing is shown of it.")


def source_body(site: Documents, path: str, form: str) -> bytes | None:
    """The document in a form of `SUFFIXES`, None where nothing is kept of the record at exactly that path."""
    record = site.archive.get(path) if site.archive else None
    if record is None:
        return None
    data = published(record, ontology.crosswalk())
    return data + b"\n" if form == ".json" else _page(site, path, data)


def _readings(path: str) -> list[tuple[str, str]]:
    """How a path may be read: whole, with a suffix, and with slashes that belong to segments."""
    suffix = next((suffix for suffix in _TYPES if path.endswith(suffix)), "")
    plain = [(path, ""), (path.removesuffix(suffix), suffix)]
    return plain + [(other, stated) for candidate, stated in plain for other in respelled(candidate)]


def _sent(site: Documents, path: str, form: str, body: bytes, moment: str) -> Response:
    made = rendered(body, form)
    response = Response(body, content_type="application/json" if form == ".json" else "text/html; charset=utf-8")
    variant = f"{site.base}source/{path}"
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Content-Location"] = variant + form
    response.headers["Link"] = f'<{site.base}record/{path}>; rel="describes", ' + ", ".join(
        f'<{variant}{suffix}>; rel="alternate"; type="{type_}"' for suffix, type_ in _TYPES.items() if suffix != form
    )
    response.set_etag(made.etag)
    response.last_modified = datetime.fromisoformat(moment)
    response.make_conditional(request)
    return response


def _page(site: Documents, path: str, data: bytes) -> bytes:
    record = msgspec.json.decode(data, type=Record)
    rows = {row.field: row for row in all_rows(site.base)}
    of_field = {field.name: rows.get(ontology.crosswalk().row(field.name).field) for field in record.fields}
    item = f"{site.base}item/{path}"
    return render_template("source.html", record=record, path=path, item=item, of_field=of_field).encode()
