"""MODS, the Metadata Object Description Schema of the Library of Congress (http://www.loc.gov/standards/mods/)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from converter.record import File
from converter.sources.builder import Draft, Said, language_of
from converter.sources.container_fields import series_text
from converter.sources.elements import Tree, local
from converter.sources.relations import add_host_number, add_work
from converter.sources.vocabulary import Affiliation, add_agent, agent_address
from converter.values.countries import of_code
from converter.values.names import is_suffix
from ontology.source_tables import field_of, fields, notes

_FLAT = fields("mods")
_ORIGIN = fields("mods", "originInfo")
_SUBJECT = fields("mods", "subject")
_SCHEMES = fields("mods", "scheme")
_RELATED = fields("mods", "relatedItem")
_DETAILS = fields("mods", "part")


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read titles, names, dates, subjects, identifiers, the host, and every other text by where it stands."""
    tree = Tree(metadata, draft, "mods")
    for path, reader in _GROUPS:
        # What the catalogue calls primary goes before what stands before it.
        for element in sorted(tree.each(path), key=lambda one: path != "titleInfo" or one.get("usage") != "primary"):
            reader(tree, element)
        if path == "titleInfo":
            _names(tree)
    for path, name in _FLAT.items():
        for element in tree.each(path):
            tree.field(name, element, tree.attribute(element, "valueURI") if path == "genre" else None)
    tree.rest()


def _title(tree: Tree, info: etree._Element) -> None:
    kinds = {tree.attribute(info, "type")} | {tree.attribute(element, "type") for element in tree.each("title", info)}
    language = language_of(info)
    before = "".join(f"{tree.take(element)} " for element in tree.each("nonSort", info))
    title = " ".join(tree.take(element) for element in tree.each("title", info))
    sub = tree.text("subTitle", info)
    parts = [tree.take(element) for name in ("partNumber", "partName") for element in tree.each(name, info)]
    whole = ". ".join([f"{before}{title}{f': {sub}' if sub else ''}", *parts]).strip()
    if "translated" in kinds:
        name = "dc.title.translated"
    else:
        name = "dc.title.alternative" if kinds & {"alternative", "abbreviated", "uniform"} else "dc.title"
    if whole:
        tree.draft.add(name, whole, language)


def _names(tree: Tree) -> None:
    for element in tree.each("name"):
        roles = [role for term in tree.each("role/roleTerm", element) if (role := tree.take(term))]
        field = next((field_of("roles", role, "") for role in roles if field_of("roles", role, "")), "")
        if not field:
            # A name without a role is that of an author; an unknown role is said beside the name.
            field = "dc.contributor.author" if not roles else "dc.contributor.other"
        name, rest = _name(tree, element)
        add_agent(
            tree.draft,
            field,
            name,
            name_type=tree.attribute(element, "type"),
            identifiers=_identifiers(tree, element),
            affiliations=[Affiliation(tree.take(inner)) for inner in tree.each("affiliation", element)],
        )
        for inner in rest:
            tree.draft.unread("mods.name.namePart", inner, "dates or titles of a person, which no field holds")
        if field == "dc.contributor.other":
            for role in roles:
                tree.draft.unread("mods.name.role", role, f"the role of {name}, for which there is no field")


def _name(tree: Tree, element: etree._Element) -> tuple[str, list[str]]:
    """The name as "Family, Given", and what stands beside it (dates, terms of address)."""
    parts: dict[str, list[str]] = {}
    for part in tree.each("namePart", element):
        kind = tree.attribute(part, "type")
        parts.setdefault(kind, []).append(tree.take(part))
    shown = tree.text("displayForm", element)
    family, given = " ".join(parts.pop("family", [])), " ".join(parts.pop("given", []))
    plain = ". ".join(parts.pop("", []))
    address = parts.get("termsOfAddress", [])
    suffix = next((text for text in address if is_suffix(text)), "")
    if suffix:
        address.remove(suffix)
    if given and not family and plain and not plain.endswith(given):
        # Beside a name that is not parted stands what its initials are short for: "Rook, I." and "(Ida)".
        name = f"{plain} ({given.strip('()')})" if "," in plain else f"{plain}, {given}"
    else:
        name = ", ".join(text for text in (family, given) if text) or plain or shown
    if suffix and name:
        name = f"{name}, {suffix}"
    rest = [text for texts in parts.values() for text in texts] + ([shown] if shown and shown != name else [])
    if plain and not name.startswith(plain):
        rest.append(plain)
    return name, rest


