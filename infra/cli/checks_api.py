"""What ``vitalog doctor`` sees of a running Vitalog, asked through its API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from infra.cli.address import find_address
from infra.cli.client import Client
from infra.cli.findings import Finding, fine, problem, skipped, warning
from infra.cli.output import UNAVAILABLE, moment, plain, span
from infra.errors import UserError
from infra.settings import Settings
from infra.words import t

_MUCH_LAG = 10_000
_PATIENCE_S = 15


def check_api(settings: Settings) -> Iterator[Finding]:
    """It answers, knows our token, is ready, and its read models keep up."""
    with Client(find_address(settings)) as client:
        try:
            projections: list[dict[str, Any]] = client.get("/projections")["items"]
        except UserError as error:
            if error.exit_code == UNAVAILABLE:
                yield problem("api", str(error), t("Start Vitalog with `vitalog up`, or set VITALOG_URL."))
            elif getattr(error, "kind", "") == "bootstrap-token-off":
                yield skipped("token", str(error))
                yield from _readiness(client)
            else:
                yield problem(
                    "token",
                    str(error),
                    t("Compare it with the file admin-token in the data directory of that Vitalog."),
                )
            return
        yield fine("api", t("The API answers at {url}, and accepts the token.", url=client.address.url))
        yield from _readiness(client)
    for projection in projections:
        yield from check_projection(projection)


def _readiness(client: Client) -> Iterator[Finding]:
    ready = client.readiness()
    checks: dict[str, dict[str, str]] = ready.get("checks", {})
    for name, check in checks.items():
        if check["state"] != "ok":
            what = t("{component} is {state}.", component=name, state=check["state"])
            yield problem(
                "ready",
                plain(f"{what} {check.get('detail', '')}".strip()),
                t("See the log of the processes, and the findings below."),
            )
    if checks and all(check["state"] == "ok" for check in checks.values()):
        yield fine("ready", t("It is ready: {components}.", components=", ".join(checks)))
    if not checks:
        yield skipped("ready", t("It does not say what it consists of."))


def check_projection(projection: dict[str, Any]) -> Iterator[Finding]:
    """One read model of ``GET /projections``."""
    name, check = projection["name"], f"projection:{projection['name']}"
    if projection.get("state") == "stopped":
        yield problem(
            check,
            t(
                "The read model {name} has stopped: {why}",
                name=name,
                why=plain(projection.get("stopped_reason") or "?"),
            ),
            t("Run a version of Vitalog that knows every event type in the ledger, then start the projector again."),
        )
    elif projection["dead_letters"]:
        yield problem(
            check,
            t(
                "The read model {name} has parked {n} events it could not apply.",
                name=name,
                n=projection["dead_letters"],
            ),
            t(
                "Read GET /api/v1/projections/{name}/dead-letters; after a fix, run `vitalog rebuild {name}`.",
                name=name,
            ),
        )
    elif projection["lag"] and (still := _standing_still(projection)) > _PATIENCE_S:
        yield problem(
            check,
            t("The read model {name} has not moved for {span}.", name=name, span=span(still)),
            t("See whether the projector runs (`vitalog projector`), and what its log says."),
        )
    elif projection["lag"] > _MUCH_LAG:
        yield warning(
            check,
            t("The read model {name} is {n} events behind.", name=name, n=projection["lag"]),
            t("Wait if that number falls; else see whether the projector runs (`vitalog projector`)."),
        )
    else:
        yield fine(check, t("The read model {name} keeps up.", name=name))


def _standing_still(projection: dict[str, Any]) -> float:
    """Seconds since it last advanced."""
    moved = moment(projection.get("updated_at"))
    return (datetime.now(UTC) - moved).total_seconds() if moved else 0.0
