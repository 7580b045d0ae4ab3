"""The library as its notebook shows it, and whose packages are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from shelfgraph import convert, module_names
from tests.conftest import EXAMPLES, ROOT

NOTEBOOK = ROOT / "docs" / "library.ipynb"
REMEDY = "pipx install shelfgraph, uv tool install shelfgraph, or python3 -m venv"


EXECUTE = """
import sys
from pathlib import Path
import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

_, notebook, made, sockets = sys.argv
book = nbformat.read(notebook, as_version=4)
for cell in book.cells:
    if cell.cell_type == "code":
        cell.outputs = []
kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=sockets)
where = {"metadata": {"path": str(Path(notebook).parent)}}
nbformat.write(NotebookClient(book, timeout=300, km=kernel, resources=where).execute(), made)
"""


def answers(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """What stands below each cell of code."""
    return [
        [output.get("text") or output["data"]["text/plain"] for output in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_the_notebook_answers_what_it_shows(tmp_path: Path) -> None:
    made = tmp_path / "made.ipynb"
    # In a process of its own: the client leaves sockets to the collector.
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, NOTEBOOK, made, tmp_path / "kernel"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = answers(nbformat.read(NOTEBOOK, as_version=4))
    assert answers(nbformat.read(made, as_version=4)) == shown
    assert sum(map(len, shown)) >= 8


def test_an_iterator_of_records_is_a_source() -> None:
    (document,) = convert(EXAMPLES / "lighthouse.txt").documents()
    assert document["id"].endswith("/item/20.500.12345/678")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program that finds the packages of a folder first, and then ours."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["converter", "ontology", "queries", "server"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py", "{}/other.py"])
def test_a_package_of_others_is_noticed_before_anything_is_done(name: str, file: str, tmp_path: Path) -> None:
    place = tmp_path / file.format(name)
    place.parent.mkdir(exist_ok=True)
    place.write_text("'Of another package.'\n", encoding="utf-8")
    done = run(tmp_path, "-m", "shelfgraph", "--help")
    if file.endswith("other.py"):
        # A folder without a first file gives way to ours, which stands behind it.
        assert done.returncode == 0
        return
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"shelfgraph: the package {name!r} that Python finds ({place}) is not")
    assert done.stderr.endswith(f"{REMEDY}\n")
    asked = run(tmp_path, "-c", "from shelfgraph import convert")
    assert f"ImportError: the package {name!r} that Python finds" in asked.stderr


def test_a_package_that_was_installed_over_ours_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "__init__.py").write_text("class Session: ...\n", encoding="utf-8")
    for name in ("converter", "ontology", "server"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    code = "from pathlib import Path; from shelfgraph.module_names import check; check(Path.cwd())"
    done = run(tmp_path, "-c", code)
    assert f"ImportError: the package 'queries' that Python finds ({tmp_path / 'queries'}" in done.stderr


def test_ours_are_found(tmp_path: Path) -> None:
    module_names.check()
    with pytest.raises(ImportError):
        module_names.check(tmp_path)
