"""The configurations of web servers, as files of the export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from server.static_export import apache, nginx
from server.static_export.export_files import NOTES
from server.static_export.redirect_table import moved
from server.static_export.resource_files import Done, Opened, Telling


def configured(opened: Opened, target: Path) -> Done:
    """Write what web servers are given, each file anew."""
    telling = Telling(target)
    base, folder = opened.site.base, target / NOTES
    written = {
        f"{NOTES}/{nginx.SERVER}": nginx.server(base),
        apache.RULES: apache.rules(base),
        f"{NOTES}/{apache.MOVED}": apache.table(moved(opened.store, opened.site, folder)),
    }
    for path, pieces in written.items():
        with telling.stated(path):
            telling.files.stream(path, _encoded(pieces))
    with telling.stated(nginx.TABLES):
        with (folder / apache.MOVED).open("rb") as table:
            count = sum(1 for _ in table)
        tables = nginx.tables(base, moved(opened.store, opened.site, folder), count)
        telling.files.stream(f"{NOTES}/{nginx.TABLES}", _encoded(tables))
    return telling.done()


def _encoded(pieces: Iterable[str]) -> Iterable[bytes]:
    return (piece.encode() for piece in pieces)
