"""``vitalog prober``: probes monitors, judges pings, records what it sees."""

from __future__ import annotations

import asyncio
import gc
import resource
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version

import structlog

from adapters.clock import SteadyClock
from adapters.ids import new_id
from adapters.postgres.leadership import while_leading
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.signals import PostgresSignals
from adapters.probes import every_probe
from adapters.spool import FileSpool
from adapters.vault import PostgresVault, load_master_key
from application.monitoring.follow_monitors import MonitorFollower
from application.monitoring.judging import Origin
from application.monitoring.probing import Limits, Prober
from application.monitoring.record_outcomes import OutcomeRecorder
from application.monitoring.watch_pings import PingWatcher
from application.ports.ledger import LedgerUnavailable
from application.ports.signals import Signals, wait
from domain.monitoring.monitor import Monitor
from domain.monitoring.outcome import Outcome
from infra.processes.runtime import run_until_stopped, until
from infra.settings import Settings

_log = structlog.get_logger(__name__)
MAX_PROBES = 2_000
"""Probes at a time, if the system lets this process open as many files."""
_OTHER_FILES = 96
_POLL_S = 1.0
_PAUSE_S = 0.25
"""Between two looks at the ledger at least: it grows with every outcome, but rarely holds anything for the prober."""


class RecordingStopped(Exception):
    """Outcomes can no longer be recorded; the process ends so that it can begin anew."""


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code."""

    async def main(stop: asyncio.Event) -> None:
        url = settings.require_database_url()
        await until(stop, while_leading(url, f"prober {settings.region}", lambda: _work(settings)))

    return run_until_stopped(main)


async def _work(settings: Settings) -> None:
    url, region = settings.require_database_url(), settings.region
    clock = SteadyClock()
    ledger = PostgresLedger(url, application_name="prober")
    vault = PostgresVault(url, load_master_key(settings.require_master_key_file()))
    recorder = OutcomeRecorder(ledger, FileSpool(settings.data_dir / "spool" / region), actor=f"prober:{region}")
    origin = Origin(prober=region, region=region)

    def record(monitor: Monitor, outcome: Outcome, cause: str | None) -> bool:
        return recorder.record(monitor, outcome, new_id(), cause)

    agent = f"Vitalog/{version('vitalog')}"
    prober = Prober(probes=every_probe(user_agent=agent), clock=clock, record=record, origin=origin, limits=_limits())
    pings = PingWatcher(ledger, recorder.record, prober=region, region=region)
    follower = MonitorFollower(ledger, vault, prober=prober, pings=pings, recorder=recorder)
    async with PostgresSignals(url, application_name="prober signals") as signals:
        await _begin(recorder, follower, signals)
        recorder.start()
        gc.freeze()  # what is loaded by now lives as long as the process: no need to look at it again and again
        prober.start()
        _log.info("probing", monitors=prober.watched, region=region)
        try:
            while True:
                _check(recorder, prober)
                appended = signals.next_append()
                with suppress(LedgerUnavailable):
                    await follower.advance()
                await asyncio.sleep(_PAUSE_S)
                await wait(appended, _patience(pings.sweep(clock.now()), clock.now()))
        finally:
            await prober.stop()
            await asyncio.to_thread(recorder.close)
            ledger.close()


def _limits() -> Limits:
    """As many probes at a time as there may be files open: a probe takes one or two, the rest of the process few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_PROBES + _OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return Limits(probes=max(1, min(MAX_PROBES, (soft - _OTHER_FILES) // 2)))


async def _begin(recorder: OutcomeRecorder, follower: MonitorFollower, signals: Signals) -> None:
    while True:
        try:
            await asyncio.to_thread(recorder.drain_spool)
            await follower.load()
        except LedgerUnavailable as error:
            _log.warning("waiting_for_ledger", why=str(error))
            await wait(signals.next_append(), _POLL_S)
        else:
            return


def _check(recorder: OutcomeRecorder, prober: Prober) -> None:
    if recorder.failure is not None:
        raise RecordingStopped from recorder.failure
    if prober.broken.done():
        prober.broken.result()


def _patience(due: datetime | None, now: datetime) -> float:
    return _POLL_S if due is None else min(_POLL_S, max(0.0, (due - now).total_seconds()))
