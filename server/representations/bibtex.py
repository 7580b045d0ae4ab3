r"""A work as an entry of BibTeX, in UTF-8 and with the fields of BibLaTeX where BibTeX has none.

The classic form is for the styles of BibTeX itself, which know fourteen types of entries and skip fields of others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from server.representations.publication_line import Issued
from server.representations.work import Agent, Work

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL = re.compile(r"[\\{}&%$#_~^]")
_LIGATURE = re.compile(r"(-(?=-)|'(?=')|`(?=`))")
"""The first of two signs of which LaTeX makes a dash or a quotation mark."""
_ALONE = {"{": r"{\textbraceleft}", "}": r"{\textbraceright}"}
"""Braces that are no pair: BibTeX counts a brace behind a backslash too."""
_YEAR_AND_MONTH = 2
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_PARTING = re.compile(r",\s*|\s+")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_CLASSIC = frozenset(
    "article book booklet conference inbook incollection inproceedings manual mastersthesis misc phdthesis proceedings "
    "techreport unpublished".split()
)
"""The types of entries that every style knows (Patashnik, BibTeXing, section 3.1)."""
_PLAIN = frozenset({"doi", "url", "issn", "isbn", "month", "year", "date", "eprint"})
"""Fields whose values are no text: they are not escaped."""


def bibtex(work: Work, taken: set[str] | None = None, *, classic: bool = False) -> bytes:
    """The work as one entry; its key is none of those taken by others of the same file, and is added to them."""
    key = first = _key(work)
    number = 1
    while taken is not None and key in taken:
        number += 1
        key = f"{first}-{number}"
    if taken is not None:
        taken.add(key)
    fields = {name: value for name, value in _fields(work) if value}
    entry, fields = _as_classic(work, fields) if classic else (work.kind.bibtex, fields)
    lines = [f"  {name} = {_braced(name, value)}" for name, value in fields.items()]
    return (f"@{entry}{{{key},\n" + ",\n".join(lines) + "\n}\n").encode()


def _as_classic(work: Work, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The type of the entry and its fields for a style that knows no others; what it would skip stands in a note.

    A thesis of no known degree is a master's thesis to these styles, unless `type` says what it is.
    """
    entry = work.kind.bibtex
    note = [fields.get("note", "")]
    if entry == "thesis":
        entry, fields = "mastersthesis", {"type": "Thesis", **fields}
    elif entry not in _CLASSIC:
        entry = "misc"
        note.append(escaped(work.genre))
    note.append(escaped(", ".join(part for part in (work.event.name, work.event.place, work.event.date) if part)))
    title = {"title": f"{{{escaped(work.full_title)}}}"} if work.titles else {}
    pages = {"pages": fields["eid"]} if "eid" in fields and "pages" not in fields else {}
    said = ". ".join(part for part in note if part)
    return entry, {**fields, **title, **pages, **({"note": said} if said else {})}


def escaped(text: str) -> str:
    r"""The text as BibTeX reads it.

    >>> escaped("Tern & Harbour: 50% {of} lights")
    'Tern \\& Harbour: 50\\% \\{of\\} lights'
    >>> escaped("Tides--Norway"), escaped("a } b")
    ('Tides-{}-Norway', 'a {\\textbraceright} b')
    """
    escapes = _ESCAPES if _is_paired(text) else {**_ESCAPES, **_ALONE}
    plain = _SPECIAL.sub(lambda match: escapes[match[0]], " ".join(text.split()))
    return _LIGATURE.sub(r"\1{}", plain)


def _is_paired(text: str) -> bool:
    """Whether each brace of the text has another."""
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return not depth


