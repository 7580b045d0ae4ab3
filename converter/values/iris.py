"""The addresses that we mint, each a pure function of source values: a rebuild mints the same ones.

Things have slash addresses, the parts of an item are fragments of it.  Every function takes the base address
(`https://data.example.org/`, with its slash) or the address that it extends, and gives an address as text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

UNREGISTERED = "123456789"
"""The prefix of handles in repositories that have none of their own: it distinguishes no repository from another."""
# DSpace: col_10722_5 and, before version 3, hdl_10722_5; its archives and tables name collections by their handles.
_COLLECTION_SET = re.compile(r"(?:col|hdl)_|[0-9]+(?:\.[0-9]+)*/[^/\s]")
_COLLECTION_HANDLE = re.compile(r"(?:(?:col|hdl)_([0-9]+(?:\.[0-9]+)*)_|([0-9]+(?:\.[0-9]+)*)/)([^/\s]+)")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)(10\.\d+/\S+)", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['’`´]")
_NOT_WORD = re.compile(r"[\s\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_MEANT = re.compile(r"[+#&@%]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_NAME_AT_THE_END = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*$")
FIELDS = "2"
"""The version of `field`: a store with addresses of an earlier one is made anew."""
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
# Letters that Unicode does not decompose and that a reader of Latin script still reads as these.
_FOLD = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


@lru_cache(maxsize=50_000)
def slug(text: str, limit: int = 80) -> str:
    """ASCII, lower case, hyphens; a name that would lose a letter or one of + # & @ % gets eight digits of its SHA-1.

    Case, accents, punctuation and spacing are ignored: names that differ in these alone are one name.

    >>> slug("Müller, Jörg"), slug("C"), slug("C++"), slug("李偉")
    ('muller-jorg', 'c', 'c-372946aa', 'x1dfbd335')
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    key = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", folded)).strip()
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", folded.translate(_FOLD))
        if not unicodedata.combining(character)
    )
    plain = _APOSTROPHES.sub("", plain)
    meant = bool(_MEANT.search(folded))
    lossy = meant or bool(_BEYOND_ASCII.search(_NOT_WORD.sub("", plain)))
    hyphened = _NOT_SLUG.sub("-", plain).strip("-")
    cut = hyphened[:limit].rstrip("-")
    if not (lossy or cut != hyphened or not hyphened):
        return cut
    digest = hashlib.sha1((folded if meant or not key else key).encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{cut}-{digest}" if cut else f"x{digest}"


def segment(key: str) -> str:
    """A key of another system as one path segment: unreserved characters kept, the rest percent-encoded UTF-8.

    >>> segment("rp00477"), segment("a/b ü")
    ('rp00477', 'a%2Fb%20%C3%BC')
    """
    return "".join(
        character
        if _UNRESERVED.match(character)
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in key
    )


def handle_path(handle: str) -> str:
    """The handle as a path: each part between slashes is one segment.

    >>> handle_path("10722/129504")
    '10722/129504'
    """
    # "." and ".." would be taken out of the path by every browser; their dots are written out.
    return "/".join(part.replace(".", "%2E") if part in {".", ".."} else segment(part) for part in handle.split("/"))


def item_path(handle: str | None, identifier: str) -> str:
    """Where an item stands below /item/ and /record/: its handle, else its OAI identifier or UUID, else its name.

    >>> item_path("10722/129504", "oai:hub.hku.hk:10722/129504")
    '10722/129504'
    >>> item_path(None, "oai:zenodo.org:13841")
    'oai/zenodo.org%3A13841'
    >>> item_path(None, "0a81af48-388e-49c4-93a0-3b7a3e6c9e0e")
    'uuid/0a81af48-388e-49c4-93a0-3b7a3e6c9e0e'
    >>> item_path(None, "http://example.org/1")
    'id/http%3A%2F%2Fexample.org%2F1'

    A DOI has one address in every spelling; its letters know no case (ISO 26324).

    >>> item_path(None, "doi:10.5555/ABC") == item_path(None, "https://doi.org/10.5555/abc")
    True
    """
    if handle:
        return handle_path(handle)
    if identifier.startswith("oai:"):
        return "oai/" + segment(identifier[4:])
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", identifier):
        return "uuid/" + identifier.lower()
    named = _DOI.fullmatch(identifier)
    return "id/" + segment(f"https://doi.org/{named[1].lower()}" if named else identifier)


def local_agent(item: str, name: str, *, is_person: bool) -> str:
    """An agent whom only this record knows: a fragment of the item.

    >>> local_agent("http://x/item/1/2", "Lu, L", is_person=True)
    'http://x/item/1/2#person-lu-l'
    """
    return f"{item}#{'person' if is_person else 'agent'}-{slug(name)}"


def keyed_person(base: str, source: str, key: str) -> str:
    """A person with an authority key, which is unique within its repository.

    >>> keyed_person("http://x/", "hku", "rp00477")
    'http://x/person/hku/rp00477'
    """
    return f"{base}person/{slug(source)}/{segment(key)}"


def orcid_person(base: str, orcid: str) -> str:
    """A person with an ORCID iD (in its hyphened form)."""
    return f"{base}person/orcid/{orcid}"


def organisation(base: str, name: str, within: str = "") -> str:
    """An organisation by its name, one of a name that many bear within the repository that names it.

    >>> organisation("http://x/", "B M J Publishing Group"), organisation("http://x/", "Department of Physics", "hku")
    ('http://x/org/b-m-j-publishing-group', 'http://x/org/hku/department-of-physics')
    """
    return f"{base}org/{slug(within)}/{slug(name)}" if within else f"{base}org/{slug(name)}"


def identified_organisation(base: str, scheme: str, value: str) -> str:
    """An organisation by an identifier: `ror`, `funder` (the number in the Open Funder Registry), `id` (an address).

    >>> identified_organisation("http://x/", "funder", "10.13039/100000001")
    'http://x/org/funder/100000001'
    """
    key = value.rpartition("/")[2] if scheme == "funder" else slug(value) if scheme == "id" else segment(value)
    return f"{base}org/{scheme}/{key}"


def journal(base: str, issn: str | None = None, title: str = "", repository: str = "") -> str:
    """A journal: by its ISSN-L (else its ISSN), else by its title within the repository that names it.

    >>> journal("http://x/", "0003-4967"), journal("http://x/", title="Bulletin", repository="hku")
    ('http://x/journal/0003-4967', 'http://x/journal/title/hku/bulletin')
    """
    return f"{base}journal/{issn}" if issn else f"{base}journal/title/{slug(repository)}/{slug(title)}"


def series(base: str, title: str, repository: str) -> str:
    """A series without an ISSN: by its title within the repository that names it."""
    return f"{base}series/{slug(repository)}/{slug(title)}"


def volume(journal_address: str, number: str) -> str:
    """A volume of a journal."""
    return f"{journal_address}/volume/{slug(number)}"


def issue(journal_address: str, volume_number: str | None, number: str) -> str:
    """An issue of a journal, below its volume where that is known.

    >>> issue("http://x/journal/0003-4967", "69", "8")
    'http://x/journal/0003-4967/volume/69/issue/8'
    """
    parent = volume(journal_address, volume_number) if volume_number else journal_address
    return f"{parent}/issue/{slug(number)}"


def subject(base: str, scheme: str, label: str) -> str:
    """A subject heading or keyword of a scheme."""
    return f"{base}subject/{slug(scheme)}/{slug(label)}"


def names_collection(name: str) -> bool:
    """Whether a set of OAI-PMH is a collection of DSpace: col_10722_5, hdl_10722_5 before version 3, or its handle."""
    return bool(_COLLECTION_SET.match(name))


def is_handle_of_collection(name: str) -> bool:
    """Whether the name of a collection is its handle, in whatever form: it identifies, and calls it nothing.

    >>> is_handle_of_collection("col_10722_5"), is_handle_of_collection("10722/5"), is_handle_of_collection("Theses")
    (True, True, False)
    """
    return bool(_COLLECTION_HANDLE.fullmatch(name))


def collection(base: str, repository: str, name: str) -> str:
    """A collection: by its handle, in whatever form that is its name, else by its name in the repository.

    >>> collection("", "library", "col_20.500.12345_7"), collection("", "The Library", "Articles")
    ('collection/20-500-12345/20-500-12345-7', 'collection/the-library/articles')
    """
    match = _COLLECTION_HANDLE.fullmatch(name)
    if not match:
        return f"{base}collection/{slug(repository)}/{slug(name)}"
    prefix = match[1] or match[2]
    owner = repository if prefix == UNREGISTERED else prefix
    return f"{base}collection/{slug(owner)}/{slug(f'{prefix}/{match[3]}')}"


def grant(base: str, organisation_address: str, number: str) -> str:
    """A grant: numbers are unique only per funder.

    >>> grant("http://x/", "http://x/org/nsf", "BK 2009034")
    'http://x/grant/nsf/bk-2009034'
    """
    return f"{base}grant/{organisation_address.removeprefix(base + 'org/')}/{slug(number)}"


def place(base: str, name: str) -> str:
    """A place, by its name."""
    return f"{base}place/{slug(name)}"


def field(base: str, name: str) -> str:
    """The fallback property of a field: its parts are path segments.

    RDF/XML writes a property as the name of an element, so that its address must end in one.

    >>> field("http://x/", "local.shelf.mark"), field("http://x/", "marc.952.9")
    ('http://x/field/local/shelf/mark', 'http://x/field/marc/952/9_')
    """
    path = "/".join(segment(part) for part in name.split(".") if part)
    return f"{base}field/{path}" + ("" if _NAME_AT_THE_END.search(path.rstrip("_")) else "_")
