"""Rows → Parquet: the tables of `ontology/parquet.csv`, for those who ask with DuckDB, pandas or R.

DuckDB writes them in bounded memory: rows lie on the disk as JSON lines until a table is sorted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import ontology
from converter.errors import StoreError, UsageError

_MEMORY = "512MB"
_LARGEST = 64 << 20
"""Bytes of a row, as JSON."""


class Column(NamedTuple):
    """A column of a table: its name, its type in DuckDB, and what it means."""

    name: str
    type: str
    meaning: str


@lru_cache(maxsize=1)
def tables() -> Mapping[str, tuple[Column, ...]]:
    """The columns of each table, in their order."""
    found: dict[str, tuple[Column, ...]] = {}
    for _, row in ontology.table("parquet.csv"):
        column = Column(row["column"], row["type"], row["meaning"])
        found[row["table"]] = (*found.get(row["table"], ()), column)
    return found


def write(table: str, rows: Path, target: Path) -> None:
    """Write the rows of a table, JSON objects a line, as Parquet: each once, sorted; its columns say what they mean.

    Raises UsageError where the library is not installed, StoreError where it cannot write.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("the format parquet needs an extra: pip install 'shelfgraph[parquet]'") from None
    columns = tables()[table]
    names = ", ".join(column.name for column in columns)
    types = ", ".join(f"{column.name}: '{column.type}'" for column in columns)
    meanings = json.dumps({column.name: column.meaning for column in columns}, ensure_ascii=False)
    read = (
        f"read_json({_text(str(rows))}, format = 'newline_delimited', columns = {{{types}}},"
        f" maximum_object_size = {_LARGEST})"
    )
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{columns: {_text(meanings)}}}"
    # Nothing is fetched, and another machine has the same order: one thread writes.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1",
        "memory_limit": _MEMORY,
        "temp_directory": str(target.parent),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        with duckdb.connect(config=settings) as database:
            database.execute(
                f"COPY (SELECT DISTINCT {names} FROM {read} ORDER BY ALL) TO {_text(str(target))} ({options})"  # noqa: S608 - ours
            )
    except duckdb.Error as fault:
        raise StoreError(f"{target}: cannot be written: {' '.join(str(fault).split())[:300]}") from None


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
