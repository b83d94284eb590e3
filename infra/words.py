"""The language of the terminal: ``t("English sentence")`` is that sentence, or its Korean in ``infra.korean``."""

from __future__ import annotations

import gettext
import inspect
import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    import typer

Function = TypeVar("Function", bound=Callable[..., Any])
Language = Literal["en", "ko"]


@cache
def language() -> Language:
    """VITALOG_LANG, else LC_ALL, LC_MESSAGES, LANG, as POSIX ranks them; English for any other than Korean."""
    for name in ("VITALOG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def t(english: str, **values: object) -> str:
    """The sentence in the user's language, with its ``{placeholders}`` filled in."""
    sentence = english
    if language() == "ko":
        from infra.korean import KOREAN

        sentence = KOREAN.get(english, english)
    return sentence.format(**values) if values else sentence


def _of_typer(_domain: str, message: str) -> str:
    from infra.korean import TYPER

    return TYPER.get(message, message)


def teach_typer() -> None:
    """Typer asks gettext for its own words, such as "Options"; lend it ours. Call before it is imported."""
    if language() == "ko":
        gettext.dgettext = _of_typer


def command(
    app: typer.Typer, name: str | None = None, *, epilog: str | None = None, panel: str | None = None
) -> Callable[[Function], Function]:
    """As ``app.command``, with the docstring as help in the user's language."""

    def register(function: Function) -> Function:
        helped = t(inspect.getdoc(function) or "")
        return app.command(name, help=helped, epilog=epilog, rich_help_panel=panel)(function)

    return register


def examples(*lines: str) -> str:
    """The epilog of a command's help."""
    return "\n\n".join([t("Examples:"), *(f"  {line}" for line in lines)])
