"""The internal format of DSpace's OAI-PMH server: all fields with language and authority, and the files.

`schema / element / [qualifier] / language or "none" / field`: the depth shows whether there is a qualifier.  The fields
of a value are a flat run: value, [authority], [confidence], value …
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from converter.embargo import start_of_reading
from converter.mapping.context import PLACEHOLDER
from converter.record import File
from converter.sources.builder import Draft
from converter.values.languages import language_tag

_NO_LANGUAGE = frozenset({"none", "-", ""})
_TECHNICAL = frozenset({"repository", "license"})


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the fields of every schema, the files of every bundle, and what DSpace says of the record itself."""
    has_languages = metadata.find(".//{*}element[@name='none']") is not None or _all_end_in_languages(metadata)
    for schema in metadata.iterfind("{*}element"):
        name = schema.get("name") or ""
        if name == "bundles":
            _files(schema, _access(metadata), draft)
        elif name == "others":
            _others(schema, draft)
        elif name in _TECHNICAL:
            for path, element in _leaves(schema, ()):
                _unread((name, *path), element, draft)
        else:
            for path, element in _leaves(schema, ()):
                _values(name, path, element, draft, has_languages=has_languages)


def _all_end_in_languages(metadata: etree._Element) -> bool:
    """Whether the innermost element of every field is called by a language."""
    schemas = [
        one for one in metadata.iterfind("{*}element") if one.get("name") not in {"bundles", "others", *_TECHNICAL}
    ]
    paths = [path for schema in schemas for path, _ in _leaves(schema, ())]
    return bool(paths) and all(len(path) > 1 and language_tag(path[-1]) for path in paths)


def _leaves(element: etree._Element, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], etree._Element]]:
    if element.find("{*}field") is not None:
        yield path, element
    for child in element.iterfind("{*}element"):
        yield from _leaves(child, (*path, child.get("name") or ""))


def _values(schema: str, path: tuple[str, ...], element: etree._Element, draft: Draft, *, has_languages: bool) -> None:
    """The values of one field in one language."""
    language = None
    if has_languages and len(path) > 1:
        *path_, last = path
        path, language = tuple(path_), None if last in _NO_LANGUAGE else last
    name = ".".join((schema, *path))
    for fields in _runs(element):
        value = fields.pop("value", "").strip()
        if name.endswith(".latestForDiscovery"):
            draft.unread(name, value, "a setting of the repository's search, said already by the relation itself")
        elif value == PLACEHOLDER:
            draft.add(name, value)
        else:
            confidence = fields.pop("confidence", "")
            number = int(confidence) if confidence.lstrip("-").isdecimal() else None
            spoken = fields.pop("lang", "") or fields.pop("language", "") or language
            draft.add(name, value, spoken, fields.pop("authority", None), number)
        for kind, text in fields.items():
            draft.unread(f"{name}.{kind}", text, "a detail that no field of the record holds")


def _runs(element: etree._Element) -> Iterator[dict[str, str]]:
    """Each value with what stands behind it, and with what stands before the first."""
    run: dict[str, str] = {}
    for field in element.iterfind("{*}field"):
        name = field.get("name") or "value"
        if name in run and (name == "value" or "value" in run):
            yield run
            run = {}
        run[name] = "".join(field.itertext())
    if run:
        yield run


_RIGHTS = ("rightsuri", "rightsURI", "license", "licence", "rights")
"""Fields of a file that say under which licence it stands."""


def _files(bundles: etree._Element, access: tuple[str, str], draft: Draft) -> None:
    for bundle in bundles.iterfind("{*}element"):
        name = _field(bundle, "name")
        for bitstream in bundle.iterfind("{*}element/{*}element"):
            fields = bitstream.iterfind("{*}field")
            stated = {field.get("name") or "": "".join(field.itertext()).strip() for field in fields}
            size = stated.pop("size", "")
            drm = [part.strip() for part in stated.pop("drm", "").split("|||")] if "drm" in stated else [*access]
            policies = bitstream.iterfind(".//{*}element[@name='resourcePolicy']")
            reading = start_of_reading((_field(one, "action"), _field(one, "start-date")) for one in policies)
            start = reading or stated.pop("embargo", "") or "".join(drm[1:])
            draft.files.append(
                File(
                    name=stated.pop("name", "") or stated.get("url", "").rpartition("/")[2] or "file",
                    url=stated.pop("url", None) or None,
                    media_type=stated.pop("format", None) or None,
                    size=int(size) if size.isdecimal() else None,
                    checksum=stated.pop("checksum", None) or None,
                    checksum_algorithm=stated.pop("checksumAlgorithm", None) or None,
                    description=stated.pop("description", None) or None,
                    bundle=name or None,
                    access=drm[0] or None,
                    available=start or None,
                    licence=next((text for name in _RIGHTS if (text := stated.pop(name, ""))), None),
                )
            )
            for kind, text in stated.items():
                if text and kind not in {"sid", "originalName"}:
                    draft.unread(f"bitstream.{kind}", text, "a detail that no field of the record holds")


def _access(metadata: etree._Element) -> tuple[str, str]:
    """What DSpace calculates of the access to the files: its status, and the end of an embargo."""
    found = metadata.find("{*}element[@name='others']//{*}element[@name='access-status']")
    if found is None:
        # Until version 6: "embargoed access|||2030-01-01".
        status, _, end = metadata.findtext("{*}element[@name='others']//{*}field[@name='drm']", "").partition("|||")
        return status.strip(), end.strip()
    status = _field(found, "value")
    return ("" if status == "unknown" else status), _field(found, "embargo")


def _others(others: etree._Element, draft: Draft) -> None:
    draft.handle = _field(others, "handle") or draft.handle
    changed = _field(others, "lastModifyDate")
    if draft.datestamp and changed:
        draft.unread("others.lastModifyDate", changed, "the header's datestamp says it already")
    draft.datestamp = draft.datestamp or changed or None
    for field in others.iterfind("{*}field"):
        if field.get("name") not in {"handle", "lastModifyDate"}:
            draft.unread(f"others.{field.get('name')}", (field.text or "").strip(), "a technical field of the answer")


def _field(element: etree._Element, name: str) -> str:
    found = element.find(f"{{*}}field[@name='{name}']")
    return "" if found is None else "".join(found.itertext()).strip()


def _unread(path: tuple[str, ...], element: etree._Element, draft: Draft) -> None:
    for field in element.iterfind("{*}field"):
        text = "".join(field.itertext()).strip()
        if text:
            draft.unread(".".join((*path, field.get("name") or "")), text[:200], "a technical field of the answer")
