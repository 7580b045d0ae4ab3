"""The language of a page: the one that the reader has chosen, else the first that the browser asks for and we have.

The texts of pages are looked up by their English form (gettext) in `server/translations/LANGUAGE.po`, which Babel reads
when a language is first asked for.  What the data say is in no catalogue: it is never translated.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, current_app, g, has_request_context, request
from markupsafe import Markup

import ontology
from converter.store.catalogue_entry import language_names

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "zh-Hant": "繁體中文"}
"""The languages of the interface (BCP 47), each under its own name."""
CHOSEN = "_lang"
"""The parameter of an address that chooses a language."""
VARY_OF_PAGES = ("Accept-Language", "Cookie")
"""The header fields of a request on which the language of a page depends."""
FOLDER = Path(__file__).parents[1] / "translations"
_COOKIE, _YEAR = "shelfgraph-language", 365 * 24 * 3600
_THOUSANDS = {"de": ".", "es": "\u202f", "fr": "\u202f"}
"""What parts the thousands of a number, where it is no comma."""
WITH_PARAMETERS = ("/search", "/browse", "/sparql", "/queries/", "/crosswalk")
"""How the paths of pages begin that depend on the parameters of their addresses: a switch of the language keeps these.

Every other page is one document for all, kept for all who ask, and must not hold what one of them wrote in an address.
"""


def register_languages(app: Flask, offered: Sequence[str] = tuple(LANGUAGES)) -> None:
    """Let the pages of an application be in the languages that are `offered`; who reads none of them has the first."""
    app.config["LANGUAGES"] = tuple(offered)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_text, _text_of_many, newstyle=True)  # type: ignore[attr-defined] # the extension brings it
    app.jinja_env.filters["n"] = digits
    app.jinja_env.globals.update(page_language=language, other_languages=_others, counted=counted)
    app.jinja_env.globals.update(in_english=in_english, translated=gettext)
    app.before_request(_choice)


def language() -> str:
    """The language of the page that is being made; English where nobody has asked for it."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = _wanted(current_app.config.get("LANGUAGES", ("en",)))
    return str(g.language)


def gettext(text: str, **values: object) -> str:
    """The text in the language of the page, with the values in their places (`%(name)s`)."""
    found = _text(text)
    return found % values if values else found


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The text for so many, whose number stands in it as `%(n)s`."""
    return _text_of_many(one, many, count) % {"n": digits(count), **values}


def later(text: str) -> str:
    """The text as it is: it stands in the catalogues, and is looked up where it is shown."""
    return text


def within(text: str) -> str:
    """A name as it stands within a sentence; German writes nouns with a capital letter wherever they stand."""
    return text if language() == "de" else text.lower()


def locale() -> str:
    """The language of the page as Babel calls it; English lists have no comma before their last part."""
    return {"en": "en_GB"}.get(language(), language().replace("-", "_"))


def language_name(code: str) -> str:
    """What a language (ISO 639) is called in the language of the page; its English name where that is not known."""
    known = {} if language() == "en" else Locale.parse(locale()).languages
    return known.get(_two_letters().get(code, code)) or language_names().get(code, code)


def in_english() -> Markup:
    """The attribute of an element whose text is English in every language of the pages."""
    return Markup() if language() == "en" else Markup(' lang="en"')


def digits(count: int) -> str:
    """A whole number as the language of the page writes it.

    >>> digits(12345)
    '12,345'
    """
    return f"{count:,}".replace(",", _THOUSANDS.get(language(), ","))


def counted(count: int, what: str) -> str:
    """So many of a kind, in words.

    >>> counted(1, "work"), counted(2000, "row")
    ('1 work', '2,000 rows')
    """
    return _COUNTED[what](count)


_COUNTED: Mapping[str, Callable[[int], str]] = {
    "work": lambda n: ngettext("%(n)s work", "%(n)s works", n),
    "record": lambda n: ngettext("%(n)s record", "%(n)s records", n),
    "row": lambda n: ngettext("%(n)s row", "%(n)s rows", n),
    "statement": lambda n: ngettext("%(n)s statement", "%(n)s statements", n),
    "table": lambda n: ngettext("%(n)s table", "%(n)s tables", n),
    "resource": lambda n: ngettext("%(n)s resource", "%(n)s resources", n),
}


def _wanted(offered: Sequence[str]) -> str:
    """The language that the reader has chosen, else the first of the browser's that is offered.

    Chinese of every kind is answered in traditional characters, which is what there is.
    """
    kept = request.cookies.get(_COOKIE, "")
    if kept in offered:
        return kept
    primary = {tag.partition("-")[0]: tag for tag in offered}
    for tag in request.accept_languages.values():
        found = primary.get(tag.lower().partition("-")[0])
        if found:
            return found
    return offered[0]


def _choice() -> Response | None:
    """303 to the address without the choice of a language, which the browser keeps."""
    tag = request.args.get(CHOSEN, "")
    if request.method not in {"GET", "HEAD"} or tag not in current_app.config["LANGUAGES"]:
        return None
    rest = [(name, value) for name, values in request.args.lists() if name != CHOSEN for value in values]
    stated = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or quote(request.path)
    path = _root() + urlsplit(stated).path.lstrip("/")
    response = Response(status=303, headers={"Location": f"{path}?{urlencode(rest)}" if rest else path})
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(_COOKIE, tag, max_age=_YEAR, path=_root(), httponly=True, samesite="Lax")
    return response


def _root() -> str:
    return str(current_app.jinja_env.globals["root"])


def _others() -> list[tuple[str, str, str]]:
    """The other languages of the page: tag, name, and an address that is relative to the page; files have none."""
    if not has_request_context():
        return []
    own = request.args.lists() if request.path.startswith(WITH_PARAMETERS) else ()
    rest = [(name, value) for name, values in own if name != CHOSEN for value in values]
    tags = (tag for tag in current_app.config["LANGUAGES"] if tag != language())
    return [(tag, LANGUAGES[tag], f"?{urlencode([*rest, (CHOSEN, tag)])}") for tag in tags]


def _text(text: str) -> str:
    return text if language() == "en" else _catalogue(language()).gettext(text)


def _text_of_many(one: str, many: str, count: int) -> str:
    if language() == "en":
        return one if count == 1 else many
    return _catalogue(language()).ngettext(one, many, count)


@lru_cache(maxsize=1)
def _two_letters() -> Mapping[str, str]:
    """The code of a language in ISO 639-2 → that of two letters, by which others know it."""
    found: dict[str, str] = {}
    for row in ontology.languages():
        for name in ("code3", "bibliographic"):
            if row[name] and row["code2"]:
                found[row[name]] = row["code2"]
    return found


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(tag: str) -> NullTranslations:
    """The texts in a language."""
    with (FOLDER / f"{tag}.po").open("rb") as file:
        stated = read_po(file, locale=tag.replace("-", "_"))
    packed = io.BytesIO()
    write_mo(packed, stated)
    packed.seek(0)
    return Translations(packed)
