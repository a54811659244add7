"""Rewriting: the source of f, with branches and loops as calls that can be traced."""
