"""A site under everything at once, against a reference: no record is lost, no answer is wrong, memory under the cap.

`python -m tests.soak [MINUTES] [SEED]` (`make soak MINUTES=20`) serves a data folder while one process after the other
writes to it (harvests, updates, backups, dumps, rebuilding; a third of them are killed), clients look records up and
read pages, others ask queries that never end or take all memory, and processes of the site are killed.  It prints what
went wrong, and what was measured; it exits with 1 where something did.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import http.client
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from converter.store.data_folder import DataFolder
from server.operations.memory_limit import memory
from tests.conftest import COMMAND, EXAMPLES, free_port, shelfgraph
from tests.misbehaving import Repository, Served, collection, serving
from tests.waiting import until

LIMIT = 1 << 30
RECORDS, CHANGED, HARVESTED = 200, 20, 5
_WAIT = 20.0
"""Seconds after a kill within which connections may break, and those that a site may take to show what was written."""
_OF_APPLICATION = 15.0
"""Seconds between two kills of the application: one that dies twice within five seconds ends the site."""
RUNAWAYS = (
    "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) FILTER(?j != {}) }}",
    "SELECT * {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} ORDER BY ?c ?f ?i ?a # {}",
    "SELECT * {{ ?a ?b ?c . ?d ?e ?f }} # {}",
)
PAGES = ("/search?q=soak", "/records", "/oai?verb=Identify", "/sparql?query=ASK%7B%7D")
_VERSION = re.compile(r"Soak (\d+) version (\d+)")


@dataclasses.dataclass
class Reference:
    """What was written: of each record the version that is kept for certain, and the last that somebody tried to write.

    `seen` is what each generation has answered.
    """

    kept: dict[int, int] = dataclasses.field(default_factory=dict)
    tried: dict[int, int] = dataclasses.field(default_factory=dict)
    seen: dict[tuple[int, str], str] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)
    counts: Counter[str] = dataclasses.field(default_factory=Counter)
    killed: float = 0.0
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def wrong(self, text: str) -> None:
        """Something went wrong."""
        with self.lock:
            self.counts["problems"] += 1
            if len(self.problems) < 50:
                self.problems.append(text)
                print(text, flush=True)

    def counted(self, what: str) -> None:
        """Count what happened."""
        with self.lock:
            self.counts[what] += 1

    def version(self, number: int, found: int | None, least: int, where: str) -> None:
        """A version was shown that was kept before, and not before the last one that was certain for a while."""
        if found is None or not least <= found <= self.tried[number]:
            self.wrong(f"{where}: record {number} has version {found}; kept is {least}, tried {self.tried[number]}")

    def alike(self, generation: int, query: str, answer: str) -> None:
        """One generation answers a question always alike."""
        with self.lock:
            before = self.seen.setdefault((generation, query), answer)
        if before != answer:
            self.wrong(f"generation {generation} answers {query!r} with {answer[:200]!r}, and before {before[:200]!r}")


class Soak:
    """The site, who writes and who reads, until the time is up."""

    def __init__(self, place: Path, address: str, repository: Repository, chance: random.Random) -> None:
        self.place, self.address, self.repository, self.chance = place, address, repository, chance
        self.data, self.reference = place / "d", Reference()
        self.port = free_port()
        self.ended = threading.Event()
        self.peak = 0
        self._least: list[tuple[float, dict[int, int]]] = []
        self._application_killed = 0.0
        self._command("load", EXAMPLES)
        self._update(range(RECORDS), killed=False)
        self._command("harvest", address)
        self.base = json.loads((self.data / "shelfgraph.json").read_text())["base"]
        words = ("serve", "--data", str(self.data), "--port", str(self.port), "--timeout", "5", "--no-dumps")
        self.errors = (place / "errors").open("wb")
        self.site = subprocess.Popen([*COMMAND, *words, "--memory-limit", "1G", "--log", "none"], stderr=self.errors)
        until(lambda: self._asked("/-/health")[0] == 200)

    def run(self, seconds: float) -> None:
        """Do everything at once for so long."""
        roles: list[Callable[[], object]] = [self._write, self._kill, self._measure]
        roles += [self._look_up] * 3 + [self._read] * 2 + [self._run_away] * len(RUNAWAYS)
        threads = [threading.Thread(target=self._until_the_end, args=(role,)) for role in roles]
        for thread in threads:
            thread.start()
        self.ended.wait(seconds)
        self.ended.set()
        for thread in threads:
            thread.join()

    def settle(self) -> None:
        """Compare what is there at the end with what was written."""
        self._command("harvest", self.address)
        newest = DataFolder(self.data).current().number
        try:
            until(lambda: self._asked(self._query("ASK {}"))[1] == newest, seconds=120)
        except TimeoutError:
            self.reference.wrong(f"the site does not come to show generation {newest}")
        for number in range(RECORDS):
            _, _, body = self._asked(self._title(number))
            match = _VERSION.search(body)
            self.reference.version(number, int(match[2]) if match else None, self.reference.kept[number], "at the end")
        checked = shelfgraph("check", "--data", self.data)
        if checked.returncode:
            self.reference.wrong(f"check: {checked.stdout.decode()}{checked.stderr.decode()}")
        whole = self.place / "whole"
        for words in (("load", EXAMPLES), ("load", self._table(self.reference.kept)), ("harvest", self.address)):
            done = shelfgraph(*words, "--data", whole)
            assert done.returncode == 0, done.stderr
        held, wanted = (
            {*shelfgraph("dump", "-o", "-", "--data", folder).stdout.decode().splitlines()}
            for folder in (self.data, whole)
        )
        if held != wanted:
            self.reference.wrong(f"{len(wanted - held)} statements lost, {len(held - wanted)} wrong at the end")

    def stop(self) -> None:
        """End the site."""
        self.site.terminate()
        try:
            self.site.wait(60)
        except subprocess.TimeoutExpired:
            self.reference.wrong("the site does not end within a minute")
            self.site.kill()
        self.errors.close()
        if text := (self.place / "errors").read_text(errors="replace"):
            print(f"the site said:\n{text[-3000:]}")

    def _until_the_end(self, role: Callable[[], object]) -> None:
        while not self.ended.is_set():
            try:
                role()
            except Exception as fault:  # whatever it is, it counts as a problem, and the other roles go on
                self.reference.wrong(f"{role.__name__}: {type(fault).__name__}: {fault}")

    # Who writes

    def _write(self) -> None:
        killed = self.chance.random() < 1 / 3
        match self.chance.choices(("update", "harvest", "backup", "dump", "rebuild"), (6, 4, 1, 1, 1))[0]:
            case "update":
                self._update(self.chance.sample(range(RECORDS), CHANGED), killed=killed)
            case "harvest":
                begin = len(self.repository.records)
                moment = self.repository.now + timedelta(minutes=30)
                self.repository.records += [Served(begin + n, moment, f"Later {begin + n}") for n in range(HARVESTED)]
                self.repository.now += timedelta(hours=1)
                self._command("harvest", self.address, killed=killed)
            case "backup":
                self._command("backup", self.place / "kept", killed=killed)
            case other:
                self._command(other, killed=killed)
        self.ended.wait(self.chance.uniform(0, 1))

    def _update(self, numbers: range | list[int], *, killed: bool) -> None:
        """Load another version of some records."""
        versions = {number: self.reference.tried.get(number, 0) + 1 for number in numbers}
        self.reference.tried |= versions
        self._command("load", self._table(versions), killed=killed)
        self.reference.kept |= versions
        self._least.append((time.monotonic(), dict(self.reference.kept)))

    def _table(self, versions: dict[int, int]) -> Path:
        path = self.place / "changes.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("id", "handle", "dc.title", "dc.contributor.author"))
            rows.writerows(
                (f"s{number}", f"12345/7{number:05}", f"Soak {number} version {version}", f"Gull, {number % 7}")
                for number, version in versions.items()
            )
        return path

    def _command(self, *words: str | Path, killed: bool = False) -> None:
        """Run a command to its end; where it is to be killed before, once more."""
        command = [*COMMAND, *map(str, words), "--data", str(self.data)]
        if killed:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.chance.uniform(0.2, 4))
            process.kill()
            self.reference.counted(f"{words[0]} {'killed' if process.wait() < 0 else 'before its kill'}")
        done = subprocess.run(command, capture_output=True, check=False)
        self.reference.counted(f"{words[0]} done")
        if done.returncode:
            self.reference.wrong(f"{words[0]}: {done.returncode} {done.stderr.decode()[-1000:]}")

    # Who reads

    def _look_up(self) -> None:
        number = self.chance.randrange(RECORDS)
        least = self._certain(number)
        status, generation, body = self._asked(path := self._title(number))
        if self._is_answer(status, path):
            match = _VERSION.search(body)
            self.reference.version(number, int(match[2]) if match else None, least, f"generation {generation}")
            self.reference.alike(generation, path, body)
            self.reference.counted("look-ups right")
        self.ended.wait(0.02)

    def _read(self) -> None:
        number = self.chance.randrange(RECORDS)
        path = self.chance.choice((f"/record/12345/7{number:05}", *PAGES))
        least = self._certain(number)
        status, _, body = self._asked(path)
        if self._is_answer(status, path):
            if path.startswith("/record/"):
                match = _VERSION.search(body)
                found = int(match[2]) if match and int(match[1]) == number else None
                self.reference.version(number, found, least, path)
            self.reference.counted("pages right")
        self.ended.wait(0.1)

    def _run_away(self) -> None:
        query = self.chance.choice(RUNAWAYS).format(self.chance.randrange(1 << 30))
        status, _, _ = self._asked(self._query(query))
        self.reference.counted(f"runaways {status}")
        if status not in {0, 200, 429, 503}:
            self.reference.wrong(f"a runaway query is answered with {status}")

    def _certain(self, number: int) -> int:
        """The version that was kept so long ago that every answer has it, or a later one."""
        now = time.monotonic()
        return next((kept[number] for when, kept in reversed(self._least) if now - when > _WAIT), 1)

    def _is_answer(self, status: int, path: str) -> bool:
        """Whether there is an answer to compare; why there is none is counted, and wrong where nothing was killed."""
        if status == 200:
            return True
        after = time.monotonic() - self.reference.killed
        self.reference.counted(f"refused with {status}" if status else "broken off")
        if status not in {0, 503, 429} or (not status and after > _WAIT):
            self.reference.wrong(f"{path}: status {status}, {after:.0f} s after a kill")
        return False

    def _title(self, number: int) -> str:
        return self._query(f"SELECT ?t {{ <{self.base}item/12345/7{number:05}> <http://purl.org/dc/terms/title> ?t }}")

    def _query(self, query: str) -> str:
        return f"/sparql?query={quote(query)}"

    def _asked(self, path: str) -> tuple[int, int, str]:
        """The status of an answer (0: broken off), its generation, and its text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            text = response.read(1 << 20).decode("utf-8", "replace")
            return response.status, int(response.headers.get("Shelfgraph-Generation") or 0), text
        except (OSError, http.client.HTTPException):
            return 0, 0, ""
        finally:
            connection.close()

    # Who kills, and who measures

    def _kill(self) -> None:
        self.ended.wait(self.chance.uniform(1, 5))
        by_role: dict[str, list[int]] = {}
        for process, role in self._processes():
            by_role.setdefault(role, []).append(process)
        role = self.chance.choices(("worker", "maker", "front", "application"), (6, 3, 1, 1))[0]
        if role == "application":
            if time.monotonic() - self._application_killed < _OF_APPLICATION:
                return
            self._application_killed = time.monotonic()
        if found := by_role.get(role):
            self.reference.killed = time.monotonic()
            with contextlib.suppress(OSError):
                os.kill(self.chance.choice(found), signal.SIGKILL)
                self.reference.counted(f"{role} killed")
            self.reference.killed = time.monotonic()

    def _processes(self) -> Iterator[tuple[int, str]]:
        """Yield the processes of the site, each with its role."""
        parents = {self.site.pid: ""}
        left = [self.site.pid]
        while left:
            parent = left.pop()
            for path in Path(f"/proc/{parent}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    for child in map(int, path.read_text().split()):
                        role = _role(child, parents[parent])
                        parents[child] = role
                        left.append(child)
                        yield child, role

    def _measure(self) -> None:
        taken = memory(self.site.pid)
        self.peak = max(self.peak, taken)
        if taken > LIMIT:
            self.reference.wrong(f"the site takes {taken >> 20} MiB, and may take {LIMIT >> 20}")
        if self.site.poll() is not None:
            self.reference.wrong(f"the site has ended with {self.site.returncode}")
            self.ended.set()
        self.ended.wait(0.2)


def _role(process: int, parent: str) -> str:
    try:
        command = Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
    if "fork_server" in command:
        return "worker" if parent in {"maker", "worker"} else "maker"
    # The application is a fork of the command itself.
    return "front" if "front_process" in command else "application" if "\0serve\0" in command else ""


def soak(seconds: float, seed: int, place: Path) -> Soak:
    """A soak of so many seconds, which has ended: its reference says what went wrong."""
    repository = Repository(collection(60), page_size=30)
    with serving(repository.app()) as address:
        made = Soak(place, address + repository.path, repository, random.Random(seed))
        try:
            made.run(seconds)
            made.settle()
        finally:
            made.stop()
    return made


def main(minutes: float, seed: int) -> int:
    """Print what went wrong and what was measured; how much went wrong."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place:
        made = soak(minutes * 60, seed, Path(place))
    counts = made.reference.counts
    for name, count in sorted(counts.items()):
        print(f"{name}: {count}")
    generations = len({generation for generation, _ in made.reference.seen})
    print(f"{generations} generations seen, {made.peak >> 20} MiB of {LIMIT >> 20} at the most")
    print(f"{minutes:g} minutes, {counts['problems']} problems")
    return counts["problems"]


if __name__ == "__main__":
    sys.exit(main(float((sys.argv[1:] or ["20"])[0]), int((sys.argv[2:] or ["0"])[0])) > 0)
