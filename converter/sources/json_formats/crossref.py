"""Works as Crossref's REST interface and citation processors (CSL-JSON) write them.

Sources: https://api.crossref.org/swagger-ui/ and https://docs.citationstyles.org/.
"""

from __future__ import annotations

import html
import re
from typing import Any

from converter.sources.builder import Draft, Said
from converter.sources.container_fields import add_conference, add_issns, add_titles, series_text
from converter.sources.json_formats.leaves import Object, leaves, objects, rest, text_of, texts, unread
from converter.sources.pages import add_pages
from converter.sources.relations import add_relation, cited_in, related, update
from converter.sources.vocabulary import Affiliation, Funding, add_agent, add_funding, agent_address, funder_address
from converter.values.agent_kinds import kind
from converter.values.check_digits import isbns
from converter.values.dates import of_parts
from ontology.source_tables import field_of, fields, notes

_OF_A_PERSON = frozenset(
    "family given non-dropping-particle dropping-particle suffix prefix name literal ORCID affiliation sequence"
    " id".split()
)
_MARKS = frozenset({"indexed", "deposited", "member", "prefix", "score", "reference-count", "content-domain"})
_OF_JOURNALS = frozenset({"issn-type", "coverage", "breakdowns", "coverage-type", "counts", "last-status-check-time"})
_BLOCK = re.compile(r"</?(?:\w+:)?(?:p|title|sec|list|list-item|break|br|div|li)\b[^>]*>")
_MARKUP = re.compile(r"<[^>]+>")
ASSERTED = frozenset({"received", "accepted"})
"""What publishers assert that is a date of the work."""
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
_TEXTS = fields("crossref-json")
_AGENTS = fields("crossref-json", "agent")
_DATES = fields("crossref-json", "date")


def shows(value: Object) -> bool:
    """Whether the object is a work as Crossref's REST interface writes it."""
    return "DOI" in value and (isinstance(value.get("title"), list) or bool(value.keys() & _MARKS))


def shows_journal(value: Object) -> bool:
    """Whether the object is a journal as Crossref's REST interface writes it."""
    return "ISSN" in value and "title" in value and bool(value.keys() & _OF_JOURNALS)


def journal(value: Object, draft: Draft) -> None:
    """Read a journal; what the registry counts of its articles is no part of it."""
    known = {key: part for key, part in value.items() if key in {"title", "publisher", "ISSN", "issn-type", "subjects"}}
    for key in value.keys() - known.keys():
        unread(value[key], draft, f"crossref.{key}", "a figure of the registry")
    subjects = [text_of(one.get("name")) for one in objects(known.pop("subjects", None))]
    read({**known, "type": "journal", "subject": subjects}, draft)


def shows_loosely(value: Object) -> bool:
    """Whether the object is a work of Crossref or of a citation processor."""
    return "DOI" in value or {"type", "author"} <= value.keys() or {"type", "issued"} <= value.keys()


def read(value: Object, draft: Draft) -> None:
    """Read one work."""
    inner = dict(value)
    if text_of(inner.get("type")) == "posted-content" and (kind_ := text_of(inner.pop("subtype", ""))):
        # Not all that is posted is a preprint.
        inner["type"] = kind_.replace("_", "-")
    doi = text_of(inner.get("DOI"))
    draft.identifier = f"https://doi.org/{doi}" if doi else text_of(inner.get("id")) or text_of(inner.get("URL"))
    for name, field in _TEXTS.items():
        if not field:
            unread(inner.pop(name, None), draft, f"crossref.{name}", notes("crossref-json")[name])
    _assertions(inner, draft)
    _related(inner, draft)
    titles = texts(inner.pop("title", None))
    for text in titles:
        draft.add("dc.title", _plain(text))
    _people(inner, draft)
    _dates(inner, draft)
    _pages(inner, draft)
    abstract = text_of(inner.pop("abstract", ""))
    if abstract:
        draft.add("dc.description.abstract", _plain(abstract))
    containers = _containers(inner, draft)
    for text in texts(inner.pop("short-container-title", None)) + texts(inner.pop("container-title-short", None)):
        if text not in containers:
            draft.unread("crossref.short-container-title", text, "the short form of the journal's name")
    for name, field in _TEXTS.items():
        if field and not any(isinstance(one, (dict, list)) for one in _listed(inner.get(name))):
            for text in texts(inner.pop(name, None)):
                # What stands between < and > in an identifier is a part of it, no markup.
                draft.add(field, text if field.startswith("dc.identifier.") else _plain(text))
    _licences(inner, draft)
    _funders(inner, draft)
    _event(inner, draft)
    rest(inner, draft, "crossref")


def _containers(inner: Object, draft: Draft) -> list[str]:
    """Take what the work stands in: journal, book, series, each with its numbers; the titles of the innermost."""
    number = text_of(inner.pop("collection-number", None))
    for text in texts(inner.pop("collection-title", None)):
        draft.add("dc.relation.ispartofseries", series_text(_plain(text), number=number))
        number = ""
    titles = [_plain(text) for text in texts(inner.pop("container-title", None))]
    add_titles(draft, list(dict.fromkeys(titles)), text_of(inner.get("type")), number)
    kinds = {text_of(one.get("value")): text_of(one.get("type")) for one in objects(inner.pop("issn-type", None))}
    add_issns(draft, texts(inner.pop("ISSN", None)), {issn: kind for issn, kind in kinds.items() if issn})
    _isbns(inner, draft)
    return titles


