"""Monitors as tables and cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.reasons import reason_text
from infra.cli.output import (
    ago,
    clock,
    coloured,
    console,
    every,
    milliseconds,
    percent,
    plain,
    say,
    span,
    status_of,
    status_word,
)
from infra.words import language, t

if TYPE_CHECKING:
    from rich.table import Table

    from infra.cli.client import Client

_WORST_FIRST = {"down": 0, "degraded": 1, "unknown": 2, "up": 3, "paused": 4}
_ID_SHOWN = 8
_DAYS = (1, 7, 30)


def monitor_table(monitors: Iterable[dict[str, Any]]) -> Table:
    """One row per monitor, the worst first."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (t("STATUS"), t("NAME"), t("KIND"), t("TARGET"), t("FOR"), t("CHECKED"), t("TOOK")):
        table.add_column(title, no_wrap=True, overflow="ellipsis")
    table.columns[-1].justify = "right"
    table.add_column(t("ID"), no_wrap=True)
    for monitor in sorted(monitors, key=lambda m: (_WORST_FIRST.get(status_of(m), 9), m["name"], m["id"])):
        status = status_of(monitor)
        last: dict[str, Any] = monitor.get("last_outcome") or {}
        table.add_row(
            coloured(status, status_word(status)),
            _cell(monitor["name"]),
            monitor["kind"],
            _cell(monitor.get("target") or "–"),
            ago(monitor.get("since")),
            t("{span} ago", span=ago(last["started_at"])) if last else "–",
            milliseconds(last.get("total_ms")),
            str(monitor["id"])[:_ID_SHOWN],
        )
    return table


def print_added(monitor: dict[str, Any]) -> None:
    """The new monitor's id, and the address its job is to ping."""
    print(t("Watching {name} ({kind}). Id: {id}", name=plain(monitor["name"]), kind=monitor["kind"], id=monitor["id"]))
    if ping_url := monitor.get("ping_url"):
        print(t("Ping URL: {url}", url=plain(ping_url)))
        say(t("Let the job request it when it has succeeded: curl -fsS -m 10 --retry 5 {url}", url=plain(ping_url)))


def uptimes(client: Client, monitor: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Uptime over the usual windows, by their names."""
    now = datetime.now(UTC)
    return {
        t("{n} h", n=24) if days == 1 else t("{n} d", n=days): client.get(
            f"/monitors/{monitor['id']}/uptime",
            **{"from": (now - timedelta(days=days)).isoformat(), "to": now.isoformat()},
        )
        for days in _DAYS
    }


def print_monitor(monitor: dict[str, Any], uptime: dict[str, dict[str, Any]]) -> None:
    """Everything about one monitor."""
    from rich.table import Table

    status, last = status_of(monitor), monitor.get("last_outcome")
    card = Table(box=None, show_header=False, pad_edge=False)
    card.add_column(style="dim", no_wrap=True)
    card.add_column(overflow="fold")
    card.add_row(t("Name"), _cell(monitor["name"]))
    card.add_row(t("Status"), coloured(status, status_word(status)))
    if monitor.get("since"):
        card.add_row(t("Since"), f"{clock(monitor['since'])} ({ago(monitor['since'])})")
    for label, value in _settings(monitor):
        card.add_row(label, _cell(value))
    if last:
        card.add_row(t("Last outcome"), _cell(_outcome(last)))
    for name, figures in uptime.items():
        card.add_row(t("Uptime {window}", window=name), _uptime(figures))
    card.add_row(t("Id"), str(monitor["id"]))
    console().print(card)


def _settings(monitor: dict[str, Any]) -> Iterator[tuple[str, object]]:
    yield t("Kind"), monitor["kind"]
    if monitor.get("target"):
        yield t("Target"), monitor["target"]
    expect: dict[str, Any] = monitor.get("expect") or {}
    if "cron" not in expect:
        yield t("Every"), every(monitor["interval_s"])
    if monitor["kind"] != "push":
        yield t("Timeout"), every(monitor["timeout_s"])
    yield (
        t("Counts as down"),
        t("after {n} failures in a row; up again after {m}", n=monitor["failures_to_down"], m=monitor["passes_to_up"]),
    )
    if monitor.get("degraded_over_ms"):
        yield t("Degraded over"), milliseconds(monitor["degraded_over_ms"])
    for name, value in sorted(expect.items()):
        yield t("Expects {what}", what=name), value
    if monitor.get("tags"):
        yield t("Tags"), ", ".join(monitor["tags"])
    if monitor.get("ping_url"):
        yield t("Ping URL"), monitor["ping_url"]


def _outcome(last: dict[str, Any]) -> str:
    parts = [status_word(last["verdict"]), clock(last["started_at"]), milliseconds(last.get("total_ms"))]
    if last.get("status_code"):
        parts.append(str(last["status_code"]))
    if last.get("reason"):
        parts.append(reason_text(last["reason"], language()))
    if last.get("detail"):
        parts.append(str(last["detail"]))
    return "  ".join(parts)


def _uptime(figures: dict[str, Any]) -> str:
    seconds = figures["seconds"]
    unseen = t("observed {percent} of the time", percent=percent(figures["coverage_percent"]))
    down = t("down for {span}", span=span(seconds["down"]))
    return "  ".join([percent(figures["uptime_percent"]), down, unseen])


def _cell(value: object) -> Any:
    from rich.text import Text

    return Text(plain(value))
