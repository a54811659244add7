"""Hypothesis strategies: numbers of a domain, points of many of them, programs."""

from autograd.testing.points import points, values
from autograd.testing.programs import programs

__all__ = ["points", "programs", "values"]
