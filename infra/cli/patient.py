"""``vitalog patient``: who the patients are."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from infra.cli import output
from infra.cli.output import USAGE, Json, clock, plain, say
from infra.cli.people import AsOf, PatientRef, Purpose, Quiet, Reason, Version, Yes
from infra.errors import UserError
from infra.words import command, examples, t

app = typer.Typer(no_args_is_help=True, help=t("Patients: who they are, legal holds, erasure."))
_EXAMPLES = examples(
    "vitalog patient add --name 김하늘 --birth-date 1980-03-01 --sex female --identifier 'chart|A-17'",
    "vitalog patient add --from-file -   < patient.json   # nothing of it in the shell's history",
    "vitalog patient find 김하늘 --purpose treatment",
)
_Name = Annotated[str | None, typer.Option(help=t("Name."))]
_Born = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help=t("Birth date."))]
_Sex = Annotated[str | None, typer.Option(metavar="male|female|other|unknown", help=t("Administrative sex."))]
_Phone = Annotated[str | None, typer.Option(help=t("Phone number."))]
_Email = Annotated[str | None, typer.Option(help=t("E-mail address."))]
_Address = Annotated[str | None, typer.Option(help=t("Address."))]
_Identifier = Annotated[
    list[str] | None, typer.Option(metavar="SYSTEM|VALUE", help=t("A number somebody gave; may be repeated."))
]
_FromFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help=t("All of it as JSON from a file, or from standard input for -.")),
]


@command(app, epilog=_EXAMPLES)
def add(
    *,
    name: _Name = None,
    birth_date: _Born = None,
    sex: _Sex = None,
    phone: _Phone = None,
    email: _Email = None,
    address: _Address = None,
    identifier: _Identifier = None,
    species: Annotated[str | None, typer.Option(help=t("Of an animal, such as dog."))] = None,
    breed: Annotated[str | None, typer.Option(help=t("Of an animal."))] = None,
    guardian: Annotated[str | None, typer.Option(help=t("Who answers for a child or an animal."))] = None,
    guardian_phone: Annotated[str | None, typer.Option(help=t("The guardian's phone number."))] = None,
    from_file: _FromFile = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Register a patient. What is given as options stays in the shell's history; --from-file - leaves no trace."""
    from infra.cli.client import Client
    from infra.cli.people import object_from

    who: dict[str, Any] = object_from(from_file) if from_file is not None else {}
    who |= _given(name, birth_date, sex, phone, email, address, identifier)
    who |= {field: value for field, value in (("species", species), ("breed", breed)) if value is not None}
    if guardian is not None:
        who["guardian"] = {"name": guardian} | ({"phone": guardian_phone} if guardian_phone else {})
    if not who:
        raise UserError(t("Say who it is: --name and more, or --from-file."), exit_code=USAGE)
    with Client() as client:
        added = client.post("/patients", who)
    if as_json:
        output.emit(added)
    elif quiet:
        print(added["id"])
    else:
        print(t("Registered the patient {id}.", id=added["id"]))


@command(app)
def find(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=t("A whole name, the family name, or one word of a name."))
    ] = None,
    phone: Annotated[str | None, typer.Option(help=t("Phone number, in any notation."))] = None,
    identifier: Annotated[str | None, typer.Option(metavar="SYSTEM|VALUE", help=t("A number somebody gave."))] = None,
    purpose: Purpose = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help=t("At most so many."))] = 50,
    as_json: Json = False,
) -> None:
    """Find patients, the newest first. Needs a purpose; who was shown is recorded."""
    from itertools import islice

    from infra.cli.client import Client
    from infra.cli.tables import print_table

    query = {"name": name, "phone": phone, "identifier": identifier, "purpose": purpose}
    with Client() as client:
        found = list(islice(client.items("/patients", **query, limit=min(limit, 200)), limit))
    if as_json:
        output.emit({"items": found})
    elif found:
        titles = (t("NAME"), t("BORN"), t("SEX"), t("PHONE"), t("IDENTIFIER"), t("ID"))
        print_table(titles, [_line(one) for one in found])
    else:
        say(t("Nobody was found."))


