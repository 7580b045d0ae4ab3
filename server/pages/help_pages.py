"""The guides of `docs/guide` as pages of the site: `/help`, `/help/manager`; their pictures beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, render_template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from server.http.base_path import root
from server.http.headers import VARY
from server.http.languages import language
from server.http.problems import problem
from server.http.validated import etag, sent

_INSTALLED, _SOURCES = Path(__file__).parents[1] / "guide", Path(__file__).parents[2] / "docs" / "guide"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else _SOURCES
"""Where the guides are: in the package, or in a checkout."""
NAMES = ("consumer", "librarian", "manager", "questions", "glossary")
_EXAMPLE = "http://127.0.0.1:8000/"
"""The site that the guides speak of."""
_PART = "guide-"
"""What the names of headings begin with: the field to search in is called `find`, as a heading is."""


class Guide(NamedTuple):
    """A guide as a page: its title, and its text as HTML."""

    title: str
    text: Markup


def pictures() -> list[str]:
    """The names of the pictures of the guides."""
    return sorted(path.name for path in FOLDER.glob("*.png"))


@lru_cache(maxsize=2 * len(NAMES))
def guide(name: str, home: str) -> Guide:
    """A guide, with links to pages of a site whose front page is `home`."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before and before.type == "heading_open":
            before.attrSet("id", f"{_PART}{anchor(token.content)}")
        if token.type in {"fence", "table_open"}:
            # It may be wider than the page: a keyboard scrolls what has the focus.
            token.attrSet("tabindex", "0")
        for inner in token.children or ():
            _redirect(inner, home)
        token.children = _linked(token.children) if token.children else token.children
    made = markdown.renderer.render(tokens, markdown.options, {})
    made = made.replace("<pre><code tabindex", "<pre tabindex").replace(
        "<pre><code class", '<pre tabindex="0"><code class'
    )
    return Guide(title, Markup(made))  # noqa: S704 - the guides are our own


def anchor(title: str) -> str:
    """The name of a heading within its page, as Git forges make it.

    >>> anchor("1. Which works are there?")
    '1-which-works-are-there'
    """
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def help_blueprint(base: str) -> Blueprint:
    """`/help` and what is below it."""
    blueprint = Blueprint("help", __name__)

    @blueprint.get("/help")
    def overview() -> Response:
        return _page(render_template("help.html", guides=[(name, guide(name, root(base)).title) for name in NAMES]))

    @blueprint.get("/help/<name>")
    def one(name: str) -> Response:
        if name in NAMES:
            return _page(render_template("help.html", guide=guide(name, root(base))))
        if name in pictures():
            body = (FOLDER / name).read_bytes()
            return sent(body, "image/png", etag(body))
        return problem(404, "Not Found", f"No guide is called {name!r}; there are {', '.join(NAMES)}.")

    return blueprint


def _page(text: str) -> Response:
    body = text.encode()
    return sent(body, "text/html; charset=utf-8", etag(language(), body), headers={"Vary": VARY})


def _redirect(token: Token, home: str) -> None:
    """Let a picture or a link lead to this site; "" where it is in the sources alone."""
    if token.type == "image":
        token.attrSet("src", f"{home}help/{token.attrs['src']}")
    elif token.type == "link_open":
        target = str(token.attrs["href"])
        name, _, place = target.partition("#")
        if target.startswith(_EXAMPLE):
            token.attrSet("href", home + target.removeprefix(_EXAMPLE))
        elif name.removesuffix(".md") in NAMES:
            token.attrSet("href", f"{home}help/{name.removesuffix('.md')}" + (f"#{_PART}{place}" if place else ""))
        elif not target.startswith("https://"):
            token.attrSet("href", "")


def _linked(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the links that lead nowhere; their words stay."""
    kept, left_out = [], False
    for token in tokens:
        if token.type == "link_open" and not token.attrs["href"]:
            left_out = True
        elif token.type == "link_close" and left_out:
            left_out = False
        else:
            kept.append(token)
    return kept
