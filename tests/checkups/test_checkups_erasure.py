"""Forgetting a patient: two people, no hold in force, the key destroyed whatever crashes in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from application.checkups.confirm_erasure import confirm_erasure, finish_erasures
from application.checkups.identifiers import holder
from application.checkups.place_legal_hold import place_legal_hold
from application.checkups.reading import Erased, checkups_of, load_checkup, load_patient
from application.checkups.record_checkup import record_checkup
from application.checkups.register_patient import register_patient
from application.checkups.request_erasure import request_erasure
from application.checkups.revise_patient import revise_patient
from application.checkups.traces import traces_of
from application.commands import Context, NotFound, Services, in_stream
from application.ports.ledger import LedgerUnavailable, VersionConflict
from application.ports.subject_keys import SubjectErased
from domain.checkups.checkup import Details
from domain.checkups.events import LegalHoldLifted, checkup_stream, patient_stream
from domain.checkups.personal import Identifier, Personal
from domain.checkups.recording import record
from domain.refusal import Refused

CHART = Identifier(system="chart", value="A-17")
HONG = Personal(name="홍길동", birth_date=date(1980, 2, 29), sex="male", identifiers=(CHART,))


def context(actor: str = "user:a") -> Context:
    return Context(actor, str(uuid4()), cause=f"request:{uuid4()}")


async def asked(commands: Services, personal: Personal = HONG) -> str:
    made = await register_patient(commands, personal, context())
    await request_erasure(commands, made.id, context(), by="user:a", ground="subject-request")
    return made.id


async def test_a_confirmed_erasure_destroys_the_key_and_frees_the_identifiers_in_one_append(
    commands: Services,
) -> None:
    patient_id = await asked(commands)
    today = commands.clock.now().date()
    recorded, _ = await record_checkup(commands, patient_id, Details(kind="other", date=today), [], context())
    done = await confirm_erasure(commands, patient_id, context("user:b"), by="user:b")
    assert commands.keys.of([patient_id]) == {}
    assert holder(commands, CHART) is None
    newest = commands.ledger.read(done.position - 3, 10)
    assert [one.type for one in newest] == [
        "checkups.erasure-confirmed",
        "checkups.identifier-released",
        "checkups.patient-erased",
    ]
    assert len({one.recorded_at for one in newest}) == 1
    for reading in (load_patient(commands, patient_id), load_checkup(commands, patient_id, recorded.id)):
        with pytest.raises(Erased) as caught:
            await reading
        assert caught.value.event.ground == "subject-request"
    assert await checkups_of(commands, patient_id) == []
    assert await register_patient(commands, HONG, context())


async def test_who_asked_cannot_confirm_whatever_credential_they_use(commands: Services) -> None:
    patient_id = await asked(commands)
    with pytest.raises(Refused, match="Another person"):
        await confirm_erasure(commands, patient_id, context("api-key:1"), by="user:a")
    assert await load_patient(commands, patient_id)


async def test_a_hold_placed_at_the_same_moment_is_never_passed_over(commands: Services) -> None:
    for _ in range(5):
        patient_id = await asked(commands, Personal(name="x"))
        until = commands.clock.now().date() + timedelta(days=1)
        held, erased = await asyncio.gather(
            place_legal_hold(commands, patient_id, context(), until=until, reason="court"),
            confirm_erasure(commands, patient_id, context("user:b"), by="user:b"),
            return_exceptions=True,
        )
        # Whoever came first, the other one was refused.
        assert isinstance(held, Exception) != isinstance(erased, Exception), (held, erased)
        assert isinstance(erased, Refused) == bool(commands.keys.of([patient_id]))


async def test_an_identifier_taken_at_the_same_moment_is_freed_too(commands: Services) -> None:
    other = Identifier(system="chart", value="B-1")
    patient_id = await asked(commands)
    await asyncio.gather(
        revise_patient(
            commands, patient_id, {"identifiers": (CHART, other)}, context(), reason="x", expected_version=None
        ),
        confirm_erasure(commands, patient_id, context("user:b"), by="user:b"),
        return_exceptions=True,
    )
    assert commands.keys.of([patient_id]) == {}
    assert holder(commands, CHART) is None
    assert holder(commands, other) is None


class _Dying:
    """Keys that cannot be destroyed: the process dies between the events and the key."""

    def __init__(self, keys: Any) -> None:
        self._keys = keys

    def destroy(self, _: Any) -> None:
        raise LedgerUnavailable("the process died here")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keys, name)


async def half_erased(commands: Services) -> str:
    patient_id = await asked(commands)
    dying = replace(commands, keys=_Dying(commands.keys))
    with pytest.raises(LedgerUnavailable):
        await confirm_erasure(dying, patient_id, context("user:b"), by="user:b")
    assert commands.keys.of([patient_id])
    return patient_id


async def test_a_crash_before_the_key_is_destroyed_answers_nothing_any_more(commands: Services) -> None:
    patient_id = await half_erased(commands)
    today = commands.clock.now().date()
    for attempt in (
        load_patient(commands, patient_id),
        record_checkup(commands, patient_id, Details(kind="other", date=today), [], context()),
        revise_patient(commands, patient_id, {"name": "x"}, context(), reason="x", expected_version=None),
        place_legal_hold(commands, patient_id, context(), until=today, reason="x"),
    ):
        with pytest.raises(Erased):
            await attempt


async def test_what_began_before_an_erasure_is_not_recorded_after_it(commands: Services) -> None:
    patient_id = await half_erased(commands)
    assert commands.keys.of([patient_id]), "it could still be sealed"
    late = record("c", patient_id, HONG, Details(kind="other", date=date(2026, 1, 1)), [], at=commands.clock.now())
    head = commands.ledger.head()
    for stream, version, events in (
        (checkup_stream(patient_id, "c"), 0, [late]),
        (patient_stream(patient_id), 3, [LegalHoldLifted(patient_id=patient_id, at=commands.clock.now(), reason="x")]),
    ):
        with pytest.raises(VersionConflict):
            await commands.writer.append(in_stream(stream, version, events, context()))
    assert commands.ledger.head() == head
    assert await register_patient(commands, HONG, context()), "it is nobody else's affair"


async def test_whoever_records_at_the_moment_of_an_erasure_is_in_time_or_told_of_it(commands: Services) -> None:
    for _ in range(5):
        patient_id = await asked(commands, Personal(name="x"))
        today = commands.clock.now().date()
        recording = [
            record_checkup(commands, patient_id, Details(kind="other", date=today), [], context()) for _ in range(4)
        ]
        done, *others = await asyncio.gather(
            confirm_erasure(commands, patient_id, context("user:b"), by="user:b"), *recording, return_exceptions=True
        )
        assert not isinstance(done, BaseException)
        for other in others:
            assert isinstance(other, SubjectErased) or other[0].position < done.position  # type: ignore[index]
        assert traces_of(commands, patient_id)[-1].type == "checkups.patient-erased"


async def test_a_crash_is_finished_by_repeating_the_confirmation(commands: Services) -> None:
    patient_id = await half_erased(commands)
    first = await confirm_erasure(commands, patient_id, context("user:a"), by="user:a")
    assert commands.keys.of([patient_id]) == {}
    head = commands.ledger.head()
    again = await confirm_erasure(commands, patient_id, context("user:c"), by="user:c")
    assert (again, commands.ledger.head()) == (first, head)


async def test_a_crash_is_finished_at_the_next_start(commands: Services) -> None:
    patient_id = await half_erased(commands)
    other = (await register_patient(commands, Personal(name="x"), context())).id
    assert await finish_erasures(commands) == [patient_id]
    assert commands.keys.of([patient_id, other]).keys() == {other}


async def test_nobody_unknown_is_erased(commands: Services) -> None:
    with pytest.raises(NotFound):
        await confirm_erasure(commands, str(uuid4()), context(), by="user:b")


async def test_what_remains_tells_that_and_when_but_nothing_of_whom(commands: Services) -> None:
    patient_id = await asked(commands)
    today = commands.clock.now().date()
    recorded, _ = await record_checkup(commands, patient_id, Details(kind="other", date=today), [], context())
    await confirm_erasure(commands, patient_id, context("user:b"), by="user:b")
    traces = traces_of(commands, patient_id)
    assert [(one.type.removeprefix("checkups."), one.actor) for one in traces] == [
        ("patient-registered", "user:a"),
        ("erasure-requested", "user:a"),
        ("checkup-recorded", "user:a"),
        ("erasure-confirmed", "user:b"),
        ("patient-erased", "user:b"),
    ]
    assert traces[2].stream == f"checkup:{patient_id}:{recorded.id}"
