"""What nobody took of a JSON object: every value with the path at which it stood."""

from __future__ import annotations

from typing import Any

from converter.sources.builder import Draft

Object = dict[str, Any]


def leaves(value: Any) -> list[tuple[str, str]]:
    """The path and text of every value that is not empty; places in lists are no part of the path.

    >>> leaves({"a": [{"b": 1}, {"b": None}], "c": ""})
    [('a.b', '1')]
    """
    found: list[tuple[str, str]] = []
    _collect(value, "", found)
    return found


def _collect(value: Any, path: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(inner, f"{path}.{key}" if path else str(key), found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, path, found)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text.strip():
            found.append((path, text))


def rest(value: Object, draft: Draft, schema: str) -> None:
    """Make a field of everything that is left, named by where it stood."""
    for path, text in leaves(value):
        draft.add(f"{schema}.{path.replace(' ', '_')}", text)


def unread(value: Any, draft: Draft, name: str, reason: str) -> None:
    """Report everything inside a value; it becomes no field."""
    for path, text in leaves(value):
        draft.unread(f"{name}.{path}" if path else name, text, reason)


def text_of(value: Any) -> str:
    """The text of a value, empty where it holds none."""
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def objects(value: Any) -> list[Object]:
    """The objects of a list, or the one that stands where a list might."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def texts(value: Any) -> list[str]:
    """The texts of a list, or the one that stands where a list might."""
    found = value if isinstance(value, list) else [value]
    return [text for one in found if not isinstance(one, (dict, list)) and (text := text_of(one))]
