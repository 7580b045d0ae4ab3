"""Records mapped by several processes: the same statements in the same order, and a clear end where one is killed."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Generator, Iterator
from functools import partial
from itertools import islice
from typing import cast

import pytest

from converter.mapping.engine import Mapper
from converter.mapping.jobs import Said, WorkersDied, mapped
from converter.record import Field, Record

BASE = "https://data.example.org/"
RECORDS = [
    Record(
        f"1/{number}",
        handle=f"1/{number}",
        fields=(Field("dc.title", f"Terns {number}"), Field("dc.date.issued", "2010-13" if number % 9 else "2010")),
    )
    for number in range(1_000)
]


def _dies_elsewhere(home: int) -> Mapper:
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return Mapper(BASE)


def test_several_processes_say_what_one_says_in_the_same_order() -> None:
    one, several = (list(mapped(RECORDS, partial(Mapper, BASE), jobs)) for jobs in (1, 3))
    assert [said.record for said in one] == RECORDS
    assert several == one
    assert sum(len(said.findings) for said in one) > 800


def test_few_records_start_no_process() -> None:
    found = list(mapped(RECORDS[:50], partial(_dies_elsewhere, os.getpid()), 4))
    assert len(found) == 50


def test_a_killed_worker_ends_with_a_remedy() -> None:
    with pytest.raises(WorkersDied, match="--jobs 1"):
        list(mapped(RECORDS, partial(_dies_elsewhere, os.getpid()), 2))


def test_no_more_is_read_than_is_under_way() -> None:
    read = 0

    def counted() -> Iterator[Record]:
        nonlocal read
        for record in RECORDS * 3:
            read += 1
            yield record

    with contextlib.closing(cast("Generator[Said, None, None]", mapped(counted(), partial(Mapper, BASE), 2))) as said:
        assert len(list(islice(said, 500))) == 500
        assert read < 1_000
