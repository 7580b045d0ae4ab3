"""Questions over the web: every format, every page, and what is said where they are asked wrongly."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qsl, urlencode

import pyoxigraph
import pytest

from queries import all_queries, bind
from tests.conftest import Site
from tests.test_sparql import Answer, ask

NAMES = [query.name for query in all_queries()]
KINDS = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "srj": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def values(site: Site, name: str) -> dict[str, str]:
    """What a question must be given."""
    return {
        "coauthors": {"person": f"{site.base}person/20-500-12345/rp00042"},
        "record-overview": {"item": f"{site.base}item/20.500.12345/678"},
        "works-of-a-thing": {"thing": f"{site.base}journal/5555-1238"},
    }.get(name, {})


def get(site: Site, name: str, headers: dict[str, str] | None = None, **parameters: str | int) -> Answer:
    """The question by GET."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return ask(site, "GET", f"/queries/{name}{query}", **(headers or {}))


def rows(answer: Answer) -> list[list[str]]:
    """The rows of an answer in CSV."""
    assert answer.status == 200, answer.body
    return list(csv.reader(io.StringIO(answer.body.decode())))[1:]


def links(answer: Answer) -> dict[str, str]:
    """Relation → address, out of the header Link."""
    return {relation: address for address, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])}


@pytest.mark.parametrize("name", NAMES)
def test_a_question_answers_what_its_query_answers(site: Site, name: str) -> None:
    query = bind(next(query for query in all_queries() if query.name == name), values(site, name))
    asked = ask(site, "POST", "/sparql", query, Accept="text/csv", Content_Type="application/sparql-query")
    found = rows(get(site, f"{name}.csv", **values(site, name)))
    assert sorted(found) == sorted(rows(asked))


def test_the_authors_of_a_work_stand_in_their_order(site: Site) -> None:
    (row,) = rows(get(site, "record-overview.csv", **values(site, "record-overview")))
    assert row[-1] == "Marrow, T; Quill, A; Brandt-Yao, LM; Sandoval, O"


@pytest.mark.parametrize("name", KINDS)
def test_by_accept_by_parameter_and_by_suffix_come_the_same_bytes(site: Site, name: str) -> None:
    by_accept = get(site, "works-per-year", {"Accept": KINDS[name]})
    others = [get(site, f"works-per-year.{name}", HTML), get(site, "works-per-year", HTML, format=name)]
    assert by_accept.headers["content-type"].partition(";")[0] == KINDS[name]
    assert by_accept.headers["vary"] == "Accept, Accept-Profile, Accept-Encoding"
    assert {answer.body for answer in others} == {by_accept.body}


def test_json_is_a_list_of_objects_with_typed_values(site: Site) -> None:
    found = json.loads(get(site, "works-per-year.json").body)
    assert {tuple(row) for row in found} == {("year", "type", "works")}
    assert {type(value) for row in found for value in (row["year"], row["works"])} == {str, int}
    lines = get(site, "works-per-year.jsonl").body.splitlines()
    assert [json.loads(line) for line in lines] == found
    sparql = json.loads(get(site, "works-per-year.srj").body)["results"]["bindings"]
    assert [row["year"]["value"] for row in sparql] == [row["year"] for row in found]
    authors = json.loads(get(site, "authors-in-order.json", size=2).body)
    assert [(type(row["position"]), type(row["name"])) for row in authors] == [(int, str), (int, str)]
    names = json.loads(get(site, "coauthors.json", person=f"{site.base}person/20-500-12345/rp00042").body)
    assert {row["keyed"] for row in names} == {False}


