"""Query text → result bytes: workers that can be killed, and the SPARQL protocol.

An endpoint is whatever answers a `Request`: the pool of worker processes over a generation of our own store, or a
remote SPARQL service.  Pages and feeds know nothing but this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Protocol, Self

import msgspec

from converter.errors import QueryError


class Request(msgspec.Struct, frozen=True):
    """A query, the result format that is wanted (a name of `formats.FORMATS`), and the graphs that override FROM.

    `inside` is a question of the site's own, which never stands behind the questions of strangers.
    """

    query: str
    format: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    inside: bool = False


class Answer(Protocol):
    """The bytes of a result as they are made; closing it early stops the evaluation."""

    version: str = ""
    """The version of the data that it is made from, where the endpoint knows."""
    whole: tuple[bytes, ...] | None = None
    """All of its bytes, where they are there already."""
    hit: bool = False
    """Whether it had been made before."""
    queued: float = 0.0
    """Seconds that the query waited for a worker."""
    serialised: float = 0.0
    """Seconds of its making from the first row to the last, once it has ended."""

    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None:
        """Give the answer up."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Endpoint(Protocol):
    """What answers queries; `version` changes when the data do."""

    @property
    def version(self) -> str:
        """The version of the dataset."""

    def ask(self, request: Request) -> Answer:
        """The answer, once its beginning is certain.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied or Refused, and ClientLeft where nobody waits for it
        any more (see `client_disconnect`).
        """

    def close(self) -> None:
        """End every process."""


class QuerySyntax(QueryError):
    """The query is not SPARQL; line and column count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class Refused(QueryError):
    """The query asks for what this endpoint does not do."""


class RequestProblem(QueryError):
    """The request is none that the protocol has; status, title and header fields of the refusal."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.title, self.headers = status, title, headers or {}


class QueryTimeout(QueryError):
    """The query took longer than is allowed."""


class QueueFull(QueryError):
    """Too many queries wait."""


class ClientLeft(QueryError):
    """Whoever asked has gone before the answer began."""

    def __init__(self) -> None:
        super().__init__("the client has left")


class WorkerDied(QueryError):
    """The process that evaluated the query ended: the query was too deep or too large for it, or something else was."""


class NotEvaluated(QueryError):
    """The query has no answer: what it asks for cannot be computed."""


class ServiceFailed(QueryError):
    """The service behind this one does not answer, or answers what cannot be used."""
