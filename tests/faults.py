"""Random single faults of a data folder: a bit, a cut, a missing file; noticed, said in a sentence, mended.

`python -m tests.faults 100 [SEED]` breaks a folder so often, and prints what went wrong, each with
a seed that does the same.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.conftest import EXAMPLES, shelfgraph

HARMLESS = ("LOG", "lock", "LOCK", "IDENTITY")
"""Files whose content says nothing about records."""
KINDS = ("a bit", "a cut", "missing")
COMMANDS = (
    ("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
    ("dump", "-o", "-", "--format", "nq"),
    ("log",),
    ("sources",),
    ("show", "20.500.12345/678", "--part", "all"),
)
FOREIGN = '<urn:a> <urn:p> "of others" <urn:g> .\n<urn:b> <urn:p> "of others, too" .\n'
FORGOTTEN = "20.500.12345/702"
DECIDED = "id,names.types.ror_display\nhttps://ror.org/02zhqgq86,University of the Northern Coast\n"


class Fault(NamedTuple):
    """A fault, and what went wrong with it."""

    place: str
    kind: str
    noticed: bool
    problems: list[str]


class Whole:
    """A data folder with something of everything that one can hold, its backup, and what it answers."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._data, self._kept = place / "d", place / "kept"
        (place / "theirs.nq").write_text(FOREIGN)
        (place / "decided.csv").write_text(DECIDED)
        for words in (
            ("load", EXAMPLES, "--authority", place / "decided.csv"),
            ("load", place / "theirs.nq"),
            ("forget", FORGOTTEN),
            ("dump",),
            ("backup", self._kept),
        ):
            done = shelfgraph(*words, "--data", self._data)
            assert done.returncode == 0, done.stderr.decode()
        problems: list[str] = []
        self._before = [_answer(self._data, words, problems) for words in COMMANDS]
        assert b"refused" not in self._before, problems

    def broken(self, chance: random.Random, name: str = "", kind: str = "") -> Fault:
        """What comes of one fault in a copy: of this file and of this kind, or of any."""
        data = self._place / "broken"
        # A generation shares files with the store: what breaks the one breaks the other.
        subprocess.run(["cp", "-a", self._data, data], check=True)
        try:
            return self._broken(data, chance, name, kind)
        finally:
            shutil.rmtree(data)

    def _broken(self, data: Path, chance: random.Random, name: str, kind: str) -> Fault:
        files = [path for path in sorted(data.rglob("*")) if path.is_file() and path.name not in HARMLESS]
        path = data / name if name else chance.choice(files)
        kind, name = kind or chance.choice(KINDS), str(path.relative_to(data))
        if not _break(path, kind, chance):
            return Fault(name, kind, noticed=False, problems=[])
        problems: list[str] = []
        checked = shelfgraph("check", "--data", data)
        problems += _said(checked, "check")
        answers = [_answer(data, words, problems) for words in COMMANDS]
        if checked.returncode == 0:
            if answers != self._before:
                problems.append("check notices nothing, and answers differ")
            problems += _said(shelfgraph("load", EXAMPLES, "--data", data), "load", succeeds=True)
            return Fault(name, kind, noticed=False, problems=problems + self._unlike(data))
        problems += _said(shelfgraph("load", EXAMPLES, "--data", data), "load")
        checked = shelfgraph("check", "--data", data)
        if checked.returncode:
            problems += self._mended(data, (checked.stdout + checked.stderr).decode())
        return Fault(name, kind, noticed=True, problems=problems + self._unlike(data))

    def _mended(self, data: Path, stated: str) -> list[str]:
        """What went wrong with what `check` names as remedies."""
        problems: list[str] = []
        if found := re.search(r"bring back a copy of (\S+)", stated):
            shutil.copyfile(self._kept / found[1], data / found[1])
            stated = stated.replace("shelfgraph restore", "")
        for named, words in (
            ("shelfgraph restore", ("restore", self._kept)),
            ("check --repair", ("check", "--repair")),
            ("shelfgraph dump", ("dump",)),
        ):
            if named in stated:
                problems += _said(shelfgraph(*words, "--data", data), words[0], succeeds=True)
        return problems

    def _unlike(self, data: Path) -> list[str]:
        """In what a folder is unlike the whole one, by what it answers and by what `check` says."""
        problems: list[str] = []
        for words, before in zip(COMMANDS, self._before, strict=True):
            if (after := _answer(data, words, problems)) != before:
                problems.append(f"another answer to {words[0]}: {before[:200]!r} {after[:200]!r}")
        checked = shelfgraph("check", "--data", data)
        if checked.returncode:
            problems.append(f"not mended: {(checked.stdout + checked.stderr).decode()}")
        return problems


def _answer(data: Path, words: tuple[str, ...], problems: list[str]) -> bytes:
    done = shelfgraph(*words, "--data", data)
    problems += _said(done, " ".join(words))
    return done.stdout if done.returncode == 0 else b"refused"


def _said(done: subprocess.CompletedProcess[bytes], words: str, *, succeeds: bool = False) -> list[str]:
    text = done.stderr.decode()
    if "Traceback" in text or done.returncode < 0 or (done.returncode and not (text or done.stdout)):
        return [f"{words}: {done.returncode} {text[-600:]}"]
    return [f"{words}: {done.returncode} {text}"] if succeeds and done.returncode else []


def _break(path: Path, kind: str, chance: random.Random) -> bool:
    """Whether there was something to break."""
    if kind == "missing":
        path.unlink()
        return True
    size = path.stat().st_size
    if not size:
        return False
    place = chance.randrange(size)
    path.chmod(0o644)
    with path.open("r+b") as file:
        if kind == "a cut":
            file.truncate(place)
        else:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << chance.randrange(8)]))
    return True


def main(count: int, seed: int) -> int:
    """Print each fault that was not noticed or went wrong, and how many there were; how many went wrong."""
    noticed = wrong = 0
    with tempfile.TemporaryDirectory() as place:
        whole = Whole(Path(place))
        for number in range(seed, seed + count):
            found = whole.broken(random.Random(number))
            noticed += found.noticed
            wrong += bool(found.problems)
            if found.problems or not found.noticed:
                stated = "noticed" if found.noticed else "not noticed"
                print(f"{number} {found.place}: {found.kind}, {stated}", *found.problems, sep="\n  ", flush=True)
        print(f"{count} faults, {noticed} noticed, {count - noticed} harmless or not noticed, {wrong} with problems")
    return wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0) > 0)