def test_a_table_names_the_types_of_its_columns_where_that_is_asked_for(site: Site) -> None:
    head, *rest = get(site, "authors-in-order.typed.csv").body.decode().splitlines()
    assert head == "title:string,position:integer,name:string,person:iri"
    assert rest == get(site, "authors-in-order.csv").body.decode().splitlines()[1:]
    answer = get(site, "authors-in-order", format="typed.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("format_", ["objects", "jsonl", "typed.csv"])
def test_any_query_is_answered_for_programs_that_know_no_sparql(site: Site, format_: str) -> None:
    values = '(1 "A"@en 1.5 true <urn:x> UNDEF) (2 "B" 2.5 false <urn:y> "z")'
    query = f"SELECT * {{ VALUES (?n ?text ?f ?b ?i ?u) {{ {values} }} }}"
    body = ask(site, "GET", f"/sparql?{urlencode({'query': query, 'format': format_})}").body.decode()
    objects = [
        {"n": 1, "text": "A", "f": 1.5, "b": True, "i": "urn:x", "u": None},
        {"n": 2, "text": "B", "f": 2.5, "b": False, "i": "urn:y", "u": "z"},
    ]
    if format_ == "objects":
        assert json.loads(body) == objects
        none = ask(site, "GET", f"/sparql?{urlencode({'query': 'SELECT ?n {} LIMIT 0', 'format': format_})}")
        assert (none.body, none.headers["content-type"]) == (b"[]\n", "application/json")
    elif format_ == "jsonl":
        assert [json.loads(line) for line in body.splitlines()] == objects
    else:
        assert body.splitlines() == [
            "n:integer,text:string,f:decimal,b:boolean,i:iri,u:string",
            "1,A,1.5,true,urn:x,",
            "2,B,2.5,false,urn:y,z",
        ]
    truth = ask(site, "GET", f"/sparql?{urlencode({'query': 'ASK {}', 'format': format_})}")
    assert truth.body == b"true\n"


def test_a_client_of_sparql_that_accepts_plain_json_has_the_results_of_sparql(site: Site) -> None:
    answer = ask(site, "GET", "/sparql?query=ASK{}", Accept="application/json")
    assert answer.headers["content-type"] == "application/sparql-results+json"


def test_a_program_that_accepts_anything_has_json(site: Site) -> None:
    answer = get(site, "works-per-year")
    assert answer.headers["content-type"] == "application/json"
    assert [*json.loads(answer.body)[0]] == ["year", "type", "works"]


@pytest.mark.parametrize(
    ("name", "headers", "parameters"),
    [
        ("works-per-year", {"Accept": "image/png"}, {}),
        ("works-per-year.pdf", {}, {}),
        ("works-per-year.ttl", {}, {}),
        ("works-per-year", {}, {"format": "pdf"}),
    ],
)
def test_a_format_that_it_has_not_is_told_with_those_it_has(
    site: Site, name: str, headers: dict[str, str], parameters: dict[str, str]
) -> None:
    answer = get(site, name, headers, **parameters)
    assert answer.status == 406
    assert "csv" in json.loads(answer.body)["detail"]


def test_what_the_client_has_is_not_made_again(site: Site) -> None:
    first = get(site, "works-per-year.csv", size=2)
    again = get(site, "works-per-year.csv", {"If-None-Match": first.headers["etag"]}, size=2)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["cache-control"] == again.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "next" in links(first)
    # A cache puts the headers of a 304 in the place of those it has: half of Link would lose the next page.
    assert "link" not in again.headers


def test_another_page_and_another_format_have_other_etags(site: Site) -> None:
    answers = [
        get(site, "works-per-year.csv"),
        get(site, "works-per-year.json"),
        get(site, "works-per-year.csv", size=2),
        get(site, "works-per-year.csv", size=2, page=2),
        get(site, "works-per-year", HTML),
    ]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


def test_pages_in_a_row_are_all_rows(site: Site) -> None:
    whole = rows(get(site, "authors-in-order.csv"))
    assert len(whole) > 6
    answer = get(site, "authors-in-order.csv", size=3)
    pages = [rows(answer)]
    while "next" in links(answer):
        address = links(answer)["next"]
        assert address.startswith(f"{site.base}queries/authors-in-order.csv?")
        answer = ask(site, "GET", "/" + address.removeprefix(site.base))
        pages.append(rows(answer))
    assert [row for page in pages for row in page] == whole
    assert all(len(page) == 3 for page in pages[:-1])
    assert pages[-1]


@pytest.mark.parametrize(
    ("parameters", "relations"),
    [
        ({"size": 3}, {"first", "next"}),
        ({"size": 3, "page": 2}, {"first", "prev", "next"}),
        ({"size": 10_000}, {"first"}),
        ({"page": 1_000_000}, {"first", "prev"}),
    ],
)
def test_a_page_leads_to_those_that_there_are(site: Site, parameters: dict[str, int], relations: set[str]) -> None:
    assert links(get(site, "authors-in-order.csv", **parameters)).keys() == relations


def test_a_page_that_ends_with_the_last_row_has_no_next(site: Site) -> None:
    size = len(rows(get(site, "authors-in-order.csv")))
    assert "next" not in links(get(site, "authors-in-order.csv", size=size))
    assert "next" in links(get(site, "authors-in-order.csv", size=size - 1))


def test_other_pages_keep_the_parameters(site: Site) -> None:
    stated = values(site, "coauthors")
    answer = get(site, "coauthors", size=1, format="csv", **stated)
    path, _, query = links(answer)["next"].partition("?")
    assert path == f"{site.base}queries/coauthors"
    assert dict(parse_qsl(query)) == {**stated, "format": "csv", "page": "2", "size": "1"}
    following = ask(site, "GET", "/" + links(answer)["next"].removeprefix(site.base))
    assert rows(answer) + rows(following) == rows(get(site, "coauthors.csv", **stated))[:2]


def test_all_rows_come_where_no_page_is_asked_for(site: Site) -> None:
    assert "link" not in get(site, "authors-in-order.csv").headers


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("coauthors", "", ["person", "missing", "http://"]),
        ("coauthors", "?person=", ["person", "missing"]),
        ("coauthors", "?person=x%20y", ["person", "'x y'", "no address", "http://"]),
        ("coauthors", "?person=relative/path", ["person", "'relative/path'", "no address"]),
        ("coauthors", "?person=http://x/%3E%20%7D%20UNION%20%7B", ["person", "no address"]),
        ("coauthors", "?person=urn:a&person=urn:b", ["person", "more than once", "once"]),
        ("coauthors", "?persons=urn:a", ["'persons'", "did you mean person"]),
        ("works-per-year", "?colour=red", ["'colour'", "page, size, format"]),
        ("changed-since", "?since=2026", ["since", "'2026'", "no moment", "2026-01-31T00:00:00Z"]),
        ("changed-since", "?since=2026-02-30T00:00:00Z", ["since", "'2026-02-30T00:00:00Z'", "day"]),
        ("changed-since", "?since=2026-01-31T00:00:00%2B15:00", ["since", "14 hours"]),
        ("works-per-year", "?page=0", ["page", "'0'", "from 1 to 1,000,000"]),
        ("works-per-year", "?page=-1", ["page", "'-1'"]),
        ("works-per-year", "?page=%D9%A3", ["page", "whole number"]),
        ("works-per-year", "?size=10001", ["size", "'10001'", "from 1 to 10,000"]),
        ("works-per-year", "?size=ten", ["size", "'ten'"]),
        ("works-per-year", "?size=%FF", ["UTF-8"]),
        ("works-per-year", "?" + "&".join(f"p{number}=1" for number in range(200)), ["100 parameters"]),
    ],
)
def test_a_wrong_parameter_is_named_with_its_value_and_the_remedy(
    site: Site, name: str, parameters: str, words: list[str]
) -> None:
    answer = ask(site, "GET", f"/queries/{name}.csv{parameters}")
    stated = json.loads(answer.body)
    assert (answer.status, stated["status"]) == (400, 400)
    assert answer.headers["content-type"] == "application/problem+json"
    assert [word for word in words if word not in stated["detail"]] == []


