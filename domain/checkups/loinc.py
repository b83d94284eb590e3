"""LOINC codes, as far as they can be told without the list of them."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[1-9][0-9]{0,6}-[0-9]")
_ISSUED_WITH_A_WRONG_DIGIT = frozenset(
    [
        *("11491-6", "11501-6", "5895-7", "5896-5", "5897-3", "5928-1", "6028-3"),
        *("6415-5", "6580-7", "6645-7", "6646-5", "6647-3", "6648-1", "6649-9"),
    ]
)
"""All deprecated; listed in the same place as the algorithm."""


def is_shaped(code: str) -> bool:
    """Whether it is digits, a hyphen and one digit."""
    return _SHAPE.fullmatch(code) is not None


def is_valid(code: str) -> bool:
    """Whether it is shaped like a LOINC code and its last digit is the Mod 10 check digit of the others, or it is one
    of the 14 codes that were issued with a wrong one.

    Source: LOINC Users' Guide, annex C "Calculating Mod 10 Check Digits" (loinc.org/kb/users-guide, August 2023).
    """
    return is_shaped(code) and (code[-1] == check_digit(code[:-2]) or code in _ISSUED_WITH_A_WRONG_DIGIT)


def check_digit(number: str) -> str:
    """The Mod 10 check digit of a string of digits; of ``12345`` it is ``5``."""
    odd, even = number[::-1][::2], number[::-1][1::2]
    doubled = str(2 * int(odd[::-1]))
    total = sum(int(digit) for digit in even + doubled)
    return str(-total % 10)
