"""Branching: both sides of a branch are run on copies, and what they leave is merged into selections."""
