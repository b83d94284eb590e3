"""``vitalog keys``: the key-encryption key, on the machine that keeps it."""

from __future__ import annotations

from typing import Any

import typer

from infra.cli import output
from infra.cli.here import kek_file, ledger_here, person_here, wrapping_here
from infra.cli.output import PROBLEM, Json, say
from infra.errors import UserError
from infra.words import command, t

app = typer.Typer(
    no_args_is_help=True, help=t("The keys of people's records: how they are wrapped, and wrapping them anew.")
)


@command(app)
def status(as_json: Json = False) -> None:
    """Show how many people's keys each key-encryption key wraps."""
    from adapters.keys.subject_keys import overview

    with ledger_here("keys") as (settings, ledger):
        current = wrapping_here(settings).current()
        rows = overview(ledger.datastore.get_connection)
    wrapped = [{"key": key, "people": count, "current": key == current} for key, count, _ in rows if key is not None]
    erased = sum(count for key, count, _ in rows if key is None)
    if as_json:
        output.emit({"keys": wrapped, "erased": erased})
        return
    for row in wrapped:
        mark = f"  ({t('current')})" if row["current"] else ""
        print(f"{t('key-encryption key')} {row['key']}: {t('{n} people', n=row['people'])}{mark}")
    print(f"{t('erased')}: {erased}")


@command(
    app,
    epilog=t(
        "Run it where `vitalog up` runs, or with the settings of its processes: they take up the new key by "
        "themselves. A key in VITALOG_KEK is replaced by hand: this command says how."
    ),
)
def rotate(as_json: Json = False) -> None:
    """Replace the key-encryption key without stopping; people erased before are then unreadable in old backups."""
    from adapters.ids import new_id
    from adapters.keys.rotation import RotationUnderWay, rewrap, rotate_file
    from application.ports.ledger import NewEvent
    from application.ports.subject_keys import KeyRefused
    from domain.identity.events import KEK_STREAM, KekRotated

    with ledger_here("keys") as (settings, ledger):
        session = ledger.datastore.get_connection
        wrapping = wrapping_here(settings)
        try:
            if path := kek_file(settings):
                count = rotate_file(path, session)
            elif (count := rewrap(session, wrapping)) == 0:
                say(
                    t(
                        "The key-encryption key comes from VITALOG_KEK, which this command cannot change. Put a new "
                        "key (openssl rand -hex 32) in front of the old one, separated by a space, restart every "
                        "process, run this again, then remove the old one."
                    )
                )
                raise typer.Exit(PROBLEM)
        except RotationUnderWay as error:
            raise UserError(
                t("Another process is rotating the key-encryption key. Wait for it to finish."), exit_code=PROBLEM
            ) from error
        except KeyRefused as error:
            raise UserError(str(error)) from error
        wrapping.reload()
        history = ledger.read_stream(KEK_STREAM, newest_first=True, limit=1)
        event = KekRotated(at=_now(), wrapping_key=wrapping.current(), keys=count)
        ledger.append([NewEvent(KEK_STREAM, history[0].version + 1 if history else 1, event, person_here(), new_id())])
    if as_json:
        output.emit({"key": wrapping.current(), "rewrapped": count})
    else:
        print(
            t(
                "Wrapped {count} keys anew. Whoever was erased before can no longer be read from older backups.",
                count=count,
            )
        )


def _now() -> Any:
    from adapters.clock import SteadyClock

    return SteadyClock().now()
