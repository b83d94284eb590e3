"""The identity context: who is who, how they prove it, what they looked at, and who reviewed it."""
