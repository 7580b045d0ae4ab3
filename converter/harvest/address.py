"""One address → the records there: an item page, an OAI-PMH answer, a REST answer, or any file that is read."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from converter.harvest import Options
from converter.harvest.client import Body, Client, Clock, Lasting
from converter.record import Record
from converter.report import Report
from converter.sources.detection import read_stream

_IN_MEMORY = 8 * 1024 * 1024
_ATTEMPTS = 3
_TYPES = "text/html, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"


def read(  # noqa: PLR0913, PLR0917 - what a person may say of a source
    address: str,
    kind: str | None = None,
    repository: str = "",
    report: Report | None = None,
    encoding: str = "",
    most: int | None = None,
    allowed_hosts: tuple[str, ...] = (),
) -> Iterator[Record]:
    """Yield the records at an address, whose answer may have, and unpack to, so many bytes where a person says so.

    `allowed_hosts` may be asked besides its own and public ones.

    Raises SourceUnreachable where nothing answers, SourceError where the answer holds no record.
    """
    with _fetched(address, most, allowed_hosts) as stream:
        yield from read_stream(stream, address, kind, repository, report or Report(), encoding, most)


@contextlib.contextmanager
def _fetched(address: str, most: int | None, allowed_hosts: tuple[str, ...]) -> Iterator[BinaryIO]:
    """The answer, on disk where it is large."""
    chosen = Options(url=address, attempts=_ATTEMPTS, longest_wait=10.0, allowed_hosts=allowed_hosts)
    if most:
        chosen = dataclasses.replace(chosen, most_bytes=most)
    client = Client(chosen, Clock(), accept=_TYPES)
    with contextlib.closing(client), tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:

        def keep(body: Body) -> None:
            if body.status != 200:
                raise Lasting(f"HTTP {body.status}")
            spool.seek(0)
            spool.truncate()
            shutil.copyfileobj(body.stream, spool)

        client.fetch(address, {}, keep)
        spool.seek(0)
        yield cast("BinaryIO", spool)
