"""The policy table covers every field of personal data, and says what the roles are meant for."""

from __future__ import annotations

import pytest

from api import policy
from api.principal import Principal
from domain.checkups import events as of_checkups
from domain.identity import events as of_identity
from domain.identity.user import ROLES
from domain.kernel import event_types

_IDS = {"identity": {"at", "user_id"}, "checkups": {"at", "checkup_id", "patient_id"}}


def who(*roles: str, **more: object) -> Principal:
    return Principal(actor="user:u1", roles=frozenset(roles), **more)


def test_every_field_of_every_sealed_event_has_a_permission() -> None:
    fields = {
        f"{name}.{field}"
        for name, cls in event_types().items()
        if cls.sealed and cls.__module__ in {of_checkups.__name__, of_identity.__name__}
        for field in cls.__struct_fields__
        if field not in _IDS[name.partition(".")[0]]
    }
    assert set(policy.FIELDS) == fields
    assert set(policy.FIELDS.values()) <= set(policy.PERMISSIONS)


def test_every_route_asks_for_a_permission_there_is() -> None:
    assert set(policy.ROUTES.values()) <= {*policy.PERMISSIONS, policy.PUBLIC, policy.KNOWN, policy.SELF}
    assert set(policy.ROUTES) >= policy.FILTERED


def test_every_permission_is_an_admins_and_every_role_has_some() -> None:
    for role in ROLES:
        assert who(role).permissions, role
    assert who("admin").permissions == set(policy.PERMISSIONS)
    assert who().permissions == frozenset()


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    reads = {name for name in policy.PERMISSIONS if name.endswith(".read")}
    assert who("auditor").permissions == reads | {"audit.review"}


def test_personal_data_is_for_care_and_audit_alone() -> None:
    personal = {"patients.read", "checkups.read", "reports.read", "fhir.read", "cohorts.read"}
    for role in ("operator", "viewer"):
        assert not who(role).permissions & personal
    assert who("clinician").permissions >= personal
    assert not who("clinician").may("users.read")


def test_a_patient_may_nothing_beyond_the_own_record() -> None:
    patient = who("patient", patient_id="p1")
    assert patient.permissions == {"patients.read", "checkups.read", "reports.read", "fhir.read", "events.read"}
    assert all(patient.own_only(name) for name in patient.permissions)
    # Whoever is a clinician too sees every record in that role.
    assert not who("patient", "clinician", patient_id="p1").own_only("patients.read")
    assert not who("clinician").own_only("patients.read")
    assert not who("viewer").own_only("patients.read")


def test_a_key_may_what_both_its_scopes_and_its_user_may() -> None:
    key = who("viewer", scopes=frozenset({"monitors.read", "users.write"}), user_id="u1")
    assert key.permissions == {"monitors.read"}
    assert not key.in_person
    own = who("patient", scopes=frozenset({"checkups.read"}), patient_id="p1", user_id="u1")
    assert own.own_only("checkups.read")
    assert not own.own_only("patients.read")


@pytest.mark.parametrize(
    ("role", "contexts"),
    [("operator", {"monitoring"}), ("viewer", {"monitoring"}), ("clinician", {"checkups"}), ("patient", {"checkups"})],
)
def test_events_are_readable_by_context(role: str, contexts: set[str]) -> None:
    assert who(role).event_contexts == contexts
    assert who(role, scopes=frozenset()).event_contexts == frozenset()
    assert who(role, "patient").event_contexts == contexts, "the own record opens no other's"
    assert who("admin").event_contexts == {"monitoring", "checkups", "identity"}


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/", True),
        ("/login", True),
        ("/ping/abc", True),
        ("/ping/abc/start", True),
        ("/problems/stale", True),
        ("/api/v1/login", True),
        ("/api/v1/oidc/kakao/start", True),
        ("/api/v1/oidc/kakao/else", False),
        ("/api/v1/monitors", False),
        ("/api/v1/login/more", False),
        ("/metrics", False),
        ("/fhir/metadata", True),
        ("/fhir/Patient", False),
    ],
)
def test_what_strangers_may_reach_follows_from_the_table(path: str, public: bool) -> None:
    assert policy.is_public(path) is public
