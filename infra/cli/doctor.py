"""``vitalog doctor``: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from infra.cli import output
from infra.cli.output import PROBLEM, Json
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from infra.cli.findings import Finding

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "bold red"), "skipped": ("–", "dim")}


def doctor(as_json: Json = False) -> None:
    """Look for what is wrong, and say what to do about it. Exits with 1 when there is something."""
    import msgspec

    found: list[Finding] = []
    for finding in _examine():
        found.append(finding)
        if not as_json:
            _print(finding)
    wrong = [finding for finding in found if finding.counts]
    if as_json:
        output.emit({"findings": msgspec.to_builtins(found), "ok": not wrong})
    elif wrong:
        print(t("{n} findings.", n=len(wrong)))
    else:
        print(t("Nothing is wrong."))
    if wrong:
        raise typer.Exit(PROBLEM)


def _examine() -> Iterator[Finding]:
    from infra.cli import checks_here as here
    from infra.cli.checks_api import check_api
    from infra.cli.checks_servers import check_nats, check_postgres
    from infra.cli.findings import fine, problem
    from infra.settings import Settings

    try:
        settings = Settings.from_environment()
    except UserError as error:
        yield problem("settings", str(error), t("Correct the setting; the rest is looked at after that."))
        return
    yield from here.check_settings()
    yield from here.check_data_dir(settings)
    yield from here.check_master_key(settings)
    yield from here.check_kek(settings)
    yield from here.check_disk(settings)
    running = here.is_up(settings)
    if running:
        yield fine("up", t("`vitalog up` is running on this data directory."))
    elif (settings.data_dir / "run.json").exists():
        yield here.left_behind(settings)
    yield from here.check_port(settings, running=bool(running))
    yield from check_postgres(settings)
    yield from check_nats(settings)
    yield from check_api(settings)


def _print(finding: Finding) -> None:
    from rich.text import Text

    mark, style = _MARKS[finding.state]
    line = Text.assemble((f"{mark} ", style), output.plain(finding.message))
    if finding.remedy:
        line.append(f"\n  → {output.plain(finding.remedy)}", style="italic")
    output.console().print(line, soft_wrap=True)
