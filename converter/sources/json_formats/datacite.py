"""DataCite metadata as JSON (https://datacite-metadata-schema.readthedocs.io/); XML is brought into the same form."""

from __future__ import annotations

import re

from converter.sources.builder import Draft, Said
from converter.sources.container_fields import of_host, series_text
from converter.sources.json_formats.leaves import Object, leaves, objects, rest, text_of, texts, unread
from converter.sources.relations import add_host_number, add_relation, add_work, relation_field
from converter.sources.vocabulary import Affiliation, Funding, add_agent, add_funding, agent_address, funder_address
from converter.values.dates import parse
from ontology.source_tables import field_of, fields

_CODES = (":unac", ":unal", ":unap", ":unas", ":unav", ":unkn", ":none", ":null", ":tba", ":etal")
_UNKNOWN = (*_CODES, *(f"({code})" for code in _CODES))
_ADDRESS_OF_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)", re.IGNORECASE)
_NO_YEAR = frozenset({"0", "0000"})
_TECHNICAL = (
    *("xml", "state", "isActive", "reason", "source", "viewCount", "downloadCount", "referenceCount", "citationCount"),
    *("viewsOverTime", "downloadsOverTime", "citationsOverTime", "partCount", "partOfCount", "versionCount"),
    *("versionOfCount", "metadataVersion", "schemaVersion", "schema-version", "registered", "created", "updated"),
    *(
        "contentUrl",
        "landingPage",
        "clientId",
        "providerId",
        "agency",
        "datacentre",
        "prefix",
        "suffix",
        "metadata-version",
    ),
    *("data-center-id", "member-id", "resource-type-id", "media", "results", "checked", "container-title", "license"),
)
_TITLES = fields("datacite", "title")
_DESCRIPTIONS = fields("datacite", "description")
_SCHEMES = fields("datacite", "subject")
_OF_SERIES = fields("datacite", "series")
# "Onkologija, leto XXII, št. 1, junij 2018" is no title of a series.
_IN_WORDS = re.compile(
    r"(?s)^(?=.*\b(?:1[5-9]|20)\d\d\b)(?=.*\b(?:vol(?:ume)?|no|nr|issue|št|leto|jahrgang|bd|band|heft|tome|núm?)\b)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r"(?P<title>[^,;]{3,200}),\s*(?P<volume>\d{1,6})(?:\s?\((?P<issue>[^(),]{1,20})\))?"
    r"(?:,\s*(?P<first>\w{1,10})(?:\s?[-–]\s?(?P<last>\w{1,10}))?)?"
)


def shows(value: Object) -> bool:
    """Whether the object is DataCite metadata, or an answer of its REST interface about one."""
    inner = value.get("attributes", value)
    if not isinstance(inner, dict):
        return False
    return bool(inner.keys() & {"creators", "publicationYear", "titles", "publication-year", "resource-type-id"}) or (
        "attributes" in value and "doi" in inner
    )


def read(value: Object, draft: Draft) -> None:
    """Read one object; it is used up."""
    if "attributes" in value:
        inner = dict(value["attributes"])
        for name in ("relationships", "type", "id"):
            unread(value.get(name), draft, f"datacite.{name}", "about the answer, not about the work")
    else:
        inner = dict(value)
        unread(inner.pop("id", None) if inner.get("doi") else None, draft, "datacite.id", "the DOI says it already")
    for name in _TECHNICAL:
        unread(inner.pop(name, None), draft, f"datacite.{name}", "a technical value of the registry")
    _identity(inner, draft)
    _agents(inner, draft)
    _titles(inner, draft)
    _kinds(inner, draft)
    _dates(inner, draft)
    _subjects(inner, draft)
    _relations(inner, draft)
    _rights(inner, draft)
    _fundings(inner, draft)
    rest(inner, draft, "datacite")