def _isbns(inner: Object, draft: Draft) -> None:
    """Take the ISBNs, of which a list with their kinds may hold more; the electronic edition has a field of its own."""
    kinds = {text_of(one.get("value")): text_of(one.get("type")) for one in objects(inner.pop("isbn-type", None))}
    electronic = {_digits(isbn) for isbn, kind in kinds.items() if kind == "electronic"}
    numbers = {_digits(isbn): isbn for isbn in [*kinds, *texts(inner.pop("ISBN", None))] if isbn}
    for digits, isbn in numbers.items():
        draft.add(field_of("identifier-types", "eisbn" if digits in electronic else "isbn"), isbn)


def _digits(isbn: str) -> str:
    """The digits of an ISBN, however it is written.

    >>> _digits("http://id.crossref.org/isbn/9780306406157"), _digits("0-306-40615-2")
    ('9780306406157', '9780306406157')
    """
    found = isbns(isbn)
    return found[0].value if len(found) == 1 else isbn


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _people(inner: Object, draft: Draft) -> None:
    for key, field in _AGENTS.items():
        people = objects(inner.pop(key, None))
        has_parts = any(person.get("family") for person in people)
        for person in people:
            name, name_type = _name(person, draft)
            if name_type == "whole" and has_parts and kind(name) != "person":
                name_type = "organization"
            add_agent(
                draft,
                field,
                name,
                name_type=name_type,
                identifiers=[agent_address("orcid", text_of(person.get("ORCID"))), *_addresses(person)],
                affiliations=_affiliations(person),
            )
            words = {name_: part for name_, part in person.items() if name_ not in _OF_A_PERSON}
            unread(words, draft, f"crossref.{key}", f"said of {name}, for which there is no field")


def _name(person: Object, draft: Draft) -> tuple[str, str]:
    """The name as catalogues write it, and what it is: one in parts is a person's, one that is whole is not.

    What a processor of citations writes as `literal` is a name that it must not take apart: nothing is said of it, but
    where other names of the list stand in parts.
    """
    family = " ".join(text_of(person.get(part)) for part in ("non-dropping-particle", "family") if person.get(part))
    given = " ".join(text_of(person.get(part)) for part in ("given", "dropping-particle") if person.get(part))
    name = ", ".join(part for part in (family, given) if part)
    if name and text_of(person.get("suffix")):
        name = f"{name}, {text_of(person['suffix'])}"
    unread(person.get("prefix"), draft, "crossref.name.prefix", f"a title of {name}")
    if name:
        # A family name alone may be that of an organisation, which some deposit as a person.
        return name, "person" if given else "whole"
    whole = text_of(person.get("name"))
    return (whole, "organization") if whole else (text_of(person.get("literal")), "whole")


def _affiliations(person: Object) -> list[Affiliation]:
    given = person.get("affiliation")
    named = [Affiliation(text_of(one.get("name")), _addresses(one)) for one in objects(given)]
    return [*(Affiliation(text) for text in texts(given)), *named]


def _addresses(organisation: Object) -> tuple[str, ...]:
    """The addresses of an organisation in lists of such (`id-type` ROR, ISNI …)."""
    stated = [(text_of(one.get("id-type")), text_of(one.get("id"))) for one in objects(organisation.get("id"))]
    return tuple(address for scheme, value in stated if (address := agent_address(scheme, value)))


def _dates(inner: Object, draft: Draft) -> None:
    said: dict[str, set[str]] = {}
    for key, field in _DATES.items():
        for stated in objects(inner.pop(key, None)):
            text = _date(stated)
            known = said.setdefault(field, set())
            if text and not any(one.startswith(text) or text.startswith(one) for one in known):
                if field == "dc.date.issued" and known:
                    draft.unread(f"crossref.{key}", text, "another date of issue; the first that is given counts")
                else:
                    draft.add(field, text)
            known.add(text or " ")


def month_of(number: str) -> str:
    """The month, season or quarter as EDTF numbers it, which has the quarters from 33 on; Crossref has them from 31 on.

    >>> month_of("05"), month_of("21"), month_of("31")
    ('05', '21', '33')
    """
    return str(int(number) + 2) if number in {"31", "32", "33", "34"} else number


def _date(stated: Object) -> str:
    """The date as far as it goes: year, month, day.

    >>> _date({"date-parts": [[2013, 2, 1]]}), _date({"date-parts": [[None]]}), _date({"raw": "2010"})
    ('2013-02-01', '', '2010')
    """
    parts = stated.get("date-parts") or [[]]
    first = parts[0] if parts and isinstance(parts[0], list) else parts
    numbers = [str(part) for part in first if part not in (None, "") and str(part).isdigit()]
    if numbers:
        year, month, *_ = [*numbers, ""]
        return of_parts(year, month_of(month), *numbers[2:3])
    return text_of(stated.get("raw")) or text_of(stated.get("literal"))


