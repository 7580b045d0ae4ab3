"""How far a harvest is: kept with every page, so that the next run goes on from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from converter.errors import UsageError
from converter.harvest import Options


class Position(msgspec.Struct, omit_defaults=True):
    """How far the harvest of one set of one endpoint is.

    The harvest takes what changed since `from_`, and began at the moment `started` by the repository's clock.
    `token` leads to the next page of the list of now, which begins at `listed_from`; `size` is how many records that
    list says to have, `count` how many came, `last` the latest datestamp among them, `ordered` whether datestamps
    never went back.  `completed` is when the last whole harvest began, `skipped` which records it could not have.
    """

    prefix: str = ""
    token: str = ""
    from_: str = ""
    listed_from: str = ""
    started: str = ""
    size: int | None = None
    count: int = 0
    last: str = ""
    ordered: bool = True
    completed: str = ""
    skipped: tuple[str, ...] = ()

    def encoded(self) -> str:
        """The text to keep."""
        return msgspec.json.encode(self).decode()


def decoded(text: str | None) -> Position:
    """The position in a kept text; the beginning where there is none, or where it is of another version.

    >>> decoded(Position("xoai", token="abc").encoded()).token
    'abc'
    """
    try:
        return msgspec.json.decode(text or "{}", type=Position)
    except msgspec.DecodeError:
        return Position()


def moment(text: str) -> datetime | None:
    """The moment of a datestamp, by seconds or by day; None where it is none.

    >>> moment("2024-02-03").isoformat(), moment("yesterday")
    ('2024-02-03T00:00:00+00:00', None)
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(when: datetime, *, by_day: bool) -> str:
    """A moment as the repository writes it.

    >>> stamp(datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC), by_day=False)
    '2024-02-03T04:05:06Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%d" if by_day else "%Y-%m-%dT%H:%M:%SZ")


def beginning(options: Options, completed: str, now: str, *, by_day: bool) -> str:
    """From which datestamp on to harvest, "" for everything.

    It is an overlap before the last whole harvest, and before the repository's clock should that have gone back.

    Raises UsageError where `since` is no moment.
    """
    if options.since:
        since = moment(options.since)
        if since is None:
            raise UsageError(f"--since: {options.since!r} is no moment; write 2024-12-31 or 2024-12-31T23:59:59Z")
        return stamp(since, by_day=by_day)
    last, current = moment(completed), moment(now)
    if options.full or last is None:
        return ""
    return stamp(min(last, current or last) - timedelta(seconds=options.overlap), by_day=by_day)
