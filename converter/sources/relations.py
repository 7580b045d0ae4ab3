"""How works are related, as DataCite and Crossref say it → the fields of relations.

Sources: DataCite Metadata Schema 4.6, relationType (https://datacite-metadata-schema.readthedocs.io/), and Crossref's
relations and updates (https://www.crossref.org/documentation/schema-library/markup-guide-metadata-segments/relationships/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from converter.sources.builder import Draft, Said
from converter.sources.container_fields import of_host
from converter.values.identifiers import NORMALISERS
from converter.values.recognition import named
from converter.values.resolvable import dois
from ontology.source_tables import field_of

_OTHER = "dc.relation"
_PREFIXES = {
    "doi": ("10.", "https://doi.org/"),
    "handle": ("", "hdl:"),
    "hdl": ("", "hdl:"),
    "arxiv": ("", "arXiv:"),
    "pmid": ("", "PMID:"),
    "pmcid": ("", "PMCID:"),
}
_DOI = re.compile(r"(?:^|[/:\[(<])10\.[0-9]{4,9}/")
_BESIDE = re.compile(r"(?!(?:e|p)?issn|isbn|urn)(?<![a-z])[a-z]{2,}", re.IGNORECASE)
"""A word that is no part of an ISSN or ISBN."""
_HAS_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def update(kind: str, *, by: bool = False) -> str:
    """The field of a notice about another work, or (`by`) of the notice at the work that it is about.

    >>> update("retraction"), update("new_version", by=True)
    ('crossref.update.retracts', 'crossref.updated.updates')
    """
    field = field_of("update-types", kind, "crossref.update.updates")
    return field.replace("crossref.update.", "crossref.updated.") if by else field


def related(scheme: str, value: str) -> str:
    """The identifier of a related work in the form that shows its scheme.

    >>> related("DOI", "10.5555/a"), related("Handle", "10722/1"), related("URL", "http://example.org/")
    ('https://doi.org/10.5555/a', 'hdl:10722/1', 'http://example.org/')
    """
    start, prefix = _PREFIXES.get(scheme.lower(), ("", ""))
    bare = value.strip()
    return f"{prefix}{bare}" if prefix and bare.startswith(start) and not _HAS_PREFIX.match(bare) else bare


def add_work(
    draft: Draft, field: str, title: str, numbers: Iterable[tuple[str, str]], language: str | None = None
) -> None:
    """Take a related work by its title and its identifiers, each a scheme with a value; without a title, by these."""
    known = [(scheme, value) for scheme, value in numbers if value.strip()]
    for scheme, value in known:
        if found := _addresses(scheme, value):
            # Its normal form may be written otherwise.
            draft.taken.add(value)
            if of_host(scheme) and _BESIDE.search(value):
                draft.unread(field, value, f"of this {found[0]} is read; for the rest there is no field")
    if title.strip():
        addresses = tuple(address for number in known for address in _addresses(*number))
        draft.add(field, title, language, said=Said("work", addresses))
        known = [number for number in known if not _addresses(*number)]
        for scheme, value in known:
            draft.unread(field, value, f"an identifier ({scheme or 'no type'}) of {title} that has no address")
    else:
        for scheme, value in known:
            draft.add(field, next(iter(_addresses(scheme, value)), value))


def _addresses(scheme: str, value: str) -> list[str]:
    """The addresses that an identifier of a work stands for; those of an ISSN and an ISBN are URNs.

    >>> _addresses("ISSN", "8765-0185"), _addresses("", "0306406152"), _addresses("doi", "10.5555/y")
    (['urn:issn:8765-0185'], [], ['https://doi.org/10.5555/y'])
    """
    kind = of_host(scheme).rpartition(".")[2].lstrip("ep")
    if kind not in {"issn", "isbn", "issnl"}:
        return named(related(scheme, value))
    found = NORMALISERS[kind.rstrip("l")](value)
    return [f"urn:{kind.rstrip('l')}:{found.value}"] if found else []


def add_host_number(draft: Draft, scheme: str, value: str, name: str) -> None:
    """Take an identifier of what a work stands in: its ISSN or ISBN, an address of it; another one names nothing."""
    address = related(scheme, value)
    if field := of_host(scheme):
        draft.add(field, value)
    elif (found := named(address)) and found[0].startswith("http"):
        draft.add("dc.relation.ispartof", found[0])
    else:
        draft.unread(name, value, "an identifier of what the work stands in")


def cited_in(words: str) -> list[str]:
    """The DOI of a reference that is given in words; none where it has several, which may be of other works.

    >>> cited_in("Rook (2010). On terns. https://doi.org/10.5555/R2."), cited_in("Rook (2010). On terns.")
    (['10.5555/r2'], [])
    """
    found = {one.value for text in words.split() if _DOI.search(text) for one in dois(text)}
    return list(found) if len(found) == 1 else []


def add_relation(draft: Draft, kind: str, scheme: str, value: str, schema: str) -> None:
    """Take a related work by an identifier."""
    if value.strip():
        said = Said(identifiers=tuple(_addresses(scheme, value)) if of_host(scheme) else ())
        draft.add(relation_field(draft, kind, value, schema), related(scheme, value), said=said)


def relation_field(draft: Draft, kind: str, value: str, schema: str) -> str:
    """The field of a kind of relation; a kind for which there is none is reported beside the plain relation."""
    field = field_of("relation-types", kind, _OTHER)
    if kind and field == _OTHER:
        draft.unread(f"{schema}.relationType", kind, f"how the work is related to {value}")
    return field
