"""What repositories call their sets (ListSets of OAI-PMH) → the names of collections and sets.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, sections 2.6 and 4.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from converter.values import iris

_END = " names of sets"


def state_name(source: str) -> str:
    """Under which name a harvest keeps what a source calls its sets."""
    return f"{source}{_END}"


def is_state(name: str) -> bool:
    """Whether something is kept under that name.

    >>> is_state("harvest library names of sets"), is_state("harvest library oai http://x/oai")
    (True, False)
    """
    return name.endswith(_END)


def encoded(names: Mapping[str, str]) -> str:
    """The text to keep of setSpec → setName."""
    return msgspec.json.encode(dict(sorted(names.items()))).decode()


def stated(notes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Source and setSpec → setName, of the notes of an archive that keep such names.

    >>> stated([("harvest library names of sets", encoded({"col_1_2": "Theses"})), ("harvest library rest x", "{}")])
    {('library', 'col_1_2'): 'Theses'}
    """
    return {
        (name.removeprefix("harvest ").removesuffix(_END), spec): called
        for name, text in notes
        if is_state(name)
        for spec, called in msgspec.json.decode(text, type=dict[str, str]).items()
        if called
    }


def by_address(notes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The address below the base of each collection and set that a repository names → that name.

    >>> by_address([("harvest library names of sets", encoded({"col_1_2": "Theses", "a:b": "Maps"}))])
    {'set/library/a:b': 'Maps', 'collection/1/1-2': 'Theses'}
    """
    found = {}
    for (source, spec), called in stated(notes).items():
        address = iris.collection("", source, spec) if iris.names_collection(spec) else set_address(source, spec)
        found[address] = called
    return found


def set_address(source: str, spec: str) -> str:
    """The address below the base of a set that is no collection; it is that of a row in lists, and of no page.

    >>> set_address("The Library", "a:b")
    'set/the-library/a:b'
    """
    return f"set/{iris.slug(source or 'unnamed')}/{spec}"


def with_those_above(spec: str) -> list[str]:
    """A set and those above it, the highest first: who is in a set is in these too.

    >>> with_those_above("a:b:c"), with_those_above("Maps & Plans")
    (['a', 'a:b', 'a:b:c'], ['Maps & Plans'])
    """
    parts = spec.split(":")
    whole = all(parts)
    return [":".join(parts[:length]) for length in range(1, len(parts) + 1)] if whole else [spec]
