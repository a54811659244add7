"""Oracles: numerical derivatives with bounds of their error, by floats and by fifty digits."""
