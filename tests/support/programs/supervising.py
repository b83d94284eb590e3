"""``vitalog up`` with other processes: argv[1] is a JSON object of name → command."""

from __future__ import annotations

import json
import sys

from infra import log
from infra.errors import UserError
from infra.settings import Settings
from infra.supervisor.up import Supervisor

if __name__ == "__main__":
    settings = Settings.from_environment()
    log.configure(settings, process="up")
    try:
        code = Supervisor(settings, say=lambda line: print(line, flush=True), processes=json.loads(sys.argv[1])).run()
    except UserError as error:
        print(error, file=sys.stderr)
        code = error.exit_code
    sys.exit(code)
