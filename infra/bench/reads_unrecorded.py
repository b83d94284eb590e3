"""The yardstick: the API as it is, but for the recording of who is shown personal data. A process of its own.

It is set by ``VITALOG_*`` variables as the real one is. Only here does it exist: no setting switches recording off.
"""

from __future__ import annotations

import sys
from typing import Any

from application.identity.record_read import Reads
from infra.log import configure
from infra.processes import api
from infra.settings import Settings


async def _shown(*_: Any, **__: Any) -> int:
    return 0


def main() -> int:
    """Serve until killed."""
    settings = Settings.from_environment()
    configure(settings, process="api")
    Reads.shown = _shown
    return api.run(settings)


if __name__ == "__main__":
    sys.exit(main())
