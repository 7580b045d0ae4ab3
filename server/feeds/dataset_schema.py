"""The dataset in the terms of schema.org, as search engines for data read it in a page.

Source: https://developers.google.com/search/docs/appearance/structured-data/dataset.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from converter.dcat import Life, Site, description, themes
from converter.publish.dump_files import Dump
from server.representations.schema_org import pruned, tagged

_LONGEST = 5_000
"""Characters of a description that are read."""


def dataset_node(site: Site, life: Life | None = None, dumps: Iterable[Dump] = ()) -> dict[str, Any]:
    """The dataset, with its version, dates and files where they are given; what nobody states is not there."""
    base = site.base
    stated, language = description(site)
    name, page = site.publisher
    publisher = {"@type": "Organization", "@id": f"{base}shelf#publisher", "name": name, "url": page} if name else ""
    node = {
        "@id": f"{base}shelf",
        "@type": "Dataset",
        "name": site.title,
        "description": tagged(stated[:_LONGEST], language),
        "url": f"{base}shelf.html",
        "identifier": f"{base}shelf",
        "license": site.licence or "",
        "creator": publisher,
        "publisher": publisher,
        "keywords": [*site.keywords, *(themes()[code] for code in site.themes)],
        "isAccessibleForFree": True,
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": f"{base}shelf#catalogue",
            "name": site.title,
            "url": base,
        },
        "version": life.version if life else "",
        "datePublished": (life.issued or "") if life else "",
        "dateModified": (life.modified or "") if life else "",
        "temporalCoverage": "/".join(f"{year:04}" for year in life.years) if life and life.years else "",
        "distribution": [_download(dump, site) for dump in dumps if dump.since is None],
    }
    found: dict[str, Any] = pruned(node)
    return found


def _download(dump: Dump, site: Site) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": f"{dump.form.title}, generation {dump.generation}",
        "contentUrl": f"{site.base}dumps/{dump.path.name}",
        "encodingFormat": [dump.form.media_type, dump.packing.media_type if dump.packing else ""],
        "contentSize": f"{dump.size} B",
        "sha256": dump.sha256,
        "uploadDate": dump.made.isoformat().replace("+00:00", "Z"),
        "license": site.licence or "",
    }
