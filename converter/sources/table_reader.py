"""A record whose format has a table → its fields; what the table does not name keeps the name of its place.

One reader for XML and JSON (`nodes` makes one tree of both).  Structure that no table can say has a reader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from converter.record import File
from converter.sources.builder import Draft, Said
from converter.sources.container_fields import of_host, series_text
from converter.sources.nodes import Node
from converter.sources.relations import add_host_number, add_work, related, relation_field
from converter.sources.vcard import card
from converter.sources.vocabulary import Affiliation, Funding, add_agent, add_funding, agent_address, funder_address
from converter.values.agent_kinds import kind
from converter.values.check_digits import isni
from converter.values.dates import of_parts, parse
from converter.values.mail import without_addresses
from ontology.source_tables import Rule, SourceTable, field_of, kinds

_AND = re.compile(r"\s*,\s+and\s+|\s+and\s+|\s*;\s*|\s*,\s+", re.IGNORECASE)
_FOR = re.compile(r"^\s*(?:for|on behalf of)\s+(?:the\s+)?", re.IGNORECASE)
"""Before the name of the group for which authors have written."""
_ASIDE = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_NUMBERED = re.compile(r"\(([0-9]+)\)\s*")
_PARTICLES = frozenset("van von der den de del della di da dos du la le ter ten zu".split())
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_RELATIONS = "relation-types"
_SCHEMES = ("@identifierType", "@relatedIdentifierType")
_SINCE = ("@start_date", "@startDate")
"""Where NISO's access indicators, and what is made of them, say from when on a licence holds."""
_MOST_DAYS = 31
_OF_A_DATE = frozenset({"date-parts", "year", "month", "day", "raw", "literal", "season", "circa"})
_ROR = re.compile(r"0[a-z0-9]{6}[0-9]{2}")


class _Part(NamedTuple):
    """One part of a thing, and what stands beside it: the scheme of an identifier, the identifier of an affiliation."""

    text: str
    beside: str = ""


Parts = dict[str, list[_Part]]


def read(root: Node, table: SourceTable, draft: Draft, schema: str = "") -> None:
    """Read all that stands in a record; `schema` begins the names of what has no row, else the name of the table."""
    _Reading(table, draft, root, schema or table.name).run()


