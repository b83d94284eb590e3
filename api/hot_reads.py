"""Ready answers of the reads that dashboards repeat, kept for a moment in this process.

An answer leaves the cache when its monitor's read models move on (PostgreSQL says so), when its own time is up (a
status that would lapse by the clock), and after ``MAX_AGE_S`` whatever happens. While nothing can be heard from
PostgreSQL, nothing is answered from here.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from application.ports.clock import Clock
from application.ports.signals import Signals

MAX_AGE_S = 1.0
MAX_MONITORS = 5_000
MAX_ANSWERS = 20
"""Per monitor: windows of uptime may vary without bound."""


class Answer(msgspec.Struct, frozen=True):
    """A body and its ``ETag`` (empty when it has none)."""

    body: bytes
    etag: str
    expires: float


class HotReads:
    """Answers by monitor and by what was asked about it."""

    def __init__(self, signals: Signals, clock: Clock) -> None:
        self._signals = signals
        self._clock = clock
        self._answers: dict[str, dict[object, Answer]] = {}
        self._epoch = 0
        signals.on_projected(self._forget)

    @property
    def epoch(self) -> int:
        """To be read before the database is: an answer is kept only if nothing has moved since then."""
        return self._epoch

    def get(self, monitor_id: str, asked: object) -> Answer | None:
        """The kept answer, if it is still true."""
        answers = self._answers.get(monitor_id)
        if answers is None or not self._signals.connected:
            return None
        answer = answers.get(asked)
        return answer if answer is not None and self._clock.monotonic() < answer.expires else None

    def keep(self, monitor_id: str, asked: object, body: bytes, *, etag: str, epoch: int, until_s: float) -> Answer:
        """Keep an answer for at most ``until_s`` seconds; returns it either way."""
        answer = Answer(body, etag, self._clock.monotonic() + min(MAX_AGE_S, until_s))
        if epoch == self._epoch and self._signals.connected and until_s > 0:
            if monitor_id not in self._answers and len(self._answers) >= MAX_MONITORS:
                self._answers.clear()
            answers = self._answers.setdefault(monitor_id, {})
            if len(answers) >= MAX_ANSWERS:
                answers.clear()
            answers[asked] = answer
        return answer

    def _forget(self, monitor_ids: Sequence[str] | None) -> None:
        self._epoch += 1
        if monitor_ids is None:
            self._answers.clear()
            return
        for monitor_id in monitor_ids:
            self._answers.pop(monitor_id, None)
