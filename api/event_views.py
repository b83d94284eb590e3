"""Events as the API shows them: what is sealed in them stays in the ledger."""

from __future__ import annotations

import msgspec

from application.ports.event_log import StoredEvent

_SEALED = b'{"sealed":'
"""How the stored JSON of every sealed event begins (``domain.kernel.enclose``), one of a newer Vitalog too."""
_PARTS = {"patient": ("patient_id",), "checkup": ("patient_id", "checkup_id")}
"""What the parts of a stream's name are, by its first one."""


def shown(event: StoredEvent) -> StoredEvent:
    """The event; of a sealed one whom and what it is about in place of the ciphertext.

    Nobody can do anything with the ciphertext but keep it, beyond the day on which its key is destroyed. What it says
    is answered by the routes of the record, which know who may read it and record that it was read.
    """
    if not bytes(event.data).startswith(_SEALED):
        return event
    kind, *ids = event.stream.split(":")
    told = {"sealed": True, **dict(zip(_PARTS.get(kind, ()), ids, strict=False))}
    return msgspec.structs.replace(event, data=msgspec.Raw(msgspec.json.encode(told)))
