"""The labels of MeSH: read once from their table, and from an index of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.values import mesh


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of the user, in which no label has been looked for yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mesh.labels.cache_clear()
    yield tmp_path / "shelfgraph"
    mesh.labels.cache_clear()


def test_the_index_says_what_the_table_says(cache: Path) -> None:
    first = mesh.labels()
    mesh.labels.cache_clear()
    assert [path.name for path in cache.iterdir()] == [f"mesh-{mesh.version()}.json"]
    assert mesh.labels() == first
    assert (len(first.descriptors), len(first.qualifiers)) == (29_865, 76)


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b'{"descriptors": {}}', b"\xff"])
def test_a_broken_index_is_made_again(cache: Path, broken: bytes) -> None:
    cache.mkdir()
    (cache / f"mesh-{mesh.version()}.json").write_bytes(broken)
    assert mesh.descriptor_iri("lupus erythematosus, systemic") == "http://id.nlm.nih.gov/mesh/D008180"


def test_where_no_index_can_be_kept_the_table_is_read(cache: Path) -> None:
    cache.write_text("a file stands where the folder would be", encoding="utf-8")
    assert mesh.qualifier_iri("Immunology") == "http://id.nlm.nih.gov/mesh/Q000276"
