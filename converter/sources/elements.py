"""A metadata element being read: what has been taken is marked, and what nobody took is not lost."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from converter.sources.builder import Draft, Said, language_of, text_of

_VALUES = frozenset({"href", "ref", "resource", "url", "URI", "uri", "valueURI", "nameIdentifier", "value"})
"""Attributes that hold a value of their own; the others say what kind of value the text is."""


class Tree:
    """An element and its descendants; `schema` begins the names of the fields that no rule names.

    `take` gives the text of an element once; `rest` makes a field of every text that was not taken, named by where it
    stood (`mods.part.date`), and of the addresses that stood in attributes.  `taken` are the elements that were.
    """

    def __init__(self, root: etree._Element, draft: Draft, schema: str) -> None:
        self.root, self.draft, self.schema = root, draft, schema
        self.taken: set[etree._Element] = set()
        self._attributes: set[tuple[etree._Element, str]] = set()

    def each(self, path: str, within: etree._Element | None = None) -> Iterator[etree._Element]:
        """Yield the elements at a path of local names (`originInfo/dateIssued`) that nobody has taken."""
        start = self.root if within is None else within
        for element in start.iterfind("/".join(f"{{*}}{name}" for name in path.split("/"))):
            if element not in self.taken:
                yield element

    def take(self, element: etree._Element) -> str:
        """All text of the element and its descendants, which are taken now; runs of white space are one space."""
        self.taken.update(element.iter("*"))
        return " ".join(text_of(element).split())

    def text(self, path: str, within: etree._Element | None = None) -> str:
        """The text of the first element at a path, empty where there is none."""
        return next((self.take(element) for element in self.each(path, within)), "")

    def attribute(self, element: etree._Element, name: str) -> str:
        """The value of an attribute by its local name, in whatever namespace; empty where there is none."""
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                self._attributes.add((element, str(key)))
                return str(value).strip()
        return ""

    def field(self, name: str, element: etree._Element, authority: str | None = None, said: Said | None = None) -> None:
        """Take an element as a value, in the language that it names; paragraphs keep their lines."""
        self.taken.update(element.iter("*"))
        self.draft.add(name, text_of(element), language_of(element), authority, said=said)

    def rest(self) -> None:
        """Make a field of every text that was not taken."""
        for element in self.root.iter("*"):
            if element in self.taken:
                continue
            own = (part.strip() for part in [element.text or "", *(child.tail or "" for child in element)])
            text = " ".join(part for part in own if part)
            if text:
                self.draft.add(self.name_of(element), text, language_of(element))
            for key, value in element.attrib.items():
                name = str(key).rpartition("}")[2]
                if name in _VALUES and (element, str(key)) not in self._attributes and str(value).strip():
                    self.draft.add(f"{self.name_of(element)}.{name}", str(value))

    def name_of(self, element: etree._Element) -> str:
        """The name of a field that is called by where its element stands below the root."""
        steps = [local(element)]
        parent = element.getparent()
        while element is not self.root and parent is not None and parent is not self.root:
            steps.append(local(parent))
            parent = parent.getparent()
        return ".".join([self.schema, *reversed(steps)])


def local(element: etree._Element) -> str:
    """The name of an element without its namespace or prefix.

    >>> local(etree.fromstring("<a:b xmlns:a='x'/>"))
    'b'
    """
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
