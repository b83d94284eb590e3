"""Use cases of the checkups context."""
