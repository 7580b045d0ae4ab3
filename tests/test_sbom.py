"""`make sbom` lists what an installation consists of; here it is asked of the environment of the tests."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_licences import PROJECT, names


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the command of the target writes."""
    pytest.importorskip("cyclonedx_py")
    made = tmp_path_factory.mktemp("sbom") / "sbom.json"
    (line,) = re.findall(r"^\t(\$\(BIN\)/cyclonedx-py .*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    line = line.replace("$(VENV)-sbom/bin/python", sys.executable).replace("sbom.json", str(made))
    words = shlex.split(line.replace("$(BIN)", str(Path(sys.executable).parent)))
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return made.read_text(encoding="utf-8")


def test_every_package_that_is_needed_is_listed_with_its_version_and_licence(listed: str) -> None:
    document, needed = json.loads(listed), names(PROJECT["dependencies"])
    assert (document["bomFormat"], document["metadata"]["component"]["name"]) == ("CycloneDX", "shelfgraph")
    parts = {re.sub("[_.]", "-", part["name"].lower()): part for part in document["components"]}
    assert {name: parts[name]["version"] for name in needed} == {name: version(name) for name in needed}
    assert [name for name in needed if not parts[name].get("licenses")] in ([], ["pymarc"])


def test_the_list_names_no_place_of_this_machine(listed: str) -> None:
    assert str(ROOT) not in listed
