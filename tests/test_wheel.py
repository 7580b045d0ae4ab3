"""The wheel holds all that the command needs, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, ROOT

PACKAGES = ("converter", "ontology", "queries", "server", "shelfgraph")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel is unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = (folder / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_sdist_has_what_the_editor_is_made_of_and_the_editor(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=400).returncode == 0
    with tarfile.open(next(tmp_path.iterdir())) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"hatch_build.py", "frontend/package-lock.json", "frontend/src/editor.js"} <= names
    assert not [name for name in names if "node_modules" in name]
    made = ROOT / "server" / "static" / "dist"
    assert {f"server/static/dist/{path.name}" for path in made.glob("*")} <= names


def test_the_lock_file_names_no_registry() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "integrity" in text
    assert "://" not in "".join(re.sub(r'"(url|funding)": .*', "", text).split())


def files(folder: Path) -> set[str]:
    """The files of the packages below a folder."""
    return {
        str(path.relative_to(folder))
        for package in PACKAGES
        for path in (folder / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def run(installed: Path, *arguments: str) -> str:
    """What the unpacked program says."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_has_every_file_of_the_packages(installed: Path) -> None:
    guides = {f"server/guide/{path.name}" for path in (ROOT / "docs" / "guide").iterdir()}
    assert files(installed) == files(ROOT) | guides
    kinds = {Path(name).suffix for name in files(installed)}
    assert {".py", ".csv", ".ttl", ".jsonld", ".rq", ".html", ".css", ".svg"} <= kinds


def test_it_has_nothing_beside_them(installed: Path) -> None:
    beside = {path.name for path in installed.iterdir()} - {*PACKAGES}
    assert len(beside) == 1
    assert beside.pop().endswith(".dist-info")


def test_it_converts_records(installed: Path) -> None:
    assert run(installed, "-c", "import shelfgraph; print(shelfgraph.__file__)").startswith(str(installed))
    assert 'dcterms:title "' in run(installed, "-m", "shelfgraph", "convert", str(EXAMPLES / "lighthouse.txt"))
