"""Writes docs/tables.md: the tables of Parquet, as ontology/parquet.csv has them, or to standard output for `-`."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE.parent))

from converter.publish.parquet import tables  # noqa: E402 - of this checkout

_HEAD = """# The data as tables

`shelfgraph dump --format parquet` writes a generation as eight tables, for DuckDB, pandas or R.
They go to `DIR/dumps`, from where the site offers them at `/dumps/`, or with `-o` to a folder of yours.
It needs the extra `parquet` (`pip install 'shelfgraph[parquet]'`).

```console
$ shelfgraph dump --format parquet -o tables
$ duckdb -c "SELECT year, count(*) FROM 'tables/works.parquet' GROUP BY ALL ORDER BY ALL"
$ duckdb -c "SELECT year, count(*) FROM 'http://127.0.0.1:8000/dumps/latest.works.parquet' GROUP BY ALL ORDER BY ALL"
```

What is not known is NULL.
Each row stands once, and rows are sorted: two dumps of the same data are the same bytes.
The addresses are those of the site and of all other forms.
The meaning of the columns stands in each file too (`parquet_kv_metadata`).
`/dumps/croissant.json` describes files and columns in Croissant 1.0, for tools of machine learning.
This page is made of [ontology/parquet.csv](../ontology/parquet.csv) by `python docs/tables.py`.
"""


def text() -> str:
    """The page."""
    parts = [_HEAD]
    for table, columns in tables().items():
        rows = "".join(f"| `{name}` | {type_} | {meaning} |\n" for name, type_, meaning in columns)
        parts.append(f"## {table}\n\n| column | type | what it is |\n|---|---|---|\n{rows}")
    return "\n".join(parts)


if __name__ == "__main__":
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text())
    else:
        (_HERE / "tables.md").write_text(text(), encoding="utf-8")
