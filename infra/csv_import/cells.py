"""What stands in one cell: a number, a date, a word from a list."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

from infra.words import t

Decimal = Literal[".", ","]
DATES: dict[str, str] = {
    "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "YYYY.MM.DD": r"(?P<y>\d{4})\.\s?(?P<m>\d{1,2})\.\s?(?P<d>\d{1,2})\.?",
    "YYYY/MM/DD": r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    "YYYYMMDD": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    "YYYY년 MM월 DD일": r"(?P<y>\d{4})년\s?(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일",
    "DD.MM.YYYY": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "DD-MM-YYYY": r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})",
}
YEAR_FIRST = tuple(name for name in DATES if name.startswith("Y"))
"""They cannot be mistaken for one another, so they are taken without being named."""
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_NUMBER = re.compile(r"(?P<sign><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>.*)", re.DOTALL | re.ASCII)
_FEET = re.compile(
    r"(?P<feet>\d+)\s*(?:ft|feet|foot|')\s*(?P<inches>\d+(?:\.\d+)?)\s*(?:in|inch|inches|\"|'')?",
    re.IGNORECASE | re.ASCII,
)
_PAIR = re.compile(
    r"(?P<first>\d+(?:\.\d+)?)\s*/\s*(?P<second>\d+(?:\.\d+)?)\s*(?P<unit>[^\d].*)?", re.DOTALL | re.ASCII
)
_SIGNS = {"≤": "<=", "≥": ">="}


class Unreadable(ValueError):
    """A cell that says nothing we understand. The message is one sentence for the person."""


def trimmed(cell: str) -> str:
    """The cell without the spaces around it, its letters composed (NFC)."""
    return unicodedata.normalize("NFC", cell).strip(" \t\r\n\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}")


def day(cell: str, formats: tuple[str, ...] = YEAR_FIRST) -> str:
    """ISO text of the day a cell names; a time of day behind it is left out.

    Raises:
        Unreadable: it has none of the formats, or there is no such day.
    """
    said = _TIME.sub("", unicodedata.normalize("NFKC", trimmed(cell)))
    for name in formats:
        if found := re.fullmatch(DATES[name], said, re.ASCII):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                raise Unreadable(t("There is no such day.")) from None
    raise Unreadable(t("This is no date as {formats}.", formats=" / ".join(formats)))


def number(cell: str, decimal: Decimal = ".") -> tuple[str | None, str, str]:
    """``(comparator, digits, unit)`` of ``104``, ``5.4 mmol/L``, ``<5``; the digits with a decimal point.

    With the decimal point ``.`` a comma is refused, because ``1,234`` and ``5,6`` cannot be told apart; with ``,`` a
    point is.

    Raises:
        Unreadable: it does not begin with a number.
    """
    said = _pointed(unicodedata.normalize("NFKC", trimmed(cell)).replace("−", "-"), decimal)
    if said is None or (found := _NUMBER.fullmatch(said)) is None or len(found["number"]) > 40:
        example = "5.6" if decimal == "." else "5,6"
        raise Unreadable(t("This is no number such as {example}.", example=example))
    sign = found["sign"]
    return _SIGNS.get(sign, sign), found["number"], found["unit"].strip()


def pair(cell: str, decimal: Decimal = ".") -> tuple[str, str, str]:
    """``(systolic, diastolic, unit)`` of ``118/76`` or ``15.7/10.1 kPa``.

    Raises:
        Unreadable: it is no pair.
    """
    halves = [_pointed(half, decimal) for half in unicodedata.normalize("NFKC", trimmed(cell)).split("/", 1)]
    found = _PAIR.fullmatch("/".join(half for half in halves if half is not None)) if None not in halves else None
    if found is None:
        raise Unreadable(t("A blood pressure is a pair such as 118/76."))
    return found["first"], found["second"], (found["unit"] or "").strip()


def feet_and_inches(cell: str) -> str | None:
    """Inches of ``5 ft 9 in`` or ``5'9"``; None for anything else."""
    found = _FEET.fullmatch(unicodedata.normalize("NFKC", trimmed(cell)).replace("’", "'").replace("”", '"'))
    if found is None:
        return None
    whole, point, rest = found["inches"].partition(".")
    return f"{int(found['feet']) * 12 + int(whole)}{point}{rest}"


def _pointed(said: str, decimal: Decimal) -> str | None:
    """The same with a decimal point; None when the number holds the other mark."""
    head = re.match(r"[^\w]*[\d.,]*", said)
    digits, rest = said[: head.end()] if head else "", said[head.end() if head else 0 :]
    if decimal == ".":
        return None if "," in digits else said
    return None if "." in digits else digits.replace(",", ".") + rest
