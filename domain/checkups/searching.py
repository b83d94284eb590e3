"""How personal data is normalised before it is looked up, so that two ways of writing the same are found alike."""

from __future__ import annotations

import re
import unicodedata

from domain.checkups.personal import Identifier

_HANGUL_NAME = re.compile(r"[가-힣]{2,5}")
_TWO_SYLLABLES = frozenset({"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "강전", "망절"})
"""Korean family names of two syllables (Statistics Korea, census of 2015, the common ones)."""


def name_keys(name: str) -> list[str]:
    """By what a name is found: the whole of it without spaces and case, the family name of a Korean name, and each word
    of a name written in words.
    """
    words = unicodedata.normalize("NFC", name).casefold().split()
    whole = "".join(words)
    keys = {whole: None}
    if len(words) > 1:
        keys |= dict.fromkeys(words)
    elif _HANGUL_NAME.fullmatch(whole):
        keys[whole[:2] if whole[:2] in _TWO_SYLLABLES and len(whole) > 2 else whole[0]] = None
    return list(keys)


def name_key(name: str) -> str:
    """What a name that is looked for is compared by."""
    return "".join(unicodedata.normalize("NFC", name).casefold().split())


def phone_key(phone: str) -> str:
    """The digits of a phone number; a Korean one as it is dialled at home: ``+82 10 …`` and ``010-…`` are the same."""
    text = unicodedata.normalize("NFKC", phone)
    digits = "".join(letter for letter in text if letter in "0123456789")
    abroad = text.strip().startswith("+")
    if not abroad and digits.startswith("00"):
        abroad, digits = True, digits[2:]
    if abroad and digits.startswith("82"):
        return "0" + digits[2:].lstrip("0")
    return f"+{digits}" if abroad else digits


def identifier_key(identifier: Identifier) -> str:
    """What an identifier's claim is named after."""
    system, value = (unicodedata.normalize("NFC", part).strip() for part in (identifier.system, identifier.value))
    return f"{system}|{value}"
