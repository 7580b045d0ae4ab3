"""The tables of Parquet in Croissant 1.0, as tools of machine learning load them: `/dumps/croissant.json`.

Source: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from converter.dcat import CROISSANT, Life, Site
from converter.publish.dump_files import Dump
from converter.publish.parquet import Column, tables
from server.feeds.dataset_schema import dataset_node

PATH = f"/{CROISSANT}"
_OWN = "http://mlcommons.org/croissant/"
_WORDS = (
    "citeAs column extract field fileProperty fileObject fileSet format includes isLiveDataset jsonPath key md5"
    " parentField path recordSet references regex repeated replace separator source subField transform"
).split()
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": _OWN,
    "rai": f"{_OWN}RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{word: f"cr:{word}" for word in _WORDS},
}
_TYPES = {"VARCHAR": "sc:Text", "INTEGER": "sc:Integer"}
"""Types of DuckDB → those of Croissant; `[]` behind one says that there are several."""


def of_tables(dumps: Iterable[Dump]) -> dict[str, Dump]:
    """The dumps of the newest generation of which every table is there, by table; empty where none is."""
    found: dict[int, dict[str, Dump]] = {}
    for dump in dumps:
        table = dump.form.name.removesuffix(".parquet")
        if table in tables():
            found.setdefault(dump.generation, {})[table] = dump
    whole = [number for number, files in found.items() if len(files) == len(tables())]
    return found[max(whole)] if whole else {}


def document(site: Site, life: Life, files: Mapping[str, Dump]) -> dict[str, Any]:
    """The description of the tables in these files: each file and each column.

    Which column names a row of another table is said in words alone: mlcroissant 1.1.1 cannot load a table with two
    `references`.
    """
    node = dataset_node(site, life)
    # A version of Croissant has three numbers: a generation is another content, and no other schema.
    generation = next(iter(files.values())).generation
    node |= {"conformsTo": f"{_OWN}1.0", "version": f"{generation}.0.0"}
    node["distribution"] = [_file(table, files[table], site) for table in tables()]
    node["recordSet"] = [_record_set(table, columns) for table, columns in tables().items()]
    return {"@context": _CONTEXT, **node}


def _file(table: str, dump: Dump, site: Site) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{table}.parquet",
        "name": f"{table}.parquet",
        "contentUrl": f"{site.base}dumps/{dump.path.name}",
        "contentSize": f"{dump.size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": dump.sha256,
    }


def _record_set(table: str, columns: Iterable[Column]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "field": [_field(table, column) for column in columns],
    }


def _field(table: str, column: Column) -> dict[str, Any]:
    name = f"{table}/{column.name}"
    return {
        "@type": "cr:Field",
        "@id": name,
        "name": name,
        "description": column.meaning,
        "dataType": _TYPES[column.type.removesuffix("[]")],
        **({"repeated": True} if column.type.endswith("[]") else {}),
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column.name}},
    }
