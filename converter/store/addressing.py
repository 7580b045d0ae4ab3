"""A record as it comes → the record as it is kept: its place here, by what its source has called it before."""

from __future__ import annotations

import msgspec

from converter.record import Record
from converter.store.archive import Archive
from converter.values import iris


def placed(archive: Archive, record: Record) -> tuple[str, Record]:
    """The address of a record and the record as it is kept there.

    A deletion names an identifier and nothing else: it means the record that the source has called so, at whatever
    address that stands.  A record that is passed on keeps the name of its repository, which stands in the addresses of
    persons, only where no other source here has that name.
    """
    came = record.listed
    if record.source != came.source and archive.has_source(record.source):
        record = msgspec.structs.replace(record, source=came.source)
    address = iris.item_path(record.handle, record.identifier)
    if not record.deleted or record.is_passed_on:
        return address, record
    held = archive.listed(came.source, came.identifier)
    known = archive.get(held[0]) if len(held) == 1 and address not in held else None
    if known is None:
        return address, record
    meant = msgspec.structs.replace(record, identifier=known.identifier, handle=known.handle, source=known.source)
    return held[0], msgspec.structs.replace(meant, via=came) if meant.is_passed_on or record.via else meant


def moved(archive: Archive, record: Record, address: str) -> list[str]:
    """The addresses at which the record stood that its source calls so, now that it stands at another."""
    came = record.listed
    return [other for other in archive.listed(came.source, came.identifier) if other != address]


def same(known: Record, record: Record) -> bool:
    """Whether nothing about a record is new but how it came."""
    one, other = (msgspec.structs.replace(version, via=None, origins=()) for version in (known, record))
    named, called = known.listed, record.listed
    return one == other and (named.identifier, named.source) == (called.identifier, called.source)


def shortened(named: str, base: str) -> str:
    """What a person calls a record, without what is before its name in an address.

    >>> shortened("https://x.example.org/record/1/2", "https://x.example.org/"), shortened("hdl:1/2", "")
    ('1/2', '1/2')
    """
    short = named.removeprefix(base)
    for folder in ("item/", "record/", "source/"):
        short = short.removeprefix(folder)
    return short.removeprefix("https://hdl.handle.net/").removeprefix("http://hdl.handle.net/").removeprefix("hdl:")
