"""The CSL styles as the processor reads them: what it does not know of the language is done to the style beforehand.

Sources: https://docs.citationstyles.org/en/stable/specification.html, and citeproc-py 0.11, which shows a substituted
variable once more behind a macro, and a group of which nothing but a term is known.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from lxml import etree

_CSL = "{http://purl.org/net/xbiblio/csl}"
_IN_PLACE_OF_AUTHORS = {
    "apa": ("illustrator", "editor", "compiler", "curator", "collection-editor"),
    "chicago-author-date": ("illustrator", "editor", "translator", "collection-editor", "compiler", "curator"),
    "harvard-cite-them-right": ("editor", "translator"),
    "modern-language-association": ("editor", "translator"),
}
"""Styles → whom they put where the authors would stand, in this order; where there is nobody of these, the title."""
_UNLABELLED = {"chicago-author-date"}
"""Of these, those that do not say there that they are editors."""
_JOURNALS_FIRST = {"harvard-cite-them-right"}
"""Of these, those that put the journal there in place of the title of an article."""
_PUBLISHED = {"apa", "chicago-author-date"}
"""Of these, those that then put there the publisher of a program or of a page of the web."""
_DOUBLE = " in place of authors"


def spoken_once(style: str, item: Mapping[str, Any]) -> str:
    """The variable of the item that a style shows in the place of its authors, and so nowhere else; empty for none."""
    others = _IN_PLACE_OF_AUTHORS.get(style)
    if others is None or item.get("author"):
        return ""
    for role in others:
        if item.get(role):
            return "" if role == "editor" and style in _UNLABELLED else role
    if style in _PUBLISHED and item.get("type") in {"software", "webpage"} and item.get("publisher"):
        return "publisher"
    in_journal = str(item.get("type", "")).startswith("article-")
    return "" if style in _JOURNALS_FIRST and in_journal else "title"


def repaired(text: bytes, variable: str = "") -> bytes:
    """The style, with terms only where what they name is known; `variable` stands in the place of authors alone."""
    root = etree.fromstring(text)
    _without_day_of_access(root)
    _numbered_theses(root)
    _known_editions(root)
    if variable:
        _shown_in_place_of_authors(root, variable)
    return etree.tostring(root)


def _without_day_of_access(root: etree._Element) -> None:
    """No item of ours was accessed on a day."""
    for node in list(root.iter(f"{_CSL}text")):
        if node.get("term") == "retrieved":
            _drop(node)


def _numbered_theses(root: etree._Element) -> None:
    """The word before the number of a thesis stands where there is a number."""
    for node in root.iter(f"{_CSL}if"):
        if node.get("type") == "thesis" and node.get("variable") == "genre":
            node.set("variable", "genre number")


def _known_editions(root: etree._Element) -> None:
    """The word for an edition stands where there is one."""
    for label in list(root.iter(f"{_CSL}label")):
        parent = label.getparent()
        if label.get("variable") == "edition" and parent is not None:
            choose = etree.Element(f"{_CSL}choose")
            parent.replace(label, choose)
            etree.SubElement(choose, f"{_CSL}if", variable="edition").append(label)


def _shown_in_place_of_authors(root: etree._Element, variable: str) -> None:
    """Leave the variable in what substitutes authors, and in doubles of the macros that this calls."""
    substitutes = [node for node in root.iter(f"{_CSL}substitute") if _of_authors(node)]
    macros = root.findall(f"{_CSL}macro")
    doubles = [copy.deepcopy(macro) for macro in macros]
    for double in doubles:
        double.set("name", double.get("name", "") + _DOUBLE)
    for node in (*substitutes, *doubles):
        _call_doubles(node)
    kept = {node for substitute in substitutes for node in substitute.iter("{*}*")}
    for node in (inner for macro in macros for inner in macro.iter(f"{_CSL}text", f"{_CSL}names")):
        if node not in kept:
            _silence(node, variable)
    # The processor looks for macros before the layout.
    for double in doubles:
        root.insert(0, double)


def _of_authors(substitute: etree._Element) -> bool:
    """Whether it says what stands in the place of authors, and not in that of other names."""
    names = [substitute.getparent(), *substitute.iter(f"{_CSL}names")]
    return any(node is not None and node.get("variable") == "author" for node in names)


def _call_doubles(parent: etree._Element) -> None:
    for node in parent.iter(f"{_CSL}text"):
        if node.get("macro"):
            node.set("macro", node.get("macro", "") + _DOUBLE)


def _silence(node: etree._Element, variable: str) -> None:
    named = (node.get("variable") or "").split()
    if named == [variable]:
        _drop(node)
    elif variable in named:
        node.set("variable", " ".join(name for name in named if name != variable))


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
