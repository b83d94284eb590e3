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


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, {"id": "m"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
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
    server = ThreadingHTTPServer((os.environ["VITALOG_HOST"], int(os.environ["VITALOG_PORT"])), _Answer)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()
