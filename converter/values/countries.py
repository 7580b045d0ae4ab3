"""The codes of countries, of MARC and of ISO 3166-1, as what they mean."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import ontology

_MARC = "http://id.loc.gov/vocabulary/countries/{}"


class Country(NamedTuple):
    """A country or a part of one: its name in English, its code of ISO 3166-1 and its address at MARC, else empty."""

    name: str
    iso: str
    address: str


def of_code(code: str) -> Country | None:
    """The country of a code: of ISO 3166-1 in capitals, of MARC in small letters; None where there is none.

    >>> of_code("NO"), of_code("gw")
    (Country(name='Norway', iso='NO', address=''), \
Country(name='Germany', iso='DE', address='http://id.loc.gov/vocabulary/countries/gw'))
    >>> of_code("enk").name, of_code("Norway"), of_code("xx")
    ('England', None, None)
    """
    return _countries().get(code)


@lru_cache(maxsize=1)
def _countries() -> dict[str, Country]:
    found = {}
    for _, row in ontology.table("countries.csv"):
        if row["iso"]:
            found[row["iso"]] = Country(row["name"], row["iso"], "")
        if row["marc"]:
            found[row["marc"]] = Country(row["name"], row["iso"], _MARC.format(row["marc"]))
    return found
