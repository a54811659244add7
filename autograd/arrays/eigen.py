"""Eigenvalues of symmetric matrices of Values, by Jacobi's rotations.

In the basis of the eigenvectors of the data, which are constants, the matrix is nearly diagonal. Each sweep of
rotations then doubles the order up to which its diagonal is right, so a few sweeps give derivatives of every order in
use.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.axes import filled
from autograd.arrays.products import matmul
from autograd.arrays.scalars import choose
from autograd.numbers.kernels import matrices
from autograd.primitives.factors import eigenvector_entry
from autograd.primitives.operators import core

if TYPE_CHECKING:
    Rows = list[list[Any]]

SWEEPS = 3  # from the eigenvectors of the data: right to the seventh derivative
SWEEPS_FROM_NOTHING = 8  # in a trace, for eigenvalues only


def eigenvalues(rows: Rows) -> list[Any]:
    """The eigenvalues in ascending order. LinAlgError where two are equal: they have no derivative there."""
    if lists.is_traced([x for row in rows for x in row]):
        n = len(rows)
        square = [list(row) for row in rows]
        for _ in range(SWEEPS_FROM_NOTHING if n > 2 else 1):
            _sweep(square, [])
        return unless_equal(lists.ordered([square[i][i] for i in range(n)]))
    return eigenvectors(rows, False)[0]


def eigenvectors(rows: Rows, is_upper: bool) -> tuple[list[Any], Rows]:
    """The eigenvalues in ascending order, and the matrix whose columns are the eigenvectors, with NumPy's signs."""
    flat = filled((len(rows), len(rows)), [x for row in rows for x in row])
    vectors = at_the_data(matrices.eigenvectors, eigenvector_entry, flat, flat.shape, is_upper)
    square = matmul(matmul(vectors.T, flat), vectors).tolist()
    columns = vectors.T.astype(object).tolist()
    for _ in range(SWEEPS):
        _sweep(square, columns)
    return [square[i][i] for i in range(len(rows))], [list(row) for row in zip(*columns)]


def unless_equal(values: list[Any]) -> list[Any]:
    """The values in ascending order; in a program, which raises nothing, NaN with NaN slopes where two are equal."""
    limit = matrices.NOTHING * p.maximum(abs(values[0]), abs(values[-1]))
    equal = lists.any_of([y - x <= limit for x, y in pairwise(values)])
    factor = choose(equal, math.nan, 1.0)
    return [x * factor for x in values]


def at_the_data(
    factor: Callable[..., Any], entry: Callable[..., Any], a: Any, shape: tuple[int, ...], *options: bool
) -> Any:
    """A factor of the matrix of the data; in a trace, where the data are not known, its entries as operations."""
    numbers = [core(x) for x in a.ravel().tolist()]
    if not lists.is_traced(numbers):
        return factor(numpy.reshape(lists.data_of(numbers), a.shape), *options)
    return filled(shape, [entry(numbers, a.shape[1], *options, place) for place in range(math.prod(shape))])


def _sweep(square: Rows, columns: Rows) -> None:
    """Apply one rotation for each pair of rows; `columns`, if any, are rotated with them."""
    n = len(square)
    for i in range(n):
        for j in range(i + 1, n):
            c, s = rotation(square[i][i], square[j][j], square[i][j])
            square[i], square[j] = rotated(square[i], square[j], c, s)
            for row in square:
                row[i], row[j] = c * row[i] - s * row[j], s * row[i] + c * row[j]
            if columns:
                columns[i], columns[j] = rotated(columns[i], columns[j], c, s)


def rotated(x: list[Any], y: list[Any], c: Any, s: Any) -> tuple[list[Any], list[Any]]:
    return [c * a - s * b for a, b in zip(x, y)], [s * a + c * b for a, b in zip(x, y)]


def rotation(a: Any, b: Any, off: Any) -> tuple[Any, Any]:
    """The cosine and sine of the smaller angle that makes the off-diagonal number 0."""
    gap = b - a
    scale = gap + p.copysign(1.0, gap) * p.hypot(gap, 2 * off)
    nothing = scale == 0
    t = choose(nothing, 0.0, 2 * off / choose(nothing, 1.0, scale))
    c = 1 / p.sqrt(1 + t * t)
    return c, t * c
