"""Graph → a work as it is cited: title, agents in their roles, date, where it appeared, identifiers, rights.

Every citation and every foreign profile is written from this and from nothing else, so that they all say the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import ontology
from server.site.view import Value, View

_ORCID = re.compile(r"https?://orcid\.org/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_ORCID_PATH = re.compile(r"person/orcid/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_INITIALS = re.compile(r"[A-Z]{2,4}")
_OPEN = "http://purl.org/coar/access_right/c_abf2"
_UNREGISTERED = "123456789/"
"""The prefix of repositories that have none of their own: such a handle leads nowhere."""
_JOURNALS = frozenset({"fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"})
_SERIES = frozenset({"fabio:Series", "fabio:BookSeries"})


class Kind(NamedTuple):
    """What a work is, in the words of each of those who cite it (a row of `ontology/works.csv`)."""

    class_: str
    schema_org: str
    csl: str
    bibtex: str
    ris: str
    datacite: str


class Agent(NamedTuple):
    """Somebody in a role: the name as it came, its parts where it has them, and where the agent is described."""

    name: str
    family: str
    given: str
    organisation: bool
    orcid: str
    address: str
    affiliations: tuple[str, ...] = ()

    @property
    def first_names(self) -> str:
        """The given names; initials without points, as catalogues write them, get theirs.

        >>> Agent("Brandt-Yao, LM", "Brandt-Yao", "LM", False, "", "").first_names
        'L. M.'
        """
        return " ".join(f"{letter}." for letter in self.given) if _INITIALS.fullmatch(self.given) else self.given


class Identifier(NamedTuple):
    """An identifier and the name of its scheme (doi, handle, pmid, isbn)."""

    scheme: str
    value: str


class File(NamedTuple):
    """A file of the work: its name and download address, media type and size as far as they are known."""

    name: str
    address: str
    media_type: str
    size: str


class Work(NamedTuple):
    """A work as it is cited; what the graph does not say is empty."""

    address: str
    document: str
    kind: Kind
    withdrawn: str
    titles: tuple[Value, ...]
    other_titles: tuple[Value, ...]
    roles: dict[str, tuple[Agent, ...]]
    date: tuple[str, ...]
    available: str
    journal: str
    book: str
    series: str
    issn: str
    isbn: str
    volume: str
    issue: str
    first_page: str
    last_page: str
    article_number: str
    number: str
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
    is_open: bool
    funders: tuple[Value, ...]
    grants: tuple[tuple[str, str], ...]
    files: tuple[File, ...]

    @property
    def title(self) -> str:
        """The first title, or the address of a work that has none."""
        return self.titles[0].text if self.titles else self.address

    @property
    def year(self) -> str:
        """The year, empty where it is not known."""
        return self.date[0] if self.date else ""

    @property
    def authors(self) -> tuple[Agent, ...]:
        """Who made the work: its authors, else its editors."""
        return self.roles.get("author", ())

    @property
    def landing(self) -> str:
        """The address that others should cite: the repository's handle, else our own."""
        known = self.handle and not self.handle.startswith(_UNREGISTERED)
        return f"https://hdl.handle.net/{self.handle}" if known else self.address

    @property
    def link(self) -> str:
        """The address in a citation: the DOI, which outlives everything else, else the handle, else our own."""
        return f"https://doi.org/{self.doi}" if self.doi else self.landing


@lru_cache(maxsize=4)
def work(view: View, address: str) -> Work:
    """The work of that address, as the view describes it."""
    path = address.removeprefix(f"{view.base}item/")
    document = f"{view.base}record/{path}"
    containers = _containers(view, address)
    issued = view.text(address, "dcterms:issued") or view.text(address, "fabio:hasPublicationYear")
    found = _DATE.match(issued)
    identifiers = identifiers_of(view, address)
    return Work(
        address=address,
        document=document,
        kind=kind(_classes(view, address)),
        withdrawn=view.text(document, "prov:invalidatedAtTime"),
        titles=tuple(view.texts(address, "dcterms:title")),
        other_titles=_texts(view, address, "dcterms:alternative", "fabio:hasTranslatedTitle", "fabio:hasSubtitle"),
        roles=_roles(view, address),
        date=tuple(part for part in found.groups() if part) if found else (),
        available=view.text(address, "dcterms:available")[:10],
        journal=containers.get("journal") or view.text(address, "prism:publicationName"),
        book=containers.get("book", ""),
        series=containers.get("series", ""),
        issn=containers.get("issn", ""),
        isbn=view.text(address, "prism:isbn") or containers.get("isbn", ""),
        volume=view.text(address, "prism:volume"),
        issue=view.text(address, "prism:issueIdentifier"),
        first_page=view.text(address, "prism:startingPage"),
        last_page=view.text(address, "prism:endingPage"),
        article_number=view.text(address, "fabio:hasElectronicArticleIdentifier"),
        number=view.text(address, "fabio:hasSequenceIdentifier"),
        publishers=tuple(value.text for value in view.links(address, "dcterms:publisher")),
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
        is_open=_OPEN in view.nodes(address, "dcterms:accessRights"),
        funders=tuple(view.links(address, "frapo:hasFundingAgency")),
        grants=tuple(_grant(view, grant) for grant in view.nodes(address, "frapo:isFundedBy")),
        files=_files(view, address),
    )


