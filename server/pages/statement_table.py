"""The table of all statements of a page.  It is written here and not by a template: it has hundreds of rows."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup, escape

from server.representations.view import Value, View, safe_link

_SECTIONS = frozenset({"works"})
"""Parts that pages show in a section of that name."""


def statement_table(view: View) -> tuple[int, Markup]:
    """How many statements there are, and the bodies of their table, one for each subject."""
    stated = sorted(view.statements(), key=lambda one: one.subject.text)
    bodies = []
    for subject, group in groupby(stated, key=lambda one: one.subject):
        bodies.append(f'<tbody{_named(subject)}>\n<tr><th scope="rowgroup" colspan="2">{_linked(subject)}</th></tr>\n')
        cells = ((_linked(one.property), f"{_linked(one.value)}{_language(one.value)}") for one in group)
        bodies += [f'<tr><td class="mono">{name}</td><td>{value}</td></tr>\n' for name, value in cells]
        bodies.append("</tbody>\n")
    return len(stated), Markup("".join(bodies))  # noqa: S704 - each value has been escaped


def _named(subject: Value) -> str:
    """The fragment of a part of what the page is about, so that its address leads to its statements."""
    fragment = (subject.address or "").partition("#")[2]
    return f' id="{escape(fragment)}"' if fragment and fragment not in _SECTIONS else ""


def _linked(value: Value) -> str:
    """A value, under a link where its address is one that may be followed."""
    address = safe_link(value.address) if value.address else None
    if address:
        return f'<a href="{escape(address)}"><bdi>{escape(value.text)}</bdi></a>'
    language = f' lang="{escape(value.language)}"' if value.language else ""
    return f"<bdi{language}>{escape(value.text)}</bdi>"


def _language(value: Value) -> str:
    return f' <span class="q small">{escape(value.language)}</span>' if value.language else ""
