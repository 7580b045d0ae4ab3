"""Checks of refusals: what is wrong is given, what is forbidden is not done, and what runs away is ended.

What is sent changes nothing: the update inserts no statement, and the other server is this machine or nobody.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urljoin, urlsplit

from shelfgraph.doctor.client import Late, NoAnswer, Reply
from shelfgraph.doctor.target import FORM, ROW, Patient
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, skipped, warn

_NOTHING = "INSERT DATA { }"
_UPDATE = "application/sparql-update"
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g && ?d != ?j) }"
_TIMEOUTS = 6
"""How many times the time of other answers a runaway query is waited for."""
_QUICK = 2.0
"""Seconds within which a small query must be answered beside a runaway one."""
_DISCARD = 9
_SETTLING = 0.2


def syntax(patient: Patient) -> Finding:
    """A query that is none is given as one."""
    reply = patient.get("SELECT ?x WHERE { ?x")
    if reply.status == 400:
        if not reply.body.strip():
            return warn("400 without a word", "say what is wrong, with line and column")
        return ok(f"400, {reply.media_type or 'no content type'}")
    return _refusal(reply, "answer 400 to what is no query, and say where it is wrong")


def two_queries(patient: Patient) -> Finding:
    """Two queries at once are refused."""
    reply = patient.client.ask("GET", f"{patient.asked(ROW)}&{urlencode({'query': 'ASK {}'})}")
    if reply.status == 400:
        return ok("400")
    return _refusal(reply, "answer 400 where query stands twice")


def other_body(patient: Patient) -> Finding:
    """A body of another type is refused."""
    reply = patient.post(ROW, "application/x-doctor")
    if reply.status == 415:
        return ok("415")
    return _refusal(reply, "answer 415 to a content type that is not read")


def update(patient: Patient) -> Finding:
    """Nobody may change the data: neither at the endpoint nor beside it."""
    endpoint = patient.endpoint or patient.address
    bodies = {FORM: urlencode({"update": _NOTHING}), _UPDATE: _NOTHING}
    seen = []
    # Several stores take updates next to the address for queries.
    for address in dict.fromkeys((endpoint, urljoin(endpoint, "update"))):
        for kind, body in bodies.items():
            reply = patient.post(body, kind, "*/*", address)
            if reply.status < 300:
                return fail(
                    f"{reply.status}: an update (of nothing) was taken at {address}",
                    "let nobody send updates without a password, or switch them off",
                )
            seen.append(str(reply.status))
    return ok(f"refused with {', '.join(dict.fromkeys(seen))}")


def federation(patient: Patient) -> Finding:
    """No query makes the service ask another server."""
    local = _is_here(patient.endpoint or patient.address)
    with _listener(local=local) as (port, came):
        reply = patient.get(f"SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
        time.sleep(_SETTLING if local else 0)
    remedy = "switch SERVICE off, or allow services by name; a stranger reaches your inner network by it"
    if came:
        return fail(f"{reply.status}: the service asked another address of this machine", remedy)
    if 400 <= reply.status < 500:
        return ok(f"refused with {reply.status}")
    return warn(f"{reply.status}: SERVICE is not refused", remedy)


def time_limit(patient: Patient) -> Finding:
    """A query that runs away is ended, and holds nobody up."""
    if not patient.heavy:
        return skipped("asked with --heavy only: it sends a query that runs away")
    limit = patient.client.timeout * _TIMEOUTS
    headers = {"Accept": "text/csv, */*;q=0.5"}
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(patient.client.ask, "GET", patient.asked(_RUNAWAY), headers, None, limit)
        time.sleep(_SETTLING)
        held_up = "" if running.done() else _held_up(patient)
        try:
            reply = running.result()
        except Late:
            return fail(f"it still ran after {limit:g} seconds, when we hung up", "give queries a limit of time")
        except NoAnswer as fault:
            return warn(f"{fault}", "answer 503 with Retry-After when the time of a query is up")
    if held_up:
        return fail(held_up, "run queries beside each other, and keep room for small ones")
    if reply.status == 200:
        return skipped(f"the data are too few: the query was answered after {reply.seconds:.1f} seconds")
    return ok(f"{reply.status} after {reply.seconds:.1f} seconds; others were answered meanwhile")


def _held_up(patient: Patient) -> str:
    """How a small query fared beside a large one, empty where it fared well."""
    started = time.monotonic()
    try:
        status = patient.get(f"{ROW} # beside").status
    except NoAnswer as fault:
        return f"a small query beside it had {fault}"
    spent = time.monotonic() - started
    if status != 200:
        return f"a small query beside it had the status {status}"
    return f"a small query beside it took {spent:.1f} seconds" if spent > _QUICK else ""


def _refusal(reply: Reply, remedy: str) -> Finding:
    """The verdict on another answer than the refusal that is wanted."""
    if 400 <= reply.status < 500:
        return warn(reply.stated, remedy)
    return fail(reply.stated, remedy)


def _is_here(address: str) -> bool:
    """Whether the host is this machine."""
    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_loopback for place in found)


@contextlib.contextmanager
def _listener(*, local: bool) -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who came to it; for a service elsewhere a port at which nobody is."""
    came: list[object] = []
    if not local:
        yield _DISCARD, came
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, who = server.accept()
                    came.append(who)
                    connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            done.set()
            thread.join()


CHECKS = (
    Check("a syntax error", "endpoint", syntax),
    Check("two queries at once", "endpoint", two_queries),
    Check("an unknown content type", "endpoint", other_body),
    Check("update is refused", "endpoint", update),
    Check("SERVICE is refused", "endpoint", federation),
    Check("a limit of time", "endpoint", time_limit),
)
