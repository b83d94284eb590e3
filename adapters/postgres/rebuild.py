"""A read model rebuilt while it serves: built beside, caught up, swapped in one transaction.

The swap renames schemas, which waits for no reader and makes none wait: whoever reads the old tables finishes there,
and whoever comes after reads the new ones. The old ones are dropped when their last reader is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from adapters.keys.people import People
from adapters.postgres import backlog
from adapters.postgres.connection import parameters
from adapters.postgres.folding import Folding
from adapters.postgres.read_models import drop_old, make_read_model
from projections import named_sql, registry

_log = structlog.get_logger(__name__)
_SQL = named_sql.load("adapters.postgres", "projections.sql")
_LEAD = named_sql.load("adapters.postgres", "operations.sql")["lead"]
NEXT = "__next"
_NEAR = 2_000
"""How many events the swap may fold while the running projector waits."""


class Interrupted(Exception):
    """The process is stopping. The rebuild begins anew when a projector runs again."""


def rebuild_once(
    url: str,
    *,
    application_name: str,
    batch: int,
    stop: threading.Event | None = None,
    people: People | None = None,
) -> bool:
    """Execute the oldest unfinished rebuild; False when there is none, or another process is at it.

    Raises:
        psycopg.OperationalError: PostgreSQL is away; the rebuild begins anew when it is called again.
    """
    settings = parameters(url, application_name=application_name)

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(**settings, autocommit=True)

    with connect() as db:
        leading = db.execute(_LEAD, ["rebuild"]).fetchone()
        taken = db.execute(_SQL["take_rebuild"]).fetchone() if leading and leading[0] else None
        if taken is None:
            return False
        number, name = taken
        try:
            _Rebuild(db, connect, number, name, batch, stop or threading.Event(), people).run()
        except Interrupted:
            return False
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the person who asked must see it)
            _log.exception("rebuild_failed", projection=name)
            db.execute(_SQL["rebuild_failed"], [f"{type(error).__name__}: {error}".replace("\0", "")[:1000], number])
        return True


class _Rebuild:
    def __init__(
        self,
        db: psycopg.Connection[Any],
        reader: Callable[[], psycopg.Connection[Any]],
        number: int,
        name: str,
        batch: int,
        stop: threading.Event,
        people: People | None,
    ) -> None:
        self._reader = reader
        self._people = people
        self._db, self._number, self._name, self._batch, self._stop = db, number, name, batch, stop

    def run(self) -> None:
        projection = registry.build(self._name, self._name + NEXT)
        with self._db.transaction():
            self._db.execute(_SQL["lock_schemas"])
            make_read_model(self._db, self._name, projection.schema)
        folding = Folding(self._db, [projection], notify=False, people=self._people)
        folding.refresh()
        _log.info("rebuild_started", projection=self._name)
        while (head := backlog.head(self._db)) - folding.position > _NEAR:
            self._fold(folding, head)
        self._swap(folding)
        if not drop_old(self._db, self._name):
            _log.warning("old_read_model_stays", projection=self._name)
        _log.info("rebuild_done", projection=self._name, position=folding.position)

    def _fold(self, folding: Folding, goal: int) -> None:
        if folding.position >= goal:
            return
        for section in backlog.sections(self._db, self._reader, folding.position, goal, self._batch):
            if self._stop.is_set():
                raise Interrupted
            folding.apply(section.events)
            if section.unknown:
                raise RuntimeError(section.unknown)
            self._db.execute(_SQL["rebuild_progress"], [folding.position, goal, self._number])

    def _swap(self, folding: Folding) -> None:
        name, beside = self._name, self._name + NEXT
        with self._db.transaction():
            self._db.execute(_SQL["lock_schemas"])
            # The running projector waits at this row from here to the commit.
            live = self._db.execute(_SQL["lock_checkpoints"], [[name]]).fetchone()
            self._fold(folding, max(live[1] if live else 0, folding.position))
            position = folding.position
            self._db.execute(f"ALTER SCHEMA {name} RENAME TO {name}__old{self._number}".encode())
            self._db.execute(f"ALTER SCHEMA {beside} RENAME TO {name}".encode())
            self._db.execute(_SQL["forget_dead_letters"], [name])
            self._db.execute(_SQL["adopt_dead_letters"], [name, beside])
            self._db.execute(_SQL["forget_checkpoint"], [beside])
            self._db.execute(_SQL["adopt_checkpoint"], [position, registry.build(name).shape, name])
            self._db.execute(_SQL["rebuild_done"], [position, position, self._number])
            self._db.execute(_SQL["notify"], [f'{{"position":{position},"monitors":"*"}}'])
