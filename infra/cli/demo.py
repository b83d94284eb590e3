"""``vitalog demo``: an invented year, to look around in."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import REFUSED, Json, say
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from application.ports.ledger import Ledger
    from infra.demo.filling import Filled
    from infra.demo.plan import Plan
    from infra.settings import Settings


def demo(
    seed: Annotated[int, typer.Option(metavar="N", min=0, help=t("Another number invents another year."))] = 7,
    patients: Annotated[int, typer.Option(metavar="N", min=1, max=2_000, help=t("How many patients."))] = 120,
    months: Annotated[int, typer.Option(metavar="N", min=1, max=36, help=t("How far back it reaches."))] = 12,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=t("Also where patients are recorded that are not invented."))
    ] = False,
    as_json: Json = False,
) -> None:
    """Fill this machine's Vitalog with an invented year: monitors, incidents, users, patients, checkups."""
    from datetime import UTC, datetime

    from infra.cli.here import ledger_here, master_key_here
    from infra.demo import filling
    from infra.demo.plan import Plan

    with ledger_here("demo") as (settings, ledger):
        from adapters.keys.blind_index import HmacBlindIndex
        from infra.clinical_tables import use_tables

        use_tables(settings)
        blind = HmacBlindIndex(master_key_here(settings))
        real = filling.strangers(ledger)
        if real and not yes:
            raise UserError(
                t(
                    "Patients here that are not invented: {n}; nothing was added. If invented people may stand among "
                    "them for ever, repeat this with --yes.",
                    n=real,
                ),
                exit_code=REFUSED,
            )
        plan = Plan(seed, patients, months, datetime.now(UTC).date())
        plan = Plan(seed, patients, months, filling.day_of(ledger, plan))
        filled = _fill(ledger, plan, blind.fingerprint)
        password = _give_password(settings, filled.users)
    summary: dict[str, Any] = {
        "seed": seed,
        "from": plan.begin.isoformat(),
        "until": plan.end.isoformat(),
        "events": filled.events,
        "users": _emails(plan),
        "password": password,
    }
    if as_json:
        output.emit(summary)
    else:
        _print(plan, filled, password)


def _fill(ledger: Ledger, plan: Plan, fingerprint: Any) -> Filled:
    from rich.progress import BarColumn, Progress, TextColumn

    from infra.demo import filling

    names = {
        "users": t("users"),
        "patients": t("patients and checkups"),
        "reads": t("who looked at what"),
        "monitors": t("monitors, a probe every 15 minutes"),
    }
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, console=output.side_console(), disable=not sys.stderr.isatty()) as progress:
        bars = {kind: progress.add_task(name, total=None) for kind, name in names.items()}
        return filling.fill(
            ledger, plan, fingerprint, lambda kind, n, total: progress.update(bars[kind], completed=n, total=total)
        )


def _give_password(settings: Settings, user_ids: list[str]) -> str | None:
    """One for all users made just now; None: there are none."""
    import asyncio

    from adapters.identity.credentials import PostgresCredentials
    from adapters.identity.passwords import ArgonPasswords
    from adapters.postgres.database import PostgresDatabase
    from infra.cli.here import database_url_here, master_key_here

    if not user_ids:
        return None
    password = secrets.token_urlsafe(12)

    async def give() -> None:
        database = PostgresDatabase(database_url_here(settings), application_name="demo")
        await database.open()
        passwords = ArgonPasswords()
        try:
            credentials = PostgresCredentials(database, master_key_here(settings))
            for user_id in user_ids:
                await credentials.set_password(user_id, await passwords.hash(password))
        finally:
            passwords.close()
            await database.close()

    asyncio.run(give())
    return password


def _emails(plan: Plan) -> list[dict[str, str]]:
    from infra.demo.staff import STAFF

    return [{"email": member.email(plan), "role": member.role} for member in STAFF]


def _print(plan: Plan, filled: Filled, password: str | None) -> None:
    if not filled.events:
        print(t("The demo of seed {seed} is here already; nothing was added.", seed=plan.seed))
        return
    print(
        t(
            "Everything that was added is invented: {n} events from {begin} to {end}, seed {seed}. They were recorded "
            "just now; only what they tell lies in the past.",
            n=filled.events,
            begin=f"{plan.begin:%Y-%m-%d}",
            end=f"{plan.end:%Y-%m-%d}",
            seed=plan.seed,
        )
    )
    if password is not None:
        print(t("Users, all with the password {password} (it is not shown again):", password=password))
        for user in _emails(plan):
            print(f"  {user['email']:36} {user['role']}")
    say(t("Lists show it once the read models have caught up, within a minute or so."))
    say(t("The invented monitors are paused: there is nothing to probe at their addresses."))
    say(t("Next: vitalog patient find --purpose operations · vitalog status · vitalog audit list"))