def _identity(inner: Object, draft: Draft) -> None:
    doi = _ADDRESS_OF_DOI.sub("", text_of(inner.pop("doi", "")))
    address = text_of(inner.pop("url", ""))
    if doi:
        draft.identifier = draft.identifier or f"https://doi.org/{doi}"
        draft.add("dc.identifier.doi", doi)
    if address:
        draft.add("dc.identifier.url", address)
    for entry in objects(inner.pop("identifiers", None)) + objects(inner.pop("alternateIdentifiers", None)):
        kind = text_of(entry.get("identifierType", entry.get("alternateIdentifierType")))
        text = text_of(entry.get("identifier", entry.get("alternateIdentifier")))
        if text and text.lower().removeprefix("https://doi.org/") != doi.lower():
            _identifier(kind, text, draft)
        elif text:
            draft.unread("datacite.identifier", text, "the DOI says it already")
    identifier = inner.pop("identifier", None)
    for entry in objects(identifier):
        kind, text = text_of(entry.get("identifierType")), text_of(entry.get("identifier"))
        _identifier(kind, text, draft)
    for text in texts(identifier):
        draft.add("dc.identifier.doi" if text.startswith("10.") else "dc.identifier.other", text)


def _identifier(kind: str, text: str, draft: Draft) -> None:
    """An identifier under the field of its kind; a kind for which there is no field is reported."""
    field = field_of("identifier-types", kind)
    if kind and text and not field:
        draft.unread("datacite.identifierType", kind, f"the kind of the identifier {text}, for which there is no field")
    draft.add(field or "dc.identifier.other", text)


def _agents(inner: Object, draft: Draft) -> None:
    for entry in objects(inner.pop("creators", None)):
        _agent(entry, "dc.contributor.author", draft)
    for entry in objects(inner.pop("contributors", None)):
        kind = text_of(entry.get("contributorType"))
        name = _agent(entry, field_of("roles", kind, "dc.contributor.other"), draft)
        if field_of("roles", kind, "dc.contributor.other") == "dc.contributor.other" and kind:
            draft.unread("datacite.contributorType", kind, f"the role of {name}, for which there is no field")
    publisher = inner.pop("publisher", None)
    for entry in objects(publisher):
        address = agent_address(
            text_of(entry.get("publisherIdentifierScheme")), text_of(entry.get("publisherIdentifier"))
        )
        _placed("dc.publisher", text_of(entry.get("name")), draft, identifiers=(address,) if address else ())
        for path in ("schemeUri", "lang", *(() if address else ("publisherIdentifier", "publisherIdentifierScheme"))):
            unread(entry.get(path), draft, f"datacite.publisher.{path}", "an identifier of the publisher")
    for text in texts(publisher):
        _placed("dc.publisher", text, draft)


def _agent(entry: Object, field: str, draft: Draft) -> str:
    """Read an agent in a role; the name is returned."""
    name_type = text_of(entry.get("nameType"))
    if text_of(entry.get("familyName")) and text_of(entry.get("givenName")) and name_type != "Organizational":
        name_type = "Personal"
    # A name in no language that is known is taken whole: its comma need not stand between the parts of a name.
    name_type = name_type or ("whole" if text_of(entry.get("lang")) == "und" else "")
    name = _name(entry, name_type, draft)
    if name:
        add_agent(
            draft,
            field,
            name,
            name_type=name_type,
            identifiers=_identifiers(entry, draft),
            affiliations=_affiliations(entry, draft),
        )
    return name


def _name(entry: Object, name_type: str, draft: Draft) -> str:
    family, given = text_of(entry.get("familyName")), text_of(entry.get("givenName"))
    parts = ", ".join(part for part in (family, given) if part)
    whole = text_of(entry.get("name") or entry.get("creatorName") or entry.get("contributorName"))
    # The whole name may have a suffix, for which there is no part.
    name = whole if not parts or name_type == "Organizational" or whole.startswith(f"{parts}, ") else parts
    if whole and whole not in {name, f"{given} {family}"}:
        draft.unread("datacite.name", whole, f"another form of the name {name}")
    if parts and name_type == "Organizational" and parts != whole:
        draft.unread("datacite.familyName", parts, f"the name of a person, of the organisation {name}")
    if name.lower() in _UNKNOWN:
        draft.unread("datacite.name", name, "a placeholder: nobody is named")
        return ""
    return name


