"""ONIX for books with short tags: `b203` is TitleText, and a group has its name in small letters.

Source: ONIX for Books Implementation and Best Practice Guide, https://www.editeur.org/93/Release-3.0-Downloads/.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.nodes import Node, of_element
from converter.sources.record_identity import doi_of
from converter.sources.table_reader import read as read_by_table
from ontology.source_tables import kinds, source_table


def short(metadata: etree._Element, draft: Draft) -> None:
    """Read a product with short tags as one with reference names; `formats/onix-short.csv` holds both."""
    table = source_table("onix")
    groups = {step.name.lower(): step.name for rule in table.rules for step in rule.steps}
    product = of_element(metadata)
    _rename(product, {**groups, **kinds("onix-short")})
    read_by_table(product, table, draft)
    draft.identifier = draft.identifier or doi_of(draft.fields)


def _rename(node: Node, names: Mapping[str, str]) -> None:
    node.name = names.get(node.name, node.name)
    for child in node.children:
        _rename(child, names)
