"""What the first page of a question asks, so that it can be asked before somebody does."""

from __future__ import annotations

from collections.abc import Iterator

from queries import bind
from server.named_queries.paging import Arranged, Page
from server.named_queries.parameters import Asked
from server.named_queries.query_list import questions
from server.sparql import Request

PREPARED = ("works-per-year", "funders-by-output", "open-access-share", "journals-by-count")
"""Questions that read most works, and that the front page and the list lead to first."""


def page_request(question: Arranged, wanted: Asked) -> Request:
    """What a page for people asks: one row more than it shows, which says whether there is another page."""
    page = wanted.page or Page()
    return Request(bind(question.rows(page.skipped, page.size + 1), wanted.values), "json")


def prepared() -> Iterator[Request]:
    """Yield what the first pages ask that are made before somebody asks for them."""
    known = questions()
    yield from (page_request(known[name], Asked({}, None)) for name in PREPARED if name in known)
