"""An invented year: monitors with their incidents, people with their checkups, and who looked at what.

Everything follows from a seed: the same seed, day and size give the same events, so that filling twice adds nothing.
What happens is decided by the domain's own functions; only what was measured and when is invented.
"""
