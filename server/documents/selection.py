"""Which form of a document a request asks for: by suffix, by `?format=`, by profile, by Accept.

Sources: RFC 9110 section 12.5.1, and Content Negotiation by Profile, https://www.w3.org/TR/dx-prof-conneg/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from converter.formats import called
from server.http.asked_form import parameter, style_in
from server.http.negotiation import choose
from server.representations.registry import FULL, PROFILES, Profile, Representation

_PROFILE = re.compile(r"<([^<>\s]+)>\s*(?:;\s*q\s*=\s*([0-9.]+))?")
_ALIASES = {
    "schema.org": "schema.jsonld",
    "bibtex": "bib",
    "biblatex": "bib",
    "markdown": "md",
    "csl": "csl.json",
    "oai_dc": "dc.xml",
    "datacite": "datacite.xml",
}
"""What else clients write in `?format=`; other names of the formats of data stand in the table of formats."""


class Refusal(NamedTuple):
    """Why no form can be sent."""

    status: int
    detail: str


def chosen(offers: Sequence[Representation], base: str) -> Representation | Refusal:
    """The form that the request asks for, by its query string first, then by its headers."""
    wanted = parameter()
    if wanted:
        offers = _called(wanted, offers)
        if not offers:
            return Refusal(406, f"This document has no format {wanted!r}.")
    profiles = _asked_profiles(base)
    named = request.args.get("_profile", "").strip()
    if named:
        profiles = {profile: 1.0 for profile in PROFILES if named in {profile.token, profile.iri(base)}}
        if not profiles:
            return Refusal(406, f"This document has no profile {named!r}.")
    return _best(offers, profiles, None if wanted else request.headers.get("Accept"), by_name=bool(named))


def _best(
    offers: Sequence[Representation], profiles: dict[Profile, float], accept: str | None, *, by_name: bool
) -> Representation | Refusal:
    """The form of the profile that is liked best, and of its forms the one that is liked best."""
    fitting = [form for form in offers if form.profile and profiles.get(form.profile, 0.0) > 0]
    if by_name and not fitting:
        return Refusal(406, "This document has no such form in that profile.")
    if fitting:
        best = max(profiles[form.profile] for form in fitting if form.profile)
        ranked = [form for form in fitting if form.profile and profiles[form.profile] == best]
        found = _accepted(ranked, accept) or _accepted(fitting, accept)
        # Where a profile is asked for and no type, or a type that it does not have, the profile decides.
        return found or ranked[0] if by_name else found or _accepted(offers, accept) or _unacceptable()
    return _accepted(offers, accept) or _unacceptable()


def _accepted(offers: Sequence[Representation], accept: str | None) -> Representation | None:
    """The form of the type that is liked best, None where the client takes none of them."""
    by_type: dict[str, Representation] = {}
    for form in offers:
        by_type.setdefault(form.media_type, form)
    for form in offers:
        for alias in form.aliases:
            by_type.setdefault(alias, form)
    found = choose(accept, list(by_type))
    form_ = by_type[found] if found else None
    return _styled(form_, offers, accept) if form_ and form_.parameter and accept else form_


def _styled(form: Representation, offers: Sequence[Representation], accept: str) -> Representation | None:
    """The citation in the style that the media type names; None where there is no such style."""
    style = style_in(accept)
    return next((offer for offer in offers if offer.parameter == f"style={style}"), None) if style else form


def _called(name: str, offers: Sequence[Representation]) -> list[Representation]:
    """The forms that a name means: a suffix, a spelling of it, or a media type."""
    bare = name.partition(";")[0].strip().lower().replace(" ", "+").removeprefix(".")
    if style := style_in(name):
        return [form for form in offers if form.parameter == f"style={style}"]
    token = _ALIASES.get(bare, bare)
    found = [form for form in offers if form.token == token]
    found = found or [form for form in offers if bare in {form.media_type, *form.aliases}]
    if not found and (format_ := called(bare, graph=True)):
        found = [form for form in offers if form.token == format_.name]
    return found


def _asked_profiles(base: str) -> dict[Profile, float]:
    """Profile → its quality, by the header Accept-Profile and by `profile` parameters of Accept."""
    by_iri = {profile.iri(base): profile for profile in PROFILES}
    found: dict[Profile, float] = {}
    for address, quality in _PROFILE.findall(request.headers.get("Accept-Profile", "")):
        profile = by_iri.get(address)
        if profile:
            found[profile] = _quality(quality)
    if not found:
        for text, quality in parse_accept_header(request.headers.get("Accept", ""), MIMEAccept):
            stated = re.search(r"profile=\"?([^\";]+)", text)
            profile = by_iri.get(stated[1].strip()) if stated else None
            if profile and profile is not FULL:
                found[profile] = quality
    return found


def _quality(text: str) -> float:
    try:
        return min(float(text), 1.0) if text else 1.0
    except ValueError:
        return 1.0


def _unacceptable() -> Refusal:
    return Refusal(406, "This document has none of the types that the request accepts.")
