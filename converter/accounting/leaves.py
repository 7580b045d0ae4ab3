"""The leaves of a document as its syntax has them, found without the readers of formats.

A leaf is a text of XML or an attribute with content, a value of JSON, a subfield of MARC, a part of a cell of CSV, a
value of RIS or BibTeX, a cell or `meta` of an item page.  None is what an answer of OAI-PMH says of itself (when it
was given, where the next page is), how a document is written (namespaces, schemas, names by which its parts refer to
each other), or what consists of signs alone, such as a dash or a comma between elements.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, BinaryIO, Literal, NamedTuple

from lxml import etree, html
from pymarc import marc8_to_unicode

from converter.values.page_furniture import is_furniture
from converter.values.words import words


class Leaf(NamedTuple):
    """Where a value stands, and its text; `is_mark` says that it is an attribute, which often names a kind."""

    place: str
    text: str
    is_mark: bool = False


_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_OF_THE_DOCUMENT = frozenset(
    "schemaLocation ID id ADMID AMDID DMDID FILEID GROUPID STRUCTID ORDER about IDref IDREF".split()
)
_PLACES = frozenset("tag code ind1 ind2 mdschema element qualifier schema name".split())
_NAMED_BY_ATTRIBUTE = frozenset(
    "element field dcvalue dublin_core datafield subfield controlfield assertion property".split()
)
_ANSWER = re.compile(
    r"^(?:OAI-PMH|Response)/(?:responseDate|request|error)(?:/|$)|(?:^|/)resumptionToken(?:/|$)"
    r"|searchRetrieveResponse/(?!records/record/recordData)"
    r"|updateRequest/(?!record/recordData/document/part/record/)"
    r"|^ONIX[Mm]essage(?:/(?![Pp]roduct(?:/|$))|$)"
)
_INLINE = frozenset("i b u em sub sup strong small tt italic bold sc scp".split())
_DOTTED = re.compile(r"[a-zA-Z][\w-]*(?:\.[a-zA-Z][\w-]*){1,3}")
_META = re.compile(r"(?:dc|dcterms|citation|eprints|bepress_citation|prism)[._]", re.IGNORECASE)
_SEP = re.compile(r"\ufeff?\"?sep=([^\"])\"?\s*", re.IGNORECASE)
_OPTION = re.compile(r"\s*(?:bundle|description|permissions|primary):", re.IGNORECASE)
_ROW = re.compile(r"\s*[a-z]+(?:\.[a-zA-Z]+)+")
_LABEL = re.compile(r"[A-Z][A-Za-z ]{2,30}[a-z](?=[A-Z0-9]|https?:)")
_RIS = re.compile(r"(?:([A-Z][A-Z0-9]) {0,2}|([a-z][a-z0-9])  )- ?(.*)")
_ENTRY = re.compile(r"@\s*(\w+)\s*[{(]\s*([^,\s]*)\s*,")
_KEY = re.compile(r"\s*,?\s*([^\s=,{}\"#]+)\s*=\s*")
_NAMES = frozenset({"author", "editor", "editora", "editorb", "editorc", "translator", "bookauthor"})
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_NO_ENTRIES = frozenset({"comment", "preamble", "string"})


def leaves(kind: str, stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the leaves of a document of a kind (as `--from` names it); it is in UTF-8, or binary MARC."""
    stream.seek(0)
    yield from (leaf for leaf in _WALKERS[kind](stream) if words(leaf.text))


