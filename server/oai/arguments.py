"""The arguments of a request, as the protocol allows them.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, sections 3.1, 3.3 and 3.6,
http://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from converter.values.terms import UNCARRIABLE


class Fault(Exception):
    """A request that is answered by an error of the protocol."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Rules(NamedTuple):
    """What a verb must have and may have; `alone` is what it must have and what then stands for all the rest."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    alone: str = ""


_LIST = Rules(("metadataPrefix",), ("from", "until", "set"), "resumptionToken")
VERBS = {
    "Identify": Rules(),
    "ListMetadataFormats": Rules(optional=("identifier",)),
    "ListSets": Rules(alone="resumptionToken"),
    "GetRecord": Rules(("identifier", "metadataPrefix")),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
}

_SYNTAX = {
    "metadataPrefix": (re.compile(r"[A-Za-z0-9\-_.!~*'()]+"), "is no name of a format"),
    "set": (re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*"), "is no setSpec"),
    "identifier": (re.compile(r"\S+"), "is no identifier"),
    "from": (re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?", re.ASCII), "is no day and no moment in UTC"),
    "until": (re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?", re.ASCII), "is no day and no moment in UTC"),
    "resumptionToken": (re.compile(r"\S+"), "is no token"),
}
_DAY = len("2024-12-31")


class Asked(NamedTuple):
    """A verb with arguments that fit it."""

    verb: str
    arguments: dict[str, str]


class Window(NamedTuple):
    """The first and the last moment of changes that are asked for, both included."""

    since: str | None
    until: str | None


def asked(pairs: Iterable[tuple[str, str]]) -> Asked:
    """The verb and its arguments.

    Raises Fault (badVerb, badArgument).

    >>> asked([("verb", "GetRecord"), ("identifier", "oai:x:1"), ("metadataPrefix", "dim")]).arguments
    {'identifier': 'oai:x:1', 'metadataPrefix': 'dim'}
    """
    arguments: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in arguments:
            repeated.add(name)
        arguments[name] = value
    verb = arguments.pop("verb", None)
    rules = VERBS.get(verb or "")
    if verb is None or rules is None or "verb" in repeated:
        known = ", ".join(VERBS)
        how = "is repeated" if "verb" in repeated else "is missing" if verb is None else "is not known"
        raise Fault("badVerb", f"The verb {how}; there are {known}.")
    if repeated:
        raise Fault("badArgument", f"{_told(repeated)}: given more than once; each argument stands once.")
    _check(verb, rules, arguments)
    return Asked(verb, arguments)


def window(arguments: dict[str, str]) -> Window:
    """The moments between which the changes lie; a day is meant whole.

    Raises Fault (badArgument) where the two are of different granularity, or the wrong way round.

    >>> window({"from": "2024-02-03", "until": "2024-02-03"})
    Window(since='2024-02-03T00:00:00Z', until='2024-02-03T23:59:59Z')
    """
    since, until = arguments.get("from"), arguments.get("until")
    if since and until and len(since) != len(until):
        raise Fault("badArgument", "from and until are of different granularity; give two days or two moments.")
    if since and until and since > until:
        raise Fault("badArgument", f"from {since} is behind until {until}; exchange them.")
    if since and len(since) == _DAY:
        since += "T00:00:00Z"
    if until and len(until) == _DAY:
        until += "T23:59:59Z"
    return Window(since, until)


def _check(verb: str, rules: Rules, arguments: dict[str, str]) -> None:
    """Raise Fault where the arguments are not those of the verb."""
    names = set(arguments)
    strange = names - {*rules.required, *rules.optional, rules.alone}
    if strange:
        raise Fault("badArgument", f"{_told(strange)}: no argument of {verb}.")
    if rules.alone in names:
        if len(names) > 1:
            raise Fault("badArgument", f"{rules.alone} stands alone; it holds all other arguments.")
    elif missing := set(rules.required) - names:
        raise Fault("badArgument", f"{_told(missing)}: missing, and {verb} needs it.")
    for name, value in arguments.items():
        pattern, reason = _SYNTAX[name]
        if not pattern.fullmatch(value) or UNCARRIABLE.search(value):
            raise Fault("badArgument", f"{name}={_short(value)} {reason}.")
        if name in {"from", "until"} and not _is_moment(value):
            raise Fault("badArgument", f"{name}={value} is not in the calendar.")


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _told(names: Iterable[str]) -> str:
    return ", ".join(_short(name) for name in sorted(names))


def _short(text: str) -> str:
    return UNCARRIABLE.sub("", text)[:100]
