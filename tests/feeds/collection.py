"""A collection for tests: records with private fields and e-mail addresses in every corner, and what is gone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import pyoxigraph

from server.sparql import Answer, Request
from tests.commands import shelfgraph
from tests.conftest import Site
from tests.test_sparql import ask

BASE = "https://data.example.org/"
LIVE, GONE = 260, 12
EMAIL = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.]+")
PRIVATE = b"Quietly submitted"
ODD = "A\x0bB ]]> & \ud7ff\x1f<"
"""A title of which XML cannot carry all."""


class Work(NamedTuple):
    """A record of the collection."""

    number: int
    title: str = "Of lights & tides"
    deleted: bool = False

    @property
    def handle(self) -> str:
        return f"20.500.12345/{self.number}"

    @property
    def identifier(self) -> str:
        return f"oai:data.example.org:{self.handle}"


FIELDS = """
<f mdschema="dc" element="contributor" qualifier="author" lang="en_GB">Marrow, T</f>
<f mdschema="dc" element="contributor" qualifier="author" authority="rp{number}" confidence="600">Quill, A</f>
<f mdschema="dc" element="contributor" qualifier="author">Okonjo, I</f>
<f mdschema="dc" element="contributor" qualifier="advisor">Ferreira, N</f>
<f mdschema="dc" element="date" qualifier="issued">20{year}-05</f>
<f mdschema="dc" element="identifier" qualifier="uri">http://hdl.handle.net/{handle}</f>
<f mdschema="dc" element="title" lang="en_GB">{title} {number}</f>
<f mdschema="dc" element="subject" lang="en">sea fog</f>
<f mdschema="dc" element="subject" lang="is">þoka</f>
<f mdschema="dc" element="description" qualifier="abstract">Write to keeper@lights.example.org; 1 &lt; 2
and on the next line.</f>
<f mdschema="dc" element="description" qualifier="provenance">Quietly submitted by Ann (ann@example.org)</f>
<f mdschema="dc" element="contributor" qualifier="authoremail">quill@example.org</f>
<f mdschema="local" element="shelf" qualifier="mark">QK {number}</f>
<f mdschema="dc" element="type">Article</f>
"""


def dim(works: Iterable[Work], path: Path) -> Path:
    """A page of OAI-PMH with these records."""
    records = "".join(_record(work) for work in works)
    text = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}</ListRecords></OAI-PMH>'
    path.write_text(text, encoding="utf-8")
    return path


def _record(work: Work) -> str:
    status = ' status="deleted"' if work.deleted else ""
    head = (
        f"<header{status}><identifier>{work.identifier}</identifier><datestamp>2020-01-02T03:04:05Z</datestamp>"
        f"<setSpec>lights</setSpec><setSpec>coast:{'north' if work.number % 2 else 'south'}</setSpec></header>"
    )
    if work.deleted:
        return f"<record>{head}</record>"
    fields = (
        FIELDS.format(number=work.number, year=10 + work.number % 10, handle=work.handle, title=escape(work.title))
        .replace("<f ", "<field ")
        .replace("</f>", "</field>")
    )
    return f'<record>{head}<metadata><dim xmlns="http://www.dspace.org/xmlns/dspace/dim">{fields}</dim></metadata></record>'


def oddity(path: Path) -> Path:
    """A table with one record that no XML document can carry as it is, in a set that has no setSpec."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "collection", "dc.title", "dc.contributor.author", "dc.description.abstract[*]"])
        table.writerow(["odd key", "Maps & Plans of a@b.example", ODD, "Sandoval, O", "Tab\tand\r\x85 \x7f"])
    return path


def works() -> list[Work]:
    """What the folder holds at first."""
    return [Work(number) for number in range(LIVE)] + [Work(1000 + number, deleted=True) for number in range(GONE)]


def load(folder: Path, path: Path, base: str = BASE) -> None:
    done = shelfgraph("load", path, "--data", folder, "--base", base, "--repository", "lights")
    assert done.returncode == 0, done.stderr.decode()


def triples(site: Site) -> set[pyoxigraph.Triple]:
    """All that a site says; there are no blank nodes, so that equal sets are isomorphic graphs."""
    answer = ask(
        site, "GET", "/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D", Accept="application/n-triples"
    )
    assert answer.status == 200, answer.body
    return {quad.triple for quad in pyoxigraph.parse(answer.body, format=pyoxigraph.RdfFormat.N_TRIPLES)}


class Nothing:
    """An endpoint of one version that is never asked."""

    version = "1"

    def ask(self, request: Request) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
