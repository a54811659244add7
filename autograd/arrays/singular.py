"""Singular values and vectors of matrices of Values, by one-sided rotations, and the functions that use them.

As for eigenvalues, the rotations start from the singular vectors of the data, which are constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.axes import as_objects
from autograd.arrays.eigen import SWEEPS, SWEEPS_FROM_NOTHING, at_the_data, rotated, rotation, unless_equal
from autograd.arrays.linalg import array_of, data_of, each_matrix, is_traced, lstsq, refuse_nothing
from autograd.arrays.products import matmul
from autograd.arrays.table import implements
from autograd.numbers.kernels import matrices
from autograd.primitives.factors import singular_vector_entry
from autograd.refusals import refuse

if TYPE_CHECKING:
    from autograd.arrays.linalg import Rows

linalg = numpy.linalg


def decomposed(a: Any, from_nothing: bool = False) -> tuple[Rows, list[Any], Rows]:
    """The columns of A·V, their lengths, which are the singular values in descending order, and the columns of V.

    For a matrix with more columns than rows, those of its transpose. LinAlgError where two singular values are equal:
    they have no derivative there.
    """
    n = min(a.shape)
    if from_nothing:
        right, sweeps = numpy.eye(n), SWEEPS_FROM_NOTHING if n > 2 else 1
    else:
        right, sweeps = at_the_data(matrices.singular_vectors, singular_vector_entry, a, (n, n)), SWEEPS
    if n < a.shape[1]:
        a = a.T
    columns, turned = matmul(a, right.T).T.tolist(), right.astype(object).tolist()
    for _ in range(sweeps):
        for i in range(n):
            for j in range(i + 1, n):
                x, y = columns[i], columns[j]
                c, s = rotation(_dot(x, x), _dot(y, y), _dot(x, y))
                columns[i], columns[j] = rotated(x, y, c, s)
                turned[i], turned[j] = rotated(turned[i], turned[j], c, s)
    lengths = [p.norm(column) for column in columns]
    return columns, unless_equal(lists.ordered(lengths))[::-1] if from_nothing else lengths, turned


def singular_values(a: Any) -> list[Any]:
    """The singular values, descending; a trace avoids vectors of the data, for which machine code must call NumPy."""
    return decomposed(a, from_nothing=is_traced(a))[1]


def _dot(x: list[Any], y: list[Any]) -> Any:
    return lists.total([a * b for a, b in zip(x, y)])


@implements(linalg.svdvals)
@each_matrix
def svdvals(a: Any, /) -> Any:
    a = as_objects(a)
    refuse_nothing(a)
    return as_objects(singular_values(a))


@implements(linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    return _svd(a, full_matrices) if compute_uv else svdvals(a)


@each_matrix
def _svd(a: Any, full_matrices: bool) -> Any:
    from numpy.linalg._linalg import SVDResult

    a = as_objects(a)
    if full_matrices and a.shape[0] != a.shape[1]:
        raise TypeError("np.linalg.svd of Values gives no basis of what is left over: write full_matrices=False")
    refuse_nothing(a)
    columns, values, turned = decomposed(a)
    left, right = array_of([[x / size for x in column] for column, size in zip(columns, values)]), array_of(turned)
    if a.shape[0] < a.shape[1]:
        left, right = right, left
    return SVDResult(left.T, as_objects(values), right)


@implements(linalg.pinv)
@each_matrix
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """np.linalg.pinv by least squares: the matrix must have full rank."""
    return lstsq(a, numpy.eye(len(a)), rtol if rcond is None else rcond)[0]


@implements(linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    A = as_objects(A)
    if is_traced(A):
        raise refuse(lambda most: "the rank of a matrix", "do not compile this part")
    return linalg.matrix_rank(data_of(A), tol, hermitian, rtol=rtol)
