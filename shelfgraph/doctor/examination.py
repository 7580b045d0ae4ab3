"""An address → what is well and what is not there: checks of any SPARQL endpoint or linked-data site."""

from __future__ import annotations

from collections.abc import Iterator

from converter.errors import SourceUnreachable, UsageError
from shelfgraph.doctor import caching, discovery, documents, formats, protocol, safety
from shelfgraph.doctor.client import Client, NoAnswer
from shelfgraph.doctor.target import Patient
from shelfgraph.doctor.verdicts import Check, Finding, Row, fail, skipped

__all__ = ["CHECKS", "Row", "examined"]

CHECKS: tuple[Check, ...] = (
    *discovery.FIRST,
    *protocol.CHECKS,
    *formats.CHECKS,
    *safety.CHECKS,
    *documents.CHECKS,
    *caching.CHECKS,
    *discovery.CHECKS,
)
_MISSING = {"endpoint": "no endpoint was found here", "thing": "no address of a thing was found here"}


def examined(address: str, timeout: float, *, heavy: bool = False) -> Iterator[Row]:
    """Yield a row for each check.

    Raises UsageError where the address is none, SourceUnreachable where nobody answers.
    """
    if not address.startswith(("http://", "https://")):
        raise UsageError(f"the address {address!r} must begin with http:// or https://")
    try:
        patient = Patient(Client(timeout), address, heavy=heavy)
    except NoAnswer as fault:
        raise SourceUnreachable(f"{address}: {fault}; check the address, or give it longer with --timeout") from None
    for check in CHECKS:
        yield Row(check.name, *finding(check, patient))


def finding(check: Check, patient: Patient) -> Finding:
    """What a check finds; one that the server leaves without an answer has failed."""
    try:
        if check.needs and getattr(patient, check.needs) is None:
            return skipped(_MISSING[check.needs])
        return check.look(patient)
    except NoAnswer as fault:
        return fail(str(fault), "answer within the time, and whole")
    except ValueError as fault:
        return fail(f"an answer that cannot be read: {fault}", "send the format that the content type names")
