"""How often one address may try: moving windows, in the memory of this process.

Each process counts for itself, so behind N processes an address has N times as many attempts; the lock of an account
(``application.ports.credentials``) is counted in the database and holds across all of them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import Problem
from api.proxies import whom_to_limit
from application.ports.clock import Clock


class Policy(NamedTuple):
    """``quota`` attempts within any ``window_s`` seconds."""

    name: str
    quota: int
    window_s: int


LOGIN = Policy("login", 30, 300)
REFRESH = Policy("refresh", 120, 300)
OIDC = Policy("oidc", 30, 300)
WRONG_TOKENS = Policy("wrong-tokens", 60, 60)


MOST_KEPT = 10_000
"""Addresses that are counted at a time. Whoever has more of them gains nothing by pushing out their own."""


class AttemptLimits:
    """One per application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._kept: OrderedDict[str, None] = OrderedDict()
        """Keys of the storage, which never lets go of one by itself; those that were used last come last."""

    @property
    def kept(self) -> int:
        """How many addresses are being counted, once for each policy."""
        return len(self._storage.events)

    def take(self, policy: Policy, address: str) -> dict[str, str]:
        """Count an attempt; returns the headers that tell what is left (draft-ietf-httpapi-ratelimit-headers-10).

        Raises:
            Problem: ``too-many-attempts``, with ``Retry-After``.
        """
        item = RateLimitItemPerSecond(policy.quota, policy.window_s, namespace=policy.name)
        who = whom_to_limit(address)
        self._keep(item.key_for(who))
        allowed = self._limiter.hit(item, who)
        window = self._limiter.get_window_stats(item, who)
        # The window's end is on the system's clock, as is the clock's own time of day.
        left_s = max(1, math.ceil(window.reset_time - self._clock.now().timestamp()))
        headers = {
            "RateLimit-Policy": f'"{policy.name}";q={policy.quota};w={policy.window_s}',
            "RateLimit": f'"{policy.name}";r={window.remaining};t={left_s}',
        }
        if not allowed:
            raise Problem(
                "too-many-attempts",
                seconds=left_s,
                headers={**headers, "Retry-After": str(left_s), "Connection": "close"},
            )
        return headers

    def _keep(self, key: str) -> None:
        self._kept[key] = None
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            oldest, _ = self._kept.popitem(last=False)
            with self._storage.locks[oldest]:  # the storage's own thread may be looking at it
                self._storage.clear(oldest)
