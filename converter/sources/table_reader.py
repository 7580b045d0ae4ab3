"""A record whose format has a table → its fields; what the table does not name keeps the name of its place.

One reader for XML and JSON (`nodes` makes one tree of both).  Structure that no table can say has a reader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from converter.record import File
from converter.sources.builder import Draft
from converter.sources.nodes import Node
from converter.sources.vocabulary import Authors, Funding, add_funding
from converter.values.names import looks_like_organisation
from ontology.source_tables import Rule, SourceTable, field_of, kinds

_AND = re.compile(r"\s*,\s+and\s+|\s+and\s+|\s*;\s*|\s*,\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)")
_PARTICLES = frozenset("van von der den de del della di da dos du la le ter ten zu".split())
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_AUTHOR = "dc.contributor.author"

Parts = dict[str, list[str]]


def read(root: Node, table: SourceTable, draft: Draft, schema: str = "") -> None:
    """Read all that stands in a record; `schema` begins the names of what has no row, else the name of the table."""
    _Reading(table, draft, root, schema or table.name).run()


class _Reading:
    def __init__(self, table: SourceTable, draft: Draft, root: Node, schema: str) -> None:
        self._table, self._draft, self._root, self._schema = table, draft, root, schema
        self._authors = Authors(draft)
        self._fundings: list[Funding] = []

    def run(self) -> None:
        for child in self._root.children:
            if child.is_attribute and not self._table.rule((child,)):
                self._draft.unread(self._name((child,)), child.text, "how the document is written")
            else:
                self._take(child, (child,))
        if self._root.text:
            self._left(self._root, ())
        self._authors.finish()
        add_funding(self._draft, self._fundings)

    def _take(self, node: Node, chain: tuple[Node, ...]) -> None:
        rule = self._table.rule(chain)
        if rule is None or not _has_value(node, rule):
            if node.text:
                self._left(node, chain)
            for child in node.children:
                self._take(child, (*chain, child))
            return
        take: dict[str, Callable[[Node, tuple[Node, ...], Rule], None]] = {
            "field": self._field,
            "part": self._field,
            "report": self._report,
            "lookup": self._lookup,
            "agent": self._agent,
            "agents": self._agents,
            "words": self._words,
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

    def _field(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        self._draft.add(rule.field, node.whole, node.language)
        self._beside(node, chain)

    def _beside(self, node: Node, chain: tuple[Node, ...], told: Sequence[str] = ()) -> None:
        """The attributes of a value: those with a row say something of their own, others how the value is meant."""
        for child in node.children:
            if not child.is_attribute or child.name in told:
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

    def _report(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        """Everything in it becomes lines of the report, but for what has a row of its own."""
        if node.text:
            self._draft.unread(self._name(chain), node.text[:200], rule.note)
        for child in node.children:
            inner = (*chain, child)
            own = self._table.rule(inner)
            if own and own.kind != "part":
                self._take(child, inner)
            else:
                self._report(child, inner, rule)

    def _lookup(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        kind = node.told(rule.by)
        value = node.told(rule.value) if rule.value else node.whole
        field = field_of(rule.field, kind)
        if field:
            self._draft.add(field, value, node.language)
        elif value and (field := kinds(rule.field).get("*", "")):
            self._draft.add(field, value, node.language)
            if kind:
                words = f"what kind of thing {value[:60]!r} is, for which there is no field"
                self._draft.unread(self._name((*chain, Node(rule.by))), kind, words)
        elif value:
            self._draft.add(self._name((*chain, Node(kind)) if kind else chain), value, node.language)
        taken = {rule.by.partition("/")[0], rule.value.partition("/")[0]}
        if not rule.value:
            self._beside(node, chain, [rule.by])
            return
        for child in node.children:
            if child.name not in taken:
                self._take(child, (*chain, child))

    def _parts(self, node: Node, chain: tuple[Node, ...], group: str) -> Parts:
        """What the rows say of the parts of a thing; other rows within it are followed too."""
        parts: Parts = {}
        for child in node.children:
            inner = (*chain, child)
            rule = self._table.rule(inner)
            if rule and rule.kind == "part" and rule.field.startswith(f"{group}.") and child.whole:
                parts.setdefault(rule.field.partition(".")[2], []).append(child.whole)
                self._beside(child, inner)
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

    def _agent(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        parts = self._parts(node, chain, "agent")
        if node.text:
            parts.setdefault("name", []).append(" ".join(node.text.split()))
        name = _name(parts)
        if not name:
            return
        for other in parts.get("name", []):
            if other != name:
                self._draft.unread(self._name(chain), other, f"another form of the name {name}")
        roles = parts.get("role", [])
        field = next((found for role in roles if (found := field_of("roles", role))), "")
        if roles and not field:
            for role in roles:
                self._draft.unread(
                    f"{self._name(chain)}.role", role, f"the role of {name}, for which there is no field"
                )
        field = field or ("dc.contributor.other" if roles else rule.field)
        keys, affiliations = parts.get("key", []), parts.get("affiliation", [])
        for key in keys[1:]:
            self._draft.unread(f"{self._name(chain)}.key", key, f"another identifier of {name}")
        if field == _AUTHOR:
            self._authors.add(name, keys[0] if keys else None, affiliations)
            return
        self._draft.add(field, name, authority=keys[0] if keys else None)
        for text in affiliations:
            self._draft.add("dc.contributor.affiliation", text)

    def _agents(self, node: Node, chain: tuple[Node, ...], rule: Rule) -> None:
        for name, aside in listed(node.whole):
            if rule.field == _AUTHOR:
                self._authors.add(name, None, aside)
            else:
                self._draft.add(rule.field, name)
        self._beside(node, chain)

    def _file(self, node: Node, chain: tuple[Node, ...], _: Rule) -> None:
        parts = self._parts(node, chain, "file")
        told = {key: values[0] for key, values in parts.items()}
        address = told.get("url", node.text)
        size = told.get("size", "")
        name = told.get("name") or address.rstrip("/").rpartition("/")[2] or address
        if not name:
            return
        algorithm, _sign, sum_ = told.get("checksum", "").rpartition(":")
        self._draft.files.append(
            File(
                name=name,
                url=address or None,
                media_type=told.get("media_type"),
                size=int(size) if size.isdecimal() else None,
                size_text=None if not size or size.isdecimal() else size,
                checksum=sum_ or None,
                checksum_algorithm=algorithm.upper() or None,
                description=told.get("description"),
                access=told.get("access"),
            )
        )

    def _funding(self, node: Node, chain: tuple[Node, ...], _: Rule) -> None:
        parts = self._parts(node, chain, "funding")
        told = {key: values[0] for key, values in parts.items()}
        for key, values in parts.items():
            for text in values[1:]:
                self._draft.unread(f"{self._name(chain)}.{key}", text, f"another form of {values[0]}")
        self._fundings.append(Funding(**told))


def _has_value(node: Node, rule: Rule) -> bool:
    """Whether a place holds the text that its row wants; a name that may stand anywhere may be that of a group."""
    if rule.kind not in {"field", "agents", "words", "part"}:
        return True
    is_group = not node.text and any(not child.is_attribute for child in node.children)
    return bool(node.whole) and not (rule.anywhere and is_group)


def _name(parts: Parts) -> str:
    """The name with the family first where its parts are told."""
    family = " ".join([*parts.get("prefix", []), *parts.get("family", [])])
    told = (family, " ".join(parts.get("given", [])), " ".join(parts.get("suffix", [])))
    if family:
        return ", ".join(part for part in told if part)
    return next(iter(parts.get("name", [])), "") or told[1]


def listed(text: str) -> list[tuple[str, list[str]]]:
    """The names in a text, each with the family first and with what stands in brackets behind it.

    >>> listed("Ida Rook (Shore), Tove Aas and Nils van den Berg")
    [('Rook, Ida', ['Shore']), ('Aas, Tove', []), ('van den Berg, Nils', [])]
    """
    asides = _ASIDE.findall(text)
    bare = _ASIDE.sub("\0", text)
    found = []
    for part in _AND.split(bare):
        own = [asides.pop(0)[1:-1].strip() for _ in range(part.count("\0"))]
        name = " ".join(part.replace("\0", " ").split())
        if name:
            found.append((family_first(name), [one for one in own if not one.isdigit()]))
    return found


def family_first(name: str) -> str:
    """The name as catalogues write it; one with a comma, of one word or of an organisation, as it is.

    >>> family_first("Nils van den Berg"), family_first("Aas, Tove"), family_first("University of the Shore")
    ('van den Berg, Nils', 'Aas, Tove', 'University of the Shore')
    """
    words = name.split()
    if "," in name or len(words) < 2 or looks_like_organisation(name) or name.upper() == name.lower():
        return name
    place = len(words) - 1
    while place > 1 and words[place - 1].lower() in _PARTICLES:
        place -= 1
    return f"{' '.join(words[place:])}, {' '.join(words[:place])}"
