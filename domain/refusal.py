"""Saying no: the one exception by which a decision is refused, and the checks of text that every context needs."""

from __future__ import annotations

import re
import unicodedata

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What steers a terminal, ends a line, or turns the direction of what follows."""
_STEERING_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Refused(Exception):
    """A decision that cannot be taken; the message says what to change, ``field`` names the input at fault (or
    None).
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Unusual(Refused):
    """A value that is possible, but rare enough to be a slip of the pen: repeat it with ``confirm`` if it is meant."""


def steers(text: str) -> bool:
    """Whether the text holds what steers a terminal, ends a line, or turns the direction of what follows."""
    return _STEERING.search(text) is not None


def line(text: str, field: str, longest: int) -> str:
    """The text as one clean line: Unicode composed (NFC), spaces trimmed.

    Raises:
        Refused: it is empty, too long, or holds control characters.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(text) <= longest:
        raise Refused(f"{field} must have 1 to {longest} characters.", field)
    if steers(text):
        raise Refused(f"Remove the control characters from {field}: it is shown on one line.", field)
    return text


def passage(text: str, field: str, longest: int) -> str:
    """The text as clean lines; otherwise as ``line``."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not 1 <= len(text) <= longest:
        raise Refused(f"{field} must have 1 to {longest} characters.", field)
    if _STEERING_LINES.search(text):
        raise Refused(f"Remove the control characters from {field}.", field)
    return text
