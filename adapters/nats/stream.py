"""The JetStream stream of the feed. A window onto the recent past, not an archive: the ledger is that."""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError

from adapters.nats.messages import STREAM, SUBJECTS

KEEP_S = 7 * 86_400
KEEP_BYTES = 4 * 1024**3


async def ensure_stream(jetstream: JetStreamContext) -> None:
    """Make the stream, or bring its limits up to date. Raises ``nats.errors.Error``."""
    config = StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=KEEP_S,
        max_bytes=KEEP_BYTES,
        duplicate_window=120,
    )
    try:
        await jetstream.add_stream(config)
    except BadRequestError:
        await jetstream.update_stream(config)
