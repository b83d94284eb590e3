"""E-mail addresses as names of accounts."""

from __future__ import annotations

import re

from domain.refusal import Refused, line

LONGEST = 254
_FORM = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)*")


def email_address(text: str) -> str:
    """The address as it is shown.

    Raises:
        Refused: it is none.
    """
    text = line(text, "email", LONGEST)
    if _FORM.fullmatch(text) is None:
        raise Refused("Write the e-mail address as name@example.org.", "email")
    return text


def canonical(email: str) -> str:
    """What two spellings of one account's address have in common. Providers treat local parts alike in any case."""
    return email.casefold()
