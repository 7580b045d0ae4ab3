"""How the site fares: whether it lives and answers, its figures, and a log in which each request has a name."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from wsgiref.types import WSGIApplication

from flask import Blueprint, Flask, Response, request

from converter.store.reader import ArchiveReader
from server.front.application_link import Link
from server.front.messages import Answered
from server.http.problems import problem
from server.operations.log_lines import loggable
from server.operations.log_writer import FORMS, Form, Log
from server.operations.metrics import CONTENT_TYPE, Metrics
from server.operations.observed_request import ObservedRequest, Observer, current
from server.operations.rate_limit import RateLimit
from server.operations.readiness import Freshness, Probe
from server.operations.timed_endpoint import TimedEndpoint
from server.sparql import Endpoint, Request
from server.sparql.answer_cache import Cached
from server.sparql.pool import Pool
from server.sparql.request import PATH

__all__ = ["FORMS", "Form", "Freshness", "Log", "register_operations"]

WAIT = 2.0
"""Seconds that a question of readiness waits for its answer."""
_QUIET = frozenset({"/-/health", "/-/ready", "/metrics"})
"""Routes that are asked every few seconds; the log has them where they fail."""


Middleware = Callable[[WSGIApplication], WSGIApplication]


def register_operations(
    app: Flask,
    endpoint: Endpoint,
    archive: ArchiveReader | None,
    log: Log | None,
    link: Link | None,
    freshness: Freshness | None = None,
) -> tuple[Endpoint, Middleware]:
    """The endpoint, timed, and what makes an application report its requests.

    It comes before what else an application does at the beginning of a request.
    """
    metrics = Metrics(endpoint, archive, log, link)

    def begun(seen: ObservedRequest) -> None:
        metrics.begun()
        if link and seen.passed:
            link.begun(seen.passed, seen)

    def ended(seen: ObservedRequest) -> None:
        metrics.ended(seen)
        if link and seen.passed:
            link.ended(seen.passed)
        if log and not (seen.route in _QUIET and seen.status < 400):
            _log(log, seen)

    app.before_request(_route)
    if most := app.config["RATE_LIMIT"]:
        app.before_request(partial(_refuse_crowds, RateLimit(most), threading.Lock()))
    app.register_blueprint(_blueprint(endpoint, metrics, freshness or Freshness()))
    if log:
        app.logger.handlers[:] = [log.handler()]
    watched = TimedEndpoint(endpoint, metrics, log)

    def answered_before(answered: Answered) -> None:
        """Count and log a request that never came to the application like one that did."""
        seen = ObservedRequest(answered.id, answered.method, PATH, route=PATH, status=200, seconds=answered.seconds)
        seen.length = seen.bytes = answered.bytes
        begun(seen)
        if isinstance(endpoint, Cached):
            endpoint.count(hit=answered.kept)
        outcome = "kept" if answered.kept else "ok"
        watched.ended(Request(answered.query, ""), seen, outcome, answered.queued, answered.evaluated)
        ended(seen)

    if link:
        link.on_answered = answered_before
    behind = endpoint.behind if isinstance(endpoint, Cached) else endpoint
    generation = (lambda: behind.version) if isinstance(behind, Pool) else str
    return watched, lambda inner: Observer(inner, begun, ended, generation)


def _route() -> None:
    seen = current()
    if seen and request.url_rule:
        seen.route = request.url_rule.rule


def _refuse_crowds(limit: RateLimit, lock: threading.Lock) -> Response | None:
    """Refuse what a client sends beyond its share; whether the site lives may always be asked."""
    seen = current()
    if seen is None or seen.route in _QUIET:
        return None
    with lock:
        wait = limit.wait(seen.client)
    if not wait:
        return None
    return problem(429, "Too Many Requests", f"Ask again in {wait} seconds.", {"Retry-After": str(wait)})


def _blueprint(endpoint: Endpoint, metrics: Metrics, freshness: Freshness) -> Blueprint:
    blueprint = Blueprint("operations", __name__)
    probe = Probe(endpoint)

    @blueprint.get("/-/health")
    def health() -> Response:
        return _status("ok")

    @blueprint.get("/-/ready")
    def ready() -> Response:
        obstacle = probe.obstacle(WAIT)
        if obstacle:
            return problem(503, "Not Ready", f"{obstacle}.", {"Retry-After": "5"})
        # Who is served from what there is, is served: the site goes on, and says what is wrong.
        return _status("ready", freshness.fault)

    @blueprint.get("/metrics")
    def figures() -> Response:
        return Response(metrics.text(), headers={"Cache-Control": "no-store"}, content_type=CONTENT_TYPE)

    return blueprint


def _status(word: str, fault: str = "") -> Response:
    body = json.dumps({"status": word} | ({"fault": fault} if fault else {}), ensure_ascii=False) + "\n"
    return Response(body, headers={"Cache-Control": "no-store"}, content_type="application/json")


def _log(log: Log, seen: ObservedRequest) -> None:
    """Log a request that has ended: its path without what was asked beside it, and nothing of who asked."""
    level = "error" if seen.status == 500 else "warning" if seen.status in {429, 503, 504} or seen.broken else "info"
    queries = {"queries": seen.queries, "kept": seen.kept, "queued": seen.queued, "evaluated": seen.evaluated}
    log.write(
        "request",
        level,
        id=seen.id,
        method=seen.method,
        route=seen.route,
        path=loggable(seen.path),
        status=seen.status,
        bytes=seen.bytes,
        seconds=round(seen.seconds, 6),
        **({name: round(value, 6) for name, value in queries.items()} if seen.queries else {}),
        **({"broken": seen.broken} if seen.broken else {}),
    )
