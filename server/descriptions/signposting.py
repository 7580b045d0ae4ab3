"""The typed links of a document: where to cite it, who made it, what describes it, its files and its licence.

Sources: FAIR Signposting levels 1 and 2, https://signposting.org/FAIR/, and RFC 9264 for sets of links.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from server.representations.registry import PAGE, Description, Representation, forms

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
_FEW = 5
"""Authors and files that a header names each for itself; where there are more, they are in the link set alone."""
_MAIN = (".html", ".ttl", ".jsonld")
"""The representations that a header names; the link set and the page name all."""
_FIRST = ("cite-as", "linkset", "type", "license", "describedby", "author", "item", "describes")
"""Relations in the order of their weight: where a header has no room, the last are left out."""

LINKSETS = (
    Representation("Links, JSON", ".linkset.json", "application/linkset+json", None, None),
    Representation("Links", ".linkset", "application/linkset", None, None),
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
        *([Link(work.resolved_doi, "related")] if work.doi else []),
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
    """The links to the link sets of a document."""
    return [Link(variant + form.suffix, "linkset", form.media_type) for form in LINKSETS]


def in_header(links: Sequence[Link], variant: str) -> list[Link]:
    """Of the links of a record's page those that a header can carry, the first the most important.

    Many authors or files, and all but the main descriptions, are left to the link set.
    """
    many = {name for name in ("author", "item") if sum(link.relation == name for link in links) > _FEW}
    main = {variant + suffix for suffix in _MAIN}
    kept = [
        link._replace(profile="")
        for link in (*links, sets(variant)[0])
        if link.relation in _FIRST
        and link.relation not in many
        and (link.relation != "describedby" or link.target in main)
    ]
    return sorted(kept, key=lambda link: _FIRST.index(link.relation))


def alternates(document: str, form: Representation, *, of_work: bool) -> list[Link]:
    """The main other representations of a document; none of the same media type, which clients would take instead."""
    others = (other for other in forms(of_work=of_work) if other.suffix in _MAIN)
    return [
        Link(document + other.suffix, "alternate", other.media_type)
        for other in others
        if other.media_type != form.media_type
    ]


def linkset(described: Description, variant: str, offers: Sequence[Representation], form: Representation) -> bytes:
    """All links of a document: those of its page, and those of the documents that describe the same."""
    if described.is_work:
        page = of_page(described, variant, offers)
    else:
        page = [Link(described.address, "describes")]
        page += [
            Link(variant + other.suffix, "alternate", other.media_type) for other in offers if other not in LINKSETS
        ]
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
        # As https://signposting.org/FAIR/ has it, and as its clients read it: one text, not a list.
        target |= {"profile": link.profile} if link.profile else {}
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
