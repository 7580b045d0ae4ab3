"""Metadata elements → fields: a table a format, and a module where its structure decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.elements import local
from converter.sources.nodes import of_element
from converter.sources.table_reader import read as read_by_table
from converter.sources.xml_formats import (
    cerif,
    crossref,
    datacite,
    dim,
    dublin_core,
    marc,
    mods,
    oai_dc,
    onix,
    packages,
    qdc,
    source,
    theses,
    xoai,
)
from ontology.source_tables import source_table, xml_formats

Reader = Callable[[etree._Element, Draft], None]
"""Reads one metadata element into a draft; what it cannot place it hands to `Draft.unread`."""


def _never(_: etree._Element) -> bool:
    return False


class Format(NamedTuple):
    """One format: the prefix it usually has in OAI-PMH, its namespaces, its root elements, and what reads it.

    A namespace that ends in `*` is the beginning of one, and one that begins with it the end; the empty namespace takes
    in documents that declare none.
    `within` says whether an element named `record` that holds no `metadata` is itself of this format.
    """

    prefix: str
    namespaces: tuple[str, ...]
    roots: tuple[str, ...]
    read: Reader
    within: Callable[[etree._Element], bool] = _never


def _by_table(name: str, metadata: etree._Element, draft: Draft) -> None:
    read_by_table(of_element(metadata), source_table(name), draft)


def read_unknown(metadata: etree._Element, draft: Draft) -> None:
    """Read metadata of a format that no table knows, by what elements are commonly called."""
    read_by_table(of_element(metadata), source_table("unknown"), draft, local(metadata))


FORMATS: tuple[Format, ...] = (
    *(Format(one.prefix, one.namespaces, one.roots, partial(_by_table, one.prefix)) for one in xml_formats()),
    Format("onix_short", onix.NAMESPACES, ("product",), onix.short),
    Format("crossref_query", crossref.QUERIES, ("query",), crossref.query),
    Format("source", (source.NAMESPACE,), ("source",), source.read),
    Format("dim", (dim.NAMESPACE, ""), ("dim",), dim.read),
    Format("xoai", (xoai.NAMESPACE,), ("metadata",), xoai.read),
    Format("mets", (packages.METS,), ("mets",), packages.mets),
    Format("mods", (mods.NAMESPACE, ""), ("mods",), mods.read),
    Format("didl", (packages.DIDL,), ("DIDL",), packages.didl),
    Format("ore", (packages.ATOM,), ("entry",), packages.ore),
    Format("etdms", (theses.ETDMS,), ("thesis",), theses.etdms),
    Format("uketd_dc", (theses.UKETD,), ("uketddc",), theses.uketd),
    Format("marc", (marc.NAMESPACE,), ("record",), marc.read, marc.within),
    Format("oai_datacite", datacite.WRAPPERS, ("oai_datacite",), datacite.wrapped),
    Format("datacite", (datacite.NAMESPACE,), ("resource",), datacite.read),
    Format("oai_openaire", (datacite.OPENAIRE,), ("resource",), datacite.openaire),
    Format("oai_cerif_openaire", (cerif.NAMESPACE,), cerif.ROOTS, cerif.read),
    Format("crossref", crossref.NAMESPACES, ("crossref",), crossref.read),
    Format("dublin_core", ("",), ("dublin_core",), dublin_core.read),
    Format("qdc", qdc.NAMESPACES, ("qualifieddc", "qdc", "nsdl_dc"), qdc.read),
    Format("oai_dc", (oai_dc.NAMESPACE, "*"), ("dc",), oai_dc.read, oai_dc.within),
)
"""What is read; a new format is one table and one row of `xml-formats.csv`, or one module and one row here."""


def format_of(element: etree._Element) -> Format | None:
    """The format whose root element this is, None where it is of none that is read."""
    namespace, _, name = str(element.tag).rpartition("}")
    for format_ in FORMATS:
        if name in format_.roots and any(fits(namespace.lstrip("{"), pattern) for pattern in format_.namespaces):
            return format_
    return None


def format_of_parts(parts: Iterable[etree._Element]) -> Format | None:
    """The format in whose namespace one of several elements is that stand side by side, None where it is of none."""
    namespaces = {str(part.tag).lstrip("{").partition("}")[0] for part in parts if str(part.tag).startswith("{")}
    for format_ in FORMATS:
        patterns = [pattern for pattern in format_.namespaces if pattern.strip("*")]
        if any(fits(namespace, pattern) for namespace in namespaces for pattern in patterns):
            return format_
    return None


def format_within(record: etree._Element) -> Format | None:
    """The format of which a record without a `metadata` element is itself."""
    if record.find("{*}metadata") is not None:
        return None
    return next((format_ for format_ in FORMATS if format_.within(record)), None)


def fits(namespace: str, pattern: str) -> bool:
    """Whether a namespace is one that a format names, in which one `*` stands for anything."""
    start, any_, end = pattern.partition("*")
    return namespace.startswith(start) and namespace.endswith(end) if any_ else namespace == pattern


def known() -> str:
    """The formats that are read, as a person reads them."""
    return f"the formats {', '.join(format_.prefix for format_ in FORMATS)} are read"
