"""A stand-in for the API process under the supervisor: ready at once, and it writes down what it is asked."""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_JOURNAL = Path(sys.argv[1])
_TOKEN = Path(os.environ["VITALOG_ADMIN_TOKEN_FILE"]).read_text().strip()
_OFF = _JOURNAL.with_name("token-off")
"""While there is such a file, the admin token is switched off."""
_SAID = _JOURNAL.with_name("environment.json")
"""What the process was told."""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/api/") and _OFF.exists():
            self._answer(401, {"type": "/problems/bootstrap-token-off"})
            return
        self._answer(200, {"id": "m"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if _OFF.exists():
            self._answer(401, {"type": "/problems/bootstrap-token-off"})
            return
        if self.headers["Authorization"] != f"Bearer {_TOKEN}":
            self._answer(401, {})
            return
        with _JOURNAL.open("a") as file:
            key = self.headers["Idempotency-Key"]
            file.write(json.dumps({"method": self.command, "path": self.path, "key": key, **json.loads(body)}) + "\n")
        self._answer(201, {"id": f"m-{json.loads(body).get('name')}"})

    def do_PATCH(self) -> None:
        self.do_POST()

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    _SAID.write_text(json.dumps({name: value for name, value in os.environ.items() if name.startswith("VITALOG_")}))
    server = ThreadingHTTPServer((os.environ["VITALOG_HOST"], int(os.environ["VITALOG_PORT"])), _Answer)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()
