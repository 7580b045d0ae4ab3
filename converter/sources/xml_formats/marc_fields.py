"""The data fields of MARC 21 that need more than the table `marc.csv` says: titles, dates, series, hosts, numbers.

Source: MARC 21 Format for Bibliographic Data, https://www.loc.gov/marc/bibliographic/.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pymarc

from converter.record import File
from converter.sources.builder import Draft
from converter.sources.container_fields import add_series
from converter.sources.relations import add_work
from converter.sources.vocabulary import Funding, add_funding
from converter.sources.xml_formats.marc_codes import RDA, rda_code
from converter.values.dates import copyright_apart
from converter.values.serials import place_in_host
from ontology.source_tables import field_of, fields, notes

END = re.compile(r"(?<![\s/:;,=])[\s/:;,=]+$")
"""The punctuation of the catalogue at the end of a subfield."""
_IS_ADDRESS = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_SUBFIELDS = fields("marc")
_SUBJECTS = frozenset({"600", "610", "611", "630", "647", "648", "650", "690", "696", "697", "699"})
"""Headings, those of a library's own (69X) among them."""
_SCHEMES = fields("marc", "indicator")
_SOURCES = fields("marc", "source")
_SYSTEMS = {"OCoLC": "oclc"}
"""Code of another catalogue → the kind of its numbers."""
_TITLES = fields("marc", "title")
_RDA = fields("marc", "rda")
_LINKS = fields("marc", "linked")
"""Tag of an entry for another work → the field of the relation."""
_LISTS = dict(zip(_RDA, RDA, strict=True))
"""Tag → list of terms."""

_CONTROL = re.compile(r"\(([A-Za-z-]+[0-9]*)\)(.+)")
_HEADINGS = (
    (re.compile(r"OCOLC fst0*(\d+)"), "http://id.worldcat.org/fast/{}"),
    (re.compile(r"DLC (sh\d+)"), "http://id.loc.gov/authorities/subjects/{}"),
    (re.compile(r"DE-588 ([\dX-]+)"), "https://d-nb.info/gnd/{}"),
    (re.compile(r"DNLM (D\d+(?:Q\d+)?)"), "http://id.nlm.nih.gov/mesh/{}"),
    (re.compile(r"DLC ((?:n|nb|no|nr|ns)\d+)"), "http://id.loc.gov/authorities/names/{}"),
    (re.compile(r"DLC (gf\d+)"), "http://id.loc.gov/authorities/genreForms/{}"),
)
"""Catalogue and number of a heading → the address that its list gives it."""

Parts = list[tuple[str, str]]


