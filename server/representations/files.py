"""The files of a work: name, address, media type and size, and which of them is the work itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from server.representations.view import View

_SECONDARY = re.compile(
    r"abstract|resumen|resumo|r[eé]sum[eé]|zusammenfassung|cover|portada|capa\b|title ?page|table[ _-]?of|"
    r"contents|toc\b|licen[csz]|permission|autoriza|declara|consent|supplement|appendix|anexo|erratum|poster|"
    r"readme|front ?matter",
    re.IGNORECASE,
)
"""Names of files that stand beside the work itself."""
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?) ?(bytes?|[kmgt]i?b|b)?", re.IGNORECASE)


class File(NamedTuple):
    """A file of the work: its name and download address, media type and size as far as they are known."""

    name: str
    address: str
    media_type: str
    size: str

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF, by its type or its name."""
        return "pdf" in self.media_type.lower() or self.name.lower().endswith(".pdf")

    @property
    def bytes(self) -> float:
        """About how many bytes it has; 0 where its size is not known.

        >>> [File("", "", "", size).bytes for size in ("4096 bytes", "1.2 MB", "77", "14 files")]
        [4096.0, 1200000.0, 77.0, 0.0]
        """
        found = _SIZE.fullmatch(self.size.strip())
        power = "bkmgt".find((found[2] or "b")[0].lower()) if found else 0
        return float(found[1].replace(",", ".")) * 1000**power if found else 0.0


def main_pdf(files: Sequence[File]) -> File | None:
    """The PDF that is the work itself: none that is called an abstract, a cover or the like, and the largest."""
    found = [file for file in files if file.is_pdf]
    of_work = [file for file in found if not _SECONDARY.search(file.name)] or found
    # The first of equals: repositories put the work first.
    return max(of_work, key=lambda file: file.bytes, default=None)


def files_of(view: View, address: str) -> tuple[File, ...]:
    """The files of a work, in the order of the graph."""
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
