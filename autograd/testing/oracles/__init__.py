"""Oracles: numerical derivatives with error bounds, by floats and by fifty digits."""
