"""Decisions about users: roles, passwords, keys, and that somebody is left who can administer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.identity import api_key, passwords
from domain.identity import user as users
from domain.identity.addresses import canonical, email_address
from domain.identity.administrators import can_administer, keep_one, switch
from domain.identity.api_key import ApiKey, NewApiKey
from domain.identity.events import (
    AccountLinked,
    ApiKeyIssued,
    PasswordSet,
    RoleGranted,
    RoleRevoked,
    UserCreated,
    UserDisabled,
)
from domain.identity.user import Account, Particulars, User
from domain.refusal import Refused

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def ann(*events: Any, **fields: Any) -> User:
    given = Particulars(**({"email": "ann@example.org", "name": "Ann", "roles": ["viewer"]} | fields))
    user = users.evolve(None, users.create("u1", given, NOW))
    for event in events:
        user = users.evolve(user, event)
    assert user is not None
    return user


def told(decided: list[Any]) -> list[str]:
    return [event.type.removeprefix("identity.") for event in decided]


def test_a_user_is_created_with_each_role_once_and_a_clean_name() -> None:
    created = users.create("u1", Particulars(email=" a@b.c ", name=" Ann ", roles=["viewer", "admin", "viewer"]), NOW)
    assert (created.email, created.name, created.roles) == ("a@b.c", "Ann", ("admin", "viewer"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "ann"}, "email"),
        ({"email": "ann@"}, "email"),
        ({"email": "a b@c.d"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"email": "a@" + "b" * 300}, "email"),
        ({"name": ""}, "name"),
        ({"name": "An\x1b[2Jn"}, "name"),
        ({"roles": ["patient"]}, "patient_id"),
    ],
)
def test_an_impossible_user_is_refused_with_the_field_at_fault(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        ann(**fields)
    assert refused.value.field == field


def test_two_spellings_of_an_address_are_one_account() -> None:
    assert canonical(email_address("Ann@Example.ORG")) == canonical("ann@example.org")


def test_changes_that_change_nothing_leave_no_event() -> None:
    user = ann()
    assert users.revise(user, {"name": "Ann"}, NOW) == []
    assert users.grant(user, "viewer", NOW) == []
    assert users.revoke(user, "admin", NOW) == []
    assert users.enable(user, NOW) == []
    assert users.disable_totp(user, NOW) == []
    assert users.unlink(user, "https://issuer", NOW) == []


def test_every_decision_shows_in_the_user_after_it() -> None:
    user = ann()
    for decided, shows in (
        (users.revise(user, {"name": "Anna", "patient_id": "p1"}, NOW), {"name": "Anna", "patient_id": "p1"}),
        (users.grant(user, "admin", NOW), {"roles": ("admin", "viewer")}),
        (users.revoke(user, "viewer", NOW), {"roles": ()}),
        (users.disable(user, NOW), {"enabled": False, "can_log_in": False}),
        (users.set_password(user, NOW), {"has_password": True, "can_log_in": True}),
        (users.enable_totp(user, NOW), {"totp": True}),
        (users.link(user, Account("i", "s"), NOW), {"accounts": (Account("i", "s"),), "can_log_in": True}),
    ):
        after = ann(*decided)
        assert {name: getattr(after, name) for name in shows} == shows
        assert after.version == 2


def test_the_role_patient_needs_a_record_of_ones_own_for_as_long_as_it_lasts() -> None:
    with pytest.raises(Refused):
        users.grant(ann(), "patient", NOW)
    patient = ann(roles=["patient"], patient_id="p1")
    with pytest.raises(Refused):
        users.revise(patient, {"patient_id": None}, NOW)


def test_a_second_account_of_the_same_provider_is_refused() -> None:
    user = ann(AccountLinked(user_id="u1", at=NOW, issuer="i", subject="s"))
    assert users.link(user, Account("i", "s"), NOW) == []
    with pytest.raises(Refused):
        users.link(user, Account("i", "other"), NOW)
    assert told(users.unlink(user, "i", NOW)) == ["account-unlinked"]


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("elevenchars", False),
        ("twelve chars", True),
        ("a" * 128, False),  # one letter only
        ("horse " * 21 + "xx", True),  # 128
        ("horse " * 21 + "xxx", False),  # 129
        ("password1234", False),
        ("PASSWORD1234", False),
        ("ann.longname@example.org", False),
        ("Ann.LongName", False),
        ("ann longname", False),
        ("annlongnameX", True),
        ("비밀번호를 아주 길게 쓰면 된다", True),
    ],
)
def test_a_password_is_long_and_neither_known_nor_the_users_own_name(password: str, fits: bool) -> None:
    def check() -> None:
        passwords.check(password, email="Ann.LongName@example.org", name="Ann LongName")

    if fits:
        check()
        return
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.field == "password"
    assert password not in str(refused.value)


def test_every_common_password_is_long_enough_to_be_tried() -> None:
    assert [word for word in passwords._REFUSED if len(word) < passwords.SHORTEST] == []


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    assert passwords.normalised("café ﬁne") == passwords.normalised("cafe\u0301 fine")


def test_only_an_enabled_admin_with_a_way_in_administers() -> None:
    has_password = PasswordSet(user_id="u1", at=NOW)
    assert not can_administer(ann(roles=["admin"]))
    assert not can_administer(ann(has_password))
    assert can_administer(ann(has_password, roles=["admin"]))
    assert can_administer(ann(AccountLinked(user_id="u1", at=NOW, issuer="i", subject="s"), roles=["admin"]))
    assert not can_administer(ann(has_password, UserDisabled(user_id="u1", at=NOW), roles=["admin"]))


def test_the_last_administrator_stays_while_the_bootstrap_token_is_off() -> None:
    user = ann(PasswordSet(user_id="u1", at=NOW), roles=["admin", "viewer"])
    losing = (users.revoke(user, "admin", NOW), users.disable(user, NOW))
    for decided in losing:
        with pytest.raises(Refused):
            keep_one(decided, user, {"u1"}, bootstrap_works=False)
        keep_one(decided, user, {"u1", "u2"}, bootstrap_works=False)
        keep_one(decided, user, {"u1"}, bootstrap_works=True)
    keep_one(users.revoke(user, "viewer", NOW), user, {"u1"}, bootstrap_works=False)
    keep_one([], user, {"u1"}, bootstrap_works=False)


def test_the_bootstrap_token_is_switched_off_only_when_somebody_else_can_log_in() -> None:
    with pytest.raises(Refused):
        switch(works=False, now_works=True, administrators=[], at=NOW)
    assert [event.works for event in switch(works=False, now_works=True, administrators=["u1"], at=NOW)] == [False]
    assert [event.works for event in switch(works=True, now_works=False, administrators=[], at=NOW)] == [True]
    assert switch(works=True, now_works=True, administrators=[], at=NOW) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["users.write"]}, "scopes"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW + timedelta(days=366, seconds=1)}, "expires_at"),
        ({"label": ""}, "label"),
    ],
)
def test_a_key_may_no_more_than_its_user_and_not_for_ever(changes: dict[str, Any], field: str) -> None:
    usual: dict[str, Any] = {"label": "x", "scopes": ["monitors.read"], "expires_at": NOW + timedelta(days=366)}
    allowed = {"monitors.read", "events.read"}
    assert api_key.issue("k1", "u1", NewApiKey(**usual), allowed, NOW).scopes == ("monitors.read",)
    with pytest.raises(Refused) as refused:
        api_key.issue("k1", "u1", NewApiKey(**(usual | changes)), allowed, NOW)
    assert refused.value.field == field


def test_a_key_is_revoked_once() -> None:
    issued = ApiKeyIssued(
        key_id="k1", user_id="u1", at=NOW, label="x", scopes=("monitors.read",), expires_at=NOW + timedelta(days=1)
    )
    key = api_key.evolve(None, issued)
    assert isinstance(key, ApiKey)
    (revoked,) = api_key.revoke(key, NOW)
    after = api_key.evolve(key, revoked)
    assert after is not None
    assert after.revoked_at == NOW
    assert api_key.revoke(after, NOW) == []


def test_events_of_a_user_before_it_is_created_are_nobody() -> None:
    assert users.evolve(None, RoleGranted(user_id="u1", at=NOW, role="admin")) is None
    assert users.evolve(None, RoleRevoked(user_id="u1", at=NOW, role="admin")) is None
    assert isinstance(users.create("u1", Particulars(email="a@b", name="A"), NOW), UserCreated)
