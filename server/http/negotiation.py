"""Which of our offers a client likes best, by its Accept header (RFC 9110 section 12.5.1).

Media-type parameters are matched softly: `application/ld+json;profile="…"` is `application/ld+json`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from converter.formats import OTHER_TYPES

_WEIGHT = re.compile(r''';[ \t]*q[ \t]*=[ \t]*"?([^\s;,"]*)"?|"[^"]*"''', re.IGNORECASE)


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    r"""The offer of the highest quality, the first among equals; None where the client refuses them all.

    >>> offers = ["text/turtle", "application/ld+json", "text/html"]
    >>> choose("application/ld+json;profile=\"x\", text/turtle;q=0.5", offers)
    'application/ld+json'
    >>> choose("text/turtle;q=0, */*", offers), choose(None, offers), choose("image/png", offers)
    ('application/ld+json', 'text/turtle', None)
    >>> choose("text/turtle;q=.2, text/html;q=.5", offers), choose("text/turtle;q=high", offers)
    ('text/html', 'text/turtle')
    >>> choose("text/n3, */*;q=0.1", offers), choose("text/turtle;q=0, text/n3", offers)
    ('text/turtle', None)
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = _ranges(accept)
    for other, name in OTHER_TYPES.items():
        if other in ranges and other not in offers:
            ranges.setdefault(name, ranges[other])
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    return best if _quality(best, ranges) > 0 else None


def _ranges(accept: str) -> dict[str, float]:
    """Media range without parameters → its quality; the best where parameters made several of one."""
    found: dict[str, float] = {}
    for text, quality in parse_accept_header(_WEIGHT.sub(_sound_weight, accept), MIMEAccept):
        bare = text.partition(";")[0].strip().lower()
        found[bare] = max(quality, found.get(bare, 0.0))
    return found


def _sound_weight(weight: re.Match[str]) -> str:
    """The weight as the standard spells it, since clients write `q=.2` too; none where it is no number at all."""
    if weight[1] is None:  # a quoted string, which may hold anything
        return weight[0]
    try:
        return f";q={min(1.0, max(0.0, float(weight[1]))):.3f}"
    except ValueError:
        return ""


def _quality(offer: str, ranges: dict[str, float]) -> float:
    """The quality of an offer: that of the most specific range that takes it in."""
    for range_ in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        if range_ in ranges:
            return ranges[range_]
    return 0.0
