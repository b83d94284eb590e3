"""``vitalog cohort``: how a result is distributed among people, told so that no single one of them shows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import Json, plain, say
from infra.words import t


def cohort(
    *,
    code: Annotated[str, typer.Argument(metavar="WHAT", help=t("Which result: fasting-glucose, bmi, 4548-4."))],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM-DD", help=t("Its month is the first to count; else 12 months ago.")),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM-DD", help=t("Its month is the last to count; else this one.")),
    ] = None,
    sex: Annotated[str | None, typer.Option(metavar="male|female", help=t("Only one sex."))] = None,
    age_band: Annotated[str | None, typer.Option(metavar="BAND", help=t("Only one age band, such as 40-49."))] = None,
    as_json: Json = False,
) -> None:
    """Show how a result is distributed among all patients; of fewer than 5 people nothing is told."""
    from urllib.parse import quote

    from infra.cli.client import Client

    with Client() as client:
        period = {"from": first, "to": last}
        found = client.get(f"/cohorts/{quote(code, safe='')}", sex=sex, age_band=age_band, **period)
    if as_json:
        output.emit(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    from infra.cli.tables import print_table

    period = {"first": found["from"], "last": found["to"]}
    print(plain(f"{found['name']} ({found['unit_shown']})" if found["unit_shown"] else found["name"]))
    if found["people"] is None and not any(month["grades"] for one in found["classes"] for month in one["months"]):
        say(t("Fewer than {n} people: nothing is told about them.", n=found["fewest"]))
    elif not found["people"] and not found["classes"]:
        say(t("Nobody, {first} to {last}.", **period))
    elif found["people"]:
        print(t("{people} people, {first} to {last}.", people=found["people"], **period))
    if found["quantiles"]:
        rows = [(name, value) for name, value in found["quantiles"].items()]
        print_table((t("QUANTILE"), t("VALUE")), rows, right=(1,))
    if found["histogram"]:
        print_table(
            (t("FROM"), t("BELOW"), t("PEOPLE")),
            [(bar["low"], bar["high"], _count(bar["people"], found)) for bar in found["histogram"]],
            right=(0, 1, 2),
        )
    for scheme in found["classes"]:
        print(plain(scheme["name"]))
        print_table(
            (t("DATE"), t("CLASS"), t("PEOPLE"), t("SHARE")),
            [row for month in scheme["months"] for row in _month(month, found)],
            right=(2, 3),
        )


def _month(month: dict[str, Any], found: dict[str, Any]) -> list[tuple[object, ...]]:
    told = [grade for grade in month["grades"] or () if grade["people"] is not None]
    if not told:
        return [(month["month"], None, _count(None, found), None)]
    return [
        (
            month["month"],
            grade["name"],
            grade["people"],
            f"{grade['percent']} %",
        )
        for grade in told
    ]


def _count(people: int | None, found: dict[str, Any]) -> object:
    return t("fewer than {n}", n=found["fewest"]) if people is None else people
