"""What a language model can do with a site: search, read, count and ask, as tools of the Model Context Protocol.

Each tool asks the site as a client would, in the same process, so that limits, refusals and remedies are the site's.
Source: https://modelcontextprotocol.io/specification/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode

from flask import Flask
from werkzeug.wrappers import Response

import ontology
from converter.errors import ShelfgraphError
from server.documents.figures import Term, terms_of
from server.named_queries.query_list import listed
from server.protocol.query_problems import undeclared

MOST = 60_000
"""Characters of an answer: a model reads no more at one time."""
_PAGE = 100
"""Works on a page of `/search.json`."""
_SHOWN = 60
"""Classes, and properties, on the card."""
_LEFT_OUT = frozenset({"@context", "id", "describedBy", "included", "roles", "creatorName", "partOf"})
"""What a text says in other words, or has no use for."""
_NAMES = ("name", "label", "prefLabel", "title", "grantNumber", "literalValue")
_ELSEWHERE = ("https://doi.org/", "http://doi.org/", "doi:", "http://hdl.handle.net/", "https://hdl.handle.net/")
_FOLDERS = {"item", "person", "journal", "org", "subject", "grant", "place", "series", "collection"}

Format = Literal["csv", "json", "ttl"]


class Refused(ShelfgraphError):
    """The site refuses what a tool asks, or has nothing of it; the message says what to do."""


class Tools:
    """The tools over a site; `site` returns the application that shows the newest data, and `base` begins addresses."""

    def __init__(self, site: Callable[[], Flask], base: str) -> None:
        self._site, self._base = site, base

    def all(self) -> list[Callable[..., Any]]:
        """The functions that a model may call; what they say of themselves is what it reads."""
        return [
            self.search_works,
            self.find_things,
            self.get_record,
            self.list_queries,
            self.run_query,
            self.describe_data,
            self.sparql,
        ]

    def search_works(
        self, query: str = "", year: str = "", thing: str = "", sort: str = "", limit: int = 10, offset: int = 0
    ) -> dict[str, Any]:
        """Search scholarly works by words in their titles, abstracts, authors and subjects.

        `year` is 2001, 2001-2010, 2001- or -2010.  `thing` is the address of a person, journal, organisation, subject
        or funder (see find_things): only works that lead to it are found.  `sort` is relevance, newest, oldest or
        title.  Returns the number of works, so many of them from `offset` on, and how the result can be narrowed.
        """
        limit, offset = max(1, min(limit, _PAGE)), max(0, offset)
        asked = {"q": query, "year": year, "thing": thing.removeprefix(self._base), "sort": sort}
        given = {name: value for name, value in asked.items() if value}
        found = self._json(f"search.json?{urlencode({**given, 'page': offset // _PAGE + 1})}")
        works = found["records"][offset % _PAGE :][:limit]
        facets = {role: [f"{one['name']} ({one['works']})" for one in few[:5]] for role, few in found["facets"].items()}
        return {
            "total": found["total"],
            **({"shown_for": found["shown_for"]} if "shown_for" in found else {}),
            "works": [{name: value for name, value in work.items() if value} for work in works],
            "next_offset": offset + len(works) if offset + len(works) < found["total"] else None,
            "most_frequent": {role: few for role, few in facets.items() if few},
        }

    def find_things(
        self,
        name: str,
        kind: Literal["", "work", "person", "organisation", "journal", "subject"] = "",
    ) -> list[dict[str, Any]]:
        """Find the addresses of persons, organisations, journals, subjects and works by a name or an identifier.

        Returns the candidates, the best first; `match` says that no other is meant.
        """
        asked = {"q": {"query": name, **({"type": kind} if kind else {}), "limit": 10}}
        found = self._json(f"reconcile?{urlencode({'queries': json.dumps(asked)})}")["q"]["result"]
        return [
            {
                "address": self._base + one["id"],
                "name": one["name"],
                "kind": ", ".join(type_["name"] for type_ in one["type"]),
                "description": one.get("description") or "",
                "match": one["match"],
            }
            for one in found
        ]

    def get_record(
        self, record: str, form: Literal["text", "jsonld", "ttl", "bib", "ris", "csl.json", "datacite.json"] = "text"
    ) -> str:
        """Read a work, or a thing such as a person or a journal, by its address here, handle, DOI or other identifier.

        As text it begins with the citation and ends with the address to cite; the other forms are of data.  The works
        of a person or a journal are found by search_works with its address as `thing`.
        """
        path = record.strip().removeprefix(self._base)
        for start in _ELSEWHERE:
            path = path.removeprefix(start)
        folder, _, rest = path.partition("/")
        path = f"item/{rest}" if folder == "record" else path if folder in _FOLDERS else f"item/{path}"
        place = quote(path, safe="/:;()@,~!$&'*+=")
        if form != "text":
            return self._text(f"{place}.{form}")
        node = self._json(f"{place}.jsonld")
        citation = self._text(f"{place}.md").strip() if path.startswith("item/") else ""
        head = f"Citation: {citation}\n\n" if citation else ""
        return _cut(f"{head}{''.join(_lines(node))}address: {node['id']}\n")

    def list_queries(self) -> list[dict[str, Any]]:
        """The ready-made questions (works per year, co-authors, open access …) with their typed parameters."""
        shown = ("name", "title", "description", "parameters", "columns")
        return [{name: question[name] for name in shown} for question in listed(self._base)["questions"]]

    def run_query(
        self, name: str, parameters: dict[str, str | int] | None = None, page: int = 1, size: int = 100
    ) -> str:
        """Run a ready-made question of list_queries with its parameters, and return a page of its rows as CSV."""
        given: Mapping[str, str | int] = {**(parameters or {}), "page": page, "size": size}
        return self._text(f"queries/{quote(name, safe='')}.csv?{urlencode(given)}")

    def describe_data(self) -> str:
        """The classes and properties of the data with their numbers, and the prefixes: read this before sparql."""
        known = terms_of(self._text("shelf.nt", most=0).splitlines(), self._base)
        prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in ontology.prefixes_at(self._base).items())
        return (
            f"# The data at {self._base}\n\n## Classes (resources)\n{_counted(known.classes)}\n"
            f"## Properties (statements)\n{_counted(known.properties)}\n{_MODEL}\n"
            f"## Prefixes (added to a query that uses them undeclared)\n{prefixes}"
        )

    def sparql(self, query: str, form: Format = "csv") -> str:
        """Answer a query in SPARQL 1.1, read-only: SELECT and ASK as csv or json, CONSTRUCT and DESCRIBE as ttl.

        The known prefixes need no declaration.  Put a LIMIT: an answer is cut at some length, and a query has a time.
        """
        known = ontology.prefixes_at(self._base)
        added = "".join(f"PREFIX {name}: <{known[name]}>\n" for name in undeclared(query) if name in known)
        return self._text("sparql", {"query": added + query, "format": form})

    def _text(self, path: str, form: dict[str, str] | None = None, most: int = MOST) -> str:
        """What the site answers, cut to so many characters (0: to none).

        Raises Refused in the words of the site.
        """
        client = self._site().test_client()
        with client.open(
            f"/{path}",
            base_url=self._base,
            method="POST" if form else "GET",
            data=form,
            follow_redirects=form is None,
            headers={"Accept": "application/problem+json, */*;q=0.5"},
        ) as response:
            text = b"".join(_read(response, most)).decode("utf-8", "replace").replace("\r\n", "\n")
            status = response.status_code
        if status >= 400:
            raise Refused(_reason(text))
        return _cut(text) if most else text

    def _json(self, path: str) -> Any:
        """What the site answers as JSON, whole."""
        return json.loads(self._text(path, most=0))


def _read(response: Response, most: int) -> Iterator[bytes]:
    """Yield the answer, as far as it is of use: an endpoint that is read no further stops evaluating."""
    read = 0
    for chunk in response.iter_encoded():
        yield chunk
        read += len(chunk)
        # A character has at most four bytes.
        if most and read > 4 * most:
            return


def _reason(text: str) -> str:
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        return text[:500] or "the site gives no reason"


def _cut(text: str) -> str:
    r"""The text to the last whole line that is sent, and what to do for the rest.

    >>> _cut("a,b\n1,2\n")
    'a,b\n1,2\n'
    """
    if len(text) <= MOST:
        return text
    end = text.rfind("\n", 0, MOST) + 1 or MOST
    lines = text.count("\n", 0, end)
    return f"{text[:end]}… cut after {lines} lines; ask for less, with LIMIT and OFFSET, or for the next page\n"


def _counted(terms: tuple[Term, ...]) -> str:
    lines = "".join(f"- {term.name}: {term.uses}\n" for term in terms[:_SHOWN])
    left = len(terms) - _SHOWN
    return lines + (f"- and {left} more, used less\n" if left > 0 else "")


def _lines(node: Mapping[str, Any], left_out: frozenset[str] = _LEFT_OUT) -> Iterator[str]:
    """Yield what a document of JSON-LD says, a line a value; what has no name is said by what is said of it."""
    for key, value in node.items():
        for each in value if isinstance(value, list) and key not in left_out else [value] * (key not in left_out):
            if not isinstance(each, dict):
                yield f"{key}: {each}\n"
            elif "value" in each:
                yield f"{key}: {each['value']}\n"
            elif _is_text(each):
                yield from (f"{key}: {text}\n" for texts in each.values() for text in texts)
            elif name := _name(each):
                yield f"{key}: {name}\n"
            else:
                yield from _lines(each, left_out | {"type"})


def _is_text(value: Mapping[str, Any]) -> bool:
    return "id" not in value and all(isinstance(texts, list) for texts in value.values())


def _name(node: Mapping[str, Any]) -> str:
    """What a thing is called, and where it is; empty where it has no name."""
    stated = next((node[key] for key in _NAMES if key in node), "")
    name = next(iter(stated.values()))[0] if isinstance(stated, dict) else str(stated)
    if name and "scheme" in node:
        return f"{node['scheme'].rpartition(':')[2].rpartition('/')[2]} {name}"
    own = node.get("id", "")
    address = node.get("downloadURL", "" if "#" in own else own)
    return f"{name} <{address}>" if name and address else name or (own if {*node} <= {"id"} else "")


_MODEL = """## How records are built
A record (foaf:Document) has foaf:primaryTopic, the work. The work has dcterms:title, dcterms:abstract,
fabio:hasPublicationYear, dcterms:subject/skos:prefLabel, dcterms:isPartOf (journal or collection),
frapo:hasFundingAgency, frapo:isFundedBy (grants), and agents in order:
  ?work pro:isDocumentContextFor ?role . ?role pro:withRole pro:author ; co:index ?position ; pro:isHeldBy ?agent .
  ?agent foaf:name ?name .
Identifiers: ?work datacite:hasIdentifier ?id . ?id datacite:usesIdentifierScheme datacite:doi ;
  literal:hasLiteralValue ?doi .
"""
