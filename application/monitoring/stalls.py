"""How long the event loop stood still, as seen by a timer that fires several times a second."""

from __future__ import annotations

from collections import deque

WORTH_NOTING_S = 0.05
_REMEMBERED = 512


class Stalls:
    """Times are those of the event loop, seconds."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._expected = float("inf")
        self.worst_s = 0.0
        """The longest stall so far."""

    def expect(self, at: float) -> None:
        """The timer is set for ``at``."""
        self._expected = at

    def woke(self, at: float) -> None:
        """The timer fired at ``at``."""
        stall = at - self._expected
        if stall > WORTH_NOTING_S:
            self._noted.append((at, stall))
            self.worst_s = max(self.worst_s, stall)

    def since(self, start: float, now: float) -> float:
        """Seconds stood still between ``start`` and ``now``, an overdue timer included; never more than that span."""
        overdue = now - self._expected
        total = overdue if overdue > WORTH_NOTING_S else 0.0
        for at, stall in reversed(self._noted):
            if at <= start:
                break
            total += stall
        return min(total, now - start)
