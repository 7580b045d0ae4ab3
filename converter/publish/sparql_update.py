"""Deeds → a store elsewhere, over SPARQL 1.1 Update and, for large additions, the Graph Store Protocol.

Sources: https://www.w3.org/TR/sparql11-protocol/ section 2.2, https://www.w3.org/TR/sparql11-http-rdf-update/ 5.5.
Every request may be made again without harm: to add what is there and to remove what is not changes nothing.
"""

from __future__ import annotations

import time
import uuid
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from converter.errors import ShelfgraphError, SourceUnreachable, UsageError
from converter.publish.changes import Deed, Size, Statement
from converter.publish.credentials import Credentials

SMALL, LARGE = Size(2_000, 1 << 19), Size(50_000, 8 << 20)
"""What is sent at one time as an update, and to a Graph Store; Virtuoso takes no update of ten thousand terms."""
_PLACES = ("", "update", "statements", "sparql-auth")
"""Where stores take updates, below the address that is named: Oxigraph and Fuseki, RDF4J and GraphDB, Virtuoso."""
_BESIDE = frozenset({"query", "sparql"})
"""Ends of addresses for questions; updates are taken beside them."""
_PASSING = frozenset({429, 502, 503, 504})
_ATTEMPTS, _LONGEST = 5, 60.0
_TOO_LARGE = frozenset({400, 413, 500})
"""What stores say to an update that is too large for them."""
_REASON = 400


class RefusedThere(ShelfgraphError):
    """A store elsewhere refuses what is sent to it; `status` is the number of its answer."""

    def __init__(self, address: str, status: int, words: str) -> None:
        super().__init__(f"{address}: refused ({status}): {words or 'no reason given'}")
        self.address, self.status, self.words = address, status, words


class _Answer(NamedTuple):
    status: int
    words: str
    wait: float | None


