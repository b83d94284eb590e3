"""The tables of read models: made when they are missing, and by the projector only."""

from __future__ import annotations

from typing import Any

import psycopg

from projections import named_sql, registry

_SQL = named_sql.load("adapters.postgres", "projections.sql")


def ensure_read_models(db: psycopg.Connection[Any]) -> None:
    """Make the tables and checkpoints of read models that lack either, or that another definition made; those begin at
    position 0.
    """
    shapes = [registry.build(name).shape for name in registry.NAMES]
    with db.transaction():
        db.execute(_SQL["lock_schemas"])
        for (name,) in db.execute(_SQL["missing"], [list(registry.NAMES), shapes]).fetchall():
            make_read_model(db, name)


def make_read_model(db: psycopg.Connection[Any], name: str, schema: str | None = None) -> None:
    """Empty tables and a checkpoint at 0 for a read model, in ``schema`` (by default its name), whatever was there."""
    schema = schema or name
    db.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())
    db.execute(registry.build(name, schema).sql["create"])
    db.execute(_SQL["begin"], [schema, registry.build(name).shape])
    db.execute(_SQL["forget_dead_letters"], [schema])


def drop_old(db: psycopg.Connection[Any], name: str) -> bool:
    """Drop what swaps left behind; False when a reader is still at it (it is not worth waiting for long)."""
    try:
        with db.transaction():
            db.execute(_SQL["bound_lock_wait"])
            for (schema,) in db.execute(_SQL["old_schemas"], [f"{name}__old"]).fetchall():
                db.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
    except psycopg.errors.LockNotAvailable:
        return False
    return True
