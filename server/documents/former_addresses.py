"""Where a thing is now that other software had at an address of its own.

Who moves a repository, or its linked data, to this site keeps the old addresses: those of a table of the operator's
own, those of software that is known (`FORMER`), and whatever page a record itself says that it has.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from converter.errors import UsageError
from converter.store.reader import ArchiveReader
from converter.values.terms import iri
from ontology import expand
from server.descriptions import description
from server.descriptions.paths import known, raw
from server.documents.redirects import known_as
from server.sparql import Endpoint


class Former(NamedTuple):
    """How a software addresses things: the path, and for a pattern with a `?` the query string behind it.

    `identifiers` are what the thing may be known by, `pages` the paths at which its record may say that it is; both
    are filled in from the groups of the pattern, and from the host of this site.
    """

    software: str
    pattern: str
    identifiers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_HANDLE = r"[0-9.]+/[^/?]+"
FORMER = (
    Former("DSpace to 6", rf"(?:(?:xmlui|jspui)/)?handle/(?P<id>{_HANDLE})(?:/.*)?", ("{id}",)),
    Former("DSpace to 6, a file", rf"(?:(?:xmlui|jspui)/)?bitstream/(?:handle/)?(?P<id>{_HANDLE})/.*", ("{id}",)),
    Former("DSpace from 7", rf"(?:items|entities/\w+|server/api/core/items)/(?P<id>{_UUID})(?:/.*)?", ("uuid/{id}",)),
    Former("DSpace's RDF", rf"rdf/(?:handle|resource|data)/(?P<id>{_HANDLE}?)(?:/(?P<form>\w+))?", ("{id}",)),
    Former("DSpace's RDF at the root", rf"(?:resource|data)/(?P<id>{_HANDLE}?)(?:/(?P<form>\w+))?", ("{id}",)),
    Former(
        "EPrints",
        r"(?:id/eprint/|cgi/export/(?:eprint/)?)?(?P<id>[1-9]\d*)(?:/.*)?",
        ("oai:{host}:{id}",),
        ("{id}/", "id/eprint/{id}"),
    ),
    Former(
        "OJS",
        r"(?P<journal>(?:index\.php/)?[^/]+)/article/(?:view|download)/(?P<id>[^/]+)(?:/.*)?",
        pages=("{journal}/article/view/{id}",),
    ),
    Former("Dataverse", r"(?:dataset\.xhtml|citation)\?(?:.*&)?persistentId=(?P<id>[^&]+).*", ("{id}",)),
    Former("InvenioRDM", r"records/(?P<id>[^/]+)(?:/.*)?", ("{id}", "oai:{host}:{id}"), ("records/{id}",)),
)
SERVICES = {
    r"(?:server/)?oai/\w+|cgi/oai2|oai2d|(?:index\.php/)?[^/]+/oai": "oai",
    r"[^/]+/(?:sparql|query)": "sparql",
}
"""Paths of services that others have (OAI-PMH of DSpace, EPrints, Invenio and OJS; SPARQL of Fuseki) → ours."""
FORMS = {"ttl": ".ttl", "turtle": ".ttl", "n3": ".ttl", "xml": ".rdf", "rdf": ".rdf", "nt": ".nt", "html": ".html"}
"""The last part of a path of DSpace's RDF → the suffix of the form."""
_FOLDERS = ("item", "person", "org", "journal")


@dataclass(frozen=True)
class Redirects:
    """The table of the operator: addresses as they are asked for, and beginnings of them, each with where it leads."""

    exact: dict[str, str] = field(default_factory=dict)
    beginnings: dict[str, str] = field(default_factory=dict)

    def target(self, path: str, query: str) -> str:
        """Where a path leads, empty where the table does not say; a query string that no row names stays.

        >>> Redirects({"/a": "/item/1"}, {"/old/": "/item/"}).target("/old/7", "x=1")
        '/item/7?x=1'
        """
        whole = f"{path}?{query}" if query else path
        if whole in self.exact:
            return self.exact[whole]
        beginning = max((each for each in self.beginnings if path.startswith(each)), key=len, default=None)
        found = self.exact.get(path, "")
        if not found and beginning is not None:
            found = self.beginnings[beginning] + path.removeprefix(beginning)
        return f"{found}?{query}" if found and query and "?" not in found else found


def read_redirects(path: Path | None) -> Redirects:
    """The table in a file of CSV with the columns `from` and `to`; where both end in `*`, what follows stays.

    Raises UsageError with the line of a row that cannot be used.
    """
    if path is None:
        return Redirects()
    found = Redirects()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"from", "to"} <= {*(rows.fieldnames or ())}:
                raise UsageError(f"--redirects: {path}: the first line must name the columns from and to")
            for row in rows:
                fault = _add(found, (row["from"] or "").strip(), (row["to"] or "").strip())
                if fault:
                    raise UsageError(f"--redirects: {path}, line {rows.line_num}: {fault}")
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise UsageError(f"--redirects: {path} cannot be read: {fault}") from None
    return found


