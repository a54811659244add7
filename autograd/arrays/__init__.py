"""Arrays that know what they hold: NumPy's functions on arrays of Values, differentiated and traced."""

from __future__ import annotations

import numpy

from autograd.arrays import booleans as booleans  # the import sets the arithmetic of conditions
from autograd.arrays import calculus, moving, norms, reductions, selections
from autograd.arrays.elementwise import elementwise, over_axes, over_rows
from autograd.arrays.methods import METHODS
from autograd.arrays.scalar_array import ScalarArray, apply_function, apply_ufunc, attribute_of, holding
from autograd.numbers.kinds import ARRAY_RANK, Kind, join


def enter() -> None:
    """Register NumPy arrays as a kind of operand."""
    join(numpy.ndarray, Kind("ndarray", ARRAY_RANK, lift=elementwise))
