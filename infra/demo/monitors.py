"""Invented services: a year of probes, with the transitions and incidents that the domain makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.kernel import Event
from domain.monitoring import events as e
from domain.monitoring import health as h
from domain.monitoring import incident as i
from domain.monitoring import monitor as m
from domain.monitoring.outcome import Outcome, Phases, Verdict
from infra.demo.plan import Part, Plan, Writing

INTERVAL_S = 900
PROBER = "prober:demo"


@dataclass(frozen=True, slots=True)
class Service:
    """One that is watched."""

    name: str
    kind: e.Kind
    target: str
    typical_ms: float
    slow_over_ms: float | None
    troubles_a_year: float
    tags: tuple[str, ...]


SERVICES = (
    Service("예약 사이트 (demo)", "http", "https://booking.example.org/health", 110, 800, 14, ("demo", "web")),
    Service("Patient portal (demo)", "http", "https://portal.example.org/", 180, 1_000, 9, ("demo", "web")),
    Service("검사 결과 서버 (demo)", "tcp", "lab.example.org:443", 14, None, 6, ("demo", "laboratory")),
    Service("Records database (demo)", "tcp", "db.example.org:5432", 4, None, 3, ("demo", "database")),
)
_FAULTS = {
    "http": (
        ("status_unexpected", "expected 200-299, got 503", 503),
        ("status_unexpected", "expected 200-299, got 502", 502),
        ("timeout", "nothing came within 10 s", None),
        ("connection_refused", "connection refused", None),
    ),
    "tcp": (("connection_refused", "connection refused", None), ("timeout", "nothing came within 10 s", None)),
}
_NOTES = (
    "원인: 배포 후 설정 오류. 이전 버전으로 되돌렸습니다.",
    "The connection pool was exhausted; its limit is twice as high now.",
    "디스크가 가득 찼습니다. 로그 보관 기간을 줄였습니다.",
    "The certificate had to be renewed by hand. It renews itself from now on.",
    "통신사 회선 장애. 복구를 확인했습니다.",
)


def parts(plan: Plan, operator: str) -> Iterator[Part]:
    """One for every service. ``operator``: the actor who looks after incidents."""
    for number, service in enumerate(SERVICES):
        yield _Life(plan, number, service, operator).live()


class _Life:
    """One service from its registration until the demo ends. Then it is paused: there is nothing to probe there."""

    def __init__(self, plan: Plan, number: int, service: Service, operator: str) -> None:
        self._plan, self._service, self._operator = plan, service, operator
        self._dice = plan.dice(f"monitor/{number}")
        self._writing = Writing(plan, f"monitor/{number}")
        self._id = plan.id(f"monitor/{number}")
        self._health = h.Health()
        self._incidents: dict[str, i.Incident] = {}
        self._opened: dict[str, datetime] = {}

    def live(self) -> Part:
        """Everything that happened to it."""
        service, plan = self._service, self._plan
        settings = m.Settings(
            name=service.name,
            kind=service.kind,
            target=service.target,
            interval_s=INTERVAL_S,
            retry_interval_s=60,
            degraded_over_ms=service.slow_over_ms,
            tags=service.tags,
        )
        registered = m.register(self._id, settings, plan.begin)
        self._writing.add(e.monitor_stream(self._id), registered, self._operator)
        monitor = m.evolve(None, registered)
        assert monitor is not None
        troubles = list(_troubles(self._dice, plan, service))
        at = plan.begin + timedelta(seconds=self._dice.randrange(INTERVAL_S))
        while at < plan.end:
            while troubles and troubles[0].until <= at:
                troubles.pop(0)
            now = troubles[0] if troubles and troubles[0].since <= at else None
            attempt = 0
            moment = at
            while self._observe(monitor, moment, now, attempt) and attempt < 3:
                attempt += 1
                moment += timedelta(seconds=60)
            at += timedelta(seconds=INTERVAL_S)
        for event in m.pause(monitor, plan.end):
            self._writing.add(e.monitor_stream(self._id), event, self._operator)
        return self._writing.part()

    def _observe(self, monitor: m.Monitor, at: datetime, trouble: _Trouble | None, attempt: int) -> bool:
        """Returns whether a retry would help, as the prober's recorder does."""
        outcome = self._outcome(monitor, at, trouble, attempt)
        decided, self._health = h.decide(self._health, monitor.thresholds, outcome)
        for event in decided:
            match event:
                case e.ProbeRecorded():
                    self._writing.add(e.probe_log_stream(monitor.id, event.scheduled_at), event, PROBER)
                case e.IncidentOpened() | e.IncidentResolved():
                    self._look_after(event)
                case _:
                    self._writing.add(e.health_stream(monitor.id), event, PROBER)
        return self._health.unconfirmed

    def _outcome(self, monitor: m.Monitor, at: datetime, trouble: _Trouble | None, attempt: int) -> Outcome:
        dice, service = self._dice, self._service
        total = round(service.typical_ms * dice.lognormvariate(0, 0.25), 1)
        verdict: Verdict = "pass"
        reason = detail = code = None
        if trouble is not None and trouble.slow and service.slow_over_ms:
            verdict, total = "slow", round(service.slow_over_ms * dice.uniform(1.05, 2.4), 1)
            reason, detail, code = "too_slow", f"took {total:g} ms, more than {service.slow_over_ms:g} ms", 200
        elif trouble is not None:
            verdict, (reason, detail, code) = "fail", trouble.fault
            total = 10_000.0 if reason == "timeout" else total
        elif service.kind == "http":
            code = 200
        http = service.kind == "http"
        return Outcome(
            monitor_id=monitor.id,
            verdict=verdict,
            scheduled_at=at,
            started_at=at + timedelta(microseconds=dice.randrange(2_000_000)),
            total_ms=total,
            phases=Phases(dns_ms=0.4, connect_ms=round(total / 9, 1), first_byte_ms=total if http else None),
            status_code=code if http else None,
            reason=reason,
            detail=detail,
            vouches_ms=monitor.vouches_ms,
            prober="demo",
            attempt=attempt,
        )

    def _look_after(self, event: e.IncidentOpened | e.IncidentResolved) -> None:
        """A person acknowledges most incidents, and writes down what it was."""
        stream = e.incident_stream(event.incident_id)
        if isinstance(event, e.IncidentOpened):
            self._write_incident(stream, event, PROBER)
            self._opened[event.incident_id] = event.confirmed_at
            return
        opened = self._opened.pop(event.incident_id)
        seen = opened + timedelta(minutes=self._dice.randint(1, 12))
        looked_after = self._dice.random() < 0.7
        if looked_after and seen < event.at:
            for done in i.acknowledge(self._incidents[stream], by=self._operator, at=seen):
                self._write_incident(stream, done, self._operator)
        self._write_incident(stream, event, PROBER)
        if looked_after:
            later = event.at + timedelta(minutes=self._dice.randint(10, 300))
            note = self._dice.choice(_NOTES)
            for done in i.add_note(self._incidents[stream], by=self._operator, at=later, note=note):
                self._write_incident(stream, done, self._operator)

    def _write_incident(self, stream: str, event: Event, actor: str) -> None:
        self._writing.add(stream, event, actor)
        state = i.evolve(self._incidents.get(stream), event)
        assert state is not None
        self._incidents[stream] = state


@dataclass(frozen=True, slots=True)
class _Trouble:
    since: datetime
    until: datetime
    slow: bool
    fault: tuple[str, str, int | None]


def _troubles(dice: Random, plan: Plan, service: Service) -> Iterator[_Trouble]:
    """Spells in which it is slow or away, in order and apart; none reaches the end."""
    at, last = plan.begin, plan.end - timedelta(days=1)
    mean_days = 365 / service.troubles_a_year
    while True:
        at += timedelta(days=dice.expovariate(1 / mean_days), hours=2)
        until = at + timedelta(minutes=min(dice.lognormvariate(3.6, 0.9), 600))
        if until > last:
            return
        slow = service.slow_over_ms is not None and dice.random() < 0.4
        yield _Trouble(at, until, slow, dice.choice(_FAULTS[service.kind]))
        at = until
