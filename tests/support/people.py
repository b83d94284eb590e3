"""Keys for tests: the same in every test, so that a second reader finds what the first one wrote."""

from __future__ import annotations

from adapters.keys.blind_index import HmacBlindIndex
from adapters.keys.people import People
from adapters.keys.wrapping import ListedKeys

MASTER_KEY = b"k" * 32
KEK = "5a" * 32
PEOPLE = People(ListedKeys(lambda: KEK), HmacBlindIndex(MASTER_KEY))
