"""Everything that can be set: environment variables ``VITALOG_*``, each also from a file (``VITALOG_*_FILE``)."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.errors import UserError
from infra.words import t

if TYPE_CHECKING:
    from application.ports.key_wrapping import KeyWrapping

_PREFIX = "VITALOG_"
USAGE = 2
"""Exit code of a setting that cannot be."""

LogFormat = Literal["console", "json"]

NAMES = {
    "PORT": "port of the API and the page, 8080",
    "HOST": "address the API listens on, 127.0.0.1",
    "DATA_DIR": "where everything is kept",
    "ADMIN_TOKEN": "bearer token of the administrator; `vitalog up` makes one",
    "DATABASE_URL": "a PostgreSQL of your own instead of the embedded one",
    "MIGRATION_DATABASE_URL": "the same database as its owner, for migrations; DATABASE_URL",
    "NATS_URL": "a NATS of your own instead of the embedded one",
    "MASTER_KEY_FILE": "file with the vault's 32-byte key; `vitalog up` makes one",
    "KEK": "the key-encryption key of people's records; KEK_FILE is read again after a rotation",
    "TABLES_DIR": "directory with tables of classes of your own, *.json; see docs/clinical-rules.md",
    "OIDC": "login providers, a JSON list; see docs/identity.md",
    "TRUSTED_PROXIES": "networks (CIDR) of proxies whose X-Forwarded-For is believed; none",
    "LOG_FORMAT": "console or json",
    "PUBLIC_URL": "how the outside reaches the API, such as https://health.example.org; as the request came",
    "TIME_ZONE": "IANA zone of the page, of reports and of working hours, UTC",
    "REGION": "where this prober stands, local",
    "URL": "where the command line finds the API",
    "TOKEN": "API key or access token of the command line; else who is logged in there",
    "LIVENESS": "file that a process touches while it is alive, for container health checks",
    "LANG": "language of the command line, en or ko",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process was told. Secrets do not show in its ``repr``."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path
    admin_token: str | None = field(default=None, repr=False)
    database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)
    """The database as its owner; the same as `database_url` unless said otherwise."""
    nats_url: str | None = field(default=None, repr=False)
    """One server, or several of a cluster separated by commas."""
    master_key_file: Path | None = None
    kek: str | None = field(default=None, repr=False)
    """Key-encryption keys, one a line; the first one wraps."""
    kek_file: Path | None = None
    """The same in a file, which is read again when another process has rotated the keys."""
    tables_dir: Path | None = None
    """Where the operator's own tables of classes are."""
    oidc: str | None = field(default=None, repr=False)
    """Login providers as JSON, with their client secrets."""
    trusted_proxies: tuple[str, ...] = ()
    log_format: LogFormat = "console"
    public_url: str | None = None
    """Without a final slash."""
    time_zone: str = "UTC"
    region: str = "local"
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    """What the command line says it is: an API key, or an access token."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises:
        UserError: a value cannot be; the sentence names the variable and says what it may be.
        """
        said = _Said(environment)
        database_url = said.url("DATABASE_URL", "postgresql", "postgres")
        return cls(
            host=said.matching("HOST", r"[0-9A-Za-z.:_\-\[\]]+", "an address or host name, such as 0.0.0.0")
            or "127.0.0.1",
            port=said.port(),
            data_dir=Path(said.text("DATA_DIR") or default_data_dir()).expanduser().absolute(),
            admin_token=said.matching(
                "ADMIN_TOKEN", r"[!-~]{8,}", "8 or more letters, digits or signs, without spaces"
            ),
            database_url=database_url,
            migration_database_url=said.url("MIGRATION_DATABASE_URL", "postgresql", "postgres") or database_url,
            nats_url=said.url("NATS_URL", "nats", "tls", "ws", "wss"),
            master_key_file=said.path("MASTER_KEY_FILE"),
            kek=said.value("KEK"),
            kek_file=said.path("KEK_FILE"),
            tables_dir=said.path("TABLES_DIR"),
            oidc=said.text("OIDC"),
            trusted_proxies=said.networks("TRUSTED_PROXIES"),
            log_format=cast("LogFormat", said.matching("LOG_FORMAT", "console|json", "console or json") or "console"),
            region=said.matching("REGION", r"[a-z0-9][a-z0-9-]{0,62}", "small letters, digits and hyphens") or "local",
            public_url=(said.url("PUBLIC_URL", "http", "https") or "").rstrip("/") or None,
            time_zone=said.time_zone(),
            url=said.url("URL", "http", "https"),
            token=said.matching("TOKEN", r"[!-~]{8,4096}", "8 or more letters, digits or signs, without spaces"),
        )

    def require_database_url(self) -> str:
        """Raises: UserError when there is none, as in every method of this name."""
        return self.database_url or _missing("DATABASE_URL", "postgresql://vitalog@host/vitalog")

    def require_migration_database_url(self) -> str:
        return self.migration_database_url or _missing("MIGRATION_DATABASE_URL", "postgresql://postgres@host/vitalog")

    def require_nats_url(self) -> str:
        return self.nats_url or _missing("NATS_URL", "nats://host:4222")

    def require_admin_token(self) -> str:
        return self.admin_token or _missing("ADMIN_TOKEN", "$(openssl rand -hex 32)")

    def require_master_key_file(self) -> Path:
        """The file exists; what it holds is checked by whoever reads it."""
        if self.master_key_file is None:
            raise UserError(
                t(
                    "VITALOG_MASTER_KEY_FILE is not set. It names the file with the vault's key, which `vitalog up` "
                    "makes in its data directory (master.key); a process started by itself needs the same one."
                ),
                exit_code=USAGE,
            )
        if not self.master_key_file.is_file():
            raise UserError(
                t(
                    "VITALOG_MASTER_KEY_FILE names {file}, and there is no such file. Give the key that `vitalog up` "
                    "made (master.key in its data directory): stored credentials cannot be read with another.",
                    file=self.master_key_file,
                ),
                exit_code=USAGE,
            )
        return self.master_key_file

    def require_kek(self) -> KeyWrapping:
        """The key-encryption keys of people's records."""
        from adapters.keys.wrapping import ListedKeys, keys_in_file
        from application.ports.subject_keys import KeyRefused

        if self.kek and self.kek_file:
            raise UserError(
                t("Both VITALOG_{name} and VITALOG_{name}_FILE are set. Unset one of them.", name="KEK"),
                exit_code=USAGE,
            )
        if not self.kek and not self.kek_file:
            raise UserError(
                t(
                    "VITALOG_KEK_FILE is not set. It names the file with the key-encryption key of people's records, "
                    "which `vitalog up` makes in its data directory (kek.keys); every process needs the same one. To "
                    "make one: (umask 077; openssl rand -hex 32 > kek.keys)"
                ),
                exit_code=USAGE,
            )
        try:
            text = self.kek or ""
            return keys_in_file(self.kek_file) if self.kek_file else ListedKeys(lambda: text)
        except KeyRefused as error:
            raise UserError(str(error), exit_code=USAGE) from error


