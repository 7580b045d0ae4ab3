"""The Reconciliation Service API v0.2 at `/reconcile`: manifest, matching, suggestions, previews and data extension.

Source: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from converter.mapping.engine import PROFILE
from server.http.headers import EMBEDDED_POLICY
from server.http.problems import problem
from server.reconciliation.current_index import Indexes, NotReady
from server.reconciliation.match_requests import BATCH, BadQuestion, Question, TooMany, extension, kind, questions
from server.reconciliation.matching import matched, suggested
from server.reconciliation.model import KINDS, properties_of
from server.reconciliation.property_values import Graph, extended, preview, type_of
from server.settings import Settings
from server.sparql import Endpoint

LARGEST = 1 << 20
"""Bytes that a batch may have."""

_READ_AWAY = 16 << 20
_SUGGESTED, _FURTHEST = 20, 500
_PREVIEW = {"width": 430, "height": 300}
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,4}", re.ASCII)
# Ends of lines in a script (ECMAScript before 2019), none in JSON.
_SEPARATORS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})


class Service(NamedTuple):
    """What the routes work with."""

    indexes: Indexes
    graph: Graph
    base: str
    title: str


def reconcile_blueprint(endpoint: Endpoint, settings: Settings, indexes: Indexes) -> Blueprint:
    """The service, over any endpoint; its index is made when it is first asked."""
    blueprint = Blueprint("reconcile", __name__, template_folder="templates")
    base = settings.base
    service = Service(indexes, Graph(endpoint, base), base, settings.title)

    _refuse(blueprint)

    @blueprint.route("/reconcile", methods=["GET", "POST"])
    def reconcile() -> Response:
        if (request.content_length or 0) > LARGEST:
            raise _too_large()
        request.max_form_memory_size = LARGEST
        return _reconciled(service)

    @blueprint.get("/reconcile/suggest/entity")
    def entities() -> Response:
        return _json(_suggested_entities(service))

    @blueprint.get("/reconcile/suggest/type")
    def types() -> Response:
        return _json({"result": _starting([dict(type_of(name)) for name in KINDS])})

    @blueprint.get("/reconcile/suggest/property")
    def properties() -> Response:
        return _json({"result": _starting(_proposed(_asked_type()))})

    @blueprint.get("/reconcile/properties")
    def proposed() -> Response:
        type_ = _asked_type()
        limit = _number("limit", len(_proposed(type_)))
        return _json({"type": type_, "limit": limit, "properties": _proposed(type_)[:limit]})

    @blueprint.get("/reconcile/preview")
    def previewed() -> Response:
        return _previewed(service)

    @blueprint.get("/reconcile/view")
    def viewed() -> Response:
        address = _known_address(service)
        if address is None:
            return _unknown()
        return Response(status=303, headers={"Location": base + address})

    return blueprint


def _refuse(blueprint: Blueprint) -> None:
    """Let what cannot be answered be refused with its reason."""

    @blueprint.errorhandler(BadQuestion)
    def wrong(fault: BadQuestion) -> Response:
        return problem(400, "Bad Request", f"{fault}.")

    @blueprint.errorhandler(TooMany)
    def too_many(fault: TooMany) -> Response:
        return problem(413, "Content Too Large", f"{fault}.")

    @blueprint.errorhandler(NotReady)
    def not_ready(fault: NotReady) -> Response:
        return problem(503, "Service Unavailable", f"{fault}.", {"Retry-After": "5"})


def _too_large() -> TooMany:
    if (request.content_length or 0) <= _READ_AWAY:
        # A client that is still sending when the connection closes would never see the reason.
        while request.stream.read(LARGEST):
            pass
    return TooMany(f"a form may have {LARGEST:,} bytes; send the questions in several")


def _reconciled(service: Service) -> Response:
    """The answer to whatever `/reconcile` is asked; a bare GET is asking what there is."""
    asked = [name for name in ("queries", "extend") if name in request.values]
    if len(asked) > 1:
        raise BadQuestion("queries and extend stand in one request; send each by itself")
    if not asked:
        if request.method == "POST":
            raise BadQuestion("there is neither queries nor extend; send a form that has one of them")
        return _json(_manifest(service))
    if asked == ["extend"]:
        return _json(extended(service.graph, extension(request.values["extend"])))
    batch = questions(request.values["queries"])
    return _json(_answered(service, batch) if batch else {})


def _answered(service: Service, batch: dict[str, Question]) -> dict[str, object]:
    index = service.indexes.current()
    found = {name: matched(index, service.graph, question) for name, question in batch.items()}
    stated = service.graph.descriptions(candidate.name for candidates in found.values() for candidate in candidates)
    return {
        name: {
            "result": [
                {
                    "id": candidate.name.address,
                    "name": candidate.name.name,
                    **_description(stated.get((candidate.name.kind, candidate.name.address))),
                    "type": [type_of(candidate.name.kind)],
                    "score": candidate.score,
                    "match": candidate.match,
                    "features": [{"id": feature, "value": value} for feature, value in candidate.features.items()],
                }
                for candidate in candidates
            ]
        }
        for name, candidates in found.items()
    }


def _manifest(service: Service) -> dict[str, object]:
    here = f"{service.base}reconcile"
    return {
        "versions": ["0.1", "0.2"],
        "name": service.title,
        "identifierSpace": service.base,
        "schemaSpace": f"{service.base}{PROFILE}",
        "defaultTypes": [type_of(name) for name in KINDS],
        "documentation": service.base,
        "batchSize": BATCH,
        "view": {"url": f"{here}/view?id={{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", **_PREVIEW},
        "suggest": {
            name: {"service_url": here, "service_path": f"/suggest/{name}"} for name in ("entity", "property", "type")
        },
        "extend": {"propose_properties": {"service_url": here, "service_path": "/properties"}, "property_settings": []},
    }


def _suggested_entities(service: Service) -> dict[str, object]:
    start = _number("cursor", 0, least=0)
    named = request.args.get("type")
    kinds = [kind(named, "type")] if named else list(KINDS.values())
    found = suggested(service.indexes.current(), kinds, request.args.get("prefix", "")[:200], start + _SUGGESTED)
    shown = found[start:]
    stated = service.graph.descriptions(shown)
    return {
        "result": [
            {
                "id": name.address,
                "name": name.name,
                **_description(stated.get((name.kind, name.address))),
                "notable": [type_of(name.kind)],
            }
            for name in shown
        ]
    }


def _previewed(service: Service) -> Response:
    address = _known_address(service)
    names = service.indexes.current().at(address) if address else []
    if not names:
        return _unknown()
    name = names[0]
    page = render_template(
        "preview.html",
        name=name.name,
        kind=KINDS[name.kind].name,
        address=service.base + name.address,
        stated=preview(service.graph, name),
    )
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": EMBEDDED_POLICY}
    return Response(page, content_type="text/html; charset=utf-8", headers=headers)


def _known_address(service: Service) -> str | None:
    """The address below the base that is asked for, as our addresses write it; None where nothing has it."""
    asked = request.args.get("id", "").removeprefix(service.base)
    for address in dict.fromkeys((asked, quote(asked, safe="/#~.-_"))):
        if address and service.graph.is_described(address):
            return address
    return None


def _unknown() -> Response:
    return problem(404, "Not Found", "Nothing is known here under that id; candidates bear the ids of what is.")


def _asked_type() -> str:
    named = request.args.get("type", "")
    return kind(named, "type").id if named else ""


def _proposed(kind_: str) -> list[dict[str, str]]:
    return [{"id": property_.id, "name": property_.name} for property_ in properties_of(kind_)]


def _starting(stated: list[dict[str, str]]) -> list[dict[str, str]]:
    """What has a name in which a word begins with the prefix that is asked for, or that id."""
    prefix = request.args.get("prefix", "").strip().casefold()
    fitting = [one for one in stated if f" {prefix}" in f" {one['name'].casefold()}" or one["id"].startswith(prefix)]
    return fitting[_number("cursor", 0, least=0) :]


def _number(name: str, usual: int, least: int = 1) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text) >= least):
        raise BadQuestion(f"{name}={text[:20]!r} is not a whole number from {least}")
    return min(int(text), _FURTHEST)


def _description(text: str | None) -> dict[str, str]:
    return {"description": text} if text else {}


def _json(stated: Any) -> Response:
    """The answer as JSON, or as a script that calls the function that is asked for."""
    callback = request.values.get("callback")
    text = json.dumps(stated, ensure_ascii=False)
    if callback is None:
        response = Response(text, content_type="application/json")
    elif _CALLBACK.fullmatch(callback):
        body = f"/**/{callback}({text.translate(_SEPARATORS)});"
        response = Response(body, content_type="application/javascript; charset=utf-8")
    else:
        raise BadQuestion(f"callback={callback[:80]!r} is not the name of a function")
    response.headers["Cache-Control"] = "no-cache"
    return response
