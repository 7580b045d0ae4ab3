"""Persons and organisations: who they are, in which role, in which order.

A person is known beyond one record only by a key: the repository's authority key (confidence 500 or more, or a
"Name=key" field), else an ORCID iD.  A key that one record puts on two names joins nobody.  An organisation is known by
its name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import ontology
from converter.handlers.identifiers import identifier_lines
from converter.handlers.standing import journal_of
from converter.mapping.context import Item, term
from converter.privacy import masked
from converter.record import Field
from converter.values import identifiers, iris, names
from converter.values.terms import integer, iri, literal, triple, type_
from ontology import Row

_ACCEPTED = 500
"""DSpace's confidence from which a person or a rule has accepted the authority (500 ambiguous, 600 accepted)."""

_ORCID = re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{3}[\dX]\b")
# A relationship's number, not a key of the person: DSpace writes it for values that come from a related entity.
_VIRTUAL = "virtual::"


class Keys(NamedTuple):
    """What identifies a person beyond this record."""

    authority: str | None = None
    orcid: str | None = None


class Agent(NamedTuple):
    """A person or organisation in one role of the item; `number` counts the holders of the role from 1."""

    field: Field
    row: Row
    name: str
    term: str
    is_person: bool
    keys: Keys
    role: str
    number: int

    @property
    def role_fragment(self) -> str:
        """The fragment of the role: `author-1`."""
        return f"{self.role.rpartition('/')[2].rpartition('#')[2]}-{self.number}"


