"""`make man`: a page that names every command and option, and that troff takes."""

from __future__ import annotations

import shutil
import subprocess
import sys

import click
import pytest

from shelfgraph.cli import main
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def page() -> bytes:
    """The page as it is written."""
    done = subprocess.run([sys.executable, ROOT / "docs" / "man.py"], capture_output=True, check=True)
    return done.stdout


@pytest.mark.parametrize("name", sorted(main.commands))
def test_it_names_a_command_with_all_its_options(page: bytes, name: str) -> None:
    section = page.decode().partition(f".SS shelfgraph {name} ")[2].partition("\n.S")[0].replace("\\-", "-")
    options = [one for one in main.commands[name].params if isinstance(one, click.Option) and not one.hidden]
    assert section
    assert [option.opts for option in options if not all(spelling in section for spelling in option.opts)] == []


def test_troff_finds_nothing_wrong_with_it(page: bytes) -> None:
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-K", "utf8", "-ww", "-z"], input=page, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
