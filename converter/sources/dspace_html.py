"""The HTML of a DSpace item page: full metadata tables (XMLUI, JSPUI, DSpace 7), short views, and `<meta>` heads.

The fullest form that a page has is read: the metadata table, else the labels of the short view, else the head.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from converter.errors import SourceError
from converter.record import Field, File, Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.json_formats import by_table
from converter.sources.json_formats.leaves import Object
from converter.sources.json_formats.leaves import objects as json_objects
from converter.sources.limits import USUAL, Limits, is_too_deep, lengths
from converter.sources.page_rest import json_ld, report_rest
from converter.sources.page_view import LABELS, view_fields
from converter.sources.record_identity import handle_of, identified
from converter.values.iris import slug
from converter.values.resolvable import handle
from ontology.source_tables import fields, json_formats

Note = Callable[[Finding], None]

_FIELD_NAME = re.compile(r"[a-zA-Z][\w-]*(?:\.[a-zA-Z][\w-]*){1,3}")
_COMMENT_HANDLE = re.compile(r"metadata/handle/([\d.]+/[^/\s]+)/mets\.xml")
_META_NAME = re.compile(r"(DC|DCTERMS)\.([A-Za-z]+(?:\.[A-Za-z]+)?)", re.IGNORECASE)
_ADDRESSES = "meta[name='citation_abstract_html_url'], meta[name='citation_pdf_url'], meta[property='og:url']"
_SIZED = re.compile(r"(.+\.\w{1,5}) \((\d[\d.,]*\s*[kKMGT]?i?[bB](?:ytes)?)\)")
_SIMPLE_VIEW = re.compile(r"simple-item-view-([a-z-]+)")
_WORKS = frozenset(
    "ScholarlyArticle Article Book Chapter Thesis Dataset Report CreativeWork PublicationIssue Periodical"
    " SoftwareSourceCode SoftwareApplication VideoObject ImageObject Map TechArticle DigitalDocument".split()
)
_XMLUI_PARTS = fields("dspace-page", "xmlui")
_XMLUI_NO_FIELD = frozenset({"show-full", "collections", "bitstream", "thumbnail"})
_CITATION_META = fields("dspace-page", "meta")
_ISSUED = frozenset({"dc.date.issued", "dcterms.issued"})
_OF_HEAD = fields("dspace-page", "head")


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The one record of the page.

    Raises SourceError where the page has no metadata table, no labels and no metadata in its head.
    """
    raw = stream.read()
    if is_too_deep(raw):
        raise SourceError(f"{name}: a page with hundreds of elements inside one another; it is not read")
    text = raw.decode("utf-8-sig", "replace")
    if reason := of.excess(lengths(text, "<")):
        raise SourceError(f"{name}: {reason}")
    page = LexborHTMLParser(text)
    fields, how = _fullest(page)
    structured = _structured(page) if how in {"head", ""} else None
    if structured is not None:
        yield _of_json_ld(structured, page, name, note, source)
        return
    if not fields:
        raise SourceError(
            f"{name}: an HTML page without a metadata table, labels or metadata in its head;"
            " save the page that “Show full item record” opens"
        )
    rows = [field for field in fields if field.value]
    rows += [Field("view.collection", collection) for collection in _collections(page)]
    if how == "table":
        rows += _around(page, rows)
    else:
        rows += _besides(page, rows)
    numbered = tuple(Field(field.name, field.value, field.language, place=place) for place, field in enumerate(rows, 1))
    own = handle_of(numbered) or _stated_handle(page)
    read = identified(
        Record(identifier="", handle=own, fields=numbered, files=tuple(_files(page)), source=source), note
    )
    for field in fields:
        if not field.value:
            note(Finding(read.identifier, "info", field.name, "", "an empty value"))
    if how != "table":
        where = "its short view" if how == "labels" else "the metadata of its head"
        note(Finding(read.identifier, "warning", "", "", f"the page has no metadata table: {where} was read"))
    report_rest(page, read, {"table": "metadata table", "labels": "short view", "head": "Dublin Core"}[how], note)
    yield read


def _structured(page: LexborHTMLParser) -> Object | None:
    """The work that the page describes in JSON-LD of schema.org, None where it describes none."""
    for stated in json_ld(page):
        for one in json_objects(stated):
            for inner in [one, *json_objects(one.get("@graph")), *json_objects(one.get("mainEntity"))]:
                kinds = inner.get("@type")
                if _WORKS.intersection(kinds if isinstance(kinds, list) else [kinds]):
                    return {"@context": one.get("@context"), **inner}
    return None


