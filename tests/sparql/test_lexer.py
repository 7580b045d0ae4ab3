"""The reader of SPARQL text reads each character a few times, whatever the text is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.errors import QueryError
from server.sparql.lexer import form, is_look_up, is_volatile, kind, named, tokens

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


def form_or_fault(query: str) -> str:
    """The form of a query, or why it is not answered."""
    try:
        return form(query)
    except QueryError as fault:
        return type(fault).__name__


READERS: dict[str, Callable[[str], object]] = {
    "tokens": lambda text: sum(1 for _ in tokens(text)),
    "volatile": is_volatile,
    "columns": lambda text: named(f"SELECT * {text}", []),
    "kind": kind.__wrapped__,
    "form": lambda text: form_or_fault(f"{text} SELECT"),
    "form, after a prologue": lambda text: form_or_fault(f"PREFIX a: <urn:a> {text} SELECT"),
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


WORDS = st.sampled_from(
    [
        *(
            "SELECT",
            "ask",
            "Construct",
            "DESCRIBE",
            "PREFIX",
            "BASE",
            "INSERT",
            "select:a",
            "select.b:c",
            "ask1",
            "?select",
        ),
        *(
            "a:",
            ":",
            "é.b:",
            "<urn:x>",
            "<a b>",
            "<",
            "*",
            "{",
            "(",
            "?x",
            "# ask\n",
            "#",
            "'ask'",
            '"select',
            "1",
            ",",
            "@ask",
        ),
        *(" ", "\n", "\t", "", "\\u0053ELECT", "\u2003"),
    ]
)


@given(st.lists(WORDS, max_size=12).map("".join))
def test_a_query_has_one_form_however_it_is_read(query: str) -> None:
    # With the word of a call to another server somewhere, every word is looked at; in a string it calls nobody.
    assert form_or_fault(query + "\n") == form_or_fault(query + "\n 'service'")
