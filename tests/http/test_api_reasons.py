"""Every reason that a probe or a schedule can give has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.reasons import REASONS, reason_text
from domain.monitoring import push

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*(ROOT / "adapters" / "probes").glob("*.py"), *(ROOT / "application" / "monitoring").glob("*.py")]
GIVEN = re.compile(r'(?:fail|fault|our_fault|NotPassedError)\(\s*(?:"fail", |"error", )?"([a-z]+(?:_[a-z]+)*)"')


def given_reasons() -> set[str]:
    return {code for path in SOURCES for code in GIVEN.findall(path.read_text())} - {"fail", "error"}


def test_every_reason_that_is_given_has_words():
    assert len(given_reasons()) > 15
    assert given_reasons() | {*push.MISSED, *push.OVERRAN, "job_failed", "too_slow"} <= REASONS.keys()


@pytest.mark.parametrize("code", sorted(REASONS))
def test_the_words_differ_by_language_and_are_no_code(code):
    english, korean = reason_text(code, "en"), reason_text(code, "ko")
    assert "_" not in english
    assert re.search("[가-힣]", korean)


def test_a_code_without_words_is_still_readable():
    assert reason_text("brand_new_reason", "ko") == "brand new reason"
