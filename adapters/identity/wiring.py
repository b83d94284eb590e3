"""Everything the use cases of identity need, made of one database and one master key."""

from __future__ import annotations

from adapters.identity.credentials import PostgresCredentials
from adapters.identity.passwords import ArgonPasswords
from adapters.identity.providers import login_providers, new_client
from adapters.identity.tokens import Ed25519Tokens, SystemSecrets
from adapters.postgres.database import PostgresDatabase
from application.commands import Services
from application.identity.services import Identity


def identity_services(
    commands: Services,
    database: PostgresDatabase,
    master_key: bytes,
    *,
    providers: str = "[]",
    passwords: ArgonPasswords | None = None,
) -> Identity:
    """``providers``: JSON, as ``adapters.identity.providers`` reads it. Raises ``BadProviders``."""
    http = new_client()
    hashing = passwords or ArgonPasswords()

    async def close() -> None:
        hashing.close()
        await http.aclose()

    return Identity(
        commands=commands,
        credentials=PostgresCredentials(database, master_key),
        passwords=hashing,
        tokens=Ed25519Tokens(master_key),
        secrets=SystemSecrets(),
        providers=login_providers(providers, http, commands.clock),
        close=close,
    )
