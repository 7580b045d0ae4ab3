"""An OAI-PMH answer → its records and what stands around them, in one pass over its bytes.

Decoding, repair and reading are those of files: a page becomes the same records whichever way it comes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from converter.errors import SourceError
from converter.harvest.client import Body, Lasting, Passing
from converter.record import Record
from converter.report import Finding
from converter.sources.decoding import utf8
from converter.sources.limits import USUAL, bounded
from converter.sources.oai import Page
from converter.sources.oai_outline import Header
from converter.sources.oai_outline import OfferedFormat as Format

__all__ = ["BROKEN_XML", "Answer", "Format", "Header", "answer"]


BROKEN_XML = "broken XML"
"""How the reason begins for which an answer that cannot be read whole is refused."""


_CLOSED = b"</OAI-PMH>"
_TAIL = 4096


class Answer(NamedTuple):
    """The records of an answer, what was found of them, and what stands around them.

    `verb` is the name of the element that holds what was asked for, empty where there is none.  `sets` is
    setSpec → setName.  `read_as` are the prefixes of the formats that the records were in.
    """

    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    verb: str
    response_date: str
    error: tuple[str, str] | None
    token: str | None
    size: int | None
    headers: tuple[Header, ...]
    formats: tuple[Format, ...]
    described: dict[str, str]
    sets: dict[str, str]
    read_as: frozenset[str]


def answer(body: Body, source: str = "", base_url: str = "", *, whole: bool = True) -> Answer:
    """The answer in a body; `source` names the repository in its records, `base_url` is the endpoint.

    Raises Passing where it is not a whole OAI-PMH answer, Lasting where its status says that there will be none.
    Without `whole`, what can be had of a broken one is enough, provided that it says how its list goes on.
    """
    findings: list[Finding] = []
    name = base_url or body.address
    stream = utf8(body.stream, name, findings.append)
    page = Page(stream, name, findings.append, source, base_url)
    try:
        records = tuple(bounded(page.records(), name, findings.append, USUAL))
    except SourceError as fault:
        raise Lasting(str(fault).removeprefix(f"{name}: ")) from None
    finally:
        if stream is not body.stream:
            stream.close()
    found = page.outline
    if page.broken and (whole or not _is_closed(body)):
        raise _refusal(body, f"{BROKEN_XML} ({page.fault})")
    if found.root != "OAI-PMH":
        raise _refusal(body, f"XML with the root {found.root} instead of an OAI-PMH answer")
    if body.status >= 400 and not found.error:
        raise Lasting(f"HTTP {body.status}")
    if not found.verb and not found.error:
        raise Passing("an answer with neither records nor a reason")
    return Answer(
        records,
        tuple(findings),
        found.verb,
        found.response_date,
        found.error,
        found.token,
        found.size,
        tuple(found.headers),
        tuple(found.formats),
        found.described,
        found.sets,
        frozenset(found.read_as),
    )


def _is_closed(body: Body) -> bool:
    """Whether an answer came to its end: what is cut off says neither how many it holds nor how it goes on."""
    end = body.stream.seek(0, 2)
    body.stream.seek(max(0, end - _TAIL))
    return _CLOSED in body.stream.read()


def _refusal(body: Body, reason: str) -> Passing | Lasting:
    """What to raise for a body that is no OAI-PMH answer."""
    if body.status >= 400:
        return Lasting(f"HTTP {body.status}")
    body.stream.seek(0)
    head = body.stream.read(2048).lstrip()
    if re.search(rb"<!doctype html|<html[\s>]", head, re.IGNORECASE):
        return Passing("HTML instead of XML")
    return Passing(reason if head else "an empty answer")
