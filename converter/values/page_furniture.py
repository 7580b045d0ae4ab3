"""What every item page of DSpace shows below its table of metadata, whatever the record."""

from __future__ import annotations

import re

_FURNITURE = re.compile(
    r"Export via OAI-PMH Interface.*|Export to Other Non-XML.*|OR|Items in DSpace are protected.*|Show simple item.*"
    r"|Files in This Item:?"
)
_END_OF_TABLE = re.compile(
    r"(?:Export via OAI-PMH|Export to Other|OR$|Items in DSpace|Show simple item|Files in This)(?![A-Za-z])"
)


def is_furniture(line: str) -> bool:
    """Whether a whole line says nothing of the record.

    >>> is_furniture("OR"), is_furniture("ORCID 0000-0002-1825-0097"), is_furniture("Export to Other Non-XML Formats")
    (True, False, True)
    """
    return bool(_FURNITURE.fullmatch(line.strip()))


def ends_table(line: str) -> bool:
    """Whether the table of metadata has ended before a line."""
    return bool(_END_OF_TABLE.match(line.strip()))
