"""Use cases of the monitoring context."""
