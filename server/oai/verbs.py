"""What each verb answers: pieces of XML, made while they are sent.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, section 4,
http://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from converter import set_names
from converter.mapping.engine import Mapper
from converter.privacy import masked
from converter.store.reader import ArchiveReader, Held
from server.feeds.xml_text import element, text
from server.oai import oai_identifiers
from server.oai.arguments import Asked, Fault, window
from server.oai.metadata_formats import FORMATS, HEADERS, Format
from server.oai.provenance import about
from server.oai.resumption_tokens import Position, decoded, encoded
from server.settings import Settings

_DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z][A-Za-z0-9-]*)+")
_IDENTIFIERS = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_NO_CHANGE = "1970-01-01T00:00:00Z"


class Provider(NamedTuple):
    """What answers are made of."""

    settings: Settings
    archive: ArchiveReader
    mapper: Mapper

    @property
    def base(self) -> str:
        """What begins every address of the site."""
        return self.settings.base

    @property
    def begun(self) -> str:
        """When the journal began."""
        return self.archive.earliest() or _NO_CHANGE


def answer(provider: Provider, asked: Asked) -> Iterator[str]:
    """The element with the answer, piece by piece; what may be refused has been looked at when this returns.

    Raises Fault.
    """
    return _ANSWERS[asked.verb](provider, asked)


def _identify(provider: Provider, _: Asked) -> Iterator[str]:
    stated = {
        "repositoryName": provider.settings.title,
        "baseURL": f"{provider.base}oai",
        "protocolVersion": "2.0",
        "adminEmail": provider.settings.contact or _nobody(oai_identifiers.host(provider.base)),
        "earliestDatestamp": provider.begun,
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    inside = "".join(element(name, text(value)) for name, value in stated.items())
    yield element("Identify", inside + _described(provider))


def _nobody(host: str) -> str:
    """An address that nobody reads: the protocol demands one."""
    return f"noreply@{host}" if "." in host else "noreply@site.invalid"


def _described(provider: Provider) -> str:
    """What identifiers look like, where the host is a name that they may have."""
    host = oai_identifiers.host(provider.base)
    first = provider.archive.listing(limit=1)
    if not first or not _DOMAIN.fullmatch(host):
        return ""
    stated = {
        "scheme": "oai",
        "repositoryIdentifier": host,
        "delimiter": ":",
        "sampleIdentifier": oai_identifiers.identifier(provider.base, first[0].address),
    }
    spaces = {
        "xmlns": _IDENTIFIERS,
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": f"{_IDENTIFIERS} {_IDENTIFIERS}.xsd",
    }
    inside = "".join(element(name, text(value)) for name, value in stated.items())
    return element("description", element("oai-identifier", inside, spaces))


def _formats(provider: Provider, asked: Asked) -> Iterator[str]:
    identifier = asked.arguments.get("identifier")
    held = _held(provider, identifier) if identifier else None
    if held and held.erased:
        raise Fault("noMetadataFormats", "This record is deleted, and its header is all that there is of it.")
    inside = "".join(
        element(
            "metadataFormat",
            element("metadataPrefix", text(format_.prefix))
            + element("schema", text(urljoin(provider.base, format_.schema)))
            + element("metadataNamespace", text(urljoin(provider.base, format_.namespace))),
        )
        for format_ in FORMATS.values()
        if not (held and _is_gone(held, format_))
    )
    return iter([element("ListMetadataFormats", inside)])


def _sets(provider: Provider, asked: Asked) -> Iterator[str]:
    if "resumptionToken" in asked.arguments:
        raise Fault("badResumptionToken", "The list of sets is whole; ask for it without a token.")
    specs = _specs(provider)
    if not specs:
        raise Fault("noSetHierarchy", "The records here are in no sets.")
    stated = set_names.stated(provider.archive.notes("harvest "))
    given = {oai_identifiers.spec(spec): name for (_, spec), name in stated.items()}
    every = sorted({*specs, *(upper for spec in specs for upper in oai_identifiers.above(spec))})
    names = {spec: given.get(spec) or oai_identifiers.set_name(spec) or spec for spec in every}
    inside = "".join(
        element("set", element("setSpec", text(spec)) + element("setName", text(masked(name))))
        for spec, name in names.items()
    )
    return iter([element("ListSets", inside)])


def _record(provider: Provider, asked: Asked) -> Iterator[str]:
    held = _held(provider, asked.arguments["identifier"])
    format_ = _format(asked.arguments["metadataPrefix"])
    return iter([element("GetRecord", _with_metadata(provider, held, format_))])


def _list(provider: Provider, asked: Asked) -> Iterator[str]:
    """The page that is asked for; whether there is any is known before its first piece."""
    headers_only = asked.verb == "ListIdentifiers"
    position = _position(provider, asked)
    format_ = _format(position.prefix)
    size = HEADERS if headers_only else format_.page
    page = _page(provider, position, size + 1)
    if not page:
        raise Fault("noRecordsMatch", "No record matches; ask without from, until or set to see what there is.")
    return _sent(provider, asked.verb, page[:size], format_, _token(position, page, size))


def _sent(provider: Provider, verb: str, page: list[Held], format_: Format, token: str) -> Iterator[str]:
    yield f"<{verb}>"
    for held in page:
        if verb == "ListIdentifiers":
            yield _header(provider, held, deleted=_is_gone(held, format_))
        else:
            yield _with_metadata(provider, held, format_)
    yield f"{token}</{verb}>"


def _position(provider: Provider, asked: Asked) -> Position:
    """The list that is asked for and the place in it."""
    token = asked.arguments.get("resumptionToken")
    if token:
        position = decoded(token, provider.begun)
        if position.prefix not in FORMATS or (
            position.set is not None and oai_identifiers.set_name(position.set) is None
        ):
            raise Fault("badResumptionToken", "This token was not made here; begin the list again.")
        return position
    since, until = window(asked.arguments)
    prefix = _format(asked.arguments["metadataPrefix"]).prefix
    chosen = asked.arguments.get("set")
    if chosen and not _specs(provider):
        raise Fault("noSetHierarchy", "The records here are in no sets; leave out set.")
    # Of sets that lie in one another only the parts could be counted, and a record may be in several.
    size = None if chosen else provider.archive.count(since=since, until=until)
    return Position(prefix, provider.begun, since, until, chosen, size=size)


def _page(provider: Provider, position: Position, limit: int) -> list[Held]:
    """The records behind the position, so many at the most, each once."""
    sets: list[str | None] = [None]
    if position.set is not None:
        sets = [oai_identifiers.set_name(spec) for spec in oai_identifiers.below(position.set, _specs(provider))]
    found: dict[int, Held] = {}
    for name in sets:
        listed = provider.archive.listing(
            after=position.after, since=position.since, until=position.until, set_=name, limit=limit
        )
        found |= {held.change: held for held in listed}
    return [found[change] for change in sorted(found)][:limit]


def _token(position: Position, page: list[Held], size: int) -> str:
    """The way to the next page; an empty token ends a list of several pages, and a list of one has none."""
    more = len(page) > size
    if not more and not position.cursor:
        return ""
    following = Position(
        position.prefix,
        position.begun,
        position.since,
        position.until,
        position.set,
        page[min(size, len(page)) - 1].change,
        position.cursor + size,
        position.size,
    )
    attributes = {
        "completeListSize": None if position.size is None else str(position.size),
        "cursor": str(position.cursor),
    }
    return element("resumptionToken", text(encoded(following)) if more else "", attributes)


def _header(provider: Provider, held: Held, *, deleted: bool) -> str:
    inside = [
        element("identifier", text(oai_identifiers.identifier(provider.base, held.address))),
        element("datestamp", text(held.moment)),
        *(element("setSpec", text(oai_identifiers.spec(name))) for name in held.sets if name),
    ]
    return element("header", "".join(inside), {"status": "deleted" if deleted else None})


def _is_gone(held: Held, format_: Format) -> bool:
    """Whether there is no such record in the format: a withdrawal is one of each format (section 2.5)."""
    return held.erased if format_.is_whole else held.deleted


def _with_metadata(provider: Provider, held: Held, format_: Format) -> str:
    """The record; of one that is gone, or goes while the list is made, the header."""
    record = None if _is_gone(held, format_) else provider.archive.get(held.address)
    if record is None or (record.deleted and not format_.is_whole):
        return element("record", _header(provider, held, deleted=True))
    metadata = element("metadata", format_.write(record, provider.mapper))
    origin = about(record, held, format_, provider.mapper)
    return element("record", _header(provider, held, deleted=False) + metadata + origin)


def _held(provider: Provider, identifier: str) -> Held:
    address = oai_identifiers.address(provider.base, identifier)
    held = provider.archive.held(address) if address else None
    if held is None:
        raise Fault("idDoesNotExist", f"No record here is called {masked(identifier)[:200]}.")
    return held


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        known = ", ".join(FORMATS)
        raise Fault("cannotDisseminateFormat", f"No format here is called {masked(prefix)[:100]}; there are {known}.")
    return FORMATS[prefix]


def _specs(provider: Provider) -> list[str]:
    return [oai_identifiers.spec(name) for name, _ in provider.archive.sets() if name]


_ANSWERS = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": _record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}
