"""The command `doctor`: an endpoint or a site examined, as a table."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shelfgraph.doctor.examination import Row

_FAILED = 1
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


@click.command()
@click.argument("address", metavar="URL")
@click.option("--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1), help="Seconds for an answer.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--heavy", is_flag=True, help="Send a query that runs away as well, and wait for its end.")
def doctor(address: str, timeout: float, as_json: bool, heavy: bool) -> None:
    """Check the SPARQL endpoint or linked-data site at URL, ours or another; 1 where something is broken.

    It asks some ninety small questions; the updates among them insert nothing.
    """
    from shelfgraph.doctor.examination import examined

    rows = []
    plain = not as_json and not sys.stdout.isatty()
    for row in examined(address, timeout, heavy=heavy):
        rows.append(row)
        if plain:
            print(line(row), flush=True)
    counts: Counter[str] = Counter(row.verdict for row in rows)
    stated = {verdict: counts[verdict] for verdict in _COLOURS}
    if as_json:
        print(json.dumps({"url": address, "counts": stated, "checks": [row._asdict() for row in rows]}, indent=1))
    elif not plain:
        _draw(rows)
    words = ", ".join(f"{count} {verdict}" for verdict, count in stated.items())
    click.echo(f"shelfgraph: {len(rows)} checks of {address}: {words}", err=True)
    if counts["fail"]:
        raise SystemExit(_FAILED)


def line(row: Row) -> str:
    r"""The row as a line of text, in which no server can hide a sign that a terminal would obey.

    >>> from shelfgraph.doctor.verdicts import Row
    >>> line(Row("HEAD", "warn", "405\x1b[2J", "answer HEAD"))
    'warn     HEAD                             405\\x1b[2J; answer HEAD'
    """
    from server.operations.log_lines import one_line

    words = f"{row.seen}; {row.remedy}" if row.remedy else row.seen
    return f"{row.verdict:<8} {row.check:<32} {one_line(words)}"


def _draw(rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from server.operations.log_lines import one_line

    drawn = Table("check", "verdict", "what was seen", "what to do")
    for row in rows:
        cells = (row.check, row.verdict, one_line(row.seen), one_line(row.remedy))
        drawn.add_row(*(Text(cell, style=_COLOURS[row.verdict] if cell == row.verdict else "") for cell in cells))
    Console().print(drawn)


COMMANDS = (doctor,)
