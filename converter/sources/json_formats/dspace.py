"""Items as DSpace's REST interfaces write them: version 7 and later, and versions 5 and 6; and plain fields in JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from converter.embargo import start_of_reading
from converter.record import File
from converter.sources.builder import Draft
from converter.sources.json_formats.leaves import Object, leaves, objects, rest, text_of, unread
from converter.sources.xml_formats.qdc import FIFTEEN
from converter.values.resolvable import handle
from ontology.source_tables import fields

_STATUS = {one: one for one in ("open.access", "embargo", "restricted", "metadata.only")}
"""What DSpace calculates of the access to a file; what it does not know says nothing."""
_EPOCH, _MOST_MILLISECONDS = datetime(1970, 1, 1, tzinfo=UTC), 10**14
_FIELD = re.compile(r"[A-Za-z]\w*\.[A-Za-z]\w*(?:\.[\w-]+)*")
_NOT_ITEMS = frozenset(
    "community collection eperson group bitstream bundle metadatafield workspaceitem workflowitem edititem"
    " pooltask claimedtask".split()
)


def shows_seven(value: Object) -> bool:
    """Whether the object is an item of version 7 or later."""
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and text_of(value.get("type")) not in _NOT_ITEMS and not _is_list(value)


def seven(value: Object, draft: Draft) -> None:
    """Read an item with its files; the values of a field are ordered by their place."""
    handle = text_of(value.get("handle"))
    draft.handle = handle or None
    draft.identifier = text_of(value.get("uuid")) or text_of(value.get("id"))
    draft.datestamp = text_of(value.get("lastModified")) or None
    draft.deleted = value.get("withdrawn") is True
    for name, stated in value["metadata"].items():
        for one in sorted(objects(stated), key=lambda entry: entry.get("place", 0)):
            confidence = one.get("confidence")
            draft.add(
                name,
                text_of(one.get("value")),
                text_of(one.get("language")) or None,
                text_of(one.get("authority")) or None,
                confidence if isinstance(confidence, int) and one.get("authority") else None,
            )
    _name(value, draft)
    embedded = value.get("_embedded") or {}
    access = embedded.get("accessStatus") or value.get("accessStatus")
    for bundle in _listed(embedded.get("bundles"), "bundles") + _listed(value.get("bundles"), "bundles"):
        inner = (bundle.get("_embedded") or {}).get("bitstreams")
        for bitstream in _listed(inner, "bitstreams") + objects(bundle.get("bitstreams")):
            draft.files.append(_file_of_seven(bitstream, text_of(bundle.get("name")), access))
    collection = embedded.get("owningCollection")
    for one in objects(collection):
        if text_of(one.get("name")):
            draft.add("view.collection", text_of(one.get("name")))
    known = {"metadata", "handle", "uuid", "id", "lastModified", "name", "bundles", "accessStatus"}
    known |= {"_embedded", "_links"}
    unread({key: value[key] for key in value if key not in known}, draft, "rest", "a setting of the repository")


def _name(value: Object, draft: Draft) -> None:
    """The name of an item is its title, which excerpts of the metadata may leave out."""
    name = text_of(value.get("name"))
    if name and not any(field.name == "dc.title" for field in draft.fields):
        draft.add("dc.title", name)
    elif name:
        draft.unread("rest.name", name, "the title once more")


def _listed(value: Any, name: str) -> list[Object]:
    """The entries of an embedded list, however deep the answer puts it."""
    if isinstance(value, dict) and "_embedded" in value:
        return objects(value["_embedded"].get(name))
    return objects(value) if isinstance(value, list) else []


_RIGHTS = ("dc.rights.uri", "dc.rights.license", "dc.rights")
"""Fields of a file that say under which licence it stands."""


def _file_of_seven(bitstream: Object, bundle: str, access: Any) -> File:
    sum_ = bitstream.get("checkSum") or {}
    metadata = bitstream.get("metadata") or {}
    described = objects(metadata.get("dc.description"))
    links = bitstream.get("_links") or {}
    format_ = ((bitstream.get("_embedded") or {}).get("format") or {}).get("mimetype")
    size = bitstream.get("sizeBytes")
    own = (bitstream.get("_embedded") or {}).get("accessStatus") or bitstream.get("accessStatus") or access
    stated = own if isinstance(own, dict) else {"status": own}
    return File(
        access=_STATUS.get(text_of(stated.get("status"))),
        available=text_of(stated.get("embargoDate")) or None,
        name=text_of(bitstream.get("name")) or text_of(bitstream.get("uuid")) or "file",
        url=text_of((links.get("content") or {}).get("href")) or None,
        media_type=text_of(format_) or None,
        size=size if isinstance(size, int) else None,
        checksum=text_of(sum_.get("value")) or None,
        checksum_algorithm=text_of(sum_.get("checkSumAlgorithm")) or None,
        description=text_of(described[0].get("value")) if described else None,
        bundle=bundle or text_of(bitstream.get("bundleName")) or None,
        licence=next(
            (text for name in _RIGHTS for one in objects(metadata.get(name)) if (text := text_of(one.get("value")))),
            None,
        ),
    )


def shows_six(value: Object) -> bool:
    """Whether the object is an item of version 5 or 6."""
    metadata = value.get("metadata")
    entries = objects(metadata) if isinstance(metadata, list) else []
    return bool(entries) and all("key" in entry and "value" in entry for entry in entries)


def six(value: Object, draft: Draft) -> None:
    """Read an item with its files and collections."""
    draft.handle = text_of(value.get("handle")) or None
    draft.identifier = text_of(value.get("uuid")) or text_of(value.get("id"))
    draft.datestamp = text_of(value.get("lastModified")) or None
    draft.deleted = str(value.get("withdrawn")).lower() == "true"
    for one in objects(value["metadata"]):
        draft.add(text_of(one["key"]), text_of(one["value"]), text_of(one.get("language")) or None)
    _name(value, draft)
    for bitstream in objects(value.get("bitstreams")):
        draft.files.append(_file_of_six(bitstream))
    names = [text_of(one.get("name")) for one in objects(value.get("parentCollection"))]
    names += [text_of(one.get("name")) for one in objects(value.get("parentCollectionList"))]
    for name in dict.fromkeys(name for name in names if name):
        draft.add("view.collection", name)
    known = {"metadata", "handle", "uuid", "id", "lastModified", "name", "bitstreams", "parentCollection"}
    known |= {"parentCollectionList", "parentCommunityList"}
    unread({key: value[key] for key in value if key not in known}, draft, "rest", "a setting of the repository")


def _file_of_six(bitstream: Object) -> File:
    sum_ = bitstream.get("checkSum") or {}
    size = bitstream.get("sizeBytes")
    access, start = _access_of_six(bitstream.get("policies"))
    return File(
        access=access,
        available=start or None,
        name=text_of(bitstream.get("name")) or "file",
        # The address is relative to a server that the answer does not name.
        url=None,
        media_type=text_of(bitstream.get("mimeType")) or None,
        format=text_of(bitstream.get("format")) or None,
        size=size if isinstance(size, int) else None,
        checksum=text_of(sum_.get("value")) or None,
        checksum_algorithm=text_of(sum_.get("checkSumAlgorithm")) or None,
        description=text_of(bitstream.get("description")) or None,
        bundle=text_of(bitstream.get("bundleName")) or None,
    )


def _access_of_six(policies: Any) -> tuple[str | None, str]:
    """Who may read a file, and from when on, as its policies say; nothing where the answer does not hold them.

    Group 0 is everybody; version 6 names groups by a UUID that says nothing of who is in them.
    """
    if not isinstance(policies, list):
        return None, ""
    stated = [(text_of(one.get("action")), one) for one in objects(policies)]
    reading = [one for action, one in stated if action.upper() == "READ" and not _is_of_some(one.get("groupId"))]
    if not reading:
        return _STATUS["restricted"], ""
    start = start_of_reading(("READ", _day(one.get("startDate"))) for one in reading)
    return (_STATUS["embargo"] if start else None), start


def _is_of_some(group: Any) -> bool:
    """Whether a policy is for one person, or a group of which version 5 says that it is not everybody."""
    return group is None or text_of(group) == "" or (isinstance(group, int) and group != 0)


def _day(stated: Any) -> str:
    """A day as the interface writes it: in words, or in milliseconds since 1970."""
    if isinstance(stated, int) and abs(stated) < _MOST_MILLISECONDS:
        return (_EPOCH + timedelta(milliseconds=stated)).date().isoformat()
    return text_of(stated)


def shows_fields(value: Object) -> bool:
    """Whether the object has names of fields as its keys, most of them at the least."""
    named = [key for key in value if _FIELD.fullmatch(key)]
    return bool(named) and len(named) * 2 >= len(value)


def named(value: Object, draft: Draft) -> None:
    """Read an object whose keys are names of fields; a value is a text, or an object with a language."""
    left = dict(value)
    for key in [key for key in value if _FIELD.fullmatch(key)]:
        for one in left[key] if isinstance(left[key], list) else [left[key]]:
            if isinstance(one, dict) and "value" in one:
                draft.add(
                    key, text_of(one["value"]), text_of(one.get("language")) or None, text_of(one.get("authority"))
                )
            else:
                for path, text in leaves(one):
                    draft.add(f"{key}.{path}" if path else key, *_tagged(text))
        del left[key]
    draft.identifier = text_of(left.pop("id", "")) or text_of(left.pop("uuid", "")) or text_of(left.pop("rowid", ""))
    draft.handle = text_of(left.pop("handle", "")) or _handle_in(draft.identifier)
    for key in left.keys() & fields("json").keys():
        for _, text in leaves(left.pop(key)):
            draft.add(_SIMPLE[key], *_tagged(text))
    rest(left, draft, "json")


def _handle_in(address: str) -> str | None:
    found = handle(address) if address.startswith("http") else None
    return found.value if found else None


def _tagged(text: str) -> tuple[str, str | None]:
    """A value and its language, which stands in braces behind it.

    >>> _tagged("Rannat {fi}"), _tagged("A set {x}")
    (('Rannat', 'fi'), ('A set {x}', None))
    """
    found = _LANGUAGE.fullmatch(text)
    return (found[1], found[2]) if found else (text, None)


_LANGUAGE = re.compile(r"(.*\S)\s*\{([a-z]{2,3})\}", re.DOTALL)
_SIMPLE = {**{name: f"dc.{name}" for name in FIFTEEN}, **fields("json")}


def shows_simple(value: Object) -> bool:
    """Whether the object, or one right in it, has a title and other keys of Dublin Core."""
    return any("title" in one and len(one.keys() & _SIMPLE.keys()) > 1 for one in (value, *objects([*value.values()])))


def simple(value: Object, draft: Draft) -> None:
    """Read an object whose keys are simple words; those of an object in it count as its own."""
    draft.identifier = text_of(value.get("id")) or text_of(value.get("rowid")) or text_of(value.get("url"))
    draft.handle = _handle_in(draft.identifier)
    for key, stated in value.items():
        for name, one in stated.items() if isinstance(stated, dict) else ((key, stated),):
            for path, text in leaves(one):
                words, language = _tagged(text)
                if (key, words) != ("id", draft.identifier):
                    draft.add(f"{_SIMPLE.get(name, f'json.{name}')}{f'.{path}' if path else ''}", words, language)


def refused(value: Object) -> str | None:
    """What an answer is that holds no item, in words; None where nothing is known of it.

    >>> refused({"type": "community", "metadata": {}})
    'a community of DSpace'
    """
    kind = text_of(value.get("type"))
    if kind in _NOT_ITEMS:
        return f"a {kind} of DSpace"
    if "status" in value and "message" in value and "error" in value:
        return f"an error of DSpace ({value['status']}: {value['message']})"
    return None


def _is_list(value: Object) -> bool:
    return "_embedded" in value and "page" in value
