"""Graph → a work as it is cited: title, agents in their roles, date, where it appeared, identifiers, rights.

Every citation and every foreign profile is written from this and from nothing else, so that they all say the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from converter.values import names
from converter.values.identifiers import resolved
from converter.values.text import plain
from server.representations.files import File, files_of, main_pdf
from server.representations.publication_line import (
    Event,
    Issued,
    Series,
    containers_of,
    event_of,
    isbns_of,
    issns_of,
    issued_of,
)
from server.representations.related_works import RelatedWork, related_works
from server.representations.view import Value, View
from server.representations.work_types import Kind, kind_of

_ORCID = re.compile(r"https?://orcid\.org/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_ORCID_PATH = re.compile(r"person/orcid/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$")
_INITIALS = re.compile(r"[A-Z]{2,4}")
# What stands for a name that is not known, and for names that are not given.
_NOBODY = re.compile(r"(?:\(?:un[a-z]{2}\)\s*)?(?:unknown|unkn|et\.? al\.?)?|:un[a-z]{2}", re.IGNORECASE)
_FULLER = re.compile(r"\s*\([^()]*\)")
_ACCESS = {
    "http://purl.org/coar/access_right/c_abf2": "open access",
    "http://purl.org/coar/access_right/c_f1cf": "embargoed access",
    "http://purl.org/coar/access_right/c_16ec": "restricted access",
    "http://purl.org/coar/access_right/c_14cb": "metadata only access",
}
"""Access rights → their names (https://vocabularies.coar-repositories.org/access_rights/)."""
_NO_GENRE = re.compile(
    r"(?:non)?peer[ -]?reviewed|info:.*|https?://.*|text|publishe[dr]s? ?version"
    # Entries of BibTeX and tags of RIS.
    r"|phdthesis|mastersthesis|techreport|inproceedings|incollection|inbook|misc|unpublished|thes|rprt|jour|chap|cpaper"
    # Types of Crossref.
    r"|journal-article|book-chapter|proceedings-article|posted-content|edited-book|peer-review",
    re.IGNORECASE,
)
_CODE = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+")
"""A type as vocabularies of programs write it: `doctoralThesis`."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBERED = {"patent": ("patent", "other"), "report": ("govdoc", "other"), "standard": ("govdoc", "other")}
"""What has a number of its own → the schemes of that number, the first that it has."""
DATES = {
    "Created": "dcterms:created",
    "Copyrighted": "dcterms:dateCopyrighted",
    "Submitted": "dcterms:dateSubmitted",
    "Accepted": "dcterms:dateAccepted",
    "Collected": "fabio:hasDateCollected",
    "Updated": "dcterms:modified",
    "Valid": "dcterms:valid",
}
"""Other dates of a work, by DataCite's names of them → our properties."""
_UNREGISTERED = "123456789/"
"""The prefix of repositories that have none of their own: such a handle leads nowhere."""


class Agent(NamedTuple):
    """Somebody in a role: the original name, its parts where it has them, and where the agent is described.

    One that is neither `organisation` nor `person` may be either.
    """

    name: str
    family: str
    given: str
    organisation: bool
    orcid: str
    address: str
    affiliations: tuple[str, ...] = ()
    person: bool = False
    suffix: str = ""
    identifiers: tuple[Identifier, ...] = ()

    @property
    def called(self) -> str:
        """The given names without the fuller form that catalogues add."""
        return _FULLER.sub("", self.given) or self.given

    @property
    def first_names(self) -> str:
        """What the agent is called; initials without points, as catalogues write them, get theirs.

        >>> Agent("Brandt-Yao, LM", "Brandt-Yao", "LM", False, "", "").first_names
        'L. M.'
        >>> Agent("May, E. J. (Edith J.)", "May", "E. J. (Edith J.)", False, "", "").first_names
        'E. J.'
        """
        return " ".join(f"{letter}." for letter in self.called) if _INITIALS.fullmatch(self.called) else self.called


class Identifier(NamedTuple):
    """An identifier and the name of its scheme (doi, handle, pmid, isbn)."""

    scheme: str
    value: str


class Grant(NamedTuple):
    """A grant: its number, its agency (None where nobody names it), its title and its page."""

    number: str
    agency: Value | None = None
    title: str = ""
    page: str = ""


class Work(NamedTuple):
    """A work as it is cited; what the graph does not say is empty."""

    address: str
    document: str
    kind: Kind
    withdrawn: str
    titles: tuple[Value, ...]
    other_titles: tuple[Value, ...]
    translated_titles: tuple[Value, ...]
    subtitles: tuple[Value, ...]
    roles: dict[str, tuple[Agent, ...]]
    issued: Issued
    dates: tuple[tuple[str, str], ...]
    available: str
    event: Event
    journal: str
    book: str
    series: str
    all_series: tuple[Series, ...]
    issns: tuple[str, ...]
    isbns: tuple[str, ...]
    host_isbns: tuple[str, ...]
    volume: str
    issue: str
    first_page: str
    last_page: str
    article_number: str
    number: str
    version: str
    edition: str
    publishers: tuple[str, ...]
    place: str
    identifiers: tuple[Identifier, ...]
    handle: str
    doi: str
    pages: tuple[str, ...]
    languages: tuple[str, ...]
    abstracts: tuple[Value, ...]
    descriptions: tuple[Value, ...]
    subjects: tuple[Value, ...]
    types: tuple[str, ...]
    citation: str
    licence: str
    rights: tuple[Value, ...]
    access: str
    funders: tuple[Value, ...]
    grants: tuple[Grant, ...]
    funder_identifiers: dict[str, Identifier]
    places: tuple[str, ...]
    formats: tuple[str, ...]
    extents: tuple[str, ...]
    related: tuple[RelatedWork, ...]
    files: tuple[File, ...]

    @property
    def title(self) -> str:
        """The first title, or the address of a work that has none."""
        return self.titles[0].text if self.titles else self.address

    @property
    def full_title(self) -> str:
        """The main title with its subtitle, where that does not stand in it already; empty where there is no title."""
        main = self.titles[0].text if self.titles else ""
        rest = [value.text for value in self.subtitles if value.text.casefold() not in main.casefold()]
        return ": ".join([main, *rest[:1]]) if main else ""

    @property
    def date(self) -> tuple[str, ...]:
        """The year of publication, and the month and day, as far as they are known."""
        return self.issued.date

    @property
    def issn(self) -> str:
        """The first ISSN of what the work stands in, empty where there is none."""
        return next(iter(self.issns), "")

    @property
    def isbn(self) -> str:
        """The first ISBN of the work or of the book around it, empty where there is none."""
        return next(iter(self.isbns), "")

    @property
    def own_number(self) -> str:
        """The number of a report, a standard or a patent, empty where there is none."""
        schemes = _NUMBERED.get(self.kind.csl, ())
        found = (one.value for scheme in schemes for one in self.identifiers if one.scheme == scheme)
        return next(found, "")

    @property
    def year(self) -> str:
        """The year, empty where it is not known."""
        return self.date[0] if self.date else ""

    @property
    def authors(self) -> tuple[Agent, ...]:
        """The authors, in their order; of a patent without one, the inventors."""
        return self.roles.get("author", ()) or (self.roles.get("inventor", ()) if self.kind.csl == "patent" else ())

    @property
    def issuer(self) -> str:
        """Who stands behind the work: the institution of a thesis where it is given, else its publishers."""
        hosts = self.roles.get("host-institution", ()) if self.kind.csl == "thesis" else ()
        return "; ".join(agent.name for agent in hosts) or "; ".join(self.publishers)

    @property
    def language(self) -> str:
        """The language of the work, of several the one in which it is titled; empty where that is not known."""
        if len(self.languages) == 1:
            return self.languages[0]
        return self.language_of_title if self.language_of_title in self.languages else ""

    @property
    def language_of_title(self) -> str:
        """The language that the source gives to the title, without its region; empty where it gives none."""
        return (self.titles[0].language or "").partition("-")[0].lower() if self.titles else ""

    @property
    def genre(self) -> str:
        """What the repository calls the kind of work, without the words of its software."""
        if self.is_preprint:
            return "Preprint"
        found = [text for text in self.types if not _NO_GENRE.fullmatch(text)]
        # What says no more than the class of the work is the last choice.
        general = {self.kind.datacite.casefold(), self.kind.schema_org.casefold(), self.kind.csl}
        text = next((text for text in found if text.casefold() not in general), next(iter(found), ""))
        return _HUMP.sub(" ", text).capitalize() if _CODE.fullmatch(text) else text

    @property
    def is_preprint(self) -> bool:
        """Whether the work is a preprint, for which some formats have no kind of reference but a word beside it."""
        return self.kind.class_ == "fabio:Preprint"

    @property
    def more_series(self) -> str:
        """The series but the first, in words, for formats that have a place for one."""
        return f"Also in: {'; '.join(map(str, self.all_series[1:]))}" if self.all_series[1:] else ""

    @property
    def keywords(self) -> str:
        """The subjects in one text, with a semicolon behind each where one of them holds a comma."""
        found = [value.text for value in self.subjects]
        if not any("," in text for text in found):
            return ", ".join(found)
        # One alone has a semicolon too, else its comma would make two of it.
        return "; ".join(found) + (";" if len(found) == 1 else "")

    @property
    def is_open(self) -> bool | None:
        """Whether anybody may read the work for nothing; None where the source does not say."""
        return _ACCESS.get(self.access) == "open access" if self.access else None

    @property
    def access_name(self) -> str:
        """The access right in words, empty where the source does not say."""
        return _ACCESS.get(self.access, "")

    @property
    def main_pdf(self) -> File | None:
        """The PDF that is the work itself."""
        return main_pdf(self.files)

    @property
    def page_range(self) -> tuple[str, ...]:
        """The first and the last page, each once, as far as they are known."""
        return tuple(dict.fromkeys(part for part in (self.first_page, self.last_page) if part))

    @property
    def landing(self) -> str:
        """The address that others should cite: the repository's own where it gives one, its handle, else ours."""
        own = next((page for page in self.pages if self.handle and page.endswith(f"/handle/{self.handle}")), "")
        if own:
            return own
        known = self.handle and not self.handle.startswith(_UNREGISTERED)
        return f"https://hdl.handle.net/{self.handle}" if known else self.address

    @property
    def resolved_doi(self) -> str:
        """The address at which the DOI is resolved, empty where there is none."""
        return resolved("https://doi.org/{v}", self.doi) or "" if self.doi else ""

    @property
    def link(self) -> str:
        """The address in a citation: the DOI, which outlives everything else, else the handle, else our own."""
        return self.resolved_doi or self.landing


@lru_cache(maxsize=4)
def work(view: View, address: str) -> Work:
    """The work of that address, as the view describes it."""
    path = address.removeprefix(f"{view.base}item/")
    document = f"{view.base}record/{path}"
    containers = containers_of(view, address)
    identifiers = identifiers_of(view, address)
    roles = _roles(view, address)
    manifestations = view.nodes(address, "frbr:embodiment")
    return Work(
        address=address,
        document=document,
        kind=kind_of(view, address, in_journal=containers.in_journal),
        withdrawn=view.text(document, "prov:invalidatedAtTime"),
        titles=_texts(view, address, "dcterms:title"),
        translated_titles=_texts(view, address, "fabio:hasTranslatedTitle"),
        other_titles=_texts(view, address, "dcterms:alternative", "fabio:hasTranslatedTitle", "fabio:hasSubtitle"),
        roles=roles,
        subtitles=_texts(view, address, "fabio:hasSubtitle"),
        issued=issued_of(view, address),
        dates=tuple(
            (name, value.text) for name, property_ in DATES.items() for value in view.texts(address, property_)
        ),
        event=event_of(view, address),
        available=view.text(address, "dcterms:available")[:10],
        journal=containers.journal,
        book=containers.book,
        series=containers.series,
        all_series=containers.all_series,
        issns=issns_of(view, address) or containers.issns,
        isbns=isbns_of(view, address) or containers.isbns,
        host_isbns=containers.isbns,
        volume=view.text(address, "prism:volume"),
        issue=view.text(address, "prism:issueIdentifier"),
        first_page=view.text(address, "prism:startingPage"),
        last_page=view.text(address, "prism:endingPage"),
        article_number=view.text(address, "fabio:hasElectronicArticleIdentifier"),
        number=containers.number,
        version=view.text(address, "dcat:version"),
        edition=view.text(address, "prism:edition"),
        publishers=tuple(agent.name for agent in roles.get("publisher", ()))
        or tuple(value.text for value in view.links(address, "dcterms:publisher")),
        place=next((value.text for value in view.links(address, "fabio:hasPlaceOfPublication")), ""),
        identifiers=identifiers,
        handle=view.text(address, "fabio:hasHandle"),
        doi=view.text(address, "prism:doi") or next((value for scheme, value in identifiers if scheme == "doi"), ""),
        pages=tuple(view.nodes(address, "foaf:page")),
        languages=tuple(node.rpartition("/")[2] for node in view.nodes(address, "dcterms:language")),
        abstracts=tuple(view.texts(address, "dcterms:abstract")),
        descriptions=_texts(view, address, "dcterms:description", "dc:description"),
        subjects=_subjects(view, address),
        types=tuple(value.text for value in view.texts(address, "dc:type")),
        citation=view.text(address, "dcterms:bibliographicCitation"),
        licence=next(iter(view.nodes(address, "dcterms:license")), ""),
        rights=_texts(view, address, "dc:rights", "dcterms:rights"),
        access=next((node for node in view.nodes(address, "dcterms:accessRights") if node in _ACCESS), ""),
        funders=tuple(view.links(address, "frapo:hasFundingAgency")),
        grants=tuple(_grant(view, grant) for grant in view.nodes(address, "frapo:isFundedBy")),
        funder_identifiers=_funder_identifiers(view, address),
        places=tuple(value.text for value in view.links(address, "dcterms:spatial")),
        formats=tuple(value.text for node in manifestations for value in view.texts(node, "dc:format")),
        extents=tuple(value.text for node in manifestations for value in view.texts(node, "dcterms:extent")),
        related=related_works(view, address),
        files=files_of(view, address),
    )


def orcid(view: View, address: str) -> str:
    """The ORCID iD of an agent, empty where the graph knows none."""
    own = _ORCID_PATH.search(address)
    if own:
        return own[1]
    for page in (*view.nodes(address, "foaf:page"), *view.nodes(address, "owl:sameAs")):
        stated = _ORCID.fullmatch(page)
        if stated:
            return stated[1]
    return next((value for scheme, value in identifiers_of(view, address) if scheme == "orcid"), "")


def _texts(view: View, address: str, *names: str) -> tuple[Value, ...]:
    return tuple(value._replace(text=plain(value.text)) for name in names for value in view.texts(address, name))


def identifiers_of(view: View, address: str) -> tuple[Identifier, ...]:
    """The identifiers that the graph gives a thing, each with its scheme."""
    found = []
    for node in view.nodes(address, "datacite:hasIdentifier"):
        scheme = next(iter(view.nodes(node, "datacite:usesIdentifierScheme")), "")
        value = view.text(node, "literal:hasLiteralValue")
        if value:
            found.append(Identifier(scheme.rpartition("/")[2], value))
    return tuple(found)


def _roles(view: View, address: str) -> dict[str, tuple[Agent, ...]]:
    """Role → its agents in their order."""
    found: dict[str, list[tuple[int, Agent]]] = {}
    for node in view.nodes(address, "pro:isDocumentContextFor"):
        role = next(iter(view.nodes(node, "pro:withRole")), "").rpartition("/")[2]
        holder = next(iter(view.nodes(node, "pro:isHeldBy")), "")
        affiliations = tuple(value.text for value in view.links(node, "pro:relatesToOrganization"))
        agent = _agent(view, holder, view.text(node, "rdfs:label"), affiliations)
        if _NOBODY.fullmatch(agent.name):
            continue
        found.setdefault(role, []).append((int(view.text(node, "co:index") or 0), agent))
    return {
        role: tuple(agent for _, agent in sorted(agents, key=lambda pair: pair[0])) for role, agents in found.items()
    }


def _agent(view: View, address: str, name: str, affiliations: tuple[str, ...]) -> Agent:
    types = {node.rpartition("/")[2] for node in view.nodes(address, "rdf:type")}
    name = name or view.label(address)
    is_person = "Person" in types
    # The parts as this record prints them; a person whom several records name has those of all.
    printed = names.person(name) if is_person else names.PersonName(name)
    return Agent(
        name=name,
        family=printed.family or view.text(address, "foaf:familyName"),
        given=(printed.given or "") if printed.family else view.text(address, "foaf:givenName"),
        organisation=bool(types & {"Organization", "FundingAgency"}),
        person=is_person,
        suffix=printed.suffix or "",
        identifiers=identifiers_of(view, address),
        orcid=orcid(view, address),
        address=address,
        affiliations=affiliations,
    )


def _subjects(view: View, address: str) -> tuple[Value, ...]:
    """The subjects as the indexer assigned them: a heading with a qualifier stands for the heading alone."""
    assigned = view.links(address, "fabio:hasSubjectTerm")
    stated = {node for value in assigned if value.address for node in view.nodes(value.address, "skos:broader")}
    stated |= {value.address for value in assigned if value.address}
    own = [value for value in view.links(address, "dcterms:subject") if value.address not in stated]
    return tuple(assigned + own)


def _grant(view: View, address: str) -> Grant:
    return Grant(
        view.text(address, "frapo:hasGrantNumber"),
        next(iter(view.links(address, "frapo:hasFundingAgency")), None),
        view.text(address, "dcterms:title"),
        next(iter(view.nodes(address, "foaf:page")), ""),
    )


def _funder_identifiers(view: View, address: str) -> dict[str, Identifier]:
    """The address of each agency that has an identifier → the first of them."""
    grants = view.nodes(address, "frapo:isFundedBy")
    agencies = [node for one in (address, *grants) for node in view.nodes(one, "frapo:hasFundingAgency")]
    return {agency: found[0] for agency in agencies if (found := identifiers_of(view, agency))}