def of_xml(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the texts and attributes of elements."""
    try:
        for _, element in _parsed(stream, ("end",)):
            element.clear(keep_tail=True)
    except etree.XMLSyntaxError:
        stream.seek(0)
        yield from _of_broken_xml(stream.read().decode("utf-8-sig", "replace"))
        return
    stream.seek(0)
    names: list[str] = []
    for event, element in _parsed(stream, ("start", "end")):
        if event == "start":
            names.append(_local(element.tag))
            continue
        if not _is_inline(element) or len(names) == 1:
            yield from _of_element(element, "/".join(names))
            element.clear(keep_tail=True)
        names.pop()


def _parsed(stream: BinaryIO, events: Sequence[Literal["start", "end"]]) -> Iterator[tuple[str, etree._Element]]:
    return etree.iterparse(
        stream, events=events, remove_comments=True, remove_pis=True, resolve_entities=False, load_dtd=False,
        no_network=True, huge_tree=True,
    )  # fmt: skip


def _is_inline(element: etree._Element | _Element) -> bool:
    """Whether an element only shows how letters are set."""
    return _local(element.tag) in _INLINE and not element.attrib


@dataclass
class _Element:
    """As much of an element as a walk needs; it may hold what XML forbids."""

    tag: str
    attrib: dict[str, str] = field(default_factory=dict)
    text: str = ""
    tail: str = ""
    children: list[_Element] = field(default_factory=list)

    def __iter__(self) -> Iterator[_Element]:
        return iter(self.children)

    def itertext(self) -> Iterator[str]:
        """Yield the texts in it."""
        yield self.text
        for child in self.children:
            yield from child.itertext()
            yield child.tail

    def add(self, text: str) -> None:
        """Take a text that stands behind all that is there."""
        if self.children:
            self.children[-1].tail += text
        else:
            self.text += text


_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(?P<verbatim>.*?)\]\]>|<\?.*?\?>|<!DOCTYPE\b[^<>]*>|</(?P<end>[^\s<>]+)\s*>"
    r"|<(?P<start>[A-Za-z_][^\s<>/]*)(?P<marks>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>",
    re.DOTALL,
)
_MARK = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>/]+))")


def _of_broken_xml(text: str) -> Iterator[Leaf]:
    """Yield the leaves of what a parser of XML refuses, by its tags alone; an end closes what was begun by its name."""
    root = _Element("")
    open_ = [root]
    names: list[str] = []
    place = 0
    for match in _TOKEN.finditer(text):
        open_[-1].add(unescape(text[place : match.start()]))
        place = match.end()
        if match["verbatim"] is not None:
            open_[-1].add(match["verbatim"])
        elif match["start"]:
            marks = [
                (found[1], unescape(found[2] or found[3] or found[4] or "")) for found in _MARK.finditer(match["marks"])
            ]
            kept = {_local(name): value for name, value in marks if not name.startswith(("xmlns", "xsi:"))}
            element = _Element(_local(match["start"]), kept)
            open_[-1].children.append(element)
            open_.append(element)
            names.append(element.tag)
        ending = match["start"] if match["empty"] else match["end"]
        if ending and _local(ending) in names:
            last = len(names) - names[::-1].index(_local(ending))
            yield from _closed(open_, names, last - 1)
    root.add(unescape(text[place:]))
    yield from _closed(open_, names, 0)
    yield from (Leaf("", one) for one in _texts(root) if one.strip())


def _closed(open_: list[_Element], names: list[str], depth: int) -> Iterator[Leaf]:
    """Yield the leaves of the elements that are deeper, which end."""
    while len(names) > depth:
        element = open_.pop()
        if not _is_inline(element) or len(names) == 1:
            yield from _of_element(element, "/".join(names))
        names.pop()


def _of_element(element: etree._Element | _Element, where: str) -> Iterator[Leaf]:
    if _ANSWER.search(where):
        return
    for text in _texts(element):
        if text.strip():
            inner = _inner(text)
            yield from (
                (leaf._replace(place=f"{where}/{leaf.place}") for leaf in inner) if inner else (Leaf(where, text),)
            )
    for child in element:
        child.tail = ""
    is_named = _local(element.tag) in _NAMED_BY_ATTRIBUTE
    for key, value in element.attrib.items():
        name = _local(key)
        is_written = str(key).startswith(_XSI) or name in _OF_THE_DOCUMENT
        if str(value).strip() and not is_written and not (is_named and name in _PLACES):
            yield Leaf(f"{where}/@{name}", str(value), is_mark=True)


def _texts(element: etree._Element | _Element) -> list[str]:
    """The texts between the elements in one; what only shows how letters are set is a part of the text around it."""
    texts = [element.text or ""]
    for child in element:
        if _is_inline(child):
            texts[-1] += "".join(map(str, child.itertext())) + (child.tail or "")
        else:
            texts.append(child.tail or "")
    return texts


def _inner(text: str) -> list[Leaf]:
    """The leaves of a document that stands as text in another, as harvesters wrap what they pass on."""
    if not text.lstrip().startswith("<") or "<record" not in text[:1000]:
        return []
    return list(of_xml(io.BytesIO(text.strip().encode())))


def of_json(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the values of a document, or of lines of JSON; of what is broken, none."""
    text = stream.read().decode("utf-8-sig", "replace")
    try:
        yield from _of_value(json.loads(text), ())
    except ValueError:
        for line in text.splitlines():
            try:
                yield from _of_value(json.loads(line), ())
            except ValueError:
                continue


def _of_value(value: Any, path: tuple[str, ...]) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _of_value(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _of_value(inner, path)
    elif value is not None and str(value).strip():
        yield Leaf("/".join(path), str(value))


def of_csv(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the parts of the cells below the heads."""
    text = stream.read().decode("utf-8-sig", "replace")
    match = _SEP.match(text)
    text = text[match.end() :] if match else text
    sign = match[1] if match else max(",;\t|", key=re.sub(r'"[^"]*"', "", text.partition("\n")[0]).count)
    heads, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    for row in rows:
        for number, cell in enumerate(row):
            head = heads[number] if number < len(heads) else f"column {number + 1}"
            yield from (Leaf(head, part) for part in re.split(r"\|\||::", cell) if part.strip())


def of_marc(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the leader, control fields and subfields of ISO 2709, by its directory."""
    for record in (part.lstrip(b"\r\n\0 ") for part in stream.read().split(b"\x1d")):
        if len(record) < 24:
            continue
        leader, is_utf8 = record[:24], record[9:10] == b"a"
        yield Leaf("leader", leader.decode("ascii", "replace"))
        base = int(leader[12:17]) if leader[12:17].isdigit() else 0
        entries = record[24 : base - 1]
        for place in range(0, len(entries) - 11, 12):
            tag, size, start = (
                entries[place : place + 3],
                entries[place + 3 : place + 7],
                entries[place + 7 : place + 12],
            )
            data = record[base + int(start) : base + int(start) + int(size)].rstrip(b"\x1e")
            where = tag.decode("ascii", "replace")
            if where < "010":
                yield Leaf(where, _of_marc(data, is_utf8=is_utf8))
                continue
            for part in data.split(b"\x1f")[1:]:
                if part[1:].strip():
                    yield Leaf(f"{where}/{part[:1].decode('ascii', 'replace')}", _of_marc(part[1:], is_utf8=is_utf8))


def _of_marc(data: bytes, *, is_utf8: bool) -> str:
    return data.decode("utf-8", "replace") if is_utf8 else str(marc8_to_unicode(data, hide_utf8_warnings=True))


def of_ris(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the values of tagged lines; a line without a tag goes on where the one before it ended."""
    found: list[Leaf] = []
    is_open = False
    for line in stream.read().decode("utf-8-sig", "replace").splitlines():
        match = _RIS.match(line)
        tag = (match[1] or match[2]).upper() if match else ""
        was_open, is_open = is_open, tag == "TY" or (is_open and tag != "ER")
        if match and (is_open or not was_open) and tag != "ER":
            found.append(Leaf(tag, match[3]))
        elif found and is_open:
            found[-1] = Leaf(found[-1].place, f"{found[-1].text} {line}")
        elif not match:
            found.append(Leaf("line", line))
    yield from (leaf for leaf in found if leaf.text.strip())


def of_bibtex(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the keys of entries and the values of their fields; a macro stands for its text."""
    text = stream.read().decode("utf-8-sig", "replace")
    place = 0
    while match := _ENTRY.search(text, place):
        place = match.end()
        if match[1].lower() in _NO_ENTRIES:
            continue
        if match[2]:
            yield Leaf("key", match[2])
        yield Leaf("entry", match[1], is_mark=True)
        while key := _KEY.match(text, place):
            value, place = _bibtex_value(text, key.end())
            # "and" stands between names, and is no part of one.
            is_names = key[1].lower() in _NAMES
            for part in _AND.split(value) if is_names else [value]:
                if part.strip():
                    yield Leaf(key[1].lower(), part)


def _bibtex_value(text: str, place: int) -> tuple[str, int]:
    """The quoted and braced parts and numbers of a value that begins there, and where it ends.

    A macro is the name of a text that stands elsewhere.
    """
    start, depth, is_quoted = place, 0, False
    parts = [""]
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif sign == '"' and not depth:
            is_quoted = not is_quoted
        elif sign == "{":
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
        elif not depth and not is_quoted and sign in ",})#":
            parts.append(text[start:place].strip())
            start = place + 1
            if sign != "#":
                break
        place += 1
    else:
        parts.append(text[start:place].strip())
    return "".join(part for part in parts if part[:1] in {"{", '"'} or part.isdigit()), place


def of_html(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the values of the table of metadata, of the head, and of JSON-LD; the rest of a page is its furniture."""
    page = html.fromstring(stream.read() or b"<p/>", parser=html.HTMLParser(encoding="utf-8"))
    for row in page.iter("tr"):
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row if cell.tag in {"td", "th"}]
        if len(cells) > 1 and _DOTTED.fullmatch(cells[0]) and next(row[0].iter("a"), None) is None:
            yield from (Leaf(cells[0], cell) for cell in cells[1:] if cell not in {"", "-"})
    for meta in page.iter("meta"):
        name, value = meta.get("name") or "", meta.get("content") or ""
        if _META.match(name) and value.strip():
            yield Leaf(f"meta/{name}", value)
    for script in page.iter("script"):
        if script.get("type") == "application/ld+json":
            yield from of_json(io.BytesIO((script.text or "").encode()))


def of_lines(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the parts of the lines of a package's own files, each without the name of the option that it is."""
    for line in stream.read().decode("utf-8-sig", "replace").splitlines():
        yield from (Leaf("line", _OPTION.sub("", part)) for part in line.split("\t") if part.strip())


def of_text(stream: BinaryIO) -> Iterator[Leaf]:
    """Yield the lines of the table of metadata, and what stands behind a label above it; the rest is furniture."""
    is_table = False
    for line in stream.read().decode("utf-8-sig", "replace").splitlines():
        *names, value = line.strip().split("\t")
        if is_furniture(line):
            continue
        is_table = is_table or bool(_ROW.match(line))
        label = _LABEL.match(value)
        if label and not names and not is_table:
            value = value[label.end() :]
        elif not is_table:
            continue
        if value.strip():
            yield Leaf(names[0] if names else "line", value)


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2].rpartition(":")[2]


_WALKERS: dict[str, Callable[[BinaryIO], Iterator[Leaf]]] = {
    "oai": of_xml,
    "json": of_json,
    "marc": of_marc,
    "dspace-html": of_html,
    "ris": of_ris,
    "bibtex": of_bibtex,
    "csv": of_csv,
    "dspace-text": of_text,
    "lines": of_lines,
}
