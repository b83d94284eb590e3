"""What is wrong with one field, as a sentence in both languages, by pydantic's stable error type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.languages import Language

WITHOUT_NUL = r"^[^\x00]*$"
"""Text that PostgreSQL can hold. A pattern for machines: people are told in words."""

_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("Add this field: it is required.", "필수 항목입니다. 추가하세요."),
    "extra_forbidden": ("Remove this field: it is unknown here.", "알 수 없는 항목입니다. 제거하세요."),
    "string_type": ("Use a string.", "문자열로 보내세요."),
    "string_too_short": ("Use at least {min_length} characters.", "{min_length}자 이상으로 보내세요."),
    "string_too_long": ("Use at most {max_length} characters.", "{max_length}자 이하로 보내세요."),
    "string_pattern_mismatch": ("Use a value of the form {pattern}.", "{pattern} 형식으로 보내세요."),
    "int_type": ("Use a whole number.", "정수로 보내세요."),
    "int_parsing": ("Use a whole number.", "정수로 보내세요."),
    "int_from_float": ("Use a whole number.", "정수로 보내세요."),
    "float_type": ("Use a number.", "숫자로 보내세요."),
    "float_parsing": ("Use a number.", "숫자로 보내세요."),
    "finite_number": ("Use a finite number.", "유한한 숫자로 보내세요."),
    "bool_type": ("Use true or false.", "true 또는 false로 보내세요."),
    "bool_parsing": ("Use true or false.", "true 또는 false로 보내세요."),
    "list_type": ("Use a list.", "목록(배열)으로 보내세요."),
    "tuple_type": ("Use a list.", "목록(배열)으로 보내세요."),
    "dict_type": ("Use an object.", "객체로 보내세요."),
    "model_type": ("Use an object.", "객체로 보내세요."),
    "model_attributes_type": ("Use an object.", "객체로 보내세요."),
    "too_long": ("Use at most {max_length} items.", "항목은 {max_length}개 이하로 보내세요."),
    "greater_than": ("Use a number greater than {gt}.", "{gt}보다 큰 수로 보내세요."),
    "greater_than_equal": ("Use a number of at least {ge}.", "{ge} 이상의 수로 보내세요."),
    "less_than": ("Use a number less than {lt}.", "{lt}보다 작은 수로 보내세요."),
    "less_than_equal": ("Use a number of at most {le}.", "{le} 이하의 수로 보내세요."),
    "literal_error": ("Use one of: {expected}.", "다음 중 하나를 쓰세요: {expected}."),
    "datetime": (
        "Use an RFC 3339 time with its offset, such as 2026-11-20T00:00:00Z.",
        "2026-11-20T00:00:00Z처럼 오프셋이 있는 RFC 3339 시각으로 보내세요.",
    ),
    "calendar_day": ("Use a calendar day such as 2026-11-20.", "2026-11-20처럼 날짜로 보내세요."),
    "decimal_number": ("Use a number such as 5.4.", "5.4처럼 숫자로 보내세요."),
    "uuid": ("Use a UUID.", "UUID로 보내세요."),
}
_OTHER = ("This value cannot be used: {message}.", "사용할 수 없는 값입니다: {message}.")


def sentence(kind: str, context: Mapping[str, Any], message: str, language: Language) -> str:
    """What to change. ``kind``, ``context`` and ``message`` as in pydantic's ``ErrorDetails``."""
    if kind.startswith(("datetime", "timezone")):
        kind = "datetime"
    texts = _TEXTS.get(kind, _OTHER)
    text = texts[0] if language == "en" else texts[1]
    if kind == "literal_error" and language == "ko":  # pydantic joins them in English
        context = {**context, "expected": " 또는 ".join(str(context.get("expected", "")).rsplit(" or ", 1))}
    if kind == "string_pattern_mismatch" and context.get("pattern") == WITHOUT_NUL:
        return ("Remove the NUL character.", "NUL 문자를 빼고 보내세요.")[language == "ko"]
    try:
        return text.format(**{"message": message.rstrip("."), **context})
    except (KeyError, IndexError):
        return _OTHER[language == "ko"].format(message=message.rstrip("."))
