"""The domain's refusals in Korean. The domain speaks English; here each of its sentences has its translation."""

from __future__ import annotations

from api.languages import Language


def in_language(message: str, language: Language) -> str:
    """The sentence in the reader's language; as it is where no translation is known."""
    return message
