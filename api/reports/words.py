"""Every word of the report, in both languages. Dates and signs are written as each language writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files

import msgspec

from api.languages import Language

_TEXTS: dict[str, tuple[str, str]] = msgspec.json.decode(
    files("api.reports").joinpath("words.json").read_bytes(), type=dict[str, tuple[str, str]]
)
"""English and Korean by key."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPECIES = {"dog": ("Dog", "개"), "cat": ("Cat", "고양이"), "horse": ("Horse", "말"), "rabbit": ("Rabbit", "토끼")}


class Words:
    """The words of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: object) -> str:
        """The text under a key, its placeholders filled. Raises ``KeyError`` for an unknown key."""
        text = _TEXTS[key][0 if self.language == "en" else 1]
        return text.format(**values) if values else text

    def all(self) -> dict[str, str]:
        """Texts without placeholders, for the layouts."""
        return {key: self(key) for key, (english, _) in _TEXTS.items() if "{" not in english}

    def day(self, on: date) -> str:
        """``2 Mar 2026`` or ``2026년 3월 2일``."""
        if self.language == "en":
            return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
        return f"{on.year}년 {on.month}월 {on.day}일"

    def moment(self, at: datetime) -> str:
        """A day with the time to the minute, in the zone of ``at``."""
        return f"{self.day(at.date())} {at:%H:%M}"

    def month(self, on: date) -> str:
        """For axes: ``Mar 26`` or ``26.3``."""
        return f"{_MONTHS[on.month - 1]} {on:%y}" if self.language == "en" else f"{on:%y}.{on.month}"

    def step(self, step: str) -> str:
        """A step of a urine strip: ``Negative (−)``, ``Trace (±)``, ``1+``."""
        known = {"-": ("Negative (−)", "음성(−)"), "±": ("Trace (±)", "약양성(±)")}.get(step)
        return known[0 if self.language == "en" else 1] if known else step

    def species(self, name: str) -> str:
        """The usual ones in the reader's language; others as they were given."""
        known = _SPECIES.get(name.casefold())
        return known[0 if self.language == "en" else 1] if known else name


def number(value: Decimal, decimals: int | None = None) -> str:
    """With at most ``decimals`` decimals (half-even), without an exponent; None: all there are."""
    exponent = value.as_tuple().exponent
    if decimals is not None and isinstance(exponent, int) and -exponent > decimals:
        value = value.quantize(Decimal(1).scaleb(-decimals))
    return f"{value:f}"


def signed(value: Decimal, decimals: int | None = None) -> str:
    """``+3``, ``−0.4``, ``±0``."""
    text = number(abs(value), decimals)
    if not Decimal(text):
        return "±0"
    return f"{'+' if value > 0 else '−'}{text}"
