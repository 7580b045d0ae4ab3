"""The volume, issue and pages in a citation, to be compared with the fields that have them too."""

from __future__ import annotations

import re
from typing import NamedTuple


class Citation(NamedTuple):
    """What a citation states; None for what it does not."""

    volume: str | None = None
    issue: str | None = None
    start: str | None = None
    end: str | None = None


_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_VOLUME = re.compile(r"\b(?:v|vol|volume)\.?\s*(\d+\w*)", re.IGNORECASE)
_ISSUE = re.compile(r"\b(?:n|no|nr|iss|issue|number)\.?\s*(\d+\w*)", re.IGNORECASE)
_PAGES = re.compile(r"\b(?:p|pp|pages?)\.?\s*([a-z]?\d+)(?:\s*[-–]\s*([a-z]?\d+))?", re.IGNORECASE)
_SHORT = re.compile(
    r"\b(\d+)\s*\((\d+\w*)\)\s*[,:]\s*(?:pp?\.?\s*)?([a-z]?\d+)(?:\s*[-–]\s*([a-z]?\d+))?", re.IGNORECASE
)


def volume_issue_pages(text: str) -> Citation:
    """What the citation states in words, or in the short form "12(4): 301-319".

    >>> volume_issue_pages("Annals Of Coasts, 2019, v. 12 n. 4, p. 301-319")
    Citation(volume='12', issue='4', start='301', end='319')
    >>> volume_issue_pages("Coasts 12(4):301–319"), volume_issue_pages("In press")
    (Citation(volume='12', issue='4', start='301', end='319'), Citation(volume=None, issue=None, start=None, end=None))
    """
    short = _SHORT.search(text)
    if short:
        volume, issue, start, end = short.groups()
        return Citation(volume, None if _YEAR.fullmatch(issue) else issue, start, end)
    volumes, issues, pages = _VOLUME.search(text), _ISSUE.search(text), _PAGES.search(text)
    return Citation(
        volumes[1] if volumes else None,
        issues[1] if issues else None,
        pages[1] if pages else None,
        pages[2] if pages else None,
    )
