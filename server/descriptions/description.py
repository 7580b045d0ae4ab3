"""What the graph says of a thing: its own triples, its documents', and those of what it leads to.

Asked by SPARQL, so that it is the same over our own store and over a remote one.
"""

from __future__ import annotations

from itertools import pairwise

import pyoxigraph

from converter.values.terms import iri
from server.sparql import Endpoint, Request

_TERMS = "http://purl.org/dc/terms/"
_OF_OTHERS = (f"{_TERMS}title", f"{_TERMS}identifier", "http://www.w3.org/2004/02/skos/core#exactMatch")
"""What is said of things that have no address of ours: what a related work is called, what else a language is."""
_HOPS = 4
"""How far a record's own description reaches: role → person → identifier, and one more."""


def lines(endpoint: Endpoint, query: str) -> list[str]:
    """The sorted lines that a CONSTRUCT query makes, each once."""
    with endpoint.ask(Request(query, "nt", inside=True)) as answer:
        text = b"".join(answer).decode()
    return sorted({line for line in text.split("\n") if line})


def rows(endpoint: Endpoint, query: str) -> list[dict[str, str]]:
    """The solutions of a SELECT query: variable → value, as text."""
    with endpoint.ask(Request(query, "json", inside=True)) as answer:
        data = b"".join(answer)
    solutions = pyoxigraph.parse_query_results(data, format=pyoxigraph.QueryResultsFormat.JSON)
    if not isinstance(solutions, pyoxigraph.QuerySolutions):
        raise TypeError("a SELECT query answers with solutions")
    names = [variable.value for variable in solutions.variables]
    return [{name: _text(solution[name]) for name in names if solution[name] is not None} for solution in solutions]


def named(endpoint: Endpoint, chosen: str) -> list[dict[str, str]]:
    """The works that a query chooses as ?item, each with a title and a year where it has them."""
    found = rows(
        endpoint,
        "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX fabio: <http://purl.org/spar/fabio/> "
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX frbr: <http://purl.org/vocab/frbr/core#> "
        "PREFIX pro: <http://purl.org/spar/pro/> "
        f"SELECT ?item (MIN(?t) AS ?title) (MIN(?y) AS ?year) WHERE {{ {{ {chosen} }} "
        "OPTIONAL { ?item dcterms:title ?t } OPTIONAL { ?item fabio:hasPublicationYear ?y } } GROUP BY ?item",
    )
    return sorted(found, key=lambda row: (row.get("title", ""), row["item"]))


def of_record(endpoint: Endpoint, base: str, path: str) -> list[str]:
    """The description of the item below `path`, empty where there is none: what its conversion made, no other item.

    Things that it shares with other records appear with all that the graph says of them.
    """
    item, document, source = (iri(f"{base}{folder}/{path}") for folder in ("item", "record", "source"))
    own = [
        f"{{ VALUES ?s {{ {item} {document} {source} }} ?s ?p ?o }}",
        *(_reached(item, base, hops) for hops in range(1, _HOPS + 1)),
        _reached(source, base, 1),
        _properties(item, base),
        *(_elsewhere(item, base, property_) for property_ in _OF_OTHERS),
    ]
    return lines(endpoint, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {' UNION '.join(own)} }}")


def of_thing(endpoint: Endpoint, base: str, address: str) -> list[str]:
    """The description of a shared thing (journal, person, subject …), and the first works that lead to it."""
    thing = iri(address)
    own = [f"{{ VALUES ?s {{ {thing} }} ?s ?p ?o }}", _reached(thing, base, 1), _reached(thing, base, 2)]
    return lines(endpoint, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {' UNION '.join(own)} }}")


def narrower(endpoint: Endpoint, address: str, limit: int = 500) -> list[str]:
    """The addresses of the subjects of which something says that a subject is broader."""
    query = f"SELECT ?s WHERE {{ ?s <http://www.w3.org/2004/02/skos/core#broader> {iri(address)} }} LIMIT {limit}"
    return [row["s"] for row in rows(endpoint, query)]


def is_pointed_at(endpoint: Endpoint, address: str) -> bool:
    """Whether something is said with a thing, of which nothing is said: a scheme is named and not described."""
    return bool(rows(endpoint, f"SELECT ?s WHERE {{ ?s ?p {iri(address)} }} LIMIT 1"))


def _reached(start: str, base: str, hops: int) -> str:
    """A pattern for what lies so many steps ahead, over things of ours that are not other items."""
    stops = [start, *(f"?n{number}" for number in range(1, hops)), "?s"]
    steps = "".join(
        f"{one} ?q{number} {other} . {_ours(other, start, base)} "
        for number, (one, other) in enumerate(pairwise(stops))
    )
    return f"{{ {steps} ?s ?p ?o }}"


def _ours(variable: str, start: str, base: str) -> str:
    """A filter: an address of ours, and no item but this one's parts."""
    own = start[1:-1]
    return (
        f'FILTER(isIRI({variable}) && STRSTARTS(STR({variable}), "{base}")'
        f' && (STRSTARTS(STR({variable}), "{own}#") || !STRSTARTS(STR({variable}), "{base}item/")))'
    )


def _elsewhere(item: str, base: str, property_: str) -> str:
    """A pattern for what is said of the things that the item leads to and that have no address of ours."""
    return (
        f'{{ {item} ?any ?s . ?s <{property_}> ?o . FILTER(!STRSTARTS(STR(?s), "{base}")) BIND(<{property_}> AS ?p) }}'
    )


def _properties(item: str, base: str) -> str:
    """A pattern for the fallback properties that the item uses, which are described beside it."""
    return f'{{ {item} ?s ?any . FILTER(STRSTARTS(STR(?s), "{base}field/")) ?s ?p ?o }}'


def _text(term: object) -> str:
    if isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.Literal)):
        return term.value
    return str(term)
