"""What several commands share: their options, and what the options must be."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import click

from converter.errors import UsageError

KINDS = (
    "oai",
    "json",
    "marc",
    "dspace-html",
    "ris",
    "bibtex",
    "csv",
    "dspace-text",
)
EXAMPLE_BASE = "https://data.example.org/"
LOCAL_BASE = "http://127.0.0.1:8000/"
HOME = "shelfgraph-data"
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30}

SOURCES = click.argument("sources", nargs=-1, metavar="SOURCE...")
BASE = click.option("--base", metavar="URL", help="What every address of ours begins with.")
KIND = click.option("--from", "kind", type=click.Choice(KINDS), help="What the sources are; named by their content.")
ENCODING = click.option("--encoding", default="", metavar="NAME", help="Of the sources; named by their content.")
MAX_SIZE = click.option("--max-size", "most", default="", metavar="SIZE", help="What a source may unpack to: 500M, 2G.")
ALLOW_HOST = click.option(
    "--allow-host", "allowed", multiple=True, metavar="HOST[:PORT]", help="May be asked though it is not public."
)
REPOSITORY = click.option("--repository", default="", metavar="NAME", help="The repository, in addresses of persons.")
DATA = click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="A data folder, for SOURCE.")
FOLDER = click.option("--data", default=HOME, type=click.Path(file_okay=False, path_type=Path), help="The data folder.")


def _authority_files(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of authorities, each a path or the name of a vocabulary that is installed."""
    if not names:
        return ()
    from converter.mapping.authority_packages import authority_file

    return tuple(map(authority_file, names))


AUTHORITY = click.option(
    "--authority",
    "files",
    multiple=True,
    metavar="FILE|NAME",
    callback=_authority_files,
    help="ROR, ISSN-L, funders, own persons, decisions (CSV); lcsh or fast, where they are installed.",
)
REPORT = click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Findings, as CSV; - is standard output."
)


@contextlib.contextmanager
def table(option: str, path: Path, *, other: str = "") -> Iterator[IO[str]]:
    """The file that an option names, to write a table to; - is standard output, unless that has `other` already.

    Raises UsageError where it has, or where the file cannot be written.
    """
    if str(path) == "-":
        if other:
            raise UsageError(f"{option} -: standard output has {other} already; name a file with {option}")
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as fault:
        raise UsageError(f"{path}: {fault.strerror}; name another file with {option}") from None
    with file:
        yield file


def required(sources: tuple[str, ...]) -> tuple[str, ...]:
    """The sources, of which there must be one.

    Raises UsageError where there is none.
    """
    if not sources:
        raise UsageError("no source is named; name files or folders, or - for standard input")
    return sources


def base_address(text: str) -> str:
    """The base address with its slash.

    Raises UsageError where it is no address that others can be built on.
    """
    from converter.values.terms import iri

    base = text if text.endswith("/") else f"{text}/"
    try:
        iri(base)
    except ValueError as fault:
        raise UsageError(f"--base: {fault}") from None
    if not base.startswith(("http://", "https://")) or "?" in base or "#" in base:
        raise UsageError(f"--base: {text!r} must begin with http:// or https://, and have no ? and no #")
    return base


def web_address(option: str, text: str) -> str | None:
    """The address that an option names, None where it names none.

    Raises UsageError where it is no address on the web.
    """
    from converter.values.identifiers import web_address as address

    found = address(text) if text else None
    if text and not found:
        raise UsageError(f"{option}: {text!r} is no address; write it whole, such as https://example.org/licence")
    return found


def publisher(text: str) -> tuple[str, str]:
    """The name of a publisher, and the address that stands in angle brackets behind it, empty where none does.

    Raises UsageError where there is an address without a name, or what stands in the brackets is none.

    >>> publisher("Tern Library <https://tern.example.org/>"), publisher("Tern Library"), publisher("")
    (('Tern Library', 'https://tern.example.org/'), ('Tern Library', ''), ('', ''))
    """
    name, bracket, address = text.strip().removesuffix(">").partition("<")
    name, found = name.strip(), web_address("--publisher", address.strip()) or ""
    if (text.strip() and not name) or (bracket and not found):
        raise UsageError(f"--publisher: {text!r} must be a name, or a name with an address behind it: Name <https://…>")
    return name, found


def themes(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of themes of data, in capitals.

    Raises UsageError where one is not in the list (`ontology/data-themes.csv`).

    >>> themes(["educ", "TECH"])
    ('EDUC', 'TECH')
    """
    import ontology

    known = [row["code"] for _, row in ontology.table("data-themes.csv")]
    for code in codes:
        if code.upper() not in known:
            raise UsageError(f"--theme: {code!r} is no theme; choose from {', '.join(known)}")
    return tuple(dict.fromkeys(code.upper() for code in codes))


class Phrase(click.types.StringParamType):
    """A text that may hold blanks: where several stand in the environment, a semicolon is between them."""

    envvar_list_splitter = ";"


def tell_base(base: str) -> None:
    """Say what addresses begin with, where nobody chose it."""
    click.echo(f"shelfgraph: addresses begin with {base}; name your own with --base", err=True)


def size(option: str, text: str) -> int:
    """The bytes that a size such as 500M stands for.

    Raises UsageError where it is no size.

    >>> size("--memory", "500M"), size("--memory", "2g"), size("--memory", "0")
    (524288000, 2147483648, 0)
    """
    number, unit = (text[:-1], text[-1].lower()) if text[-1:].isalpha() else (text, "")
    if unit not in _UNITS or not (number.isascii() and number.isdigit()):
        raise UsageError(f"{option}: {text!r} is no size; write a number with K, M or G behind it, such as 500M")
    return int(number) << _UNITS[unit]


def pair(text: str) -> tuple[str, str]:
    """The two sides of K=V.

    Raises UsageError where there is no equals sign.

    >>> pair("person=http://x/1?a=b")
    ('person', 'http://x/1?a=b')
    """
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UsageError(f"--param: {text!r} must be written K=V")
    return key, value
