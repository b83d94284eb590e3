"""Which language a reader is answered in: English, or Korean where it is preferred."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")
DEFAULT: Language = "en"


def preferred(accept_language: str) -> Language:
    """The language of an ``Accept-Language`` header (RFC 9110, 12.5.4); English when it names neither."""
    best, best_quality = DEFAULT, 0.0
    for part in accept_language[:1000].split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        primary = tag.strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if primary in {language, "*"} and quality > best_quality:
                best, best_quality = (DEFAULT if primary == "*" else language), quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
