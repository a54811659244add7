"""Entries of NumPy's factors of a matrix, whose numbers come row by row in one sequence.

A matrix is factored once for all its entries, unless more than a thousand others come in between. Raises LinAlgError, a
ValueError, where two eigenvalues or singular values are equal: the factors have no derivative there.
"""

from __future__ import annotations

from array import array
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

NOTHING = 1e-13  # relative to the greatest eigenvalue or singular value: a smaller one, or a smaller gap, counts as 0


def eigenvector_entry(xs: Sequence[float], columns: float, is_upper: float, place: float) -> float:
    return _eigenvectors(array("d", xs).tobytes(), int(columns), bool(is_upper))[int(place)]


def singular_vector_entry(xs: Sequence[float], columns: float, place: float) -> float:
    return _singular_vectors(array("d", xs).tobytes(), int(columns))[int(place)]


def eigenvectors(a: Any, is_upper: bool) -> Any:
    """The matrix whose columns are the eigenvectors of a symmetric matrix, by ascending eigenvalue.

    Their signs depend on the triangle that LAPACK reads.
    """
    from numpy.linalg import eigh

    values, vectors = eigh(a, "U" if is_upper else "L")
    _refuse_equal(values, "eigenvalues")
    return vectors


def singular_vectors(a: Any) -> Any:
    """The singular vectors of the shorter side of a matrix, as rows, by descending singular value."""
    from numpy.linalg import svd

    left, values, right = svd(a, full_matrices=False)
    _refuse_equal(values, "singular values")
    return right if a.shape[0] >= a.shape[1] else left.T


def _refuse_equal(values: Any, name: str) -> None:
    from numpy import diff
    from numpy.linalg import LinAlgError

    if len(values) > 1 and abs(diff(values)).min() <= NOTHING * abs(values).max():
        raise LinAlgError(f"two {name} are equal, and have no derivative here: move the matrix a little")


@lru_cache(maxsize=1024)
def _eigenvectors(numbers: bytes, columns: int, is_upper: bool) -> list[float]:
    return _flat(eigenvectors(_matrix(numbers, columns), is_upper))


@lru_cache(maxsize=1024)
def _singular_vectors(numbers: bytes, columns: int) -> list[float]:
    return _flat(singular_vectors(_matrix(numbers, columns)))


def _matrix(numbers: bytes, columns: int) -> Any:
    from numpy import frombuffer

    return frombuffer(numbers).reshape(-1, columns)


def _flat(a: Any) -> list[float]:
    found: list[float] = a.ravel().tolist()
    return found
