"""``vitalog up``: everything on one machine, started in order, kept running, stopped in order."""