@command(app)
def show(patient: PatientRef, as_of: AsOf = None, purpose: Purpose = None, as_json: Json = False) -> None:
    """Show one patient, as known now or then."""
    from infra.cli.client import Client
    from infra.cli.people import patient_id
    from infra.cli.tables import print_card

    with Client() as client:
        one = client.get(f"/patients/{patient_id(client, patient, purpose)}", as_of=as_of, purpose=purpose)
    if as_json:
        output.emit(one)
        return
    hold, asked, guardian = one["legal_hold"], one["erasure_request"], one["guardian"]
    print_card(
        [
            (t("Name"), one["name"]),
            (t("Birth date"), one["birth_date"]),
            (t("Sex"), sex_word(one["sex"])),
            (t("Species"), " ".join(filter(None, (one["species"], one["breed"])))),
            (t("Phone"), one["phone"]),
            (t("E-mail"), one["email"]),
            (t("Address"), one["address"]),
            (t("Guardian"), guardian and " ".join(filter(None, (guardian["name"], guardian.get("phone"))))),
            (t("Identifiers"), ", ".join(f"{each['system']}|{each['value']}" for each in one["identifiers"])),
            (t("Legal hold"), hold and t("until {day}: {reason}", day=hold["until"], reason=hold["reason"])),
            (t("Erasure asked for"), asked and f"{asked['by']}, {ground_word(asked['ground'])}, {clock(asked['at'])}"),
            (t("Registered"), clock(one["registered_at"])),
            (t("Changed"), f"{clock(one['changed_at'])}, {one['changed_by']}"),
            (t("Version"), one["version"]),
            (t("Id"), one["id"]),
        ]
    )


