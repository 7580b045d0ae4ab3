"""Commands that are killed at a random moment: nothing is lost, nothing is wrong, and the next one needs no hand.

`python -m tests.kills 200 [SEED]` kills so many, and prints what went wrong; each with a seed that does the same.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from converter.publish.sparql_update import Sender
from converter.store.data_folder import DataFolder
from converter.store.forgotten import Forgotten
from tests.commands import shelfgraph, started
from tests.conftest import EXAMPLES
from tests.misbehaving import Repository, collection, serving
from tests.services import Service, local, running

COMMANDS = ("load", "harvest", "rebuild", "publish", "dump", "export", "backup", "forget")
LEFTOVERS = ("**/.*.part", "**/.sorting-*", "store.new", "**/LOG.old.*", "*.new")
FORGOTTEN = "20.500.12345/678"


class Killed:
    """A folder with records, a repository whose records are to come, a store elsewhere, how long each command takes."""

    def __init__(self, place: Path, address: str, elsewhere: Service) -> None:
        self._place, self._address, self._elsewhere = place, address, elsewhere
        self.count = 0
        self._run(place / "d", "load", EXAMPLES)
        whole = Path(shutil.copytree(place / "d", place / "whole"))
        self._run(whole, "harvest", address)
        self._wanted = self._lines(whole)
        self._run(whole, "forget", FORGOTTEN)
        self._without = self._lines(whole)
        self._seconds: dict[str, float] = {}

    def problems(self, command: str, chance: random.Random) -> list[str]:
        """What is wrong after the command was killed once; `count` counts those that were not faster."""
        data = Path(shutil.copytree(self._place / "d", self._place / "broken"))
        if command not in self._seconds:
            spare = Path(shutil.copytree(data, self._place / "spare"))
            begun = time.monotonic()
            self._run(spare, *self._words(command, spare))
            self._seconds[command] = time.monotonic() - begun
            self._clear("spare")
        process = started(*self._words(command, data), "--data", data)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 1.0) * self._seconds[command])
        process.kill()
        self.count += process.wait() < 0
        if process.stderr:
            process.stderr.close()
        try:
            return self._after(data, command, chance)
        finally:
            self._clear("broken")

    def _clear(self, folder: str) -> None:
        for name in (folder, "site", "kept", "kept.new", "kept.old"):
            shutil.rmtree(self._place / name, ignore_errors=True)
        Sender(None).post(self._elsewhere.update, "CLEAR ALL", "application/sparql-update")

    def _after(self, data: Path, command: str, chance: random.Random) -> list[str]:
        for path in data.rglob("*"):
            os.utime(path, (0, 0))
        later = chance.choice([one for one in COMMANDS if one != "forget"])
        for words in (
            self._words(later, data),
            *([] if command == "forget" else [self._words(command, data)]),
            *(self._words(one, data) for one in ("load", "harvest", "dump", "publish")),
        ):
            done = shelfgraph(*words, "--data", data)
            if done.returncode:
                return [f"{words[0]} after {command}: {done.stderr.decode()}"]
        checked, lines = shelfgraph("check", "--data", data), self._lines(data)
        found = [f"check after {command}: {checked.stdout.decode()}"] if checked.returncode else []
        wanted = self._without if Forgotten(data).entries else self._wanted
        if lines != wanted:
            found.append(f"after {command}, {later}: {len(wanted - lines)} lost, {len(lines - wanted)} wrong")
        if self._elsewhere.lines() != local(DataFolder(data).current().path):
            found.append(f"after {command}, {later}: the store elsewhere holds something else")
        left = [str(path.relative_to(data)) for pattern in LEFTOVERS for path in data.glob(pattern)]
        return [*found, *(f"left by {command}: {name}" for name in left)]

    def _words(self, command: str, data: Path) -> list[str]:
        given = {
            "load": str(EXAMPLES),
            "harvest": self._address,
            "forget": FORGOTTEN,
            "publish": self._elsewhere.address,
            "export": str(data.with_name("site")),
            "backup": str(data.with_name("kept")),
        }
        return [command, *([given[command]] if command in given else [])]

    def _lines(self, data: Path) -> set[str]:
        return set(self._run(data, "dump", "-o", "-").decode().splitlines())

    def _run(self, data: Path, *words: str | Path) -> bytes:
        done = shelfgraph(*words, "--data", data)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout


@contextlib.contextmanager
def ready(place: Path, records: int) -> Iterator[Killed]:
    """What commands are killed over, with so many records to harvest."""
    repository = Repository(collection(records), page_size=30)
    with serving(repository.app()) as address, running("oxigraph", place) as elsewhere:
        yield Killed(place, address + repository.path, elsewhere)


def main(count: int, seed: int) -> int:
    """Print what went wrong, and how many commands were killed; how many had problems."""
    wrong = 0
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place, ready(Path(place), 60) as killed:
        number = seed
        while killed.count < count:
            if found := killed.problems(COMMANDS[number % len(COMMANDS)], random.Random(number)):
                wrong += 1
                print(number, *found, sep="\n  ", flush=True)
            number += 1
        print(f"{killed.count} commands killed, {number - seed - killed.count} were faster, {wrong} with problems")
    return wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0) > 0)
