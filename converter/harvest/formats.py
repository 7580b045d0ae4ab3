"""What a repository offers → the format to ask it for: the richest that is sound there and that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from converter.errors import SourceError
from converter.harvest.client import Failed
from converter.harvest.listing import Endpoint, Stopped
from converter.harvest.responses import Format
from converter.sources.xml_formats import FORMATS, fits
from converter.sources.xml_formats.namespaces import SOURCE

RICHEST_FIRST = {
    "source": "the records whole, as a site like this one shows them, with what has been withdrawn",
    "xoai": "every field with its qualifier, language and authority, and the files",
    "dim": "every field with its qualifier, language and authority",
    "mets": "the files with their checksums",
    "oai_openaire": "types, rights, funding and identifiers of persons",
    "oai_cerif_openaire": "entities and affiliations",
    "oai_datacite": "typed contributors, dates and relations",
    "datacite": "typed contributors, dates and relations",
    "mods": "names with their parts and typed identifiers",
    "marc": "the catalogue's own fields",
    "uketd_dc": "what a thesis has",
    "qdc": "qualified Dublin Core",
    "etdms": "Dublin Core and the degree",
    "didl": "Dublin Core and the addresses of files",
    "ore": "the addresses of files",
    "jpcoar": "names with their parts, the journal, files and funding",
    "oaf": "identifiers, access and funding",
    "oai_doaj": "the journal with its numbers, and authors in order",
    "arXiv": "names with their parts, identifiers and subjects",
    "arXivRaw": "all versions, identifiers and subjects",
    "junii2": "the journal with its numbers",
    "epdcx": "what a deposit by SWORD says",
    "onix": "what the trade says of a book",
    "oai_dc": "what every repository offers",
}
"""Name in `FORMATS` → what it has that those after it lack."""

_SOUND_DIM = 6
"""Before DSpace 6, dim gives an author the authority of another one."""
_EXAMPLES = 5
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


class Choice(NamedTuple):
    """The prefix to ask for and why; `is_whole` says that tombstones come as records too."""

    prefix: str
    why: str
    is_whole: bool = False


def offered(endpoint: Endpoint) -> tuple[Format, ...]:
    """The formats that the repository offers.

    Raises SourceError where it names none.
    """
    found = endpoint.ask("ListMetadataFormats", {})
    if not found.formats:
        reason = found.error[0] if found.error else "none is named"
        raise SourceError(f"{endpoint.address}: no metadata format is offered ({reason}); name one with --prefix")
    return found.formats


def choose(endpoint: Endpoint, wanted: str, dspace: Callable[[], int | None], set_: str = "") -> Choice:
    """The prefix to harvest: the wanted one, or for "auto" the first of the richest whose examples can be read.

    Raises SourceError where the wanted one is not offered, or none can be read.
    """
    formats = offered(endpoint)
    prefixes = ", ".join(sorted({format_.prefix for format_ in formats}))
    if wanted != "auto":
        named = [format_ for format_ in formats if format_.prefix == wanted]
        if not named:
            raise SourceError(f"{endpoint.address}: {wanted!r} is not offered; --prefix may be one of {prefixes}")
        return Choice(wanted, "as asked for", fits(named[0].namespace, SOURCE))
    passed: list[str] = []
    for name, format_ in _ranked(formats):
        if name == "dim" and not _is_ours(formats) and (dspace() or 0) < _SOUND_DIM:
            passed.append(f"{format_.prefix} is sound from DSpace {_SOUND_DIM}, which this does not show to be")
            continue
        fault = _unreadable(endpoint, name, format_.prefix, set_)
        if not fault:
            why = f"the richest of {prefixes} that is sound here: {RICHEST_FIRST[name]}"
            return Choice(format_.prefix, "; ".join((why, *passed)), fits(format_.namespace, SOURCE))
        passed.append(f"{format_.prefix}: {fault}")
    raise SourceError(
        f"{endpoint.address}: none of its formats can be read ({'; '.join(passed) or prefixes}); name one with --prefix"
    )


def _is_ours(formats: tuple[Format, ...]) -> bool:
    """Whether the repository is a site like ours, whose dim is that of the records as they came."""
    return any(format_.prefix == "rdf" and format_.namespace == _RDF for format_ in formats)


def _ranked(formats: tuple[Format, ...]) -> Iterator[tuple[str, Format]]:
    """The formats that are read, richest first; what a prefix means is given by its namespace."""
    for name in RICHEST_FIRST:
        namespaces = {space for row in FORMATS if row.prefix == name for space in row.namespaces} - {"", "*"}
        for format_ in formats:
            if format_.prefix != "rdf" and any(fits(format_.namespace, space) for space in namespaces):
                yield name, format_


def _unreadable(endpoint: Endpoint, name: str, prefix: str, set_: str) -> str:
    """Why no example of a format can be read, "" where one can or where there is none at all."""
    try:
        headers = next(endpoint.pages("ListIdentifiers", {"metadataPrefix": prefix, "set": set_})).headers
    except (Stopped, SourceError) as fault:
        return str(fault)
    living = [header.identifier for header in headers if not header.deleted]
    # Spread over the page: records that fail often stand beside each other.
    living = living[:: max(1, len(living) // _EXAMPLES)]
    fault_found = ""
    for identifier in living:
        fault_found = _fault_of(endpoint, name, prefix, identifier)
        if not fault_found:
            return ""
    return fault_found


def _fault_of(endpoint: Endpoint, name: str, prefix: str, identifier: str) -> str:
    try:
        example = endpoint.ask("GetRecord", {"identifier": identifier, "metadataPrefix": prefix})
    except Failed as fault:
        return fault.reason
    if example.error:
        return ": ".join(part for part in example.error if part)
    if not all(found and (found != "oai_dc" or name == "oai_dc") for found in example.read_as):
        return "what it answers is in another format"
    if any(record.fields or record.files or record.deleted for record in example.records):
        return ""
    return f"nothing can be read of {identifier}"
