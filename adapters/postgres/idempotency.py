"""Answers by ``Idempotency-Key``, in ``api.answers``."""

from __future__ import annotations

import msgspec

from adapters.postgres.database import PostgresDatabase
from api.services import KeyInUse, KeyReused, SavedAnswer
