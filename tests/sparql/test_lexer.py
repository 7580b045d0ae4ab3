"""The reader of SPARQL text reads each character a few times, whatever the text is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from server.sparql.lexer import is_look_up, is_volatile, kind, named, tokens

SHORT, TIMES = 4_000, 4
# What could begin something that never ends, or could be parted in many ways.
PIECES = (
    "'\\", '"\\', "'", '"', "'''\\", '"""\\', "''' '", '"""\\"', "<", "<a", "\\", "\\u004", "a.", "a.:", "a:.", "é·",
    "_:", "_:a.", ":%", ":%4", ":\\", "?a", "$", "@a-", "@", "#", "# \n", "1", "a", "-", " ", "\n", "\x00", "NOW",
    "SELECT *", "{?s ?p ?o.", "PREFIX a:<", "?s ?p 'x'@", "?s ?p 1.",
)  # fmt: skip


def spent(read: Callable[[str], object], text: str) -> float:
    """The seconds of the processor that reading a text takes, the least of three."""
    times = []
    for _ in range(3):
        begun = time.thread_time()
        read(text)
        times.append(time.thread_time() - begun)
    return min(times)


READERS: dict[str, Callable[[str], object]] = {
    "tokens": lambda text: sum(1 for _ in tokens(text)),
    "volatile": is_volatile,
    "columns": lambda text: named(f"SELECT * {text}", []),
    "kind": kind.__wrapped__,
    "look-up": lambda text: is_look_up(text.encode()),
    "look-up, its end": lambda text: is_look_up(f"SELECT * {{ <urn:a> ?p ?o }} {text}".encode()),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", PIECES)
def test_a_text_of_four_times_the_length_takes_about_four_times_as_long(reader: str, piece: str) -> None:
    short, long = (piece * (length // len(piece)) for length in (SHORT, TIMES * SHORT))
    read = READERS[reader]
    # What grows with the square takes sixteen times as long; a millisecond is nothing.
    assert spent(read, long) < 0.001 + 2 * TIMES * spent(read, short)
