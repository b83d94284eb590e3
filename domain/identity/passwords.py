"""What a password must be: NIST SP 800-63B (rev. 4), 3.1.1. Long, not a known one; no rule about its composition."""

from __future__ import annotations

import unicodedata

from domain.refusal import Refused

SHORTEST, LONGEST = 12, 128

_COMMON = """
    123456789012 1234567890123 12345678901234 123456789123 1234567891011 123123123123 111111111111 000000000000
    012345678910 112233445566 121212121212 abcdefghijkl abcd1234abcd abcdefg12345 abc123abc123 administrator
    adminadminadmin adminadmin123 admin12345678 changeme1234 changemechangeme correcthorsebatterystaple
    football1234 iloveyou1234 iloveyouiloveyou letmeinletmein letmein12345 mypassword123 mypassword1234
    p@ssw0rd1234 passw0rd1234 password!123 password0000 password1111 password1234 password12345 password123456
    password2024 password2025 password2026 passwordpassword princess1234 q1w2e3r4t5y6 qazwsxedcrfv
    qwerqwerqwer qwerty123456 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiop[] 1q2w3e4r5t6y 1qaz2wsx3edc
    asdfasdfasdf asdfghjkl123 aaaaaaaaaaaa welcome12345 welcomewelcome vitalogvitalog vitalog12345 healthcheck1
    sunshine1234 superman1234 starwars1234 trustno1trustno1 zxcvbnm12345 dkssudgktpdy dkssudgktpdy1 rlarlarla123
"""
_REFUSED = frozenset(_COMMON.split())


def normalised(password: str) -> str:
    """The same password, however the keyboard composes its letters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, email: str, name: str) -> None:
    """Raises ``Refused``: the password is too short or long, one of the most common, or the user's own name."""
    password = normalised(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            f"A password has {SHORTEST} to {LONGEST} characters; a few words in a row are a good one.", "password"
        )
    folded = password.casefold().strip()
    own = {email.casefold(), email.casefold().partition("@")[0], name.casefold(), name.casefold().replace(" ", "")}
    if folded in own:
        raise Refused("The password must not be the e-mail address or the name.", "password")
    if folded in _REFUSED or len(set(folded)) < 4:
        raise Refused("This password is one of those that are tried first. Choose another.", "password")
