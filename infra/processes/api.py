"""``vitalog api``: serves the API and the page."""

from __future__ import annotations

import signal
from contextlib import suppress
from types import FrameType

import structlog
import uvicorn
import uvloop

from api.app import create_app
from infra.bounded_http import BoundedHttp
from infra.bounded_socket import MAX_MESSAGE, PING_S, BoundedSocket
from infra.settings import Settings
from infra.wiring import api_services

_log = structlog.get_logger(__name__)
_DRAIN_S = 10


class _Server(uvicorn.Server):
    """Ends the live streams when it is told to stop: they would otherwise be waited for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app = self.config.app
        app.state.live.close()  # type: ignore[union-attr]
        super().handle_exit(sig, frame)


def run(settings: Settings) -> int:
    """Until SIGTERM or SIGINT; returns the exit code."""

    async def serve() -> int:
        app = create_app(api_services(settings))
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=BoundedHttp,
            ws=BoundedSocket,
            ws_max_size=MAX_MESSAGE,
            ws_ping_interval=PING_S,
            ws_ping_timeout=PING_S,
            ws_per_message_deflate=False,  # it keeps a window in memory for each reader
            lifespan="on",
            proxy_headers=False,  # which proxies are believed is a setting: api.proxies
            access_log=False,  # the application writes one line a request itself, with the correlation id
            log_config=None,
            log_level="warning",
            server_header=False,
            date_header=True,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        server = _Server(config)
        _log.info("serving", host=settings.host, port=settings.port)
        with suppress(KeyboardInterrupt):  # uvicorn raises the signal again once it has drained
            await server.serve()
        return 0 if server.started else 1

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return uvloop.run(serve())
    except KeyboardInterrupt:
        return 0