def _fields(work: Work) -> Iterator[tuple[str, str]]:
    thesis = work.kind.bibtex in {"phdthesis", "mastersthesis", "thesis"}
    report = work.kind.bibtex == "techreport"
    contained = work.kind.bibtex in {"incollection", "inproceedings"}
    yield "author", _names(work.authors)
    yield "editor", _names(work.roles.get("editor", ()))
    yield "translator", _names(work.roles.get("translator", ()))
    yield "advisor", _names(work.roles.get("supervisor", ())) if thesis else ""
    # Braces of its own keep a style from changing the case of names and formulas in a title.
    yield "title", f"{{{escaped(work.titles[0].text)}}}" if work.titles else ""
    # What stands in a volume of a series with an ISSN names the volume where its book is.
    yield "journal", escaped("" if contained else work.journal)
    yield "booktitle", escaped(work.book or (work.journal if contained else ""))
    yield "subtitle", escaped(" ".join(value.text for value in work.subtitles[:1])) if work.titles else ""
    yield "series", escaped(work.series)
    yield "note", escaped(work.more_series)
    yield "number", escaped(work.issue or work.number or work.own_number)
    yield "volume", escaped(work.volume)
    yield "pages", "--".join(escaped(page) for page in work.page_range)
    yield "eid", escaped(work.article_number)
    yield "eventtitle", escaped(work.event.name)
    yield "venue", escaped(work.event.place)
    yield "eventdate", _bare(work.event.date) if work.event.span else ""
    yield "year", work.year
    yield "date", _bare(work.issued.edtf) if _says_more(work.issued) else ""
    yield "month", _MONTHS[int(work.date[1]) - 1] if len(work.date) > 1 and 1 <= int(work.date[1]) <= 12 else ""
    yield "school" if thesis else "institution" if report else "publisher", escaped(work.issuer)
    yield "address", escaped(work.place)
    yield "type", escaped(work.genre) if thesis or report or work.is_preprint else ""
    yield "version", escaped(work.version)
    yield "edition", escaped(work.edition)
    yield "doi", _bare(work.doi)
    yield "issn", _bare(", ".join(work.issns))
    yield "isbn", _bare(", ".join(work.isbns))
    eprint = next((one.value for one in work.identifiers if one.scheme == "arxiv"), "")
    yield "eprint", _bare(eprint)
    yield "eprinttype", "arxiv" if eprint else ""
    yield "url", _bare(work.link)
    yield "language", escaped(", ".join(work.languages))
    yield "keywords", escaped(work.keywords)
    yield "abstract", escaped(" ".join(value.text for value in work.abstracts))


def _says_more(issued: Issued) -> bool:
    """Whether the date of issue says more than a year and a month, which have fields of their own."""
    if "{" in issued.edtf:
        return False  # several years, which BibTeX cannot say
    says_more = issued.end or issued.season or issued.circa or len(issued.date) > _YEAR_AND_MONTH
    return bool(says_more or ".." in issued.edtf)


def _braced(name: str, value: str) -> str:
    if name == "month":
        return value
    return f"{{{value}}}"


def _bare(text: str) -> str:
    """A number or address: what would end the value is percent-encoded."""
    return text.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


def _names(agents: tuple[Agent, ...]) -> str:
    return " and ".join(_name(agent) for agent in agents)


def _name(agent: Agent) -> str:
    """The name: of an organisation in braces, of a person in its parts.

    Braces round a name say that it is an organisation's, and a name without them is taken apart as a person's.  Of an
    agent that may be either, the signs that would part its name stand in braces: it is one word, and nothing more.

    >>> _name(Agent("Kelp Union, South", "", "", False, "", "")), _name(Agent("Kelp Union", "", "", True, "", ""))
    ('Kelp{ }Union{, }South', '{Kelp Union}')
    """
    if agent.organisation:
        return f"{{{escaped(agent.name)}}}"
    if not agent.person:
        return _PARTING.sub(r"{\g<0>}", escaped(agent.name))
    # The word that parts two names, within one name, would make two of it.
    parts = [
        part if not _AND.search(part) else f"{{{part}}}"
        for part in (escaped(agent.family or agent.name), escaped(agent.suffix), escaped(agent.first_names))
    ]
    return ", ".join(part for part in parts if part)


def _key(work: Work) -> str:
    """A key such as marrow2019coastal, from what the work says of itself."""
    first = next(iter(work.authors or work.roles.get("editor", ())), None)
    words = [word for word in re.findall(r"[a-z0-9]+", _ascii(work.title)) if len(word) > 3]
    name = "".join(re.findall(r"[a-z0-9]+", _ascii((first.family or first.name) if first else "")))
    key = f"{name[:40]}{work.year}{words[0][:40] if words and work.titles else ''}"
    return key or "".join(re.findall(r"[a-z0-9]+", _ascii(work.address.rpartition("/item/")[2]))) or "work"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