def default_data_dir() -> str:
    """/var/lib/vitalog for root, else as the XDG base directory specification says."""
    if os.geteuid() == 0:
        return "/var/lib/vitalog"
    return (os.environ.get("XDG_DATA_HOME") or "~/.local/share") + "/vitalog"


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence for each variable that looks like ours and is none."""
    known = {name + suffix for name in NAMES for suffix in ("", "_FILE")} | {"MASTER_KEY_FILE"}
    sentences: list[str] = []
    for variable in sorted(variable for variable in environment if variable.startswith(_PREFIX)):
        name = variable.removeprefix(_PREFIX)
        if name in known:
            continue
        if nearest := difflib.get_close_matches(name, known, n=1):
            meant = _PREFIX + nearest[0]
            sentences.append(
                t("{name} is no setting and is ignored; is {nearest} meant?", name=variable, nearest=meant)
            )
        else:
            sentences.append(t("{name} is no setting and is ignored.", name=variable))
    return sentences


class _Said:
    """What the environment says, each variable from itself or from the file named by ``*_FILE``; empty is unset."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str | None:
        value = self._environment.get(f"VITALOG_{name}", "").strip()
        file = self._environment.get(f"VITALOG_{name}_FILE", "").strip()
        if value and file:
            raise UserError(
                t("Both VITALOG_{name} and VITALOG_{name}_FILE are set. Unset one of them.", name=name), exit_code=USAGE
            )
        if not file:
            return value or None
        try:
            return Path(file).expanduser().read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise UserError(
                t(
                    "VITALOG_{name}_FILE names {file}, which cannot be read: {why}.",
                    name=name,
                    file=file,
                    why=why,
                ),
                exit_code=USAGE,
            ) from None

    def matching(self, name: str, pattern: str, what: str) -> str | None:
        value = self.text(name)
        if value is not None and re.fullmatch(pattern, value) is None:
            raise _unfit(name, t(what), None if name in {"ADMIN_TOKEN", "TOKEN"} else value)
        return value

    def value(self, name: str) -> str | None:
        """From the variable alone."""
        return self._environment.get(f"{_PREFIX}{name}", "").strip() or None

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value).expanduser().absolute() if value else None

    def networks(self, name: str) -> tuple[str, ...]:
        value = self.text(name)
        parts = tuple(part.strip() for part in value.split(",")) if value else ()
        try:
            return tuple(str(ip_network(part)) for part in parts)
        except ValueError:
            raise _unfit(name, t("networks such as 10.0.0.0/8, separated by commas"), value) from None

    def port(self) -> int:
        value = self.text("PORT")
        if value is None:
            return 8080
        if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 65535:
            raise _unfit("PORT", t("a number from 1 to 65535"), value)
        return int(value)

    def time_zone(self) -> str:
        name = self.text("TIME_ZONE") or "UTC"
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _unfit("TIME_ZONE", t("an IANA time zone, such as Asia/Seoul"), name) from None
        return name

    def url(self, name: str, *schemes: str) -> str | None:
        """The value itself is never repeated in the error: it may hold a password."""
        value = self.text(name)
        for one in value.split(",") if value else []:
            try:
                parts = urlsplit(one.strip())
                fits = parts.scheme in schemes and (parts.port is None or parts.port > 0)
            except ValueError:
                fits = False
            if not fits:
                raise _unfit(name, t("a URL that begins with {scheme}://", scheme=schemes[0]), None)
        return value


def _unfit(name: str, what: str, value: str | None) -> UserError:
    if value is None:
        return UserError(t("VITALOG_{name} must be {what}.", name=name, what=what), exit_code=USAGE)
    return UserError(
        t("VITALOG_{name} is {value!r}; it must be {what}.", name=name, value=value, what=what), exit_code=USAGE
    )


def _missing(name: str, example: str) -> str:
    raise UserError(
        t(
            "VITALOG_{name} is not set. `vitalog up` sets it for the processes it runs; for one started by itself, "
            "set it, for example VITALOG_{name}={example}",
            name=name,
            example=example,
        ),
        exit_code=USAGE,
    )