class _Reading:
    def __init__(self, table: SourceTable, draft: Draft, root: Node, schema: str) -> None:
        self._table, self._draft, self._root, self._schema = table, draft, root, schema
        self._fundings: list[Funding] = []
        self._numbered = dict(self._affiliations(root, ()))

    def run(self) -> None:
        for child in self._root.children:
            if child.is_attribute and not self._table.rule((child,)):
                self._draft.unread(self._name((child,)), child.text, "how the document is written")
            else:
                self._take(child, (child,))
        if self._root.text:
            self._left(self._root, ())
        add_funding(self._draft, self._fundings)

    def _affiliations(self, node: Node, chain: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
        """Yield the affiliations that stand in a list of their own, each with its number."""
        for child in node.children:
            inner = (*chain, child)
            rule = self._table.rule(inner)
            if rule and rule.kind == "affiliation":
                yield child.stated(rule.by), child.whole
            elif not child.is_attribute and self._table.has_affiliations:
                yield from self._affiliations(child, inner)

    def _affiliation(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        """One that no agent names is said of the work."""
        if not any(field.value == node.whole and field.of for field in self._draft.fields):
            self._draft.add("dc.contributor.affiliation", node.whole, node.language)
        self._draft.unread(self._name((*chain, Node(rule.by))), node.stated(rule.by), f"the number of {node.whole}")

    def _take(self, node: Node, chain: tuple[Node, ...]) -> None:
        rule = self._table.rule(chain)
        if rule is None or not _has_value(node, rule) or (rule.kind == "field" and self._is_group(node, chain)):
            if node.text:
                self._left(node, chain)
            for child in node.children:
                self._take(child, (*chain, child))
            return
        take: dict[str, Callable[[Node, tuple[Node, ...], Rule], None]] = {
            "field": self._field,
            "part": self._field,
            "authority": self._named_elsewhere,
            "identity": self._identity,
            "affiliation": self._affiliation,
            "joined": self._joined,
            "report": self._report,
            "lookup": self._lookup,
            "agent": self._agent,
            "agents": self._agents,
            "words": self._words,
            "date": self._date,
            "file": self._file,
            "funding": self._funding,
        }
        take[rule.kind](node, chain, rule)

    def _left(self, node: Node, chain: Sequence[Node]) -> None:
        """What no row names keeps the name of its place."""
        self._draft.add(self._name(chain), node.text, node.language)

    def _name(self, chain: Sequence[Node]) -> str:
        names = [_NOT_IN_NAMES.sub("_", one.name.lstrip("@")) for one in chain]
        return ".".join([self._schema, *(names or [self._root.name])])

    def _is_group(self, node: Node, chain: tuple[Node, ...]) -> bool:
        """Whether a place has no text of its own, and the table names what stands in it."""
        inner = () if node.text else (child for child in node.children if not child.is_attribute)
        return any(self._table.rule((*chain, child)) for child in inner)

    def _field(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        since = next((text for name in _SINCE if (text := node.stated(name))), "") if "rights" in rule.field else ""
        self._draft.add(rule.field, node.whole, node.language, authority=self._authority(chain), said=Said(since=since))
        self._beside(node, chain, [rule.steps[-1].kind, *(_SINCE if since else ())])

    def _joined(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        names = rule.by.split()
        self._draft.add(rule.field, " ".join(filter(None, map(node.stated, names))), node.language)
        for child in node.children:
            if child.name not in names:
                self._take(child, (*chain, child))

    def _identity(self, node: Node, _: tuple[Node, ...], __: Rule) -> None:
        self._draft.identifier = self._draft.identifier or node.whole

    def _named_elsewhere(self, _: Node, __: tuple[Node, ...], ___: Rule) -> None:
        """What names another value goes with that; where there is none, the record says that nobody read it."""

    def _authority(self, chain: tuple[Node, ...]) -> str | None:
        """The address that stands in a place or beside it as that of its value."""
        for around in (chain, chain[:-1]):
            for part in around[-1].children if around else ():
                rule = self._table.rule((*around, part))
                if rule and rule.kind == "authority":
                    text = part.stated(rule.value) if rule.value else part.whole
                    if address := agent_address(part.stated(rule.by) if rule.by else "", text):
                        return address
        return None

    def _beside(self, node: Node, chain: tuple[Node, ...], stated: Sequence[str] = ()) -> None:
        """The attributes of a value: those with a row say something of their own, others how the value is meant."""
        for child in node.children:
            if not child.is_attribute or child.name in stated:
                continue
            if self._table.rule((*chain, child)):
                self._take(child, (*chain, child))
            elif child.name != "@language":
                words = f"how {node.whole[:60]!r} is meant, for which there is no field"
                self._draft.unread(self._name((*chain, child)), child.text, words)

    def _words(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        for word in node.whole.split():
            self._draft.add(rule.field, word)
        self._beside(node, chain)

    def _date(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        self._draft.add(rule.field, node.text or date_of(node))
        if circa := node.stated("circa"):
            self._draft.unread(f"{self._name(chain)}.circa", circa, "said by the sign ~ of the date")
        for child in node.children:
            if child.name not in _OF_A_DATE and not child.is_attribute and child.whole:
                self._draft.unread(self._name((*chain, child)), child.whole, "how the date is meant")

    def _report(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        """Everything in it becomes lines of the report, but for what has a row of its own."""
        if node.text:
            self._draft.unread(self._name(chain), node.text, rule.note)
        for child in node.children:
            inner = (*chain, child)
            own = self._table.rule(inner)
            if own and own.kind != "part":
                self._take(child, inner)
            else:
                self._report(child, inner, rule)

    def _lookup(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        said = node.stated(rule.by)
        value = node.stated(rule.value) if rule.value else node.whole
        if rule.title and (titles := [one for one in node.children if one.name == rule.title and one.whole]):
            self._titled(node, chain, rule, titles)
            return
        field = field_of(rule.field, said)
        if rule.field == _RELATIONS:
            scheme = next((one for name in _SCHEMES if (one := node.stated(f"{rule.value}/{name}"))), "")
            value = related(scheme or ("doi" if value.startswith("10.") else ""), value)
            # The number of what a work is part of is that of the book or the journal.
            field = (of_host(scheme) if field.endswith(".ispartof") else "") or field
        if field:
            self._draft.add(field, value, node.language, authority=self._authority(chain))
        elif value and (field := kinds(rule.field).get("*", "")):
            self._draft.add(field, value, node.language)
            if said:
                words = f"what kind of thing {value[:60]!r} is, for which there is no field"
                self._draft.unread(self._name((*chain, Node(rule.by))), said, words)
        elif value:
            self._draft.add(self._name((*chain, Node(said)) if said else chain), value, node.language)
        taken = {rule.by.partition("/")[0], rule.value.partition("/")[0]}
        if not rule.value:
            self._beside(node, chain, [rule.by])
            return
        for child in node.children:
            if child.name not in taken:
                self._take(child, (*chain, child))

    def _titled(self, node: Node, chain: tuple[Node, ...], rule: Rule, titles: Sequence[Node]) -> None:
        """A related work by its title and its identifiers; its title in another language is reported."""
        said, title = node.stated(rule.by), titles[0].whole
        field = relation_field(self._draft, said, title, self._schema)
        stated = [one for one in node.children if one.name == rule.value and one.whole]
        numbers = [
            (next((one for name in _SCHEMES if (one := number.stated(name))), ""), number.whole) for number in stated
        ]
        if field.endswith(".ispartofseries"):
            issn = next((value for scheme, value in numbers if of_host(scheme)), "")
            self._draft.add(field, series_text(title, issn), titles[0].language)
        elif field.endswith(".ispartof"):
            self._draft.add(field, title, titles[0].language)
            for scheme, value in numbers:
                add_host_number(self._draft, scheme, value, self._name(chain))
        else:
            add_work(self._draft, field, title, numbers, titles[0].language)
        for other in titles[1:]:
            self._draft.unread(self._name((*chain, other)), other.whole, f"another title of {title}")
        taken = {rule.by, rule.value, rule.title}
        for child in node.children:
            if child.name not in taken:
                self._take(child, (*chain, child))

    def _parts(self, node: Node, chain: tuple[Node, ...], group: str) -> Parts:
        """What the rows say of the parts of a thing; other rows within it are followed too."""
        parts: Parts = {}
        for child in node.children:
            inner = (*chain, child)
            rule = self._table.rule(inner)
            if rule and rule.kind == "part" and rule.field.startswith(f"{group}.") and (child.whole or rule.value):
                parts.setdefault(rule.field.partition(".")[2], []).append(_part(child, rule))
                own = self._parts_beside(child, inner, group)
                for attribute, part in own.values():
                    parts.setdefault(part, []).append(_Part(attribute.text))
                self._beside(child, inner, [rule.by, *own])
            elif rule and rule.kind != "part":
                self._take(child, inner)
            elif not child.children or child.is_attribute:
                if child.text:
                    words = "said of a person or a file, for which there is no field"
                    self._draft.unread(self._name(inner), child.text, words)
            else:
                for key, values in self._parts(child, inner, group).items():
                    parts.setdefault(key, []).extend(values)
        return parts

    def _parts_beside(self, node: Node, chain: tuple[Node, ...], group: str) -> dict[str, tuple[Node, str]]:
        """The attributes of a part that are parts of the same thing: name → attribute, what it is a part as."""
        found = {}
        for child in node.children:
            rule = self._table.rule((*chain, child)) if child.is_attribute else None
            if rule and rule.kind == "part" and rule.field.startswith(f"{group}."):
                found[child.name] = child, rule.field.partition(".")[2]
        return found

    def _agent(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        parts = self._parts(node, chain, "agent")
        if node.text:
            parts.setdefault("name", []).append(_Part(" ".join(node.text.split())))
        cards = parts.pop("vcard", [])
        for one in [{**parts, **self._of_card(part.text, chain)} for part in cards] or [parts]:
            self._person(one, chain, rule)

    def _of_card(self, text: str, chain: tuple[Node, ...]) -> Parts:
        """What a vCard says as parts of an agent; its address of mail is a field that nobody sees."""
        read = card(text)
        self._draft.unread(f"{self._name(chain)}.vcard", without_addresses(text, ""), "a vCard: its names are read")
        if read.email:
            self._draft.add("dc.contributor.email", read.email)
        stated = {"family": read.family, "given": read.given, "name": read.name}
        if not any(stated.values()):
            stated = {"corporate": read.organisation}
        elif read.organisation not in stated.values():
            stated["affiliation"] = read.organisation
        return {key: [_Part(value)] for key, value in stated.items() if value}

    def _person(self, parts: Parts, chain: tuple[Node, ...], rule: Rule) -> None:
        name = _name(parts)
        if not name:
            return
        for other in parts.get("name", []):
            if other.text != name:
                self._draft.unread(self._name(chain), other.text, f"another form of the name {name}")
        roles = [part.text for part in parts.get("role", [])]
        if roles and not any(field_of("roles", role, rule.field) for role in roles):
            self._draft.unread(self._name(chain), name, f"{roles[0]}: whoever it is did nothing for this work")
            return
        field = next((found for role in roles if (found := field_of("roles", role))), "")
        if roles and field in {"", kinds("roles")["*"]}:
            for role in roles:
                self._draft.unread(
                    f"{self._name(chain)}.role", role, f"the role of {name}, for which there is no field"
                )
        add_agent(
            self._draft,
            field or (kinds("roles")["*"] if roles else rule.field),
            name,
            name_type=_name_type(parts),
            identifiers=self._identifiers(parts, chain, name),
            affiliations=[
                *(
                    Affiliation(part.text, tuple(filter(None, [_organisation(part.beside)])))
                    for part in parts.get("affiliation", [])
                ),
                *(
                    Affiliation(self._numbered[part.text])
                    for part in parts.get("affiliation_number", [])
                    if part.text in self._numbered
                ),
            ],
        )

    def _identifiers(self, parts: Parts, chain: tuple[Node, ...], name: str) -> list[str]:
        """The addresses of an agent; an identifier that has none is reported."""
        found = [agent_address(scheme, part.text) for scheme in ("orcid", "gnd") for part in parts.get(scheme, [])]
        for part in parts.get("identifier", []):
            address = agent_address(part.beside, part.text)
            if address:
                found.append(address)
            else:
                words = f"an identifier of {name} ({part.beside or 'of no scheme'})"
                self._draft.unread(f"{self._name(chain)}.identifier", part.text, words)
        return list(dict.fromkeys(found))

    def _agents(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        for name, aside in listed(node.whole):
            add_agent(self._draft, rule.field, name, affiliations=[Affiliation(text) for text in aside])
        if _NUMBERED.search(node.whole):
            words = "names with the numbers of their affiliations, read as these"
            self._draft.unread(self._name(chain), node.whole, words)
        self._beside(node, chain)

    def _file(self, node: Node, chain: tuple[Node, ...], _: Rule) -> None:
        parts = self._parts(node, chain, "file")
        stated = {key: values[0].text for key, values in parts.items()}
        address = stated.get("url", node.text)
        size = stated.get("size", "")
        name = stated.get("name") or address.rstrip("/").rpartition("/")[2] or address
        if not name:
            return
        algorithm, _sign, sum_ = stated.get("checksum", "").rpartition(":")
        self._draft.files.append(
            File(
                name=name,
                url=address or None,
                media_type=stated.get("media_type"),
                size=int(size) if size.isdecimal() else None,
                size_text=None if not size or size.isdecimal() else size,
                checksum=sum_ or None,
                checksum_algorithm=algorithm.upper() or None,
                description=stated.get("description"),
                access=stated.get("access"),
                available=stated.get("available"),
                licence=stated.get("licence"),
            )
        )

    def _funding(self, node: Node, chain: tuple[Node, ...], _: Rule) -> None:
        parts = self._parts(node, chain, "funding")
        ids = [
            funder_address(part.beside, part.text) or _organisation(part.text) or part.text
            for part in parts.pop("funder_id", [])
        ]
        stated = {key: values[0].text for key, values in parts.items()}
        for key, values in parts.items():
            for other in values[1:]:
                self._draft.unread(f"{self._name(chain)}.{key}", other.text, f"another form of {values[0].text}")
        self._fundings.append(Funding(**stated, funder_ids=tuple(ids)))


def date_of(node: Node) -> str:
    """The date of an element or object in the form of EDTF as far as it goes; two are an interval.

    >>> from converter.sources.nodes import of_json
    >>> (node,) = of_json("issued", {"date-parts": [[2013, 2, 1], [2013, 3]]})
    >>> date_of(node)
    '2013-02-01/2013-03'
    >>> (node,) = of_json("issued", {"date-parts": [[2013]], "season": 2, "circa": True})
    >>> date_of(node)
    '2013-22~'
    """
    stated = [part.whole for part in node.at("date-parts")]
    numbers = stated or [text for name in ("year", "month", "day") if (text := node.stated(name))]
    dates: list[list[str]] = []
    for number in numbers:
        # A number that is no month and no day begins another date.
        if not dates or not number.isdecimal() or int(number) > _MOST_DAYS:
            dates.append([number])
        else:
            dates[-1].append(number.zfill(2))
    whole = "/".join(of_parts(*date[:3]) for date in dates)
    if len(dates) == 1 and len(dates[0]) == 1 and (season := node.stated("season")):
        in_words = parse(f"{season} {whole}")
        named = in_words.lexical if in_words and in_words.datatype == "edtf" else whole
        whole = f"{whole}-2{season}" if season in {"1", "2", "3", "4"} else named
    if whole and node.stated("circa").casefold() in {"true", "1"}:
        whole += "~"
    return whole or node.stated("raw") or node.stated("literal")


def _part(node: Node, rule: Rule) -> _Part:
    return _Part(node.stated(rule.value) if rule.value else node.whole, node.stated(rule.by) if rule.by else "")


def _organisation(identifier: str) -> str:
    """The address of an organisation, which some name by the bare number of ROR or ISNI."""
    scheme = "ror" if _ROR.fullmatch(identifier) else "isni" if isni(identifier) else ""
    return agent_address(scheme, identifier)


def _has_value(node: Node, rule: Rule) -> bool:
    """Whether a place holds the text that its row wants; a name that may stand anywhere may be that of a group."""
    if rule.kind not in {"field", "agents", "words", "part"}:
        return True
    is_group = not node.text and any(not child.is_attribute for child in node.children)
    return bool(node.whole) and not (rule.anywhere and is_group)


def _name_type(parts: Parts) -> str:
    """What the agent is, as far as its parts show: a family name is a person's."""
    said = next((part.text for part in parts.get("type", [])), "")
    # A family name alone may be that of an organisation, for which a format has no other place.
    kinds_ = {"given": "person", "family": "whole", "corporate": "corporate", "whole": "whole"}
    return said or next((kind_ for key, kind_ in kinds_.items() if key in parts), "")


def _name(parts: Parts) -> str:
    """The name with the family first where its parts are given."""
    stated = {key: " ".join(part.text for part in values) for key, values in parts.items()}
    family = " ".join(filter(None, (stated.get("prefix"), stated.get("family"))))
    if family:
        return ", ".join(filter(None, (family, stated.get("given"), stated.get("suffix"))))
    whole = (part.text for key in ("name", "corporate", "whole") for part in parts.get(key, []))
    return next(whole, "") or stated.get("given", "")


def listed(text: str) -> list[tuple[str, list[str]]]:
    """The names in a text, each with the family first and with what stands in brackets behind it.

    >>> listed("Ida Rook (Shore), Tove Aas and Nils van den Berg")
    [('Rook, Ida', ['Shore']), ('Aas, Tove', []), ('van den Berg, Nils', [])]
    >>> listed("Ida Rook (1 and 2), Tove Aas (2) ((1) Shore, Bergen, (2) Tide Lab)")
    [('Rook, Ida', ['Shore, Bergen', 'Tide Lab']), ('Aas, Tove', ['Tide Lab'])]
    >>> listed("Ida Rook, for the Kelp Collaboration")
    [('Rook, Ida', []), ('Kelp Collaboration', [])]
    """
    asides = _ASIDE.findall(text)
    bare = _ASIDE.sub("\0", text)
    # arXiv numbers the affiliations, and says behind the last name what the numbers mean.
    parts = [part.strip(" ,;") for one in asides if _NUMBERED.match(one[1:]) for part in _NUMBERED.split(one[1:-1])[1:]]
    numbered = dict(zip(parts[::2], parts[1::2], strict=True))
    found = []
    for part in map(partial(_FOR.sub, ""), _AND.split(bare)):
        own = [asides.pop(0)[1:-1].strip() for _ in range(part.count("\0"))]
        name = " ".join(part.replace("\0", " ").split())
        if name:
            found.append((family_first(name), [one for aside in own for one in _affiliations(aside, numbered)]))
    return found


def _affiliations(aside: str, numbered: Mapping[str, str]) -> list[str]:
    """The affiliations that stand behind a name, in words or by their numbers."""
    numbers = re.findall(r"[0-9]+", aside)
    if _NUMBERED.match(aside):
        return []
    if re.fullmatch(r"(?:[0-9]+|and|[\s,;&])+", aside):
        return [numbered[number] for number in numbers if number in numbered]
    return [aside]


def family_first(name: str) -> str:
    """The name as catalogues write it; one with a comma, of one word or of an organisation, as it is.

    >>> family_first("Nils van den Berg"), family_first("Aas, Tove"), family_first("University of the Shore")
    ('van den Berg, Nils', 'Aas, Tove', 'University of the Shore')
    """
    words = name.split()
    if "," in name or len(words) < 2 or kind(name) == "organisation" or name.upper() == name.lower():
        return name
    place = len(words) - 1
    while place > 1 and words[place - 1].lower() in _PARTICLES:
        place -= 1
    return f"{' '.join(words[place:])}, {' '.join(words[:place])}"
