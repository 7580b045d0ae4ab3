"""A work as RIS, a tag a line, as reference managers read it (two blanks, a hyphen, CRLF)."""

from __future__ import annotations

from collections.abc import Iterator

from server.representations.work import Agent, Work


def ris(work: Work) -> bytes:
    """The work as one reference."""
    lines = [f"{tag}  - {_line(value)}" for tag, value in _tags(work) if value]
    return ("\r\n".join([f"TY  - {work.kind.ris}", *lines, "ER  - "]) + "\r\n").encode()


def _tags(work: Work) -> Iterator[tuple[str, str]]:
    for role, tag in (("author", "AU"), ("editor", "ED" if work.authors else "A2"), ("translator", "A4")):
        for agent in work.roles.get(role, ()):
            yield tag, _name(agent)
    yield "TI", work.titles[0].text if work.titles else ""
    for title in work.translated_titles:
        yield "TT", title.text
    for title in work.other_titles:
        if title not in work.translated_titles:
            yield "N1", f"Other title: {title.text}"
    yield "T2", work.journal or work.book
    yield "T3", work.series
    yield "VL", work.volume
    yield "IS", work.issue
    yield "SP", work.first_page
    yield "EP", work.last_page
    yield "C7", work.article_number
    yield "ET", work.edition
    yield "PY", work.year
    yield "DA", "/".join((*work.date, "", "")[:3]) + "/" if work.date else ""
    yield "PB", work.issuer
    yield "CY", work.place
    yield "SN", work.issn
    yield "SN", work.isbn
    yield "DO", work.doi
    yield "UR", work.link
    yield "LA", ", ".join(work.languages)
    for file in work.files:
        yield "L1", file.address
    for subject in work.subjects:
        yield "KW", subject.text
    for abstract in work.abstracts:
        yield "AB", abstract.text


def _name(agent: Agent) -> str:
    """The name; EndNote knows an organisation by the comma that its name ends in, or by the two within it.

    >>> _name(Agent("Tern Watch", "", "", True, "", "")), _name(Agent("Office, Tide", "", "", True, "", ""))
    ('Tern Watch,', 'Office,, Tide')
    """
    if agent.organisation:
        return agent.name.replace(",", ",,", 1) if "," in agent.name else f"{agent.name},"
    if not agent.person or not agent.family:
        return agent.name
    return ", ".join(part for part in (agent.family, agent.called, agent.suffix) if part)


def _line(text: str) -> str:
    """One line: a break within a value would begin a tag."""
    return " ".join(text.split())
