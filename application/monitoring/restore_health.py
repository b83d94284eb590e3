"""What was known about a monitor when its last outcome was recorded: a restart must not forget half a confirmation."""

from __future__ import annotations

from application.ports.ledger import Ledger
from domain.monitoring import health as healths
from domain.monitoring.events import STATUS_AFTER, MonitorWentDown, ProbeRecorded, health_stream
from domain.monitoring.health import LONGEST_RUN, SEVERITY_OF_STATUS, SEVERITY_OF_VERDICT, Health
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Status

_PAGE = 50


def restore_health(ledger: Ledger, monitor: Monitor) -> Health:
    """The same health that a process running all along would have. Raises ``LedgerUnavailable``."""
    last = ledger.read_stream(health_stream(monitor.id), limit=1, newest_first=True)
    status: Status = "unknown"
    incident_id, transitions = None, 0
    if last:
        event, transitions = last[0].event, last[0].version
        if isinstance(event, MonitorWentDown):
            incident_id = event.incident_id
        confirmed_at = getattr(event, "confirmed_at")  # noqa: B009  every event of a health stream has it
        if confirmed_at >= monitor.watched_since:
            status = STATUS_AFTER[type(event)]
    health = Health(status=status, incident_id=incident_id, transitions=transitions)
    for outcome in reversed(_recent(ledger, monitor, status)):
        health = healths.observe(health, outcome)
    return health


def _recent(ledger: Ledger, monitor: Monitor, status: Status) -> list[ProbeRecorded]:
    """Newest first: outcomes back to the last one that agreed with the status, as far as a run can reach."""
    recent: list[ProbeRecorded] = []
    before: tuple[str, int] | None = None
    while True:
        page = ledger.read_log(f"probe-log:{monitor.id}", limit=_PAGE, before=before)
        for recorded in page:
            outcome = recorded.event
            if not isinstance(outcome, ProbeRecorded) or outcome.verdict == "error":
                continue
            if outcome.started_at < monitor.watched_since:
                return recent
            recent.append(outcome)
            agrees = SEVERITY_OF_VERDICT[outcome.verdict] == SEVERITY_OF_STATUS.get(status)
            if agrees or len(recent) >= LONGEST_RUN:
                return recent
        if len(page) < _PAGE:
            return recent
        before = (page[-1].stream, page[-1].version)
