"""What identifies an agent beyond its record: authority keys, ORCID iDs, and addresses in authority files.

A key that one record puts on two names joins nobody.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from converter.handlers.identifiers import identifier_lines
from converter.mapping.context import Item, NothingSaid, term
from converter.privacy import masked
from converter.record import Field
from converter.values import agent_kinds, agent_names, identifiers, iris, names
from converter.values.agent_kinds import Kind
from converter.values.agent_names import Named
from converter.values.terms import iri, literal, triple, type_
from ontology import Row

_ACCEPTED = 500
"""DSpace's confidence from which a person or a rule has accepted the authority (500 ambiguous, 600 accepted)."""

_ORCID = re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
# A relationship's number, not a key of the person: DSpace writes it for values that come from a related entity.
_VIRTUAL = "virtual::"
_TO_LOOK_UP = ("will be generated::", "will be referenced::")
FUNDERS = ("project.funder.name", "dc.relation.funding")
"""The fields of agencies beside which their identifiers and grants stand by their places."""
_SCHEMES = {"orcid": "datacite:orcid", "ror": "datacite:ror", "funder": "datacite:fundref"}
_RULES = {
    "orcid": (re.compile(r"https?://(?:www\.)?orcid\.org/", re.IGNORECASE), "orcid"),
    "ror": (re.compile(r"https?://(?:www\.)?ror\.org/", re.IGNORECASE), "ror"),
    "funder": (re.compile(r"https?://(?:dx\.)?doi\.org/10\.13039/", re.IGNORECASE), "fundref"),
    "isni": (re.compile(r"https?://(?:www\.)?isni\.org/", re.IGNORECASE), "isni"),
}


class Keys(NamedTuple):
    """What identifies an agent beyond this record; `addresses` are those of the agent in authority files."""

    authority: str = ""
    orcid: str = ""
    ror: str = ""
    funder: str = ""
    addresses: tuple[str, ...] = ()

    def all(self) -> Iterator[str]:
        """Yield each of the keys that are there."""
        yield from filter(None, (self.authority, self.orcid, self.ror, self.funder, *self.addresses))

    def without(self, shared: set[str]) -> Keys:
        """Return the keys that are not among the shared ones."""
        authority, orcid, ror, funder = ("" if value in shared else value for value in self[:4])
        addresses = tuple(address for address in self.addresses if address not in shared)
        return Keys(authority, orcid, ror, funder, addresses)


def read_address(address: str) -> tuple[str, str]:
    """The scheme and the normal value of an agent's address: `orcid`, `ror`, `funder`, `isni`, else `address`.

    >>> read_address("https://orcid.org/0000-0002-1825-0097"), read_address("https://vocab.example.org/a7")
    (('orcid', '0000-0002-1825-0097'), ('address', 'https://vocab.example.org/a7'))
    >>> read_address("https://orcid.org/0000-0002-1825-0098"), read_address("see there")
    (('', ''), ('', ''))
    """
    for scheme, (shape, rule) in _RULES.items():
        if shape.match(address):
            found = identifiers.NORMALISERS[rule](address)
            return (scheme, found.value) if found else ("", "")
    page = identifiers.web_address(address)
    return ("address", page) if page else ("", "")


def keys_of(item: Item, field: Field, named: Named) -> Keys:
    """The keys that stand with the value itself: its authority, its identifiers, and what its text holds."""
    stated = _of_addresses(field.identifiers, Keys(orcid=named.orcid))
    for address in field.identifiers:
        if not read_address(address)[0]:
            item.note(field, f"{address} is no identifier of an agent (or its check digit is wrong)")
    for authority, confidence in ((field.authority, field.confidence), (named.authority, named.confidence)):
        stated = _with_authority(stated, authority or "", confidence)
    return stated


def _of_addresses(addresses: Iterable[str], stated: Keys | None = None) -> Keys:
    stated = stated or Keys()
    for scheme, value in map(read_address, addresses):
        if scheme == "orcid":
            stated = stated._replace(orcid=stated.orcid or value)
        elif scheme == "ror":
            stated = stated._replace(ror=stated.ror or value)
        elif scheme == "funder":
            stated = stated._replace(funder=stated.funder or value)
        elif scheme:
            address = f"https://isni.org/isni/{value}" if scheme == "isni" else value
            stated = stated._replace(addresses=tuple(dict.fromkeys((*stated.addresses, address))))
    return stated


