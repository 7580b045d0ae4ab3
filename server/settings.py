"""The settings of a site, each with its reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides.

    `base` begins every address of ours, whatever host a request names.  `title` heads the pages.
    """

    base: str
    title: str = "Shelfgraph"
