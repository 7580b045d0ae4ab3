"""A work as RIS, a tag a line, as reference managers read it (two blanks, a hyphen, CRLF)."""

from __future__ import annotations

from collections.abc import Iterator

from converter.values.agent_kinds import kind
from server.representations.work import Agent, Work

_PAPERS = frozenset({"CPAPER", "CONF"})
_ROLES = {
    "": (("series-editor", "A3"), ("translator", "A4")),
    # Of a thesis, A3 is the adviser.
    "THES": (("supervisor", "A3"), ("translator", "A4")),
}
"""Kind of reference → our roles and their tags; "" is every other kind."""


def ris(work: Work) -> bytes:
    """The work as one reference."""
    lines = [f"{tag}  - {_line(value)}" for tag, value in _tags(work) if value]
    return ("\r\n".join([f"TY  - {work.kind.ris}", *lines, "ER  - "]) + "\r\n").encode()


def _tags(work: Work) -> Iterator[tuple[str, str]]:
    is_paper = work.kind.ris in _PAPERS
    for agent in work.authors:
        yield "AU", _name(agent)
    for role, tag in (("editor", "ED" if work.authors else "A2"), *_ROLES.get(work.kind.ris, _ROLES[""])):
        for agent in work.roles.get(role, ()):
            yield tag, _name(agent)
    yield "TI", work.full_title
    for title in work.translated_titles:
        yield "TT", title.text
    for title in work.other_titles:
        if title not in (*work.translated_titles, *work.subtitles):
            yield "N1", f"Other title: {title.text}"
    # Where a paper has a conference, T2 is its name, and C3 what the paper is printed in.
    conference = work.event.name if is_paper else ""
    yield "N1", _conference(work, named=not is_paper)
    yield "T2", conference or work.journal or work.book
    yield "C3", (work.journal or work.book) if conference else ""
    for series in work.all_series:
        yield "T3", str(series)
    yield "VL", work.volume
    yield "IS", work.issue
    yield "SP", work.first_page
    yield "EP", work.last_page
    yield "C7", work.article_number
    yield "ET", work.edition or (work.version if work.kind.ris in {"COMP", "DATA"} else "")
    yield "M3", work.genre if work.kind.ris in {"THES", "RPRT", "UNPB"} else ""
    yield "PY", work.year
    # Behind the day stands what else is to be said of the date.
    yield "DA", "/".join((*work.date, "", "")[:3]) + "/" + work.issued.rest if work.date else ""
    yield "PB", work.issuer
    yield "CY", work.event.place if is_paper else work.place
    yield "C1", work.place if is_paper else ""
    for number in (*work.issns, *work.isbns):
        yield "SN", number
    yield "SN", work.own_number
    yield "DO", work.doi
    yield "UR", work.link
    yield "LA", ", ".join(work.languages)
    for file in work.files:
        yield "L1", file.address
    for subject in work.subjects:
        yield "KW", subject.text
    for abstract in work.abstracts:
        yield "AB", abstract.text


def _conference(work: Work, *, named: bool) -> str:
    """What no tag has a place for: the days of a conference, and its name and place where the work is no paper."""
    days = " to ".join("-".join(day) for day in work.event.span) or work.event.date
    parts = (work.event.name, work.event.place, days) if named else (days,)
    shown = ", ".join(part for part in parts if part)
    return f"Conference: {shown}" if shown else ""


def _name(agent: Agent) -> str:
    """The name; EndNote knows an organisation by the comma that its name ends in, or by the two within it.

    RIS has no name for an agent that may be either.  One whose name does not look like a person's stands as it is; a
    comma of one that does is doubled: taken apart, it would be another name, kept whole it is the one of the source.

    >>> _name(Agent("Tern Watch", "", "", True, "", "")), _name(Agent("Office, Tide", "", "", True, "", ""))
    ('Tern Watch,', 'Office,, Tide')
    >>> _name(Agent("Kelp Union", "", "", False, "", "")), _name(Agent("Kelp, South", "", "", False, "", ""))
    ('Kelp Union', 'Kelp,, South')
    """
    if agent.person:
        parts = (agent.family, agent.called, agent.suffix) if agent.family else (agent.name,)
        return ", ".join(part for part in parts if part)
    if "," not in agent.name:
        return f"{agent.name}," if agent.organisation else agent.name
    is_kept_whole = agent.organisation or kind(agent.name) == "person"
    return agent.name.replace(",", ",,", 1) if is_kept_whole else agent.name


def _line(text: str) -> str:
    """One line: a break within a value would begin a tag."""
    return " ".join(text.split())
