"""A record as a research object: RO-Crate metadata that stand by themselves, with the files by reference.

The crate is the record's document, its main entity the work in the terms of schema.org; every node has an address and
stands for itself, as RO-Crate demands.  Source: https://w3id.org/ro/crate/1.2, section "Detached RO-Crate Package".
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from server.representations.files import File
from server.representations.schema_org import pruned, schema_node
from server.representations.view import View
from server.representations.work import Work

VERSION = "https://w3id.org/ro/crate/1.2"
_CONTEXT = f"{VERSION}/context"
_NO_LICENCE = "The record states no licence."
_FILES = ("encoding", "distribution")
"""What schema.org calls the files of a work, which are the parts of the crate."""
_COPIED = ("author", "publisher", "keywords", "creditText", "funder")
"""What is said of the crate as of the work."""


def ro_crate(work: Work, view: View, suffix: str) -> bytes:
    """The crate as JSON-LD; `suffix` is what its own address ends with.

    Its descriptor has the name that programs look for, whatever the file is called.
    """
    nodes: dict[str, dict[str, Any]] = {}
    numbers = count(1)

    def flat(value: Any) -> Any:
        """The value with each node within it replaced by its address, and put among the nodes."""
        if isinstance(value, list):
            return [flat(inner) for inner in value]
        if not isinstance(value, dict) or "@value" in value:
            return value
        address = value.get("@id") or f"#{next(numbers)}"
        if len(value) > 1 or "@id" not in value:
            held = nodes.setdefault(address, {"@id": address})
            held |= {name: inner if name.startswith("@") else flat(inner) for name, inner in value.items()}
        return {"@id": address}

    stated = {name: value for name, value in schema_node(view, work.address).items() if name not in _FILES}
    files = {file.address: _file(file) for file in work.files if file.address}
    parts = [{"@id": address} for address in files]
    kind = work.kind.schema_org
    if kind == "SoftwareSourceCode":
        # RO-Crate has this for a file; a work whose files stand beside it is an application, which has a version.
        kind = "SoftwareApplication" if work.version else "CreativeWork"
    main = flat({**stated, "@type": kind, "hasPart": parts})
    licence = {"@id": work.licence} if work.licence else _NO_LICENCE
    if work.licence:
        # A node must have a name; of most licences we know no other.
        nodes.setdefault(work.licence, {"@id": work.licence, "@type": "CreativeWork", "name": work.licence})
    root = {
        "@id": work.document,
        "@type": "Dataset",
        "name": work.full_title or work.document,
        "description": " ".join(value.text for value in work.abstracts) or f"The record {work.document} of a work.",
        "datePublished": "-".join(work.date) or work.available or _changed(view, work.document),
        "license": licence,
        "cite-as": work.landing,
        "mainEntity": main,
        # A dataset is data too, and must be part of what it is described in.
        "hasPart": [main, *parts] if kind == "Dataset" else parts,
        **{name: nodes[work.address][name] for name in _COPIED if name in nodes[work.address]},
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "url": f"{work.document}{suffix}",
        "conformsTo": {"@id": VERSION},
        "about": {"@id": work.document},
    }
    graph = [descriptor, root, *files.values(), *nodes.values()]
    document = {"@context": _CONTEXT, "@graph": [pruned(node) for node in graph]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _changed(view: View, document: str) -> str:
    """The day of the last change that is known of the record, on which it was published in this form."""
    return next((day[:10] for name in ("dcterms:modified", "dcterms:issued") if (day := view.text(document, name))), "")


def _file(file: File) -> dict[str, Any]:
    """A file on the web, by its address."""
    return {
        "@id": file.address,
        "@type": "File",
        "name": file.name or file.address.rpartition("/")[2],
        "encodingFormat": file.media_type,
        "contentSize": file.size,
        "contentUrl": file.address,
    }
