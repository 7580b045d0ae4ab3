"""What is examined: the address that was given, the endpoint and the root found from it, and a thing of the site."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree

from shelfgraph.doctor import results
from shelfgraph.doctor.client import MOVED, Client, NoAnswer, Reply

JSON = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ROW = "SELECT ?x { VALUES ?x { 1 } }"
"""A question with the answer 1, whatever the data."""
_NAMED_SO = re.compile(r"(?i)(sparql|query)/?$")
_VOID_ENDPOINT = "http://rdfs.org/ns/void#sparqlEndpoint"
_GRAPHS = "text/turtle, application/ld+json;q=0.8, application/rdf+xml;q=0.7, application/n-triples;q=0.6"
_THINGS = "SELECT DISTINCT ?s { ?s a ?kind } LIMIT 500"
_TRIED = 5
"""Things that are asked for until one is there."""


class Patient:
    """A site or an endpoint under examination.

    Raises NoAnswer where nobody answers at the address.
    """

    def __init__(self, client: Client, address: str, *, heavy: bool = False) -> None:
        self.client, self.heavy = client, heavy
        # Where a plain request is led, the others go straight; but a thing is not its description.
        self.address = _bare(client.follow(address, {"Accept": "*/*"}, MOVED).address)

    @cached_property
    def endpoint(self) -> str | None:
        """The address of the SPARQL endpoint, None where there is none to be found."""
        if self._answers(self.address) or _NAMED_SO.search(urlsplit(self.address).path):
            return self.address
        for candidate in (*self._described(), urljoin(self.address, "sparql"), urljoin(self.address, "/sparql")):
            if self._answers(candidate):
                return candidate
        return None

    @cached_property
    def root(self) -> str:
        """What the addresses of the site begin with."""
        base = self.endpoint or self.address
        return urljoin(base, ".") if urlsplit(base).path.rstrip("/") else urljoin(base, "/")

    @cached_property
    def thing(self) -> str | None:
        """The address of something that the site describes, None where none is found."""
        if self.address not in {self.endpoint, self.root}:
            return self.address
        for candidate in islice(self._things(), _TRIED):
            try:
                if self.client.follow(candidate, {"Accept": _GRAPHS}).status == 200:
                    return candidate
            except NoAnswer:
                continue
        return None

    @cached_property
    def sample(self) -> Reply:
        """The answer to a small question, by GET, as JSON.

        Raises NoAnswer.
        """
        return self.get(ROW)

    @cached_property
    def listed(self) -> list[str]:
        """The first addresses that a site map lists, with those of the maps that it leads to."""
        found: list[str] = []
        for address in self.site_maps:
            try:
                listed = locations(self.client.ask("GET", address).body)
                inner = [place for place in listed.addresses[:1] if listed.maps and _same_place(place, self.root)]
                for place in inner:
                    listed = locations(self.client.ask("GET", place).body)
            except (NoAnswer, ValueError):
                continue
            found += [place for place in listed.addresses[:_TRIED] if place.startswith(self.root)]
        return found

    @cached_property
    def site_maps(self) -> list[str]:
        """The site maps that robots.txt names, and the usual one."""
        named: list[str] = []
        try:
            robots = self.client.ask("GET", urljoin(self.root, "/robots.txt"))
        except NoAnswer:
            robots = None
        if robots and robots.status == 200:
            lines = robots.body.decode("utf-8", "replace").splitlines()
            named = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("sitemap:")]
        mine = [address for address in named if _same_place(address, self.root)]
        return list(dict.fromkeys([*mine, urljoin(self.root, "sitemap.xml")]))

    def get(
        self,
        query: str,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer of the endpoint to a query by GET.

        Raises NoAnswer.
        """
        return self.client.ask("GET", self.asked(query, parameters), {"Accept": accept, **(headers or {})})

    def post(self, body: str, kind: str, accept: str = JSON, address: str | None = None) -> Reply:
        """The answer of the endpoint to a body.

        Raises NoAnswer.
        """
        headers = {"Accept": accept, "Content-Type": kind}
        return self.client.ask("POST", address or self.endpoint or self.address, headers, body.encode())

    def asked(self, query: str, parameters: Mapping[str, str] | None = None) -> str:
        """The address of the answer to a query."""
        endpoint = self.endpoint or self.address
        return (
            f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode({'query': query, **(parameters or {})})}"
        )

    def _answers(self, address: str) -> bool:
        """Whether a query is answered there with a table."""
        mark = "&" if urlsplit(address).query else "?"
        try:
            reply = self.client.ask("GET", f"{address}{mark}{urlencode({'query': ROW})}", {"Accept": JSON})
            return reply.status == 200 and bool(results.values(reply.media_type, reply.body))
        except (NoAnswer, ValueError):
            return False

    def _described(self) -> list[str]:
        """The endpoints that the description of the dataset names, at this site."""
        try:
            reply = self.client.follow(urljoin(self.address, "/.well-known/void"), {"Accept": _GRAPHS})
            statements = results.triples(reply.media_type, reply.body, reply.address)
        except (NoAnswer, ValueError):
            return []
        named = [str(line.object)[1:-1] for line in statements if line.predicate.value == _VOID_ENDPOINT]
        return [address for address in named if _same_place(address, self.address)]

    def _things(self) -> Iterator[str]:
        """Yield things of this site that the endpoint knows, then those that its site map lists."""
        if self.endpoint:
            with contextlib.suppress(NoAnswer, ValueError):
                reply = self.get(_THINGS)
                found = results.values(reply.media_type, reply.body)
                yield from (address for address in found if address.startswith(self.root) and "#" not in address)
        yield from self.listed


class Locations(NamedTuple):
    """What a site map lists; `maps` says that they are other site maps."""

    addresses: list[str]
    maps: bool


def locations(body: bytes) -> Locations:
    """The addresses in a site map.

    Raises ValueError where it is none.

    >>> locations(b'<urlset><url><loc>http://x/1</loc></url></urlset>')
    Locations(addresses=['http://x/1'], maps=False)
    """
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as fault:
        raise ValueError(f"no XML: {fault}") from None
    kind = etree.QName(root).localname
    if kind not in {"urlset", "sitemapindex"}:
        raise ValueError(f"a {kind}, and no site map")
    found = [element.text.strip() for element in root.iter("{*}loc") if element.text]
    return Locations(found, kind == "sitemapindex")


def _same_place(address: str, other: str) -> bool:
    """Whether two addresses are at one host; no other is asked.

    >>> _same_place("http://x/a", "http://x/b"), _same_place("http://[", "http://x/")
    (True, False)
    """
    try:
        return urlsplit(address)[:2] == urlsplit(other)[:2]
    except ValueError:
        return False


def _bare(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))