def agent(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The agent as a resource, the name as printed, and the role with its place in the order."""
    yield from item.companion(row, literal(field.value))
    for found in item.once(agents):
        if found.field is field:
            yield from item.state(row, found.term)
            yield from _described(item, found)
            yield from _role(item, found)
    if row.parser == "publisher":
        yield from _site(item, field)


def organisation(item: Item, row: Row, field: Field) -> Iterator[str]:
    """An organisation as a resource, without a role."""
    node = iri(iris.organisation(item.base, field.value))
    yield from item.companion(row, literal(field.value))
    yield from item.state(row, node)
    yield from organisation_lines(node, field.value)


def organisation_lines(node: str, name: str) -> Iterator[str]:
    """What is said of every organisation."""
    yield triple(node, type_, term("foaf:Organization"))
    yield triple(node, term("foaf:name"), literal(name))


def key(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The identifier of the one person whom a "Name=key" field means."""
    name, value = _name_and_key(field)
    if not value:
        item.note(field, "no name and key; kept as text")
        return
    scheme = "datacite:orcid" if row.scheme == "orcid" else row.scheme
    holders = {found.term: found for found in item.once(agents) if found.is_person and _same(found.name, name)}
    if len(holders) != 1:
        item.note(field, f"{len(holders)} persons of this record bear the name {name!r}: the key joins nobody")
        return
    (found,) = holders.values()
    if scheme == "local":
        if found.keys.authority == value:
            yield from _key_lines(found.term, value)
        else:
            item.note(field, "the key stands with two names, or beside another key: it joins nobody")
    elif scheme == "datacite:orcid":
        if found.keys.orcid:
            yield from _orcid_lines(found.term, found.keys.orcid)
        else:
            item.note(field, "no valid ORCID iD, or one that stands with two names: it joins nobody")
    else:
        yield from identifier_lines(found.term, scheme, value, item.base)


def affiliation(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The organisation to which the n-th author or editor belonged, as the n-th value of the field."""
    same = [other for other, other_row in item.of_kind("join") if other_row is row and other.name == field.name]
    index = next(number for number, other in enumerate(same) if other is field)
    role = ontology.expand("pro:editor" if ".editor." in field.name else "pro:author", row.place)
    holders = [found for found in item.once(agents) if found.role == role]
    if index >= len(holders):
        item.note(field, f"{len(holders)} authors or editors stand against {len(same)} affiliations")
        return
    node = iri(iris.organisation(item.base, field.value))
    yield triple(item.part(holders[index].role_fragment), iri(row.properties[0]), node)
    yield from organisation_lines(node, field.value)


def agents(item: Item) -> list[Agent]:
    """Every agent of the item in the order of the source.

    The n-th bearer of a name in one field and the n-th in another field of the same role are one: dc.creator repeats
    what dc.contributor.author said, while two equal names in one field are two persons.
    """
    keys = item.once(_keys)
    address_of = _Addresses(item)
    counts: Counter[str] = Counter()
    bearers: Counter[tuple[str, str]] = Counter()
    known: dict[tuple[str, str, int], Agent] = {}
    found: list[Agent] = []
    for field, row in item.of_kind("agent"):
        role = ontology.expand(row.scheme, row.place)
        name, is_person = _read(row, field)
        bearers[field.name, name] += 1
        bearer = role, name, bearers[field.name, name]
        if bearer not in known:
            counts[role] += 1
            own = keys.get(id(field), Keys())
            address = address_of.person(name, own, bearer[2]) if is_person else iris.organisation(item.base, name)
            known[bearer] = Agent(field, row, name, iri(address), is_person, own, role, counts[role])
        found.append(known[bearer]._replace(field=field, row=row))
    return found


class _Addresses:
    """The addresses of the persons of one item; those without a key are told apart within it."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._local: dict[tuple[str, int], str] = {}

    def person(self, name: str, keys: Keys, bearer: int) -> str:
        """The address by key, by ORCID iD, or by the name on this item; `bearer` counts persons of one name."""
        if keys.authority:
            return iris.keyed_person(self._item.base, self._item.repository, keys.authority)
        if keys.orcid:
            return iris.orcid_person(self._item.base, keys.orcid)
        own = iris.slug(name), bearer
        if own not in self._local:
            self._local[own] = iris.local_person(self._item.address, name, self._local.values())
        return self._local[own]


def _keys(item: Item) -> dict[int, Keys]:
    """The keys of each agent field, by the identity of the field; keys on two different names are left out."""
    given: dict[int, Keys] = {}
    people = [(field, _read(row, field)[0]) for field, row in item.of_kind("agent") if _read(row, field)[1]]
    for field, _ in people:
        given[id(field)] = _authority(field)
    for field, row in item.of_kind("join"):
        if row.node != "person" or row.scheme not in {"local", "orcid"}:
            continue
        name, value = _name_and_key(field)
        holders = [one for one, other in people if _same(other, name)]
        if not value or len({one.value for one in holders}) != 1 or _repeated(holders):
            continue
        for holder in holders:
            given[id(holder)] = _joined(given[id(holder)], row.scheme, value)
    return _without_shared(item, people, given)


def _repeated(holders: list[Field]) -> bool:
    """Whether one field names the same person twice: two people of one name."""
    return max(Counter(one.name for one in holders).values()) > 1


def _joined(known: Keys, scheme: str, value: str) -> Keys:
    if scheme == "local":
        return known if known.authority else known._replace(authority=value)
    orcid = identifiers.NORMALISERS["orcid"](value)
    return known._replace(orcid=orcid.value) if orcid and not known.orcid else known


def _without_shared(item: Item, people: list[tuple[Field, str]], given: dict[int, Keys]) -> dict[int, Keys]:
    names_of: defaultdict[str, set[str]] = defaultdict(set)
    for field, name in people:
        for value in given[id(field)]:
            if value:
                names_of[value].add(iris.slug(name))
    for field, _ in people:
        keys = given[id(field)]
        shared = {value for value in keys if value and len(names_of[value]) > 1}
        if shared:
            item.note(field, f"the key {', '.join(sorted(shared))} stands with several names: it joins nobody")
            given[id(field)] = Keys(*(None if value in shared else value for value in keys))
    return given


def _authority(field: Field) -> Keys:
    """The keys in the authority of the value itself."""
    authority = field.authority or ""
    if not authority or authority.startswith(_VIRTUAL) or masked(authority) != authority:
        # A key that is an e-mail address stays private, and so keys nobody.
        return Keys()
    match = _ORCID.search(authority)
    orcid = identifiers.NORMALISERS["orcid"](match[0]) if match else None
    if orcid:
        return Keys(orcid=orcid.value)
    accepted = field.confidence is None or field.confidence >= _ACCEPTED
    generated = authority.startswith(("will be generated::", "will be referenced::"))
    return Keys(authority=authority) if accepted and not generated else Keys()


def _read(row: Row, field: Field) -> tuple[str, bool]:
    """The name that identifies the agent, and whether it is a person."""
    if row.parser == "publisher":
        return names.publisher(field.value).name, False
    if row.parser == "org" or names.looks_like_organisation(field.value):
        return field.value, False
    return names.person(field.value).full, True


def _described(item: Item, found: Agent) -> Iterator[str]:
    if not found.is_person:
        yield from organisation_lines(found.term, found.name)
        return
    name = names.person(found.field.value)
    if name.doubt:
        item.note(found.field, name.doubt, "info")
    yield triple(found.term, type_, term("foaf:Person"))
    yield triple(found.term, term("foaf:name"), literal(found.name))
    if name.family:
        yield triple(found.term, term("foaf:familyName"), literal(name.family))
    if name.given:
        yield triple(found.term, term("foaf:givenName"), literal(name.given))
    if found.keys.authority:
        yield from _key_lines(found.term, found.keys.authority)
    if found.keys.orcid:
        yield from _orcid_lines(found.term, found.keys.orcid)


def _key_lines(person: str, key_: str) -> Iterator[str]:
    yield from identifier_lines(person, "datacite:local-personal-identifier-scheme", key_, "", fragment="id")


def _orcid_lines(person: str, orcid: str) -> Iterator[str]:
    yield triple(person, term("owl:sameAs"), iri(f"https://orcid.org/{orcid}"))
    yield triple(person, term("frapo:hasORCID"), literal(orcid))
    yield from identifier_lines(person, "datacite:orcid", orcid, "")


def _role(item: Item, found: Agent) -> Iterator[str]:
    node = item.part(found.role_fragment)
    yield triple(item.term, term("pro:isDocumentContextFor"), node)
    yield triple(node, type_, term("pro:RoleInTime"))
    yield triple(node, type_, term("co:ListItem"))
    yield triple(node, term("pro:withRole"), iri(found.role))
    yield triple(node, term("co:index"), integer(found.number))
    yield triple(node, term("rdfs:label"), literal(found.name))
    yield triple(node, term("pro:isHeldBy"), found.term)


def _site(item: Item, field: Field) -> Iterator[str]:
    """The journal's web site, which some repositories write behind the publisher's name."""
    read = names.publisher(field.value)
    if read.doubt:
        item.note(field, read.doubt)
    journal = item.once(journal_of)
    if read.site and journal:
        page = identifiers.web_address(read.site)
        if page:
            yield triple(iri(journal), term("foaf:page"), iri(page))
        yield triple(iri(journal), term("dcterms:publisher"), iri(iris.organisation(item.base, read.name)))


def _name_and_key(field: Field) -> tuple[str, str]:
    pair = names.name_and_key(field.value) or names.name_and_value(field.value)
    return (pair[0], pair[1]) if pair else ("", "")


def _same(one: str, other: str) -> bool:
    return iris.slug(one) == iris.slug(other)
