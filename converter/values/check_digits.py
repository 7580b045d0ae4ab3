"""The sums behind check digits that more than one kind of identifier has."""

from __future__ import annotations


def ean_13(digits: str) -> bool:
    """Whether thirteen digits sum up as those of an International Article Number (ISBN, ISMN) do.

    >>> ean_13("9783161484100"), ean_13("9783161484101")
    (True, False)
    """
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def mod_11_2(digits: str) -> bool:
    """Whether the last character is the check of those before it (ISO 7064, MOD 11-2: ORCID, ISNI).

    >>> mod_11_2("0000000218250097"), mod_11_2("0000000218250098")
    (True, False)
    """
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[-1] == ("X" if check == 10 else str(check))
