"""The page of a record: what a reader looks for first, then details, funding, related works, and every statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from flask import render_template

import ontology
from converter.store.catalogue_entry import ACCESS
from converter.store.catalogue_reader import CatalogueReader, Row, Thing
from converter.store.reader import ArchiveReader
from converter.values import iris
from converter.values.licences import name_of
from server.descriptions import signposting
from server.http.base_path import root
from server.http.languages import gettext, language_name, later, ngettext
from server.pages.held_works import Held
from server.pages.meta_tags import meta_tags
from server.pages.notices import Notice
from server.pages.origin_of_statements import OPEN, provenance
from server.pages.search_request import Searched
from server.pages.surroundings import Linked, Surroundings, surroundings
from server.pages.works import Listed, file_label, listed, main_first
from server.representations import citation
from server.representations.files import File
from server.representations.registry import FULL, REPRESENTATIONS, Description, Representation
from server.representations.schema_org import schema_script
from server.representations.view import Value, View, safe_link
from server.representations.work import Agent, Work

SCHEMES = {
    "doi": "DOI",
    "handle": "Handle",
    "pmid": "PubMed",
    "pmcid": "PubMed Central",
    "arxiv": "arXiv",
    "isbn": "ISBN",
    "issn": "ISSN",
    "eissn": "ISSN (electronic)",
    "lissn": "ISSN-L",
    "scopus-eid": "Scopus",
    "wos": "Web of Science",
    "orcid": "ORCID",
    "ror": "ROR",
    "isni": "ISNI",
    "researcherid": "ResearcherID",
    "local-personal-identifier-scheme": later("Repository"),
    "local-organization-identifier-scheme": later("Repository"),
    "local-resource-identifier-scheme": later("Repository"),
    "url": later("Address"),
    "other": later("Identifier"),
    "citeulike": "CiteULike",
    "hkuros": "HKUROS",
    "google-scholar": "Google Scholar",
    "wikidata": "Wikidata",
}
_ROLES = {"advisor": later("Supervisor"), "editor": later("Editor"), "host-institution": later("Institution")}
_VERSIONS = {
    "published": later("Published"),
    "version-of-record": later("Published version"),
    "submitted": later("Submitted"),
    "accepted-for-publication": later("Accepted"),
    "peer-reviewed": later("Peer-reviewed"),
    "non-peer-reviewed": later("Not peer-reviewed"),
}
_RELATED = {
    "cito:cites": later("Cites"),
    "dcterms:references": later("Cites"),
    "cito:isCitedBy": later("Cited by"),
    "dcterms:isReferencedBy": later("Cited by"),
    "dcterms:isVersionOf": later("Version of"),
    "dcterms:hasVersion": later("Other version"),
    "dcterms:hasPart": later("Has part"),
    "dcterms:relation": later("Related"),
    "dcterms:replaces": later("Replaces"),
    "dcterms:isReplacedBy": later("Replaced by"),
}
_KIND_OF_SHARED = {"author": "person", "editor": "person", "supervisor": "person", "contributor": "person"}
_SHARED = frozenset({"person", "subject", "journal", "series", "grant"})
"""What two works have in common, in words."""
_WAYS = {
    "collection": (later("Collections"), "collections"),
    "journal": (later("Journals"), "journals"),
    "series": (later("Series"), "series"),
    "type": (later("Types"), "types"),
}
"""By which role a trail leads to a work, and the list that it begins at."""
_NOT_STATED = later("Not stated in the record")
_LISTED_PART = 40
"""Values of one kind that are shown on the page; all stand among the statements."""


class Person(NamedTuple):
    """Somebody in a role: the name as printed, the page of it, whether identified, the places of affiliations."""

    name: str
    link: str
    known: bool
    places: tuple[int, ...]


class Funder(NamedTuple):
    """A funder with its own grant numbers, and how many works here it stands behind."""

    name: str
    link: str
    grants: tuple[tuple[str, str], ...]
    works: int


class Heading(NamedTuple):
    """A subject with its qualifiers."""

    label: Value
    link: str
    qualifiers: tuple[Value, ...]


def record_page(  # noqa: PLR0913 - what the page shows beside the record
    described: Description,
    variant: str,
    offers: Sequence[Representation],
    archive: ArchiveReader | None,
    *,
    search: bool,
    notices: Sequence[Notice] = (),
    held: Sequence[Held] = (),
) -> bytes:
    """The page of a record; `search` says that there are pages of names and results to lead to."""
    view, item, work = described.view, described.address, described.work
    path = item.removeprefix(f"{view.base}item/")
    catalogue = archive.catalogue if archive else None
    row = catalogue.work(path) if catalogue else None
    links = catalogue.links(row.id) if catalogue and row else []
    record = archive.get(path) if archive and not work.withdrawn else None
    page = _Page(view, work, links, search=search)
    about = signposting.of_page(described, variant, REPRESENTATIONS)
    return render_template(
        "record.html",
        view=view,
        work=work,
        item=item,
        variant=variant,
        source=variant.replace("/record/", "/source/", 1) if archive else "",
        title=view.label(item),
        language=work.titles[0].language if work.titles else "",
        notices=[
            (one.text, one.grave, [(safe_link(address) or "", title or address) for address, title in one.works])
            for one in notices
        ],
        held=[
            (one.heading, [(page.link(address), title or address) for address, title in one.works], one.is_all)
            for one in held
        ],
        trail=page.trail(),
        badges=page.badges(row),
        authors=page.people(work.authors),
        affiliations=page.affiliations(),
        place=page.place(),
        year_link=page.found("year", work.year) if search and work.year else "",
        files=[(file, _file(file)) for file in _main_first(work.files) if safe_link(file.address)],
        identifiers=page.identifiers(),
        facts=page.facts(),
        headings=page.headings(),
        funders=page.funders(),
        statements_of_funding=[
            text for part in view.nodes(item, "frbr:part") for text in view.texts(part, "c4o:hasContent")
        ],
        picture=page.picture(),
        made=provenance(record, view.base, item, described.lines) if record else None,
        opened=OPEN,
        related=_related(catalogue, row, links, root(view.base)),
        history=archive.history(path) if archive else [],
        offers=_grouped(offers),
        forms=offers,
        links=[*about, *signposting.sets(variant)],
        meta=meta_tags(described),
        script=schema_script(view, item),
        citation=citation.html(work),
        styles=[form for form in offers if form.parameter],
        summary=_summary(work, row),
        gone=work.withdrawn,
    ).encode()


class _Page:
    """What a page shows of a work, part by part."""

    def __init__(self, view: View, work: Work, links: list[tuple[Thing, list[str]]], *, search: bool) -> None:
        self._view, self._work, self._search = view, work, search
        self._links = links
        self._root = root(view.base)
        self._works = {thing.address: thing.works for thing, _ in links}

    def link(self, address: str) -> str:
        """Our own page of a thing, or the address elsewhere where a link may lead there."""
        if address.startswith(self._view.base):
            return self._root + address.removeprefix(self._view.base)
        return safe_link(address) or ""

    def found(self, role: str, value: str) -> str:
        """The works with a value."""
        if not self._search:
            return ""
        empty = Searched("", (), "", "", 1, "")
        return (empty._replace(years=value) if role == "year" else empty._replace(filters=((role, value),))).address(
            f"{self._root}search"
        )

    def trail(self) -> list[tuple[str, str]]:
        """The collection that the work is in, else its journal, else its series, else the works of its type."""
        for role, (title, list_) in _WAYS.items():
            for thing in (thing for thing, roles in self._links if role in roles):
                if role == "type":
                    own = (gettext(thing.label), self.found(role, thing.address))
                else:
                    own = (thing.label, self._root + thing.address)
                above = [(gettext(title), f"{self._root}browse/{list_}")] if self._search else []
                return [*above, own] if own[1] else []
        return []

    def badges(self, row: Row | None) -> list[tuple[str, str]]:
        """Type and access in words."""
        if row is None:
            return [(gettext(value), "") for value in self._work.types[:1]]
        access = row.stated.get("access", "")
        until = row.stated.get("embargo", "")
        shown = [(gettext(row.stated.get("type", "Work")), "")]
        if access:
            dated = access == "embargoed" and until
            words = gettext("Embargoed until %(day)s", day=until) if dated else gettext(ACCESS[access])
            shown.append((words, "open" if access == "open" else "shut"))
        return shown

    def people(self, agents: Iterable[Agent]) -> list[Person]:
        """Agents with the pages that they have."""
        named = {name: place for place, name in enumerate(self.affiliations(), 1)}
        return [
            Person(
                agent.name,
                self._person(agent),
                bool(agent.orcid) or "/person/" in agent.address,
                tuple(named[name] for name in agent.affiliations if name in named),
            )
            for agent in agents
        ]

    def affiliations(self) -> list[str]:
        """The affiliations of the authors, each once."""
        return list(dict.fromkeys(name for agent in self._work.authors for name in agent.affiliations))

    def place(self) -> tuple[str, str, str, list[tuple[str, str]]] | None:
        """Where the work appeared: name, link, pages, and volume and issue with their links."""
        view, work = self._view, self._work
        part = next((one for one in view.links(work.address, "dcterms:isPartOf") if one.text and one.address), None)
        name = work.journal or work.book or work.series
        if part is None and not name:
            return None
        numbers = []
        volume = next(iter(view.nodes(work.address, "frbr:partOf")), "")
        for word, number in (("volume", work.volume), ("issue", work.issue)):
            said = {"volume": gettext("volume %(n)s", n=number), "issue": gettext("issue %(n)s", n=number)}[word]
            if number:
                start, found, _ = volume.partition("/issue/") if word == "volume" else (volume, volume, "")
                numbers.append((said, self.link(start) if found and start else ""))
        pages = "–".join(work.page_range) or work.article_number
        return name or (part.text if part else ""), self.link(part.address or "") if part else "", pages, numbers

    def identifiers(self) -> list[tuple[str, str, str]]:
        """Scheme, value and address of the page of each identifier, each once."""
        found: dict[tuple[str, str], str] = {}
        work = self._work
        own = [("doi", work.doi), ("handle", work.handle)]
        stated = [*own, *((one.scheme, one.value) for one in work.identifiers)]
        stated += [("isbn", work.isbn if not work.book else "")]
        for scheme, value in stated:
            if value:
                found.setdefault(
                    (gettext(SCHEMES.get(scheme, scheme.replace("-", " ").upper())), value),
                    page_of_identifier(scheme, value),
                )
        return [(scheme, value, address) for (scheme, value), address in found.items()]

    def facts(self) -> list[tuple[str, list[Value]]]:
        """The details of a work in a reader's order; of licence and access also that the record says nothing."""
        view, work, item = self._view, self._work, self._work.address
        stated: list[tuple[str, list[Value]]] = []
        for role, agents in work.roles.items():
            if role not in {"author", "publisher"}:
                people = [Value(one.name, one.link or None) for one in self.people(agents)]
                stated.append((_ROLES.get(role, role.replace("-", " ").capitalize()), people))
        stated += [
            (later("Other title"), [*work.other_titles]),
            (
                later("Publisher"),
                [*view.links(item, "dcterms:publisher"), *view.links(item, "fabio:hasPlaceOfPublication")],
            ),
            (later("Date"), [Value(text) for text in self._dates()]),
            (later("Language"), [Value(language_name(code), self.found("language", f"language/{code}") or None)
                          for code in work.languages]),
            (later("Type"), [Value(text) for text in work.types]),
            (later("Version"), [Value(text) for text in self._versions()]),
            (later("Access"), [Value(text) for text in self._access()]),
            (
                later("Licence"),
                [Value(name_of(work.licence), work.licence) if work.licence else Value(gettext(_NOT_STATED))],
            ),
            (later("Rights"), [*work.rights]),
            (later("Series"), [Value(f"{work.series} {work.number}".strip())] if work.series and work.journal else []),
            (later("Description"), [*work.descriptions]),
            (later("Citation as printed"), [Value(work.citation)] if work.citation else []),
        ]  # fmt: skip
        for property_, name in _RELATED.items():
            stated.append((name, [*view.links(item, property_), *view.texts(item, property_)]))
        return [(gettext(name), self._here(values)) for name, values in _joined(stated) if values]

    def headings(self) -> list[Heading]:
        """The subjects as they were assigned: a heading once, with its qualifiers."""
        view = self._view
        found: dict[str, tuple[Value, str, list[Value]]] = {}
        for value in self._work.subjects[: _LISTED_PART * 2]:
            address = value.address or ""
            heading = next(iter(view.nodes(address, "meshv:hasDescriptor")), "") if address else ""
            qualifiers = (
                [
                    one
                    for node in view.nodes(address, "meshv:hasQualifier")
                    for one in [Value(view.label(node), self.link(node))]
                ]
                if heading
                else []
            )
            key = heading or address or value.text
            label = Value(view.label(heading), heading) if heading else value
            found.setdefault(key, (label, self.link(heading or address), []))[2].extend(qualifiers)
        return [Heading(label, link, tuple(qualifiers)) for label, link, qualifiers in found.values()]

    def funders(self) -> list[Funder]:
        """Each funder with the grants that are its own; grants of nobody stand under no name."""
        view, item = self._view, self._work.address
        grants: dict[str, list[tuple[str, str]]] = {}
        for node in view.nodes(item, "frapo:isFundedBy"):
            agency = next(iter(view.nodes(node, "frapo:hasFundingAgency")), "")
            number = view.text(node, "frapo:hasGrantNumber") or view.label(node)
            grants.setdefault(agency, []).append((number, self.link(node)))
        agencies = dict.fromkeys([*view.nodes(item, "frapo:hasFundingAgency"), *grants])
        return [
            Funder(
                view.label(agency) if agency else gettext("Not named"),
                self.link(agency) if agency else "",
                tuple(grants.get(agency, ())),
                self._works.get(agency.removeprefix(view.base), 0),
            )
            for agency in agencies
        ]

    def picture(self) -> Surroundings | None:
        """The work and what it is linked with here."""

        def linked(*roles: str) -> list[Linked]:
            found = [thing for thing, own in self._links if set(roles) & set(own)]
            return [
                Linked(one.label, self._root + one.address, one.works, not one.address.startswith("name/"))
                for one in sorted(found, key=lambda one: -one.works)
                # A heading with a qualifier stands for the heading alone.
                if "subject" not in roles or one.address.count("/") < 3
            ]

        people = [
            Linked(one.name, one.link, self._works.get(one.link.removeprefix(self._root), 1), one.known)
            for one in self.people(self._work.authors)
        ]
        return (
            surroundings(
                [(gettext("Authors"), people), (gettext("Publisher"), linked("publisher"))],
                [
                    (gettext("Published in"), linked("journal", "series", "book")),
                    (gettext("Subjects"), linked("subject")),
                    (gettext("Funders"), linked("funder")),
                ],
            )
            if self._search
            else None
        )

    def _here(self, values: list[Value]) -> list[Value]:
        """Values whose addresses of ours lead to our own pages, each once."""
        shown = [
            value._replace(address=self.link(value.address) or None) if value.address else value for value in values
        ]
        return list({(value.text, value.address): value for value in shown}.values())[:_LISTED_PART]

    def _person(self, agent: Agent) -> str:
        own = agent.address.removeprefix(self._view.base)
        if agent.address.startswith(self._view.base) and not own.startswith("item/"):
            return self._root + own
        return f"{self._root}name/{iris.slug(agent.name)}" if self._search else ""

    def _dates(self) -> list[str]:
        work = self._work
        day = "-".join(work.date)
        stated = [gettext("Published %(day)s", day=day) if day else gettext("No date of publication in the record")]
        added = gettext("Added to the repository %(day)s", day=work.available) if work.available else ""
        return [*stated, *([added] if added else [])]

    def _versions(self) -> list[str]:
        view = self._view
        names = [
            node.rpartition("/")[2]
            for status in view.nodes(self._work.address, "pso:holdsStatusInTime")
            for node in view.nodes(status, "pso:withStatus")
        ]
        return [gettext(_VERSIONS.get(name, name.replace("-", " ").capitalize())) for name in dict.fromkeys(names)]

    def _access(self) -> list[str]:
        codes = {"c_abf2": "open", "c_f1cf": "embargoed", "c_16ec": "restricted", "c_14cb": "metadata"}
        nodes = [node.rpartition("/")[2] for node in self._view.nodes(self._work.address, "dcterms:accessRights")]
        return [gettext(ACCESS[codes[node]]) for node in nodes if node in codes] or [gettext(_NOT_STATED)]


