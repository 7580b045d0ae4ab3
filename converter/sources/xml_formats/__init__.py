"""Metadata elements → fields: a table a format, and a module where its structure decides.

The module of a format is imported when metadata in it are read, as most sources need one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.xml_formats.namespaces import DC, DIDL, DIM, METS, MODS, NSDL, OAI_DC, QDC, SOURCE, TERMS, UKETD
from ontology.source_tables import xml_formats

Reader = Callable[[etree._Element, Draft], None]
"""Reads one metadata element into a draft; what it cannot place it hands to `Draft.unread`."""


class Format(NamedTuple):
    """One format: the prefix it usually has in OAI-PMH, its namespaces, its root elements, and what reads it.

    A namespace that ends in `*` is the beginning of one, and one that begins with it the end; the empty namespace takes
    in documents that declare none.
    `reader` is "module.function" of this package; a format without one is read by its table alone.
    An element named `record` without `metadata` is itself of this format where an element of `within` stands in it.
    """

    prefix: str
    namespaces: tuple[str, ...]
    roots: tuple[str, ...]
    reader: str = ""
    within: tuple[str, ...] = ()

    def read(self, metadata: etree._Element, draft: Draft) -> None:
        """Read one metadata element into a draft; what has no place there is handed to `Draft.unread`."""
        _reader(self.prefix, self.reader)(metadata, draft)


@cache
def _reader(prefix: str, named: str) -> Reader:
    module, _, function = (named or "by_table.read").partition(".")
    found: Any = getattr(import_module(f"{__name__}.{module}"), function)
    return found if named else partial(found, prefix)


FORMATS: tuple[Format, ...] = (
    *(Format(one.prefix, one.namespaces, one.roots) for one in xml_formats()),
    Format("onix_short", ("http://ns.editeur.org/onix/3.*/short",), ("product",), "onix.short"),
    Format("crossref_query", ("http://www.crossref.org/qrschema/*",), ("query",), "crossref.query"),
    Format("source", (SOURCE,), ("source",), "source.read"),
    Format("dim", (DIM, ""), ("dim",), "dim.read"),
    Format("xoai", ("http://www.lyncode.com/xoai",), ("metadata",), "xoai.read"),
    Format("mets", (METS,), ("mets",), "packages.mets"),
    Format("mods", (MODS, ""), ("mods",), "mods.read"),
    Format("didl", (DIDL,), ("DIDL",), "packages.didl"),
    Format("ore", ("http://www.w3.org/2005/Atom",), ("entry",), "packages.ore"),
    Format("etdms", ("http://www.ndltd.org/standards/metadata/etdms/*",), ("thesis",), "theses.etdms"),
    Format("uketd_dc", (UKETD,), ("uketddc",), "theses.uketd"),
    Format(
        "marc",
        ("http://www.loc.gov/MARC21/slim",),
        ("record",),
        "marc.read",
        # In whatever namespace.
        within=("{*}datafield", "{*}controlfield"),
    ),
    Format("oai_datacite", ("http://schema.datacite.org/oai/*",), ("oai_datacite",), "datacite.wrapped"),
    Format("datacite", ("http://datacite.org/schema/*",), ("resource",), "datacite.read"),
    Format("oai_openaire", ("http://namespace.openaire.eu/schema/oaire/",), ("resource",), "datacite.openaire"),
    Format(
        "oai_cerif_openaire",
        ("https://www.openaire.eu/cerif-profile/*",),
        tuple("Publication Product Patent Person OrgUnit Project Funding Event Equipment Service".split()),
        "cerif.read",
    ),
    Format("crossref", ("http://www.crossref.org/*", ""), ("crossref",), "crossref.read"),
    Format("dublin_core", ("",), ("dublin_core",), "dublin_core.read"),
    Format(
        "qdc",
        (
            QDC,
            TERMS,
            "http://epubs.cclrc.ac.uk/xmlns/qdc/",
            "http://worldcat.org/xmlschemas/qdc*",
            "http://www.bl.uk/namespaces/oai_dcq*",
            DC,
            "http://www.openarchives.org/OAI/2.0/oai_qdc/",
            f"{NSDL}nsdl_dc_v1.*",
            "",
        ),
        ("qualifieddc", "qdc", "nsdl_dc"),
        "qdc.read",
    ),
    # As some exports put it.
    Format("oai_dc", (OAI_DC, "*"), ("dc",), "oai_dc.read", within=(f"{{{DC}}}*",)),
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
    return next((format_ for format_ in FORMATS if any(record.find(path) is not None for path in format_.within)), None)


def fits(namespace: str, pattern: str) -> bool:
    """Whether a namespace is one that a format names, in which one `*` stands for anything."""
    start, any_, end = pattern.partition("*")
    return namespace.startswith(start) and namespace.endswith(end) if any_ else namespace == pattern


def known() -> str:
    """The formats that are read, as a person reads them."""
    return f"the formats {', '.join(format_.prefix for format_ in FORMATS)} are read"