def _pages(inner: Object, draft: Draft) -> None:
    add_pages(draft, text_of(inner.pop("page", "")))


def _related(inner: Object, draft: Draft) -> None:
    """Works that are cited, that the work is a notice about, and that are otherwise related to it."""
    for one in objects(inner.pop("reference", None)):
        doi = text_of(one.get("DOI")) or "".join(cited_in(text_of(one.get("unstructured"))))
        if doi:
            draft.add("datacite.relation.cites", related("doi", doi))
        words = {key: part for key, part in one.items() if key != "DOI"}
        unread(words, draft, "crossref.reference", f"said of the cited work {doi}" if doi else "a cited work in words")
    for key, by in (("update-to", False), ("updated-by", True)):
        for one in objects(inner.pop(key, None)):
            doi = text_of(one.get("DOI"))
            draft.add(update(text_of(one.get("type")), by=by), related("doi", doi))
            words = {name: part for name, part in one.items() if name not in {"DOI", "type"}}
            unread(words, draft, f"crossref.{key}", f"when and by whom {doi} was said to be related")
    relations = inner.pop("relation", None)
    for relation, others in relations.items() if isinstance(relations, dict) else ():
        for one in objects(others):
            other = text_of(one.get("id"))
            add_relation(draft, relation, text_of(one.get("id-type")), other, "crossref")
            words = {name: part for name, part in one.items() if name not in {"id", "id-type"}}
            unread(words, draft, f"crossref.relation.{relation}", f"who said that {other} is related")


def _licences(inner: Object, draft: Draft) -> None:
    said: set[str] = set()
    for one in objects(inner.pop("license", None)):
        address = text_of(one.get("URL"))
        if text_of(one.get("content-version")) == "tdm":
            unread(one, draft, "crossref.license", "leave for the mining of texts, no licence of the work")
            continue
        start = one.get("start")
        if address and address not in said:
            draft.add("dc.rights.uri", address, said=Said(since=_date(start) if isinstance(start, dict) else ""))
        said.add(address)
        unread(
            {key: one[key] for key in one if key != "URL"},
            draft,
            "crossref.license",
            f"when and to what {address} applies",
        )
    for one in objects(inner.pop("link", None)):
        unread(one, draft, "crossref.link", "an address for the mining of texts, mostly behind a wall")


def _funders(inner: Object, draft: Draft) -> None:
    stated = []
    for one in objects(inner.pop("funder", None)):
        named = [("fundref", text_of(one.get("DOI")))]
        named += [(text_of(id_.get("id-type")), text_of(id_.get("id"))) for id_ in objects(one.get("id"))]
        addresses = dict.fromkeys(address for scheme, value in named if (address := funder_address(scheme, value)))
        numbers = texts(one.get("award")) or [""]
        funder = text_of(one.get("name"))
        stated += [Funding(funder=funder, funder_ids=tuple(addresses), number=number) for number in numbers]
        unread(one.get("doi-asserted-by"), draft, "crossref.funder.doi-asserted-by", "who named the funder's DOI")
    add_funding(draft, stated)


def _assertions(inner: Object, draft: Draft) -> None:
    """What the publisher asserts (received, peer review …), each under its name; how it is shown is reported."""
    for one in objects(inner.pop("assertion", None)):
        name, value = text_of(one.get("name")), text_of(one.get("value")) or text_of(one.get("URL"))
        if name and value:
            own_name = f"crossref.assertion.{_NOT_IN_NAMES.sub('_', name)}"
            draft.add(field_of("date-types", name, "") if name in ASSERTED else own_name, value)
        taken = {"name", "URL" if not one.get("value") else "value"} if name and value else set()
        left = {key: part for key, part in one.items() if key not in taken}
        unread(left, draft, "crossref.assertion", f"how the assertion {name or 'without a name'} is shown")


def _event(inner: Object, draft: Draft) -> None:
    event = inner.pop("event", None)
    for text in texts(event):
        add_conference(draft, text)
    for one in objects(event):
        days = [
            _date(stated) if isinstance(stated := one.get(key), dict) else text_of(stated) for key in ("start", "end")
        ]
        add_conference(draft, text_of(one.get("name")), text_of(one.get("location")), *days)
        left = {key: part for key, part in one.items() if key not in {"name", "location", "start", "end"}}
        for path, text in leaves(left):
            draft.unread(f"crossref.event.{path}", text, "a detail of the conference")
    for text in texts(inner.pop("event-place", None)):
        draft.add("oaire.citation.conferencePlace", text)


def _plain(text: str) -> str:
    """The text without the markup of JATS or HTML, and with the signs that HTML writes by name.

    >>> _plain("Foam &amp; <i>sand</i>"), _plain("p &lt; 1"), _plain("R&D")
    ('Foam & sand', 'p < 1', 'R&D')
    """
    bare = " ".join(_MARKUP.sub("", _BLOCK.sub(" ", text)).split()) if "<" in text else text
    return html.unescape(bare) if "&" in bare else bare
