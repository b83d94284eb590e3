"""Why something is not derived or not classified, in words for people."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True):
    """One sentence or name in each language."""

    en: str
    ko: str


REASONS: dict[str, Text] = {
    "no-height": Text("The height was not measured.", "키를 측정하지 않았습니다."),
    "no-weight": Text("The weight was not measured.", "체중을 측정하지 않았습니다."),
    "limit-only": Text(
        "A value it needs is only known to be below or above a limit.",
        "필요한 값이 한계값 미만 또는 초과로만 알려져 있습니다.",
    ),
    "no-birth-date": Text("The birth date is not known.", "생년월일을 알 수 없습니다."),
    "too-young": Text(
        "The rule is for adults, from the age that it names.", "해당 기준은 정해진 나이 이상의 성인에게만 적용됩니다."
    ),
    "before-birth": Text("The checkup is dated before the birth date.", "검진일이 생년월일보다 앞섭니다."),
    "sex-needed": Text(
        "The rule differs for men and women, and neither is recorded.",
        "남녀에 따라 기준이 다르지만 성별이 남성이나 여성으로 기록되어 있지 않습니다.",
    ),
    "no-table-for-species": Text("There is no table for this species.", "이 동물 종에 대한 기준표가 없습니다."),
    "below-table": Text(
        "The table says nothing about values so low.", "기준표에 이보다 낮은 값에 대한 구분이 없습니다."
    ),
    "above-table": Text(
        "The table says nothing about values so high.", "기준표에 이보다 높은 값에 대한 구분이 없습니다."
    ),
    "between-bands": Text("The value lies between two bands of the table.", "기준표의 두 구간 사이에 있는 값입니다."),
    "class-not-given": Text(
        "The value is beyond the normal band, and the table in use does not name the class of such values.",
        "정상 범위를 벗어났지만 사용 중인 기준표에 이 값의 판정 구분이 나와 있지 않습니다.",
    ),
    "limit-straddles": Text(
        "The value is only known to be below or above a limit, and more than one class is possible.",
        "한계값 미만 또는 초과로만 알려져 있어 둘 이상의 구분에 해당할 수 있습니다.",
    ),
    "step-unknown": Text("The table does not name this step.", "기준표에 이 단계가 없습니다."),
    "fewer-than-3": Text("A slope needs at least 3 values.", "추세를 계산하려면 값이 3개 이상 필요합니다."),
    "same-day": Text("All values are of one day.", "모든 값이 같은 날에 측정되었습니다."),
    "interval-impossible": Text(
        "There are too few values for a 95 % interval.", "95 % 신뢰구간을 구하기에는 값이 너무 적습니다."
    ),
}
"""By key, as in ``Derived.reason``, ``Judgement.reason``, ``Slope.reason``. Keys never change: they are in events."""
