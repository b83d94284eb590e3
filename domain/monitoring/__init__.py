"""The monitoring context: what is watched, what was observed, and what follows from it."""