def page_of_identifier(scheme: str, value: str) -> str:
    """The page of an identifier at those who give it, empty where there is none."""
    for key in (f"datacite:{scheme}", f"scheme/{scheme}"):
        pattern = ontology.schemes().get(key, {}).get("page", "")
        if pattern:
            whole = pattern == "{v}"
            return safe_link(value if whole else pattern.format(v=quote(value, safe="/:;().-_~"))) or ""
    return ""


def _joined(stated: list[tuple[str, list[Value]]]) -> list[tuple[str, list[Value]]]:
    found: dict[str, list[Value]] = {}
    for name, values in stated:
        found.setdefault(name, []).extend(values)
    return list(found.items())


def _main_first(files: Iterable[File]) -> list[File]:
    by_name = {file.name + file.address: file for file in files}
    ordered = main_first([{"name": f.name, "address": f.address, "type": f.media_type} for f in by_name.values()])
    return [by_name[one["name"] + one["address"]] for one in ordered]


def _file(file: File) -> str:
    return file_label({"name": file.name, "type": file.media_type, "size": file.size})


def _related(
    catalogue: CatalogueReader | None, row: Row | None, links: Sequence[tuple[Thing, list[str]]], above: str
) -> list[Listed]:
    """The works that share most with a work, each with what that is."""
    if catalogue is None or row is None:
        return []
    own = {thing.id: roles for thing, roles in links}
    found = []
    for other, _ in catalogue.related(row.id):
        shared: Counter[str] = Counter()
        for thing, roles in catalogue.links(other.id):
            # A heading with a qualifier is counted with the heading.
            if thing.id in own and thing.address.count("/") < 3:
                shared.update({_KIND_OF_SHARED.get(role, role) for role in roles} & _SHARED)
        found.append(listed(other, above)._replace(note=_shared(shared)))
    return found