@lru_cache(maxsize=1)
def kinds() -> tuple[tuple[str, Kind], ...]:
    """The rows of `ontology/works.csv`, the most specific class first, each with its IRI."""
    rows = [(place, Kind(*row.values())) for place, row in ontology.table("works.csv")]
    return tuple((ontology.expand(row.class_, place), row) for place, row in rows)


def kind(classes: frozenset[str]) -> Kind:
    """What a work of these classes is called: by the most specific that is known.

    >>> kind(frozenset({"http://purl.org/spar/fabio/Expression", "http://purl.org/spar/fabio/BookChapter"})).csl
    'chapter'
    """
    rows = kinds()
    return next((row for class_, row in rows if class_ in classes), rows[-1][1])


def orcid(view: View, address: str) -> str:
    """The ORCID iD of an agent, empty where the graph knows none."""
    own = _ORCID_PATH.search(address)
    if own:
        return own[1]
    for page in (*view.nodes(address, "foaf:page"), *view.nodes(address, "owl:sameAs")):
        told = _ORCID.fullmatch(page)
        if told:
            return told[1]
    return next((value for scheme, value in identifiers_of(view, address) if scheme == "orcid"), "")


def _classes(view: View, address: str) -> frozenset[str]:
    own = {*view.nodes(address, "rdf:type"), *view.nodes(address, "dcterms:type")}
    works = (node for work in view.nodes(address, "frbr:realizationOf") for node in view.nodes(work, "rdf:type"))
    return frozenset(own.union(works))


def _texts(view: View, address: str, *names: str) -> tuple[Value, ...]:
    return tuple(value for name in names for value in view.texts(address, name))


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
        found.setdefault(role, []).append((int(view.text(node, "co:index") or 0), agent))
    return {
        role: tuple(agent for _, agent in sorted(agents, key=lambda pair: pair[0])) for role, agents in found.items()
    }


def _agent(view: View, address: str, name: str, affiliations: tuple[str, ...]) -> Agent:
    types = {node.rpartition("/")[2] for node in view.nodes(address, "rdf:type")}
    return Agent(
        name=name or view.label(address),
        family=view.text(address, "foaf:familyName"),
        given=view.text(address, "foaf:givenName"),
        organisation=bool(types & {"Organization", "FundingAgency"}),
        orcid=orcid(view, address),
        address=address,
        affiliations=affiliations,
    )


def _containers(view: View, address: str) -> dict[str, str]:
    """What the work is part of: the names of journal, book and series, with their numbers."""
    found: dict[str, str] = {}
    for part in view.links(address, "dcterms:isPartOf"):
        where = part.address or ""
        # A container that the record names by nothing but a number is not called by its address.
        name = view.text(where, "dcterms:title")
        types = {value.text for value in view.links(where, "rdf:type")}
        if types & _JOURNALS:
            found.setdefault("journal", name)
            found.setdefault("issn", view.text(where, "prism:issn") or view.text(where, "prism:eIssn"))
        elif types & _SERIES:
            found.setdefault("series", name)
            found.setdefault("issn", view.text(where, "prism:issn"))
        elif "fabio:Expression" in types or view.text(where, "prism:isbn"):
            found.setdefault("book", name)
            found.setdefault("isbn", view.text(where, "prism:isbn"))
    return found


def _subjects(view: View, address: str) -> tuple[Value, ...]:
    """The subjects as the indexer assigned them: a heading with a qualifier stands for the heading alone."""
    assigned = view.links(address, "fabio:hasSubjectTerm")
    told = {node for value in assigned if value.address for node in view.nodes(value.address, "skos:broader")}
    told |= {value.address for value in assigned if value.address}
    own = [value for value in view.links(address, "dcterms:subject") if value.address not in told]
    return tuple(assigned + own)


def _grant(view: View, address: str) -> tuple[str, str]:
    agency = next((value.text for value in view.links(address, "frapo:hasFundingAgency")), "")
    return view.text(address, "frapo:hasGrantNumber"), agency


def _files(view: View, address: str) -> tuple[File, ...]:
    found = []
    for manifestation in view.nodes(address, "frbr:embodiment"):
        for node in view.nodes(manifestation, "frbr:exemplar"):
            where = view.text(node, "fabio:hasURL")
            found.append(
                File(
                    view.text(node, "dcterms:title"),
                    where,
                    view.text(node, "dc:format"),
                    view.text(node, "dcterms:extent"),
                )
            )
    return tuple(found)
