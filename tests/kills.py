"""Commands that are killed at a random moment: nothing is lost, nothing is wrong, and the next one needs no hand.

`python -m tests.kills 100` kills so many, and prints what went wrong.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import COMMAND, EXAMPLES, shelfgraph
from tests.misbehaving import Repository, collection, serving

COMMANDS = ("load", "harvest", "rebuild", "dump", "export", "backup", "forget")
LEFTOVERS = ("**/.*.part", "**/.sorting-*", "store.new", "**/LOG.old.*", "*.new")
FORGOTTEN = "20.500.12345/678"


class Killed:
    """A folder with records, a repository whose records are to come, and how long each command takes."""

    def __init__(self, place: Path, address: str) -> None:
        self._place, self._address = place, address
        self._run(place / "d", "load", EXAMPLES)
        whole = Path(shutil.copytree(place / "d", place / "whole"))
        self._run(whole, "harvest", address)
        self._wanted = self._lines(whole)
        self._seconds: dict[str, float] = {}

    def problems(self, command: str, chance: random.Random) -> list[str]:
        """What is wrong after the command was killed once."""
        data = Path(shutil.copytree(self._place / "d", self._place / "broken"))
        words = [*COMMAND, *self._words(command, data), "--data", str(data)]
        if command not in self._seconds:
            spare, begun = Path(shutil.copytree(data, self._place / "spare")), time.monotonic()
            self._run(spare, *self._words(command, spare))
            self._seconds[command] = time.monotonic() - begun
            shutil.rmtree(spare)
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.3, 1.0) * self._seconds[command])
        process.kill()
        process.wait()
        try:
            return self._after(data, command)
        finally:
            for name in ("broken", "site", "kept", "kept.new", "kept.old"):
                shutil.rmtree(self._place / name, ignore_errors=True)

    def _after(self, data: Path, command: str) -> list[str]:
        for path in data.rglob("*"):
            os.utime(path, (0, 0))
        for words in (("load", EXAMPLES), ("harvest", self._address), ("dump",)):
            done = shelfgraph(*words, "--data", data)
            if done.returncode:
                return [f"{words[0]} after {command}: {done.stderr.decode()}"]
        if command in {"export", "backup"}:
            again = shelfgraph(*self._words(command, data), "--data", data)
            if again.returncode:
                return [f"{command} again: {again.stderr.decode()}"]
        checked, lines = shelfgraph("check", "--data", data), self._lines(data)
        found = [f"check after {command}: {checked.stdout.decode()}"] if checked.returncode else []
        forgot = (data / "forgotten.json").exists()
        if lines != self._wanted and not (forgot and lines < self._wanted):
            found.append(f"after {command}: {len(self._wanted - lines)} lost, {len(lines - self._wanted)} wrong")
        if forgot and any(
            FORGOTTEN in line for line in lines if line.startswith(f"<http://127.0.0.1:8000/item/{FORGOTTEN}")
        ):
            found.append("what is forgotten is there")
        left = [str(path.relative_to(data)) for pattern in LEFTOVERS for path in data.glob(pattern)]
        return [*found, *(f"left by {command}: {name}" for name in left)]

    def _words(self, command: str, data: Path) -> list[str]:
        beside = {"export": data.with_name("site"), "backup": data.with_name("kept")}
        given = {"load": str(EXAMPLES), "harvest": self._address, "forget": FORGOTTEN}
        return [
            command,
            *([given[command]] if command in given else [str(beside[command])] if command in beside else []),
        ]

    def _lines(self, data: Path) -> set[str]:
        return set(self._run(data, "dump", "-o", "-").decode().splitlines())

    def _run(self, data: Path, *words: str | Path) -> bytes:
        done = shelfgraph(*words, "--data", data)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout


def main(count: int, seed: int) -> None:
    """Print what went wrong, and how many commands were killed."""
    repository, wrong = Repository(collection(300)), 0
    with tempfile.TemporaryDirectory() as place, serving(repository.app()) as address:
        killed = Killed(Path(place), address + repository.path)
        for number in range(count):
            chance = random.Random(seed + number)
            if found := killed.problems(COMMANDS[number % len(COMMANDS)], chance):
                wrong += 1
                print(seed + number, *found, sep="\n  ", flush=True)
        print(f"{count} killed, {wrong} with problems")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
