"""Events as lines of a log: one event one line, whatever a client wrote into it, and no e-mail address in any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from converter.privacy import masked
from server.sparql.lexer import unescaped

Value = str | int | float | bool
Event = Mapping[str, Value]
"""What happened: `time` in seconds since 1970, `level`, `event`, and what belongs to that event."""

LONGEST = 2_000
"""Characters of a text that are logged."""
_LONGEST_ADDRESS = 320


def loggable(text: str, longest: int = LONGEST) -> str:
    r"""The text as a log may hold it: cut, and without e-mail addresses however they are spelt.

    >>> loggable("/person/ann%40example.org"), loggable('ASK { ?s ?p "ann\\u0040example.org" }')
    ('/person/[e-mail address removed]', 'ASK { ?s ?p "[e-mail address removed]" }')
    """
    # An address across the cut is whole when it is masked.
    plain = unescaped(text[: longest + _LONGEST_ADDRESS]).replace("%40", "@")
    return masked(plain)[:longest]


def one_line(text: str) -> str:
    r"""The text with everything escaped that a terminal or a reader of lines would act upon.

    >>> one_line("SELECT\n\x1b[31m * \\ é")
    'SELECT\\n\\x1b[31m * \\\\ é'
    """
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def as_json(event: Event) -> str:
    """The event as an object of JSON."""
    shown = {**event, "time": _moment(event["time"])}
    # JSON lets U+2028 and its like stand, at which some readers of lines break.
    text = msgspec.json.encode({key: _sound(value) for key, value in shown.items()}).decode()
    return text if text.isprintable() else "".join(c if c.isprintable() else _json_escape(c) for c in text)


def as_text(event: Event) -> str:
    """The event as a short line for people; a traceback follows on lines of its own that cannot pass for others."""
    form = _FORMS.get(str(event["event"]))
    head = form(event) if form else str(event.get("message", ""))
    line = f"{_moment(event['time'])} {one_line(head)}"
    trace = str(event.get("trace", "")).rstrip("\n")
    return line + "".join(f"\n    | {one_line(part)}" for part in trace.split("\n")) if trace else line


def _request(event: Event) -> str:
    asked = ""
    if event.get("queries"):
        asked = f" (queue {_ms(event['queued'])}, evaluate {_ms(event['evaluated'])})"
    broken = f" broken off: {event['broken']}" if "broken" in event else ""
    # A space within a path would make a line that says something else.
    path = str(event["path"]).replace(" ", "%20")
    return (
        f"{event['status']} {event['method']} {path} {event['bytes']} B {_ms(event['seconds'])}{asked}{broken}"
        f" {event['id']}"
    )


def _slow_query(event: Event) -> str:
    return f"slow query, {float(event['seconds']):.2f} s, {event['outcome']}, {event['id']}: {event['query']}"


def _fault(event: Event) -> str:
    return f"fault in {event['id'] or 'the server'}: {event['message']}"


_FORMS = {"request": _request, "slow query": _slow_query, "fault": _fault}


def _ms(seconds: Value) -> str:
    return f"{float(seconds) * 1_000:.1f} ms"


def _moment(seconds: Value) -> str:
    """The time as ISO 8601, to the millisecond.

    >>> _moment(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sound(value: Value) -> Value:
    """The value without halves of characters, which UTF-8 cannot carry."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
