"""One event as one line for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infra.cli.output import COLOURS, clock, console, every, milliseconds, plain, status_word
from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from infra.cli.client import Client

Data = dict[str, Any]
_SUBJECTS = ("monitor_id", "incident_id", "region")
_COLOUR_OF_TYPE = {
    "monitoring.monitor-went-up": COLOURS["up"],
    "monitoring.monitor-degraded": COLOURS["degraded"],
    "monitoring.monitor-went-down": COLOURS["down"],
    "monitoring.incident-opened": COLOURS["down"],
    "monitoring.incident-resolved": COLOURS["up"],
}
_RENAMING = {"monitoring.monitor-registered", "monitoring.monitor-revised"}


class Lines:
    """Prints events; knows the monitors' names."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._console = console()
        self._names: dict[str, str] = {}
        self._asked: set[str] = set()

    def show(self, event: Data) -> None:
        """``2026-11-20 13:05:09  #1234  monitor-went-down  Example  prober:local  since …, timeout``"""
        from rich.text import Text

        kind = str(event["type"])
        line = Text()
        line.append(clock(event["recorded_at"]), style="dim")
        line.append(f"  {'#' + str(event['position']):<7} ")
        line.append(
            f"{plain(kind.rpartition('.')[2]):<21}", style=_COLOUR_OF_TYPE.get(kind) or self._verdict_colour(event)
        )
        line.append(f"  {self._subject(event)}  ", style="bold")
        line.append(plain(event["actor"]), style="dim")
        if summary := summary_of(kind, event["data"]):
            line.append(f"  {plain(summary)}")
        self._console.print(line, soft_wrap=True)

    def _verdict_colour(self, event: Data) -> str:
        return COLOURS.get(str(event["data"].get("verdict")), "")

    def _subject(self, event: Data) -> str:
        data = event["data"]
        monitor_id = data.get("monitor_id")
        if monitor_id is None:
            return plain(next((data[name] for name in _SUBJECTS if name in data), event["stream"]))
        if event["type"] in _RENAMING:
            said: Data = {**data, **data.get("changes", {})}
            if name := said.get("name"):
                self._names[monitor_id] = str(name)
        if monitor_id not in self._names and monitor_id not in self._asked:
            self._asked.add(monitor_id)
            self._learn_names(monitor_id)
        return plain(self._names.get(monitor_id, monitor_id))

    def _learn_names(self, monitor_id: str) -> None:
        try:
            if not self._names:
                self._names |= {monitor["id"]: monitor["name"] for monitor in self._client.items("/monitors")}
            if monitor_id not in self._names:
                self._names[monitor_id] = self._client.get(f"/monitors/{monitor_id}")["name"]
        except UserError:
            # A name is a kindness; the line is worth printing without.
            return


def summary_of(kind: str, data: Data) -> str:
    """What a person wants to know of an event beyond its type and subject."""
    summary = _SUMMARIES.get(kind)
    return summary(data) if summary else ""


def _probe(data: Data) -> str:
    took = [milliseconds(data["total_ms"])] if data.get("total_ms") is not None else []
    return ", ".join([status_word(data["verdict"]), *took, *_details(data, "status_code", "reason", "detail")])


def _transition(data: Data) -> str:
    since = t("since {at}, was {status}", at=clock(data["since"]), status=status_word(data["previous"]))
    return ", ".join([since, *_details(data, "reason", "detail")])


def _registered(data: Data) -> str:
    what = data["target"] if data.get("target") else data["kind"]
    expect: Data = data.get("expect", {})
    if cron := expect.get("cron"):
        return t("{what}, due at {cron} ({tz})", what=what, cron=cron, tz=expect.get("tz", "UTC"))
    return t("{what}, every {span}", what=what, span=every(data["interval_s"]))


def _opened(data: Data) -> str:
    return ", ".join([t("since {at}", at=clock(data["started_at"])), *_details(data, "cause", "detail")])


def _resolved(data: Data) -> str:
    how: dict[str, str] = {
        "recovered": t("the monitor recovered"),
        "manual": t("closed by hand"),
        "retired": t("the monitor was removed"),
    }
    return ", ".join([how.get(data["resolution"], str(data["resolution"])), clock(data["at"]), *_details(data, "note")])


def _ping(data: Data) -> str:
    status = data.get("exit_status")
    return str(data["signal"]) if status is None else t("{signal}, exit status {n}", signal=data["signal"], n=status)


def _gap(data: Data) -> str:
    return t("nobody listened for pings from {start} to {end}", start=clock(data["from_at"]), end=clock(data["to_at"]))


def _revised(data: Data) -> str:
    return ", ".join(f"{name}: {value}" for name, value in data.get("changes", {}).items() if name != "secret_ref")


def _note(data: Data) -> str:
    return str(data.get("note") or "")


def _details(data: Data, *names: str) -> list[str]:
    said = [str(data[name]) for name in names if data.get(name)]
    # "connection_refused, Connection refused" says it twice.
    return [word for n, word in enumerate(said) if n == 0 or word.lower().replace(" ", "_") != said[n - 1]]


_SUMMARIES: dict[str, Callable[[Data], str]] = {
    "monitoring.probe-recorded": _probe,
    "monitoring.monitor-went-up": _transition,
    "monitoring.monitor-degraded": _transition,
    "monitoring.monitor-went-down": _transition,
    "monitoring.monitor-registered": _registered,
    "monitoring.monitor-revised": _revised,
    "monitoring.incident-opened": _opened,
    "monitoring.incident-acknowledged": _note,
    "monitoring.incident-noted": _note,
    "monitoring.incident-resolved": _resolved,
    "monitoring.ping-received": _ping,
    "monitoring.listening-gap-recorded": _gap,
}
