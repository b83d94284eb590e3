"""Every event of every context, by importing them: whoever decodes the ledger must know them all."""

from __future__ import annotations

import domain.checkups.events
import domain.identity.events
import domain.monitoring.events

CONTEXTS = (domain.checkups.events, domain.identity.events, domain.monitoring.events)