def _identifiers(tree: Tree, element: etree._Element) -> Iterator[str]:
    """The web addresses by which the source identifies a name; an identifier without one is reported."""
    for identifier in tree.each("nameIdentifier", element):
        kind = tree.attribute(identifier, "type")
        value = tree.take(identifier)
        address = agent_address(kind, value, tree.attribute(identifier, "typeURI"))
        if address:
            yield address
        else:
            tree.draft.unread("mods.name.nameIdentifier", value, f"an identifier of a person ({kind or 'no type'})")
    address = tree.attribute(element, "valueURI")
    if address:
        yield address


def _subject(tree: Tree, subject: etree._Element) -> None:
    scheme = tree.attribute(subject, "authority").lower()
    terms: list[str] = []
    for element in subject.iterchildren("*"):
        name = local(element)
        if name in _SUBJECT and len(subject) == 1:
            tree.field(_SUBJECT[name], element)
        elif name in {"cartographics", "hierarchicalGeographic"}:
            parts = [tree.take(inner) for inner in element.iterchildren("*")]
            tree.draft.add("dc.coverage.spatial", ", ".join(part for part in parts if part))
        elif name == "name":
            shown, beside = _name(tree, element)
            left = tree.take(element)
            terms.append(", ".join([shown, *beside]) if shown else left)
        else:
            scheme = scheme or tree.attribute(element, "authority").lower()
            terms.append(tree.take(element))
    bare = (subject.text or "").strip() if len(subject) == 0 else ""
    whole = "--".join(term for term in [*terms, bare] if term)
    address = tree.attribute(subject, "valueURI")
    if not address and len(subject) == 1:
        address = tree.attribute(subject[0], "valueURI")
    tree.take(subject)
    if whole:
        tree.draft.add(_SCHEMES.get(scheme, "dc.subject"), whole, language_of(subject), authority=address)


def _rights(tree: Tree, element: etree._Element) -> None:
    address = tree.attribute(element, "href")
    kind = tree.attribute(element, "type")
    if not "".join(element.itertext()).strip() and kind.startswith("info:"):
        tree.take(element)
        tree.draft.add("dc.rights.accessrights", kind)
    else:
        tree.field("dc.rights.accessrights" if kind == "restrictionOnAccess" else "dc.rights", element)
    if address:
        tree.draft.add("dc.rights.uri", address)


def _related(tree: Tree, related: etree._Element) -> None:
    """The host as journal, volume, issue and pages; another work by its title and its identifiers.

    How a work without a type is related is not known, and so nothing of it is said of the host.
    """
    kind = tree.attribute(related, "type").lower()
    infos = list(tree.each("titleInfo", related))
    parts = [(tree.text("title", info), tree.text("subTitle", info)) for info in infos]
    titles = [": ".join(part for part in pair if part) for pair in parts]
    identifiers = [(tree.attribute(one, "type"), tree.take(one)) for one in tree.each("identifier", related)]
    if address := tree.attribute(related, "href"):
        identifiers.append(("", address))
    if kind == "host":
        _host(tree, related, titles, identifiers)
    elif kind == "series":
        _series(tree, related, titles, [(kind_.lower(), value) for kind_, value in identifiers])
    else:
        field, language = _RELATED.get(kind, "dc.relation"), language_of(infos[0]) if infos else None
        add_work(tree.draft, field, "".join(titles[:1]), identifiers, language)
        for title in titles[1:]:
            tree.draft.unread("mods.relatedItem.titleInfo", title, f"another title of {titles[0]}")
    for part in tree.each("part", related) if kind == "host" else ():
        _part(tree, part)
    for element in tree.each("location/url", related):
        tree.field("dc.relation.uri", element)
    for inner in tree.each("relatedItem[@type='series']", related):
        _related(tree, inner)
    if not titles and not identifiers and not len(related) and (related.text or "").strip():
        tree.field(_RELATED.get(kind, "dc.relation"), related)


