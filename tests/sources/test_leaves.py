"""Nothing is lost silently: every leaf of a document is in its record or in a line of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import EXAMPLES, GOLDEN
from tests.leaves import leaves, unaccounted

INPUTS = sorted(path for path in [*GOLDEN.iterdir(), *EXAMPLES.iterdir()] if path.suffix in {".xml", ".json", ".csv"})
WORD = st.from_regex(r"[A-Za-z]{3,12}[0-9]{3}", fullmatch=True)
NAMES = st.sampled_from(["title", "creator", "name", "date", "subject", "identifier", "note", "part", "role", "file"])
FORMATS = {
    "arXiv": "http://arxiv.org/OAI/arXiv/",
    "doajArticle": "http://doaj.org/features/oai_doaj/1.0/",
    "jpcoar": "https://github.com/JPCOAR/schema/blob/master/1.0/",
    "mods": "http://www.loc.gov/mods/v3",
    "thesis": "http://www.ndltd.org/standards/metadata/etdms/1.0/",
    "qualifieddc": "http://dspace.org/qualifieddc/",
    "resource": "http://datacite.org/schema/kernel-4",
    "unheard-of": "urn:x",
}
SETTINGS = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_every_leaf_of_an_input_is_accounted_for(path: Path) -> None:
    assert list(leaves(path))
    assert unaccounted(path) == []


def elements(depth: int) -> st.SearchStrategy[str]:
    """Elements with text, some of them within each other."""
    inner = WORD.map(escape)
    if depth:
        inner = st.one_of(inner, st.lists(elements(depth - 1), min_size=1, max_size=3).map("".join))
    return st.builds(lambda name, text: f"<{name}>{text}</{name}>", NAMES, inner)


@pytest.mark.parametrize("root", FORMATS)
@SETTINGS
@given(inner=st.lists(elements(2), min_size=1, max_size=6).map("".join))
def test_every_leaf_of_generated_xml_is_accounted_for(root: str, inner: str, tmp_path: Path) -> None:
    path = tmp_path / "made.xml"
    header = "<header><identifier>oai:x.example.org:1</identifier></header>"
    metadata = f'<{root} xmlns="{FORMATS[root]}">{inner}</{root}>'
    path.write_text(f"<record>{header}<metadata>{metadata}</metadata></record>", encoding="utf-8")
    assert unaccounted(path) == []


VALUES = st.recursive(WORD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
SHOWN: dict[str, dict[str, Any]] = {
    "zenodo": {"metadata": {"title": "T", "creators": [{"name": "Rook, Ida"}]}},
    "zotero": {"itemType": "book", "title": "T"},
    "csl": {"type": "book", "title": "T", "author": [{"family": "Rook"}]},
    "schema-org": {"@context": "https://schema.org", "@type": "Book"},
    "crossref": {"DOI": "10.5555/x", "type": "book", "title": ["T"]},
    "datacite": {"doi": "10.5555/x", "titles": [{"title": "T"}]},
}


@pytest.mark.parametrize("name", SHOWN)
@SETTINGS
@given(beside=st.dictionaries(WORD, VALUES, min_size=1, max_size=4))
def test_every_leaf_of_generated_json_is_accounted_for(name: str, beside: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    path.write_text(json.dumps({**SHOWN[name], **beside}), encoding="utf-8")
    assert unaccounted(path) == []
