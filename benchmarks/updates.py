"""Single changes on a large store: how long one takes until readers see it, and how many triples it touches.

    python benchmarks/updates.py [--records 100000] [--updates 1000] [DIR]

Synthetic records are loaded into DIR (a temporary folder, where none is named; one that is there is taken as it is),
then one record at a time is changed and published.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from converter.mapping.engine import Mapper  # noqa: E402
from converter.record import Field, Record  # noqa: E402
from converter.store.data_folder import DataFolder, Identity  # noqa: E402 - the project may not be installed

BASE = "https://data.example.org/"


def record(number: int, title: str = "") -> Record:
    """A record of an article with four authors, one of them keyed, a journal, subjects and a grant."""
    fields = [
        Field("dc.title", title or f"Study {number} of coastal lights", "en"),
        *(Field("dc.contributor.author", f"Author{number * 7 % 20011 + place}, A") for place in range(3)),
        Field("dc.contributor.author", f"Keyed{number % 5003}, K", authority=f"rp{number % 5003:05}", confidence=600),
        Field("dc.date.issued", f"{1980 + number % 45}-0{1 + number % 9}"),
        Field("dc.type", "Article"),
        Field("dc.identifier.issn", "5555-1238"),
        Field("dc.relation.ispartof", "Annals of Coastal Ecology"),
        Field("dc.identifier.volume", str(number % 60)),
        Field("dc.identifier.issue", str(number % 12)),
        Field("dc.subject", f"Subject {number % 997}"),
        Field("dc.subject", f"Subject {number % 89}"),
        Field("dc.identifier.doi", f"10.5555/bench.{number}"),
        Field("dc.identifier.uri", f"http://hdl.handle.net/20.500.55555/{number}"),
        Field("dc.description.abstract", "Lights were observed for three autumns. " * 6),
    ]
    return Record(f"oai:bench.example.org:20.500.55555/{number}", f"20.500.55555/{number}", fields=tuple(fields))


def records(count: int) -> Iterator[Record]:
    """Yield so many records."""
    return (record(number) for number in range(count))


def main() -> None:
    """Load, change, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--updates", type=int, default=1_000)
    stated = parser.parse_args()
    mapper = Mapper(BASE)
    identity = Identity(BASE, mapper.digest)
    with tempfile.TemporaryDirectory() as temporary:
        folder = DataFolder(stated.folder or Path(temporary) / "data")
        if not folder.has_generation():
            began = time.perf_counter()
            with folder.writing(identity, lambda one: mapper.map(one).lines) as writer:
                writer.load(records(stated.records))
            print(f"{stated.records} records loaded in {time.perf_counter() - began:.1f} s")
        spent = []
        with folder.writing(identity, lambda one: mapper.map(one).lines) as writer:
            for number in range(stated.updates):
                changed = record(number * 7919 % stated.records, f"Changed {time.time_ns()}")
                began = time.perf_counter()
                writer.load([changed])
                spent.append((time.perf_counter() - began) * 1000)
        spent.sort()
        middle, late = statistics.median(spent), spent[len(spent) * 95 // 100]
        print(f"{stated.updates} updates: median {middle:.1f} ms, p95 {late:.1f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
