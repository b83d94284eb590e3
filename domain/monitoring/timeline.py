"""The timeline: what is known about a monitor's status at every moment, folded from its events.

A timeline is a sequence of *spans*: time an outcome vouches for, in the status confirmed for it, and paused time.
Spans are in order and never overlap; neighbours that touch differ in state. Everything between registration and
retirement that no span covers is unknown, so ``partition`` of the spans is a partition of the monitor's life.

Times are whole microseconds since 1970 UTC (``domain.times``). Folding an outcome in a steady state moves the end
of the last span and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from domain.monitoring.outcome import Status

State = Literal["up", "degraded", "down", "unknown", "paused"]
FOREVER = 2**62
"""The end of a span that is still open: a pause without resumption."""
CLEAN = 2**63
_KEPT, _TRIM_ABOVE = 4, 16


class Interval(NamedTuple):
    """One piece of a partition: ``[start, end)`` in microseconds."""

    start: int
    end: int
    state: State


class Span:
    """Vouched or paused time ``[start, end)``; state ``unknown`` is vouched time before a first confirmation."""

    __slots__ = ("end", "seen", "start", "state")

    def __init__(self, start: int, end: int, state: State, seen: int) -> None:
        self.start = start
        self.end = end
        self.state: State = state
        self.seen = seen
        """Effective time of the newest outcome when it last changed this span, so that a stored span carries it."""

    def as_tuple(self) -> Interval:
        """Its value."""
        return Interval(self.start, self.end, self.state)


class Timeline:
    """The spans of one monitor and the little that is needed to go on folding.

    ``spans`` may be only the tail of the whole: every span that ends after ``floor`` is there. An event that speaks of
    a time at or before ``floor`` needs more of them. ``dirty`` is the start of the earliest span changed since
    ``settle``, and ``removed`` the starts of spans that are gone.
    """

    __slots__ = ("dirty", "effective", "floor", "mark", "registered", "removed", "retired", "spans", "status", "turned")

    def __init__(self, registered: int) -> None:
        self.registered = registered
        self.retired: int | None = None
        self.status: Status = "unknown"
        """What is confirmed; vouched time takes it. Unknown after a pause until the next confirmation."""
        self.effective = registered
        """Effective time of the newest outcome: never goes back, whatever a clock does."""
        self.spans: list[Span] = []
        self.floor = -1
        self.dirty = CLEAN
        self.removed: set[int] = set()
        self.mark = registered
        """``effective`` when anything but the last span's end changed last; what came since, that span has ``seen``."""
        self.turned = True
        """Whether that was since ``settle``."""

    def observe(self, started: int, vouches: int) -> None:
        """An outcome that is not an ``error`` vouches for ``vouches`` microseconds from its effective time on."""
        at = self.effective = max(started, self.effective)
        if self.spans:
            last = self.spans[-1]
            if last.state == self.status and last.start <= at <= last.end and self.retired is None:
                last.end = max(last.end, at + vouches)
                last.seen = at
                self.dirty = min(self.dirty, last.start)
                return
        self._cover(at, at + vouches)
        self._turn()

    def confirm(self, since: int, status: Status) -> None:
        """A transition, back-dated: vouched time from ``since`` on takes the new status, also across gaps."""
        self.status = status
        self._turn()
        first = self._index(since)
        tail: list[Span] = []
        for span in self.spans[first:]:
            if span.state == "paused":
                tail.append(span)
                continue
            if span.start < since:
                tail.append(Span(span.start, since, span.state, span.seen))
            tail.append(Span(max(span.start, since), span.end, status, span.seen))
        self._replace(first, tail)

    def pause(self, at: int) -> None:
        """Nobody looks from ``at`` on; what an outcome vouched for beyond that is taken back."""
        if self.retired is not None or self._paused():
            return
        self.status = "unknown"
        self._turn()
        pauses = [span.end for span in self.spans if span.state == "paused"]
        at = max(at, self.registered, *pauses[-1:])
        first, tail = self._before(at)
        self._replace(first, [*tail, Span(at, FOREVER, "paused", self.effective)])

    def resume(self, at: int) -> None:
        """Looking again; the status is unknown until it is confirmed anew."""
        if self.retired is not None or not self._paused():
            return
        self.status = "unknown"
        self._turn()
        pause = self.spans[-1]
        end = max(at, pause.start)
        self._replace(len(self.spans) - 1, [Span(pause.start, end, "paused", pause.seen)] if end > pause.start else [])

    def retire(self, at: int) -> None:
        """The monitor's life ends at ``at``; nothing is known or counted after it."""
        if self.retired is None:
            self.retired = max(at, self.registered)
            self._turn()
            first, tail = self._before(self.retired)
            self._replace(first, tail)

    def settle(self) -> None:
        """Forget which spans changed (they are stored now) and those that nothing but a look far back needs."""
        self.dirty = CLEAN
        self.removed = set()
        self.turned = False
        if len(self.spans) > _TRIM_ABOVE:
            keep = min(len(self.spans) - _KEPT, self._index(self.effective) - 1)
            if keep > 0:
                self.floor = self.spans[keep].start
                del self.spans[:keep]

    def changed(self) -> list[Span]:
        """The spans to store, in order: those from ``dirty`` on."""
        if self.spans and self.spans[-1].start == self.dirty:
            return self.spans[-1:]
        return [span for span in self.spans if span.start >= self.dirty]

    def _cover(self, start: int, end: int) -> None:
        start = max(start, self.registered)
        if self.retired is not None:
            end = min(end, self.retired)
        first = max(self._index(start) - 1, 0)
        tail: list[Span] = []
        at = start
        for span in self.spans[first:]:
            if at < min(span.start, end):
                tail.append(Span(at, min(span.start, end), self.status, self.effective))
            tail.append(span)
            if span.end > at:
                # An outcome never vouches into a pause, nor beyond it: after a resumption only a new one speaks.
                at = end if span.state == "paused" else max(at, span.end)
        if at < end:
            tail.append(Span(at, end, self.status, self.effective))
        self._replace(first, tail)

    def _turn(self) -> None:
        self.turned = True
        self.mark = self.effective

    def _paused(self) -> bool:
        return bool(self.spans) and self.spans[-1].end == FOREVER

    def _index(self, at: int) -> int:
        # The first span that ends after ``at``.
        index = len(self.spans)
        while index and self.spans[index - 1].end > at:
            index -= 1
        return index

    def _before(self, at: int) -> tuple[int, list[Span]]:
        first = self._index(at)
        return first, [Span(s.start, at, s.state, s.seen) for s in self.spans[first:] if s.start < at]

    def _replace(self, first: int, tail: list[Span]) -> None:
        # Neighbours that touch and agree become one (a pause once it has ended: until then its own start is needed);
        # then note what differs from what was there.
        if first:
            first -= 1
            tail.insert(0, self.spans[first])
        merged: list[Span] = []
        for span in tail:
            last = merged[-1] if merged else None
            if last and last.state == span.state and last.end == span.start and span.end != FOREVER:
                merged[-1] = Span(last.start, span.end, span.state, max(last.seen, span.seen))
            else:
                merged.append(span)
        old = self.spans[first:]
        self.spans[first:] = merged
        kept = {span.start for span in merged}
        self.removed.update(span.start for span in old if span.start not in kept)
        self.removed -= kept
        known = {id(span) for span in old}
        fresh = [span.start for span in merged if id(span) not in known]
        if fresh:
            self.dirty = min(self.dirty, fresh[0])


def partition(
    spans: Iterable[tuple[int, int, State]], *, registered: int, retired: int | None, start: int, end: int
) -> Iterator[Interval]:
    """The part of a monitor's life within ``[start, end)``, without gaps or overlaps; uncovered time is unknown.

    ``spans`` are in order and may reach beyond the window. Neighbouring intervals differ in state.
    """
    start = max(start, registered)
    end = end if retired is None else min(end, retired)
    state: State = "unknown"
    begun = at = start
    for span_start, span_end, span_state in spans:
        low, high = max(span_start, start), min(span_end, end)
        if low >= high:
            continue
        steps: tuple[tuple[int, State], ...] = ((low, "unknown"), (high, span_state))
        for edge, new in steps:
            if edge > at:
                if new != state:
                    if at > begun:
                        yield Interval(begun, at, state)
                    begun, state = at, new
                at = edge
    if end > at:
        if state != "unknown":
            yield Interval(begun, at, state)
            begun, state = at, "unknown"
        at = end
    if at > begun:
        yield Interval(begun, at, state)
