"""Tracing: f runs once on symbols, and what it does becomes a program."""
