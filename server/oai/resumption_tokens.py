"""How far a list is: all of it stands in its resumptionToken, so that a token is good for as long as the archive is.

A list goes by the numbers of last changes.  A record that changes while the list is read goes to its end, so nothing
is passed over, and what stood before a token never comes again in front of it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta

from server.oai.arguments import Fault

_LARGEST = (1 << 62) - 1
_Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
_Count = Annotated[int, Meta(ge=0, le=_LARGEST)]


class Position(msgspec.Struct, array_like=True, frozen=True):
    """A list and the place in it.

    `begun` is when the journal began, which differs for each archive; `after` is the last change that was listed,
    `cursor` how many records came before, `size` how many there are in all, None where that is not known.
    """

    prefix: str
    begun: str
    since: _Moment | None = None
    until: _Moment | None = None
    set: str | None = None
    after: _Count = 0
    cursor: _Count = 0
    size: _Count | None = None


def encoded(position: Position) -> str:
    """The token."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decoded(token: str, begun: str) -> Position:
    """The position that a token holds.

    Raises Fault (badResumptionToken) where it is none of ours, or one of another archive.

    >>> decoded(encoded(Position("dim", "2024-01-01T00:00:00Z", after=7)), "2024-01-01T00:00:00Z").after
    7
    """
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        position = msgspec.json.decode(data, type=Position)
    except (binascii.Error, ValueError):
        raise Fault("badResumptionToken", "This token was not made here; begin the list again.") from None
    if position.begun != begun:
        raise Fault("badResumptionToken", "This token belongs to records that were here before; begin the list again.")
    return position
