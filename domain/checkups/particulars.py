"""Which personal data is plausible. Every fault is reported at once, each under its own pointer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.checkups.faults import Faults
from domain.checkups.personal import Guardian, Identifier, Personal
from domain.refusal import Refused, line, passage

EARLIEST = date(1850, 1, 1)
"""Nobody alive was born before it, and no record in use is older."""
MAX_NAME = 200
MAX_ADDRESS = 500
MAX_IDENTIFIERS = 20
MAX_SYSTEM = 200
MAX_IDENTIFIER = 100
MAX_SPECIES = 50
MAX_BREED = 100
_PHONE = re.compile(r"\+?\d{4,15}", re.ASCII)
_PHONE_MARKS = re.compile(r"[\s().\-‐‑–/]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
_MAX_EMAIL = 254


def latest_day(at: datetime) -> date:
    """The last day that may have begun anywhere at ``at`` (UTC): zones are up to fourteen hours ahead, so one more."""
    return at.date() + timedelta(days=1)


def checked(personal: Personal, at: datetime) -> Personal:
    """The same with clean texts: composed (NFC), trimmed, the species in lower case.

    Raises:
        Faulty: names every implausible field.
    """
    faults = Faults()
    name, phone, email, address, species, breed = (
        personal.name, personal.phone, personal.email, personal.address, personal.species, personal.breed
    )  # fmt: skip
    with faults.at(""):
        name = line(name, "name", MAX_NAME)
    with faults.at(""):
        _check_birth_date(personal.birth_date, at)
    with faults.at(""):
        phone = _phone(phone)
    with faults.at(""):
        email = _email(email)
    with faults.at(""):
        address = None if address is None else passage(address, "address", MAX_ADDRESS)
    with faults.at(""):
        species = None if species is None else line(species, "species", MAX_SPECIES).lower()
    with faults.at(""):
        breed = None if breed is None else line(breed, "breed", MAX_BREED)
        if breed is not None and species is None:
            raise Refused("Say of which species: a breed alone does not tell.", "species")
    identifiers = _identifiers(personal.identifiers, faults)
    guardian = _guardian(personal.guardian, faults)
    if species is not None and personal.guardian is None:
        faults.add("/guardian", "An animal needs a guardian: say who answers for it.")
    faults.settle()
    return Personal(
        name=name,
        birth_date=personal.birth_date,
        sex=personal.sex,
        phone=phone,
        email=email,
        address=address,
        identifiers=tuple(identifiers),
        guardian=guardian,
        species=species,
        breed=breed,
    )


def _check_birth_date(born: date | None, at: datetime) -> None:
    if born is None:
        return
    if born > latest_day(at):
        raise Refused("The birth date lies in the future.", "birth_date")
    if born < EARLIEST:
        raise Refused("The birth date lies before 1850.", "birth_date")


def _identifiers(given: Sequence[Identifier], faults: Faults) -> list[Identifier]:
    if len(given) > MAX_IDENTIFIERS:
        faults.add("/identifiers", f"A patient has at most {MAX_IDENTIFIERS} identifiers.")
        return []
    found: list[Identifier] = []
    for number, identifier in enumerate(given):
        where = f"/identifiers/{number}"
        system, value = identifier.system, identifier.value
        with faults.at(where):
            system = line(system, "system", MAX_SYSTEM)
        with faults.at(where):
            value = line(value, "value", MAX_IDENTIFIER)
        clean = Identifier(system=system, value=value)
        if clean in found:
            faults.add(where, "The same identifier is given twice.")
        found.append(clean)
    return found


def _guardian(given: Guardian | None, faults: Faults) -> Guardian | None:
    if given is None:
        return None
    name, phone, email = given.name, given.phone, given.email
    with faults.at("/guardian"):
        name = line(name, "name", MAX_NAME)
    with faults.at("/guardian"):
        phone = _phone(phone)
    with faults.at("/guardian"):
        email = _email(email)
    return Guardian(name=name, phone=phone, email=email)


def _phone(phone: str | None) -> str | None:
    if phone is None:
        return None
    phone = line(phone, "phone", 40)
    if not _PHONE.fullmatch(_PHONE_MARKS.sub("", phone)):
        raise Refused("A phone number has 4 to 15 digits, such as 010-1234-5678 or +82 10 1234 5678.", "phone")
    return phone


def _email(email: str | None) -> str | None:
    if email is None:
        return None
    email = line(email, "email", _MAX_EMAIL)
    if not _EMAIL.fullmatch(email):
        raise Refused("This is no e-mail address such as name@example.org.", "email")
    return email
