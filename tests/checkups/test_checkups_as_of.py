"""What was known then, asked of the real ledger, is what the record was then, for every edit history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.checkups.add_addendum import add_addendum
from application.checkups.add_measurement import add_measurement
from application.checkups.amend_checkup_details import amend_checkup_details
from application.checkups.amend_measurement import amend_measurement
from application.checkups.histories import checkup_history
from application.checkups.reading import AsOf, NotKnownThen, checkups_of, load_checkup, load_patient, read_checkup
from application.checkups.record_checkup import record_checkup
from application.checkups.register_patient import register_patient
from application.checkups.revise_patient import revise_patient
from application.checkups.void_checkup import void_checkup
from application.commands import Context, Result, Services
from domain.checkups.checkup import Checkup, Details
from domain.checkups.differences import applied, checkup_document
from domain.checkups.given import GivenMeasurement
from domain.checkups.patient import Patient
from domain.checkups.personal import Personal
from domain.refusal import Refused

HONG = Personal(name="홍길동", birth_date=date(1980, 2, 29), sex="male")
TAKEN = [
    GivenMeasurement(code="height", value=Decimal(175), unit="cm"),
    GivenMeasurement(code="weight", value=Decimal(70), unit="kg"),
    GivenMeasurement(code="creatinine", value=Decimal("0.9"), unit="mg/dL"),
]
Edit = Callable[[Services, str, str], Awaitable[Result]]


def context() -> Context:
    return Context("user:a", str(uuid4()), cause=f"request:{uuid4()}")


def _amend(kg: int) -> Edit:
    weight = GivenMeasurement(code="weight", value=Decimal(kg), unit="kg")
    return lambda services, patient, checkup: amend_measurement(
        services, patient, checkup, "29463-7", weight, context(), reason="misread", expected_version=None
    )


def _withdraw(code: str) -> Edit:
    return lambda services, patient, checkup: amend_measurement(
        services, patient, checkup, code, None, context(), reason="never taken", expected_version=None
    )


def _add(pulse: int) -> Edit:
    one = GivenMeasurement(code="pulse", value=Decimal(pulse), unit="/min")
    return lambda services, patient, checkup: add_measurement(
        services, patient, checkup, one, context(), reason="missing", expected_version=None
    )


def _details(changes: dict[str, Any]) -> Edit:
    return lambda services, patient, checkup: amend_checkup_details(
        services, patient, checkup, changes, context(), reason="wrong", expected_version=None
    )


def _rename(sex: str) -> Edit:
    # Of the patient, between the edits of the checkup: what is derived afterwards follows it, what was does not.
    return lambda services, patient, _: revise_patient(
        services, patient, {"sex": sex}, context(), reason="wrong", expected_version=None
    )


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(_amend, st.integers(50, 120)),
    st.builds(_withdraw, st.sampled_from(["8302-2", "29463-7"])),
    st.builds(_add, st.integers(50, 100)),
    st.builds(_details, st.sampled_from([{"date": date(2026, 1, 2)}, {"place": "종로"}, {"kind": "school"}])),
    st.builds(_rename, st.sampled_from(["male", "female", "unknown"])),
    st.just(lambda services, patient, checkup: add_addendum(services, patient, checkup, "told", context())),
    st.just(
        lambda services, patient, checkup: void_checkup(
            services, patient, checkup, context(), reason="another's", expected_version=None
        )
    ),
)


async def _relive(services: Services, edits: list[Edit]) -> None:
    before = await asyncio.to_thread(services.ledger.head)
    patient_id = (await register_patient(services, HONG, context())).id
    made, _ = await record_checkup(
        services, patient_id, Details(kind="employment", date=date(2026, 1, 1)), TAKEN, context()
    )
    points: list[tuple[int, Patient, Checkup]] = []

    async def remember(position: int) -> None:
        now = await load_patient(services, patient_id), await load_checkup(services, patient_id, made.id)
        points.append((position, *now))

    await remember(made.position)
    for edit in edits:
        try:
            done = await edit(services, patient_id, made.id)
        except Refused:
            continue
        # An edit that changes nothing answers with the newest event of what it would have changed.
        await remember(max(done.position, points[-1][0]))
    _, events = await read_checkup(services, patient_id, made.id)
    stored = await asyncio.to_thread(services.ledger.read, before, 1_000)
    times = {one.position: one.recorded_at for one in stored}
    for position, patient, checkup in points:
        for then in (AsOf(position=position), AsOf(time=times[position])):
            assert await load_patient(services, patient_id, then) == patient
            assert await load_checkup(services, patient_id, made.id, then) == checkup
            assert await checkups_of(services, patient_id, then) == [checkup]
        document: dict[str, Any] = {}
        for entry in checkup_history([one for one in events if one.position <= position]):
            document = applied(document, entry.changes)
        assert document == checkup_document(checkup)
    early = AsOf(position=made.position - 1), AsOf(time=times[made.position] - timedelta(microseconds=1))
    for then in early:
        with pytest.raises(NotKnownThen):
            await load_checkup(services, patient_id, made.id, then)
        assert await checkups_of(services, patient_id, then) == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, max_size=6))
def test_as_of_any_point_equals_the_record_at_that_point(commands: Services, edits: list[Edit]) -> None:
    asyncio.run(_relive(commands, edits))
