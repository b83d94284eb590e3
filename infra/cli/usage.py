"""What is said of a command line that makes no sense: Typer's complaint, in the user's language."""

from __future__ import annotations

import re
from typing import Any

from typer.exceptions import TyperException

from infra.cli.output import plain, say
from infra.words import t

# Typer says these in English only; what it quotes is kept.
_COMPLAINTS = [
    (re.compile(r"Missing (?:argument|option|parameter):? ?(.*?)\.?$"), t("{0} is missing.")),
    (re.compile(r"No such option: (\S+?)\.?(?: \(Possible options: (?P<meant>.+)\))?$"), t("There is no option {0}.")),
    (re.compile(r"No such command (.+?)\.?(?: Did you mean (?P<meant>.+)\?)?$"), t("There is no command {0}.")),
    (re.compile(r"(?:Option )?(\S+) requires an argument\.$"), t("{0} needs a value.")),
    (re.compile(r"(?:Option )?(\S+) does not take a value\.$"), t("{0} takes no value.")),
    (re.compile(r"Got unexpected extra argument\S* \((.*)\)$"), t("Too many arguments: {0}.")),
    (re.compile(r"Invalid value for (.+?): Input should be .*integer.*$", re.DOTALL), t("{0} must be a whole number.")),
    (
        re.compile(r"Invalid value for (.+?): Input should be greater than or equal to (.+)$"),
        t("{0} must be at least {1}."),
    ),
    (re.compile(r"Invalid value for (.+?): (.+)$", re.DOTALL), "{0}: {1}"),
    (re.compile(r"Invalid value: (.+)$", re.DOTALL), "{0}"),
]


def report(error: TyperException) -> int:
    """Print the complaint, how the command is used, and where to read more; returns the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":  # the help itself has been printed
        return error.exit_code
    say(t("vitalog: {sentence}", sentence=plain(sentence(error.format_message().strip()))))
    context: Any = getattr(error, "ctx", None)
    if context is not None:
        say(t("Help: {command} --help", command=context.command_path))
    return error.exit_code


def sentence(complaint: str) -> str:
    """Typer's sentence as one of ours; itself when it is none of those we know."""
    for pattern, ours in _COMPLAINTS:
        if match := pattern.match(complaint):
            said, suggestion = ours.format(*match.groups()), match.groupdict().get("meant")
            return f"{said} {t('Perhaps {other}?', other=suggestion)}" if suggestion else said
    return complaint
