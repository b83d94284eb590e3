"""Credentials on their way between commands, the vault and probes: events only ever see ``***`` and a reference."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from application.ports.vault import Vault
from domain.monitoring import push, targets
from domain.monitoring.monitor import Monitor, Settings
from domain.refusal import Refused


async def sealed(vault: Vault, monitor_id: str, settings: Settings, *, before: Monitor | None = None) -> Settings:
    """The settings with their credentials in the vault. ``***`` keeps what the vault has for ``before``.

    Raises:
        Refused: target or expectations are impossible, or a kept credential does not exist or would leave its host.
    """
    split = targets.split_secrets(settings.target, settings.expect)
    if split.secrets.get("userinfo", "").endswith(f":{targets.MASK}"):
        raise Refused("'***' stands for the user and the password together: write ***@ before the host.", "target")
    old: dict[str, Any] = {}
    if split.kept:
        if before is None or before.secret_ref is None:
            raise Refused(
                "'***' stands for a stored credential, but there is none. Enter the credential itself.", "target"
            )
        # A generic URL parser would not do: it sees no host in 10.0.0.1:25, nor the one in postgresql:///db?host=.
        if targets.destination(before.kind, before.target) != targets.destination(settings.kind, split.target):
            raise Refused("The target's host has changed: enter the credentials again instead of '***'.", "target")
        old = await asyncio.to_thread(vault.get, monitor_id, before.secret_ref)
        missing = sorted(split.kept - old.keys())
        if missing:
            raise Refused(f"'***' stands for a stored credential, but {missing[0]} has none. Enter it.", "expect")
    secrets = split.secrets | {name: old[name] for name in split.kept}
    if settings.kind == "push":
        push.check(settings.expect)
    targets.check(settings.kind, *targets.restore(split.target, split.expect, secrets))
    clean = msgspec.structs.replace(settings, target=split.target, expect=split.expect, secret_ref=None)
    if not secrets:
        return clean
    if before is not None and not split.secrets and split.kept == old.keys():
        return msgspec.structs.replace(clean, secret_ref=before.secret_ref)
    try:
        ref = await asyncio.to_thread(vault.put, monitor_id, secrets)
    except ValueError as error:
        raise Refused(str(error), "expect") from None
    return msgspec.structs.replace(clean, secret_ref=ref)
