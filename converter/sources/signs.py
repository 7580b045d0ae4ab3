"""How the first 64 KiB of a source show its kind."""

from __future__ import annotations

import re

from converter.sources.xml_formats import FORMATS

BIBTEX = re.compile(rb"^\s*@\s*(?!comment|preamble|string)[A-Za-z]+\s*[{(]", re.IGNORECASE | re.MULTILINE)
"""An entry."""
RIS = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:\d+\.\s*\n)?(?:TY {1,2}|ty  )-", re.MULTILINE)
"""The first line of a reference."""

_HTML = re.compile(rb"<!doctype html|<html[\s>]|<(?:body|table|meta|head|div|h\d|tr|td|p)[\s>]", re.IGNORECASE)
_MARC = re.compile(rb"\d{5}[ -~]{5}22\d{5}")
_PAGE = re.compile(rb"<!doctype html|<html[\s>]|<meta\s+(?:name|property|charset|http-equiv)=", re.IGNORECASE)
_ROOTS = "|".join(sorted({root for format_ in FORMATS for root in format_.roots}))
_TEXT_ROW = re.compile(rb"^\s*(?:DC Field|[a-z]+\.[a-z]+[.a-zA-Z]*)", re.MULTILINE)
_VIEW_LABEL = re.compile(rb"^(?:Title|Authors?|Issue Date|Persistent Identifier|Abstract)[A-Z0-9:\t ]", re.MULTILINE)
_XML = re.compile(rf"<(?:[\w.-]+:)?(?:OAI-PMH|records?|{_ROOTS})[\s>/]".encode())

_FIRST_ELEMENT = re.compile(rb"<([A-Za-z_][\w.-]*(?::[\w.-]+)?)[\s>/]")
_RDF = (
    (re.compile(rb"^\s*(?:@prefix|@base|PREFIX|BASE)\s[^\n<]*<[^>\n]*>", re.MULTILINE), (".ttl", ".trig")),
    (
        re.compile(rb"^(?:<[^>\s]+>|_:\S+) <[^>\s]+> (?:<[^>\s]+>|_:\S+|\"[^\n]*) ?\.$", re.MULTILINE),
        (".nt", ".nq", ".ttl"),
    ),
)
"""How a graph begins, and how the name of a file ends that holds one so."""


def of_rdf(head: bytes) -> tuple[str, ...]:
    """How the name of a file may end that holds such a graph of RDF; empty where none begins.

    >>> of_rdf(b"<?xml version='1.0'?><rdf:RDF>"), of_rdf(b"@prefix a: <http://a/> ."), of_rdf(b"<html>")
    (('.rdf', '.owl'), ('.ttl', '.trig'), ())
    """
    first = _FIRST_ELEMENT.search(head)
    if first and first[1].rpartition(b":")[2] == b"RDF":
        return ".rdf", ".owl"
    return next((suffixes for pattern, suffixes in _RDF if pattern.search(head)), ())


def of_xml(head: bytes) -> bool:
    """Whether an element of OAI-PMH or the root of a format of XML begins, and no page of HTML around it.

    >>> of_xml(b"<OAI-PMH><dc:description><![CDATA[<html>"), of_xml(b"<html><record>"), of_xml(b"<meta name='x'>")
    (True, False, False)
    """
    first = _FIRST_ELEMENT.search(head)
    # A head of HTML without its page begins with an element that a format of XML has as its root.
    is_root = bool(first and first[1] != b"meta" and _XML.match(first[0]))
    return is_root or (bool(_XML.search(head)) and not _PAGE.search(head))


def of_json(head: bytes) -> bool:
    """Whether a list or an object of JSON begins."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def of_marc(head: bytes) -> bool:
    """Whether a binary MARC record begins: its length, and the directory's end."""
    return bool(_MARC.match(head)) and b"\x1e" in head


def of_html(head: bytes) -> bool:
    """Whether a page of HTML begins; text that is copied from one may hold markup."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and bool(_HTML.search(head))


def of_text(head: bytes) -> bool:
    """Whether rows of a metadata table stand in the text, or two labels of an item page."""
    return bool(_TEXT_ROW.search(head) or len(_VIEW_LABEL.findall(head)) > 1)
