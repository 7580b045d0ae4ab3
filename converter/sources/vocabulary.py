"""What other formats call the things that DSpace has fields for: roles, identifiers, dates, descriptions.

Sources: MARC relators (https://id.loc.gov/vocabulary/relators), DataCite Metadata Schema 4.6
(https://datacite-metadata-schema.readthedocs.io/), OpenAIRE Guidelines for Literature Repositories 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from converter.record import NOBODY
from converter.sources.builder import Draft, Said
from converter.values.identifiers import fundref
from ontology.source_tables import fields

_NOT_A_WORD = re.compile(r"[^a-z0-9]")

NAME_TYPES = {
    **dict.fromkeys(("personal", "person"), "person"),
    **dict.fromkeys(("corporate", "organizational", "organisational", "organization", "orgunit"), "organisation"),
    **dict.fromkeys(("conference", "meeting", "event"), "event"),
    "family": "family",
    # Schema.org's word for what may be anything.
    **dict.fromkeys(("whole", "thing"), "whole"),
}
"""Type of a name, in lower case → what the named agent is; of any other nothing is said."""

_DOI = "https://doi.org/{}"
AGENT_ADDRESSES = {
    "orcid": "https://orcid.org/{}",
    "ror": "https://ror.org/{}",
    "isni": "https://isni.org/isni/{}",
    **dict.fromkeys(("gnd", "dnb", "de588"), "https://d-nb.info/gnd/{}"),
    "viaf": "https://viaf.org/viaf/{}",
    "wikidata": "http://www.wikidata.org/entity/{}",
    "grid": "https://www.grid.ac/institutes/{}",
    **dict.fromkeys(("crossreffunderid", "crossreffunder", "fundref", "funderdoi"), _DOI),
    **dict.fromkeys(("naf", "lcnaf", "lccn", "dlc"), "http://id.loc.gov/authorities/names/{}"),
    "idref": "https://www.idref.fr/{}",
    "kakenhi": "https://nrid.nii.ac.jp/nrid/{}",
    "geonames": "https://sws.geonames.org/{}/",
}
"""Scheme of the identifier of an agent or a place, in lower case without spaces → the address that it stands for."""


# Some write the address without a slash before the number.
_VIAF = re.compile(r"(?:https?://)?(?:www\.)?viaf\.org/?(?:viaf/?)?([0-9]{1,22})/?", re.IGNORECASE)


def agent_address(scheme: str, value: str, prefix: str = "") -> str:
    """The address of an agent's identifier, empty where none is known; `prefix` is what the source puts before it.

    >>> agent_address("ROR", "https://ror.org/02zhqgq86"), agent_address("GND", "118540238")
    ('https://ror.org/02zhqgq86', 'https://d-nb.info/gnd/118540238')
    >>> agent_address("gnd", "gnd:118540238"), agent_address("geonames", "3161732")
    ('https://d-nb.info/gnd/118540238', 'https://sws.geonames.org/3161732/')
    >>> agent_address("", "www.viaf.org130344669")
    'https://viaf.org/viaf/130344669'
    >>> agent_address("", "orcid.org/0000-0002-1825-0097"), agent_address("staff number", "17")
    ('https://orcid.org/0000-0002-1825-0097', '')
    """
    bare = value.strip()
    if number := _VIAF.fullmatch(bare):
        return AGENT_ADDRESSES["viaf"].format(number[1])
    if re.match(r"https?://", bare):
        return bare
    if re.match(r"(?:www\.)?(?:orcid|ror|isni|viaf)\.org/", bare):
        return f"https://{bare.removeprefix('www.')}"
    key = _NOT_A_WORD.sub("", scheme.lower())
    # InvenioRDM writes the scheme before the number as well.
    bare = bare[len(key) + 1 :].strip() if key and bare.lower().startswith(f"{key}:") else bare
    if AGENT_ADDRESSES.get(key) == _DOI:
        found = fundref(bare)
        bare = found.value if found else bare
        return _DOI.format(bare) if bare.startswith("10.") else ""
    template = AGENT_ADDRESSES.get(key, "")
    if not template and re.match(r"https?://\S+/$", prefix):
        template = prefix + "{}"
    return template.format("".join(bare.split())) if template and bare else ""


def funder_address(scheme: str, value: str) -> str:
    """The address of a funder's identifier; a bare DOI is one of the funder registry.

    >>> funder_address("DOI", "10.13039/501100000780"), funder_address("", "http://dx.doi.org/10.13039/501100000780")
    ('https://doi.org/10.13039/501100000780', 'https://doi.org/10.13039/501100000780')
    """
    found = fundref(value) if not scheme or "isni" not in scheme.lower() else None
    return f"https://doi.org/{found.value}" if found else agent_address(scheme, value)


class Affiliation(NamedTuple):
    """Where an agent worked, and the web addresses by which the source identifies that."""

    name: str
    identifiers: tuple[str, ...] = ()


def add_agent(
    draft: Draft,
    field: str,
    name: str,
    name_type: str = "",
    *,
    identifiers: Iterable[str] = (),
    affiliations: Iterable[Affiliation] = (),
) -> None:
    """Take an agent in a role: the name, what the source says it is and is known by, and its affiliations.

    `name_type` is in the words of the source; `identifiers` are web addresses, empty ones left out.
    """
    kind = NAME_TYPES.get(_NOT_A_WORD.sub("", name_type.lower()), "")
    if kind == "event":
        # A meeting does nothing; it is what the work was given at.
        field = "dc.relation.conference"
    said = Said(kind, tuple(address for address in identifiers if address))
    place = draft.add(field, name, said=said) if name.strip() else 0
    role = {"dc.contributor.author": "author", "dc.contributor.editor": "editor"}.get(field, "contributor")
    for one in affiliations:
        if one.name.strip():
            draft.add(f"oairecerif.{role}.affiliation", one.name, said=Said(identifiers=one.identifiers, of=place))
        for address in () if one.name.strip() else one.identifiers:
            draft.unread(f"oairecerif.{role}.affiliation", address, f"an organisation without a name, of {name}")


class Funding(NamedTuple):
    """What is given of one funding; what is not is empty.  `funder_ids` are web addresses where that is known."""

    funder: str = ""
    funder_ids: tuple[str, ...] = ()
    number: str = ""
    title: str = ""
    address: str = ""
    stream: str = ""


_OF_GRANT = fields("grant")


def add_funding(draft: Draft, stated: Iterable[Funding]) -> None:
    """Take fundings: each grant beside the funder that it stands with, and what is given of the grant beside it.

    Without a number there is no grant that title, address and programme could be said of: these are kept under their
    own names, and so are the identifiers of a funder without a name.
    """
    funders: dict[tuple[str, tuple[str, ...]], int] = {}
    for one in stated:
        funder = 0
        if one.funder:
            named = one.funder, one.funder_ids
            if named not in funders:
                funders[named] = draft.add("project.funder.name", one.funder, said=Said(identifiers=one.funder_ids))
            funder = funders[named]
        else:
            for identifier in one.funder_ids:
                draft.add("funding.funder_id", identifier)
        grant = draft.add("oaire.awardNumber", one.number, said=Said(of=funder or NOBODY)) if one.number else 0
        for part, name in _OF_GRANT.items():
            if value := getattr(one, part):
                draft.add(name if grant else f"funding.{part}", value, said=Said(of=grant))