def _host(tree: Tree, related: etree._Element, titles: list[str], identifiers: list[tuple[str, str]]) -> None:
    """What the work stands in; an issue or a volume with a title of its own stands in the host around it."""
    around = next(tree.each("relatedItem[@type='host']", related), None)
    for title in titles:
        if around is None:
            tree.draft.add("dc.relation.ispartof", title)
        else:
            tree.draft.unread("mods.relatedItem.titleInfo", title, "the title of what stands in the host around it")
    if around is not None:
        _related(tree, around)
    for type_, value in identifiers:
        add_host_number(tree.draft, type_, value, "mods.relatedItem.identifier")
    for name in tree.each("name[@type='conference']", related):
        if shown := tree.text("namePart", name):
            tree.draft.add("dc.relation.conference", shown)
    issued = list(tree.each("originInfo/dateIssued", related))
    if any(field.name == "dc.date.issued" for field in tree.draft.fields):
        for element in issued:
            tree.draft.unread("mods.relatedItem.dateIssued", tree.take(element), "the date of what the work stands in")
    _date(tree, "dc.date.issued", [element for element in issued if element not in tree.taken])
    for element in tree.each("originInfo/publisher", related):
        tree.field("dc.publisher", element)


def _series(tree: Tree, related: etree._Element, titles: list[str], identifiers: list[tuple[str, str]]) -> None:
    """The series by its title, with its ISSN and the number in it."""
    issn = next((value for kind, value in identifiers if "issn" in kind), "")
    paths = ("titleInfo/partNumber", "part/detail/number")
    numbers = [tree.take(one) for path in paths for one in tree.each(path, related)]
    for title in titles or ([f"ISSN {issn}"] if issn else []):
        text = series_text(title, issn if titles else "", "".join(numbers[:1]))
        tree.draft.add("dc.relation.ispartofseries", text)
    for _, value in identifiers:
        if value != issn:
            tree.draft.add("dc.relation", value)


def _part(tree: Tree, part: etree._Element) -> None:
    for detail in tree.each("detail", part):
        kind = tree.attribute(detail, "type").lower()
        value = tree.text("number", detail) or tree.text("caption", detail) or tree.text("title", detail)
        if value:
            tree.draft.add(_DETAILS.get(kind, f"mods.part.{kind or 'detail'}"), value)
    for extent in tree.each("extent", part):
        start, end = tree.text("start", extent), tree.text("end", extent)
        if start:
            tree.draft.add("oaire.citation.startPage", start)
        if end:
            tree.draft.add("oaire.citation.endPage", end)
        for element in tree.each("list", extent):
            tree.field("dc.description.pages", element)
    _date(tree, "dc.date.issued", tree.each("date", part))


def _address(tree: Tree, element: etree._Element) -> None:
    access = tree.attribute(element, "access")
    address = tree.take(element)
    if access == "raw object":
        tree.draft.files.append(File(name=address.rpartition("/")[2] or address, url=address))
    elif address:
        tree.draft.add("dc.identifier.url", address)


_COUNTRIES = {"marccountry": str.lower, "iso3166": str.upper}
"""List of countries → how it writes its codes."""


def _origin(tree: Tree, origin: etree._Element) -> None:
    for element in tree.each("place/placeTerm", origin):
        if tree.attribute(element, "type") == "code":
            list_ = tree.attribute(element, "authority") or "a list that is not named"
            code = tree.take(element)
            if list_.lower() in _COUNTRIES and of_code(_COUNTRIES[list_.lower()](code)):
                tree.draft.add("dc.publisher.country", _COUNTRIES[list_.lower()](code))
            else:
                tree.draft.unread("mods.originInfo.placeTerm", code, f"a code of {list_}, no name of a place")
    for path, name in _ORIGIN.items():
        # Of several dates of one kind the first counts, and the catalogue says which is that by which it sorts.
        _date(tree, name, sorted(tree.each(path, origin), key=lambda element: element.get("keyDate") != "yes"))
    for element in tree.each("dateOther", origin):
        _date(tree, field_of("date-types", tree.attribute(element, "type"), "dc.date"), [element])


