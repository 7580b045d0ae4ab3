"""What nobody read of a record: the texts, attributes and values of its source that its fields and report do not say.

Readers take what their tables name; whatever is left over then becomes a line of the report, so that nothing of a
source is lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from lxml import etree

from converter.record import Record
from converter.values.check_digits import isbns
from converter.values.resolvable import dois
from converter.values.serials import issns
from converter.values.words import end_of, number_of, of_a_date, texts_in, words
from ontology.source_tables import is_kind

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_OF_THE_DOCUMENT = frozenset(
    "schemaLocation ID id ADMID AMDID DMDID FILEID GROUPID STRUCTID ORDER about IDref IDREF".split()
)
"""Attributes that say how a document is written, and by what names its parts refer to each other."""
_PLACES = frozenset("tag code ind1 ind2 mdschema element qualifier schema name".split())
"""Attributes that name the place of a value, as an element does."""
_NAMED_BY_ATTRIBUTE = frozenset("element field dcvalue datafield subfield controlfield assertion property".split())


_NOBODY = "nothing reads what stands there; where its format has a table in ontology/formats, a row makes it a field"
_JOINING = frozenset("and und et y e och og en".split())
"""What stands between the names of a list, and is a part of none."""
_MARK = re.compile(
    r"(?:.*\.)?_links\..*|.*(?:type|scheme|schemeuri|lang|language|general|encoding|metadatascheme)", re.IGNORECASE
)
"""Keys of JSON that say how the value beside them is meant."""


class Leaf(NamedTuple):
    """A value of a source: the name of its place, and its text; `of` is the value that an attribute stands beside."""

    name: str
    text: str
    of: str = ""
    is_mark: bool = False


def of_element(root: etree._Element, name: str) -> list[Leaf]:
    """The texts and attributes of an element and of all in it; `name` begins the names of their places."""
    found: list[Leaf] = []
    _collect(root, name, found)
    return found


def _collect(element: etree._Element, name: str, found: list[Leaf]) -> None:
    own = element.text or ""
    children = list(element.iterchildren("*"))
    for child in children:
        if child.tail:
            own = f"{own} {child.tail}"
    own = " ".join(own.split())
    if own:
        found.append(Leaf(name, own))
    if element.attrib:
        is_named = _local(element.tag) in _NAMED_BY_ATTRIBUTE
        for key, value in element.attrib.items():
            mark = _local(key)
            is_place = is_named and mark in _PLACES
            if value.strip() and not (key.startswith(_XSI) or mark in _OF_THE_DOCUMENT or is_place):
                found.append(Leaf(f"{name}.{mark}", value.strip(), own, is_mark=True))
    for child in children:
        _collect(child, f"{name}.{_local(child.tag)}", found)


def of_values(values: Iterable[tuple[str, str]]) -> list[Leaf]:
    """The values of JSON, each with its path."""
    return [Leaf(path or "json", text, is_mark=bool(_MARK.fullmatch(path))) for path, text in values]


def unread(
    leaves: Iterable[Leaf], record: Record, findings: Sequence[tuple[str, str, str]]
) -> Iterator[tuple[str, str, str]]:
    """Yield what neither the record nor its findings say: name of the place, value, and why it became nothing.

    A value is said where its words stand in one value, or in several; a kind is said by the field that it chose.
    Of a value that is said in part, the report names the identifiers that were read.
    """
    exact = _exact(record, findings)
    said: _Said | None = None
    for leaf in leaves:
        if leaf.text in exact:
            continue
        said = said or _Said(record, findings)
        exact.add(leaf.text)
        if said.holds(leaf.text):
            continue
        if leaf.is_mark:
            meant = f"how {leaf.of[:60]!r} is meant" if leaf.of else "said of what stands there"
            yield leaf.name, leaf.text, f"{meant}, for which there is no field"
        elif read := said.identifiers(leaf.text):
            yield leaf.name, leaf.text, f"of this {', '.join(read)} is read; for the rest there is no field"
        else:
            yield leaf.name, leaf.text, _NOBODY


def _exact(record: Record, findings: Sequence[tuple[str, str, str]]) -> set[str]:
    """The texts that stand there as a source has them: most of what it says."""
    found = {value for _, value, _ in findings}
    for field in record.fields:
        found.add(field.value)
        found.add(" ".join(field.value.split()))
        found.update((field.language or "", field.authority or ""))
    via = record.listed
    return found.union(record.sets, (record.identifier, record.datestamp or "", via.identifier, via.datestamp or ""))


class _Said:
    """The words of a record and of its findings."""

    def __init__(self, record: Record, findings: Sequence[tuple[str, str, str]]) -> None:
        # METS writes the scheme of a handle before it.
        self._texts = [
            f"hdl:{record.handle}",
            *texts_in(msgspec.to_builtins(record)),
            *(text for one in findings for text in one),
        ]
        # Signs of markup in two texts are none together.
        self._words = set(words(" ".join(text for text in self._texts if "<" not in text)))
        self._words.update(word for text in self._texts if "<" in text for word in words(text))
        # A month is read as one of two digits.
        self._words.update(word for text in self._texts for word in of_a_date(text))
        self._found: set[str] = set()

    @property
    def _whole(self) -> set[str]:
        """The texts with nothing between their words."""
        if not self._found:
            # An identifier may stand in an address by its digits alone.
            ends = map(end_of, self._texts)
            self._found = {"".join(words(one)) for one in (*self._texts, *ends)}
        return self._found

    def holds(self, text: str) -> bool:
        """Whether the words of a text are there, or it is a kind."""
        found = words(number_of(text))
        if self._words.issuperset(found) or is_kind(text):
            return True
        if self._words.issuperset(word for word in found if word not in _JOINING):
            return True
        return "".join(found) in self._whole

    def identifiers(self, text: str) -> list[str]:
        """The identifiers of a text that are there."""
        stated = [one.value for one in (*isbns(text), *dois(text))] + [one.value for one in issns(text)]
        return [value for value in stated if "".join(words(value)) in self._whole]


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2].rpartition(":")[2]
