"""Documents as sources bend them: parts repeated, moved, renamed, wrapped, left out, and put in anywhere.

What is put in are words that stand nowhere else, so that one that is lost is missed.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st
from lxml import etree

WORD = st.from_regex(r"[A-Za-z]{3,12}[0-9]{3}", fullmatch=True)
WORDS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
NAMES = st.sampled_from("title creator name date subject identifier note part role file value id number lang".split())
MARKS = st.sampled_from("type scheme authority encoding href role valueURI schemeURI status code rank".split())
BENDS = st.integers(1, 5)

Parent = dict[str, Any] | list[Any]


@st.composite
def bent_xml(draw: st.DrawFn, sample: str) -> str:
    """The document, bent in some places."""
    root = etree.fromstring(sample.encode())
    for _ in range(draw(BENDS)):
        inside = [element for element in root.iter("*") if element is not root]
        if not inside:
            break
        element = draw(st.sampled_from(inside))
        beside = draw(st.sampled_from(inside))
        _bend_element(draw, draw(st.sampled_from(_OF_XML)), element, beside)
    return etree.tostring(root, encoding="unicode")


_OF_XML = "text text child child mark repeat move rename tail wrap remove".split()


def _bend_element(draw: st.DrawFn, how: str, element: etree._Element, beside: etree._Element) -> None:
    parent = element.getparent()
    match how:
        case "text":
            element.text = draw(WORDS)
        case "child":
            space = str(beside.tag).rpartition("}")[0]
            name = draw(
                st.one_of(st.just(str(beside.tag)), NAMES.map(lambda name: f"{space}}}{name}" if space else name))
            )
            etree.SubElement(element, name).text = draw(WORDS)
        case "mark":
            element.set(draw(MARKS), draw(WORD))
        case "rename":
            element.tag = beside.tag
        case "tail":
            element.tail = draw(WORDS)
        case "move" if beside is not element and element not in beside.iterancestors():
            beside.append(element)
        case "repeat" if parent is not None:
            again = copy.deepcopy(element)
            for part in again.iter("*"):
                part.text = draw(WORDS) if (part.text or "").strip() else part.text
            parent.insert(parent.index(element), again)
        case "wrap" if parent is not None:
            around = etree.Element(str(beside.tag))
            parent.replace(element, around)
            around.append(element)
        case "remove" if parent is not None:
            parent.remove(element)


@st.composite
def bent_json(draw: st.DrawFn, sample: Any) -> str:
    """The value, bent in some places."""
    value = copy.deepcopy(sample)
    for _ in range(draw(BENDS)):
        places = list(_places(value))
        if not places:
            break
        parent, key = draw(st.sampled_from(places))
        keys = sorted({str(key) for _, key in places if isinstance(key, str)})
        _bend_value(draw, draw(st.sampled_from(_OF_JSON)), parent, key, keys)
    return json.dumps(value)


_OF_JSON = "text text number truth list object key key repeat wrap remove".split()
_INSTEAD = {
    "text": WORDS,
    "number": st.integers(10_000_000, 99_999_999),
    "truth": st.booleans(),
    "list": st.lists(WORDS, max_size=3),
    "object": st.dictionaries(NAMES, WORDS, max_size=3),
}


def _bend_value(draw: st.DrawFn, how: str, parent: Parent, key: Any, keys: list[str]) -> None:
    match how:
        case "key" if isinstance(parent, dict):
            name = draw(st.one_of(st.sampled_from(keys), NAMES, WORD))
            parent[name] = draw(st.one_of(*_INSTEAD.values()))
        case "repeat" if isinstance(parent, list):
            parent.append(_fresh(draw, parent[key]))
        case "wrap":
            parent[key] = draw(st.sampled_from([[parent[key]], {"value": parent[key]}]))
        case "remove":
            del parent[key]
        case _ if how in _INSTEAD:
            parent[key] = draw(_INSTEAD[how])


def _fresh(draw: st.DrawFn, value: Any) -> Any:
    """A copy with other texts."""
    if isinstance(value, dict):
        return {key: _fresh(draw, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fresh(draw, inner) for inner in value]
    return draw(WORDS) if isinstance(value, str) else value


def _places(value: Any) -> Any:
    """Yield each list or object with each of its keys or places."""
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(found):
        yield value, key
        yield from _places(inner)