def plain(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """The subfields that the table names; the others are left."""
    left = []
    for code, value in parts:
        path, text = f"{field.tag}/{code}", value.strip()
        text = text if _IS_ADDRESS.match(text) else END.sub("", text)
        if path not in _SUBFIELDS:
            left.append((code, value))
        elif text and _SUBFIELDS[path]:
            draft.add(_SUBFIELDS[path], text)
        elif text:
            draft.unread(f"marc.{field.tag}.{code}", value, notes("marc")[path])
    return left


def _title(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    title = ""
    for code, value in parts:
        if code in {"a", "b", "n", "p", "f", "k"}:
            # Some catalogues write no punctuation, without which two parts would be one sentence.
            joint = ": " if code == "b" and title and title[-1].isalnum() else " "
            title = f"{title}{joint}{value.strip()}" if title else value.strip()
    shown = END.sub("", re.sub(r"\s+([:;,/])", r"\1", title))
    # A translation (242) says in which language it is.
    language = (field.get("y") or "") if field.tag == "242" else ""
    draft.add(_TITLES[field.tag], shown, language.strip(" .") or None)
    for code, value in parts:
        if code == "c":
            draft.add("dc.description.statementofresponsibility", value)
    taken = {"a", "b", "n", "p", "f", "k", "c", *(["y"] if language else [])}
    return [(code, value) for code, value in parts if code not in taken]


_NOT_PUBLISHED = {
    "0": "the production of the work",
    "2": "the distribution of the work",
    "3": "the manufacture of the work",
}
"""What a statement (264) is of by its second indicator, where it is none of publication."""


def _published(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    beside = _NOT_PUBLISHED.get(field.indicator2, "") if field.tag == "264" else ""
    for code, value in parts if beside else ():
        if code == "c" and field.indicator2 == "0":
            # What is not published has no other date than that of its making.
            draft.add("dc.date.created", END.sub("", value).strip("[] ."))
        else:
            draft.unread(f"marc.264.{code}", value, f"said of {beside}, for which there is no field")
    if beside:
        return []
    is_copyright = field.tag == "264" and field.indicator2 == "4"
    for code, value in parts:
        text = END.sub("", value).strip("[] .")
        name = _SUBFIELDS.get(f"{field.tag}/{code}", "") if code in {"a", "b"} else ""
        if name and text:
            draft.add(name, text)
        if code == "c":
            issued, copyrighted = copyright_apart(END.sub("", value))
            if is_copyright:
                issued, copyrighted = "", copyrighted or issued
            if copyrighted and copyrighted != value.strip():
                words = f"read as the year of copyright{' behind that of issue' if issued else ''}"
                draft.unread(f"marc.{field.tag}.c", value, words)
            for date, said in (
                ("dc.date.issued", re.sub(r"(?<!\.)\.$", "", issued)),
                ("dc.date.copyright", copyrighted),
            ):
                if said:
                    draft.add(date, said)
    return [(code, value) for code, value in parts if code not in {"a", "b", "c"}]


def _numbered(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    kind = {"0": "isrc", "2": "ismn", "3": "ean", "4": "sici"}.get(field.indicator1, field.get("2") or "")
    for code, value in parts:
        if code == "a":
            draft.add(field_of("identifier-types", kind, "dc.identifier.other"), value)
    return [(code, value) for code, value in parts if code not in {"a", "2"}]


def _system_number(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """The number in another catalogue, with the code of that before it; some name the catalogue beside it."""
    for code, value in parts:
        text = value.strip()
        match = re.match(r"\(([^)]+)\)\s*(\S.*)", text)
        kind = (_SYSTEMS.get(match[1], match[1]) if match else field.get("9")) or ""
        known = field_of("identifier-types", "oclc" if re.match(r"(?:oc[mn]|on)[0-9]", text) else kind, "")
        if code == "a" and text:
            named = "dc.identifier" if text.lower().startswith("oai:") else known or "dc.identifier.other"
            draft.add(named, match[2] if match and named == known else text)
    return [(code, value) for code, value in parts if code not in {"a", "9"}]


def _rda(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """Content, medium or carrier: the words, and the address of the term in the list that the code is of."""
    name, list_ = _RDA[field.tag], _LISTS[field.tag]
    codes = [value.strip() for code, value in parts if code == "b"]
    words = [value.strip() for code, value in parts if code == "a"]
    is_of_list = (field.get("2") or list_) == list_
    for place, text in enumerate(words or codes):
        code = codes[place] if len(codes) == len(words or codes) else ""
        code = rda_code(list_, code) or rda_code(list_, text) if is_of_list else ""
        draft.add(name, text, authority=f"{RDA[list_]}{code}" if code else None)
    for code in codes if words else ():
        if not (is_of_list and rda_code(list_, code)):
            draft.unread(f"marc.{field.tag}.b", code, "a code of no list of RDA")
    return [(code, value) for code, value in parts if code not in {"a", "b"} and (code, value) != ("2", list_)]


def _funding(_: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """The numbers of contracts and grants; the note of the funding is a text."""
    add_funding(draft, [Funding(number=value.strip()) for code, value in parts if code in {"b", "c"}])
    return [(code, value) for code, value in parts if code not in {"b", "c"}]


def _other_script(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """A field in another script, of which a title is another title; names and notes say again what stands elsewhere."""
    linked = (field.get("6") or "")[:3]
    if linked not in _TITLES:
        return parts
    shown = " ".join(value.strip() for code, value in parts if code in "abnpfk")
    draft.add(_TITLES["246"], END.sub("", re.sub(r"\s+([:;,/])", r"\1", shown)))
    return [(code, value) for code, value in parts if code not in "abnpfk"]


def _subject(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    said = (field.get("2") or "").partition("/")[0]
    name = _SOURCES.get(said) or (_SCHEMES.get(field.indicator2, "dc.subject") if not said else "dc.subject")
    if said and said not in _SOURCES:
        draft.unread(f"marc.{field.tag}.2", said, "a list of headings for which there is no field")
    terms = [END.sub("", value).rstrip(".") for code, value in parts if code in _DIVISIONS]
    if heading := [END.sub("", value.strip()) for code, value in parts if code in _HEADING]:
        terms.insert(0, _heading(field.tag, heading).rstrip("."))
    numbers = [value.strip() for code, value in parts if code in {"0", "1"}]
    addresses = [address for number in numbers if (address := _concept_address(number))]
    # Of a heading with subdivisions, a number is that of the whole or of its first part.
    authority = addresses[0] if addresses and len(terms) == 1 else None
    if any(terms):
        draft.add(name, "--".join(term for term in terms if term), authority=authority)
    for number in numbers:
        if not authority or _concept_address(number) != authority:
            words = "another number of the heading" if authority else "a number of the heading or of a part of it"
            draft.unread(f"marc.{field.tag}.0", number, f"{words}, to which nothing leads")
    return [(code, value) for code, value in parts if code not in f"{_HEADING}{_DIVISIONS}201"]


_HEADING, _DIVISIONS = "abcdfgnpt", "vxyz"
"""Subfields of a heading itself, and of its subdivisions."""


def _heading(tag: str, parts: list[str]) -> str:
    """The heading as catalogues write it: of a person the name with numbers, titles and dates, else part after part.

    >>> _heading("600", ["Laplace, Pierre Simon", "1749-1827"]), _heading("610", ["Shore University", "Library"])
    ('Laplace, Pierre Simon, 1749-1827', 'Shore University. Library')
    """
    return ", ".join(parts) if tag == "600" else ". ".join(part.rstrip(".") for part in parts)


def _numbered_term(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """A place or a genre by its name; a number leads to it where no subdivision stands behind the name."""
    addresses = [address for code, value in parts if code in "01" and (address := _concept_address(value.strip()))]
    authority = addresses[0] if addresses and not any(code in _DIVISIONS for code, _ in parts) else None
    for code, value in parts:
        if code == "a" and value.strip():
            draft.add(_SUBFIELDS[f"{field.tag}/a"], END.sub("", value.strip()), authority=authority)
    return [
        (code, value)
        for code, value in parts
        if code != "a" and not (authority and code in "01" and _concept_address(value.strip()) == authority)
    ]


def _concept_address(number: str) -> str:
    """The address of a heading by its control number; empty where the list is not known.

    >>> _concept_address("(OCoLC)fst00977111"), _concept_address("(DLC)sh 85076671 ")
    ('http://id.worldcat.org/fast/977111', 'http://id.loc.gov/authorities/subjects/sh85076671')
    >>> _concept_address("(DE-588)4036483-5"), _concept_address("http://www.yso.fi/onto/yso/p1"), _concept_address("x7")
    ('https://d-nb.info/gnd/4036483-5', 'http://www.yso.fi/onto/yso/p1', '')
    """
    if _IS_ADDRESS.match(number):
        return number
    match = _CONTROL.fullmatch(number)
    for pattern, address in _HEADINGS:
        if match and (found := pattern.fullmatch(f"{match[1].upper()} {''.join(match[2].split())}")):
            return address.format(found[1])
    return ""


def _series(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """A series with its ISSN and the number in it; the traced form (830) says again what 490 says."""
    stated = {code: END.sub("", value.strip()).lstrip("(") for code, value in reversed(parts) if code in "axvt"}
    title = stated.get("t") or stated.get("a", "")
    add_series(draft, title, stated.get("x", ""), stated.get("v", ""), is_again=field.tag != "490")
    return [(code, value) for code, value in parts if code not in "axvt"]


_NUMBERS = {"x": "issn", "z": "isbn", "o": "", "u": ""}
"""Subfield of a linking entry → the kind of the identifier in it."""


def _linked(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """Another work by its title and its identifiers; the tag says how it is related, or nothing does."""
    title = next((END.sub("", value.strip()) for code in "tsa" for name, value in parts if name == code), "")
    numbers = [(_NUMBERS[code], value.strip()) for code, value in parts if code in _NUMBERS]
    # In an added title the second indicator says whether the work is contained.
    is_contained = field.tag in {"730", "740"} and field.indicator2 == "2"
    add_work(draft, "dc.relation.haspart" if is_contained else _LINKS[field.tag], title, numbers)
    return [(code, value) for code, value in parts if code not in _NUMBERS and END.sub("", value.strip()) != title]


def _host(_: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    """The host without the full stop behind its name, and the place in it; the table says what the others are."""
    left: Parts = []
    for code, value in parts:
        found = place_in_host(value) if code in {"g", "q"} else None
        if code == "g" or found is None:
            left.append((code, value if code == "g" else value.rstrip(".")))
        for name, text in found or ():
            draft.add(name, text)
    return left


def _link(field: pymarc.Field, parts: Parts, draft: Draft) -> Parts:
    media_type, label = field.get("q"), field.get("y") or field.get("3")
    for code, value in parts:
        address = value.strip()
        if code == "u" and address and (media_type or address.lower().endswith(".pdf")):
            shown = label or address.rpartition("/")[2] or address
            draft.files.append(File(name=shown, url=address, media_type=media_type))
        elif code == "u" and address:
            draft.add("dc.identifier.url", address)
    return [(code, value) for code, value in parts if code not in {"u", "q"} and value != label]


FIELDS: dict[str, Callable[[pymarc.Field, Parts, Draft], Parts]] = {
    "024": _numbered,
    "035": _system_number,
    "242": _title,
    "245": _title,
    "246": _title,
    "260": _published,
    "264": _published,
    **dict.fromkeys(_RDA, _rda),
    "490": _series,
    "536": _funding,
    "651": _numbered_term,
    "655": _numbered_term,
    "773": _host,
    "830": _series,
    "856": _link,
    "880": _other_script,
    **dict.fromkeys(_SUBJECTS, _subject),
    **dict.fromkeys(_LINKS, _linked),
}
"""Tag → what reads its subfields and returns those that it leaves."""
