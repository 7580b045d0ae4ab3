"""MeSH headings: the descriptor, its qualifiers, and their addresses where the label tables are installed.

Source: Medical Subject Headings, https://www.nlm.nih.gov/mesh/; the qualifiers are its 76 topical subheadings.
"""

from __future__ import annotations

import re
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
