"""Wrappers around other metadata, with the files: METS (http://www.loc.gov/METS/), MPEG-21 DIDL, and ORE in Atom."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from converter.record import File
from converter.sources.builder import Draft
from converter.sources.elements import Tree, local
from converter.sources.nodes import of_element
from converter.sources.table_reader import read as read_by_table
from converter.sources.xml_formats import dim, mods, oai_dc, qdc
from converter.sources.xml_formats.namespaces import DC, DIDL, DIM, METS, MODS, OAI_DC, QDC, TERMS
from converter.values.licences import access
from converter.values.resolvable import handle
from ontology.source_tables import fields, source_table

Reader = Callable[[etree._Element, Draft], None]


def _epdcx(metadata: etree._Element, draft: Draft) -> None:
    read_by_table(of_element(metadata), source_table("epdcx"), draft)


_INNER: tuple[tuple[str, str, Reader], ...] = (
    ("dim", DIM, dim.read),
    ("mods", MODS, mods.read),
    ("dc", OAI_DC, oai_dc.read),
    ("qualifieddc", QDC, qdc.read),
    ("descriptionSet", "http://purl.org/eprint/epdcx/2006-11-16/", _epdcx),
)
"""The metadata that a wrapper may hold, the richest first."""
_BARE = {DIM: dim.read, MODS: mods.read, DC: qdc.read, TERMS: qdc.read}
"""Namespace of elements that may stand in a wrapper without one around them."""
_XLINK = "{http://www.w3.org/1999/xlink}"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_OF_METS = fields("mets")
_SIZE = re.compile(r"\d+")
_OF_PART = "{*}Descriptor/{*}Statement/"
_KINDS = ("{*}type", "{*}ObjectType")
"""Where a part of a DIDL package says of itself, and the elements that say what it is."""


def mets(metadata: etree._Element, draft: Draft) -> None:
    """Read the richest description of the item, and the files with their checksums; when it was packed says nothing."""
    named = re.sub(r"\s+", "", metadata.get("OBJID") or "")
    found = handle(named) if named else None
    draft.handle = draft.handle or (found.value if found else None)
    section = next(iter(metadata.iterfind(f"{{{METS}}}dmdSec")), metadata)
    _described(section if _inner(section) is not None else metadata, draft)
    for element in metadata.iter("*"):
        text = (element.text or "").strip()
        if text and len(element) == 0 and not any(_is_inner(above) for above in element.iterancestors()):
            if local(element) in _OF_METS:
                draft.add(_OF_METS[local(element)], text)
            else:
                draft.unread(f"mets.{local(element)}", text, "about the package or its files, not about the work")
    for group in metadata.iterfind(f".//{{{METS}}}fileGrp"):
        for file in group.iterfind(f"{{{METS}}}file"):
            _mets_file(group.get("USE"), file, draft)


def didl(metadata: etree._Element, draft: Draft) -> None:
    """Read the description that a component holds, and the resources that are files."""
    _described(metadata, draft)
    tree = Tree(metadata, draft, "didl")
    for inner in metadata.iter("*"):
        if _is_inner(inner):
            tree.take(inner)
    for resource in metadata.iter(f"{{{DIDL}}}Resource"):
        _didl_resource(tree, resource)
    for element in metadata.iter("*"):
        if element not in tree.taken:
            _didl_statement(tree, element)
    of_work = any(access(field.value) for field in draft.fields if field.name.startswith("dc.rights"))
    # What is said of every file is said of the work where nothing else is.
    for stated in {file.access for file in draft.files if not of_work}:
        if stated and all(file.access == stated for file in draft.files):
            draft.add("dc.rights.accessrights", stated)
    tree.rest()


def _didl_resource(tree: Tree, resource: etree._Element) -> None:
    """A file with what its part of the package says of it, the page about the work, or where the package itself is."""
    address = tree.attribute(resource, "ref")
    if not address:
        return
    items = list(resource.iterancestors(f"{{{DIDL}}}Item"))
    part = items[0] if items else resource
    kinds = [
        one.get(_RESOURCE) or (one.text or "").strip() for name in _KINDS for one in part.iterfind(_OF_PART + name)
    ]
    is_whole = len(items) == 1 and part.find(f"{{{DIDL}}}Item") is not None
    media_type = resource.get("mimeType")
    if any(kind.lower().endswith("startpage") for kind in kinds) or (is_whole and "html" in (media_type or "")):
        tree.draft.add("dc.identifier.url", address)
    elif is_whole or any(kind.endswith("descriptiveMetadata") for kind in kinds):
        tree.draft.unread("didl.Resource.ref", address, "where the package or its description is")
    else:
        stated = {
            name: tree.text(f"Descriptor/Statement/{name}", part) or None for name in ("accessRights", "available")
        }
        # What the description names as an address of the work is this file.
        tree.draft.files[:] = [file for file in tree.draft.files if file.url != address]
        tree.draft.files.append(
            File(
                name=address.rstrip("/").rpartition("/")[2] or address,
                url=address,
                media_type=media_type,
                access=stated["accessRights"],
                available=stated["available"],
            )
        )


def _didl_statement(tree: Tree, element: etree._Element) -> None:
    """The identifier and the date of the package; what else a statement says is about its parts."""
    name, text = local(element), (element.text or "").strip()
    if name == "Identifier" and sum(local(above) == "Item" for above in element.iterancestors()) > 1:
        tree.draft.unread("didl.Identifier", tree.take(element), "the identifier of a part of the package")
    elif name == "Identifier":
        _identifier(tree.take(element), tree.draft)
    elif name in {"modified", "created"}:
        tree.draft.datestamp = tree.draft.datestamp or text
        tree.draft.unread(f"didl.{name}", tree.take(element), "when the package changed")
    elif name in (of_files := fields("didl")):
        tree.field(of_files[name], element)
    elif name == "Statement" and text and len(element) == 0:
        tree.draft.unread("didl.statement", tree.take(element), "what part of the package this is")
    address = element.get(_RESOURCE)
    if address:
        tree.attribute(element, "resource")
        tree.draft.unread(f"didl.{name}", address, "what part of the package this is")


def ore(metadata: etree._Element, draft: Draft) -> None:
    """Read an ORE resource map in Atom: the files that are aggregated, and what the entry says of the item."""
    tree = Tree(metadata, draft, "ore")
    for link in tree.each("link"):
        _ore_link(tree, link)
    for element in tree.each("title"):
        tree.field("dc.title", element)
    for element in tree.each("author/name"):
        tree.field("dc.contributor.author", element)
    for element in tree.each("id"):
        draft.unread("ore.id", tree.take(element), "the address of the resource map")
    for name in ("published", "updated", "source", "category", "triples"):
        for element in tree.each(name):
            for inner in element.iter("*"):
                text = (inner.text or "").strip()
                for value in [text, inner.get(_ABOUT) or "", inner.get(_RESOURCE) or "", inner.get("term") or ""]:
                    if value:
                        draft.unread(f"ore.{local(inner)}", value, "about the resource map, not about the work")
            tree.take(element)
    tree.rest()


def _described(element: etree._Element, draft: Draft) -> None:
    """Read the richest metadata inside; the same in a poorer form is reported once."""
    chosen = _inner(element)
    for inner in element.iter("*"):
        if not _is_inner(inner):
            continue
        if chosen is not None and inner is chosen[0]:
            chosen[1](inner, draft)
        elif chosen is not None and not any(above is chosen[0] for above in inner.iterancestors()):
            draft.unread(local(inner), f"{len(inner)} elements", "the same description in a poorer form")


def _inner(element: etree._Element) -> tuple[etree._Element, Reader] | None:
    for name, namespace, read in _INNER:
        found = next(element.iter(f"{{{namespace}}}{name}", name), None)
        if found is not None:
            return found, read
    for data in element.iter(f"{{{METS}}}xmlData"):
        bare = _bare(data)
        if bare is not None:
            return data, bare
    return None


def _bare(data: etree._Element) -> Reader | None:
    """What reads the elements that stand in a wrapper by themselves, None where none do."""
    first = None if local(data) != "xmlData" else next(data.iterchildren("*"), None)
    if first is None or _is_root(first):
        return None
    return _BARE.get(str(first.tag).lstrip("{").partition("}")[0])


def _is_inner(element: etree._Element) -> bool:
    return _is_root(element) or _bare(element) is not None


def _is_root(element: etree._Element) -> bool:
    return any(element.tag in {f"{{{namespace}}}{name}", name} for name, namespace, _ in _INNER)


def _mets_file(use: str | None, file: etree._Element, draft: Draft) -> None:
    place = file.find(f"{{{METS}}}FLocat")
    address = None if place is None else place.get(f"{_XLINK}href")
    title = None if place is None else place.get(f"{_XLINK}title")
    size = file.get("SIZE") or ""
    if not (title or address or file.get("ID")):
        if kind := file.get("MIMETYPE"):
            draft.unread("mets.file.MIMETYPE", kind, "a file of which neither a name nor an address is given")
        return
    is_web = bool(address and address.startswith(("http://", "https://")))
    draft.files.append(
        File(
            name=title or (address or "").rpartition("/")[2] or file.get("ID") or address or "",
            url=address if is_web else None,
            media_type=file.get("MIMETYPE"),
            size=int(size) if _SIZE.fullmatch(size) else None,
            checksum=file.get("CHECKSUM"),
            checksum_algorithm=file.get("CHECKSUMTYPE"),
            bundle={"CONTENT": "ORIGINAL"}.get(use or "", use),
        )
    )


def _identifier(text: str, draft: Draft) -> None:
    if text.lower().startswith("urn:"):
        draft.add("dc.identifier.urn", text)
    elif text:
        draft.add("dc.identifier.uri" if "://" in text else "dc.identifier.other", text)


def _ore_link(tree: Tree, link: etree._Element) -> None:
    address, relation = tree.attribute(link, "href"), (link.get("rel") or "").rpartition("/")[2]
    if relation == "aggregates":
        length = link.get("length") or ""
        tree.draft.files.append(
            File(
                name=link.get("title") or address.rpartition("/")[2],
                url=address,
                media_type=link.get("type"),
                size=int(length) if _SIZE.fullmatch(length) else None,
            )
        )
    elif relation == "alternate":
        tree.draft.add("dc.identifier.uri", address)
    elif address:
        tree.draft.unread(f"ore.link.{relation}", address, "an address of the resource map")
