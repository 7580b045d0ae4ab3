"""Crossref's XML, as its deposits and its answers (unixref) hold it: journal, book or other work, and who made it.

Source: https://www.crossref.org/documentation/schema-library/.
"""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft, Said
from converter.sources.container_fields import add_conference, series_text
from converter.sources.elements import Tree, local
from converter.sources.json_formats.crossref import ASSERTED, month_of
from converter.sources.relations import add_relation, cited_in, related, update
from converter.sources.vocabulary import Affiliation, Funding, add_agent, add_funding, agent_address, funder_address
from converter.values.dates import of_parts
from ontology.source_tables import field_of, fields

_TEXTS = fields("crossref-xml")
_WORKS = (
    "journal_article",
    "content_item",
    "conference_paper",
    "dissertation",
    "report-paper",
    "posted_content",
    "dataset",
    "peer_review",
    "standard",
    "sa_component",
    "database",
    "report-paper_metadata",
)
_WHOLES = {
    **dict.fromkeys(("book_metadata", "book_series_metadata", "book_set_metadata"), "book"),
    **dict.fromkeys(("proceedings_metadata", "proceedings_series_metadata"), "proceedings"),
    "journal_issue": "journal-issue",
    "journal_volume": "journal-volume",
    "journal_metadata": "journal",
}
"""What a deposit is of that holds no work in them, the smallest first."""
_COMPONENTS = {"chapter": "book-chapter", "reference_entry": "reference-entry", "section": "book-section"}
_DATES = fields("crossref-xml", "date")
_BOOKS = frozenset(
    {
        "book_metadata",
        "book_series_metadata",
        "book_set_metadata",
        "proceedings_metadata",
        "proceedings_series_metadata",
    }
)
_OF_THE_WHOLE = ("titles/subtitle", "titles/original_language_title", "proceedings_subject", "abstract", "noisbn")
"""What is said of a book or of proceedings, and would be said of the chapter or the paper else."""
_CITED = ("citation_list", "crossmark", "component_list")
_PUBLISHED = ("publication_date", "posted_date", "approval_date")
_PUBLISHER = "publisher-name"


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the innermost work; a book or journal around it is what it stands in."""
    tree = Tree(metadata, draft, "crossref")
    work = next((found for name in _WORKS for found in metadata.iter("*") if local(found) == name), None)
    if kind := _kind(tree, work):
        draft.add("dc.type", kind)
    whole = next((one for name in _WHOLES for one in metadata.iter("*") if local(one) == name), None)
    described = whole if work is None else work
    if described is not None and (language := tree.attribute(described, "language")):
        draft.add("dc.language.iso", language)
    _related(tree)
    _funding(tree)
    _beside(tree)
    _dois(tree, work)
    _people(tree)
    _containers(tree, work)
    dated = _dated(work)
    for element in list(metadata.iter("*")):
        name = local(element)
        if name in {*_PUBLISHED, "acceptance_date"} and next(tree.each("year", element), None) is not None:
            _date(tree, element, is_own=dated is None or dated in element.iterancestors())
        elif name == "issn" and (element.text or "").strip():
            kind = tree.attribute(element, "media_type")
            tree.field("dc.identifier.eissn" if kind == "electronic" else "dc.identifier.issn", element)
        elif name == "license_ref" and element not in tree.taken:
            _licence(tree, element)
        elif name in _TEXTS and "".join(element.itertext()).strip() and element not in tree.taken:
            tree.field(_TEXTS[name], element)
    tree.rest()
    _answer(metadata, draft)


def _beside(tree: Tree) -> None:
    """What stands beside the work: what the publisher asserts of it, and works that are cited in words."""
    for element in tree.root.iter("*"):
        if element.get("name") in ASSERTED and local(element) == "assertion":
            tree.field(field_of("date-types", element.get("name", ""), ""), element)
        if local(element) in _CITED:
            left = [
                inner for inner in element.iter("*") if inner not in tree.taken and inner.get("name") not in ASSERTED
            ]
            for inner in left:
                if text := (inner.text or "").strip():
                    tree.draft.unread(
                        f"crossref.{local(inner)}", text, "a cited work in words, or a mark of the publisher"
                    )
            tree.taken.update(left)


def _licence(tree: Tree, element: etree._Element) -> None:
    """A licence, which may begin some time after publication."""
    if tree.attribute(element, "applies_to") == "tdm":
        words = "leave for the mining of texts, no licence of the work"
        tree.draft.unread("crossref.license_ref", tree.take(element), words)
    else:
        said = Said(since=tree.attribute(element, "start_date"))
        tree.field(_TEXTS["license_ref"], element, said=said)


def _answer(metadata: etree._Element, draft: Draft) -> None:
    """What an answer says beside the record that it holds: the publisher, where the record names none."""
    query = next(metadata.iterancestors("{*}query"), None)
    for item in [] if query is None else query.iterchildren("{*}crm-item"):
        name, value = item.get("name") or "", " ".join((item.text or "").split())
        if name == _PUBLISHER and not any(field.name == "dc.publisher" for field in draft.fields):
            draft.add("dc.publisher", value)
        elif value:
            draft.unread(f"crossref.{name}", value, "about the answer, or said by the record")


def _dated(work: etree._Element | None) -> etree._Element | None:
    """The work, where it has a date of publication of its own; else that of its issue or book stands for it."""
    if work is None:
        return None
    return work if any(work.find(f".//{{*}}{name}") is not None for name in _PUBLISHED) else None


def _kind(tree: Tree, work: etree._Element | None) -> str:
    """The kind of the work: a part of a book and a posted text say their own."""
    if work is None:
        names = {local(element) for element in tree.root.iter("*")}
        return next((kind for name, kind in _WHOLES.items() if name in names), "")
    name = local(work)
    if name == "content_item":
        said = tree.attribute(work, "component_type")
        return _COMPONENTS.get(said, "book-chapter" if said in {"", "other"} else f"book-{said}")
    if name == "posted_content":
        return tree.attribute(work, "type").replace("_", "-") or "posted-content"
    return name.removesuffix("_metadata").removesuffix("-paper").replace("_", "-")


def query(metadata: etree._Element, draft: Draft) -> None:
    """Read the deposit in an answer; what the registry says of it is reported."""
    for element in metadata.iterchildren("*"):
        inner = next(element.iter("{*}crossref"), None)
        if inner is not None:
            read(inner, draft)
            return
    draft.fault = "an answer of the registry without a deposit"


def _containers(tree: Tree, work: etree._Element | None) -> None:
    """What the work stands in: the book or proceedings around it, the series around that, the conference."""
    for element in list(tree.root.iter("*")):
        name = local(element)
        if name == "series_metadata":
            titles = [tree.take(one) for one in tree.each("titles/title", element)]
            numbers = [tree.take(one) for one in tree.each("issn", element)]
            volume = next((tree.take(one) for one in element.itersiblings() if local(one) == "volume"), "")
            for title in titles[:1] or ([f"ISSN {numbers[0]}"] if numbers else []):
                number = numbers[0] if titles and numbers else ""
                tree.draft.add("dc.relation.ispartofseries", series_text(title, number, volume))
            for issn in numbers[1:]:
                tree.draft.unread("crossref.series_metadata.issn", issn, "another ISSN of the series")
        elif name in _BOOKS and work is not None:
            for path in ("titles/title", "proceedings_title"):
                for one in tree.each(path, element):
                    tree.field("dc.relation.ispartof", one)
            for one in tree.each("isbn", element):
                tree.field("dc.relation.isbn", one)
            for path in _OF_THE_WHOLE:
                for one in tree.each(path, element):
                    words = "said of what the work stands in, for which there is no field"
                    tree.draft.unread(f"crossref.{name}.{local(one)}", tree.take(one), words)
        elif name == "conference_date":
            days = [_day([tree.attribute(element, f"{end}_{part}") for part in ("year", "month", "day")])
                    for end in ("start", "end")]  # fmt: skip
            text = tree.take(element)
            add_conference(tree.draft, "", "", *(days if any(days) else (text, "")))


def _day(parts: list[str]) -> str:
    """A date of year, month and day, as far as they are numbers.

    >>> _day(["2018", "5", "1"]), _day(["2018", "", ""])
    ('2018-05-01', '2018')
    """
    year, month, day = map(str.strip, parts)
    return of_parts(year, month_of(month), day) if year.isdecimal() else ""


def _related(tree: Tree) -> None:
    """Works that are cited, that the work is a notice about, and that are otherwise related to it."""
    for element in tree.root.iter("*"):
        name = local(element)
        if name == "citation":
            stated = [tree.take(doi) for doi in tree.each("doi", element)]
            words = "".join(element.findtext("{*}unstructured_citation") or "")
            for doi in stated or cited_in(words):
                tree.draft.add("datacite.relation.cites", related("doi", doi))
        elif name == "update":
            tree.draft.add(update(tree.attribute(element, "type")), related("doi", tree.take(element)))
        elif name in {"inter_work_relation", "intra_work_relation"}:
            kind, scheme = tree.attribute(element, "relationship-type"), tree.attribute(element, "identifier-type")
            add_relation(tree.draft, kind, scheme, tree.take(element), "crossref")


def _dois(tree: Tree, work: etree._Element | None) -> None:
    """The DOI of the work, and those of the journal, the issue or the book that it is part of."""
    own = work if work is not None else tree.root
    for data in tree.root.iter("*"):
        if local(data) != "doi_data":
            continue
        is_own = any(above is own for above in data.iterancestors())
        for element in tree.each("doi", data):
            doi = tree.take(element)
            if is_own:
                tree.draft.identifier = tree.draft.identifier or f"https://doi.org/{doi}"
                tree.draft.add("dc.identifier.doi", doi)
            elif _is_around(data, work):
                tree.draft.add("dc.relation.ispartof", f"https://doi.org/{doi}")
            else:
                tree.draft.unread("crossref.doi", doi, "the DOI of another work")
        first = next(tree.each("resource", data), None)
        for element in data.iter("*"):
            if local(element) == "resource" and element not in tree.taken:
                address = tree.take(element)
                if is_own and element is first:
                    tree.draft.add("dc.identifier.url", address)
                elif address:
                    tree.draft.unread("crossref.resource", address, "another address of the work, or of a part of it")
        for element in tree.each("timestamp", data):
            tree.draft.unread("crossref.timestamp", tree.take(element), "when the entry was deposited")


def _is_around(data: etree._Element, work: etree._Element | None) -> bool:
    """Whether a DOI is that of what the work stands in, and not that of a work beside it."""
    bearer = data.getparent()
    above = None if bearer is None else bearer.getparent()
    if work is None or bearer is None or above is None or local(bearer) in _WORKS:
        return False
    return any(one in (bearer, above) for one in work.iterancestors())


def _people(tree: Tree) -> None:
    for person in tree.root.iter("*"):
        if local(person) not in {"person_name", "organization"} or person in tree.taken:
            continue
        parts = (tree.text(path, person) for path in ("surname", "given_name", "suffix"))
        name = ", ".join(part for part in parts if part) or " ".join((person.text or "").split())
        add_agent(
            tree.draft,
            field_of("roles", tree.attribute(person, "contributor_role"), "dc.contributor.other"),
            name,
            identifiers=[agent_address("orcid", tree.text("ORCID", person))],
            name_type="organization" if local(person) == "organization" else "person",
            affiliations=_affiliations(tree, person),
        )
        if local(person) == "organization":
            tree.take(person)


def _affiliations(tree: Tree, person: etree._Element) -> list[Affiliation]:
    found = [Affiliation(tree.take(one)) for one in tree.each("affiliation", person)]
    for one in tree.each("affiliations/institution", person):
        addresses = (
            agent_address(tree.attribute(stated, "type"), tree.take(stated))
            for stated in tree.each("institution_id", one)
        )
        identifiers = tuple(address for address in addresses if address)
        found.append(Affiliation(tree.text("institution_name", one), identifiers))
    return found


def _funding(tree: Tree) -> None:
    """Read the program "fundref": a group for each funder, its identifiers inside its name, its awards beside it."""
    stated: list[Funding] = []
    for program in tree.root.iter("{*}program"):
        if program.get("name") != "fundref":
            continue
        groups = [one for one in program.iter("{*}assertion") if one.get("name") == "fundgroup"] or [program]
        for group in groups:
            stated += _funders(tree, group)
    add_funding(tree.draft, stated)


def _funders(tree: Tree, group: etree._Element) -> list[Funding]:
    """The fundings of a group; the awards of a group belong to each funder in it."""
    named = {"funder_name": [], "award_number": []}  # type: dict[str, list[etree._Element]]
    for one in group.iterchildren("{*}assertion"):
        named.setdefault(one.get("name") or "", []).append(one)
    funders = []
    for one in named["funder_name"]:
        inner = [part for part in one.iterchildren("{*}assertion") if part.get("name") == "funder_identifier"]
        addresses = (funder_address("", tree.take(part)) for part in inner)
        identifiers = tuple(address for address in addresses if address)
        name = " ".join("".join([one.text or "", *(part.tail or "" for part in one)]).split())
        tree.take(one)
        funders.append((name, identifiers))
    numbers = [tree.take(one) for one in named["award_number"]]
    if not funders:
        return [Funding(number=number) for number in numbers]
    return [
        Funding(funder=name, funder_ids=identifiers, number=number)
        for name, identifiers in funders
        for number in numbers or [""]
    ]


def _date(tree: Tree, element: etree._Element, *, is_own: bool) -> None:
    """A date of the work; that of the issue or book around a work that has its own is reported."""
    year, month, day = (tree.text(name, element) for name in ("year", "month", "day"))
    kind = tree.attribute(element, "media_type") if local(element) == "publication_date" else local(element)
    name, date = _DATES.get(kind, "dc.date.issued"), of_parts(year, month_of(month), day)
    if not is_own:
        tree.draft.unread(f"crossref.{local(element)}", date, "the date of what the work stands in")
    elif tree.draft.says(name, date):
        tree.draft.unread(f"crossref.{local(element)}", date, "the same date once more")
    else:
        tree.draft.add(name, date)
