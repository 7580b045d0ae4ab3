"""Text as it should be read: composed, trimmed, without characters that no document can carry."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

from converter.values.terms import UNCARRIABLE, carriable

_INVISIBLE = " \u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Spaces, and signs that say nothing at the edges of a value: in which direction it is written, where it may break."""
_SOFT_HYPHEN = "\u00ad"
"""It says where a word may be broken (TeX writes it as a backslash and a hyphen), and is no part of the word."""
_SPACES = re.compile(r"\s+")
_INNER_SPACES = re.compile(r"[^\S\n]+")
_PARAGRAPHS = re.compile(r" ?\n[ \n]*")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
# An element has attributes or none; "<i and j>" is a comparison.
_ATTRIBUTES = r"(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>"
_BLOCKS = r"p|br|div|ul|ol|li|h[1-6]|table|tr|blockquote|jats:(?:p|title|sec|list|list-item)"
_INLINE = r"i|b|u|em|strong|sub|sup|span|a|tbody|td|th|font|jats:\w+"
_BLOCK = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}", re.IGNORECASE)
_MARKUP = re.compile(rf"</?(?:{_BLOCKS}|{_INLINE}){_ATTRIBUTES}", re.IGNORECASE)
# UTF-8 read as Latin-1 or Windows-1252: a capital A or a with tilde or circumflex and a symbol where a letter is meant.
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf¡-¿ƒ„†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x80-\xbf™œ˜“”¦]|\ufffd")

_CONTROL = re.compile("[\x80-\x9f]")
_OCTETS = {bytes([octet]).decode("cp1252", "ignore"): bytes([octet]) for octet in range(0x80, 0xA0)}
"""Characters that Windows-1252 has beyond Latin-1 → their octets."""
_MOST_LAYERS = 3


class Cleaned(NamedTuple):
    """The text, and what was repaired in it."""

    text: str
    repairs: tuple[str, ...] = ()


def clean(text: str) -> Cleaned:
    r"""The text on one line: every run of white space is one space.

    >>> clean("  Pereira\n, \nRodrigo\u00a0M. ")
    Cleaned(text='Pereira , Rodrigo M.', repairs=())
    >>> clean("R&amp;D")
    Cleaned(text='R&D', repairs=('an HTML entity decoded',))
    >>> clean("\u202bGull, Ann\u202c").text
    'Gull, Ann'
    >>> clean("Ad\u00addi\u00adson").text
    'Addison'
    >>> clean("R&amp;amp;D").text, clean("GonzÃ¡lez â€“ SÃ£o Paulo").text, clean("«IRMÃ»").text
    ('R&D', 'González – São Paulo', '«IRMÃ»')
    """
    carried, repairs = _carriable(text)
    return Cleaned(_SPACES.sub(" ", carried).strip(_INVISIBLE), repairs)


def paragraphs(text: str) -> Cleaned:
    r"""The text with its paragraphs: white space within a line is one space, and line ends stay.

    >>> paragraphs(" One\n\n\n two  ").text
    'One\ntwo'
    """
    carried, repairs = _carriable(text)
    lines = carried.replace("\r\n", "\n").replace("\r", "\n")
    return Cleaned(_PARAGRAPHS.sub("\n", _INNER_SPACES.sub(" ", lines)).strip(), repairs)


def looks_like_mojibake(text: str) -> bool:
    """Whether the text looks like UTF-8 that was read in another encoding.

    >>> looks_like_mojibake("GonzÃ¡lez"), looks_like_mojibake("São Paulo")
    (True, False)
    """
    return bool(_MOJIBAKE.search(text))


def holds_markup(text: str) -> bool:
    """Whether the text holds HTML elements.

    >>> holds_markup("<p>Aim:</p> to see"), holds_markup("p < 0.05 and q > 1")
    (True, False)
    """
    return bool(_MARKUP.search(text))


def plain(text: str) -> str:
    """The text without HTML elements, as it is read where none can stand.

    >>> plain("The <i>In Vivo</i> Effect of H<sub>2</sub>O"), plain("p < 0.05 and q > 1"), plain("<br>")
    ('The In Vivo Effect of H2O', 'p < 0.05 and q > 1', '<br>')
    """
    bare = " ".join(_MARKUP.sub("", text).split()) if "<" in text else text
    return bare or text


def unmarked(text: str) -> str:
    r"""The paragraphs of a text that came with HTML or JATS: elements gone, their character references decoded.

    >>> unmarked("<p>Sand &amp; silt<br/>mixed</p>"), unmarked("a < b and c > d")
    ('Sand & silt\nmixed', 'a < b and c > d')
    """
    if not holds_markup(text):
        return text
    bare = html.unescape(_MARKUP.sub("", _BLOCK.sub("\n", text)))
    return paragraphs(bare).text or text


def keywords(text: str) -> list[str]:
    """The keywords of a list: between semicolons, else between commas, since headings have commas in them.

    >>> keywords("terns, lights"), keywords("Terns, Arctic; lights"), keywords("Terns, Arctic;")
    (['terns', 'lights'], ['Terns, Arctic', 'lights'], ['Terns, Arctic'])
    """
    return [part.strip() for part in text.split(";" if ";" in text else ",") if part.strip()]


def _unescaped(text: str) -> str:
    """The text without references to characters, also where somebody encoded it twice.

    >>> _unescaped("Tides&amp;#58; A&amp;B")
    'Tides: A&B'
    """
    once = html.unescape(text)
    return html.unescape(once) if _ENTITY.search(once) else once


def _meant(text: str) -> str:
    """The text that somebody read in the wrong encoding, where all of it is UTF-8 then; else the text as it is."""
    if not _MOJIBAKE.search(text) or "\ufffd" in text:
        return text
    try:
        octets = b"".join(_OCTETS.get(character) or character.encode("latin-1") for character in text)
        meant = octets.decode("utf-8")
    except UnicodeError:
        return text
    return text if UNCARRIABLE.search(meant) or _CONTROL.search(meant) else meant


def _carriable(text: str) -> tuple[str, tuple[str, ...]]:
    repairs: list[str] = []
    if UNCARRIABLE.search(text):
        text = carriable(text)
        repairs.append("a control character removed")
    for _ in range(_MOST_LAYERS):
        decoded = carriable(_unescaped(text)) if _ENTITY.search(text) else text
        if decoded == text:
            break
        text = decoded
        repairs.append("an HTML entity decoded" if not repairs else "an HTML entity in an entity decoded")
    if (meant := _meant(text)) != text:
        text = meant
        repairs.append("UTF-8 that had been read as Windows-1252 read again")
    if _SOFT_HYPHEN in text:
        text = text.replace(_SOFT_HYPHEN, "")
        repairs.append("a soft hyphen removed")
    return unicodedata.normalize("NFC", text), tuple(repairs)
