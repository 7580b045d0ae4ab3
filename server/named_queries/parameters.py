"""What a client asks of a question: its parameters, each of its type, and the page that is wanted.

A value becomes a term by the loader of the questions, or is refused with the parameter, the value and the remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from converter.errors import ShelfgraphError
from queries import Parameter, Query
from server.named_queries.paging import SIZE, WINDOW, Page
from server.named_queries.parameter_types import KINDS

FORMATS = ("format", "output")
_MOST_PARAMETERS = 100
_SHOWN = 200


class WrongParameter(ShelfgraphError):
    """A parameter is unknown, missing, given twice or not of its type; `name` is None where none can be named."""

    def __init__(self, stated: str, name: str | None = None, value: str | None = None) -> None:
        super().__init__(stated)
        self.name = name[:_SHOWN] if name else name
        self.value = value[:_SHOWN] if value else value


class Asked(NamedTuple):
    """The values of a question's own parameters, and the page; None is all rows."""

    values: dict[str, str]
    page: Page | None


def parameters(query_string: bytes) -> dict[str, str]:
    """The parameters of an address; an empty one is one that is not given, as a form sends it.

    Raises WrongParameter for one that is given twice, and for what is not UTF-8 beneath its percent signs.

    >>> parameters(b"since=&page=2")
    {'page': '2'}
    """
    try:
        text = query_string.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise WrongParameter("The parameters are not UTF-8 beneath their percent signs; send them as UTF-8.") from None
    except ValueError:
        raise WrongParameter(f"There are more than {_MOST_PARAMETERS} parameters; send fewer.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise WrongParameter(f"The parameter {name[:_SHOWN]} is given more than once; send it once.", name, value)
        found[name] = value
    return {name: value for name, value in found.items() if value}


def asked(query: Query, given: Mapping[str, str]) -> Asked:
    """The values and the page that are given, each checked.

    Raises WrongParameter.
    """
    own = {parameter.name: parameter for parameter in query.parameters}
    for name, value in given.items():
        if name not in own and name not in WINDOW and name not in FORMATS:
            raise _unknown(query, name, value, [*own, *WINDOW, "format"])
    values = {name: _checked(parameter, given[name]) for name, parameter in own.items() if name in given}
    for parameter in missing(query, given):
        stated = f"The parameter {parameter.name} is missing: {parameter.description}. Add {parameter.name}= and"
        raise WrongParameter(f"{stated} {KINDS[parameter.type].written}, percent-encoded.", parameter.name)
    return Asked(values, _page(given))


def missing(query: Query, given: Mapping[str, str]) -> list[Parameter]:
    """The parameters that must be given and are not."""
    return [one for one in query.parameters if one.default is None and one.name not in given]


def near(name: str, known: Iterable[str]) -> list[str]:
    """What may have been meant: names that are written alike, or that hold the word.

    >>> near("coauthor", ["coauthors", "works-per-year"]), near("year", ["coauthors", "works-per-year"])
    (['coauthors'], ['works-per-year'])
    """
    word = name.lower()[:_SHOWN]
    names = list(known)
    alike = difflib.get_close_matches(word, names)
    return alike + [other for other in names if word and word in other and other not in alike]


def _checked(parameter: Parameter, value: str) -> str:
    try:
        KINDS[parameter.type].check(value)
    except ValueError as fault:
        kind = "address" if parameter.type == "iri" else parameter.type
        reason = str(fault).removeprefix(f"{value[:_SHOWN]!r} is not an absolute IRI: ")
        stated = f"The parameter {parameter.name} is {value[:_SHOWN]!r}, which is no {kind}"
        # The engine names a character as it is, and that may be the end of a line.
        stated += f": {reason}." if reason.isprintable() else "."
        remedy = f"Write {KINDS[parameter.type].written}, percent-encoded."
        raise WrongParameter(f"{stated} {remedy}", parameter.name, value) from None
    return value


def _unknown(query: Query, name: str, value: str, known: list[str]) -> WrongParameter:
    meant = near(name, known)
    has = f"did you mean {meant[0]}?" if meant else f"it has {', '.join(known)}."
    stated = f"The question {query.name} has no parameter {name[:_SHOWN]!r}, given as {value[:_SHOWN]!r}; {has}"
    return WrongParameter(stated, name, value)


def _page(given: Mapping[str, str]) -> Page | None:
    if not WINDOW.keys() & given.keys():
        return None
    number, size = (_count(name, given.get(name)) for name in WINDOW)
    return Page(number or 1, size or SIZE)


def _count(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    most = WINDOW[name]
    if value.isascii() and value.isdecimal() and len(value) <= 9 and 1 <= int(value) <= most:
        return int(value)
    stated = f"The parameter {name} is {value[:_SHOWN]!r}; write a whole number from 1 to {most:,}."
    raise WrongParameter(stated, name, value)
