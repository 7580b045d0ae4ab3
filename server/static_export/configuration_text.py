"""What the configurations of web servers have in common: the path of the site, and how texts are written."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from server.documents.resources import THINGS

LISTED = "|".join(("records", *THINGS))
"""The folders of what has pages, as a pattern."""


ELSEWHERE = "Only the running site answers this; here are its files."


def path(base: str) -> str:
    """The path of the site, empty where it has a host of its own."""
    return urlsplit(base).path.rstrip("/")


def plain(text: str) -> str:
    """The text as a pattern that it alone fits."""
    return text.replace(".", r"\.").replace("+", r"\+")


def either(texts: Iterable[str]) -> str:
    """A pattern that each of the texts fits."""
    return "|".join(map(plain, texts))


def quoted(text: str) -> str:
    """The text as one word of a configuration."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """The text as it stands between quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
