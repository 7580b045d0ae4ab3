"""Many clients beside runaway queries, or beside more long answers than can be made: how the others fare.

    python benchmarks/soak.py [--clients 200] [--runaway 20] [--long 0] [--seconds 60] [--timeout 10] [SOURCE]

Of the clients so many ask runaway queries, so many for about a megabyte each, and the others look something up.
They begin with a shorter round of the same, so that what the server keeps on purpose is there when it is looked at.
Prints what was measured as JSON.  Exits with 1 where a look-up fails or waits longer than a second, where a long answer
breaks off, or where processes, descriptors or memory are left.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import peers

ROOT = Path(__file__).parents[1]
RUNAWAY = "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) FILTER(?j != {}) }}"
LONG = f"SELECT * {{{{ {' UNION '.join(['{{ ?s ?p ?o }}'] * 8)} }}}} LIMIT 5000 # {{}}"
LOOK_UP = "SELECT ?o {{ ?s <http://purl.org/dc/terms/title> ?o }} LIMIT 50 # {}"

_PROCESSES, _DESCRIPTORS, _MEGABYTES = 1, 16, 160
"""What the server may have more afterwards: a spare that is just being made, connections that are being closed, the
memory of its threads and of the answers that it keeps, which fill up once (80 MB of answers)."""
_SAMPLES = 10
_WARMING, _REST = 20.0, 5.0
"""Seconds of the round before, and that the server has afterwards to clear up, beside the time of the last runaway."""


class Spent(NamedTuple):
    """One request: what was asked, its status (0: broken off), and the seconds that it took."""

    query: str
    status: int
    seconds: float


class Left(NamedTuple):
    """What the server and the processes below it have: how many they are, open descriptors, megabytes of their own.

    `each` has the megabytes of every process by what it is, the largest first.
    """

    processes: int
    descriptors: int
    megabytes: float
    each: dict[str, list[int]]


def main() -> int:
    """Run the soak, print what was measured, and say whether it held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default=str(ROOT / "examples"))
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--runaway", type=int, default=20)
    parser.add_argument("--long", type=int, default=0, help="clients that ask for about a megabyte each")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds that a client thinks between two requests")
    stated = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "shelfgraph", "serve", stated.source, "--port", str(port)]
    process = subprocess.Popen([*command, "--timeout", str(stated.timeout)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        peers.wait_resident(port)
        queries = [RUNAWAY] * stated.runaway + [LONG] * stated.long
        queries += [LOOK_UP] * (stated.clients - len(queries))
        soak(port, queries, min(_WARMING, stated.seconds), stated.pause)
        time.sleep(stated.timeout + _REST)
        before = left(process.pid)
        sampled: list[float] = []
        args = (process.pid, stated.seconds / _SAMPLES, sampled)
        threading.Thread(target=sample, args=args, daemon=True).start()
        spent = soak(port, queries, stated.seconds, stated.pause)
        time.sleep(stated.timeout + _REST)
        after = left(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
    return judged(spent, before, after, sampled)


def soak(port: int, queries: list[str], seconds: float, pause: float) -> list[Spent]:
    """What the clients met, each of which has a query of its own."""
    spent: list[Spent] = []
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(port, query, until, pause, spent)) for query in queries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def client(port: int, query: str, until: float, pause: float, spent: list[Spent]) -> None:
    """One client: asks, thinks, asks again."""
    chance = random.Random()
    while time.monotonic() < until:
        path = f"/sparql?query={quote(query.format(chance.randrange(1_000_000)))}"
        started = time.monotonic()
        spent.append(Spent(query, status(port, path), time.monotonic() - started))
        time.sleep(pause * (0.5 + chance.random()))


def status(port: int, path: str) -> int:
    """The status of one request on a connection of its own; 0 where it was broken off."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return response.status


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + 120
    while not status(port, "/"):
        if time.monotonic() > until:
            raise SystemExit("the server does not start")
        time.sleep(0.2)


def left(parent: int) -> Left:
    """What the server and its children hold; what they share counts once."""
    held = [one for member in [parent, *children(parent)] for one in holds(member)]
    each: dict[str, list[int]] = {}
    for kind, _, kilobytes in sorted(held, key=lambda one: -one[2]):
        each.setdefault(kind, []).append(round(kilobytes / 1024))
    return Left(len(held), sum(one[1] for one in held), round(sum(one[2] for one in held) / 1024, 1), each)


def holds(process: int) -> list[tuple[str, int, int]]:
    """What a process is, its descriptors and kilobytes; nothing where it has ended while it was looked at."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_text()
        share = Path(f"/proc/{process}/smaps_rollup").read_text().split("Pss:")[1]
        return [(kind(command), len([*Path(f"/proc/{process}/fd").iterdir()]), int(share.split()[0]))]
    except (OSError, IndexError):
        return []


def kind(command: str) -> str:
    """What a process is, by its command."""
    for module, name in (("front.front_process", "front"), ("sparql.fork_server", "workers and their makers")):
        if module in command:
            return name
    return "application and its parent"


def sample(parent: int, pause: float, sampled: list[float]) -> None:
    """Note the memory of the server again and again, so that a leak would be seen to grow."""
    for _ in range(_SAMPLES):
        time.sleep(pause)
        sampled.append(left(parent).megabytes)


def children(parent: int) -> list[int]:
    """The processes below a process."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # it may have ended meanwhile
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, path.read_text().split())
    return found + [below for child in found for below in children(child)]


def judged(spent: list[Spent], before: Left, after: Left, sampled: list[float]) -> int:
    """0 where nobody suffered and nothing is left over; prints the figures."""
    others = [one for one in spent if one.query == LOOK_UP]
    longs = [one for one in spent if one.query == LONG]
    runaways = [one for one in spent if one.query == RUNAWAY]
    failed = [one for one in others if one.status != 200]
    stated = {
        "requests": len(others),
        "failed": len(failed),
        "failed_statuses": sorted({one.status for one in failed}),
        **waited(others),
        "over_a_second": sum(one.seconds > 1 for one in others),
        "runaways": len(runaways),
        "runaway_statuses": sorted({one.status for one in runaways}),
        "long_statuses": dict(sorted(Counter(one.status for one in longs).items())),
        "long_answered": waited([one for one in longs if one.status == 200]),
        "before": before._asdict(),
        "after": after._asdict(),
        "megabytes_meanwhile": sampled,
    }
    print(json.dumps(stated, indent=1))
    spare = (_PROCESSES, _DESCRIPTORS, _MEGABYTES)
    kept = all(now <= once + more for now, once, more in zip(after[:3], before[:3], spare, strict=True))
    held = not failed and not stated["over_a_second"] and all(one.status for one in longs)
    return 0 if kept and held else 1


def waited(spent: list[Spent]) -> dict[str, float]:
    """How long requests took, in milliseconds: the middle one, 99 of 100, all."""
    seconds = sorted(one.seconds for one in spent) or [0.0]
    places = {"median_ms": len(seconds) // 2, "p99_ms": int(len(seconds) * 0.99), "longest_ms": -1}
    return {name: round(seconds[place] * 1_000, 1) for name, place in places.items()}


if __name__ == "__main__":
    sys.exit(main())
