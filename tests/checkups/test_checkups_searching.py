"""Two ways of writing the same person are found alike."""

from __future__ import annotations

import unicodedata

import pytest

from domain.checkups.personal import Identifier
from domain.checkups.searching import identifier_key, name_key, name_keys, phone_key


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("홍길동", ["홍길동", "홍"]),
        ("홍 길동", ["홍길동", "홍", "길동"]),
        ("남궁민수", ["남궁민수", "남궁"]),
        ("남궁", ["남궁", "남"]),
        ("Jane  DOE", ["janedoe", "jane", "doe"]),
        ("Bori", ["bori"]),
        ("STRAẞE", ["strasse"]),
    ],
)
def test_a_name_is_found_by_the_whole_of_it_and_by_the_family_name(name: str, keys: list[str]) -> None:
    assert name_keys(name) == keys
    assert name_key(name) == keys[0]


def test_letters_that_look_the_same_are_the_same() -> None:
    assert name_key(unicodedata.normalize("NFD", "홍길동")) == name_key("홍길동")


@pytest.mark.parametrize(
    "phone",
    ["010-1234-5678", "010 1234 5678", "+82 10-1234-5678", "+82 (0)10 1234 5678", "0082 10 1234 5678", "01012345678"],
)
def test_a_korean_number_is_the_same_from_home_and_from_abroad(phone: str) -> None:
    assert phone_key(phone) == "01012345678"


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert phone_key("+1 (555) 010-0199") == phone_key("001 555 010 0199") == "+15550100199"
    assert phone_key("555 010-0199") != phone_key("+1 555 010-0199")


def test_an_identifier_is_its_system_and_its_value() -> None:
    assert identifier_key(Identifier(system=" chart", value="A-17 ")) == "chart|A-17"
    assert identifier_key(Identifier(system="chart", value="a-17")) != "chart|A-17"
