"""What the guides of `docs/guide` show is what happens: every command, every output, every answer.

A line `…` stands for any lines, `…` within a line for any characters.  With GOLDEN=rewrite an output that differs is
written into the guide.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest

from shelfgraph import convert
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT, Site

FOLDER = ROOT / "docs" / "guide"
GUIDES = ("manager", "librarian", "consumer")
REWRITE = os.environ.get("GOLDEN") == "rewrite"
BLOCK = re.compile(r"(?P<words>[^\n]*)\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SHELL = {"|", ">", "2>", "&&"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Reader:
    """Somebody who does what a guide says, in a folder of his own."""

    def __init__(self, folder: Path) -> None:
        (folder / "examples").symlink_to(EXAMPLES)
        self.sites: dict[str, Site] = {}
        self.expected: dict[str, str] = {}

    def output(self, command: str, shown: str) -> str:
        """What a command writes; `serve` goes on running, and what is shown of it is compared when it ends."""
        words = shlex.split(command)
        if words[:2] == ["shelfgraph", "serve"]:
            port = words[words.index("--port") + 1] if "--port" in words else "8000"
            self.sites[port] = Site(*words[2:], "--log", "none")
            self.expected[port] = shown
            return shown
        for port, site in self.sites.items():
            command = command.replace(f"127.0.0.1:{port}", f"127.0.0.1:{site.port}")
        if words[0] == "shelfgraph" and not set(words) & SHELL:
            done = shelfgraph(*shlex.split(command)[1:])
        else:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, check=False)
        return self.as_shown((done.stdout + done.stderr).decode())

    def as_shown(self, text: str) -> str:
        """A text with the ports of the guide."""
        for port, site in self.sites.items():
            text = text.replace(f"127.0.0.1:{site.port}", f"127.0.0.1:{port}")
        return text.replace(str(Path.cwd()), "…")

    def leave(self) -> dict[str, str]:
        """End the sites; what each wrote."""
        return {port: self.as_shown(site.stop()) for port, site in self.sites.items()}


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a block, with its output; a command goes on while a quotation mark is open."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        for number in range(1, len(lines) + 1):
            command = "\n".join(lines[:number])
            try:
                shlex.split(command)
            except ValueError:
                continue
            if not command.endswith("\\"):
                yield command, "\n".join(lines[number:])
                break


def matches(shown: str, said: str) -> bool:
    """Whether an output is the one that is shown, blanks at the ends of lines aside.

    >>> matches("a\\n…\\nd …", "a\\nb\\nc\\nd e"), matches("a\\n…", "b\\nc")
    (True, False)
    """
    lines = [re.escape(line.rstrip()).replace("…", "[^\n]*") for line in shown.strip().splitlines()]
    pattern = "".join(r"(?:[^\n]*\n)*?" if line == "[^\n]*" else line + r"\n" for line in lines)
    return bool(re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said.strip().splitlines())))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_a_guide_write_what_it_shows(
    guide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    monkeypatch.chdir(tmp_path)
    path = FOLDER / f"{guide}.md"
    text = path.read_text(encoding="utf-8")
    reader = Reader(tmp_path)
    run, wrong = 0, []

    def done(block: re.Match[str]) -> str:
        """What a block is to be: as it is, or with what its commands write."""
        nonlocal run
        if block["language"] != "console":
            (name,) = re.findall(r"`([^`]+)`:$", block["words"])
            (tmp_path / name).write_text(block["text"], encoding="utf-8")
            return block[0]
        made = []
        for command, shown in commands(block["text"]):
            said = reader.output(command, shown)
            run += 1
            right = matches(shown, said)
            if not right:
                wrong.append(f"$ {command}\n{said}")
            text = (shown if right else said).strip("\n")
            made.append(f"$ {command}\n{text}\n" if text else f"$ {command}\n")
        return f"{block['words']}\n\n```console\n{''.join(made)}```"

    try:
        made = BLOCK.sub(done, text)
    finally:
        stated = reader.leave()
    if REWRITE:
        path.write_text(made, encoding="utf-8")
    assert run == text.count("\n$ ") > 10
    assert not wrong, "\n".join(wrong)
    for port, shown in reader.expected.items():
        assert re.search(re.escape(" ".join(shown.split())).replace("…", ".*?"), stated[port])


def answered() -> list[tuple[str, str, str]]:
    """Each question of the page: its words, its SPARQL, its answer as it is shown."""
    text = (FOLDER / "questions.md").read_text(encoding="utf-8")
    return re.findall(r"^## \d+\. (.*?)\n.*?```sparql\n(.*?)```\n\n(.*?)(?=\n## |\Z)", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    """The example records."""
    made = pyoxigraph.Store()
    made.extend(pyoxigraph.parse(convert(EXAMPLES).text("nt"), format=pyoxigraph.RdfFormat.N_TRIPLES))
    return made


@pytest.mark.parametrize(("question", "query", "shown"), answered(), ids=lambda value: str(value)[:40])
def test_a_question_has_the_answer_that_is_shown(
    store: pyoxigraph.Store, question: str, query: str, shown: str
) -> None:
    solutions = store.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [names, ["---" for _ in names], *([term.value if term else "" for term in row] for row in solutions)]
    made = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
    if REWRITE and made != shown:
        path = FOLDER / "questions.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"{query}```\n\n{shown}", f"{query}```\n\n{made}", 1), encoding="utf-8")
    assert made == shown
    assert len(rows) > 2


def test_there_are_twenty_questions_and_none_is_a_ready_made_query() -> None:
    questions = answered()
    text = (FOLDER / "questions.md").read_text(encoding="utf-8")
    assert len(questions) == len({query for _, query, _ in questions}) == text.count("```sparql") == 20
    ready = (ROOT / "queries").glob("*.rq")
    titles = {path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# title: ") for path in ready}
    assert not titles & {question for question, _, _ in questions}


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_the_links_and_pictures_of_a_guide_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        name, _, anchor = target.partition("#")
        assert name.startswith("https://") or (FOLDER / name).exists() or not name, target
        if anchor and name.endswith(".md"):
            titles = re.findall(r"^#+ (.*)", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target
    assert f"(docs/guide/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")
