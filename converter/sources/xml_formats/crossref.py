"""Crossref's XML, as its deposits and its answers (unixref) hold it: journal, book or other work, and who made it.

Source: https://www.crossref.org/documentation/schema-library/.
"""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.elements import Tree, local
from converter.sources.vocabulary import ROLES, Authors, known

NAMESPACES = ("http://www.crossref.org/*", "")

_TEXTS = {
    "full_title": "dc.relation.ispartof",
    "abbrev_title": "crossref.abbrev_title",
    "volume": "oaire.citation.volume",
    "issue": "oaire.citation.issue",
    "title": "dc.title",
    "subtitle": "dc.title.subtitle",
    "original_language_title": "dc.title.alternative",
    "first_page": "oaire.citation.startPage",
    "last_page": "oaire.citation.endPage",
    "isbn": "dc.identifier.isbn",
    "publisher_name": "dc.publisher",
    "publisher_place": "dc.publisher.place",
    "edition_number": "oaire.citation.edition",
    "conference_name": "dc.relation.conference",
    "conference_location": "oaire.citation.conferencePlace",
    "abstract": "dc.description.abstract",
    "license_ref": "dc.rights.uri",
    "language": "dc.language.iso",
    "degree": "thesis.degree.name",
    "item_number": "dc.identifier.articleno",
}
_WORKS = (
    "journal_article",
    "content_item",
    "conference_paper",
    "dissertation",
    "report-paper",
    "posted_content",
    "dataset",
)
_DATES = {
    "print": "dc.date.publishedprint",
    "online": "dc.date.publishedonline",
    "acceptance_date": "dc.date.accepted",
}
_CITED = ("citation_list", "crossmark", "component_list")


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the innermost work; a book or journal around it is what it stands in."""
    tree = Tree(metadata, draft, "crossref")
    work = next((found for name in _WORKS for found in metadata.iter("*") if local(found) == name), None)
    if work is not None:
        draft.add("dc.type", local(work).replace("_", "-"))
    for element in metadata.iter("*"):
        if local(element) in _CITED:
            for inner in element.iter("*"):
                text = (inner.text or "").strip()
                if text:
                    draft.unread(f"crossref.{local(inner)}", text, "a cited work in words, or a mark of the publisher")
            tree.take(element)
    _dois(tree, work)
    _people(tree)
    for element in list(metadata.iter("*")):
        name = local(element)
        if (
            name in {"publication_date", "approval_date", "posted_date", "acceptance_date"}
            and next(tree.each("year", element), None) is not None
        ):
            _date(tree, element)
        elif name == "issn" and (element.text or "").strip():
            kind = tree.attribute(element, "media_type")
            tree.field("dc.identifier.eissn" if kind == "electronic" else "dc.identifier.issn", element)
        elif name in _TEXTS and "".join(element.itertext()).strip() and element not in tree.taken:
            tree.field(_TEXTS[name], element)
    tree.rest()


def _dois(tree: Tree, work: etree._Element | None) -> None:
    """The DOI of the work; those of what it stands in are reported."""
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
            else:
                tree.draft.unread("crossref.doi", doi, "the DOI of what the work stands in")
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


def _people(tree: Tree) -> None:
    authors = Authors(tree.draft)
    for person in tree.root.iter("*"):
        if local(person) not in {"person_name", "organization"} or person in tree.taken:
            continue
        family, given = tree.text("surname", person), tree.text("given_name", person)
        name = ", ".join(part for part in (family, given) if part) or " ".join((person.text or "").split())
        key = tree.text("ORCID", person) or None
        affiliations = [tree.take(one) for one in tree.each("affiliation", person)]
        affiliations += [tree.take(one) for one in tree.each("affiliations/institution/institution_name", person)]
        rule = known(ROLES, tree.attribute(person, "contributor_role"), "dc.contributor.other")
        if rule == "dc.contributor.author":
            authors.add(name, key, affiliations)
        else:
            tree.draft.add(rule, name, authority=key)
            for text in affiliations:
                tree.draft.add("dc.contributor.affiliation", text)
        if not family:
            tree.take(person)
    authors.finish()


def _date(tree: Tree, element: etree._Element) -> None:
    year, month, day = (tree.text(name, element) for name in ("year", "month", "day"))
    parts = [year, *(part.zfill(2) for part in (month, day if month else "") if part.isdecimal() and int(part) < 32)]
    kind = tree.attribute(element, "media_type") if local(element) == "publication_date" else local(element)
    name, date = _DATES.get(kind, "dc.date.issued"), "-".join(parts)
    said = {(field.name, field.value) for field in tree.draft.fields}
    if (name, date) in said:
        tree.draft.unread(f"crossref.{local(element)}", date, "the same date once more")
    else:
        tree.draft.add(name, date)
