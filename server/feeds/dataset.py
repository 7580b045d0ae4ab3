"""The description of the dataset: VoID and DCAT at `/shelf`, which leads to it, `/void.ttl` and `/.well-known/void`.

The figures are those of `server.documents.figures`.
"""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, current_app, render_template

from converter import graph, jsonld
from converter.dcat import Life, Site, catalogued
from converter.described_by import graph_of
from converter.formats import FORMATS, SUFFIXES
from converter.mapping.engine import PROFILE
from converter.publish.dump_files import Dump
from converter.store.reader import ArchiveReader
from converter.store.static_description import graph_named, prefixes
from converter.values.terms import iri
from ontology import expand
from server.documents.figures import CurrentFigures
from server.feeds import croissant
from server.feeds.dataset_schema import dataset_node
from server.feeds.dumps import described, shown_dumps
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.languages import language
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent
from server.representations.schema_org import script
from server.representations.view import Value, View
from server.settings import Settings
from server.sparql import Endpoint

_KEPT = 16
_SHOWN = 8
"""Classes on the page, those with most resources."""
_FORMS = {".html": "text/html", **SUFFIXES}
"""Suffix → media type."""


def dataset_blueprint(
    endpoint: Endpoint, settings: Settings, archive: ArchiveReader | None, figures: CurrentFigures
) -> Blueprint:
    """`/shelf`, which is the dataset, its description in every form, and the addresses where VoID is looked for."""
    blueprint = Blueprint("dataset", __name__)
    shelf = _Shelf(endpoint, settings, archive, figures)

    @blueprint.get("/shelf")
    def dataset() -> Response:
        chosen = asked_form(_FORMS)
        if chosen is None:
            stated = f"The description of the dataset has the types {', '.join(_FORMS.values())}; ask for one of them."
            return problem(406, "Not Acceptable", stated)
        headers = {"Location": f"{settings.base}shelf{chosen}", "Vary": VARY}
        return Response(status=303, headers=headers)

    @blueprint.get(f"/shelf<any({', '.join(map(repr, _FORMS))}):suffix>")
    def document(suffix: str) -> Response:
        return shelf.document(suffix)

    @blueprint.get(croissant.PATH)
    def tables() -> Response:
        return shelf.tables()

    @blueprint.get("/void.ttl")
    def void() -> Response:
        return shelf.document(".ttl")

    @blueprint.get("/.well-known/void")
    def well_known() -> Response:
        # Section 7.2 of VoID asks for this status.
        return Response(status=302, headers={"Location": f"{settings.base}void.ttl"})

    return blueprint


def _classes(view: View, dataset: str) -> list[tuple[Value, int]]:
    """The classes of the dataset and how many resources each has, the most first."""
    found = [
        (class_, int(view.text(part, "void:entities") or 0))
        for part in view.nodes(dataset, "void:classPartition")
        for class_ in view.links(part, "void:class")
    ]
    return sorted(found, key=lambda one: (-one[1], one[0].text))


def _publisher(site: Site) -> list[Value]:
    """Who publishes the dataset, behind whose name stands a link where there is one."""
    name, page = site.publisher
    return [Value(name, page or None)] if name else []


def _besides(counts: list[str], stated: list[str], base: str) -> list[str]:
    """What a generation says, but for that of which the site says something: the site may have another title by now.

    Dumps are those that are there.
    """
    said = {tuple(line.split(" ", 2)[:2]) for line in stated}
    said.add((iri(f"{base}shelf"), iri(expand("dcat:distribution", "program"))))
    return [line for line in counts if tuple(line.split(" ", 2)[:2]) not in said]


class _Shelf:
    """What is known of the dataset, and the documents that were made of it."""

    def __init__(
        self, endpoint: Endpoint, settings: Settings, archive: ArchiveReader | None, figures: CurrentFigures
    ) -> None:
        self._endpoint, self._archive, self._figures = endpoint, archive, figures
        self._site, self._folder = settings.site, settings.folder
        self._made: dict[tuple[str, str], bytes] = {}

    def document(self, suffix: str) -> Response:
        """The description in the form of a suffix."""
        counts = self._figures.lines()
        stated = self._catalogued()
        lines = sorted({*stated, *_besides(counts or [], stated, self._site.base)})
        tag = etag(suffix, lines, language() if suffix == ".html" else "")
        body = self._made.get((suffix, tag)) or self._render(suffix, lines)
        if len(self._made) >= _KEPT:
            self._made.clear()
        self._made[suffix, tag] = body
        media_type = _FORMS[suffix]
        content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
        base = self._site.base
        links = [f'<{base}shelf>; rel="describes"'] + [
            f'<{base}shelf{other}>; rel="alternate"; type="{_FORMS[other]}"' for other in _FORMS if other != suffix
        ]
        return sent(
            body,
            content_type,
            tag,
            # What lacks its figures is out of date in a moment.
            REVALIDATED if counts is not None else "no-store",
            {"Link": ", ".join(links), "Vary": VARY},
        )

    def tables(self) -> Response:
        """The tables in Croissant, where a generation has them."""
        files = croissant.of_tables(self._dumps())
        if not files:
            stated = "No tables are here; the operator makes them with “shelfgraph dump --format parquet”."
            return problem(404, "Not Found", stated)
        body = msgspec.json.format(msgspec.json.encode(croissant.document(self._site, self._life(), files)), indent=1)
        return sent(body, "application/ld+json", etag(body), REVALIDATED)

    def _catalogued(self) -> list[str]:
        paths = {rule.rule for rule in current_app.url_map.iter_rules()}
        base = self._site.base
        return [
            *catalogued(self._site, self._life(), self._dumps(), paths),
            *prefixes(base),
            *graph_named(base, graph_of(base)),
        ]

    def _life(self) -> Life:
        archive = self._archive
        if archive is None:
            return Life(self._endpoint.version)
        years = archive.catalogue.span() if archive.catalogue else None
        return Life(self._endpoint.version, archive.earliest(), archive.latest_moment(), years)

    def _dumps(self) -> list[Dump]:
        return shown_dumps(self._folder, self._endpoint.version)

    def _citation(self) -> str:
        """How the dataset is cited: publisher (year): title, version, address (DataCite's recommendation)."""
        site, life = self._site, self._life()
        year = (life.modified or "")[:4]
        who = site.publisher[0] or site.title
        when = f" ({year})" if year else ""
        what = "" if who == site.title else f"{site.title}. "
        return f"{who}{when}. {what}Version {life.version}. {site.base}shelf"

    def _render(self, suffix: str, lines: list[str]) -> bytes:
        base = self._site.base
        address = f"{base}shelf"
        if suffix == ".html":
            view = View([*graph.parsed(graph.ordered(lines, base))], base)
            return render_template(
                "dataset.html",
                view=view,
                dataset=address,
                classes=_classes(view, address),
                shown=_SHOWN,
                forms={ending: (FORMATS[ending[1:]].title, kind) for ending, kind in SUFFIXES.items()},
                profile=PROFILE,
                publisher=_publisher(self._site),
                dumps=[
                    described(dump, base) for dump in self._dumps() if str(dump.generation) == self._endpoint.version
                ],
                citation=self._citation(),
                script=script(dataset_node(self._site, self._life(), self._dumps())),
            ).encode()
        if suffix == ".jsonld":
            return jsonld.document(jsonld.nested(lines, address, base), base)
        return graph.document(lines, suffix.removeprefix("."), base)
