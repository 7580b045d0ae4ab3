"""Header fields that answers have in common."""

from __future__ import annotations

OPEN = {"Access-Control-Allow-Origin": "*"}
"""On every answer: the data are open, and no answer depends on who asks."""
EXPOSED = "Link, ETag, Content-Location, Content-Profile, Location, Retry-After, Server-Timing, X-Request-Id"
BORNE = {
    **OPEN,
    "Access-Control-Expose-Headers": EXPOSED,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What every answer bears, refusals included."""
VARY = "Accept, Accept-Profile, Accept-Encoding"