class Sender:
    """Makes requests of one store, one at a time, over one connection that is used again."""

    def __init__(
        self, credentials: Credentials | None, seconds: float = 300.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._credentials, self._sleep = credentials, sleep
        self._client = httpx.Client(
            auth=credentials,
            headers={"User-Agent": "Shelfgraph"},
            timeout=httpx.Timeout(seconds, connect=15),
            # Neither a proxy nor a password out of the surroundings.
            trust_env=False,
        )
        weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def post(self, address: str, body: str, media_type: str, attempts: int = _ATTEMPTS) -> None:
        """Send a body, again where the fault may pass.

        Raises SourceUnreachable where nobody answers, RefusedThere for any answer but success.
        """
        for attempt in range(1, attempts + 1):
            try:
                answer = self._posted(address, body.encode(), media_type)
            except (httpx.HTTPError, httpx.InvalidURL) as fault:
                if attempt == attempts:
                    raise SourceUnreachable(f"{address}: no answer ({fault}); check the address") from None
                wait = None
            else:
                if answer.status < 300:
                    return
                if answer.status not in _PASSING or attempt == attempts:
                    raise RefusedThere(address, answer.status, answer.words)
                wait = answer.wait
            self._sleep(min(wait if wait is not None else 2.0 ** (attempt - 1), _LONGEST))

    def _posted(self, address: str, body: bytes, media_type: str) -> _Answer:
        response = self._client.post(address, content=body, headers={"Content-Type": media_type})
        status = response.status_code
        words = _refusal(known=self._credentials is not None) if status == 401 else _reason(response)
        return _Answer(status, words, _seconds(response.headers.get("Retry-After", "")))


class Target:
    """Where deeds are done: by updates at `update`, and large additions at `graph_store` where there is one."""

    def __init__(self, sender: Sender, update: str, graph_store: str = "") -> None:
        self._sender, self._update, self._graph_store = sender, update, graph_store

    @property
    def takes_large(self) -> bool:
        """Whether additions may be large."""
        return bool(self._graph_store)

    def do(self, deed: Deed) -> None:
        """Do a deed; one that is refused as a whole is done in halves.

        Raises SourceUnreachable or RefusedThere, which names the statement where it is a single one.
        """
        if self._graph_store and not deed.removed:
            for graph, statements in groupby(deed.added, key=lambda statement: statement.graph):
                asked = f"graph={quote(graph[1:-1], safe='')}" if graph else "default"
                address = f"{self._graph_store}{'&' if urlsplit(self._graph_store).query else '?'}{asked}"
                self._sender.post(address, _triples(statements), "application/n-triples")
            return
        if not self._update:
            stated = f"{len(deed.removed)} triples must go, and the Graph Store Protocol removes whole graphs only"
            raise UsageError(f"{stated}; name the address for updates with --update")
        try:
            self._sender.post(self._update, update(deed), "application/sparql-update")
        except RefusedThere as fault:
            halves = _halves(deed) if fault.status in _TOO_LARGE else ()
            if not halves:
                shown = "; ".join(line for _, line in deed.removed + deed.added)[:_REASON]
                raise RefusedThere(self._update, fault.status, f"{fault.words} (of: {shown})") from None
            for half in halves:
                self.do(half)


def find(sender: Sender, url: str, graph: str) -> str:
    """The address at which the store takes updates: `url` or one of the known places below it.

    Raises SourceUnreachable where nobody answers, RefusedThere with the words of the store where none takes them.
    """
    reasons: list[RefusedThere] = []
    for address in _candidates(url):
        try:
            check(sender, address, graph)
        except RefusedThere as fault:
            reasons.append(fault)
        else:
            return address
    # Who asks for a user is meant rather than who refuses, and who refuses rather than who is not there.
    best = min(reasons, key=lambda fault: (fault.status not in {401, 403}, fault.status in {404, 405}))
    tried = ", ".join(_candidates(url))
    words = f"{best.words[:200]}; no update is taken at {tried}; name another with --update"
    raise RefusedThere(best.address, best.status, words)


def check(sender: Sender, address: str, graph: str) -> None:
    """Make sure that updates are taken there: one that changes nothing is, and one that is none is not.

    Raises SourceUnreachable or RefusedThere.
    """
    nothing = f"<urn:uuid:{uuid.uuid4()}>"
    deed = Deed((Statement(graph, f"{nothing} {nothing} {nothing} ."),), ())
    sender.post(address, update(deed), "application/sparql-update", attempts=2)
    try:
        sender.post(address, "DELETE DATA {", "application/sparql-update", attempts=1)
    except RefusedThere:
        return
    raise RefusedThere(address, 200, "it takes what is no update, so that nothing can be relied on")


def update(deed: Deed) -> str:
    """The deed as a SPARQL Update.

    An operation has one graph: Virtuoso 7.2 leaves literals with languages where it removes from two at one time.

    >>> print(update(Deed((Statement("<urn:g>", '<urn:s> <urn:p> "1" .'),), (Statement("", '<urn:s> <urn:p> "2" .'),))))
    DELETE DATA {
    GRAPH <urn:g> {
    <urn:s> <urn:p> "1" .
    }
    } ;
    INSERT DATA {
    <urn:s> <urn:p> "2" .
    }
    """
    operations = [*_operations("DELETE", deed.removed), *_operations("INSERT", deed.added)]
    return " ;\n".join(operations)


def _operations(word: str, statements: Sequence[Statement]) -> Iterator[str]:
    for graph, group in groupby(statements, key=lambda statement: statement.graph):
        triples = _triples(group)
        yield f"{word} DATA {{\n" + (f"GRAPH {graph} {{\n{triples}}}\n}}" if graph else f"{triples}}}")


def _triples(statements: Iterator[Statement]) -> str:
    # A checked line says the same in N-Triples and between the braces of an update.
    return "".join(f"{line}\n" for _, line in statements)


def _halves(deed: Deed) -> tuple[Deed, ...]:
    """A deed in two, none where it cannot be parted."""
    removed, added = deed
    if removed and added:
        return Deed(removed, ()), Deed((), added)
    middle = max(len(removed), len(added)) // 2
    if not middle:
        return ()
    return Deed(removed[:middle], added[:middle]), Deed(removed[middle:], added[middle:])


def _candidates(url: str) -> list[str]:
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    beside, _, last = path.rpartition("/")
    places = [path or "/", *(f"{path}/{place}" for place in _PLACES[1:])]
    if last in _BESIDE:
        places += [f"{beside}/{place}" for place in _PLACES[1:]]
    return [urlunsplit((parts.scheme, parts.netloc, place, parts.query, "")) for place in places]


def _refusal(*, known: bool) -> str:
    if known:
        return "it does not take this user with this password"
    return "it asks for a user; name one with --user, and put the password into SHELFGRAPH_PASSWORD"


def _reason(response: httpx.Response) -> str:
    """What the store says, in one line; where it leads elsewhere, the address to name."""
    if response.is_redirect:
        return f"it leads to {response.headers.get('Location', 'nowhere')}; name that address"
    text = response.content.decode("utf-8", "replace")
    if "html" in response.headers.get("Content-Type", "") and "<" in text:
        text = "".join(part.partition(">")[2] + " " for part in text.split("<"))
    return " ".join(text.split())[:_REASON]


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None


def checked_address(text: str, option: str) -> str:
    """The address, which is one of HTTP and names no user.

    Raises UsageError where it is not.
    """
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = None
    if not fits:
        raise UsageError(f"{option}: {text!r} must begin with http:// or https:// and name a host")
    if parts.username is not None:
        raise UsageError(f"{option}: name the user with --user, and the password in SHELFGRAPH_PASSWORD")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, ""))
