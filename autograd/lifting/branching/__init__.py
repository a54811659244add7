"""Branching: both sides of a branch run from the same state, and their results are merged into selections."""
