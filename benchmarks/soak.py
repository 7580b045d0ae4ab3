"""Many clients beside runaway queries: how long the others wait, and what is left over afterwards.

    python benchmarks/soak.py [--clients 200] [--runaway 20] [--seconds 60] [--timeout 10] [SOURCE]

Prints what was measured as JSON.  Exits with 1 where another request fails or waits longer than a second, or where
processes, descriptors or memory are left.
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
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import peers

ROOT = Path(__file__).parents[1]
RUNAWAY = "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) FILTER(?j != {}) }}"
LOOK_UP = "SELECT ?o {{ ?s <http://purl.org/dc/terms/title> ?o }} LIMIT 50 # {}"

_PROCESSES, _DESCRIPTORS, _MEGABYTES = 1, 16, 160
"""What the server may have more afterwards: a spare that is just being made, connections that are being closed, and the
memory of its threads and of the answers that it keeps, which fill up once (64 MB of answers)."""
_SAMPLES = 10


class Spent(NamedTuple):
    """One request: its status (0: broken off), the seconds that it took, and whether it was a runaway."""

    status: int
    seconds: float
    runaway: bool


class Left(NamedTuple):
    """What the server and the processes below it have: how many they are, open descriptors, megabytes of their own."""

    processes: int
    descriptors: int
    megabytes: float


def main() -> int:
    """Run the soak, print what was measured, and say whether it held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default=str(ROOT / "examples"))
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--runaway", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds that a client thinks between two requests")
    told = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "shelfgraph", "serve", told.source, "--port", str(port)]
    process = subprocess.Popen([*command, "--timeout", str(told.timeout)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        peers.wait_resident(port)
        time.sleep(3)  # until the spares are warm
        before = left(process.pid)
        sampled: list[float] = []
        args = (process.pid, told.seconds / _SAMPLES, sampled)
        threading.Thread(target=sample, args=args, daemon=True).start()
        spent = soak(port, told.clients, told.runaway, told.seconds, told.pause)
        time.sleep(told.timeout + 2)
        after = left(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
    return judged(spent, before, after, sampled)


def soak(port: int, clients: int, runaway: int, seconds: float, pause: float) -> list[Spent]:
    """What the clients met."""
    spent: list[Spent] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=client, args=(port, number < runaway, until, pause, spent)) for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def client(port: int, runaway: bool, until: float, pause: float, spent: list[Spent]) -> None:
    """One client: asks, thinks, asks again."""
    chance = random.Random()
    while time.monotonic() < until:
        number = chance.randrange(1_000_000)
        path = f"/sparql?query={quote((RUNAWAY if runaway else LOOK_UP).format(number))}"
        started = time.monotonic()
        spent.append(Spent(status(port, path), time.monotonic() - started, runaway))
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
    family = [parent, *children(parent)]
    descriptors = sum(len([*Path(f"/proc/{member}/fd").iterdir()]) for member in family)
    shares = [Path(f"/proc/{member}/smaps_rollup").read_text().split("Pss:")[1] for member in family]
    return Left(len(family), descriptors, round(sum(int(share.split()[0]) for share in shares) / 1024, 1))


def sample(parent: int, pause: float, sampled: list[float]) -> None:
    """Note the memory of the server again and again, so that a leak would be seen to grow."""
    for _ in range(_SAMPLES):
        time.sleep(pause)
        # A worker may end while it is looked at.
        with contextlib.suppress(OSError, IndexError):
            sampled.append(left(parent).megabytes)


def children(parent: int) -> list[int]:
    """The processes below a process."""
    found = [int(name) for path in Path(f"/proc/{parent}/task").glob("*/children") for name in path.read_text().split()]
    return found + [below for child in found for below in children(child)]


def judged(spent: list[Spent], before: Left, after: Left, sampled: list[float]) -> int:
    """0 where nobody suffered and nothing is left over; prints the figures."""
    others = sorted(one.seconds for one in spent if not one.runaway)
    failed = [one for one in spent if not one.runaway and one.status != 200]
    told = {
        "requests": len(others),
        "failed": len(failed),
        "failed_statuses": sorted({one.status for one in failed}),
        "median_ms": round(others[len(others) // 2] * 1_000, 1),
        "p99_ms": round(others[int(len(others) * 0.99)] * 1_000, 1),
        "longest_ms": round(others[-1] * 1_000, 1),
        "over_a_second": sum(seconds > 1 for seconds in others),
        "runaways": sum(one.runaway for one in spent),
        "runaway_statuses": sorted({one.status for one in spent if one.runaway}),
        "before": before._asdict(),
        "after": after._asdict(),
        "megabytes_meanwhile": sampled,
    }
    print(json.dumps(told, indent=1))
    spare = (_PROCESSES, _DESCRIPTORS, _MEGABYTES)
    kept = all(now <= once + more for now, once, more in zip(after, before, spare, strict=True))
    return 0 if kept and not failed and others[-1] <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
