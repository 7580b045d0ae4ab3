"""The media types of the files of an export, as the application sends them; a plain server knows few of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from converter import jsonld
from server.descriptions.signposting import LINKSETS
from server.documents.resources import PUBLISHED, PUBLISHED_AT
from server.feeds.api_catalog import PATH, TYPE
from server.named_queries.answer_formats import ANSWERS as RESULTS
from server.representations.registry import LISTS, REPRESENTATIONS

_TURTLE = "text/turtle; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_OTHERS = {
    ".xml": _XML,
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
    ".zst": "application/zstd",
    ".gz": "application/gzip",
    ".jsonl": "application/jsonl",
    ".jelly": "application/x-jelly-rdf",
    ".rdfp": "application/rdf-patch",
}
ALONE: Mapping[str, str] = {
    "ns": _TURTLE,
    ".well-known/void": _TURTLE,
    ".well-known/resourcesync": _XML,
    PATH.removeprefix("/"): TYPE,
    f"{PUBLISHED_AT}/{jsonld.SCHEMA}": PUBLISHED[jsonld.SCHEMA],
}
"""The files whose names name no type, or another one."""
NODES = ("ldes/", _TURTLE)
"""The folder of more such files, and their type."""

ANSWERS = {f".{name}": result.content_type for name, result in RESULTS.items()}
"""The forms of the answers of questions, which are other types than the same suffixes elsewhere."""


def by_suffix() -> dict[str, str]:
    """Suffix → media type, the longest first: `.csl.json` is another than `.json`."""
    return dict(sorted(_typed(), key=lambda pair: (-pair[0].count("."), pair[0])))


def forms() -> dict[str, str]:
    """Media type → the suffix under which it is asked for by name: what a server may choose by Accept."""
    plain = [form for form in REPRESENTATIONS if not form.parameter]
    return {form.media_type: form.suffix for form in reversed(plain)}


def suffixes() -> list[str]:
    """The suffixes that a document may have, the longest first."""
    every = {form.suffix for form in (*REPRESENTATIONS, *LINKSETS, *LISTS)}
    return sorted(every, key=lambda suffix: (-len(suffix), suffix))


def _typed() -> Iterator[tuple[str, str]]:
    yield from ANSWERS.items()
    yield from _OTHERS.items()
    yield from ((form.suffix, form.content_type) for form in (*REPRESENTATIONS, *LINKSETS, *LISTS))
