"""Formats of XML that a table alone reads."""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.elements import local
from converter.sources.nodes import of_element
from converter.sources.record_identity import doi_of
from converter.sources.table_reader import read as read_by_table
from ontology.source_tables import source_table


def read(name: str, metadata: etree._Element, draft: Draft) -> None:
    """Read metadata of the format whose table has this name."""
    read_by_table(of_element(metadata), source_table(name), draft)
    draft.identifier = draft.identifier or doi_of(draft.fields)


def unknown(metadata: etree._Element, draft: Draft) -> None:
    """Read metadata of a format that no table knows, by what elements are commonly called."""
    read_by_table(of_element(metadata), source_table("unknown"), draft, local(metadata))
