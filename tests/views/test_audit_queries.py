"""The audit trail's statements find what they look for by index, however long the trail is."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from projections.base import statements

ASKED = {
    "before": 2**62, "actors": None, "type": None, "from": None, "to": None, "correlation_id": None, "limit": 50,
    "subject": "a", "patient": "b",
}  # fmt: skip
MONTH = {"from": datetime(2026, 10, 1, tzinfo=UTC), "to": datetime(2026, 11, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("schema", "name", "values", "index"),
    [
        ("activity", "trail_of_subject", ASKED, "subjects_trail"),
        ("activity", "trail_of_checkup", ASKED, "entries_by_subject"),
        ("audit", "reads", MONTH, "entries_by_subject"),
    ],
)
def test_no_statement_reads_the_whole_trail_for_one_entry(database, projector, schema, name, values, index) -> None:
    assert projector.catch_up() == 0
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("SET enable_seqscan = off")
        db.execute("SET enable_bitmapscan = off")
        rows = db.execute(b"EXPLAIN " + statements(schema)[name], values).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    # The columns are of two collations; a comparison in the wrong one is a filter, and reads the whole index.
    lines = plan.splitlines()
    places = [place for place, line in enumerate(lines) if index in line]
    assert all("Index Cond: " in lines[place + 1] and "subject = " in lines[place + 1] for place in places), plan