def _add(redirects: Redirects, former: str, target: str) -> str:
    """Add a row; what is wrong with it, empty where nothing is."""
    if not former.startswith("/"):
        return f"from is {former!r}, and must be a path that begins with /"
    if former.endswith("*") is not target.endswith("*"):
        return "from and to must end in * both, or neither"
    try:
        iri(target if "://" in target else f"https://example.org{target}")
    except ValueError:
        return f"to is {target!r}, which is no address"
    if not target.startswith(("/", "https://", "http://")):
        return f"to is {target!r}, and must be a path that begins with /, or an address of the web"
    table = redirects.beginnings if former.endswith("*") else redirects.exact
    table[former.removesuffix("*")] = target.removesuffix("*")
    return ""


def former_blueprint(endpoint: Endpoint, base: str, archive: ArchiveReader | None, redirects: Redirects) -> Blueprint:
    """Lead on from each address at which there is nothing of ours."""
    blueprint = Blueprint("former", __name__)

    @blueprint.before_app_request
    def lead() -> Response | None:
        if not isinstance(request.routing_exception, NotFound):
            return None
        path, query = raw(request.path.lstrip("/")), request.query_string.decode("latin-1")
        target = redirects.target(f"/{path}", query) or redirects.target(unquote(f"/{path}"), query)
        if target:
            return _moved(target if "://" in target else base + target.lstrip("/"))
        for pattern, service in SERVICES.items():
            if re.fullmatch(pattern, path):
                # The request is sent again as it was.
                return _moved(f"{base}{service}" + (f"?{query}" if query else ""), 308)
        if request.method not in {"GET", "HEAD"}:
            return None
        place = now_at(endpoint, archive, base, path, query)
        return _moved(base + place) if place else None

    return blueprint


def now_at(endpoint: Endpoint, archive: ArchiveReader | None, base: str, path: str, query: str = "") -> str:
    """The path below the base of what was at another, empty where nothing is known of it."""
    host = urlsplit(base).hostname or ""
    pages = [f"{path}?{query}" if query else path]
    for former in FORMER:
        match = re.fullmatch(former.pattern, f"{path}?{query}" if r"\?" in former.pattern else path)
        if not match:
            continue
        groups = {name: unquote(value) for name, value in match.groupdict().items() if value} | {"host": host}
        for identifier in (template.format(**groups) for template in former.identifiers):
            if found := _identified(endpoint, archive, base, identifier):
                return _in_form(found, FORMS.get(groups.get("form", "").lower(), ""))
        pages += [template.format(**groups) for template in former.pages]
    return _with_page(endpoint, base, pages)


def _identified(endpoint: Endpoint, archive: ArchiveReader | None, base: str, identifier: str) -> str:
    """The path of what has an identifier, or has it for its own path."""
    path = quote(identifier, safe="/~.-_:")
    if (archive and archive.held(path)) or known(endpoint, [f"{base}item/{path}"]):
        return f"item/{path}"
    for folder in _FOLDERS:
        if found := known_as(endpoint, archive, base, folder, path):
            return found.removeprefix("../") if found.startswith("../") else f"{folder}/{found}"
    return ""


def _in_form(place: str, suffix: str) -> str:
    """The path of a description in a form: that of an item stands below /record/."""
    return f"{place.replace('item/', 'record/', 1)}{suffix}" if suffix else place


def _with_page(endpoint: Endpoint, base: str, paths: list[str]) -> str:
    """The path of the one thing that is said to have one of these pages."""
    addresses = " ".join(address for path in paths for address in _spelled(base, path))
    pattern = f"VALUES ?page {{ {addresses} }} ?thing <{expand('foaf:page', 'program')}> ?page"
    found = description.rows(endpoint, f"SELECT DISTINCT ?thing {{ {pattern} }} LIMIT 2")
    places = [row["thing"].removeprefix(base) for row in found if row["thing"].startswith(base)]
    return places[0] if addresses and len(places) == len(found) == 1 else ""


def _spelled(base: str, path: str) -> Iterator[str]:
    """Yield the addresses that a page below the base may have: with and without TLS, and a slash at its end."""
    below = base.partition("://")[2]
    for other in (path,) if "?" in path else (path.rstrip("/"), f"{path.rstrip('/')}/"):
        for scheme in ("https", "http"):
            with contextlib.suppress(ValueError):
                yield iri(f"{scheme}://{below}{other}")


def _moved(address: str, status: int = 301) -> Response:
    return Response(status=status, headers={"Location": address})
