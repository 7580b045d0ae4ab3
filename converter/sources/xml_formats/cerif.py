"""OpenAIRE's profile of CERIF for research information systems (https://openaire-guidelines-for-cris-managers.readthedocs.io/).

Publications, products and patents; persons, organisations, projects and fundings are entities with fields of their own.
"""

from __future__ import annotations

from lxml import etree

from converter.record import File
from converter.sources.builder import Draft, Said
from converter.sources.elements import Tree, local
from converter.sources.vocabulary import Affiliation, Funding, add_agent, add_funding, agent_address
from ontology.source_tables import fields

_FLAT = fields("cerif")
_AGENTS = fields("cerif", "agent")
_ENTITIES = frozenset({"Person", "OrgUnit", "Project", "Funding", "Equipment"})


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read one entity; the type of an entity that is no work is returned as DSpace names it."""
    kind = local(metadata)
    tree = Tree(metadata, draft, f"cerif.{kind}")
    if kind in _ENTITIES:
        draft.add("dspace.entity.type", kind)
    own = tree.attribute(metadata, "id")
    if own:
        draft.identifier = draft.identifier or own
    for path, name in _FLAT.items():
        for element in tree.each(path):
            tree.field(name, element)
    _people(tree)
    for element in tree.each("PublishedIn/Publication"):
        _container(tree, element)
    for element in tree.each("PartOf/Publication"):
        _container(tree, element)
    add_funding(draft, [_funding(tree, element) for element in tree.each("OriginatesFrom/*")])
    for element in tree.each("FileLocations/Medium"):
        _file(tree, element)
    tree.rest()


def _people(tree: Tree) -> None:
    for group, name in _AGENTS.items():
        for element in tree.each(group):
            _agent(tree, element, name)
    for path, name in fields("cerif", "organisation").items():
        for element in tree.each(path):
            tree.draft.add(name, _shown(tree, element), said=Said(identifiers=_identifiers(tree, element)))


def _agent(tree: Tree, element: etree._Element, field: str) -> None:
    """Read an agent with what it is, its identifiers and its affiliations."""
    is_organisation = next(tree.each("OrgUnit", element), None) is not None
    shown = tree.text("DisplayName", element)
    family, given = (
        tree.text("Person/PersonName/FamilyNames", element),
        tree.text("Person/PersonName/FirstNames", element),
    )
    orcid = agent_address("orcid", tree.text("Person/ORCID", element))
    affiliations = []
    for path in ("Affiliation/OrgUnit", "Affiliation"):
        for inner in tree.each(path, element):
            identifiers = _identifiers(tree, inner)
            if name := _shown(tree, inner):
                affiliations.append(Affiliation(name, identifiers))
    name = ", ".join(part for part in (family, given) if part) or shown or _shown(tree, element)
    if shown and shown != name:
        tree.draft.unread("cerif.DisplayName", shown, f"another form of the name {name}")
    add_agent(
        tree.draft,
        field,
        name,
        name_type="organization" if is_organisation else "person" if family else "",
        identifiers=[orcid, *_identifiers(tree, element)],
        affiliations=affiliations,
    )


def _identifiers(tree: Tree, element: etree._Element) -> tuple[str, ...]:
    """The web addresses by which an organisation is identified."""
    found = []
    for scheme, paths in {"ror": ("RORID", "OrgUnit/RORID"), "isni": ("OrgUnit/ISNI",)}.items():
        found += [agent_address(scheme, text) for path in paths if (text := tree.text(path, element))]
    return tuple(address for address in found if address)


def _shown(tree: Tree, element: etree._Element) -> str:
    """The name of what an element refers to; identifiers beside it are left to be given by where they stand."""
    for path in ("DisplayName", "OrgUnit/Name", "Name", "Person/PersonName/FamilyNames", "Title"):
        found = tree.text(path, element)
        if found:
            return found
    return ""


def _container(tree: Tree, element: etree._Element) -> None:
    for path, name in fields("cerif", "container").items():
        for inner in tree.each(path, element):
            tree.field(name, inner)


def _funding(tree: Tree, element: etree._Element) -> Funding:
    return Funding(
        funder=tree.text("Funder/OrgUnit/Name", element) or tree.text("Funded/By/OrgUnit/Name", element),
        number=tree.text("Identifier", element) or tree.text("Funded/As/Funding/Identifier", element),
        title=tree.text("Title", element) or tree.text("Name", element),
    )


def _file(tree: Tree, element: etree._Element) -> None:
    title, address = tree.text("Title", element), tree.text("URI", element)
    size = tree.text("Size", element).partition(" ")[0]
    media_type, access = tree.text("MimeType", element), tree.text("Access", element)
    tree.draft.files.append(
        File(
            name=title or address.rpartition("/")[2] or "file",
            url=address or None,
            media_type=media_type or None,
            size=int(size) if size.isdecimal() else None,
            access=access or None,
        )
    )
