"""How every process connects: as the role that cannot change events, with bounded waits."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.migrator import APP_ROLE

CONNECT_TIMEOUT_S = 5


def parameters(url: str, *, application_name: str) -> dict[str, Any]:
    """Connection keywords for ``url``: least privileged role, UTC, dead peers noticed within half a minute.

    A URL of the database's owner works too: the session gives up the owner's rights as it begins.
    """
    settings = conninfo_to_dict(url)
    options = [str(settings.pop("options", None) or ""), f"-c role={APP_ROLE}", "-c timezone=UTC"]
    options.append(r"-c default_transaction_isolation=read\ committed")
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **{name: value for name, value in settings.items() if value is not None},
        "options": " ".join(options).strip(),
        "application_name": f"vitalog {application_name}",
    }
