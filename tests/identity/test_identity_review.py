"""Signing for a month of accesses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.identity import review
from domain.refusal import Refused

SEOUL = ZoneInfo("Asia/Seoul")
OVER = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
"""November begins in Seoul."""


def sign(month: str = "2026-10", now: datetime = OVER, **more: Any) -> Any:
    asked = {"until_position": 7, "reads": 3, "flagged": 1, "conclusion": "nothing-found", "note": None} | more
    return review.sign(month, now=now, zone=SEOUL, **asked)


def test_a_month_can_be_signed_for_as_soon_as_it_is_over_where_the_installation_is() -> None:
    signed = sign()
    assert (signed.month, signed.until_position, signed.reads, signed.flagged) == ("2026-10", 7, 3, 1)
    with pytest.raises(Refused, match="2026-10 is not over yet: review it from 2026-11-01 on"):
        sign(now=OVER - timedelta(microseconds=1))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-10", "2026-10-01", "", "1999-12", "٢٠٢٦-١٠"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(Refused, match="such as 2026-11"):
        sign(month)


def test_whoever_followed_something_up_says_what() -> None:
    for conclusion in ("followed-up", "escalated"):
        with pytest.raises(Refused, match="Say in note"):
            sign(conclusion=conclusion)
        assert sign(conclusion=conclusion, note=" spoke with user 7 ").note == "spoke with user 7"


def test_a_month_is_signed_for_once() -> None:
    with pytest.raises(Refused, match="2026-10 is signed for already") as refused:
        sign(signed=True)
    assert refused.value.field is None, "what was sent is right; the month is not open any more"


def test_whoever_signs_for_what_they_saw_is_told_when_it_is_not_what_there_is() -> None:
    assert sign(seen=1).flagged == 1
    for seen in (0, 2):
        with pytest.raises(Refused, match=f"seen {seen} unusual accesses, and there are 1"):
            sign(seen=seen)


def test_a_month_is_due_a_month_after_its_end() -> None:
    assert review.due("2026-10", SEOUL) == OVER + timedelta(days=31)
    assert review.span_of("2026-12", SEOUL).end == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
