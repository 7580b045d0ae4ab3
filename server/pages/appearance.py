"""What a deployment gives its pages: a logo, a colour of its own, and a page about itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from converter.errors import UsageError
from server.http.headers import VARY
from server.http.languages import language
from server.http.validated import etag, sent

_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
_LARGEST = 1 << 20
"""Bytes of a logo, and of a text about the site."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LIGHT, _DARK = ("#fdfcfa", "#f5f3ee", "#ffffff"), ("#14171a", "#1c2024", "#20252a")
"""The grounds of the style sheet on which links stand."""
_ENOUGH = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""
_STEPS = 20
# A picture from elsewhere would be a request to another host, which no page makes.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


class Appearance(NamedTuple):
    """The logo with its media type, the rules of the colour, the page about the site; what is not given is empty."""

    logo: bytes = b""
    logo_type: str = ""
    rules: str = ""
    about: str = ""


def appearance(logo: Path | None, accent: str, about: Path | None) -> Appearance:
    """What the files and the colour of a deployment make of its pages.

    Raises UsageError where a file cannot be read, is too large or of no known kind, or where the colour cannot be read
    on the pages.
    """
    kind = _TYPES.get(logo.suffix.lower(), "") if logo else ""
    if logo and not kind:
        raise UsageError(f"--logo: {logo} is no picture by its name; it may end in {', '.join(_TYPES)}")
    return Appearance(
        _read("--logo", logo) if logo else b"",
        kind,
        rules_of(accent) if accent else "",
        _one_heading(_MARKDOWN.render(_read("--about", about).decode("utf-8", "replace"))) if about else "",
    )


def rules_of(colour: str) -> str:
    """The rules that put a colour in the place of that of links and buttons; on dark pages it is lightened.

    Raises UsageError where it is none, or too light for the text of links.

    >>> rules_of("#7a1f3d").count("--link:#7a1f3d")
    1
    """
    if not _COLOUR.fullmatch(colour):
        raise UsageError(f"--accent: {colour!r} is no colour; write # and six hexadecimal digits, such as #0b5278")
    worst = min(_contrast(colour, ground) for ground in _LIGHT)
    if worst < _ENOUGH:
        raise UsageError(
            f"--accent: links in {colour} cannot be read on the pages (contrast {worst:.1f}, at least {_ENOUGH});"
            " choose a darker colour"
        )
    dark = next(
        lighter
        for lighter in (_lightened(colour, step / _STEPS) for step in range(_STEPS + 1))
        if min(_contrast(lighter, ground) for ground in _DARK) >= _ENOUGH
    )
    return f":root{{--link:{colour.lower()}}}\n@media (prefers-color-scheme: dark) {{:root{{--link:{dark}}}}}\n"


def appearance_blueprint(look: Appearance) -> Blueprint:
    """`/logo`, `/appearance.css` and `/about`, as far as they are given."""
    blueprint = Blueprint("appearance", __name__)
    if look.logo:

        @blueprint.get("/logo")
        def logo() -> Response:
            # A drawing opened by itself runs nothing and fetches nothing.
            policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
            return sent(look.logo, look.logo_type, etag(look.logo), headers=policy)

    if look.rules:

        @blueprint.get("/appearance.css")
        def rules() -> Response:
            return sent(look.rules.encode(), "text/css; charset=utf-8", etag(look.rules))

    if look.about:

        @blueprint.get("/about")
        def about() -> Response:
            # The text is the operator's own, and raw HTML in it is text.
            text, headed = Markup(look.about), "<h1" in look.about  # noqa: S704
            page = render_template("about_site.html", text=text, headed=headed).encode()
            return sent(page, "text/html; charset=utf-8", etag(language(), page), headers={"Vary": VARY})

    return blueprint


def _one_heading(text: str) -> str:
    """The page with its first heading alone of the first rank.

    >>> _one_heading("<h1>A</h1> <h1>B</h1> <h2>C</h2>")
    '<h1>A</h1> <h2>B</h2> <h2>C</h2>'
    """
    first, closing, rest = text.partition("</h1>")
    return first + closing + rest.replace("<h1>", "<h2>").replace("</h1>", "</h2>")


def _read(option: str, path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise UsageError(f"{option}: {path}: {fault.strerror}; name another file") from None
    if len(data) > _LARGEST:
        raise UsageError(f"{option}: {path} has {len(data):,} bytes; {_LARGEST:,} at the most")
    return data


def _brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, bright = sorted((_brightness(one), _brightness(other)))
    return (bright + 0.05) / (dark + 0.05)


def _lightened(colour: str, part: float) -> str:
    """The colour mixed with so much of white."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(one + (255 - one) * part):02x}" for one in parts)
