"""The dataset in the terms of schema.org, as search engines for data read it in a page.

Source: https://developers.google.com/search/docs/appearance/structured-data/dataset.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from converter.publish.dump_files import Dump
from server.feeds.dcat import Life, description, themes
from server.representations.schema_org import pruned, tagged
from server.settings import Settings

_LONGEST = 5_000
"""Characters of a description that are read."""


def dataset_node(settings: Settings, life: Life | None = None, dumps: Iterable[Dump] = ()) -> dict[str, Any]:
    """The dataset, with its version, dates and files where they are given; what nobody states is not there."""
    base = settings.base
    stated, language = description(settings)
    name, page = settings.publisher
    publisher = {"@type": "Organization", "@id": f"{base}shelf#publisher", "name": name, "url": page} if name else ""
    node = {
        "@id": f"{base}shelf",
        "@type": "Dataset",
        "name": settings.title,
        "description": tagged(stated[:_LONGEST], language),
        "url": f"{base}shelf.html",
        "identifier": f"{base}shelf",
        "license": settings.licence or "",
        "creator": publisher,
        "publisher": publisher,
        "keywords": [*settings.keywords, *(themes()[code] for code in settings.themes)],
        "isAccessibleForFree": True,
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": f"{base}shelf#catalogue",
            "name": settings.title,
            "url": base,
        },
        "version": life.version if life else "",
        "datePublished": (life.issued or "") if life else "",
        "dateModified": (life.modified or "") if life else "",
        "temporalCoverage": "/".join(f"{year:04}" for year in life.years) if life and life.years else "",
        "distribution": [_download(dump, settings) for dump in dumps if dump.since is None],
    }
    found: dict[str, Any] = pruned(node)
    return found


def _download(dump: Dump, settings: Settings) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": f"{dump.form.title}, generation {dump.generation}",
        "contentUrl": f"{settings.base}dumps/{dump.path.name}",
        "encodingFormat": [dump.form.media_type, dump.packing.media_type if dump.packing else ""],
        "contentSize": f"{dump.size} B",
        "sha256": dump.sha256,
        "uploadDate": dump.made.isoformat().replace("+00:00", "Z"),
        "license": settings.licence or "",
    }
