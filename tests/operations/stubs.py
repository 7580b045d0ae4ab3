"""Endpoints in the place of workers: one that answers at once, one that never does, one that is broken."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.operations import Log
from server.settings import Settings
from server.sparql import Answer, Request
from server.sparql.answer_cache import Kept

TRUE = b'{"head":{},"boolean":true}'


class Stub:
    """An endpoint that answers with what `answer` makes of a request, and remembers what it was asked."""

    version = "7"

    def __init__(self, answer: Callable[[Request], bytes] = lambda _: TRUE) -> None:
        self.asked: list[Request] = []
        self._answer = answer

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        answer = Kept((self._answer(request),))
        answer.hit = False
        return answer

    def close(self) -> None:
        pass


def hung(until: threading.Event) -> Stub:
    """An endpoint that answers no earlier than that."""

    def wait(_: Request) -> bytes:
        until.wait(20)
        return TRUE

    return Stub(wait)


def broken(fault: Exception) -> Stub:
    """An endpoint that fails."""

    def fail(_: Request) -> bytes:
        raise fault

    return Stub(fail)


def application(endpoint: Stub, log: Log | None = None) -> Flask:
    """A site over the endpoint."""
    return create_app(Settings(base="http://x/"), endpoint, None, log)


def client(endpoint: Stub, log: Log | None = None) -> FlaskClient:
    """Who asks a site over the endpoint."""
    return application(endpoint, log).test_client()