def test_a_problem_tells_programs_which_parameter_it_is(site: Site) -> None:
    stated = json.loads(get(site, "coauthors", person="x y").body)
    assert (stated["parameter"], stated["value"]) == ("person", "x y")


def test_a_default_is_taken_where_nothing_is_given(site: Site) -> None:
    everything = rows(get(site, "changed-since.csv"))
    assert everything == rows(get(site, "changed-since.csv", since="2000-01-01T00:00:00Z"))
    assert everything == rows(ask(site, "GET", "/queries/changed-since.csv?since="))
    assert everything
    assert rows(get(site, "changed-since.csv", since="9000-01-01T00:00:00Z")) == []


@pytest.mark.parametrize(
    ("name", "meant"), [("coauthor", "coauthors"), ("Works-Per-Year", "works-per-year"), ("doi", "works-without-doi")]
)
def test_a_question_that_nobody_knows_is_told_with_those_of_like_names(site: Site, name: str, meant: str) -> None:
    answer = get(site, name)
    stated = json.loads(answer.body)
    assert (answer.status, meant in stated["near"], meant in stated["detail"]) == (404, True, True)


@pytest.mark.parametrize("name", ["coauthors.", "..%2Fqueries", "%00", "x" * 5_000, "%C3%A9", "%FF"])
def test_a_strange_name_is_an_unknown_one(site: Site, name: str) -> None:
    assert ask(site, "GET", f"/queries/{name}").status == 404


@pytest.mark.parametrize("path", ["/queries", "/queries.ttl", "/queries/works-per-year", "/openapi.json"])
def test_every_method_but_reading_is_refused_with_those_that_are_not(site: Site, path: str) -> None:
    refused, stated, head = (ask(site, method, path) for method in ("POST", "OPTIONS", "HEAD"))
    assert (refused.status, set(refused.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "OPTIONS"})
    assert (stated.status, stated.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == ask(site, "GET", path).headers["content-type"]


def test_head_of_a_page_leads_to_the_next(site: Site) -> None:
    answer = ask(site, "HEAD", "/queries/authors-in-order.csv?size=2")
    assert (answer.status, answer.body, "next" in links(answer)) == (200, b"", True)


def test_every_format_can_be_read(site: Site) -> None:
    engine = pyoxigraph.QueryResultsFormat
    read = {"srj": engine.JSON, "xml": engine.XML, "tsv": engine.TSV}
    found = {
        name: len(list(pyoxigraph.parse_query_results(get(site, f"authors-in-order.{name}", size=5).body, format=kind)))
        for name, kind in read.items()
    }
    assert found == {"srj": 5, "xml": 5, "tsv": 5}


def test_a_site_over_a_service_elsewhere_answers_the_same(site: Site) -> None:
    other = Site("--endpoint", f"{site.base}sparql", "--base", site.base)
    try:
        for name in ("authors-in-order.csv", "works-per-year.json", "coauthors.xml"):
            stated = values(site, name.partition(".")[0])
            here, there = (get(place, name, size=2, **stated) for place in (site, other))
            assert (here.body, here.headers["link"]) == (there.body, there.headers["link"])
    finally:
        other.stop()
