"""A repository on the network → records: what a harvest is asked for, what keeps it, and what it reports.

Only this package fetches anything.  `oai.harvest` speaks OAI-PMH, `rest.harvest` the REST interface of DSpace 7 and
later; both hand records and how far they are to a `Keeper`, in one step, so that an interrupted harvest goes on by
itself where it ended.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from converter.record import Record

Progress = Callable[[int, int | None], None]
"""Is given how many records have come, and of how many where that is known."""


def is_address(source: str) -> bool:
    """Whether a source is an address on the web, and not the name of a file.

    >>> is_address("https://repository.example.org/handle/1/2"), is_address("records/http.xml")
    (True, False)
    """
    return source.lower().startswith(("http://", "https://"))


class Held(Protocol):
    """What an archive holds of a record: enough to see whether the repository still has it."""

    @property
    def identifier(self) -> str:
        """The identifier that the repository gave it."""

    @property
    def datestamp(self) -> str | None:
        """The repository's clock of its last change."""

    @property
    def deleted(self) -> bool:
        """Whether it is known to be deleted."""


class Keeper(Protocol):
    """An archive, as a harvest sees it."""

    def state(self, name: str) -> str | None:
        """What was kept under a name, None where nothing was."""

    def take(self, records: Sequence[Record], state: Mapping[str, str]) -> None:
        """Keep records and how far the harvest is: both or neither."""

    def held(self, source: str) -> Iterator[Held]:
        """Yield what is held of the records of a source."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """What is harvested and how; the limits are for a repository that misbehaves.

    `since` is a day or a moment in UTC.  `attempts` is how often a request is made before it is given up, `overlap`
    how many seconds before the last harvest an incremental one begins (an index may be late), `one_by_one` how many
    records of a failing page are asked for singly before its range of dates is cut in two, `allowed_hosts` what may be
    asked besides the host of `url` and public addresses.
    """

    url: str
    prefix: str = "auto"
    set: str = ""
    since: str = ""
    full: bool = False
    delay: float = 0.0
    dry_run: bool = False
    reconcile: bool = False
    source: str = ""
    attempts: int = 6
    longest_wait: float = 600.0
    connect_seconds: float = 15.0
    read_seconds: float = 120.0
    answer_seconds: float = 1800.0
    most_bytes: int = 512 * 1024 * 1024
    overlap: int = 2 * 24 * 3600
    one_by_one: int = 10
    page_size: int = 100
    allowed_hosts: tuple[str, ...] = ()


@dataclasses.dataclass
class Summary:
    """What a harvest did; `complete` says that the list was followed to its end, whatever was skipped on the way."""

    endpoint: str = ""
    source: str = ""
    format: str = ""
    why: str = ""
    total: int | None = None
    requests: int = 0
    retries: int = 0
    records: int = 0
    deleted: int = 0
    skipped: int = 0
    seconds: float = 0.0
    complete: bool = False
