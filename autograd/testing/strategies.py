"""Hypothesis strategies: numbers of a domain, structures of them, programs.

>>> from hypothesis import given
>>> from autograd.testing import check_gradients, strategies
>>> @given(strategies.programs(["multiply", "sin"], inputs=2, size=3))
... def test_of_programs(program):
...     check_gradients(program, *program.inputs)
>>> test_of_programs()
"""

from autograd.testing.points import points, values
from autograd.testing.programs import programs

__all__ = ["points", "programs", "values"]
