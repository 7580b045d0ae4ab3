"""The forms of a document, as one table: name, suffix, media type, profile, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import NamedTuple

import pyoxigraph

from converter import graph, jsonld, jsonld_forms
from converter.formats import GRAPHS, Format
from converter.mapping.engine import PROFILE
from server.representations import schema_org
from server.representations.bibtex import bibtex
from server.representations.citation import STYLES, bibliography, has_styles, markdown, style_name
from server.representations.csl import csl_json
from server.representations.datacite import KERNEL, datacite_json, datacite_xml
from server.representations.dublin_core import DC, QDC, oai_dc, qualified, simple_lines
from server.representations.mods import MODS, mods
from server.representations.ris import ris
from server.representations.ro_crate import VERSION, ro_crate
from server.representations.skg_if import CONTEXT, skg_if
from server.representations.view import View
from server.representations.work import Work, work


class Description:
    """What the graph says of a thing, as a writer needs it: its lines, its address, and the base of the site.

    What several forms are made of is made once.  `source` returns the text of the original record, where there is one.
    """

    def __init__(self, lines: Iterable[str], address: str, base: str, source: Callable[[], str] = lambda: "") -> None:
        self.lines = list(lines)
        self.address = address
        self.base = base
        self.source = source

    @cached_property
    def ordered(self) -> list[str]:
        """The lines in reading order."""
        return graph.ordered(self.lines, self.base)

    @cached_property
    def triples(self) -> list[pyoxigraph.Triple]:
        """The same as triples of the engine."""
        return [*graph.parsed(self.ordered)]

    @cached_property
    def view(self) -> View:
        """The triples by subject and property."""
        return View(self.triples, self.base)

    @cached_property
    def work(self) -> Work:
        """The work that the lines describe."""
        return work(self.view, self.address)

    @property
    def is_work(self) -> bool:
        """Whether an item is described, and not a thing that items share."""
        return self.address.startswith(f"{self.base}item/")


Writer = Callable[[Description], bytes]


class Profile(NamedTuple):
    """What a form says and in whose words; `address` is below the base where it is ours."""

    token: str
    name: str
    address: str

    def iri(self, base: str) -> str:
        """The IRI of the profile."""
        return self.address if "://" in self.address else base + self.address


FULL = Profile("full", "Dublin Core, FaBiO and FOAF: all that is known", PROFILE)
DUBLIN_CORE = Profile("dc", "Simple Dublin Core", DC)
QUALIFIED = Profile("qdc", "Qualified Dublin Core", QDC)
MODS_3 = Profile("mods", "MODS 3.7", MODS)
SCHEMA_ORG = Profile("schema", "schema.org", "https://schema.org/")
DATACITE = Profile("datacite", "DataCite Metadata Schema 4", KERNEL)
CSL = Profile("csl", "Citation Style Language", "http://purl.org/net/xbiblio/csl")
CRATE = Profile("crate", "RO-Crate", VERSION)
SKG_IF = Profile("skg-if", "SKG-IF", CONTEXT)
EXPANDED = Profile("expanded", "JSON-LD, expanded", jsonld_forms.EXPANDED)
FLATTENED = Profile("flattened", "JSON-LD, flattened", jsonld_forms.FLATTENED)
PROFILES = (FULL, DUBLIN_CORE, SCHEMA_ORG, DATACITE, CSL, CRATE, SKG_IF, QUALIFIED, MODS_3, EXPANDED, FLATTENED)


_CRATE = ".ro-crate.json"
"""What the address of a crate ends with."""


class Representation(NamedTuple):
    """One form; `writer` is None for the page, `profile` for what follows none.

    `of_things` says that shared things have it too; `aliases` are other media types under which it is asked for, and
    `parameter` one of its media type.
    """

    name: str
    suffix: str
    media_type: str
    profile: Profile | None
    writer: Writer | None
    of_things: bool = True
    aliases: tuple[str, ...] = ()
    parameter: str = ""

    @property
    def content_type(self) -> str:
        """What the header Content-Type says."""
        bare = f"{self.media_type}; {self.parameter}" if self.parameter else self.media_type
        return f"{bare}; charset=utf-8" if self.media_type.startswith("text/") else bare

    @property
    def token(self) -> str:
        """What `?format=` calls it: its suffix without the point."""
        return self.suffix[1:]


def _rdf(name: str) -> Writer:
    return lambda described: graph.written(described.ordered, described.triples, name, described.base)


def _data(format_: Format) -> Representation:
    """All that is known, in a format of the registry of data."""
    writer = _json_ld if format_.name == "jsonld" else _rdf(format_.name)
    suffix, aliases = f".{format_.name}", format_.shared_types
    return Representation(format_.title, suffix, format_.media_type, FULL, writer, aliases=aliases)


def _json_ld(described: Description) -> bytes:
    node = jsonld.nested(described.lines, described.address, described.base, described.source())
    return jsonld.document(node, described.base)


def _dublin_core(name: str) -> Writer:
    return lambda described: graph.document(simple_lines(described.view, described.address), name, described.base)


def _schema_org(name: str) -> Writer:
    return lambda described: graph.document(
        schema_org.schema_lines(described.view, described.address), name, described.base
    )


def _of_work(write: Callable[[Work], bytes]) -> Writer:
    return lambda described: write(described.work)


def _styled(style: str) -> Representation:
    return Representation(
        f"Citation, {style_name(style)}",
        f".{style}.txt",
        "text/x-bibliography",
        None,
        _of_work(lambda made: bibliography(made, style)),
        of_things=False,
        parameter=f"style={style}",
    )


REPRESENTATIONS = (
    Representation("HTML", ".html", "text/html", None, None, aliases=("application/xhtml+xml",)),
    *(_data(format_) for format_ in GRAPHS.values()),
    Representation("BibTeX", ".bib", "application/x-bibtex", None, _of_work(bibtex), False, ("text/x-bibtex",)),
    Representation(
        "BibTeX 0.99",
        ".classic.bib",
        "application/x-bibtex",
        None,
        _of_work(partial(bibtex, classic=True)),
        of_things=False,
    ),
    Representation("RIS", ".ris", "application/x-research-info-systems", None, _of_work(ris), of_things=False),
    Representation(
        "CSL-JSON", ".csl.json", "application/vnd.citationstyles.csl+json", CSL, _of_work(csl_json), of_things=False
    ),
    Representation(
        "DataCite XML",
        ".datacite.xml",
        "application/vnd.datacite.datacite+xml",
        DATACITE,
        _of_work(datacite_xml),
        of_things=False,
    ),
    Representation(
        "DataCite JSON",
        ".datacite.json",
        "application/vnd.datacite.datacite+json",
        DATACITE,
        _of_work(datacite_json),
        of_things=False,
    ),
    Representation("Citation, Markdown", ".md", "text/markdown", None, _of_work(markdown), of_things=False),
    *(_styled(style) for style in STYLES if has_styles()),
    Representation(
        "Dublin Core, XML",
        ".dc.xml",
        "application/xml",
        DUBLIN_CORE,
        lambda described: oai_dc(described.view, described.address),
        False,
        ("text/xml",),
    ),
    Representation(
        "Qualified Dublin Core, XML",
        ".qdc.xml",
        "application/xml",
        QUALIFIED,
        lambda described: qualified(described.view, described.address),
        of_things=False,
    ),
    Representation("MODS", ".mods.xml", "application/mods+xml", MODS_3, _of_work(mods), of_things=False),
    Representation("Dublin Core, Turtle", ".dc.ttl", "text/turtle", DUBLIN_CORE, _dublin_core("ttl"), of_things=False),
    Representation(
        "Dublin Core, N-Triples", ".dc.nt", "application/n-triples", DUBLIN_CORE, _dublin_core("nt"), of_things=False
    ),
    Representation(
        "Dublin Core, RDF/XML", ".dc.rdf", "application/rdf+xml", DUBLIN_CORE, _dublin_core("rdf"), of_things=False
    ),
    Representation(
        "schema.org, JSON-LD",
        ".schema.jsonld",
        "application/ld+json",
        SCHEMA_ORG,
        lambda described: schema_org.schema_json_ld(described.view, described.address),
        aliases=("application/vnd.schemaorg.ld+json", "application/json"),
    ),
    Representation(
        "RO-Crate",
        _CRATE,
        "application/ld+json",
        CRATE,
        lambda described: ro_crate(described.work, described.view, _CRATE),
        of_things=False,
    ),
    Representation(
        "SKG-IF",
        ".skg-if.json",
        "application/ld+json",
        SKG_IF,
        lambda described: skg_if(described.view, described.address, lambda: described.work),
    ),
    Representation(
        "JSON-LD, expanded",
        ".expanded.jsonld",
        "application/ld+json",
        EXPANDED,
        lambda described: jsonld_forms.expanded_document(described.ordered),
        parameter=f'profile="{jsonld_forms.EXPANDED}"',
    ),
    Representation(
        "JSON-LD, flattened",
        ".flattened.jsonld",
        "application/ld+json",
        FLATTENED,
        lambda described: jsonld_forms.flattened_document(described.ordered, described.base),
        parameter=f'profile="{jsonld_forms.FLATTENED}"',
    ),
    Representation("schema.org, Turtle", ".schema.ttl", "text/turtle", SCHEMA_ORG, _schema_org("ttl")),
    Representation("schema.org, N-Triples", ".schema.nt", "application/n-triples", SCHEMA_ORG, _schema_org("nt")),
)
"""The first of several that a client likes equally is sent."""

PAGE = REPRESENTATIONS[0]


LISTS = (
    Representation("All forms", ".forms.html", "text/html", None, None),
    Representation("All forms, JSON", ".forms.json", "application/json", None, None),
)
"""The lists of all forms of a document (Content Negotiation by Profile, the alternates view); they are none of them."""


def forms(*, of_work: bool) -> tuple[Representation, ...]:
    """The forms of a work, or those of a shared thing."""
    return tuple(form for form in REPRESENTATIONS if of_work or form.of_things)