def _with_authority(stated: Keys, authority: str, confidence: int | None) -> Keys:
    # A key that is an e-mail address stays private, and so keys nobody.
    if not authority or authority.startswith(_VIRTUAL) or masked(authority) != authority:
        return stated
    match = _ORCID.search(authority)
    if match and (orcid := identifiers.NORMALISERS["orcid"](match[0])):
        return stated if stated.orcid else stated._replace(orcid=orcid.value)
    is_to_look_up = authority.startswith(_TO_LOOK_UP)
    last = authority.rpartition("::")[2]
    stated = _of_addresses([last] if "/" in last else [], stated)
    if is_to_look_up or stated.authority or (confidence is not None and confidence < _ACCEPTED):
        return stated
    return stated._replace(authority=authority)


def joined_keys(item: Item, parts: Sequence[tuple[Field, Row, Named]], keys: list[Keys]) -> list[Keys]:
    """The keys of each part with those that "Name=key" fields join to them; a key on two names joins nobody."""
    stated = list(keys)
    bearers: defaultdict[str, list[int]] = defaultdict(list)
    for place, (_, _, named) in enumerate(parts):
        bearers[iris.slug(named.name)].append(place)
    joins = {slug for slug, places in bearers.items() if _are_one(parts, places)}
    for field, row in item.of_kind("join"):
        if row.node != "person" or row.scheme not in {"local", "orcid"}:
            continue
        name, value = name_and_key(field)
        slug = iris.slug(name)
        for place in bearers[slug] if value and slug in joins else ():
            stated[place] = _with_joined(stated[place], row.scheme, value)
    return _without_shared(item, parts, stated)


def name_and_key(field: Field) -> tuple[str, str]:
    """The name and the key of a "Name=key" field, empty where it has none."""
    pair = names.name_and_key(field.value) or names.name_and_value(field.value)
    return (pair[0], pair[1]) if pair else ("", "")


def _are_one(parts: Sequence[tuple[Field, Row, Named]], places: list[int]) -> bool:
    """Whether the bearers of a name are one: printed alike, and no field names two of them."""
    fields = [parts[place][0].name for place in places]
    return len({parts[place][2].name for place in places}) == 1 and len(fields) == len(set(fields))


def _with_joined(known: Keys, scheme: str, value: str) -> Keys:
    if scheme == "local":
        return known if known.authority else known._replace(authority=value)
    orcid = identifiers.NORMALISERS["orcid"](value)
    return known._replace(orcid=orcid.value) if orcid and not known.orcid else known


def _without_shared(item: Item, parts: Sequence[tuple[Field, Row, Named]], stated: list[Keys]) -> list[Keys]:
    names_of: defaultdict[str, set[str]] = defaultdict(set)
    for (_, _, named), keys in zip(parts, stated, strict=True):
        for value in keys.all():
            names_of[value].add(iris.slug(named.name))
    found = []
    for (field, _, _), keys in zip(parts, stated, strict=True):
        shared = {value for value in keys.all() if len(names_of[value]) > 1}
        if shared:
            item.note(field, f"the key {', '.join(sorted(shared))} stands with several names: it joins nobody")
        found.append(keys.without(shared) if shared else keys)
    return found


def organisation_address(item: Item, name: str, keys: Keys | None = None) -> str:
    """The address of an organisation: by its identifier, else by that which its name has in this record, else by name.

    A name that many organisations bear (Department of Physics) is known within its repository only.
    """
    own = _identified(item.base, keys) if keys else ""
    known = own or item.once(_known_organisations).get(iris.slug(name))
    return known or iris.organisation(item.base, name, item.unit_of if agent_kinds.is_generic(name) else "")


def _identified(base: str, keys: Keys) -> str:
    # The funder's number comes first: registries know a funder by it that has a ROR id in some records only.
    if keys.funder:
        return iris.identified_organisation(base, "funder", keys.funder)
    if keys.ror:
        return iris.identified_organisation(base, "ror", keys.ror)
    return iris.identified_organisation(base, "id", keys.addresses[0]) if keys.addresses else ""


