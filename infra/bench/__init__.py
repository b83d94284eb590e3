"""Measurements, each a program that prints JSON lines with a ratio against a baseline of the same run."""
