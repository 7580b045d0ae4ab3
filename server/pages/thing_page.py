"""The page of a shared thing, over its description and what the catalogue says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from flask import render_template

from converter.store.catalogue_reader import CatalogueReader
from converter.store.reader import ArchiveReader
from queries import all_queries
from server.descriptions.paths import page_of
from server.http.base_path import root
from server.http.languages import counted, gettext, later
from server.pages import things
from server.pages.browse import scheme_name
from server.pages.lists import Works
from server.pages.record_page import SCHEMES, page_of_identifier
from server.pages.search_request import page_links
from server.representations.registry import Description, Representation
from server.representations.schema_org import schema_script
from server.representations.view import Value, View
from server.representations.work import identifiers_of, orcid

_UNSAID = frozenset({"fabio:Expression", "co:ListItem", "skos:Concept", "fabio:SubjectTerm"})
"""Classes that say nothing to a reader beside the others."""
_NAMED = (
    later("Person"),
    later("Organization"),
    later("Funding agency"),
    later("Grant"),
    later("Collection"),
    later("Place"),
    later("Property"),
)
"""What classes are called that are names of nothing else on the pages."""
_CAPITAL = re.compile(r"(?<!^)([A-Z])(?=[a-z])")
_BROWSED = {
    "person": (later("Authors"), "authors"),
    "journal": (later("Journals"), "journals"),
    "org": (later("Organisations"), "organisations"),
    "subject": (later("Subjects"), "subjects"),
    "grant": (later("Grants"), "grants"),
    "collection": (later("Collections"), "collections"),
    "series": (later("Series"), "series"),
}
_FACTS = {
    later("Part of"): ("frbr:partOf",),
    later("Broader"): ("skos:broader",),
    later("Narrower"): ("skos:narrower",),
    later("Related"): ("skos:related",),
    later("Publisher"): ("dcterms:publisher",),
    later("Funder"): ("frapo:hasFundingAgency",),
    later("The same elsewhere"): ("owl:sameAs", "skos:exactMatch"),
    later("Web page"): ("foaf:page",),
}
_FACTS_OF_SUBJECTS = {name: found for name, found in _FACTS.items() if name not in {"Broader", "Narrower", "Related"}}
"""What is broader, narrower or related to a subject stands above its works."""
_ASKED = {
    "person": ("coauthors", "person"),
    "journal": ("journal-metrics", "journal"),
}


def thing_page(  # noqa: PLR0913 - what a page is made of
    described: Description,
    variant: str,
    offers: Sequence[Representation],
    works: Works,
    around: Mapping[str, str],
    archive: ArchiveReader | None,
    *,
    search: bool,
    narrower: Sequence[str] = (),
) -> bytes:
    """The page of a shared thing with the works that lead to it; `around` are the pages beside this one.

    `narrower` are the addresses of the subjects below a subject.
    """
    view, address = described.view, described.address
    above, path = root(view.base), address.removeprefix(view.base)
    folder = path.partition("/")[0]
    catalogue = archive.catalogue if archive else None
    thing = catalogue.thing(path) if catalogue else None
    stated = things.about(catalogue, thing, above, works.listed, search=search) if catalogue and thing else None
    document = variant.rpartition("/page/")[0] if works.number > 1 else variant
    return render_template(
        "thing.html",
        view=view,
        item=address,
        title=thing.label if thing and folder == "collection" else view.label(address),
        kinds=_kinds(view, address, path),
        identified=folder == "person",
        lead=things.sentence(stated) if stated else f"{counted(works.total, 'work')}.",
        trail=_trail(view, address, above) if search else [],
        stated=stated,
        works=works,
        pages=around,
        numbers=[
            (number, page_of(document, number) + (".html" if number else ""))
            for number in page_links(works.number, works.last)
        ],
        forms=offers,
        variant=variant,
        facts=_facts(view, address, above, _FACTS if folder != "subject" else _FACTS_OF_SUBJECTS),
        scheme=_neighbours(view, address, narrower, catalogue) if folder == "subject" else [],
        asked=_asked(folder, address, above),
        script=schema_script(view, address),
    ).encode()


def in_words(name: str) -> str:
    """The name of a class as people write it.

    >>> in_words("fabio:JournalVolume"), in_words("frapo:FundingAgency"), in_words("rdf:Property")
    ('Journal volume', 'Funding agency', 'Property')
    """
    return _CAPITAL.sub(r" \1", name.rpartition(":")[2]).strip().capitalize()


def _kinds(view: View, address: str, path: str) -> list[str]:
    """What a thing is: a subject by its scheme, all else by its classes."""
    folder, _, rest = path.partition("/")
    scheme, _, name = rest.partition("/")
    if folder == "subject" and name:
        return [scheme_name(scheme)]
    names = [in_words(link.text) for link in view.links(address, "rdf:type") if link.text not in _UNSAID]
    return [gettext(name) for name in dict.fromkeys(names)]


def _trail(view: View, address: str, above: str) -> list[tuple[str, str]]:
    """The ways to a thing: what is browsed; of a subject its scheme and what is broader, the broadest first."""
    folder, *rest = address.removeprefix(view.base).split("/")
    browse = [(gettext("Browse"), f"{above}browse")]
    name, list_ = _BROWSED.get(folder, ("", ""))
    if name:
        browse.append((gettext(name), f"{above}browse/{list_}"))
    if folder == "subject" and len(rest) > 1:
        browse.append((scheme_name(rest[0]), f"{above}browse/subjects?scheme={rest[0]}"))
        browse += [(one.text, above + (one.address or "").removeprefix(view.base)) for one in _broader(view, address)]
    return browse


def _broader(view: View, address: str) -> list[Value]:
    """The subjects of ours above a subject, as far as each has one alone."""
    found: list[Value] = []
    while len(above := view.links(address, "skos:broader")) == 1:
        (one,) = above
        address = one.address or ""
        if not address.startswith(view.base) or one in found:
            break
        found.insert(0, one)
    return found


def _neighbours(
    view: View, address: str, narrower: Sequence[str], catalogue: CatalogueReader | None
) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """What is broader, narrower and related in the scheme of a subject: label, link and works of each."""
    # A heading with a qualifier stands among the qualifiers.
    below = [one for one in narrower if not one.startswith(f"{address}/")]
    stated = {
        gettext("Broader"): view.nodes(address, "skos:broader"),
        gettext("Narrower"): [*view.nodes(address, "skos:narrower"), *below],
        gettext("Related"): view.nodes(address, "skos:related"),
    }
    found = {name: [_neighbour(view, one, catalogue) for one in dict.fromkeys(nodes)] for name, nodes in stated.items()}
    return [(name, sorted(values)) for name, values in found.items() if values]


def _neighbour(view: View, address: str, catalogue: CatalogueReader | None) -> tuple[str, str, int]:
    own = address.removeprefix(view.base) if address.startswith(view.base) else ""
    thing = catalogue.thing(own) if catalogue and own else None
    link = root(view.base) + own if own else address
    return (thing.label, link, thing.works) if thing else (view.label(address), link, 0)


def _facts(
    view: View, address: str, above: str, properties_of: Mapping[str, Sequence[str]]
) -> list[tuple[str, list[Value]]]:
    """Identifiers, then what the thing belongs to, with our own addresses as links within the site."""
    found: dict[str, dict[tuple[str, str | None], Value]] = {}
    serial = [("ISSN", value.text) for value in view.texts(address, "prism:issn") + view.texts(address, "prism:eIssn")]
    number = orcid(view, address)
    stated: list[tuple[str, str]] = [*serial, *(("ORCID", number) for _ in [0] if number)]
    stated += [one for one in identifiers_of(view, address) if one.scheme not in {"issn", "eissn", "lissn", "orcid"}]
    for scheme, text in stated:
        page = page_of_identifier(scheme.lower(), text)
        name = gettext(SCHEMES.get(scheme, scheme if scheme.isupper() else scheme.replace("-", " ").upper()))
        found.setdefault(name, {})[text, page] = Value(text, page or None)
    pages = {page for values in found.values() for _, page in values}
    for name, properties in properties_of.items():
        for property_ in properties:
            for value in view.links(address, property_):
                own = value.address or ""
                if own in pages:
                    # The page of an identifier stands behind the identifier.
                    continue
                link = above + own.removeprefix(view.base) if own.startswith(view.base) else own
                found.setdefault(gettext(name), {})[value.text, link] = Value(value.text, link)
    metrics = [
        Value(f"{metric.text}: {view.text(node, 'bido:hasNumericValue')}")
        for metric in view.links(address, "bido:holdsBibliometricDataInTime")
        for node in view.nodes(metric.address or "", "bido:withBibliometricData")
    ]
    return [
        *((name, list(values.values())) for name, values in found.items()),
        *([(gettext("Metrics"), metrics)] if metrics else []),
    ]


def _asked(folder: str, address: str, above: str) -> list[tuple[str, str]]:
    """Ready-made queries about the thing."""
    wanted = [_ASKED[folder]] if folder in _ASKED else []
    found, known = [], {query.name: query for query in all_queries()}
    for name, parameter in [*wanted, ("works-of-a-thing", "thing")]:
        query = known.get(name)
        if query and any(one.name == parameter for one in query.parameters):
            found.append((gettext(query.title), f"{above}queries/{name}?{parameter}={quote(address, safe='')}"))
    return found
