"""What pages and documents are made from."""

from __future__ import annotations

from dataclasses import dataclass

from converter.store.reader import ArchiveReader
from server.sparql import Endpoint


@dataclass(frozen=True, slots=True)
class Site:
    """The endpoint, the base of all addresses, and the archive, which is not there over a remote endpoint."""

    endpoint: Endpoint
    base: str
    archive: ArchiveReader | None

    @property
    def search(self) -> bool:
        """Whether there are pages of results and of names."""
        return self.archive is not None and self.archive.catalogue is not None
