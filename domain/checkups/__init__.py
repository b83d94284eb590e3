"""The checkups context: patients, what was measured at their checkups, what was corrected, and what follows from it."""
