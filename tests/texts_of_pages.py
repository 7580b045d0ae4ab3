"""Every text of the pages, as it stands in templates and code; `python -m tests.texts_of_pages` brings catalogues up.

A text that is new is put into each catalogue without a translation, which the tests then ask for; one that is said no
more goes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

import ontology
from converter.store.catalogue_entry import ACCESS
from server.charts.result_charts import heading
from server.http.languages import FOLDER, LANGUAGES
from server.named_queries.query_list import questions
from server.named_queries.query_pages import asked_for
from tests.conftest import ROOT

OTHERS = [tag for tag in LANGUAGES if tag != "en"]
SERVER = ROOT / "server"
TEMPLATES = sorted(SERVER.glob("*/templates/*.html"))
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None}
_UNSAID = tuple(f'"{name}' for name in "POT PO-Rev Project-Id Report-Msgid Last-Trans Language-Team Generated".split())
"""The lines of a catalogue's head that are left out."""
_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def texts() -> dict[str, str | tuple[str, str]]:
    """Every text of the pages: in English, with its plural where it has one."""
    found: dict[str, str | tuple[str, str]] = {}
    for path in [*TEMPLATES, *sorted(SERVER.rglob("*.py"))]:
        method, options = ("jinja2", _OPTIONS) if path.suffix == ".html" else ("python", {})
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, KEYWORDS, (), options):
                found.setdefault(message[0] if isinstance(message, tuple) else message, message)
    for _, row in ontology.table("type-names.csv"):
        found |= {row["name"]: row["name"], row["plural"]: row["plural"]}
    for question in questions().values():
        query = question.query
        found |= {text: text for text in (query.title, query.description, *map(heading, question.columns))}
        found |= {text: text for text in map(asked_for, query.parameters)}
    return found | {text: text for text in ACCESS.values()}


def catalogue(tag: str) -> Catalog:
    """The texts in a language."""
    with (FOLDER / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"), abort_invalid=True)


def main() -> None:
    """Write each catalogue with the texts that there are now."""
    for tag in OTHERS:
        path = FOLDER / f"{tag}.po"
        known = catalogue(tag) if path.exists() else Catalog(tag.replace("-", "_"))
        fresh = Catalog(
            tag.replace("-", "_"), header_comment=f"# The texts of the pages: {LANGUAGES[tag]}.", fuzzy=False
        )
        for name, message in sorted(texts().items()):
            old = known.get(name)
            same = old is not None and (old.id == message or (old.id == name and not isinstance(message, tuple)))
            fresh.add(message, old.string if old and same else None)
        out = io.BytesIO()
        write_po(out, fresh, width=0, omit_header=False, no_location=True, sort_output=True)
        lines = out.getvalue().decode().split("\n")
        # The date of a run says nothing, and would differ each time.
        lines = [line for line in out.getvalue().decode().split("\n") if not line.startswith(_UNSAID)]
        path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