def _of_json_ld(stated: Object, page: LexborHTMLParser, name: str, note: Note, source: str) -> Record:
    """The record of a work in JSON-LD; what the head says besides is the same in a poorer form."""
    draft = Draft(note)
    (format_,) = [one for one in json_formats() if one.name == "schema-org"]
    by_table.read(format_, stated, draft)
    draft.handle = handle_of(draft.fields, draft.identifier) or _stated_handle(page)
    draft.files += [file for file in _files(page) if file.url not in {one.url for one in draft.files}]
    record = draft.record(source)
    report_rest(page, record, "description of the work in JSON-LD", note)
    words = "the page has no metadata table: its JSON-LD was read"
    note(Finding(record.identifier, "info", "", name, words))
    return record


def _fullest(page: LexborHTMLParser) -> tuple[list[Field], str]:
    for how, reader in (("table", _table), ("labels", _labels), ("head", _head)):
        fields = reader(page)
        if fields:
            return fields, how
    return [], ""


def _table(page: LexborHTMLParser) -> list[Field]:
    """The rows whose first cell is the name of a field: name, value, language."""
    fields = []
    for row in page.css("tr"):
        cells = [cell for cell in row.iter() if cell.tag in {"td", "th"}]
        # The first cell of a list of files is a link, and the name of a file may look like that of a field.
        if len(cells) >= 2 and cells[0].css_first("a") is None and _FIELD_NAME.fullmatch(_text(cells[0])):
            language = _text(cells[2]) if len(cells) > 2 else ""
            fields.append(Field(_text(cells[0]), _text(cells[1]), None if language in {"", "-"} else language))
    return fields


def _labels(page: LexborHTMLParser) -> list[Field]:
    """The labelled values of a short view, of JSPUI, XMLUI or DSpace 7."""
    fields = []
    for label in page.css("td.metadataFieldLabel"):
        value = _next_cell(label)
        name = _text(label).rstrip(":").strip()
        if value is not None and not name.lower().startswith("appears in"):
            fields += [Field(LABELS.get(name.lower(), f"view.{slug(name)}"), one) for one in _values(value)]
    for part in page.css("div[class*='simple-item-view-']"):
        found = _SIMPLE_VIEW.search(part.attributes.get("class") or "")
        if not found or found[1] in _XMLUI_NO_FIELD:
            continue
        name = _XMLUI_PARTS.get(found[1], f"view.{found[1]}")
        inner = [_text(node) for node in part.iter() if node.tag == "div"] or [_without_heading(part)]
        fields += [Field(name, value) for value in inner if value]
    fields += _dspace_7_labels(page)
    title = page.css_first(
        "h1, h2.page-header, h2.first-page-header, h2.item-page-title-field, ds-item-page-title-field"
    )
    if fields and title is not None and not any(field.name == "dc.title" for field in fields):
        fields.insert(0, Field("dc.title", _text(title)))
    return fields


def _dspace_7_labels(page: LexborHTMLParser) -> list[Field]:
    """The labelled values of an item page of DSpace 7: a header and a body, in which each value is an element."""
    fields = []
    for part in page.css(".simple-view-element"):
        label, body = part.css_first(".simple-view-element-header"), part.css_first(".simple-view-element-body")
        if label is None or body is None:
            continue
        name = _text(label).rstrip(":").strip()
        values = [_text(value) for value in body.css("a") or body.css("span")] or [_text(body)]
        fields += [Field(LABELS.get(name.lower(), f"view.{slug(name)}"), value) for value in values if value]
    return fields


def _head(page: LexborHTMLParser) -> list[Field]:
    """The metadata of the head: Dublin Core, and Highwire's where they add a field."""
    dublin_core, highwire, own = [], [], []
    for meta in page.css("meta[name][content]"):
        name, value = meta.attributes.get("name") or "", (meta.attributes.get("content") or "").strip()
        language = meta.attributes.get("xml:lang") or meta.attributes.get("lang") or None
        match = _META_NAME.fullmatch(name)
        if match:
            qualified = f"{match[1].lower()}.{match[2][0].lower()}{match[2][1:]}"
            own.append(match[1].isupper())
            dublin_core.append(Field(_OF_HEAD.get(qualified, qualified), value, language))
        elif name.lower() in _CITATION_META:
            highwire.append(Field(_CITATION_META[name.lower()], value, language))
    if any(own):
        # DSpace writes DC and DCTERMS in capitals; what is written otherwise beside them is said of the whole site.
        dublin_core = [field for field, is_own in zip(dublin_core, own, strict=True) if is_own]
    stated = {field.value for field in dublin_core}
    return dublin_core + [field for field in highwire if field.value not in stated]


def _besides(page: LexborHTMLParser, rows: list[Field]) -> list[Field]:
    """What the head of a page says beyond its short view, and the address that the page gives for itself."""
    stated = {" ".join(field.value.split()) for field in rows}
    if not any(field.name in _ISSUED for field in rows):
        # A year of something else is no year of issue.
        stated -= {field.value for field in _head(page) if field.name in _ISSUED}
    found = [field for field in _head(page) if field.value and " ".join(field.value.split()) not in stated]
    if not any(field.name in {"dc.identifier.uri", "dc.identifier"} for field in (*rows, *found)):
        found += [Field("dc.identifier.uri", address) for address in [_cited(page)] if address]
    return found