_QUALIFIERS = {"questionable": "?", "approximate": "~"}
"""How sure a date is, as MODS says it → as EDTF writes it."""
_DAY = re.compile(r"\s*\d{4}(?:-\d\d){0,2}\s*")


def _date(tree: Tree, name: str, elements: Iterable[etree._Element]) -> None:
    """Dates of one kind: the two points of an interval are one date."""
    ends: dict[str, str] = {}
    for element in elements:
        point = tree.attribute(element, "point")
        if point in {"start", "end"} and point not in ends and (element.text or "").strip():
            ends[point] = tree.take(element)
        elif (sign := _QUALIFIERS.get(tree.attribute(element, "qualifier"))) and _DAY.fullmatch(element.text or ""):
            tree.draft.add(name, tree.take(element) + sign)
        else:
            tree.field(name, element)
    if ends:
        start, end = ends.get("start", ""), ends.get("end", "")
        end = ".." if end in {"9999", "uuuu"} else end
        tree.draft.add(name, f"{start}/{end}" if start and end else f"{start}/.." if start else f"../{end}")


def _language(tree: Tree, element: etree._Element) -> None:
    """The language of a part (its summary, say) is not that of the work; what has no part is read by the table."""
    part = tree.attribute(element, "objectPart")
    for term in tree.each("languageTerm", element) if part else ():
        tree.draft.unread("mods.language", tree.take(term), f"the language of a part: {part}")


def _identifier(tree: Tree, element: etree._Element) -> None:
    if tree.attribute(element, "invalid") == "yes":
        tree.draft.unread("mods.identifier", tree.take(element), "an identifier that the source calls invalid")
        return
    tree.field(field_of("identifier-types", tree.attribute(element, "type"), "dc.identifier.other"), element)


def _classification(tree: Tree, element: etree._Element) -> None:
    list_ = tree.attribute(element, "authority").lower()
    own = f"dc.subject.{list_}" if list_.isalnum() else "dc.subject.classification"
    tree.field(_SCHEMES.get(list_, own), element)


def _grant(tree: Tree, element: etree._Element) -> None:
    """A grant as repositories of the Netherlands name it (info:eu-repo/grantAgreement), by its code."""
    code = tree.attribute(element, "code")
    of = tree.draft.add("dc.relation", code)
    # One without a number is no grant that a title could be of.
    for inner in tree.each("title", element) if code.startswith("info:eu-repo/grantAgreement/") else ():
        tree.field("oaire.awardTitle", inner, said=Said(of=of))


def _entry(tree: Tree, element: etree._Element) -> None:
    """Who catalogued when is the catalogue's affair."""
    for inner in element.iter("*"):
        text = (inner.text or "").strip()
        if text:
            tree.draft.unread(f"mods.recordInfo.{local(inner)}", text, "about the catalogue's entry")
    tree.take(element)


def _note(tree: Tree, element: etree._Element) -> None:
    """A note, by its type: what the catalogue notes for itself is reported."""
    kind = _NOT_A_LETTER.sub("", tree.attribute(element, "type").lower())
    field = _NOTES.get(kind, "dc.description")
    if field:
        tree.field(field, element)
    else:
        tree.draft.unread(f"mods.note.{kind}", tree.take(element), notes("mods")[f"note:{kind}"])


_NOTES = fields("mods", "note")
_NOT_A_LETTER = re.compile(r"[^a-z]")
_GROUPS: tuple[tuple[str, Callable[[Tree, etree._Element], None]], ...] = (
    ("titleInfo", _title),
    ("originInfo", _origin),
    ("identifier", _identifier),
    ("language", _language),
    ("subject", _subject),
    ("classification", _classification),
    ("accessCondition", _rights),
    ("note", _note),
    ("relatedItem", _related),
    ("part", _part),
    ("location/url", _address),
    ("recordInfo", _entry),
    ("extension/grantAgreementList/grantAgreement", _grant),
)
