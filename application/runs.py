"""Making order of what a feed delivers: repeated, shuffled, with gaps."""

from __future__ import annotations

from collections.abc import Iterable

from application.ports.ledger import RecordedEvent


def runs(events: Iterable[RecordedEvent]) -> list[list[RecordedEvent]]:
    """The events once each, in position order, split wherever a position is missing."""
    ordered = sorted({event.position: event for event in events}.values(), key=lambda event: event.position)
    found: list[list[RecordedEvent]] = []
    for event in ordered:
        if found and found[-1][-1].position + 1 == event.position:
            found[-1].append(event)
        else:
            found.append([event])
    return found
