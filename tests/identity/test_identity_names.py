"""Whose namesake is whose: family names as people write them."""

from __future__ import annotations

import unicodedata

import pytest

from domain.names import family_name


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("김민준", "김"),
        ("김 민준", "김"),
        ("  이서연 ", "이"),
        ("남궁민수", "남궁"),
        ("남궁민", "남궁"),
        ("남궁 민", "남궁"),
        ("황보관우", "황보"),
        ("황보람", "황"),
        ("황보 람", "황보"),
        ("선우진", "선"),
        ("허준", "허"),
        ("제갈", "제"),
        ("박", "박"),
        ("김민준 (Minjun Kim)", "김"),
        ("金民俊", "金"),
        ("Minjun Kim", "kim"),
        ("Kim, Minjun", "kim"),
        ("Ludwig van Beethoven", "beethoven"),
        ("Martin King Jr.", "king"),
        ("Anne-Marie O'NEILL", "o'neill"),
        ("Sting", "sting"),
        ("Straße", "strasse"),
        ("", None),
        ("...", None),
    ],
)
def test_a_family_name_is_told_by_the_way_the_name_is_written(name: str, family: str | None) -> None:
    assert family_name(name) == family


def test_two_encodings_of_a_name_are_one_family() -> None:
    assert family_name(unicodedata.normalize("NFD", "김민준")) == family_name("김민준")
    assert family_name("José Ｋim") == family_name("josé kim")
