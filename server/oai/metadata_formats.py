"""The metadata formats, as one table; each is made of the record as it may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urljoin

import msgspec

from converter import graph
from converter.dublin_core import simple
from converter.mapping.engine import Mapper
from converter.privacy import published, shown
from converter.record import Field, Record
from converter.values.iris import item_path
from converter.values.terms import UNCARRIABLE
from server.feeds.xml_text import begin, element, text
from server.representations.datacite import KERNEL, datacite_xml
from server.representations.dublin_core import QDC, qualified
from server.representations.mods import MODS, mods
from server.representations.mods import SCHEMA as MODS_SCHEMA
from server.representations.openaire import OAIRE, openaire
from server.representations.openaire import SCHEMA as OAIRE_SCHEMA
from server.representations.registry import Description

Writer = Callable[[Record, Mapper], str]
"""The original record, and the crosswalk at work → the metadata element."""

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Format(NamedTuple):
    """A format: its prefix, schema and namespace, what writes it, and how many records make a page.

    Schema and namespace may be relative to the base address.  `is_whole` says that it shows what was withdrawn too,
    `is_plain` that it has the fields as they came and so changes nothing of a record that came in it.
    """

    prefix: str
    schema: str
    namespace: str
    write: Writer
    page: int
    is_plain: bool = False
    is_whole: bool = False

    @property
    def location(self) -> dict[str, str | None]:
        """The attributes that say where the schema is."""
        return {"xmlns:xsi": _XSI, "xsi:schemaLocation": f"{self.namespace} {self.schema}"}


def _dublin_core(record: Record, mapper: Mapper) -> str:
    inside = "".join(
        element(f"dc:{one.element}", text(one.value), {"xml:lang": one.language})
        for one in simple(shown(record, mapper.crosswalk))
    )
    spaces = {"xmlns:oai_dc": _OAI_DC.namespace, "xmlns:dc": "http://purl.org/dc/elements/1.1/"}
    return element("oai_dc:dc", inside, {**spaces, **_OAI_DC.location})


def _dim(record: Record, mapper: Mapper) -> str:
    """The fields as they came; the handle stands among the others, as it may be no part of the identifier."""
    handle = {"mdschema": "others", "element": "handle"}
    inside = [element("dim:field", text(record.handle), handle)] if record.handle else []
    inside += [_field(field) for field in shown(record, mapper.crosswalk).fields]
    start = begin("dim:dim", {"xmlns:dim": _DIM.namespace, **_DIM.location, "dspaceType": "ITEM"})
    return f"{start}{''.join(inside)}</dim:dim>"


def _field(field: Field) -> str:
    schema, _, rest = field.name.partition(".")
    name, _, qualifier = rest.partition(".")
    attributes = {
        "mdschema": schema,
        "element": name,
        "qualifier": qualifier or None,
        "lang": field.language,
        "authority": field.authority,
        "confidence": None if field.confidence is None else str(field.confidence),
    }
    return element("dim:field", text(field.value), attributes)


def _rdf(record: Record, mapper: Mapper) -> str:
    """What the crosswalk makes of the record: all of them together are the graph, and each change of it is heard of."""
    lines = mapper.triples(shown(record, mapper.crosswalk))
    return _DECLARATION.sub("", graph.document(lines, "rdf", mapper.base).decode())


def _described(record: Record, mapper: Mapper) -> Description:
    """What the crosswalk makes of the record as it may be shown."""
    path = item_path(record.handle, record.identifier)
    return Description(mapper.triples(shown(record, mapper.crosswalk)), f"{mapper.base}item/{path}", mapper.base)


def _qualified(record: Record, mapper: Mapper) -> str:
    described = _described(record, mapper)
    return _DECLARATION.sub("", qualified(described.view, described.address).decode())


def _mods(record: Record, mapper: Mapper) -> str:
    return _DECLARATION.sub("", mods(_described(record, mapper).work).decode())


def _datacite(record: Record, mapper: Mapper) -> str:
    """The record in DataCite's schema, without the envelope that its own provider puts round it."""
    return _DECLARATION.sub("", datacite_xml(_described(record, mapper).work).decode())


def _openaire(record: Record, mapper: Mapper) -> str:
    described = _described(record, mapper)
    return _DECLARATION.sub("", openaire(described.work, described.view).decode())


def _source(record: Record, mapper: Mapper) -> str:
    """The record as `/source/…` shows it, of which the graph has the SHA-256; of one that is gone, that it is gone."""
    if record.deleted:
        record = msgspec.structs.replace(record, fields=(), files=())
    whole = UNCARRIABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", published(record, mapper.crosswalk).decode())
    namespace = urljoin(mapper.base, _SOURCE.namespace)
    location = {"xmlns:xsi": _XSI, "xsi:schemaLocation": f"{namespace} {urljoin(mapper.base, _SOURCE.schema)}"}
    return element("source", text(whole), {"xmlns": namespace, **location})


_OAI_DC = Format(
    "oai_dc",
    "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    "http://www.openarchives.org/OAI/2.0/oai_dc/",
    _dublin_core,
    100,
)
_DIM = Format(
    "dim",
    "http://www.dspace.org/schema/dim.xsd",
    "http://www.dspace.org/xmlns/dspace/dim",
    _dim,
    100,
    is_plain=True,
)
_RDF = Format(
    "rdf",
    "http://www.openarchives.org/OAI/2.0/rdf.xsd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    _rdf,
    50,
)

_SOURCE = Format(
    "source", "profile/source/1/source.xsd", "profile/source/1", _source, 100, is_plain=True, is_whole=True
)

_QDC = Format("qdc", "http://dublincore.org/schemas/xmls/qdc/2006/01/06/dcterms.xsd", QDC, _qualified, 50)
_MODS = Format("mods", MODS_SCHEMA, MODS, _mods, 50)
_DATACITE = Format("datacite", "http://schema.datacite.org/meta/kernel-4/metadata.xsd", KERNEL, _datacite, 50)
_OPENAIRE = Format("oai_openaire", OAIRE_SCHEMA, OAIRE, _openaire, 50)

FORMATS = {format_.prefix: format_ for format_ in (_OAI_DC, _DIM, _QDC, _MODS, _DATACITE, _OPENAIRE, _RDF, _SOURCE)}
SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">
  <annotation>
    <documentation>
      A record as canonical JSON, as /source/ shows it, without what is empty: identifier, handle, datestamp, sets,
      deleted, source, fields (name, value, language, authority, confidence, place) and files.
    </documentation>
  </annotation>
  <element name="source" type="string"/>
</schema>
"""
"""The schema of `source`."""
HEADERS = 500
"""Headers that make a page, which has no metadata."""
