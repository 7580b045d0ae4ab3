"""What a site without an index of its records answers where a page would be made of it."""

from __future__ import annotations

from flask import Response

from server.descriptions.site import Site
from server.http.problems import problem


def no_index(site: Site, what: str) -> Response:
    """404 that says what this site cannot show, why, and what there is in its place; `what` is such a thing."""
    why = "has no index of its records" if site.archive else "stands on a SPARQL endpoint elsewhere"
    stated = (
        f"This site {why}: it has no {what}.\n"
        "/records lists every record, /queries has ready-made queries, /sparql answers any other."
    )
    return problem(404, f"No {what} here", stated)
