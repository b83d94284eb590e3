"""Sentences that are made below the catalog of problems, in Korean.

The domain speaks English; each of its refusals stands in ``korean/{context}.json`` translated. ``{}`` is a part
that varies; the same parts stand in the translation, in the same order. A test finds every refusal that has none.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files

from api.languages import Language


def in_language(message: str, language: Language) -> str:
    """The sentence in the reader's language; as it is where no translation is known."""
    if language == "en":
        return message
    for pattern, translation in _patterns():
        if found := pattern.fullmatch(message):
            return translation.format(*found.groups())
    return message


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    # The most specific first: "{} must be between …" would swallow others.
    korean_of: dict[str, str] = {}
    for file in files("api.korean").iterdir():
        if file.name.endswith(".json"):
            korean_of |= json.loads(file.read_text(encoding="utf-8"))
    ordered = sorted(korean_of.items(), key=lambda item: (item[0].startswith("{}"), item[0].count("{}")))
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL), korean)
        for english, korean in ordered
    ]
