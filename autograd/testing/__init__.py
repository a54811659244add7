"""Checks of derivatives, the engine's own or any others, against values of the function alone."""

from autograd.testing.oracle import Estimate, numeric_derivative

__all__ = ["Estimate", "numeric_derivative"]
