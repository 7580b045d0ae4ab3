"""What stands in `deploy/` is what the programs take that it is for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from shelfgraph import serving
from shelfgraph.cli import main
from shelfgraph.configuration import Configured, variable
from tests.conftest import ROOT, shelfgraph

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "shelfgraph.service"
serve = main.commands["serve"]
assert isinstance(serve, Configured)


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    # The command is looked for where it is on this machine.
    command = Path(sys.executable).with_name("shelfgraph")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/shelfgraph/bin/shelfgraph", str(command)))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    named = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, named) == (0, []), done.stderr


def test_the_unit_names_options_that_there_are() -> None:
    (line,) = [line for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart=")]
    known = shelfgraph("serve", "--help").stdout.decode()
    assert [word for word in line.split() if word.startswith("--") and word not in known] == []


def test_the_container_and_its_companions_name_what_there_is() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    site = composed["services"]["site"]
    assert (DEPLOY / "compose.yaml").parent.joinpath(site["build"]["context"]).resolve() == ROOT
    assert (ROOT / site["build"]["dockerfile"]).is_file()
    known = {variable(serve, key) for key in serve.named_options()}
    assert {*site["environment"]} <= known
    words = re.findall(r'"(--[a-z-]+)"', (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    assert {word.removeprefix("--") for word in words} <= {*serve.named_options()}


def test_the_document_names_the_options_that_a_signal_changes() -> None:
    document = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    said = re.search(r"`SIGHUP` reads the options again: (.*?) change", document)
    changed = serving.changeable(serve.make_context("serve", []).params)
    names = {option.opts[0].removeprefix("--") for option in serve.params if option.name in changed}
    assert said
    assert set(re.findall(r"`([\w-]+)`", said[1])) == names


def test_each_file_says_how_it_is_used_and_stands_in_the_document() -> None:
    document = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    for file in DEPLOY.iterdir():
        assert file.read_text(encoding="utf-8").startswith("# "), file.name
        assert f"../deploy/{file.name}" in document, file.name
