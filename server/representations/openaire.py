"""A work in the application profile of the OpenAIRE Guidelines for Literature Repositories 4 (`oai_openaire`).

Source: https://openaire-guidelines-for-literature-repository-managers.readthedocs.io/en/v4.0.1/application_profile.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from server.representations.datacite import KERNEL, Part, parts
from server.representations.view import View
from server.representations.work import Work

OAIRE = "http://namespace.openaire.eu/schema/oaire/"
SCHEMA = "https://www.openaire.eu/schema/repo-lit/4.0/openaire.xsd"
_DC = "http://purl.org/dc/elements/1.1/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"
_COAR = "http://purl.org/coar/resource_type/"
_ANY_TYPE = f"{_COAR}c_1843"
"""The address of "other", where no type is known."""
_GENERAL = {"dataset": "dataset", "software": "software"}
"""What a work is in CSL → resourceTypeGeneral; all else is literature."""
_DATACITE = ("titles", "creators", "contributors", "alternateIdentifiers", "relatedIdentifiers", "dates", "subjects")
"""The elements that the profile takes from DataCite as they are."""


def openaire(work: Work, view: View) -> bytes:
    """The work as a `resource` document; what DataCite has codes for where nothing is known is left out."""
    root = etree.Element(f"{{{OAIRE}}}resource", nsmap={"oaire": OAIRE, "datacite": KERNEL, "dc": _DC, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAIRE} {SCHEMA}")
    datacite = {part.name: part for part in parts(work)}
    for name in _DATACITE:
        if name != "creators" or work.authors or work.roles.get("editor"):
            _append(root, KERNEL, datacite[name])
    _append(root, KERNEL, datacite["identifier"])
    _append(root, OAIRE, datacite["fundingReferences"])
    for space, part in _own(work, view):
        _append(root, space, part)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _own(work: Work, view: View) -> Iterator[tuple[str, Part]]:
    """Yield the elements that DataCite has not, or has in another form, each with its namespace."""
    yield from ((_DC, Part("language", language)) for language in work.languages)
    yield from ((_DC, Part("publisher", publisher)) for publisher in work.publishers)
    address = next((one for one in view.nodes(work.address, "dcterms:type") if one.startswith(_COAR)), _ANY_TYPE)
    general = _GENERAL.get(work.kind.csl, "literature")
    yield OAIRE, Part("resourceType", work.genre or "other", (("resourceTypeGeneral", general), ("uri", address)))
    for text in (*work.abstracts, *work.descriptions):
        yield _DC, Part("description", text.text, (("lang", text.language),) if text.language else ())
    formats = dict.fromkeys((*(file.media_type for file in work.files if file.media_type), *work.formats))
    yield from ((_DC, Part("format", media_type)) for media_type in formats)
    if work.access:
        yield KERNEL, Part("rights", work.access_name, (("rightsURI", work.access),))
    if work.licence:
        yield OAIRE, Part("licenseCondition", work.licence, (("uri", work.licence),))
    yield OAIRE, Part("citationTitle", work.journal or work.book)
    yield OAIRE, Part("citationVolume", work.volume)
    yield OAIRE, Part("citationIssue", work.issue)
    yield OAIRE, Part("citationStartPage", work.first_page)
    yield OAIRE, Part("citationEndPage", work.last_page)
    yield OAIRE, Part("citationEdition", work.edition)
    for file in work.files:
        stated = (("mimeType", file.media_type),) if file.media_type else ()
        yield OAIRE, Part("file", file.address, stated)


def _append(parent: etree._Element, space: str, part: Part) -> None:
    if not part.text and not part.parts:
        return
    node = etree.SubElement(parent, f"{{{space}}}{part.name}")
    node.text = part.text or None
    for name, value in part.attributes:
        node.set(f"{{{_XML}}}lang" if name == "lang" else name, value)
    for inner in part.parts:
        _append(node, space, inner)
