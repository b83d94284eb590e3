"""The prober's engine alone, with its outcomes thrown away.

``python -m infra.bench.http_prober TARGET_URL MONITORS INTERVAL_S``; runs until its stdin ends, then prints how many
outcomes of each verdict there were.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections import Counter

import uvloop

from adapters.clock import SteadyClock
from adapters.probes import every_probe
from application.monitoring.judging import Origin
from application.monitoring.probing import Limits, Prober
from domain.monitoring.events import MonitorRegistered
from domain.monitoring.monitor import Monitor, evolve
from domain.monitoring.outcome import Outcome


async def _probe(url: str, monitors: int, interval_s: float) -> None:
    verdicts: Counter[str] = Counter()

    def record(monitor: Monitor, outcome: Outcome, cause: str | None) -> bool:
        del monitor, cause
        verdicts[outcome.verdict] += 1
        return False

    clock = SteadyClock()
    prober = Prober(
        probes=every_probe(), clock=clock, record=record, origin=Origin("bench"), limits=Limits(probes=monitors)
    )
    for number in range(monitors):
        registered = MonitorRegistered(
            monitor_id=f"bench-{number}",
            at=clock.now(),
            name="bench",
            kind="http",
            target=url,
            interval_s=interval_s,
            timeout_s=interval_s,
            retry_interval_s=interval_s,
            failures_to_down=2,
            passes_to_up=1,
        )
        monitor = evolve(None, registered)
        assert monitor is not None
        prober.set(monitor)
    gc.freeze()
    prober.start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await prober.stop()
    print(json.dumps(verdicts), flush=True)


if __name__ == "__main__":
    uvloop.run(_probe(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
