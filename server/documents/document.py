"""What is known of an address, rendered in a form: the description of a record, a shared thing, or a tombstone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from server.descriptions import description, signposting
from server.descriptions.paths import page_of
from server.descriptions.signposting import LINKSETS, Link
from server.descriptions.site import Site
from server.documents.renderings import Rendered, Renderings, rendered
from server.documents.vocabulary import lines_of_term
from server.http.generation_cache import GenerationCache
from server.http.languages import language
from server.pages import html, lists
from server.pages.held_works import held_works
from server.pages.lists import Works
from server.pages.notices import notices
from server.pages.record_page import record_page
from server.pages.thing_page import thing_page
from server.representations.registry import LISTS, PAGE, PROFILES, REPRESENTATIONS, Description, Representation, forms

_GONE = re.compile(r" <http://www\.w3\.org/ns/prov#invalidatedAtTime> ")


class Descriptions:
    """What was described last of the version that `shown` returns: one format of a document follows another."""

    def __init__(self, shown: Callable[[], str], limit: int = 4 << 20) -> None:
        self._kept = GenerationCache[Place, tuple[Description, Works | None]](
            limit, shown, lambda _, found: sum(map(len, found[0].lines))
        )

    def get(self, site: Documents, place: Place) -> tuple[Description | None, Works | None]:
        """The description of a thing with the works that lead to it, None where nothing is known of it."""
        if kept := self._kept.get(place):
            return kept
        version = site.endpoint.version
        described, works = _described(site, place)
        if described is not None:
            self._kept.keep(place, version, (described, works))
        return described, works


@dataclass(frozen=True, slots=True)
class Documents(Site):
    """A site with what it remembers: documents as they were sent, and what they are made of."""

    renderings: Renderings
    descriptions: Descriptions


class Place(NamedTuple):
    """A thing and its document: the address of each, and the page of its works that is shown."""

    address: str
    variant: str
    page: int = 1

    @property
    def document(self) -> str:
        """The address of the page of the document."""
        return page_of(self.variant, self.page)

    def is_work(self, base: str) -> bool:
        """Whether the thing is an item."""
        return self.address.startswith(f"{base}item/")


def offers(site: Documents, place: Place) -> tuple[Representation, ...]:
    """The forms that the document of a thing has."""
    of_work = place.is_work(site.base)
    return (*forms(of_work=of_work), *LINKSETS)


def document(site: Documents, place: Place, form: Representation) -> Rendered | None:
    """The description of a thing in a form, None where nothing is known of it."""
    spoken = language() if form.media_type == PAGE.media_type else ""
    key = (site.endpoint.version, place.address, place.variant, form.suffix, str(place.page), spoken)
    return site.renderings.get(key, lambda: _document(site, place, form))


def _document(site: Documents, place: Place, form: Representation) -> Rendered | None:
    described, works = site.descriptions.get(site, place)
    if described is None:
        return None
    status = 410 if any(_GONE.search(line) for line in described.lines) else 200
    body = _body(site, place, form, described, works)
    return rendered(body, form.suffix, status, tuple(_headers(site, place, form, described, works)))


def _described(site: Documents, place: Place) -> tuple[Description | None, Works | None]:
    """What the graph says of the thing, and the works that lead to it where it is shared."""
    if place.is_work(site.base):
        path = place.address.removeprefix(f"{site.base}item/")
        lines = description.of_record(site.endpoint, site.base, path)
    else:
        # A term that the profile defines has a page whether or not a record uses it.
        own = lines_of_term(site.base, place.address)
        lines = sorted({*description.of_thing(site.endpoint, site.base, place.address), *own})
    stated = any(line.startswith(f"<{place.address}> ") for line in lines)
    if not stated and (place.is_work(site.base) or not description.is_pointed_at(site.endpoint, place.address)):
        return None, None
    if place.is_work(site.base):
        return Description(lines, place.address, site.base, partial(_source, site, path)), None
    works = lists.works_of(
        site.endpoint, site.base, place.address, place.page, site.archive.catalogue if site.archive else None
    )
    if place.page > works.last:
        return None, None
    lines += lists.lines_of(works, place.address, place.variant)
    return Description(lines, place.address, site.base), works


def _source(site: Documents, path: str) -> str:
    """The text of the original record, which has the order of its values."""
    record = site.archive.get(path) if site.archive else None
    return record.text if record else ""


def _body(site: Documents, place: Place, form: Representation, described: Description, works: Works | None) -> bytes:
    if form in LINKSETS:
        return signposting.linkset(described, place.variant, offers(site, place), form)
    if form in LISTS:
        write = html.forms_page if form.media_type == PAGE.media_type else html.forms_told
        return write(place.document, offers(site, place), PROFILES, site.base)
    if form.writer:
        return form.writer(described)
    if works is None:
        against = notices(site.endpoint, described)
        return record_page(
            described,
            place.variant,
            forms(of_work=True),
            site.archive,
            search=site.search,
            notices=against,
            held=held_works(site.endpoint, described),
        )
    around = _around(place, works, PAGE)
    offered = forms(of_work=False)
    below = description.narrower(site.endpoint, place.address) if "/subject/" in place.address else []
    return thing_page(
        described, place.document, offered, works, around, site.archive, search=site.search, narrower=below
    )


def _headers(
    site: Documents, place: Place, form: Representation, described: Description, works: Works | None
) -> list[tuple[str, str]]:
    """The headers that are this document's own: its address, its profile, its links, when it changed."""
    headers = [("Content-Location", place.document + form.suffix)]
    links = []
    if works is not None and works.last > 1:
        around = _around(place, works, form).items()
        links += [Link(address, "prev" if name == "previous" else name) for name, address in around]
    links += _links(site, place, form, described)
    if form.profile:
        iri = form.profile.iri(site.base)
        headers.append(("Content-Profile", f"<{iri}>"))
        links.append(Link(iri, "profile"))
    links += signposting.alternates(place.document, form, of_work=place.is_work(site.base))
    headers.append(("Link", ", ".join(map(str, links))))
    return headers


def _around(place: Place, works: Works, form: Representation) -> dict[str, str]:
    """The addresses of the pages beside a page, in a form."""
    return {name: page_of(place.variant, n) + form.suffix for name, n in lists.neighbours(works).items()}


def _links(site: Documents, place: Place, form: Representation, described: Description) -> list[Link]:
    """The links that a header has, the first the most important."""
    canonical, linkset = Link(place.document + form.suffix, "canonical"), signposting.sets(place.variant)[0]
    if not place.is_work(site.base):
        return [Link(place.address, "describes"), linkset, canonical]
    if form is not PAGE:
        return [*signposting.of_document(described, place.variant), linkset, canonical]
    links = [*signposting.of_page(described, place.variant, REPRESENTATIONS), Link(place.address, "describes")]
    return signposting.in_header(links, place.variant)