def _shared(shared: Mapping[str, int]) -> str:
    """What two works have in common, in words."""
    counted = (
        (ngettext("%(n)s person", "%(n)s people", shared["person"]), shared["person"]),
        (ngettext("%(n)s subject", "%(n)s subjects", shared["subject"]), shared["subject"]),
        (gettext("the journal"), shared["journal"]),
        (gettext("the series"), shared["series"]),
        (ngettext("%(n)s grant", "%(n)s grants", shared["grant"]), shared["grant"]),
    )
    stated = ", ".join(text for text, number in counted if number)
    return gettext("In common: %(what)s", what=stated) if stated else ""


def _grouped(offers: Sequence[Representation]) -> Mapping[str, list[Representation]]:
    """The forms of the document by what they are for."""
    citations, linked, others = gettext("Citation"), gettext("Linked data"), gettext("Metadata")
    groups: dict[str, list[Representation]] = {citations: [], linked: [], others: []}
    for form in offers:
        if form.suffix in {".bib", ".classic.bib", ".ris", ".csl.json", ".md"}:
            groups[citations].append(form)
        elif form.profile is FULL:
            groups[linked].append(form)
        elif form.suffix in {".datacite.xml", ".datacite.json", ".dc.xml", ".dc.ttl", ".schema.jsonld", ".schema.ttl"}:
            groups[others].append(form)
    return groups


def _summary(work: Work, row: Row | None) -> str:
    """A sentence for search engines and for those who share the page."""
    kind = gettext(row.stated.get("type", "Work") if row else (work.types[0] if work.types else "Work"))
    names = [agent.name for agent in work.authors]
    more = ngettext("and %(n)s more", "and %(n)s more", len(names) - 1) if len(names) > 1 else ""
    by = f": {names[0]}{' ' if more else ''}{more}" if names else ""
    place = work.journal or work.book or work.issuer
    parts = [f"{kind}{by}", place, work.year]
    return ", ".join(part for part in parts if part) + "."
