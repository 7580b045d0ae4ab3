"""The steps of CONTRIBUTING.md, followed word by word in a copy of the project, do what they say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import COMMAND, ROOT, free_port
from tests.waiting import until_answered

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (Add .*?)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE))
STEP = re.compile(
    r"^\d+\. (?P<words>.+?):\n\n(?P<margin> {3,4})```\w+\n(?P<block>.*?)^(?P=margin)```$", re.DOTALL | re.MULTILINE
)
COPIED = (
    "converter",
    "examples",
    "ontology",
    "queries",
    "server",
    "shelfgraph",
    "tests",
    "pyproject.toml",
    "README.md",
)
PROGRAMS = {
    "shelfgraph": COMMAND,
    "python": [sys.executable],
    "pytest": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
    "ruff": [sys.executable, "-m", "ruff"],
}
DEFAULT = "127.0.0.1:8000"


class Step(NamedTuple):
    """What a step says, and the block of code below it."""

    words: str
    block: str


def steps(section: str) -> list[Step]:
    """The steps of a section; none of its numbered lines is left out."""
    found = [
        # The margin alone goes: what is added to a function has that of its place.
        Step(words, re.sub(rf"^{margin}", "", block, flags=re.MULTILINE))
        for words, margin, block in STEP.findall(SECTIONS[section])
    ]
    assert len(found) == len(re.findall(r"^\d+\.", SECTIONS[section], re.MULTILINE)) > 1
    return found


class Copy:
    """A copy of the project, the steps taken in it, and the site that one of them starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.site: subprocess.Popen[bytes] | None = None
        self.environment = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder / name)

    def take(self, step: Step) -> None:
        """Do what a step says."""
        if created := re.fullmatch(r"Create `([^`]+)`", step.words):
            assert not (self.folder / created[1]).exists()
            (self.folder / created[1]).write_text(step.block, encoding="utf-8")
        elif appended := re.fullmatch(r"Append to `([^`]+)`", step.words):
            with (self.folder / appended[1]).open("a", encoding="utf-8") as file:
                file.write(step.block)
        elif added := re.fullmatch(r"In `([^`]+)`, below `([^`]+)`, add", step.words):
            self.add(self.folder / added[1], added[2], step.block)
        elif step.words == "Run, and leave it running":
            self.start(step.block)
        elif re.fullmatch(r"Run(?:, and read what was written to `[^`]+`| in another terminal)?", step.words):
            self.run(step.block)
        else:
            raise AssertionError(f"a step of another kind: {step.words}")
        if written := re.search(r"written to `([^`]+)`", step.words):
            assert (self.folder / written[1]).exists()

    @staticmethod
    def add(path: Path, above: str, block: str) -> None:
        """Write a block below the one line that begins so."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = (number for number, line in enumerate(lines, 1) if line.strip().startswith(above))
        path.write_text("".join([*lines[:place], block, *lines[place:]]), encoding="utf-8")

    def run(self, block: str) -> None:
        """Run the commands of a block; the lines below each are parts of what it says."""
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            said = " ".join(self.answer(command).split())
            for line in shown:
                assert " ".join(line.split()) in said, f"{command}\n{said}"

    def answer(self, command: str) -> str:
        """What a command says, after it has ended well."""
        words = shlex.split(command)
        if words[0] == "curl":
            return self.fetched(words[1:])
        settings = [word.split("=", 1) for word in words if re.match(r"[A-Z]+=", word)]
        name, *rest = words[len(settings) :]
        done = subprocess.run(
            [*PROGRAMS[name], *rest],
            cwd=self.folder,
            env=self.environment | dict(settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def fetched(self, words: list[str]) -> str:
        """What the running site answers to a command of curl with at most one header field."""
        headers = dict(field.split(": ") for option, field in pairwise(words) if option == "-H")
        request = urllib.request.Request(words[-1].replace(DEFAULT, self.address), headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())

    def start(self, block: str) -> None:
        """Start the site of a block, at a port that is free."""
        words = shlex.split(block.removeprefix("$ "))
        port = self.address.rpartition(":")[2]
        self.site = subprocess.Popen(
            [*PROGRAMS[words[0]], *words[1:], "--port", port, "--log", "none"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.DEVNULL,
        )
        until_answered(lambda: urllib.request.urlopen(f"http://{self.address}/", timeout=5).close(), OSError)

    def stop(self) -> None:
        """End the site."""
        if self.site:
            self.site.terminate()
            self.site.wait(timeout=100)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_steps_of_a_section_do_what_they_say(section: str, tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    try:
        for step in steps(section):
            copy.take(step)
    finally:
        copy.stop()


def test_there_is_a_section_for_what_is_added_most() -> None:
    most = {"field", "source", "representation", "format of results", "query", "page"}
    assert {f"Add a {what}" for what in most} < set(SECTIONS)


def test_a_step_that_says_what_does_not_happen_is_seen(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    with pytest.raises(AssertionError):
        copy.run("$ shelfgraph --help\nthis is said by nobody\n")
    with pytest.raises(AssertionError):
        copy.take(Step("Look out of the window", ""))
    with pytest.raises(ValueError, match="unpack"):
        copy.add(tmp_path / "pyproject.toml", "no line begins so", "")
