"""Probe kinds: one file each, all behind ``application.ports.probe.Probe``."""

from __future__ import annotations

from adapters.probes.http import HttpProbe
from adapters.probes.postgres import PostgresProbe
from adapters.probes.resolver import Resolver
from adapters.probes.tcp import TcpProbe
from application.ports.probe import Probe


def every_probe(*, user_agent: str = "Vitalog", ca_file: str | None = None) -> dict[str, Probe]:
    """A probe of each kind, sharing one resolver; call it on the event loop that will run them."""
    resolver = Resolver()
    return {
        "http": HttpProbe(resolver, user_agent=user_agent, ca_file=ca_file),
        "tcp": TcpProbe(resolver, ca_file=ca_file),
        "postgres": PostgresProbe(resolver),
    }
