"""Patients and checkups."""
# ruff: noqa: E501  a Korean letter counts as two columns

from __future__ import annotations

CHECKUPS: dict[str, str] = {
    # ── What was measured ────────────────────────────────────────────────────────────────────────
    "{text!r} is no measurement. Write weight=70kg or bp=118/76.": "{text!r}은(는) 측정값이 아닙니다. weight=70kg 또는 bp=118/76처럼 쓰세요.",
    "There is no measurement {name!r}. Write a name such as {names}, or a LOINC code.": (
        "{name!r}(이)라는 측정 항목은 없습니다. {names} 가운데 하나나 LOINC 코드를 쓰세요."
    ),
    "Where was the blood pressure taken? After @ write: {choices}.": (
        "혈압을 어디서 쟀나요? @ 뒤에 다음 가운데 쓰세요: {choices}."
    ),
}
