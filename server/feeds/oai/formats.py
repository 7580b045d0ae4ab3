"""The metadata formats, as one table; each is made of the record as it may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from converter import graph
from converter.dublin_core import simple
from converter.mapping import Mapper
from converter.privacy import shown
from converter.record import Field, Record
from server.feeds.markup import begin, element, text

Writer = Callable[[Record, Mapper], str]
"""The record as it came, and the crosswalk at work → the metadata element."""

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Format(NamedTuple):
    """A format: its prefix, schema and namespace, what writes it, and how many records make a page."""

    prefix: str
    schema: str
    namespace: str
    write: Writer
    page: int

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
)
_RDF = Format(
    "rdf",
    "http://www.openarchives.org/OAI/2.0/rdf.xsd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    _rdf,
    50,
)

FORMATS = {format_.prefix: format_ for format_ in (_OAI_DC, _DIM, _RDF)}
HEADERS = 500
"""Headers that make a page, which has no metadata."""
