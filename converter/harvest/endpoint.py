"""An address → the OAI-PMH endpoint behind it, and what that says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from converter.errors import NoEndpoint, UsageError
from converter.harvest.client import Body, Client, Failed, Lasting, Passing
from converter.harvest.responses import Answer, answer

KNOWN_PATHS = (
    "server/oai/request",  # DSpace 7 and later
    "oai/request",  # DSpace 3 to 6
    "cgi/oai2",  # EPrints
    "oai",  # Open Journal Systems, and many others
    "index.php/index/oai",  # Open Journal Systems without short addresses
    "oai2d",  # Invenio
    "oai2",
    "dspace-oai/request",  # DSpace 1
    "do/oai/",  # Digital Commons
)
"""Where repositories have their endpoint, below the address of their home page."""

_HOMES = frozenset({"", "home", "xmlui", "jspui", "dspace", "index.php", "index.php/index"})
_ENDPOINTS = frozenset({*(f"{path.strip('/')}/" for path in KNOWN_PATHS), "server/", "server/api/", "rest/api/"})
_GENERATOR = re.compile(r"DSpace\s+(\d+)", re.IGNORECASE)


class Repository(NamedTuple):
    """What a repository says of itself; `dspace` is the first number of its DSpace, None where it does not show."""

    endpoint: str
    name: str
    by_day: bool
    now: str
    dspace: int | None


class _Page(NamedTuple):
    """A page that is no OAI-PMH answer, and where it was."""

    address: str
    text: str


def find(client: Client, address: str) -> Repository:
    """The repository at an address, which may be its endpoint or its home page.

    Raises UsageError for what is no address, SourceUnreachable where nothing answers at all, NoEndpoint where nothing
    there answers Identify.
    """
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{address!r} is no address; it must begin with http:// or https://")
    given = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    tried = [given]
    likely = "oai" in parts.path
    try:
        first = client.fetch(given, {"verb": "Identify"}, _identify if likely else _identify_or_page)
    except Failed as fault:
        first, reason = _Page(given, ""), fault.reason
        if fault.reason.startswith("no answer"):
            raise
    else:
        reason = "HTML instead of XML"
    if isinstance(first, Repository):
        return first
    for candidate in _candidates(first):
        if candidate in tried:
            continue
        tried.append(candidate)
        try:
            return client.fetch(candidate, {"verb": "Identify"}, _identify, attempts=3)
        except Failed:
            continue
    raise NoEndpoint(
        f"{address}: no OAI-PMH endpoint found ({reason}); tried {', '.join(tried)}; give its address itself"
    )


def is_repository(address: str) -> bool:
    """Whether an address is that of a whole repository, a home page or an endpoint, and not of one page or file.

    >>> [is_repository(f"https://x.example.org{path}") for path in ("", "/", "/xmlui/", "/oai/request", "/server/api")]
    [True, True, True, True, True]
    >>> is_repository("https://x.example.org/handle/1/2"), is_repository("https://x.example.org/oai?verb=GetRecord")
    (False, False)
    """
    parts = urlsplit(address)
    path = parts.path.strip("/").lower()
    return not parts.query and (path in _HOMES or f"{path}/" in _ENDPOINTS)


def _candidates(page: _Page) -> Iterator[str]:
    """Where an endpoint may be: what the page links to, then the known places below it and below its host."""
    here = urlsplit(page.address)
    if page.text:
        for node in LexborHTMLParser(page.text).css("link[href], a[href]"):
            target = urlsplit(urljoin(page.address, node.attributes.get("href") or ""))
            if target.netloc == here.netloc and _leads_to_oai(target.path, target.query):
                yield urlunsplit((target.scheme, target.netloc, target.path, "", ""))
    root = urlunsplit((here.scheme, here.netloc, "/", "", ""))
    for base in dict.fromkeys((urljoin(root, here.path.rstrip("/") + "/"), root)):
        for path in KNOWN_PATHS:
            yield urljoin(base, path)


def _leads_to_oai(path: str, query: str) -> bool:
    return "verb" in parse_qs(query) or bool(re.search(r"/oai(?:2d?|/request)?/?$", path))


def _identify(body: Body) -> Repository:
    found = answer(body)
    if found.verb != "Identify":
        code = found.error[0] if found.error else f"a {found.verb}"
        raise Lasting(f"the answer to Identify is {code}")
    return _repository(found, body.address)


def _identify_or_page(body: Body) -> Repository | _Page:
    """A home page is not a fault; whatever it says is kept for its links."""
    try:
        return _identify(body)
    except (Passing, Lasting):
        body.stream.seek(0)
        return _Page(body.address, body.stream.read(1 << 20).decode("utf-8", "replace"))


def _repository(found: Answer, address: str) -> Repository:
    parts = urlsplit(address)
    described = found.described
    text = " ".join(described.values())
    version = _GENERATOR.search(text)
    # Only DSpace 7 and later have this path.
    seven = 7 if "/server/oai/" in parts.path else None
    return Repository(
        endpoint=urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")),
        name=described.get("repositoryName", ""),
        by_day=described.get("granularity", "").upper() == "YYYY-MM-DD",
        now=found.response_date,
        dspace=int(version[1]) if version else seven,
    )


def dspace_of_home(client: Client, repository: Repository) -> int | None:
    """The first number of the DSpace that the home page says made it, None where it does not say."""
    parts = urlsplit(repository.endpoint)
    home = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))

    def generator(body: Body) -> int | None:
        tree = LexborHTMLParser(body.stream.read(1 << 20).decode("utf-8", "replace"))
        made_by = [
            node.attributes.get("content") or ""
            for node in tree.css("meta[name]")
            if (node.attributes.get("name") or "").lower() == "generator"
        ]
        match = _GENERATOR.search(" ".join(made_by))
        return int(match[1]) if match else None

    try:
        return client.fetch(home, {}, generator, attempts=1)
    except Failed:
        return None