def _known_organisations(item: Item) -> dict[str, str]:
    """The organisations that this record identifies: name → address."""
    found: dict[str, str] = {}
    for field, row in item.of_kind("agent", "funder", "join", "org"):
        keys = _of_addresses(field.identifiers)
        is_told = field.name_type == "organisation" or row.parser in {"org", "publisher"} or row.kind != "agent"
        if (keys.ror or keys.funder or (keys.addresses and is_told)) and not keys.orcid:
            found.setdefault(iris.slug(field.value), _identified(item.base, keys))
    agencies = [field for field, _ in item.of_kind("funder") if field.name in FUNDERS and not field.of]
    numbers = [field for field, row in item.of_kind("join") if row.node == "org"]
    for agency, number in zip(agencies, numbers, strict=False):
        scheme, value = read_address(number.value)
        registered = identifiers.NORMALISERS["fundref"](number.value)
        keys = Keys(funder=registered.value) if registered else Keys(ror=value if scheme == "ror" else "")
        if keys.funder or keys.ror:
            found.setdefault(iris.slug(agency.value), _identified(item.base, keys))
    return found


class LocalAddresses:
    """The addresses of the agents whom only this item knows; two of one name are distinguished by a number."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._known: dict[tuple[str, int], str] = {}
        self._next: Counter[str] = Counter()
        self._taken: set[str] = set()

    def address(self, name: str, bearer: int, kind: Kind | None) -> str:
        """The address of the `bearer`-th agent of that name."""
        first = iris.local_agent(self._item.address, name, is_person=kind == "person")
        if (first, bearer) not in self._known:
            address = first
            while address in self._taken:
                self._next[first] += 1
                address = f"{first}-{self._next[first] + 1}"
            self._taken.add(address)
            self._known[first, bearer] = address
        return self._known[first, bearer]


def key_lines(item: Item, node: str, keys: Keys) -> Iterator[str]:
    """What the keys say of the agent: an identifier for each, and that it is the one in the authority file."""
    if keys.authority:
        yield from local_key_lines(node, keys.authority)
    for scheme, value in (("orcid", keys.orcid), ("ror", keys.ror), ("funder", keys.funder)):
        if value:
            yield from scheme_lines(item, node, scheme, value)
    for address in keys.addresses:
        yield triple(node, term("owl:sameAs"), iri(address))


def scheme_lines(item: Item, node: str, scheme: str, value: str) -> Iterator[str]:
    """The agent's identifier in a registry that has an address for each: `orcid`, `ror` or `funder`."""
    page = {"orcid": f"https://orcid.org/{value}", "ror": f"https://ror.org/{value}"}.get(
        scheme, f"https://doi.org/{value}"
    )
    yield triple(node, term("owl:sameAs"), iri(page))
    if scheme == "orcid":
        yield triple(node, term("frapo:hasORCID"), literal(value))
    yield from identifier_lines(node, _SCHEMES[scheme], value, item.base)


def local_key_lines(node: str, key: str) -> Iterator[str]:
    """The repository's own key of the agent."""
    yield from identifier_lines(node, "datacite:local-personal-identifier-scheme", key, "", fragment="id")


def organisation_lines(item: Item, node: str, name: str, keys: Keys | None = None) -> Iterator[str]:
    """What is said of every organisation."""
    yield triple(node, type_, term("foaf:Organization"))
    yield triple(node, term("foaf:name"), literal(name))
    if keys:
        # The repository's keys are of persons.
        yield from key_lines(item, node, keys._replace(authority=""))


def require_name(name: str) -> None:
    """Raise NothingSaid where a value stands for a name and names nobody."""
    if agent_kinds.is_nobody(name):
        raise NothingSaid("nobody is named")


def organisation_of(item: Item, field: Field) -> tuple[str, Iterable[str]]:
    """The organisation that a field names beside an agent or a grant: its term, and what is said of it.

    Raises NothingSaid where the value names nobody.
    """
    named = agent_names.extracted(field.value)
    require_name(named.name)
    keys = keys_of(item, field, named)
    keys = Keys(ror=keys.ror, funder=keys.funder, addresses=keys.addresses)
    node = iri(organisation_address(item, named.name, keys))
    return node, organisation_lines(item, node, named.name, keys)
