"""The page at ``/``: everything at a glance, in a handful of queries however many monitors there are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from psycopg import AsyncConnection
from starlette.responses import Response

from api.context import Api
from api.gate import context_of
from api.pages.charts import DAYS, Day, Spark, days, milliseconds, percent_text, spark
from api.pages.session import login_page, own_page
from api.pages.site import Visitor, render, visitor
from api.pages.texts import Words
from api.reasons import reason_text
from application.ports.ledger import LedgerUnavailable
from domain.monitoring.uptime import Uptime, measure
from projections.queries.incidents import IncidentView, list_incidents
from projections.queries.latency import latencies
from projections.queries.monitors import MonitorView, list_monitors
from projections.queries.uptime import partitions

MAX_MONITORS = 500
SPARK_STEP_S = 1800
RELOAD_S = 30
_WORST_FIRST = ("down", "degraded", "unknown", "up", "paused")


class Row(NamedTuple):
    """One monitor on the page."""

    monitor: MonitorView
    status: str
    """``paused`` is shown instead of a status."""
    uptimes: list[tuple[str, str | None]]
    """Window's name and percentage; None where nothing was observed."""
    days: list[Day]
    days_label: str
    spark: Spark | None
    spark_label: str


def add_overview_routes(app: FastAPI, api: Api) -> None:
    """Shown to whoever has logged in; everybody else sees the form."""

    async def overview(request: Request) -> Response:
        to = visitor(request, api.services.time_zone)
        principal = context_of(request.scope).principal
        if principal is None:
            return login_page(api, to)
        if not principal.may("monitors.read"):
            return own_page(to, principal)
        now = api.now()
        reload = request.query_params.get("reload") == "1"
        if reload:
            to.chosen["reload"] = "1"
        try:
            async with api.connection() as db:
                values = await _gather(db, to, now)
        except LedgerUnavailable:
            return render("away.html", to, status=503)
        local = now.astimezone(to.zone)
        return render(
            "overview.html", to, now=local, reload_s=RELOAD_S if reload else None, milliseconds=milliseconds, **values
        )

    for method in ("GET", "HEAD"):
        app.add_api_route("/", overview, methods=[method], include_in_schema=False, name=f"overview_{method.lower()}")


async def _gather(db: AsyncConnection[Any], to: Visitor, now: datetime) -> dict[str, Any]:
    words = Words(to.language)
    monitors = await list_monitors(db, now=now, limit=MAX_MONITORS)
    ids = [monitor.id for monitor in monitors]
    today = datetime.combine(now.astimezone(to.zone).date(), time(), to.zone)
    midnight = datetime.combine(today.date() - timedelta(days=DAYS - 1), time(), to.zone)
    # Read once, measured three times.
    lives = await partitions(db, ids, start=midnight, end=now, now=now)
    windows = {
        "24h": {key: measure(life, now - timedelta(days=1), now) for key, life in lives.items()},
        "7d": {key: measure(life, now - timedelta(days=7), now) for key, life in lives.items()},
        "90d": {key: measure(life, midnight, now, zone=to.zone_name, bucket="day") for key, life in lives.items()},
    }
    since = now - timedelta(days=1)
    trends = await latencies(db, ids, start=since, end=now, step_s=SPARK_STEP_S)
    open_ = [
        incident for state in ("open", "acknowledged") for incident in await list_incidents(db, state=state, limit=50)
    ]
    resolved = await list_incidents(db, state="resolved", limit=5)
    rows = [_row(monitor, windows, trends.get(monitor.id, []), words, to, since, now) for monitor in monitors]
    rows.sort(key=lambda row: (_WORST_FIRST.index(row.status), row.monitor.name.casefold()))
    counts = Counter(row.status for row in rows)
    names = {monitor.id: monitor.name for monitor in monitors}
    return {
        "rows": rows,
        "counts": [(status, counts[status]) for status in _WORST_FIRST if counts[status]],
        "overall": _overall(counts),
        "sentence": _sentence(counts, words),
        "incidents": [_incident(incident, names, words, to, now) for incident in open_],
        "resolved": [_incident(incident, names, words, to, now) for incident in resolved],
    }


def _row(
    monitor: MonitorView,
    windows: dict[str, dict[str, Uptime]],
    points: list[Any],
    words: Words,
    to: Visitor,
    since: datetime,
    now: datetime,
) -> Row:
    percents: list[tuple[str, str | None]] = []
    for name, reports in windows.items():
        report = reports.get(monitor.id)
        percent = report.uptime_percent if report else None
        percents.append((name, None if percent is None else percent_text(percent)))
    whole = windows["90d"].get(monitor.id)
    bars = days(whole.buckets or [], words, to.zone) if whole else []
    kinds = Counter(bar.kind for bar in bars)
    label = words(
        "bars.label",
        up=kinds["up"],
        partly=kinds["partly"],
        down=kinds["down"],
        none=DAYS - kinds["up"] - kinds["partly"] - kinds["down"],
    )
    line = spark(points, since, now, SPARK_STEP_S)
    spark_label = (
        words("latency.label", p50=milliseconds(line.last_p50_ms), p95=milliseconds(line.last_p95_ms)) if line else ""
    )
    return Row(monitor, "paused" if monitor.paused else monitor.status, percents, bars, label, line, spark_label)


def _overall(counts: Counter[str]) -> str:
    return next((status for status in _WORST_FIRST if counts[status]), "none")


def _sentence(counts: Counter[str], words: Words) -> str:
    overall = _overall(counts)
    if overall in {"none", "up", "paused"}:
        return words(f"overall.{overall}")
    number = counts[overall]
    return words(f"overall.{overall}.one") if number == 1 else words(f"overall.{overall}", n=number)


def _incident(
    incident: IncidentView, names: dict[str, str], words: Words, to: Visitor, now: datetime
) -> dict[str, Any]:
    local = now.astimezone(to.zone)
    end = incident.resolved_at or now
    return {
        "monitor": names.get(incident.monitor_id, incident.monitor_id),
        "state": incident.state,
        "who": incident.acknowledged_by,
        "cause": words.sentence(reason_text(incident.cause, words.language)),
        "detail": incident.detail,
        "from": words.moment(incident.started_at.astimezone(to.zone), local),
        "to": words.moment(end.astimezone(to.zone), local),
        "started": incident.started_at,
        "length": words.length((end - incident.started_at).total_seconds()),
    }