def _identifiers(entry: Object, draft: Draft) -> list[str]:
    """The web addresses by which the agent is identified; an identifier without one is reported."""
    given = [
        (
            text_of(stated.get("nameIdentifierScheme")),
            text_of(stated.get("nameIdentifier")),
            text_of(stated.get("schemeUri", stated.get("schemeURI"))),
        )
        for stated in objects(entry.get("nameIdentifiers", entry.get("nameIdentifier")))
    ]
    found = []
    for scheme, value, prefix in [*given, ("", text_of(entry.get("id")), "")]:
        address = agent_address(scheme or ("orcid" if "orcid" in prefix.lower() else ""), value, prefix)
        if address:
            found.append(address)
        elif value:
            draft.unread("datacite.nameIdentifier", f"{value} ({scheme})", "an identifier that has no web address")
    return list(dict.fromkeys(found))


def _affiliations(entry: Object, draft: Draft) -> list[Affiliation]:
    given = entry.get("affiliation", entry.get("affiliations"))
    found = [Affiliation(text) for text in texts(given)]
    for one in objects(given):
        value = text_of(one.get("affiliationIdentifier"))
        address = agent_address(
            text_of(one.get("affiliationIdentifierScheme")),
            value,
            text_of(one.get("schemeUri", one.get("schemeURI"))),
        )
        if value and not address:
            draft.unread("datacite.affiliationIdentifier", value, "an identifier that has no web address")
        found.append(Affiliation(text_of(one.get("name", one.get("affiliation"))), (address,) if address else ()))
    return found


def _titles(inner: Object, draft: Draft) -> None:
    for entry in objects(inner.pop("titles", None)):
        kind = text_of(entry.get("titleType")).lower()
        title = text_of(entry.get("title"))
        if kind == "subtitle":
            draft.add("dc.title.subtitle", title, text_of(entry.get("lang")))
        elif title:
            name = _TITLES.get(kind, "dc.title.alternative")
            _placed(name, title, draft, text_of(entry.get("lang")))
    for text in texts(inner.pop("title", None)):
        draft.add("dc.title", text)
    for entry in objects(inner.pop("descriptions", None)):
        kind = text_of(entry.get("descriptionType")).lower()
        for text in texts(entry.get("description")):
            if kind == "seriesinformation" and (stands := _SERIES.fullmatch(text)):
                _in_series(stands, draft)
            elif kind == "seriesinformation" and _IN_WORDS.search(text):
                draft.add("dc.description", text, text_of(entry.get("lang")))
            else:
                draft.add(_DESCRIPTIONS.get(kind, "dc.description"), text, text_of(entry.get("lang")))
    for text in texts(inner.pop("description", None)):
        draft.add("dc.description", text)


def _in_series(stands: re.Match[str], draft: Draft) -> None:
    """What a work stands in, as DataCite recommends to write it: series title, volume(issue), first - last page."""
    if stands["issue"] or stands["first"]:
        draft.add("dc.relation.ispartof", stands["title"])
        draft.add("oaire.citation.volume", stands["volume"])
        for name, field in _OF_SERIES.items():
            if stands[name]:
                draft.add(field, stands[name])
    else:
        draft.add("dc.relation.ispartofseries", series_text(stands["title"], number=stands["volume"]))


def _kinds(inner: Object, draft: Draft) -> None:
    types = inner.pop("types", None) or {}
    for name in ("resourceType", "resourceTypeGeneral"):
        if text_of(types.get(name)):
            draft.add("dc.type", text_of(types.get(name)))
    for name in ("schemaOrg", "citeproc", "bibtex", "ris"):
        unread(types.get(name), draft, f"datacite.types.{name}", "made of the resource type by the registry")
    for name, field in fields("datacite").items():
        for text in texts(inner.pop(name, None)):
            draft.add(field, text)
    for text in texts(inner.pop("formats", None)):
        draft.add("dc.format.mimetype" if "/" in text else "dc.format", text)


def _dates(inner: Object, draft: Draft) -> None:
    entries = objects(inner.pop("dates", None))
    issued = False
    for entry in entries:
        kind, text = text_of(entry.get("dateType")), text_of(entry.get("date"))
        field = field_of("date-types", kind, "dc.date")
        issued = issued or field == "dc.date.issued"
        about = text_of(entry.get("dateInformation"))
        whole = _with_remark(text, about)
        draft.add(field, whole)
        if whole != text:
            draft.taken.update((text, about))
        else:
            unread(about, draft, "datacite.dateInformation", f"a remark on the date {text}")
    for name in ("publicationYear", "publication-year", "published"):
        for text in texts(inner.pop(name, None)):
            if issued or text.lower() in _UNKNOWN or text in _NO_YEAR:
                draft.unread(f"datacite.{name}", text, "the date of issue says it already, or it is a placeholder")
            else:
                draft.add("dc.date.issued", text)
                issued = True


