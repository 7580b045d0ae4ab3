"""The `about` parts of an OAI-PMH record → where its provider has it from, and whether it may bear that identity here.

Source: XML schema to hold provenance information, http://www.openarchives.org/OAI/2.0/guidelines-provenance.htm, and
the guidelines for aggregators beside it: what is passed on unaltered keeps its identifier, what is altered has another.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

from converter.record import Origin

NAMESPACE = "http://www.openarchives.org/OAI/2.0/provenance"

_DATESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?", re.ASCII)
_IDENTIFIER = re.compile(r"oai:([A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9-]*)+):\S+")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DEEPEST = 20
"""Stations of one record; a record with more goes round in a circle."""


class Unclear(Exception):
    """A provenance that is not as its schema says."""


def origins(record: etree._Element) -> tuple[Origin, ...]:
    """The stations of a record, the last one first; none where its provider names none.

    Raises Unclear where they are not given as the schema says, or by two containers.
    """
    stated = [found for about in record.findall("{*}about") for found in about.findall(f"{{{NAMESPACE}}}provenance")]
    if not stated:
        return ()
    if len(stated) > 1:
        raise Unclear(f"{len(stated)} containers say where the record is from, and only one can be right")
    stations: list[Origin] = []
    inner = _description(stated[0])
    while inner is not None:
        stations.append(_origin(inner))
        if len(stations) > _DEEPEST:
            raise Unclear(f"more than {_DEEPEST} stations")
        inner = _description(inner)
    if not stations:
        raise Unclear("a container without an originDescription")
    return tuple(stations)


def kept(stations: tuple[Origin, ...], namespace: str) -> Origin | None:
    """The origin whose identity a record bears here, None where it bears that of its provider.

    It must have come unaltered over every station, in the namespace in which it is, and its identifier must be one of
    the host that gave it: `oai:generic.example.org:1` of a hundred hosts would make one item of a hundred.

    >>> first = Origin("http://a.example.org/oai", "oai:a.example.org:1", "2020-01-01", "n", "2021-01-01", False)
    >>> kept((first,), "n") == first, kept((first,), "m")
    (True, None)
    """
    if not stations or any(one.altered or one.namespace != namespace for one in stations):
        return None
    first = stations[-1]
    match, host = _IDENTIFIER.fullmatch(first.identifier), urlsplit(first.base_url).hostname or ""
    owner = match[1].lower() if match else ""
    return first if owner and (host == owner or host.endswith(f".{owner}")) else None


def base_url_of(text: str) -> str:
    """The address of an endpoint, "" where the text is none.

    >>> base_url_of(" http://a.example.org/oai "), base_url_of("oai")
    ('http://a.example.org/oai', '')
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    return text.strip() if parts.scheme in {"http", "https"} and parts.hostname else ""


def _description(element: etree._Element) -> etree._Element | None:
    found = element.findall(f"{{{NAMESPACE}}}originDescription")
    if len(found) > 1:
        raise Unclear("two origins beside each other")
    return found[0] if found else None


def _origin(element: etree._Element) -> Origin:
    names = ("baseURL", "identifier", "datestamp", "metadataNamespace")
    stated = {name: "".join((element.findtext(f"{{{NAMESPACE}}}{name}") or "").split()) for name in names}
    base_url, identifier, datestamp, namespace = (stated[name] for name in names)
    harvested, altered = (element.get("harvestDate") or "").strip(), (element.get("altered") or "").strip()
    if missing := [name for name, value in stated.items() if not value]:
        raise Unclear(f"an origin without {', '.join(missing)}")
    if altered not in _BOOLEANS:
        raise Unclear("an origin that does not say whether it was altered")
    for name, value in (("datestamp", datestamp), ("harvestDate", harvested)):
        if not _DATESTAMP.fullmatch(value):
            raise Unclear(f"its {name} {value[:40]!r} is no day and no moment in UTC")
    if not base_url_of(base_url):
        raise Unclear(f"its baseURL {base_url[:100]!r} is no address")
    return Origin(base_url, identifier, datestamp, namespace, harvested, _BOOLEANS[altered])
