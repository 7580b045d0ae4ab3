"""Who stands in a vCard, as learning objects (LOM) name those who contributed to them.

Source: RFC 6350, of which names, organisations and addresses are read, whatever the version and however lines break.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PROPERTY = re.compile(r"(?:^|\s)(?:[\w-]+\.)?([A-Z][A-Z-]{0,30})(?:;[^:\s]*)?:")
_PARTED = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([,;:\\])")


class Card(NamedTuple):
    """The parts of a name, the name as it is shown, the organisation, and the address of mail; each may be empty."""

    family: str = ""
    given: str = ""
    name: str = ""
    organisation: str = ""
    email: str = ""


def card(text: str) -> Card:
    r"""What a vCard says of whom it is about.

    >>> card("BEGIN:VCARD\nVERSION:3.0\nN:Rook;Ida;;;\nFN:Ida Rook\nORG:Shore\\, Lab;Tides\nEND:VCARD")
    Card(family='Rook', given='Ida', name='Ida Rook', organisation='Shore, Lab', email='')
    >>> card("BEGIN:VCARD FN:Tide Group EMAIL;TYPE=INTERNET:t@x.org END:VCARD")[2:]
    ('Tide Group', '', 't@x.org')
    """
    parts = _PROPERTY.split(text)
    said: dict[str, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        if value.strip():
            said.setdefault(key, " ".join(value.split()))
    family, given, *_ = [*map(_plain, _PARTED.split(said.get("N", ""))), "", ""]
    organisation = _plain(_PARTED.split(said.get("ORG", ""))[0])
    return Card(family, given, _plain(said.get("FN", "")), organisation, said.get("EMAIL", ""))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).strip()
