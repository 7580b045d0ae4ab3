"""A work in MODS 3.7, as libraries exchange it (https://www.loc.gov/standards/mods/userguide/)."""

from __future__ import annotations

from lxml import etree

from server.representations.work import Agent, Work

MODS = "http://www.loc.gov/mods/v3"
SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_ROLES = {"supervisor": "thesis advisor"}
"""Our roles → the terms of MARC for them, where these are other words."""
_DATES = {
    "Created": "dateCreated",
    "Copyrighted": "copyrightDate",
    "Updated": "dateModified",
    "Valid": "dateValid",
    "Collected": "dateCaptured",
}
"""DataCite's names of dates → elements of originInfo."""


def mods(work: Work) -> bytes:
    """The work as a `mods` document."""
    root = etree.Element(f"{{{MODS}}}mods", nsmap={None: MODS, "xsi": _XSI, "xlink": _XLINK})
    root.set("version", "3.7")
    root.set(f"{{{_XSI}}}schemaLocation", f"{MODS} {SCHEMA}")
    _titles(root, work)
    for role, agents in work.roles.items():
        for agent in agents if role != "publisher" else ():
            _name(root, agent, role)
    _add(root, "genre", work.genre)
    _origin(root, work)
    for language in work.languages:
        _add(_add(root, "language"), "languageTerm", language, type="code", authority="rfc5646")
    _physical(root, work)
    for abstract in work.abstracts:
        _add(root, "abstract", abstract.text, language=abstract.language)
    for note in work.descriptions:
        _add(root, "note", note.text, language=note.language)
    for subject in work.subjects:
        _add(_add(root, "subject"), "topic", subject.text, language=subject.language)
    _host(root, work)
    for series in work.all_series:
        _add(_add(_add(root, "relatedItem", type="series"), "titleInfo"), "title", str(series))
    for scheme, value in work.identifiers:
        _add(root, "identifier", value, type=scheme)
    location = _add(root, "location")
    _add(location, "url", work.landing, usage="primary display")
    for file in work.files:
        _add(location, "url", file.address, access="raw object", displayLabel=file.name)
    if work.licence:
        condition = _add(root, "accessCondition", work.licence, type="use and reproduction")
        condition.set(f"{{{_XLINK}}}href", work.licence)
    _add(root, "accessCondition", work.access_name, type="restriction on access")
    _add(_add(root, "recordInfo"), "recordIdentifier", work.document)
    _prune(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _titles(root: etree._Element, work: Work) -> None:
    for number, title in enumerate(work.titles):
        info = _add(root, "titleInfo", usage="" if number else "primary", language=title.language)
        _add(info, "title", title.text)
        for subtitle in () if number else work.subtitles[:1]:
            _add(info, "subTitle", subtitle.text)
    for title in work.other_titles:
        if title not in work.subtitles[:1]:
            kind = "translated" if title in work.translated_titles else "alternative"
            _add(_add(root, "titleInfo", type=kind, language=title.language), "title", title.text)


def _name(root: etree._Element, agent: Agent, role: str) -> None:
    kind = "corporate" if agent.organisation else "personal" if agent.person else ""
    name = _add(root, "name", type=kind)
    if agent.person and agent.family:
        _add(name, "namePart", agent.family, type="family")
        _add(name, "namePart", agent.given, type="given")
        _add(name, "namePart", agent.suffix, type="termsOfAddress")
    else:
        _add(name, "namePart", agent.name)
    _add(name, "nameIdentifier", agent.orcid, type="orcid")
    for affiliation in agent.affiliations:
        _add(name, "affiliation", affiliation)
    term = _ROLES.get(role, role.replace("-", " "))
    _add(_add(name, "role"), "roleTerm", term, type="text", authority="marcrelator")


def _origin(root: etree._Element, work: Work) -> None:
    origin = _add(root, "originInfo")
    _add(_add(origin, "place"), "placeTerm", work.place, type="text")
    for publisher in work.publishers:
        _add(origin, "publisher", publisher)
    _add(origin, "dateIssued", work.issued.edtf or "-".join(work.date), encoding="edtf", keyDate="yes")
    for kind, day in work.dates:
        _add(origin, _DATES.get(kind, "dateOther"), day, encoding="edtf", type="" if kind in _DATES else kind.lower())
    _add(origin, "edition", work.edition)


def _physical(root: etree._Element, work: Work) -> None:
    physical = _add(root, "physicalDescription")
    for format_ in work.formats:
        _add(physical, "internetMediaType", format_)
    for extent in work.extents:
        _add(physical, "extent", extent)


def _host(root: etree._Element, work: Work) -> None:
    """The journal or the book that the work stands in, with its place there."""
    title = work.journal or work.book
    host = _add(root, "relatedItem", type="host")
    _add(_add(host, "titleInfo"), "title", title)
    numbers = [("issn", value) for value in work.issns] if title else []
    numbers += [("isbn", value) for value in work.host_isbns]
    for scheme, value in numbers:
        _add(host, "identifier", value, type=scheme)
    part = _add(host, "part")
    for kind, value in (("volume", work.volume), ("issue", work.issue), ("number", work.article_number)):
        _add(_add(part, "detail", type=kind), "number", value)
    extent = _add(part, "extent", unit="pages")
    _add(extent, "start", work.first_page)
    _add(extent, "end", work.last_page)


def _add(
    parent: etree._Element, name: str, text: str = "", language: str | None = None, **attributes: str
) -> etree._Element:
    """An element; what is empty in the end goes."""
    element = etree.SubElement(parent, f"{{{MODS}}}{name}", {key: value for key, value in attributes.items() if value})
    element.text = text or None
    if language:
        element.set(f"{{{_XML}}}lang", language)
    return element


def _prune(element: etree._Element) -> None:
    """Take away the elements that hold no text, the innermost first."""
    for child in list(element):
        _prune(child)
        if not len(child) and not child.text:
            element.remove(child)
