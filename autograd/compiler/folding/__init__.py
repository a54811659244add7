"""Folding: the loops that a traced program came from, found again."""