def _with_remark(date: str, remark: str) -> str:
    """The date, less sure where the remark on it says so.

    >>> _with_remark("1850", "circa"), _with_remark("1980", "198X"), _with_remark("2004", "Spring")
    ('1850~', '198X', 'Spring 2004')
    """
    if not re.fullmatch(r"\d{4}", date):
        return date
    if remark.strip(". ").casefold() in {"circa", "ca", "c", "approximate", "approximately"}:
        return f"{date}~"
    for text in (remark, f"{remark} {date}"):
        found = parse(text)
        if found and found.year == int(date) and found.datatype == "edtf":
            return text
    return date


def _subjects(inner: Object, draft: Draft) -> None:
    for entry in objects(inner.pop("subjects", None)):
        scheme = text_of(entry.get("subjectScheme")).lower()
        address = text_of(entry.get("valueUri", entry.get("valueURI")))
        subject = text_of(entry.get("subject")) or address
        draft.add(_SCHEMES.get(scheme, "dc.subject"), subject, text_of(entry.get("lang")), authority=address)
        if scheme and scheme not in _SCHEMES:
            draft.unread("datacite.subjectScheme", scheme, f"the scheme of {entry.get('subject')}")
    for entry in objects(inner.pop("geoLocations", None)):
        for place in texts(entry.pop("geoLocationPlace", None)):
            draft.add("dc.coverage.spatial", place)
        for name, shape in entry.items():
            # The points of a polygon are one shape; boxes of one place are several.
            points = isinstance(shape, list) and any("polygonPoint" in one for one in objects(shape))
            for one in [shape] if points or not isinstance(shape, list) else shape:
                coordinates = " ".join(f"{path}={text}" for path, text in leaves(one))
                if coordinates:
                    draft.add("datacite.geoLocation", f"{name.removeprefix('geoLocation')} {coordinates}")


def _relations(inner: Object, draft: Draft) -> None:
    container, items = inner.pop("container", None) or {}, objects(inner.pop("relatedItems", None))
    around: Object = {}
    for entry in items:
        relation = _relation(entry)
        is_part = field_of("relation-types", relation, "") == "dc.relation.ispartof"
        if is_part and not around and _is_the_same(container, entry):
            around = _host(entry, relation, draft)
        else:
            _related_item(entry, relation, draft)
    if (number := text_of(container.get("identifier"))) and text_of(around.get("identifier")) not in {"", number}:
        add_host_number(draft, text_of(container.get("identifierType")), number, "datacite.container.identifier")
    container |= {name: value for name, value in around.items() if value}
    for key, field in fields("datacite", "container").items():
        if text_of(container.get(key)):
            draft.add(field, text_of(container.get(key)))
    if number := text_of(container.get("identifier")):
        add_host_number(draft, text_of(container.get("identifierType")), number, "datacite.container.identifier")
    for entry in objects(inner.pop("relatedIdentifiers", None)):
        relation, kind = _relation(entry), text_of(entry.get("relatedIdentifierType")).lower()
        value = text_of(entry.get("relatedIdentifier"))
        host = of_host(kind)
        if host and field_of("relation-types", relation, "dc.relation") == "dc.relation.ispartof":
            draft.add(host, value)
        else:
            add_relation(draft, relation, kind, value, "datacite")


def _relation(entry: Object) -> str:
    """The type of a relation, taken out of the entry; where that is "Other", what is said beside it, if it is known."""
    kind = text_of(entry.pop("relationType", ""))
    words = text_of(entry.get("relationTypeInformation"))
    if kind.lower() != "other" or not field_of("relation-types", words):
        return kind
    del entry["relationTypeInformation"]
    return words


