"""The typed links of a document: where to cite it, who made it, what describes it, its files and its licence.

Sources: FAIR Signposting levels 1 and 2, https://signposting.org/FAIR/, and RFC 9264 for sets of links.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from server.representations.registry import PAGE, Description, Representation

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
_MANY = 40
"""Authors and files that a header names each for itself; where there are more, they are in the link set alone."""

LINKSETS = (
    Representation("Links, JSON", ".linkset.json", "application/linkset+json", None, None, of_things=False),
    Representation("Links", ".linkset", "application/linkset", None, None, of_things=False),
)


class Link(NamedTuple):
    """A link: its target, relation, media type and profile."""

    target: str
    relation: str
    type: str = ""
    profile: str = ""

    def __str__(self) -> str:
        attributes = f'; rel="{self.relation}"'
        attributes += f'; type="{self.type}"' if self.type else ""
        attributes += f'; profile="{self.profile}"' if self.profile else ""
        return f"<{self.target}>{attributes}"


def of_page(described: Description, variant: str, offers: Sequence[Representation]) -> list[Link]:
    """The links of the page of a record."""
    work = described.work
    links = [
        Link(work.landing, "cite-as"),
        Link("https://schema.org/AboutPage", "type"),
        Link(f"https://schema.org/{work.kind.schema_org}", "type"),
        *([Link(f"https://doi.org/{work.doi}", "related")] if work.doi else []),
        *(Link(f"https://orcid.org/{agent.orcid}", "author") for agent in work.authors if agent.orcid),
        *(_describing(form, variant, described.base) for form in offers if form.profile),
        *(Link(file.address, "item", _type(file.media_type)) for file in work.files if _is_address(file.address)),
        *([Link(work.licence, "license")] if _is_address(work.licence) else []),
    ]
    return list(dict.fromkeys(links))


def of_document(described: Description, variant: str) -> list[Link]:
    """The links of a form for programs, which lead back to the page."""
    return [Link(variant, "describes"), Link(described.address, "about")]


def sets(variant: str) -> list[Link]:
    """The links to the link sets of a record."""
    return [Link(variant + form.suffix, "linkset", form.media_type) for form in LINKSETS]


def in_header(links: Sequence[Link]) -> list[Link]:
    """The links that a header can carry: many authors or files are left to the link set."""
    many = {name for name in ("author", "item") if sum(link.relation == name for link in links) > _MANY}
    return [link for link in links if link.relation not in many]


def linkset(described: Description, variant: str, offers: Sequence[Representation], form: Representation) -> bytes:
    """All links of a record: those of its page, and those of the documents that describe it."""
    page = of_page(described, variant, offers)
    back = [(variant + offer.suffix, Link(variant, "describes", PAGE.media_type)) for offer in offers if offer.profile]
    if form.suffix == ".linkset":
        lines = [f'{link}; anchor="{variant}"' for link in page]
        lines += [f'{link}; anchor="{anchor}"' for anchor, link in back]
        return (",\n".join(lines) + "\n").encode()
    contexts = [_context(variant, page), *(_context(anchor, [link]) for anchor, link in back)]
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1).encode() + b"\n"


def _describing(form: Representation, variant: str, base: str) -> Link:
    return Link(variant + form.suffix, "describedby", form.media_type, form.profile.iri(base) if form.profile else "")


def _context(anchor: str, links: Sequence[Link]) -> dict[str, Any]:
    found: dict[str, Any] = {"anchor": anchor}
    for link in links:
        target: dict[str, Any] = {"href": link.target}
        target |= {"type": link.type} if link.type else {}
        # An attribute that RFC 8288 does not define has a list of values.
        target |= {"profile": [link.profile]} if link.profile else {}
        found.setdefault(link.relation, []).append(target)
    return found


def _is_address(text: str) -> bool:
    """Whether the text can stand between the brackets of a link."""
    return text.startswith(("http://", "https://")) and not any(character in text for character in '<>" \\^`{|}')


def _type(text: str) -> str:
    """The media type where it is one: repositories write `Adobe PDF` too.

    >>> _type("application/pdf"), _type("Adobe PDF")
    ('application/pdf', '')
    """
    return text.lower() if _MEDIA_TYPE.fullmatch(text) else ""
