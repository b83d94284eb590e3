"""What checkups are made of, in words for people: kinds, sexes, positions, and the classes of published tables."""

from __future__ import annotations

from functools import lru_cache

from api.languages import Language
from domain.checkups.analytes import ANALYTES
from domain.checkups.events import CheckupKind
from domain.checkups.personal import Sex
from domain.checkups.reasons import REASONS, Text
from domain.checkups.results import Arm, Judgement, Position
from domain.checkups.tables import Tables, load

KINDS: dict[CheckupKind, Text] = {
    "national-general": Text("National general checkup", "국가 일반건강검진"),
    "cancer-screening": Text("Cancer screening", "암검진"),
    "employment": Text("Employment checkup", "근로자 건강진단"),
    "school": Text("School checkup", "학생 건강검사"),
    "infant": Text("Infant and child checkup", "영유아 건강검진"),
    "follow-up": Text("Follow-up", "추적 검사"),
    "animal-wellness": Text("Animal wellness checkup", "동물 건강검진"),
    "other": Text("Other checkup", "기타 검진"),
}
SEXES: dict[Sex, Text] = {
    "male": Text("Male", "남"),
    "female": Text("Female", "여"),
    "other": Text("Other", "기타"),
    "unknown": Text("Not recorded", "기록 없음"),
}
ARMS: dict[Arm, Text] = {"left": Text("Left upper arm", "왼팔"), "right": Text("Right upper arm", "오른팔")}
POSITIONS: dict[Position, Text] = {
    "sitting": Text("Sitting", "앉은 자세"),
    "standing": Text("Standing", "선 자세"),
    "supine": Text("Supine", "누운 자세"),
}
_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "kg/m2": "kg/m²", "mL/min/{1.73_m2}": "mL/min/1.73 m²", "[degF]": "°F",
          "[lb_av]": "lb", "[in_i]": "in", "[ft_i]": "ft", "umol/L": "µmol/L", "ukat/L": "µkat/L", "[oz_av]": "oz",
          "[stone_av]": "st", "[IU]/L": "IU/L", "m[IU]/L": "mIU/L", "u[IU]/mL": "µIU/mL", "m[IU]/mL": "mIU/mL",
          "[IU]/mL": "IU/mL"}  # fmt: skip


def said(text: Text, language: Language) -> str:
    """The text in that language."""
    return text.en if language == "en" else text.ko


def named(code: str, display: str | None, language: Language) -> str:
    """What a LOINC code is called: by Vitalog, else as it was given, else the code itself."""
    analyte = ANALYTES.get(code)
    return analyte.display[language] if analyte else display or f"LOINC {code}"


def unit_shown(unit: str | None) -> str:
    """A UCUM unit as people write it."""
    return _UNITS.get(unit or "", unit or "")


def scheme_title(scheme: str, language: Language) -> str:
    """What a table is called; its key, when it is in use no more."""
    table = _tables().get(scheme)
    return said(table.title, language) if table else scheme


def grade_name(judgement: Judgement, language: Language) -> str:
    """The class in words; "not classified" where the table is silent."""
    if judgement.grade is None:
        return "Not classified" if language == "en" else "판정 없음"
    table = _tables().get(judgement.scheme)
    text = table.grades.get(judgement.grade) if table else None
    return said(text, language) if text else judgement.grade


def judged(judgement: Judgement, language: Language) -> str:
    """``Korean national health checkup criteria: Normal A``, with the reason where there is no class."""
    text = f"{scheme_title(judgement.scheme, language)}: {grade_name(judgement, language)}"
    reason = reason_text(judgement.reason, language)
    return f"{text}. {reason}" if judgement.grade is None and reason else text


def reason_text(key: str | None, language: Language) -> str:
    """Why something is not derived or not classified; empty for no reason."""
    return "" if key is None else said(REASONS[key], language) if key in REASONS else key


@lru_cache(maxsize=1)
def _tables() -> Tables:
    return load()
