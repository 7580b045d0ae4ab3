"""Questions from the command line: what is asked, whom, and the answer as a table."""

from __future__ import annotations

import csv
import io
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph

import queries
from converter.errors import QueryError, SourceUnreachable, UsageError
from converter.formats import FORMATS
from converter.store.data_folder import DataFolder
from converter.store.generations import reading
from server.protocol.query_problems import refusal
from server.sparql import QuerySyntax, Request
from server.sparql.pool import Pool


def text_of(question: str, values: Mapping[str, str]) -> str:
    """The query: that of a file, that of a named question with its parameters bound, or the words themselves.

    Raises UsageError where a name or file is meant and there is none, or where a parameter is wrong.
    """
    path = Path(question)
    if any(sign in question for sign in "{ \n") or path.is_file():
        if values:
            raise UsageError("--param belongs to a question by name; write the value into the query itself")
        return question if not path.is_file() else path.read_text(encoding="utf-8")
    try:
        return queries.bind(queries.load(question), values)
    except ValueError as fault:
        raise UsageError(str(fault)) from None
    except KeyError:
        names = ", ".join(known.name for known in queries.all_queries())
        raise UsageError(f"no file and no question is called {question!r}; there are {names}") from None


def local(data: Path, text: str, format_: str, timeout: float) -> Iterator[bytes]:
    """Yield the answer of a data folder.

    Raises QueryError in the words of the query page, with the line, a caret and what may have been meant; what the
    engine raises where the data are damaged.
    """
    folder = DataFolder(data)
    generation = folder.current()
    identity = folder.identity()
    base = identity.base if identity else ""
    with reading(generation) as store:
        # A worker that cannot open it says nothing of why.
        pyoxigraph.Store.read_only(str(store))
        pool = Pool(store, base=base, size=1, timeout=timeout)
        try:
            with pool.ask(Request(text, format_)) as answer:
                yield from answer
        except QuerySyntax as fault:
            raise QueryError(refusal(fault, text, base).detail) from None
        finally:
            pool.close()


def remote(endpoint: str, text: str, format_: str, timeout: float) -> Iterator[bytes]:
    """Yield the answer of a SPARQL endpoint, asked by POST.

    Raises SourceUnreachable where nobody answers, QueryError where the query is refused.
    """
    if not endpoint.startswith(("http://", "https://")):
        raise UsageError(f"--endpoint: {endpoint!r} must begin with http:// or https://")
    body = urllib.parse.urlencode({"query": text}).encode()
    request = urllib.request.Request(endpoint, body, {"Accept": FORMATS[format_].media_types[0]})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310 - checked above
            while chunk := response.read(65_536):
                yield chunk
    except urllib.error.HTTPError as fault:
        detail = fault.read(2_000).decode("utf-8", "replace").strip()
        raise QueryError(f"{endpoint} answers {fault.code}: {detail}") from None
    except TimeoutError:
        raise QueryError(f"{endpoint} took longer than {timeout:g} seconds; ask for less") from None
    except OSError as fault:
        raise SourceUnreachable(f"{endpoint} does not answer: {fault}; check the address") from None


def print_table(answer: Iterable[bytes]) -> None:
    """Print a CSV answer as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    if rows and len(rows) == 1 and rows[0] in (["true"], ["false"]):
        print(rows[0][0])
        return
    table = Table()
    for name in rows[0] if rows else []:
        table.add_column(Text(name), overflow="fold")
    for row in rows[1:]:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout).print(table)
