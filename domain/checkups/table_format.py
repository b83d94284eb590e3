"""The format of a table that puts results in classes.

Bands are half-open: a band goes from its lower limit, which belongs to it, up to but not including ``below``;
``through`` includes the upper limit, and ``above`` leaves out the lower. What no band covers is "not classified".
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from domain.checkups.reasons import Text


class Interval(msgspec.Struct, frozen=True):
    """A stretch of the number line; None: without end."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_in: bool = True
    high_in: bool = False

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both."""
        return self._starts_before_end_of(other) and other._starts_before_end_of(self)

    def _starts_before_end_of(self, other: Interval) -> bool:
        if self.low is None or other.high is None:
            return True
        return self.low < other.high or (self.low == other.high and self.low_in and other.high_in)


class Class(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One band: give ``from`` or ``above`` or neither, ``below`` or ``through`` or neither, and a grade or a reason."""

    grade: str | None = None
    reason: str | None = None
    """In place of a grade: that the table says nothing of such values; a key of ``REASONS``."""
    start: Decimal | None = msgspec.field(default=None, name="from")
    above: Decimal | None = None
    below: Decimal | None = None
    through: Decimal | None = None
    printed: str | None = None
    """As the source prints it: ``13.0–16.5``."""

    @property
    def interval(self) -> Interval:
        low = self.start if self.above is None else self.above
        high = self.below if self.through is None else self.through
        return Interval(
            low=None if low is None else Fraction(low),
            high=None if high is None else Fraction(high),
            low_in=self.above is None,
            high_in=self.through is not None,
        )


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a table says about some codes: ``bands``, or ``parts`` of a pair, or ``steps``."""

    codes: tuple[str, ...]
    sex: Literal["male", "female"] | None = None
    unit: str = ""
    """Of the limits: any UCUM unit in which the codes can be given."""
    bands: tuple[Class, ...] = ()
    """In ascending order."""
    parts: dict[str, tuple[Class, ...]] = {}
    """Bands by component; the worst grade counts, in the order of ``grades``."""
    steps: dict[str, str] = {}
    """Grade by step."""
    source: str | None = None
    """When it is not the table's."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One edition of one scheme."""

    scheme: str
    edition: str
    title: Text
    source: str
    rule: Text
    """How its limits are read."""
    adults_from: int
    """Completed years from which it applies."""
    adults_note: str
    grades: dict[str, Text]
    """From best to worst."""
    normal: str | None = None
    """The grade whose bands serve as reference bands."""
    judges: bool = True
    """False: its bands are shown beside results, and put nothing in a class."""
    rows: tuple[Row, ...]

    def rows_of(self, code: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if code in row.codes)
