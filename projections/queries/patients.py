"""Patients, found by keyed hashes. What they are called comes sealed: it is opened by whoever has their keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from domain.checkups.personal import Personal
from projections.base import RowKey, statements
from projections.patients import row_context
from projections.queries.rows import Connection, rows

_SQL = statements("patients")
_LAST = 2**63 - 1
_CONDITIONS = {
    "name": b" AND name_keys @> ARRAY[%(name)s::text]",
    "phone": b" AND phone_keys @> ARRAY[%(phone)s::text]",
    "identifier": b" AND identifier_keys @> ARRAY[%(identifier)s::text]",
    "only": b" AND patient_id = %(only)s",
}
_decoder = msgspec.json.Decoder(Personal)


class PatientView(msgspec.Struct, frozen=True, kw_only=True):
    """A patient of a list."""

    id: str
    version: int
    registered_at: datetime
    personal: Personal


class SealedPatient(msgspec.Struct, frozen=True, kw_only=True):
    """A patient of a list before it is opened."""

    patient_id: str
    registered_at: datetime
    position: int
    version: int
    sealed: bytes

    def open(self, key: RowKey) -> PatientView:
        """With personal data. ``key``: the patient's own.

        Raises:
            application.ports.subject_keys.KeyRefused: the row was altered, or the key is another's.
        """
        personal = _decoder.decode(key.open_row(row_context(self.patient_id), self.sealed))
        return PatientView(
            id=self.patient_id, version=self.version, registered_at=self.registered_at, personal=personal
        )


async def list_patients(
    db: Connection,
    *,
    name: str | None = None,
    phone: str | None = None,
    identifier: str | None = None,
    only: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[SealedPatient]:
    """A page, the one registered last first.

    ``name``, ``phone``, ``identifier``: fingerprints. ``only``: one patient's id. ``before``: position of the last one
    of the page before.
    """
    wanted = {"name": name, "phone": phone, "identifier": identifier, "only": only}
    values: dict[str, Any] = {**wanted, "before": _LAST if before is None else before, "limit": limit}
    conditions = b"".join(_CONDITIONS[key] for key, value in wanted.items() if value is not None)
    return [
        SealedPatient(
            patient_id=row[0],
            registered_at=row[1].astimezone(UTC),
            position=row[2],
            version=row[3],
            sealed=row[4],
        )
        for row in await rows(db, _SQL["list"].replace(b"/* and */", conditions), values)
    ]
