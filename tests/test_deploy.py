"""What stands in `deploy/` is what the programs take that it is for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, shelfgraph

UNIT = ROOT / "deploy" / "shelfgraph.service"


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