def _cited(page: LexborHTMLParser) -> str:
    """The address by which the page wants to be cited, empty where it names none."""
    return next((text for code in page.css("code") if (text := _text(code)).startswith("http")), "")


def _address(page: LexborHTMLParser) -> str:
    """The address of the page or of a file of it, against which the others are meant; empty where it names none."""
    for meta in page.css(_ADDRESSES):
        if found := meta.attributes.get("content"):
            return found
    links = (link.attributes.get("href") for link in page.css("link[rel='canonical']"))
    return next(filter(None, links), "") or (cited if "hdl.handle.net" not in (cited := _cited(page)) else "")


def _around(page: LexborHTMLParser, rows: list[Field]) -> list[Field]:
    """Metrics and funding that the page shows beside its table."""
    body = page.body
    if body is None:
        return []
    lines = [line for line in body.text(separator="\n").split("\n") if line.strip()]
    found, _ = view_fields(lines, rows)
    return [field for field in found if field.name == "view.metric"] + _funding_table(page)


def _funding_table(page: LexborHTMLParser) -> list[Field]:
    fields: list[Field] = []
    for table in page.css("table"):
        rows = [[_text(cell) for cell in row.css("td, th")] for row in table.css("tr")]
        if rows and [cell.lower() for cell in rows[0]] == ["funding agency", "grant number"]:
            agency = ""
            for cells in rows[1:]:
                agency = cells[0] or agency
                number = cells[1] if len(cells) > 1 else ""
                fields.append(Field("view.funding", f"{agency} | {number}" if number else agency))
            after: LexborNode | None = table.next
            while after is not None and not _text(after).strip():
                after = after.next
            heading = after is not None and _text(after).rstrip(":").lower() == "funding information"
            statement: LexborNode | None = after.next if heading and after is not None else None
            while statement is not None and not _text(statement).strip():
                statement = statement.next
            if statement is not None:
                fields.append(Field("view.funding.statement", _text(statement)))
    return fields


def _files(page: LexborHTMLParser) -> Iterator[File]:
    """The files of the item: name, address, size as printed, format."""
    seen = set()
    address = _address(page)
    for link in page.css("a[href*='/bitstream/'], a[href*='/bitstreams/'], a[href*='/retrieve/']"):
        url, name = link.attributes.get("href") or "", _text(link)
        if url in seen or not name or name == "View/Open":
            continue
        seen.add(url)
        row = link.parent.parent if link.parent is not None and link.parent.tag == "td" else None
        cells = [_text(cell) for cell in row.css("td")] if row is not None and row.tag == "tr" else []
        size = next((cell for cell in cells[1:] if re.fullmatch(r"[\d.,]+\s*[kMGT]?i?[bB](?:ytes)?", cell)), None)
        format_ = cells[cells.index(size) + 1] if size and cells.index(size) + 1 < len(cells) else None
        sized = _SIZED.fullmatch(name)
        if sized:
            name, size = sized[1], size or sized[2]
        yield File(name, url=urljoin(address, url), size_text=size, format=format_ or None)


def _collections(page: LexborHTMLParser) -> Iterator[str]:
    for node in page.css("p, td"):
        if _text(node).lower().startswith("appears in"):
            links = node.css("a")
            if not links and (value := _next_cell(node)) is not None:
                links = value.css("a") or [value]
            yield from dict.fromkeys(_text(link) for link in links if _text(link))
    links = page.css("div.simple-item-view-collections a")
    yield from dict.fromkeys(_text(link) for link in links if _text(link))


def _next_cell(node: LexborNode) -> LexborNode | None:
    found: LexborNode | None = node.next
    while found is not None and found.tag != "td":
        found = found.next
    return found


def _stated_handle(page: LexborHTMLParser) -> str | None:
    """The handle that the page gives for citing it, or that a comment of XMLUI names."""
    for code in page.css("code"):
        found = handle(_text(code))
        if found:
            return found.value
    match = _COMMENT_HANDLE.search(page.html or "")
    return match[1] if match else None


def _text(node: LexborNode) -> str:
    return " ".join(str(node.text(separator="")).split())


def _values(cell: LexborNode) -> list[str]:
    """The values in a cell, between which JSPUI breaks the line; an empty cell has an empty one."""
    parts = [""]
    for node in cell.traverse(include_text=True):
        if node.tag == "br":
            parts.append("")
        elif node.tag == "-text":
            parts[-1] += str(node.text_content or "")
    values = [" ".join(part.split()) for part in parts]
    return [value for value in values if value] or [""]


def _without_heading(node: LexborNode) -> str:
    headings = [_text(heading) for heading in node.css("h1, h2, h3, h4, h5")]
    text = _text(node)
    for heading in headings:
        text = text.removeprefix(heading).strip()
    return text
