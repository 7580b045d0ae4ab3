"""The forms of a document as a page for people, and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import render_template

from server.representations.registry import Profile, Representation


def forms_page(variant: str, offers: Sequence[Representation], profiles: Sequence[Profile], base: str) -> bytes:
    """The forms of a document, each with its address, type and profile, for people."""
    return render_template("forms.html", variant=variant, forms=offers, profiles=profiles, base=base).encode()


def forms_told(variant: str, offers: Sequence[Representation], profiles: Sequence[Profile], base: str) -> bytes:
    """The same for programs, as JSON."""
    stated = {
        "document": variant,
        "profiles": [{"profile": p.iri(base), "token": p.token, "name": p.name} for p in profiles],
        "representations": [
            {
                "address": variant + form.suffix,
                "name": form.name,
                "type": form.content_type,
                "format": form.token,
                **({"profile": form.profile.iri(base)} if form.profile else {}),
            }
            for form in offers
        ],
    }
    return json.dumps(stated, ensure_ascii=False, indent=1).encode() + b"\n"
