"""Structured logs on standard error, as lines for people or as JSON; no secret ever in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from infra.settings import LogFormat, Settings

HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"token|passw|secret|authorization|cookie|credential|master_?key|api_?key|^key$", re.IGNORECASE
)
_IN_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@'\"]+@", re.IGNORECASE)
_BEARER = re.compile(r"(?P<scheme>bearer|basic)\s+[\w~+/.=-]+", re.IGNORECASE)
_known: set[str] = set()


def configure(settings: Settings, *, process: str) -> None:
    """Set up logging for this process, once, at its start. ``process`` stands in every line.

    The standard library's loggers (uvicorn, nats, asyncio …) come out the same way.
    """
    for value in (settings.admin_token, settings.database_url, settings.migration_database_url, settings.nats_url):
        if value:
            hide(value)
            with suppress(ValueError):
                hide(unquote(urlsplit(value).password or value))
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _named(process),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *(p for p in before if not isinstance(p, structlog.stdlib.ExtraAdder)),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # The traceback becomes text first, so that what it quotes is looked through as well.
                structlog.processors.format_exc_info,
                structlog.processors.StackInfoRenderer(),
                redact,
                *_renderers(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # One line per outgoing request is a line per probe.
    for chatty in ("httpx", "httpcore", "aiohttp.access", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def hide(secret: str) -> None:
    """Show ``***`` wherever this text would stand in a log from now on."""
    _known.add(secret)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide values under secret-looking names, credentials in URLs and headers, and what `hide` was told."""
    return {name: HIDDEN if _is_secret(name, value) else _clean(value) for name, value in event.items()}


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str | bytes) and _SECRET_KEY.search(name) is not None


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for secret in _known:
            value = value.replace(secret, HIDDEN)
        return _BEARER.sub(rf"\g<scheme> {HIDDEN}", _IN_URL.sub(rf"\g<scheme>{HIDDEN}@", value))
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {name: HIDDEN if _is_secret(str(name), item) else _clean(item) for name, item in items}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in cast("list[Any]", value)]
    return value if isinstance(value, int | float | bool | None) else _clean(str(value))


def _named(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return add


def _renderers(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        structlog.dev.ConsoleRenderer(
            timestamp_key="at",
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
            pad_event=0,
        )
    ]
