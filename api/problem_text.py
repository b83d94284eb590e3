"""The form of an entry in the catalog of problems."""

from __future__ import annotations

from typing import NamedTuple

from api.languages import Language


class ProblemText(NamedTuple):
    """One kind of problem; the sentences may hold placeholders."""

    status: int
    title: dict[Language, str]
    detail: dict[Language, str]


def problem(status: int, title: tuple[str, str], detail: tuple[str, str]) -> ProblemText:
    """An entry; each text in English and in Korean."""
    return ProblemText(status, {"en": title[0], "ko": title[1]}, {"en": detail[0], "ko": detail[1]})
