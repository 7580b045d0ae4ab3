"""The settings of a site, each with its reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from converter.dcat import Site


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides.

    `base` begins every address of ours, whatever host a request names.  `title` heads the pages.  `folder` is the data
    folder, where the site stands on one and not on a remote endpoint.  `contact` is the e-mail address for questions
    about the site, which OAI-PMH demands: it is shown to all, and where it is empty an address that nobody reads.
    `licence` is the address of the licence of the data, stated where there is one.  `languages` are those of the pages
    (BCP 47); who reads none of them has the first.  `logo` is a picture, `accent` the colour of links and buttons
    (`#rrggbb`), `about` a text in Markdown that the site says of itself.
    `redirects` is a table of addresses that others had, and where they lead.
    `description`, `publisher` (a name, and the address of its page or an empty text), `keywords` and `themes` (codes of
    `ontology/data-themes.csv`) are said of the dataset; what is empty is not stated.
    """

    base: str
    title: str = "Shelfgraph"
    folder: Path | None = None
    contact: str = ""
    licence: str | None = None
    rate_limit: int = 0
    max_bytes: int = 0
    languages: tuple[str, ...] = ("en", "de", "es", "fr", "zh-Hant")
    logo: Path | None = None
    accent: str = ""
    about: Path | None = None
    redirects: Path | None = None
    description: str = ""
    publisher: tuple[str, str] = ("", "")
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @property
    def site(self) -> Site:
        """What is said of the dataset."""
        return Site(**{name: getattr(self, name) for name in Site.__struct_fields__})
