"""An archive for tests: as small as one can be that keeps records and state in one step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from converter.harvest import Options, Summary
from converter.harvest.client import Clock
from converter.harvest.oai import harvest
from converter.record import Record
from converter.report import Finding, Report
from tests.conftest import free_port
from tests.misbehaving import Repository, serving


class HeldRecord(NamedTuple):
    identifier: str
    datestamp: str | None
    deleted: bool


class Memory:
    """Keeps everything in memory; `fails_after` takes it raises KeyboardInterrupt."""

    def __init__(self, fails_after: int | None = None) -> None:
        self.records: dict[str, Record] = {}
        self.states: dict[str, str] = {}
        self.takes = 0
        self.fails_after = fails_after

    def state(self, name: str) -> str | None:
        return self.states.get(name)

    def take(self, records: Sequence[Record], state: Mapping[str, str]) -> None:
        if self.fails_after is not None and self.takes >= self.fails_after:
            raise KeyboardInterrupt
        self.takes += 1
        self.records |= {record.identifier: record for record in records}
        self.states |= state

    def held(self, source: str) -> Iterator[HeldRecord]:
        for record in self.records.values():
            if record.source == source:
                yield HeldRecord(record.identifier, record.datestamp, record.deleted)

    @property
    def titles(self) -> dict[str, str]:
        return {key: record.values("dc.title")[0] for key, record in self.records.items() if not record.deleted}

    @property
    def deleted(self) -> set[str]:
        return {key for key, record in self.records.items() if record.deleted}


class Findings(Report):
    """A report that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.all.append(finding)

    @property
    def named(self) -> set[str]:
        """The records that it says are lacking."""
        return {finding.record for finding in self.all if finding.level == "error"}


@dataclasses.dataclass
class Run:
    """A harvest that was run against a repository: what it kept, stated, waited for."""

    repository: Repository
    keeper: Memory = dataclasses.field(default_factory=Memory)
    report: Findings = dataclasses.field(default_factory=Findings)
    waits: list[float] = dataclasses.field(default_factory=list)
    summary: Summary = dataclasses.field(default_factory=Summary)
    port: int = dataclasses.field(default_factory=free_port)

    def go(self, path: str = "", **options: object) -> Run:
        """Harvest, without waiting."""
        clock = Clock(sleep=self.waits.append, now=lambda: datetime(2024, 6, 1, tzinfo=UTC), chance=lambda: 0.5)
        self.repository.asked.clear()
        with serving(self.repository.app(), self.port) as address:
            asked = Options(url=address + (path or self.repository.path), source="test", **options)  # type: ignore[arg-type]  # the options of one test
            self.summary = harvest(asked, self.keeper, self.report, lambda _done, _total: None, clock)
        return self

    def verbs(self, verb: str) -> list[dict[str, str]]:
        """What was asked with a verb."""
        return [asked for asked in self.repository.asked if asked.get("verb") == verb]

    @property
    def served(self) -> dict[str, str]:
        return {served.identifier: served.title for served in self.repository.records if not served.deleted}

    @property
    def reasons(self) -> str:
        return " | ".join(finding.reason for finding in self.report.all)
