"""Records that a repository does not publish: why, out of what its JSON says of the record, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from converter.sources.json_formats.leaves import Object, objects, text_of

_COLLECTIONS = ("owningCollection", "parentCollection", "parentCollectionList", "mappedCollections")


def hidden(value: Object) -> str:
    """Why a record is not to be published, empty where nothing says so.

    >>> hidden({"discoverable": False}), hidden({"inArchive": False, "withdrawn": True})
    ('its repository does not show it: discoverable is false', '')
    """
    return next((reason for reason, applies in _RULES if applies(value)), "")


def _is_private(value: Object) -> bool:
    """By the words of Figshare, Pure, CKAN and others."""
    return (
        any(_is(value, name, "true", "1") for name in ("private", "isPrivate", "is_private", "confidential"))
        or any(_is(value, name, "false", "0") for name in ("public", "isPublic", "is_public"))
        or _is(value, "visibility", "private", "confidential", "backend", "restricted", "hidden")
        or _is(_within(value, "visibility"), "key", "confidential", "backend", "restricted", "campus")
    )


def _is_draft(value: Object) -> bool:
    """Invenio says so of the record, Dataverse of its version, CKAN and OSF by a state."""
    versions = (value, *(_within(value, name) for name in ("latestVersion", "datasetVersion", "latest_version")))
    return (
        any(_is(value, name, "true") for name in ("is_draft", "isDraft", "draft"))
        or any(_is(value, name, "false") for name in ("is_published", "isPublished"))
        or any(_is(value, name, "draft") for name in ("status", "state"))
        or any(_is(version, "versionState", "draft") for version in versions)
    )


def _in_progress(value: Object) -> bool:
    return (_is(value, "inArchive", "false") or _is(value, "archived", "false")) and not _is(value, "withdrawn", "true")


def _of_private_collection(value: Object) -> bool:
    places = (value, _within(value, "_embedded"))
    found = [one for place in places for name in _COLLECTIONS for one in _collections(place.get(name))]
    return any(_is(one, "discoverable", "false") or _is(one, "private", "true") for one in found)


def _is_unfindable(value: Object) -> bool:
    return "doi" in value and _is(value, "state", "draft", "registered")


def _is_deposit(value: Object) -> bool:
    """Whether a deposit of Zenodo has not been submitted, or not since it was changed."""
    return _is(value, "submitted", "false") and _is(value, "state", "unsubmitted", "inprogress")


def _collections(stated: Any) -> list[Object]:
    return objects(stated) if isinstance(stated, list) else [stated] if isinstance(stated, dict) else []


_RULES: tuple[tuple[str, Callable[[Object], bool]], ...] = (
    ("its repository does not show it: discoverable is false", lambda value: _is(value, "discoverable", "false", "0")),
    ("its repository does not show it: it is private", _is_private),
    ("it is in progress: not in the archive of its repository yet", _in_progress),
    ("its collection is private", _of_private_collection),
    # DataCite: a DOI that is a draft, or registered and not findable.
    ("its DOI is no findable one", lambda value: _is_unfindable(value) or _is_unfindable(_within(value, "attributes"))),
    # EPrints: what is in the work area or under review; what is hidden from searches.
    (
        "it is in progress: in the work area or under review",
        lambda value: _is(value, "eprint_status", "inbox", "buffer"),
    ),
    ("its repository hides it", lambda value: _is(value, "metadata_visibility", "hide", "no_search")),
    # Invenio: the record itself, not its files alone.
    ("it is in progress: a draft", lambda value: _is_draft(value) or _is_deposit(value)),
    ("its repository restricts it", lambda value: _is(_within(value, "access"), "record", "restricted")),
)
"""Why a record is hidden, and what shows it."""


def _within(value: Object, name: str) -> Object:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _is(value: Object, name: str, *stated: str) -> bool:
    return (
        name in value
        and (str(value[name]).lower() if isinstance(value[name], bool) else text_of(value[name]).lower()) in stated
    )
