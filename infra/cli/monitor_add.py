"""``vitalog monitor add``: from one line to a monitor."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli import output, values
from infra.cli.output import Json
from infra.words import examples, t

EXAMPLES = examples(
    "vitalog monitor add https://example.org --name Example --every 30s",
    "vitalog monitor add https://example.org/api --json-path '$.ok' --json-equals true --slow-over 800ms",
    "vitalog monitor add db.example.org:5432 --tag database",
    "vitalog monitor add nightly-backup --push --cron '30 4 * * *' --tz Asia/Seoul --grace 1h",
)
_Duration: Any = {"parser": values.duration, "metavar": "DURATION"}
_HTTP = t("Checks of a web address")
_TCP = t("Checks of a TCP port")
_PUSH = t("Jobs that report by themselves")
_POLICY = t("When it counts as down")


def add(  # noqa: PLR0917  every parameter is an option
    target: Annotated[
        str | None,
        typer.Argument(
            help=t("https://…, host:port, postgresql://…; with --push the name of the job."), show_default=False
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help=t("Name shown everywhere; else taken from the target."))] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="|".join(values.KINDS), help=t("Only needed when the target does not tell."))
    ] = None,
    every: Annotated[float | None, typer.Option(help=t("How often: 30s, 5m, 1h. Default 60s."), **_Duration)] = None,
    timeout: Annotated[
        float | None, typer.Option(help=t("How long a probe may take. Default 10s."), **_Duration)
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help=t("A tag; may be repeated."))] = None,
    failures: Annotated[
        int | None,
        typer.Option(metavar="N", help=t("Failures in a row until it is down. Default 2."), rich_help_panel=_POLICY),
    ] = None,
    passes: Annotated[
        int | None,
        typer.Option(metavar="N", help=t("Passes in a row until it is up again. Default 1."), rich_help_panel=_POLICY),
    ] = None,
    retry_every: Annotated[
        float | None,
        typer.Option(
            help=t("How soon to look again after a failure. Default 20s."), rich_help_panel=_POLICY, **_Duration
        ),
    ] = None,
    slow_over: Annotated[
        float | None,
        typer.Option(help=t("Slower than this counts as degraded."), rich_help_panel=_POLICY, **_Duration),
    ] = None,
    method: Annotated[str | None, typer.Option(help=t("HTTP method. Default GET."), rich_help_panel=_HTTP)] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'NAME: VALUE'",
            help=t("A request header, or @FILE holding one; may be repeated."),
            rich_help_panel=_HTTP,
        ),
    ] = None,
    body: Annotated[
        str | None, typer.Option(metavar="TEXT", help=t("Request body, or @FILE."), rich_help_panel=_HTTP)
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="CODES", help=t("Expected status, such as 200-299,301."), rich_help_panel=_HTTP),
    ] = None,
    keyword: Annotated[
        str | None, typer.Option(metavar="TEXT", help=t("Text the body must hold."), rich_help_panel=_HTTP)
    ] = None,
    keyword_absent: Annotated[
        str | None, typer.Option(metavar="TEXT", help=t("Text the body must not hold."), rich_help_panel=_HTTP)
    ] = None,
    json_path: Annotated[
        str | None,
        typer.Option(metavar="PATH", help=t("JSONPath (RFC 9535) that must match the body."), rich_help_panel=_HTTP),
    ] = None,
    json_equals: Annotated[
        str | None,
        typer.Option(metavar="JSON", help=t("Value that every match must equal."), rich_help_panel=_HTTP),
    ] = None,
    redirects: Annotated[
        bool, typer.Option("--redirects/--no-redirects", help=t("Follow redirects."), rich_help_panel=_HTTP)
    ] = True,
    insecure: Annotated[
        bool, typer.Option("--insecure", help=t("Accept any TLS certificate."), rich_help_panel=_HTTP)
    ] = False,
    tls: Annotated[bool, typer.Option("--tls", help=t("Speak TLS after connecting."), rich_help_panel=_TCP)] = False,
    send: Annotated[
        str | None, typer.Option(metavar="TEXT", help=t("Text to send, or @FILE."), rich_help_panel=_TCP)
    ] = None,
    receive: Annotated[
        str | None, typer.Option(metavar="TEXT", help=t("Text that must come back."), rich_help_panel=_TCP)
    ] = None,
    push: Annotated[
        bool, typer.Option("--push", help=t("Wait for a job to ping; same as --kind push."), rich_help_panel=_PUSH)
    ] = False,
    grace: Annotated[
        float | None,
        typer.Option(help=t("How late a ping may be. Default 5m."), rich_help_panel=_PUSH, **_Duration),
    ] = None,
    cron: Annotated[
        str | None,
        typer.Option(metavar="EXPRESSION", help=t("When pings are due, instead of --every."), rich_help_panel=_PUSH),
    ] = None,
    tz: Annotated[
        str | None, typer.Option(metavar="ZONE", help=t("Time zone of --cron. Default UTC."), rich_help_panel=_PUSH)
    ] = None,
    as_json: Json = False,
) -> None:
    """Watch something from now on."""
    from infra.cli.client import Client
    from infra.cli.monitor_views import print_added

    chosen = _kind(target, kind, push=push)
    expect = _checks(
        chosen,
        {
            "http": {
                "method": method.upper() if method else None,
                "headers": dict(values.header(values.content(text)) for text in header or ()) or None,
                "body": values.content(body) if body else None,
                "status": status,
                "keyword": keyword,
                "keyword_absent": keyword_absent,
                "json": _json_check(json_path, json_equals),
                "follow_redirects": None if redirects else False,
            },
            "tcp": {"tls": tls or None, "send": values.content(send) if send else None, "receive": receive},
            "push": {"grace_s": grace, "cron": cron, "tz": tz},
        },
    )
    if insecure:
        expect["verify_tls"] = False
    probed = chosen != "push"
    monitor = {
        "name": name or (values.name_of(chosen, target or "") if probed else target),
        "kind": chosen,
        "target": target if probed else None,
        "interval_s": every,
        "timeout_s": timeout,
        "retry_interval_s": retry_every,
        "failures_to_down": failures,
        "passes_to_up": passes,
        "degraded_over_ms": round(slow_over * 1000, 1) if slow_over else None,
        "tags": tag or None,
        "expect": expect or None,
    }
    with Client() as client:
        added = client.post("/monitors", {field: value for field, value in monitor.items() if value is not None})
        client.settle(added)
    if as_json:
        output.emit(added)
    else:
        print_added(added)


def _kind(target: str | None, kind: str | None, *, push: bool) -> str:
    if kind is not None and kind not in values.KINDS:
        raise typer.BadParameter(t("There is no kind {kind!r}. Use http, tcp, postgres or push.", kind=kind))
    if push and kind not in {None, "push"}:
        raise typer.BadParameter(t("--push and --kind {kind} contradict each other.", kind=kind))
    if push or kind == "push":
        if target and "://" in target:
            raise typer.BadParameter(
                t("A push monitor has no address to probe: give the name of the job, such as nightly-backup.")
            )
        return "push"
    if target is None:
        raise typer.BadParameter(
            t("Say what to watch: https://…, host:port, postgresql://…, or a job's name with --push.")
        )
    return kind or values.kind_of(target)


def _checks(chosen: str, by_kind: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The checks given for the chosen kind; a check for another kind is refused."""
    given = {
        kind: {name: value for name, value in checks.items() if value is not None} for kind, checks in by_kind.items()
    }
    expect = given.pop(chosen, {})
    for other, checks in given.items():
        if checks:
            raise typer.BadParameter(
                t(
                    "{check!r} is a check of {other} monitors, and this is a {kind} monitor.",
                    check=next(iter(checks)),
                    other=other,
                    kind=chosen,
                )
            )
    return expect


def _json_check(path: str | None, equals: str | None) -> dict[str, Any] | None:
    if path is None:
        if equals is not None:
            raise typer.BadParameter(t("--json-equals needs --json-path, which says where to look."))
        return None
    return {"path": path} if equals is None else {"path": path, "equals": values.json_value(equals)}
