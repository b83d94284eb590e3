"""Timing one probe, and turning however it ends into an observation."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Literal

import structlog

from adapters.probes.faults import NotPassedError, fail, from_os_error, from_tls_error
from application.ports.probe import Observation
from domain.monitoring.outcome import Phases

Stage = Literal["dns", "connect", "tls", "first_byte", "body"]
_WAITED_FOR: dict[Stage, str] = {
    "dns": "answer from DNS",
    "connect": "connection",
    "tls": "TLS handshake",
    "first_byte": "first byte of an answer",
    "body": "end of the answer",
}
log = structlog.get_logger(__name__)


class Stopwatch:
    """Phases of one probe on the monotonic clock; the hops of a redirect add up."""

    __slots__ = ("_marked", "_spent", "_started", "complete_ms", "on_dns_timeout", "stage", "status_code")

    def __init__(self) -> None:
        self._started = self._marked = perf_counter()
        self._spent: dict[Stage, float] = {}
        self.stage: Stage = "connect"
        self.complete_ms: float | None = None
        """Set when the whole answer has been read."""
        self.status_code: int | None = None
        self.on_dns_timeout: Callable[[], NotPassedError] | None = None
        """Who is to blame when the time is up while waiting for DNS."""

    def begin(self, stage: Stage) -> None:
        """A stage begins now."""
        self.stage = stage
        self._marked = perf_counter()

    def end(self) -> None:
        """The present stage ends now."""
        self._spent[self.stage] = self._spent.get(self.stage, 0.0) + perf_counter() - self._marked

    def complete(self) -> None:
        """The last byte has been read."""
        self.complete_ms = round((perf_counter() - self._started) * 1000, 1)

    def phases(self) -> Phases | None:
        """What was measured so far; None when nothing was."""
        if not self._spent:
            return None
        spent = self._spent
        return Phases(*(None if (s := spent.get(stage)) is None else round(s * 1000, 1) for stage in _PHASES))

    def observation(self, verdict: NotPassedError | None) -> Observation:
        """The observation with this verdict; None is ``pass``."""
        return Observation(
            finding="pass" if verdict is None else verdict.finding,
            total_ms=self.complete_ms,
            phases=self.phases(),
            status_code=self.status_code,
            reason=None if verdict is None else verdict.reason,
            detail=None if verdict is None else verdict.detail,
        )


_PHASES: tuple[Stage, ...] = ("dns", "connect", "tls", "first_byte")


async def observed(timeout_s: float, attempt: Callable[[Stopwatch], Awaitable[None]]) -> Observation:
    """Make one attempt within ``timeout_s``: ``pass`` when it returns, otherwise the verdict on what it raised."""
    watch = Stopwatch()
    try:
        async with asyncio.timeout(timeout_s):
            await attempt(watch)
    except TimeoutError:
        return watch.observation(_too_late(watch, timeout_s))
    except NotPassedError as verdict:
        return watch.observation(verdict)
    except ssl.SSLError as error:
        return watch.observation(from_tls_error(error))
    except OSError as error:
        return watch.observation(from_os_error(error))
    except Exception as error:
        # A mistake in this program must not become the target's downtime, nor stop the prober.
        log.exception("probe_failed_inside", error=type(error).__name__)
        return watch.observation(NotPassedError("error", "prober_fault", f"{type(error).__name__} inside the prober"))
    return watch.observation(None)


def _too_late(watch: Stopwatch, timeout_s: float) -> NotPassedError:
    if watch.stage == "dns" and watch.on_dns_timeout is not None:
        return watch.on_dns_timeout()
    return fail("timeout", f"no {_WAITED_FOR[watch.stage]} within {timeout_s:g} s")
