"""Values that say themselves what they are: the `info:eu-repo` addresses of OpenAIRE for dates and identifiers.

Source: OpenAIRE Guidelines for Literature Repositories 3.0,
https://guidelines.openaire.eu/en/latest/literature/, which puts them into the fifteen elements of Dublin Core.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import ontology

_DATE = re.compile(r"info:eu-repo/date/(?P<kind>[A-Za-z]+)/(?P<value>\S.*)", re.IGNORECASE)
_SEMANTICS = re.compile(
    r"info:eu-repo/semantics/(?P<what>[A-Za-z]+)/(?P<scheme>[A-Za-z]+)/(?P<value>\S.*)", re.IGNORECASE
)
_CLASSIFICATION = re.compile(r"info:eu-repo/classification/(?P<scheme>[A-Za-z0-9]+)/(?P<value>\S.*)", re.IGNORECASE)


def stated(field: str, value: str) -> tuple[str, str]:
    """The field that the value belongs to by its own word, and the value without that word.

    >>> stated("dc.date", "info:eu-repo/date/embargoEnd/2030-01-01")
    ('dc.rights.embargodate', '2030-01-01')
    >>> stated("dc.relation", "info:eu-repo/semantics/altIdentifier/doi/10.5555/alt.1")
    ('dc.identifier.doi', '10.5555/alt.1')
    >>> stated("dc.subject", "info:eu-repo/classification/ddc/630"), stated("dc.date", "2010")
    (('dc.subject.ddc', '630'), ('dc.date', '2010'))
    """
    bare = value.strip()
    if not bare[:13].lower().startswith("info:eu-repo/"):
        return field, value
    if match := _DATE.fullmatch(bare):
        return ontology.values("info-date").get(match["kind"].lower(), field), match["value"]
    if match := _CLASSIFICATION.fullmatch(bare):
        return f"dc.subject.{match['scheme'].lower()}", unquote(match["value"])
    if match := _SEMANTICS.fullmatch(bare):
        what, scheme, inner = match["what"].lower(), match["scheme"].lower(), unquote(match["value"])
        if what == "altidentifier":
            return ontology.values("info-identifier").get(scheme, "dc.identifier.other"), inner
        if what in ontology.values("info-relation"):
            bare = inner if scheme in {"url", "purl", "urn"} else f"{scheme}:{inner}"
            return ontology.values("info-relation")[what], bare
    return field, value
