"""The questions at `/queries`, one at `/queries/NAME`, and what describes them at `/openapi.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from converter import formats
from converter.errors import QueryError
from converter.store.catalogue_reader import CatalogueReader
from queries import bind
from server.http.asked_form import asked_form
from server.http.base_path import root
from server.http.headers import VARY
from server.http.languages import language
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent
from server.named_queries.answer_formats import answer_format
from server.named_queries.first_pages import page_request
from server.named_queries.openapi import openapi_document
from server.named_queries.paging import Arranged, Page, links
from server.named_queries.parameter_types import PICKED, Pick
from server.named_queries.parameters import FORMATS, Asked, WrongParameter, asked, near, parameters
from server.named_queries.query_list import DOCUMENTS, questions
from server.named_queries.query_pages import Table, list_page, question_page
from server.named_queries.reference_pages import api_page, completeness, quality_page
from server.protocol.query_problems import refused
from server.protocol.response import answered, headed, is_known, unchanged
from server.settings import Settings
from server.sparql import Endpoint, Request, RequestProblem
from server.sparql.response_headers import validator

METHODS = ["GET", "HEAD", "OPTIONS"]


def questions_blueprint(
    endpoint: Endpoint,
    settings: Settings,
    pick: Pick,
    catalogue: CatalogueReader | None,
) -> Blueprint:
    """The questions, their list and their description; `pick` finds things by their names, `catalogue` has counts."""
    blueprint = Blueprint("questions", __name__, template_folder="templates")
    base = settings.base

    @blueprint.route("/queries", methods=METHODS, provide_automatic_options=False)
    @blueprint.route("/queries.<suffix>", methods=METHODS, provide_automatic_options=False)
    def listing(suffix: str = "") -> Response:
        return _options() if request.method == "OPTIONS" else _listing(base, suffix)

    @blueprint.route("/queries/<name>", methods=METHODS, provide_automatic_options=False)
    def question(name: str) -> Response:
        return _options() if request.method == "OPTIONS" else _question(endpoint, base, name, pick)

    @blueprint.route("/openapi.json", methods=METHODS, provide_automatic_options=False)
    def described() -> Response:
        return _options() if request.method == "OPTIONS" else _sent(openapi_document(base), "application/json")

    @blueprint.get("/api")
    def api() -> Response:
        return _html(api_page(base))

    figures = completeness(endpoint)

    @blueprint.get("/quality")
    def quality() -> Response:
        body, whole = quality_page(catalogue, figures)
        return _html(body, REVALIDATED if whole else "no-store")

    return blueprint


def _html(body: bytes, kept: str = REVALIDATED) -> Response:
    return sent(body, "text/html; charset=utf-8", etag(body), kept, {"Vary": VARY})


def _options() -> Response:
    return Response(status=204, headers={"Allow": ", ".join(METHODS)})


def _listing(base: str, suffix: str) -> Response:
    """The list of the questions, for people and for programs."""
    forms = {f".{name}": kind for kind, (name, _) in DOCUMENTS.items()} | {".html": "text/html"}
    chosen = forms.get(asked_form(forms, f".{suffix}" if suffix else "") or "")
    if chosen is None:
        return problem(406, "Not Acceptable", f"The list of questions has the types {', '.join(forms.values())}.")
    body = list_page() if chosen == "text/html" else DOCUMENTS[chosen][1](base)
    response = _sent(body, chosen)
    response.headers["Link"] = f'<{base}openapi.json>; rel="service-desc"; type="application/json"'
    return response


def _sent(body: bytes, kind: str) -> Response:
    """A document that changes with the program only."""
    response = Response(body, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.add_etag()
    response.make_conditional(request)
    return response


class Put(NamedTuple):
    """A question as it is put: to whom, at which path of the site, and with what beside it."""

    endpoint: Endpoint
    base: str
    path: str
    question: Arranged
    given: Mapping[str, str]

    def links(self, page: Page, *, more: bool) -> str:
        """The header Link (RFC 8288) of a page."""
        addresses = links(f"{self.base}queries/{quote(self.path)}", self.given, page, more=more)
        return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in addresses.items())

    def bindings(self, query: str) -> list[dict[str, dict[str, str]]]:
        """The rows of a query, which are few."""
        with self.endpoint.ask(Request(query, "json")) as answer:
            found: list[dict[str, dict[str, str]]] = json.loads(b"".join(answer))["results"]["bindings"]
        return found


def _question(endpoint: Endpoint, base: str, path: str, pick: Pick) -> Response:
    """The answer of a question in the format that is asked for."""
    name, dot, suffix = path.partition(".")
    question = questions().get(name)
    if question is None or (dot and not suffix):
        return _unknown(path)
    try:
        put = Put(endpoint, base, path, question, parameters(request.query_string))
    except WrongParameter as fault:
        return _wrong(fault)
    named = suffix or next((put.given[name] for name in FORMATS if name in put.given), "")
    try:
        format_ = answer_format(named, request.headers.get("Accept"))
    except RequestProblem as fault:
        return refused(fault, "")
    try:
        wanted = asked(question.query, put.given)
        return _rows(put, wanted, format_.name) if format_ else _page(put, wanted)
    except WrongParameter as fault:
        return _wrong(fault) if format_ else _chosen(put, fault, pick)
    except QueryError as fault:
        return refused(fault, question.query.text)


def _rows(put: Put, wanted: Asked, format_: str) -> Response:
    """The rows as they are made; those of a page once it is known whether a row stands behind it."""
    if wanted.page is None:
        return answered(put.endpoint, Request(bind(put.question.whole(), wanted.values), format_))
    skipped, size = wanted.page.skipped, wanted.page.size
    asking = Request(bind(put.question.rows(skipped, size), wanted.values), format_)
    etag = validator(put.endpoint.version, asking)
    if is_known(etag):
        # Without Link: a cache would put it in the place of the one that it has, and lose what comes next.
        return unchanged(etag, formats.FORMATS[format_].content_type)
    behind = put.bindings(bind(put.question.rows(skipped + size, 1), wanted.values))
    response = answered(put.endpoint, asking)
    response.headers["Link"] = put.links(wanted.page, more=bool(behind))
    return response


def _page(put: Put, wanted: Asked) -> Response:
    """A page of rows for people, never all of them: one more is asked for than is shown."""
    page, request_ = wanted.page or Page(), page_request(put.question, wanted)
    etag = validator(put.endpoint.version, request_, "page", language())
    if is_known(etag):
        return unchanged(etag, "text/html; charset=utf-8")
    rows = put.bindings(request_.query)
    more = len(rows) > page.size
    table = Table(rows[: page.size], page, links("", put.given, page, more=more))
    response = Response(question_page(put.question, put.given, put.base, table))
    response.headers["Link"] = put.links(page, more=more)
    return headed(response, etag)


def _chosen(put: Put, fault: WrongParameter, pick: Pick) -> Response:
    """What follows when a person wrote a name where an address is needed: the answer, or things to choose from."""
    name, kinds = fault.name or "", PICKED.get(fault.name or "")
    if not kinds or not fault.value or "://" in fault.value:
        return _form(put, fault)
    try:
        found = pick(fault.value, kinds)
    except QueryError as busy:
        return refused(busy, "")
    choices = [(one, _address(put, name, one.address)) for one in found]
    if found and found[0].sure:
        return Response(status=303, headers={"Location": choices[0][1], "Cache-Control": "no-store"})
    if choices:
        return headed(Response(question_page(put.question, put.given, put.base, None, choices=choices)), None)
    words = f"Nothing here is called {fault.value!r}. Write another form of the name, or an address."
    return _form(put, WrongParameter(words, fault.name, fault.value))


def _address(put: Put, name: str, value: str) -> str:
    """The address of the page with another value of a parameter."""
    return f"{root(put.base)}queries/{quote(put.path)}?{urlencode({**put.given, name: value})}"


def _form(put: Put, fault: WrongParameter) -> Response:
    """The page of a question that cannot be asked yet: nothing has been given, or something wrong."""
    first = put.given.keys() <= {*FORMATS}
    body = question_page(put.question, put.given, put.base, None, "" if first else str(fault))
    return headed(Response(body, status=200 if first else 400), None)


def _wrong(fault: WrongParameter) -> Response:
    return problem(400, "Bad Request", str(fault), parameter=fault.name, value=fault.value)


def _unknown(name: str) -> Response:
    shown = name[:80]
    meant = near(name.partition(".")[0], questions())
    hint = f"perhaps {', '.join(meant)}; " if meant else ""
    return problem(404, "Not Found", f"There is no question {shown!r}: {hint}/queries lists them all.", near=meant)
