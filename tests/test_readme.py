"""What the README shows is what happens."""

from __future__ import annotations

import re

import pytest

from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT, Site
from tests.test_golden import converted

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first block of code in a language."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_form_that_it_shows_is_in_the_example() -> None:
    text = (EXAMPLES / "lighthouse.txt").read_text(encoding="utf-8").splitlines()
    assert set(block("text").splitlines()) <= set(text)


def test_the_turtle_that_it_shows_is_what_the_command_writes() -> None:
    written = shelfgraph("convert", EXAMPLES / "lighthouse.txt").stdout.decode()
    for part in block("turtle").strip().split("\n\n"):
        assert part in written


def test_the_demo_says_what_it_shows() -> None:
    # The log of requests would come between.
    running = Site(EXAMPLES, "--log", "none")
    stated = running.stop()
    shown = " ".join(line for line in block("console").splitlines() if line.startswith("shelfgraph:"))
    # The demonstration runs without the labels of MeSH, and these tests with them: each link is one triple more.
    links = {
        line for path in EXAMPLES.iterdir() for line in converted(path).splitlines() if "nlm.nih.gov/mesh/" in line
    }
    shared = sum("skos/core#exactMatch" in line for line in links)
    shown = re.sub(r"(\d+) triples", lambda stated: f"{int(stated[1]) + shared} triples", shown)
    assert stated.strip() == re.sub(r"\s+", " ", shown.replace(":8000", f":{running.port}"))


@pytest.mark.parametrize("name", sorted(main.commands))
def test_it_names_every_command(name: str) -> None:
    assert f"`shelfgraph {name} " in README


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists()
