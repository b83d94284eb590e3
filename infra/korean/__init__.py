"""The Korean of every sentence that commands print, by the English one. Placeholders keep their names."""

from __future__ import annotations

from infra.korean.checkups import CHECKUPS
from infra.korean.demo import DEMO
from infra.korean.importing import IMPORTING
from infra.korean.records import RECORDS
from infra.korean.servers import SERVERS
from infra.korean.watching import TYPER, WATCHING

KOREAN: dict[str, str] = {**WATCHING, **SERVERS, **RECORDS, **IMPORTING, **DEMO, **CHECKUPS}

__all__ = ["KOREAN", "TYPER"]