def _is_the_same(container: Object, entry: Object) -> bool:
    """Whether a related item may be what `container` names, which says less of it, and its title often not at all."""
    named = text_of(container.get("title")).casefold()
    first, *_ = objects(entry.get("titles")) or [{}]
    return not named or named == text_of(first.get("title")).casefold()


def _host(entry: Object, relation: str, draft: Draft) -> Object:
    """What a related item is that the work stands in, as a container; the number of an article is one of the work."""
    kind, number = _number(entry)
    found = {name: entry.pop(name, "") for name in ("volume", "issue", "firstPage", "lastPage")}
    found |= {"title": _item_title(entry), "identifier": number, "identifierType": kind}
    stated = entry.get("number")
    if isinstance(stated, dict) and text_of(stated.get("numberType")).lower() == "article":
        draft.add("dc.identifier.articleno", text_of(entry.pop("number").get("number")))
    entry["relationType"] = relation
    unread(entry, draft, "datacite.relatedItem", f"said of {found['title'] or number}, in which the work stands")
    return found


def _related_item(entry: Object, relation: str, draft: Draft) -> None:
    """A work that is related, by its title and its identifier; what else is said of it is reported."""
    number = _number(entry)
    title = _item_title(entry)
    add_work(draft, relation_field(draft, relation, title or number[1], "datacite"), title, [number])
    unread(entry, draft, "datacite.relatedItem", f"said of {title or number[1] or 'a related work'}")


def _number(entry: Object) -> tuple[str, str]:
    """The kind and the value of the identifier of a related item."""
    stated = entry.pop("relatedItemIdentifier", None)
    if not isinstance(stated, dict):
        return text_of(entry.pop("relatedItemIdentifierType", "")), text_of(stated)
    return text_of(stated.get("relatedItemIdentifierType")), text_of(stated.get("relatedItemIdentifier"))


def _item_title(entry: Object) -> str:
    """The first title of a related item; the others stay in it."""
    first, *others = objects(entry.pop("titles", None)) or [{}]
    entry["titles"] = others
    return text_of(first.get("title"))


def _rights(inner: Object, draft: Draft) -> None:
    given = inner.pop("rightsList", None) or inner.pop("rights", None)
    for entry in objects(given):
        if text_of(entry.get("rights")):
            draft.add("dc.rights", text_of(entry.get("rights")), text_of(entry.get("lang")))
        address = text_of(entry.get("rightsUri", entry.get("rightsURI")))
        if address:
            draft.add("dc.rights.uri", address)
        if not (text_of(entry.get("rights")) or address):
            draft.add("dc.rights", text_of(entry.pop("rightsIdentifier", "")))
        for name in ("rightsIdentifier", "rightsIdentifierScheme", "schemeUri"):
            unread(entry.get(name), draft, f"datacite.rights.{name}", "another name of the same licence")
    for text in texts(given):
        draft.add("dc.rights", text)


def _fundings(inner: Object, draft: Draft) -> None:
    stated = (
        Funding(
            funder=text_of(entry.get("funderName")),
            funder_ids=_funder(entry, draft),
            number=text_of(entry.get("awardNumber")),
            title=text_of(entry.get("awardTitle")),
            address=text_of(entry.get("awardUri", entry.get("awardURI"))),
            stream=text_of(entry.get("fundingStream")),
        )
        for entry in objects(inner.pop("fundingReferences", None))
    )
    add_funding(draft, stated)


def _funder(entry: Object, draft: Draft) -> tuple[str, ...]:
    """The web addresses by which the funder is identified."""
    stated = entry.get("funderIdentifier")
    entry = stated if isinstance(stated, dict) else entry
    value, scheme = text_of(entry.get("funderIdentifier")), text_of(entry.get("funderIdentifierType"))
    address = funder_address(scheme, value)
    if value and not address:
        draft.unread("datacite.funderIdentifier", f"{value} ({scheme})", "an identifier that has no web address")
    return (address,) if address else ()


def _placed(name: str, text: str, draft: Draft, language: str = "", identifiers: tuple[str, ...] = ()) -> None:
    """A value, unless it is one of the standard's words for "there is none"."""
    if text.lower().startswith(_UNKNOWN):
        draft.unread(name, text, "a placeholder: no value stands at this place")
    elif text:
        draft.add(name, text, language or None, said=Said(identifiers=identifiers))
