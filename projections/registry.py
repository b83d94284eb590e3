"""Every read model. To add one: a ``.py`` beside a ``.sql``, and a line here."""

from __future__ import annotations

from projections.activity import Activity
from projections.base import Projection
from projections.checkup_index import CheckupIndex
from projections.incidents import Incidents
from projections.latency_trends import LatencyTrends
from projections.measurements import Measurements
from projections.monitor_status import MonitorStatus
from projections.namesakes import Namesakes
from projections.patients import Patients
from projections.status_intervals import StatusIntervals
from projections.users import Users

PROJECTIONS: tuple[type[Projection], ...] = (
    MonitorStatus,
    StatusIntervals,
    LatencyTrends,
    Incidents,
    Activity,
    Patients,
    CheckupIndex,
    Measurements,
    Namesakes,
    Users,
)
NAMES: tuple[str, ...] = tuple(projection.name for projection in PROJECTIONS)


def build(name: str, schema: str | None = None) -> Projection:
    """A new instance of a read model, with its tables in ``schema`` (by default the one of its own name).

    Raises:
        KeyError: no read model has that name.
    """
    return {projection.name: projection for projection in PROJECTIONS}[name](schema)
