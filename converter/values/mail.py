"""E-mail addresses in text, however they are spelt: where each begins and ends, in time linear in the text.

Source: RFC 5321, sections 4.1.2 and 4.5.3.1 (what an address may hold, and how long its parts are at most).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_OPEN, _CLOSE = r"\s?[(\[{<*~|]\s?", r"\s?[)\]}>*~|]\s?"
_NOTHING = r"[\u200b-\u200d\u2060\ufeff\u00ad]{0,4}"
"""Signs that nobody sees, which may hide an address from programs."""
_AT = re.compile(
    rf"{_NOTHING}\s?\\?[@\uff20\ufe6b]{_NOTHING}\s?|\s?&(?:amp;)?(?:#0{{0,4}}64|#x0{{0,4}}40|commat);\s?"
    r"|%(?:25)?40|=40(?=[^\W\d_])|\\(?:u00|x)40"
    rf"|{_OPEN}(?:at|@|\uff20|arroba|chiocciola|kukac|klammeraffe|chez|ät){_CLOSE}|(?<=[^\W\d_])[(\[]a[)\]](?=\w)"
    r"|\s(?:at|AT)\s(?=[\w-]{1,63}\s(?:dot|DOT)\s)|_at_(?=[\w-]{1,63}(?:\.|_dot_))"
    r"|(?-i:\sAT\s(?=[\w-]{1,63}\.[\w.-]{0,63}[a-z]))",
    re.IGNORECASE,
)
# No sign without one of these; most texts have none, and to look for them takes a tenth of the time.
_NEEDED = ("@", "\uff20", "\ufe6b", "40", "&", "_", "AT", *"([{<*~|")
_PLAIN = frozenset("@\uff20\ufe6b")
_ALSO_ELSEWHERE = frozenset({"_at_", "=40"})
"""Spellings of the sign that stand in names of files and in queries as well."""
_OF_QUERIES = frozenset("?&")
_LOCAL = re.compile(r"[\w.!#$%'*+^`{|}~-]")
_QUOTES = '"“”„'
_LONGEST_LOCAL = 64
_LABEL = r"[\w-]{1,63}"
_DOT = (
    rf"(?:\.|\uff0e|\u3002|\uff61|{_OPEN}(?:dot|punto|punkt|point|ponto|\.){_CLOSE}|\s(?:dot|DOT)\s"
    r"|%(?:25)?2e|=2e|_dot_)"
)
# "ann @ x . org"; behind a full stop, which has no space before it, a sentence begins with a large letter.
_APART = r"(?:\s\.\s?(?-i:(?=[a-z]{2,63}\b))|\.\s(?=(?:com|edu|gov|net|org)\b))"
_DOMAIN = re.compile(
    rf"\s?(?:{_LABEL}(?:{_DOT}{_LABEL}){{1,20}}|{_LABEL}(?:{_APART}{_LABEL}){{1,4}}"
    r"|localhost\b|\[(?:IPv6:)?[0-9A-Fa-f.:]{2,45}\])",
    re.IGNORECASE,
)
# Letters at the end of a name of a host; "3 @ 4.5" is no address.
_ENDING = re.compile(r"[^\W\d_]{2,}$")
# "terns_at_night.pdf" and "?id=40a.html" are no addresses either.
_OF_FILES = re.compile(
    r"\.(?:[a-z]?html?|pdf|docx?|xlsx?|pptx?|txt|csv|xml|json|zip|jpe?g|png|tiff?|gif|mp[34]|wav|php|py)$",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """Where an address stands in a text: the place of its first character, and the place behind its last."""

    start: int
    end: int


def addresses(text: str) -> list[Span]:
    """Where the addresses of a text stand, in their order.

    >>> text = 'ann@example.org, bo [at] example [dot] org, "c d"@example.org, d%40example.org, e@localhost'
    >>> [text[span.start : span.end] for span in addresses(text)]
    ['ann@example.org', 'bo [at] example [dot] org', '"c d"@example.org', 'd%40example.org', 'e@localhost']
    >>> text = "ann @ x . org, b=40x=2Eorg, c(a)x.org"
    >>> [text[span.start : span.end] for span in addresses(text)]
    ['ann @ x . org', 'b=40x=2Eorg', 'c(a)x.org']
    >>> addresses("https://example.org/@name/5"), addresses("at 3 (at) noon"), addresses("3 @ 4.5")
    ([], [], [])
    """
    if not _may_hold_one(text):
        return []
    found: list[Span] = []
    behind = 0
    for sign in _AT.finditer(text):
        if sign.start() < behind:
            continue
        domain = _DOMAIN.match(text, sign.end())
        is_spaced = sign[0].strip() != sign[0] and sign[0].strip() in _PLAIN
        is_hidden = sign[0].casefold() in _ALSO_ELSEWHERE
        if not domain or ((is_spaced or is_hidden) and not _ENDING.search(domain[0])):
            continue
        start = _local_start(text, sign.start(), behind)
        if is_hidden and (_OF_FILES.search(domain[0]) or text[max(start - 1, 0) : start] in _OF_QUERIES):
            continue
        if start < sign.start():
            found.append(Span(start, domain.end()))
            behind = domain.end()
    return found


def _may_hold_one(text: str) -> bool:
    for needed in _NEEDED:
        if needed in text:
            return True
    # "ann at x dot org"
    return "dot" in text.lower()


def without_addresses(text: str, mask: str) -> str:
    """The text with each address replaced."""
    parts, at = [], 0
    for span in addresses(text):
        parts += [text[at : span.start], mask]
        at = span.end
    return "".join([*parts, text[at:]]) if parts else text


def _local_start(text: str, end: int, behind: int) -> int:
    """Where the part before the sign begins; `end` where there is none."""
    first = max(behind, end - _LONGEST_LOCAL)
    if end > first and text[end - 1] in _QUOTES:
        opening = max(text.rfind(sign, first, end - 1) for sign in _QUOTES)
        return opening if opening >= 0 else end
    start = end
    while start > first and _LOCAL.match(text[start - 1]):
        start -= 1
    if start == first and first > behind:
        # What is longer than an address may be is one all the same, as far as its letters go.
        while start > behind and end - start < 4 * _LONGEST_LOCAL and _LOCAL.match(text[start - 1]):
            start -= 1
    return start