@command(app)
def revise(
    *,
    patient: PatientRef,
    reason: Reason,
    name: _Name = None,
    birth_date: _Born = None,
    sex: _Sex = None,
    phone: _Phone = None,
    email: _Email = None,
    address: _Address = None,
    identifier: _Identifier = None,
    from_file: _FromFile = None,
    version: Version = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Correct or complete personal data. What it was stays in the history."""
    from infra.cli.client import Client
    from infra.cli.people import edit, object_from, patient_id

    changes: dict[str, Any] = object_from(from_file) if from_file is not None else {}
    changes |= _given(name, birth_date, sex, phone, email, address, identifier)
    if not changes:
        raise UserError(t("Say what to change, such as --phone."), exit_code=USAGE)
    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}"
        body = changes | {"reason": reason}
        done = edit(client, path, version, lambda tag: client.patch(path, body, version=tag))
    _report(done, t("Revised; it is at version {version} now.", version=done["version"]), as_json=as_json)


@command(app)
def history(patient: PatientRef, purpose: Purpose = None, as_json: Json = False) -> None:
    """Show who changed what of a patient, when and why."""
    from infra.cli.changes import print_history
    from infra.cli.client import Client
    from infra.cli.people import patient_id

    with Client() as client:
        found = client.get(f"/patients/{patient_id(client, patient, purpose)}/history")
    if as_json:
        output.emit(found)
    elif erased := found.get("erased"):
        print(
            plain(
                t(
                    "Erased at {at}: asked for by {asked}, confirmed by {confirmed} ({ground}).",
                    at=clock(erased["at"]),
                    asked=erased["requested_by"],
                    confirmed=erased["confirmed_by"],
                    ground=ground_word(erased["ground"]),
                )
            )
        )
    else:
        print_history(found)


@command(app)
def hold(
    patient: PatientRef,
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help=t("The last day of the hold."))],
    reason: Reason,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Forbid the erasure until the end of a day (UTC)."""
    done = _act(patient, "legal-hold", {"until": until, "reason": reason}, purpose)
    _report(done, t("Held until the end of {day}.", day=until), as_json=as_json)


@command(app)
def release(
    patient: PatientRef,
    reason: Reason,
    version: Version = None,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Lift the legal hold."""
    done = _take_back(patient, "legal-hold", version, {"reason": reason}, purpose)
    _report(done, t("The hold is lifted."), as_json=as_json)


@command(app)
def erase(
    patient: PatientRef,
    ground: Annotated[
        str,
        typer.Option(
            metavar="GROUND",
            help=t("Why: {choices}.", choices="subject-request|retention-ended|entered-in-error|legal-order"),
        ),
    ],
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Ask that a patient be forgotten. Another person has to confirm it."""
    done = _act(patient, "erasure", {"ground": ground}, purpose)
    sentence = t(
        "Asked for. Nothing is erased yet: another person confirms it with vitalog patient confirm-erase {id}",
        id=done["id"],
    )
    _report(done, sentence, as_json=as_json)


@command(app, "confirm-erase")
def confirm_erase(patient: PatientRef, yes: Yes = False, purpose: Purpose = None, as_json: Json = False) -> None:
    """Forget a patient for ever, as another person has asked for. It cannot be undone."""
    from infra.cli.people import confirm

    question = t("Destroy the key of patient {id}, so that nothing of it can ever be read again?", id=patient)
    confirm(question, yes=yes)
    done = _act(patient, "erasure/confirm", None, purpose)
    _report(done, t("The patient is erased."), as_json=as_json)


@command(app, "keep")
def keep_(patient: PatientRef, version: Version = None, purpose: Purpose = None, as_json: Json = False) -> None:
    """Withdraw the request to erase a patient."""
    done = _take_back(patient, "erasure", version, None, purpose)
    _report(done, t("The request is withdrawn."), as_json=as_json)


def sex_word(sex: str) -> str:
    """In the user's language."""
    words = {"male": t("male"), "female": t("female"), "other": t("other"), "unknown": t("not known")}
    return words.get(sex, sex)


def ground_word(ground: str) -> str:
    """Why somebody is forgotten, in the user's language; in English the word that the command takes."""
    words = {
        "subject-request": t("subject-request"),
        "retention-ended": t("retention-ended"),
        "entered-in-error": t("entered-in-error"),
        "legal-order": t("legal-order"),
    }
    return words.get(ground, ground)


def identifiers(given: list[str] | None) -> list[dict[str, str]]:
    """``SYSTEM|VALUE`` as the API takes it. Raises ``typer.BadParameter``."""
    found: list[dict[str, str]] = []
    for text in given or ():
        system, mark, value = text.rpartition("|")
        if not mark or not system or not value:
            raise typer.BadParameter(t("{text!r} is no identifier. Write SYSTEM|VALUE, such as chart|A-17.", text=text))
        found.append({"system": system, "value": value})
    return found


def _given(
    name: str | None,
    birth_date: str | None,
    sex: str | None,
    phone: str | None,
    email: str | None,
    address: str | None,
    identifier: list[str] | None,
) -> dict[str, Any]:
    fields = {"name": name, "birth_date": birth_date, "sex": sex, "phone": phone, "email": email, "address": address}
    given: dict[str, Any] = {field: value for field, value in fields.items() if value is not None}
    return given | ({"identifiers": identifiers(identifier)} if identifier else {})


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    first = next((f"{each['system']}|{each['value']}" for each in one["identifiers"]), None)
    name = f"{one['name']} ({one['species']})" if one["species"] else one["name"]
    return name, one["birth_date"], sex_word(one["sex"]), one["phone"], first, one["id"]


def _act(patient: str, what: str, body: dict[str, Any] | None, purpose: str | None) -> Any:
    from infra.cli.client import Client
    from infra.cli.people import patient_id

    with Client() as client:
        return client.post(f"/patients/{patient_id(client, patient, purpose)}/{what}", body)


def _take_back(patient: str, what: str, version: str | None, body: dict[str, Any] | None, purpose: str | None) -> Any:
    from infra.cli.client import Client
    from infra.cli.people import edit, patient_id

    with Client() as client:
        path = f"/patients/{patient_id(client, patient, purpose)}"
        return edit(client, path, version, lambda tag: client.delete(f"{path}/{what}", body, version=tag))


def _report(done: Any, sentence: str, *, as_json: bool) -> None:
    if as_json:
        output.emit(done)
    else:
        print(sentence)
