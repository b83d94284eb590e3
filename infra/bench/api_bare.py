"""The yardstick: a FastAPI application with nothing but two routes that return ready bytes. A process of its own.

Arguments: port, then the two files that hold the bytes of ``/a`` and ``/b``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response


def main() -> None:
    """Serve until killed."""
    app = FastAPI()
    a, b = (Path(name).read_bytes() for name in sys.argv[2:4])

    @app.get("/a")
    async def answer_a() -> Response:
        return Response(a, media_type="application/json")

    @app.get("/b")
    async def answer_b() -> Response:
        return Response(b, media_type="application/json")

    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
