"""Invented users: one of each role, so that each can be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.identity import user as users
from domain.identity.addresses import canonical
from domain.identity.events import EmailClaimed, PasswordSet, Role, email_stream, user_stream
from domain.identity.user import Particulars
from infra.demo.plan import Part, Plan, Writing

SHELL = "shell:demo"
"""Who made the users: nobody was there before them."""


@dataclass(frozen=True, slots=True)
class Member:
    """A user of the demo."""

    key: str
    name: str
    role: Role
    language: users.Language

    def id(self, plan: Plan) -> str:
        return plan.id(f"user/{self.key}")

    def actor(self, plan: Plan) -> str:
        return f"user:{self.id(plan)}"

    def stream(self, plan: Plan) -> str:
        return user_stream(self.id(plan))

    def email(self, plan: Plan) -> str:
        return f"{self.key}.demo{plan.seed}@example.org"


ADMIN = Member("admin", "관리자 한별 (demo)", "admin", "ko")
OPERATOR = Member("operator", "Otto Operator (demo)", "operator", "en")
CLINICIANS = (
    Member("clinician", "의사 정다운 (demo)", "clinician", "ko"),
    Member("clinician-2", "Dr. Ruth Sample (demo)", "clinician", "en"),
)
AUDITOR = Member("auditor", "감사 이바름 (demo)", "auditor", "ko")
VIEWER = Member("viewer", "Vera Viewer (demo)", "viewer", "en")
PATIENT = Member("patient", "환자 (demo)", "patient", "ko")
STAFF = (ADMIN, OPERATOR, *CLINICIANS, AUDITOR, VIEWER, PATIENT)


def until(plan: Plan, made_at: datetime) -> date:
    """The end of the demo of as many months whose users were made then."""
    return (made_at + timedelta(days=1) + (plan.end - plan.begin)).date()


def parts(plan: Plan, fingerprint: Callable[[str, str], str]) -> Iterator[Part]:
    """One for every user; they were made the day before everything else."""
    at = plan.begin - timedelta(days=1)
    for member in STAFF:
        if member.role == "patient" and not plan.patients:
            continue
        writing = Writing(plan, f"user/{member.key}")
        user_id = member.id(plan)
        given = Particulars(
            email=member.email(plan),
            name=member.name,
            language=member.language,
            roles=(member.role,),
            patient_id=plan.id("patient/0") if member.role == "patient" else None,
        )
        created = users.create(user_id, given, at)
        writing.add(user_stream(user_id), created, SHELL)
        claimed = EmailClaimed(user_id=user_id, at=at)
        writing.add(email_stream(fingerprint("email", canonical(created.email))), claimed, SHELL)
        writing.add(user_stream(user_id), PasswordSet(user_id=user_id, at=at), SHELL)
        yield writing.part()
