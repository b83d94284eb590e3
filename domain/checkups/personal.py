"""Who a patient is: personal data, which exists outside memory only sealed under the patient's own key."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Sex = Literal["male", "female", "other", "unknown"]


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A number that somebody else gave the patient."""

    system: str
    """Who gave it, as a URI or a short name: ``urn:oid:1.2.410.100110.10.1``, ``chart`` …"""
    value: str


class Guardian(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers for an animal, or for a child."""

    name: str
    phone: str | None = None
    email: str | None = None


class Personal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that tells who a patient is. Every field is personal data."""

    name: str
    birth_date: date | None = None
    sex: Sex = "unknown"
    """Administrative sex; derived values that need male or female are not derived for others."""
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    guardian: Guardian | None = None
    species: str | None = None
    """Of an animal patient, such as ``dog``; None for a person."""
    breed: str | None = None
