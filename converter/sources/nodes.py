"""XML elements and JSON values as one kind of tree, in which a path of a table means the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from converter.sources.builder import text_of

_LANGUAGES = ("@lang", "@language")
_OF_THE_DOCUMENT = frozenset({"schemaLocation", "noNamespaceSchemaLocation", "lang"})
"""Attributes that say how a document is written, and the language, which goes with the text."""

_LISTS = frozenset({"@list", "@set"})
"""Under which JSON-LD puts a list, with or without an order; alone, they are no values of their own."""


@dataclass(slots=True)
class Node:
    """A place in a source: its name (that of an attribute with @ before it), its own text, and what stands in it.

    `whole` is all text in it, as a person reads it.
    """

    name: str
    text: str = ""
    whole: str = ""
    language: str | None = None
    children: list[Node] = field(default_factory=list)

    def stated(self, path: str) -> str:
        """The text of the first part at a path of names, empty where there is none."""
        return next((node.whole for node in self.at(path) if node.whole), "")

    def holds(self, path: str, value: str) -> bool:
        """Whether a part is there, with this text where one is given."""
        return any(not value or node.whole == value for node in self.at(path))

    def at(self, path: str) -> Iterator[Node]:
        """Yield the places at a path of names below this one."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.at(rest) if rest else (child,)

    @property
    def is_attribute(self) -> bool:
        """Whether this is an attribute of XML."""
        return self.name.startswith("@")


def of_element(element: etree._Element) -> Node:
    """The tree of an element; names have lost their namespaces."""
    attributes = {str(name).rpartition("}")[2]: str(value).strip() for name, value in element.attrib.items()}
    node = Node(_local(element))
    node.children = [
        Node(f"@{name}", value, value) for name, value in attributes.items() if value and name not in _OF_THE_DOCUMENT
    ]
    node.language = attributes.get("lang") or attributes.get("language") or None
    own = [element.text or ""]
    for child in element.iterchildren("*"):
        node.children.append(of_element(child))
        own.append(child.tail or "")
    node.text = " ".join(part.strip() for part in own if part.strip())
    node.whole = text_of(element).strip()
    return node


def of_json(name: str, value: Any) -> Iterator[Node]:
    """Yield the tree of a value; a list is so many values of one name.

    >>> [one.language for one in next(of_json("t", {"title": "Vagues", "lang": {"id": "fra"}})).children]
    ['fra', 'fra']
    """
    if isinstance(value, dict) and (ordered := value.keys() & _LISTS) and len(value) == 1:
        yield from of_json(name, value[ordered.pop()])
    elif isinstance(value, dict):
        children = [node for key, inner in value.items() for node in of_json(str(key), inner)]
        stated = (child.text or child.stated("id") for child in children if child.name in {"lang", "language"})
        language = next(filter(None, stated), None)
        for child in children:
            # What stands beside `lang` is in that language; `language` is that of a work.
            child.language = child.language or (language if "lang" in value else None)
        yield Node(name, language=language, children=children)
    elif isinstance(value, list):
        for one in value:
            yield from of_json(name, one)
    elif value is not None and str(value).strip():
        text = str(value).lower() if isinstance(value, bool) else str(value).strip()
        yield Node(name, text, text)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
