"""A request for a search → what is looked for, and the addresses of the searches around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from converter.store.catalogue import ROLES
from converter.store.catalogue_search import FACETS, SORTS, Wanted
from server.http.languages import gettext

LONGEST = 500
"""Letters that a search may have."""
FURTHEST = 100_000
"""The last page that may be asked for."""
_YEARS = re.compile(r"(\d{1,4})?(?:-(\d{1,4})?)?")
_MOST = 40
"""Filters of one search."""


class WrongSearch(ValueError):
    """A search that cannot be meant; the message names the parameter, its value, and what is right."""


class Searched(NamedTuple):
    """What a request looks for: the text, the filters as (role, address), the years as written, order and page.

    `more` names a facet of which more values are shown.
    """

    text: str
    filters: tuple[tuple[str, str], ...]
    years: str
    sort: str
    page: int
    more: str

    @property
    def wanted(self) -> Wanted:
        """What the index is asked."""
        match = _YEARS.fullmatch(self.years)
        first = int(match[1]) if match and match[1] else None
        last = int(match[2]) if match and match[2] else None if "-" in self.years else first
        things = tuple(("" if role == "thing" else role, address) for role, address in self.filters)
        return Wanted(self.text, things, self.sort, first, last)

    def address(self, path: str, **changes: Any) -> str:
        """The address of the search with these changes; it begins at its first page unless one is named."""
        stated = self._replace(**{"page": 1, "more": "", **changes})
        pairs = [("q", stated.text)] if stated.text else []
        pairs += [*stated.filters]
        pairs += [("year", stated.years)] if stated.years else []
        pairs += [("sort", stated.sort)] if stated.sort else []
        pairs += [("page", str(stated.page))] if stated.page > 1 else []
        pairs += [("more", stated.more)] if stated.more else []
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def without(self, path: str, role: str, address: str) -> str:
        """The address of the search without one of its filters."""
        return self.address(path, filters=tuple(one for one in self.filters if one != (role, address)))

    def narrowed(self, path: str, role: str, address: str) -> str:
        """The address of the search with one filter more."""
        return self.address(path, filters=(*self.filters, (role, address)))


def searched(arguments: MultiDict[str, str]) -> Searched:
    """What a query string looks for.

    Raises WrongSearch where a parameter has a value that cannot be.
    """
    text = " ".join(arguments.get("q", "").split())
    if len(text) > LONGEST:
        raise WrongSearch(f"The parameter q has {len(text)} characters; ask with {LONGEST} at the most.")
    years = _years(arguments)
    sort = arguments.get("sort", "")
    if sort and sort not in SORTS:
        raise WrongSearch(f"The parameter sort is {sort[:40]!r}; it is one of {', '.join(SORTS)}.")
    page = arguments.get("page") or "1"
    if not (page.isascii() and page.isdigit() and len(page) < 8 and 1 <= int(page) <= FURTHEST):
        raise WrongSearch(f"The parameter page is {page[:40]!r}; it must be a number from 1.")
    filters = [(role, value) for role in (*ROLES, "thing") for value in arguments.getlist(role) if value]
    if len(filters) > _MOST:
        raise WrongSearch(f"The search has {len(filters)} filters; ask with {_MOST} at the most.")
    more = arguments.get("more", "")
    return Searched(
        text, tuple(dict.fromkeys(filters)), years, sort, int(page), more if more in FACETS else ""
    )  # fmt: skip


def page_links(page: int, last: int) -> list[int]:
    """The pages that are offered: the first, those around this one, the last; 0 stands for a gap.

    >>> page_links(5, 15)
    [1, 0, 4, 5, 6, 0, 15]
    """
    shown = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    found: list[int] = []
    for number in shown:
        if found and number - found[-1] > 1:
            found.append(0)
        found.append(number)
    return found


def years_in_words(years: str) -> str:
    """Years as a chip says them.

    >>> years_in_words("2008-2020"), years_in_words("2008-"), years_in_words("-1999"), years_in_words("2001")
    ('2008 to 2020', 'from 2008', 'to 1999', '2001')
    """
    first, dash, last = years.partition("-")
    if not dash or first == last:
        return first
    if first and last:
        return gettext("%(first)s to %(last)s", first=first, last=last)
    return gettext("from %(year)s", year=first) if first else gettext("to %(year)s", year=last)


def _years(arguments: MultiDict[str, str]) -> str:
    years = arguments.get("year", "").strip().replace("–", "-")
    ends: Sequence[str] = [arguments.get(name, "").strip() for name in ("from", "to")]
    if any(ends):
        years = "-".join(ends)
    if years and not (_YEARS.fullmatch(years) and years != "-"):
        raise WrongSearch(f"The year is {years[:40]!r}; write 2001, 2001-2010, 2001- or -2010.")
    return years
