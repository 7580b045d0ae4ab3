"""MARC 21 bibliographic records (https://www.loc.gov/marc/bibliographic/), as MARCXML and in their binary form."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pymarc
from lxml import etree
from pymarc import exceptions

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.elements import local
from converter.sources.remainder import Leaf
from converter.sources.vocabulary import Affiliation, add_agent, agent_address
from converter.sources.xml_formats.marc_codes import coded_date, kind_of_work
from converter.sources.xml_formats.marc_fields import END, FIELDS, plain
from converter.values.countries import of_code
from converter.values.dates import parse
from converter.values.names import is_suffix
from ontology.source_tables import field_of

_FULL_STOP = re.compile(r"\w{3}\.$|\)\.$")
# A name of two letters ends in a vowel, where an abbreviation seldom does: "Foe, Bo.", "Gull, Wm.".
_SHORT_NAME = re.compile(r",\s[^\W\d_][aeiouyäöüåøæ]\.$")
_ABBREVIATED = re.compile(
    r"\b(?:Jr|Sr|Inc|Ltd|Co|Corp|Dept|Univ|Inst|Assoc|Bros|Dr|Prof|Rev|Geo|Jas|Jos|Thos|Chas|Alex|Benj|Va|Pa|La|Ga|Mo)\.$"
)
_AGENTS = ("100", "110", "111", "700", "710", "711", "720", "790", "791", "792")
_OF_A_LIBRARY = {"790": "700", "791": "710", "792": "711"}
"""Added entries of a library's own (79X) → those that they are written like."""
_AUTHOR, _OTHER = "dc.contributor.author", "dc.contributor.other"


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read a record of MARCXML."""
    record = pymarc.Record()
    for element in metadata.iterchildren("*"):
        name, tag = local(element), element.get("tag") or ""
        if name == "leader":
            # One that is indented has its spaces around it; one that is not may begin with spaces of its own.
            text = element.text or ""
            record.leader = pymarc.Leader((text if len(text) == 24 else text.strip()).ljust(24)[:24])
        elif name == "controlfield":
            record.fields.append(pymarc.Field(tag=tag, data=element.text or ""))
        elif name == "datafield":
            codes = [
                pymarc.Subfield(code=inner.get("code") or "", value="".join(inner.itertext()))
                for inner in element.iterchildren("*")
            ]
            marks = pymarc.Indicators(element.get("ind1") or " ", element.get("ind2") or " ")
            record.fields.append(pymarc.Field(tag=tag, indicators=marks, subfields=codes))
    draft.leaves = itertools.chain(_leaves(record), draft.leaves)
    _record(record, draft)


def records(stream: BinaryIO, name: str, note: Callable[[Finding], None], source: str = "") -> Iterator[Record]:
    """The records of a binary file; one that is broken is an error in the report, and the others go on.

    None of them can be too large: its length has five digits.

    Raises SourceError where none can be read.
    """
    count = 0
    reader = pymarc.MARCReader(stream, to_unicode=True, permissive=True, utf8_handling="replace")
    for place, record in enumerate(reader, 1):
        if record is None:
            fault = reader.current_exception
            note(Finding("", "error", "", f"{name}, record {place}", f"a broken MARC record ({fault}); it is left out"))
            if isinstance(fault, exceptions.FatalReaderError):
                break
            continue
        count += 1
        draft = Draft(note)
        draft.leaves = _leaves(record)
        _record(record, draft)
        yield draft.record(source)
    if not count:
        raise SourceError(f"{name}: no MARC record that can be read; export it again")


def _record(record: pymarc.Record, draft: Draft) -> None:
    _control(record, draft)
    _agents(record, draft)
    for field in record.fields:
        if field.control_field or field.tag in _AGENTS:
            continue
        left = [(part.code, part.value) for part in field.subfields]
        if field.tag in FIELDS:
            left = FIELDS[field.tag](field, left, draft)
        left = plain(field, left, draft)
        for code, value in left:
            if value.strip():
                draft.add(f"marc.{field.tag}.{code}", value)


def _leaves(record: pymarc.Record) -> Iterator[Leaf]:
    """Yield the control fields and subfields, each as its tag and code name it."""
    for field in record.fields:
        if field.control_field:
            yield Leaf(f"marc.{field.tag}", field.data or "")
        for part in field.subfields:
            yield Leaf(f"marc.{field.tag}.{part.code}", part.value)


def _control(record: pymarc.Record, draft: Draft) -> None:
    coded = next(iter(record.get_fields("008")), None)
    for field in record.fields:
        if not field.control_field:
            continue
        data = field.data or ""
        if field.tag == "001":
            draft.identifier = draft.identifier or data.strip()
        elif field.tag == "008" and field is coded:
            _coded(record, data, draft)
        if data.strip():
            draft.unread(f"marc.{field.tag}", data, "coded data of the catalogue")
    leader = str(record.leader)
    data = (coded.data if coded else "") or ""
    kind = kind_of_work(leader, data, is_thesis=bool(record.get_fields("502")))
    if kind:
        draft.add("dc.type", kind)
    draft.unread("marc.leader", leader, "coded data, of which the type is taken")


def _coded(record: pymarc.Record, data: str, draft: Draft) -> None:
    """Year and language, where no field says them in words; the country."""
    language = data[35:38]
    if of_code(country := data[15:18].rstrip(" |")):
        draft.add("dc.publisher.country", country)
    published = [
        field for field in record.get_fields("260", "264") if field.tag == "260" or field.indicator2 not in "023"
    ]
    stated = [parse(value) for field in published for value in field.get_subfields("c")]
    date = coded_date(data[6:7], data[7:11], data[11:15])
    if date and not any(one and one.year for one in stated):
        draft.add("dc.date.issued", date)
    if not record.get_fields("041") and language.strip().isalpha():
        draft.add("dc.language.iso", language)


def _agents(record: pymarc.Record, draft: Draft) -> None:
    for stated in record.get_fields(*_AGENTS):
        field = stated
        if stated.tag in _OF_A_LIBRARY:
            field = pymarc.Field(_OF_A_LIBRARY[stated.tag], indicators=stated.indicators, subfields=stated.subfields)
        if field.tag in {"111", "711"} and not field.get("t"):
            _meeting(field, draft)
            continue
        name, taken = _name(field)
        relators = field.get_subfields("4", "e")
        roles = [END.sub("", role).rstrip(".").rpartition("/")[2] for role in relators]
        # The heading of the main entry is the creator; an added entry without a relator states no authorship.
        rule = _rule(roles) or (_AUTHOR if field.tag[0] == "1" else _OTHER)
        affiliations = [Affiliation(text.rstrip(".")) for text in field.get_subfields("u")]
        addresses = {code: address for code in field.get_subfields("0", "1") if (address := _address(code))}
        for code in addresses if name else ():
            if re.search(r"\.org[0-9]", code):
                draft.unread(f"marc.{stated.tag}.0", code, f"read as {addresses[code]}: a slash is missing")
        title = field.get("t")
        if title:
            # A name with a title is a work that is contained or related.
            draft.add("dc.relation.haspart" if field.indicator2 == "2" else "dc.relation", f"{name}. {title}")
        else:
            add_agent(
                draft,
                rule,
                name,
                name_type=_name_type(field),
                identifiers=addresses.values(),
                affiliations=affiliations,
            )
        taken |= {"t", "u", *(("e", "4") if _rule(roles) not in {"", _OTHER} else ())}
        for part in field.subfields:
            if part.code not in taken and part.value not in addresses and part.value.strip():
                draft.unread(
                    f"marc.{field.tag}.{part.code}", part.value, f"said of {name}, for which there is no field"
                )


def _meeting(field: pymarc.Field, draft: Draft) -> None:
    """A meeting by its name and number, its place and its date: it is what the work was given at, and wrote nothing."""
    numbers = [END.sub("", value).strip(" ()") for value in field.get_subfields("n")]
    name = " ".join(_bare(part) for part in field.get_subfields("a", "e", "q"))
    addresses = [address for code in field.get_subfields("0", "1") if (address := _address(code))]
    shown = f"{name} ({', '.join(numbers)})" if name and numbers else name or " ".join(numbers)
    add_agent(draft, _OTHER, shown, name_type="conference", identifiers=addresses)
    for code, rule in (("c", "oaire.citation.conferencePlace"), ("d", "oaire.citation.conferenceDate")):
        for value in field.get_subfields(code):
            draft.add(rule, END.sub("", value).strip(" ()").rstrip("."))
    for part in field.subfields:
        if part.code not in "acdenq" and not _address(part.value) and part.value.strip():
            draft.unread(f"marc.{field.tag}.{part.code}", part.value, f"said of {name}, for which there is no field")


def _name(field: pymarc.Field) -> tuple[str, set[str]]:
    """The name in the field, and the codes of the subfields that it takes."""
    if field.tag[1:] == "10":
        shown = ". ".join(_bare(part) for part in field.get_subfields("a", "b"))
        return shown, {"a", "b"}
    # A name under no rule (720) is put into i by some.
    where = "a" if field.get("a") or field.tag != "720" else "i"
    name = _bare(field.get(where) or "")
    taken = {where}
    if field.tag[1:] == "00":
        if field.get("b"):
            name, taken = f"{name} {_bare(field['b'])}", taken | {"b"}
        title = END.sub("", field.get("c") or "")
        if is_suffix(title):
            name, taken = f"{name}, {title}", taken | {"c"}
    return name, taken


def _bare(text: str) -> str:
    """The text without the punctuation of the catalogue at its end.

    >>> _bare("Wren, Otto."), _bare("Rook, I. :"), _bare("Acme, Inc."), _bare("Foe, Bo."), _bare("Foe, Wm.")
    ('Wren, Otto', 'Rook, I.', 'Acme, Inc.', 'Foe, Bo', 'Foe, Wm.')
    """
    shown = END.sub("", text.strip())
    is_ended = (_FULL_STOP.search(shown) or _SHORT_NAME.search(shown)) and not _ABBREVIATED.search(shown)
    return shown[:-1] if is_ended else shown


def _name_type(field: pymarc.Field) -> str:
    """What the tag says that the name is; a name under no rule (720) is a person's where its indicator says so."""
    if field.tag == "720":
        return "personal" if field.indicator1 == "1" else ""
    if field.tag[1:] == "00" and field.indicator1 == "3":
        return "family"
    return {"00": "personal", "10": "corporate", "11": "conference"}[field.tag[1:]]


def _address(control: str) -> str:
    """The web address of a control number: "(orcid)0000-…", "(DE-588)118…", or an address itself."""
    match = re.match(r"\(([^)]+)\)\s*(.+)", control.strip())
    return agent_address(match[1], match[2]) if match else agent_address("", control)


def _rule(roles: list[str]) -> str:
    """The field of the first role that has one of its own, else of one that is known, empty where none is."""
    known = [rule for role in roles if (rule := field_of("roles", role, ""))]
    return next((rule for rule in known if rule != _OTHER), "".join(known[:1]))
