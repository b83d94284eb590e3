"""Family names, so that a reader who looks at a namesake's record can be noticed. Pure guessing by the script."""

from __future__ import annotations

import re
import unicodedata

_COMPOUND = frozenset({"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "어금", "망절", "소봉", "강전"})
"""Korean family names of two syllables (Statistics Korea, census of 2015)."""
_NEVER_ONE = frozenset({"남궁", "제갈", "사공", "독고", "어금", "망절"})
"""Those of them that begin no usual name of one family syllable and two given ones, as 황보람 (황 + 보람) does."""
_FOUR_SYLLABLES = 4
_SHORTEST_COMPOUND_NAME = 3
_KOREAN = re.compile(r"[가-힣]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ASIDE = re.compile(r"[(\[（].*?[)\]）]")
_NO_LETTERS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_GENERATION = frozenset({"jr", "sr", "ii", "iii", "iv"})


def family_name(name: str) -> str | None:
    """The family name in one spelling (NFKC, case folded), for comparing; None when there is none to tell.

    Korean: the first syllable, or two where these are a compound family name (of a three-syllable name only if the
    reading with one syllable is not usual). Written with a blank, what stands before it. Han characters: the first. Any
    other script: what stands before a comma, else the last word; so a Korean name in Latin letters with the family
    name first and no comma is not recognised.
    """
    text = _ASIDE.sub(" ", unicodedata.normalize("NFKC", name)).strip()
    if found := _KOREAN.match(text):
        return _korean(found[0], alone=found[0] != text)
    if found := _HAN.match(text):
        return found[0]
    before, comma, _ = text.partition(",")
    words = [_NO_LETTERS.sub("", word.casefold()) for word in (before if comma else text).split()]
    words = [word for word in words if word]
    while len(words) > 1 and words[-1] in _GENERATION:
        words.pop()
    return words[-1] if words else None


def _korean(word: str, *, alone: bool) -> str:
    if alone and len(word) <= 2:
        # Written apart: 김 민준, 남궁 민.
        return word
    first_two = word[:2]
    compound = _COMPOUND if len(word) >= _FOUR_SYLLABLES else _NEVER_ONE
    return first_two if len(word) >= _SHORTEST_COMPOUND_NAME and first_two in compound else word[0]
