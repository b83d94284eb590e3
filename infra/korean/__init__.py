"""The Korean of every sentence that commands print, by the English one. Placeholders keep their names."""

from __future__ import annotations

from infra.korean.access import ACCESS
from infra.korean.auditing import AUDITING
from infra.korean.checkups import CHECKUPS
from infra.korean.demo import DEMO
from infra.korean.importing import IMPORTING
from infra.korean.patients import PATIENTS
from infra.korean.records import RECORDS
from infra.korean.servers import SERVERS
from infra.korean.watching import TYPER, WATCHING

KOREAN: dict[str, str] = {
    **WATCHING,
    **SERVERS,
    **RECORDS,
    **IMPORTING,
    **DEMO,
    **PATIENTS,
    **CHECKUPS,
    **ACCESS,
    **AUDITING,
}

__all__ = ["KOREAN", "TYPER"]
