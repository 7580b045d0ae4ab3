"""Random single faults of a data folder: a bit, a cut, a missing file; noticed, said in a sentence, mended.

`python -m tests.faults 100` breaks a folder so often, and prints what went wrong.
"""

from __future__ import annotations

import random
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
COMMANDS = (("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), ("dump", "-o", "-"), ("log",), ("sources",))


class Fault(NamedTuple):
    """A fault, and what went wrong with it."""

    place: str
    kind: str
    noticed: bool
    problems: list[str]


def broken(loaded: Path, data: Path, chance: random.Random) -> Fault:
    """What comes of one fault in a copy of `loaded`/d, of which `loaded`/kept is a backup."""
    shutil.copytree(loaded / "d", data)
    files = [path for path in sorted(data.rglob("*")) if path.is_file() and path.name not in HARMLESS]
    path, kind = chance.choice(files), chance.choice(KINDS)
    if not _break(path, kind, chance):
        return Fault(str(path.relative_to(data)), kind, noticed=False, problems=[])
    problems: list[str] = []
    before = [_answer(loaded / "d", words, problems) for words in COMMANDS]
    checked = shelfgraph("check", "--data", data)
    problems += _said(checked, "check")
    noticed = checked.returncode != 0
    answers = [_answer(data, words, problems) for words in COMMANDS]
    if not noticed and answers != before:
        problems.append("check notices nothing, and answers differ")
    if noticed:
        problems += _mended(loaded, data, checked.stdout.decode(), before)
    return Fault(str(path.relative_to(data)), kind, noticed, problems)


def _mended(loaded: Path, data: Path, stated: str, before: list[bytes]) -> list[str]:
    """What is still wrong after what `check` names as a remedy."""
    problems: list[str] = []
    if "shelfgraph restore" in stated or ("cannot be read" in stated and "check --repair" not in stated):
        problems += _said(shelfgraph("restore", loaded / "kept", "--data", data), "restore", succeeds=True)
        problems += _said(shelfgraph("load", EXAMPLES, "--data", data), "load", succeeds=True)
    if "check --repair" in stated:
        problems += _said(shelfgraph("check", "--repair", "--data", data), "check --repair")
    if "shelfgraph dump" in stated:
        shutil.rmtree(data / "dumps", ignore_errors=True)
        problems += _said(shelfgraph("dump", "--data", data), "dump", succeeds=True)
    after = shelfgraph("check", "--data", data)
    if after.returncode:
        problems.append(f"not mended: {after.stdout.decode() or after.stderr.decode()}")
    elif _answer(data, COMMANDS[1], problems) != before[1]:
        problems.append("another dump after it was mended")
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
    content = bytearray(path.read_bytes())
    path.unlink()
    if kind == "missing":
        return True
    if not content:
        path.write_bytes(content)
        return False
    if kind == "a bit":
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    else:
        del content[chance.randrange(len(content)) :]
    path.write_bytes(content)
    return True


def main(count: int, seed: int) -> None:
    """Print each fault with what went wrong, and how many there were."""
    with tempfile.TemporaryDirectory() as place:
        loaded = Path(place)
        for words in (("load", EXAMPLES), ("dump",), ("backup", loaded / "kept")):
            assert shelfgraph(*words, "--data", loaded / "d").returncode == 0
        noticed = wrong = 0
        for number in range(count):
            found = broken(loaded, loaded / "broken", random.Random(seed + number))
            shutil.rmtree(loaded / "broken")
            noticed += found.noticed
            wrong += bool(found.problems)
            if found.problems or not found.noticed:
                print(
                    seed + number,
                    found.place,
                    found.kind,
                    "noticed" if found.noticed else "not noticed",
                    *found.problems,
                )
        print(f"{count} faults, {noticed} noticed, {wrong} with problems")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
