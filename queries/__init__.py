"""What can be asked: one question a file, standing alone, with a head that says what it asks.

The head is comments: `# title:` and `# description:`, continued on lines that are indented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
_HEAD = re.compile(r"#\s*(title|description):\s*(.*)")
_MORE = re.compile(r"#\s{2,}(\S.*)")


@dataclass(frozen=True, slots=True)
class Query:
    """A question: its name, what it asks in a line and in full, and its SPARQL."""

    name: str
    title: str
    description: str
    text: str


def load(name: str) -> Query:
    """The question of that name.

    Raises KeyError where there is none.

    >>> load("authors-in-order").title
    'Authors of each work in order'
    """
    return {query.name: query for query in all_queries()}[name]


@lru_cache(maxsize=1)
def all_queries() -> tuple[Query, ...]:
    """Every question, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.rq")))


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    head: dict[str, str] = {"title": "", "description": ""}
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if found := _HEAD.match(line):
            key = found[1]
            head[key] = found[2].strip()
        elif key and (more := _MORE.match(line)):
            head[key] += " " + more[1].strip()
    return Query(path.stem, head["title"], head["description"], text)
