"""Every byte that a folder holds, looked through for words: packed files unpacked, tables, statements of stores."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pyoxigraph

from converter.compression import zstd


def places(folder: Path, words: Sequence[str]) -> set[str]:
    """Where one of the words stands: the path below the folder, `#` and the table where it stands in a row of one.

    Words are looked for without their first letters, which an index leaves out that they share with a neighbour.
    """
    wanted = [word[2:].lower().encode() for word in words]
    return {
        place
        for path in sorted(folder.rglob("*"))
        for place, content in _contents(path, str(path.relative_to(folder)))
        if any(word in content.lower() for word in wanted)
    }


def _contents(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    yield f"{name} (its name)", path.name.encode()
    if path.is_dir():
        if (path / "CURRENT").is_file():
            yield f"{name}#statements", "\n".join(map(str, pyoxigraph.Store.read_only(str(path)))).encode()
        return
    content = path.read_bytes()
    yield name, content
    if path.suffix == ".zst":
        yield f"{name} (unpacked)", zstd.decompress(content)
    elif path.suffix == ".gz":
        yield f"{name} (unpacked)", gzip.decompress(content)
    elif content.startswith(b"SQLite format 3"):
        yield from _rows(path, name)


def _rows(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        tables = [row[0].decode() for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f"SELECT * FROM {table}"):
                for cell in row:
                    content = cell if isinstance(cell, bytes) else str(cell).encode()
                    yield f"{name}#{table}", content
                    try:
                        yield f"{name}#{table}", zlib.decompress(content)
                    except zlib.error:
                        continue
