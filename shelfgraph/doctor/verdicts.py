"""What a check says: a verdict, what was seen, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from shelfgraph.doctor.target import Patient

Verdict = Literal["ok", "warn", "fail", "skipped"]


class Finding(NamedTuple):
    """The outcome of a check."""

    verdict: Verdict
    seen: str
    remedy: str = ""


class Check(NamedTuple):
    """A check by its name; `needs` is what it cannot do without: an endpoint, the address of a thing, or nothing."""

    name: str
    needs: Literal["endpoint", "thing", ""]
    look: Callable[[Patient], Finding]


class Row(NamedTuple):
    """A line of the table."""

    check: str
    verdict: Verdict
    seen: str
    remedy: str


def ok(seen: str) -> Finding:
    """All is well."""
    return Finding("ok", seen)


def warn(seen: str, remedy: str) -> Finding:
    """It works, and could do better."""
    return Finding("warn", seen, remedy)


def fail(seen: str, remedy: str) -> Finding:
    """It is broken, or a danger."""
    return Finding("fail", seen, remedy)


def skipped(reason: str) -> Finding:
    """It could not be looked at."""
    return Finding("skipped", reason)
