"""What went wrong with a query, as the answer that a client can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, current_app

import ontology
from converter.errors import QueryError
from server.http.problems import problem
from server.protocol.mending import Mended, mended
from server.sparql import (
    ClientLeft,
    NotEvaluated,
    QuerySyntax,
    QueryTimeout,
    QueueFull,
    Refused,
    RequestProblem,
    ServiceFailed,
    WorkerDied,
)
from server.sparql.lexer import tokens, unescaped

_RETRY = {"Retry-After": "10"}
_WIDEST = 160
"""Characters of a line that are shown."""
# Names of character classes, which say nothing to a reader; "[_]" stands for white space and more.
_NOISE = re.compile(r"^\[.*\]$|\\u\{|^'|^\.\.=")


class Refusal(NamedTuple):
    """What is wrong with a query: the status, in words, and where it stands; `mended` is what may have been meant."""

    status: int
    title: str
    detail: str
    headers: Mapping[str, str] = {}
    line: int = 0
    column: int = 0
    words: str = ""
    mended: Mended | None = None


def refused(fault: QueryError, query: str) -> Response:
    """The refusal that a fault is, with its place and its remedy."""
    if isinstance(fault, ClientLeft):
        return _for_nobody()
    stated = refusal(fault, query, str(current_app.jinja_env.globals["base"]))
    place: dict[str, Any] = {"line": stated.line, "column": stated.column} if stated.line else {}
    return problem(stated.status, stated.title, stated.detail, stated.headers, **place)


def refusal(fault: QueryError, query: str, base: str) -> Refusal:
    """The same in its parts; `base` begins our own addresses.

    Raises the fault where it is none of a query.
    """
    match fault:
        case RequestProblem():
            return Refusal(fault.status, fault.title, str(fault), fault.headers)
        case QuerySyntax():
            return _syntax_problem(fault, query, base)
        case QueryTimeout():
            return Refusal(503, "Query Timed Out", f"{fault}; ask for less, or add a LIMIT.", _RETRY)
        case QueueFull():
            return Refusal(429, "Too Many Requests", f"{fault}.", _RETRY)
        case Refused():
            return Refusal(403 if "read-only" in str(fault) else 400, "Query Refused", f"{fault}.")
        case WorkerDied():
            return Refusal(503, "Query Not Evaluated", f"{fault}.", _RETRY)
        case NotEvaluated():
            return Refusal(400, "Query Not Evaluated", f"{fault}.")
        case ServiceFailed():
            return Refusal(502, "Bad Gateway", f"{fault}.", _RETRY)
    raise fault


def unanswered(fault: QueryError) -> Response:
    """What a page says whose own question was not answered."""
    if isinstance(fault, ClientLeft):
        return _for_nobody()
    if isinstance(fault, (QueryTimeout, QueueFull, WorkerDied)):
        return problem(503, "Service Unavailable", f"{fault}.", _RETRY)
    return problem(502, "Bad Gateway", f"{fault}.", _RETRY)


def _for_nobody() -> Response:
    """What is said to a client that has left: for the log, which has the status that others log then."""
    return Response(status="499 Client Closed Request", headers={"Cache-Control": "no-store"})


def _syntax_problem(fault: QuerySyntax, query: str, base: str) -> Refusal:
    """Where the query is wrong, with the line and a caret, and the PREFIX line that may be missing."""
    missing = undeclared(query) if "Prefix not found" in fault.message else []
    known = ontology.prefixes_at(base)
    meant = mended(query, missing, known)
    line, column = fault.line, fault.column
    if missing:
        words = f"the prefix {missing[0]}: is not declared"
        line, column = _first_use(query, missing[0]) or (line, column)
    elif "Prefix not found" in fault.message:
        words = "a prefix is not declared"
    elif meant and meant.line:
        words, line, column = f"“{meant.word}” is not known here", meant.line, meant.column
    else:
        words = readable(fault.message)
    detail = f"Line {line}, column {column}: {words}{_shown(query, line, column)}"
    lines = [f"PREFIX {name}: <{known[name]}>" for name in missing if name in known]
    if lines:
        detail += "\nAdd this before the query:\n" + "\n".join(lines)
    elif meant and meant.hint:
        detail += f"\n{meant.hint}"
    return Refusal(400, "Query Not Understood", detail, {}, line, column, words, meant)


def readable(message: str) -> str:
    r"""The message of the engine without its classes of characters.

    >>> readable("expected one of \"(\", ['0' ..= '9'], LANG, [_]")
    'expected one of "(", LANG'
    """
    head, expected, rest = message.partition("expected one of ")
    if not expected:
        return message
    parts = [part.strip() for part in re.split(r", (?![^\[]*\])|\s\|\s", rest.replace("\n", " "))]
    named = [part for part in parts if part and not _NOISE.search(part) and "..=" not in part]
    return f"{head}{expected}{', '.join(named)}" if named else "something else is expected here"


def _shown(query: str, line: int, column: int) -> str:
    """The line with a caret beneath its column; of a long line the part around it."""
    lines = query.split("\n")
    if not 0 < line <= len(lines):
        return ""
    text = lines[line - 1].rstrip("\r").replace("\t", " ")
    start = max(0, column - 1 - _WIDEST // 2)
    return f"\n{text[start : start + _WIDEST]}\n{' ' * (column - 1 - start)}^"


def _first_use(query: str, prefix: str) -> tuple[int, int] | None:
    """Line and column where a prefix is used first; the engine names where the name ends."""
    for token in tokens(query):
        if token.kind == "prefixed" and token.text.startswith(f"{prefix}:"):
            return query.count("\n", 0, token.offset) + 1, token.offset - query.rfind("\n", 0, token.offset)
    return None


def undeclared(query: str) -> list[str]:
    """The prefixes that are used and not declared, in the order of their use, those that we know included."""
    declared: set[str] = set()
    used: dict[str, None] = {}
    after_prefix = False
    for token in tokens(unescaped(query)):
        if token.kind == "prefixed" and not token.text.startswith("_:"):
            name = token.text.partition(":")[0]
            declared.add(name) if after_prefix else used.setdefault(name)
        after_prefix = token.kind == "word" and token.text.lower() == "prefix"
    return [name for name in used if name not in declared]
