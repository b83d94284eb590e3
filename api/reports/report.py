"""The report as a reader sees it, before it is laid out: every text worded, every number written."""

from __future__ import annotations

import msgspec

from api.languages import Language
from api.reports.charts import Chart


class Fact(msgspec.Struct, frozen=True):
    """One line of a box: what it is, and what is the case."""

    label: str
    value: str
    long: bool = False
    """Too long for a column of its own."""


def fact(label: str, value: str) -> Fact:
    """The fact, long or not: as wide as 31 Latin letters fits a third of the paper; Korean ones are twice as wide."""
    return Fact(label, value, sum(2 if letter >= "\u1100" else 1 for letter in value) > 31)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One result against its band, its class and last time."""

    name: str
    value: str
    unit: str
    given: str = ""
    """As it was given, when that was in another unit."""
    reference: str = ""
    grade: str = ""
    tone: str = "none"
    """``good``, ``watch``, ``look`` or ``none``: how the class is drawn, never its only sign."""
    last: str = ""
    last_on: str = ""
    """Day of the last value, when it is not that of the checkup before."""
    change: str = ""
    marks: tuple[int, ...] = ()
    """Numbers of the corrections of this value."""


class Group(msgspec.Struct, frozen=True):
    """Results that belong together."""

    title: str
    rows: list[Row]


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A class by a published table other than the national one."""

    name: str
    value: str
    scheme: str
    grade: str
    tone: str


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed, from what to what, when, why, by whom."""

    number: int
    on: str
    checkup: str
    item: str
    was: str
    now: str
    reason: str
    by: str


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """A table that was used."""

    title: str
    edition: str
    source: str
    rule: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, in one language."""

    language: Language
    title: str
    clinic: str
    """Heads the pages: where the latest checkup took place; empty when that is not known."""
    name: str
    who: list[Fact]
    period: str
    checkup: list[Fact]
    """About the latest checkup; empty when there is none in the period."""
    words_beside: list[Fact]
    """Its note and addenda."""
    counts: list[tuple[str, str, int]]
    """How many results are in each class of the national criteria: name, tone, number."""
    groups: list[Group]
    class_note: str
    judged: bool
    """Whether any result has a class or a reference band; for animals no table says anything."""
    shaded: bool
    """Whether any chart has a reference band."""
    classes: list[Class]
    derived: list[Fact]
    remarks: list[str]
    """A paragraph per result; each sentence names the rule and edition it speaks by."""
    disclaimer: str
    charts: list[Chart]
    corrections: list[Correction]
    corrections_more: str
    """How many are not listed; empty: all are."""
    voided: list[str]
    earlier: list[Fact]
    """The other checkups of the period, newest first; the last hundred."""
    earlier_more: str
    """How many of them are not listed; empty: all are."""
    criteria: list[Criteria]
    about: list[Fact]
    footer: str
    words: dict[str, str]
    """Headings and labels for the layout, by key of ``api.reports.words``."""
