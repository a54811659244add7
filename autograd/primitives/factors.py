"""Entries of a matrix's factors, ordered and signed as by NumPy, for programs: they know the matrix when they run.

Its numbers come row by row in one sequence. An entry counts as a constant: derivatives come from the rotations that
start from it.
"""

from __future__ import annotations

from autograd.numbers.kernels import matrices
from autograd.primitives.table import primitive

__all__: list[str] = []

TYPE_CHECKING = False
if TYPE_CHECKING:
    from autograd.numbers import Number, Vector
    from autograd.primitives.arithmetic import Partials


@primitive(kernel=matrices.eigenvector_entry, vectors="xs", plain=("xs", "columns", "is_upper", "place"))
def eigenvector_entry(xs: Vector, columns: Number, is_upper: Number, place: Number) -> Partials:
    """A number of the matrix whose columns are the eigenvectors of a symmetric matrix.

    >>> eigenvector_entry([2.0, 0.0, 0.0, 1.0], 2.0, 0.0, 1.0)
    1.0
    """
    return (*[None for _ in xs], None, None, None)


@primitive(kernel=matrices.singular_vector_entry, vectors="xs", plain=("xs", "columns", "place"))
def singular_vector_entry(xs: Vector, columns: Number, place: Number) -> Partials:
    """A number of the matrix whose rows are the singular vectors of a matrix's shorter side.

    >>> abs(singular_vector_entry([2.0, 0.0, 0.0, 1.0], 2.0, 1.0))
    0.0
    """
    return (*[None for _ in xs], None, None)
