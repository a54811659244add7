"""np.linalg on matrices of Values: each algorithm is written once, on rows of numbers, and traced unchanged.

A pivot is chosen by the data. In a trace, rows are swapped by conditions, so that the program chooses, too.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy
from numpy.linalg import LinAlgError

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.axes import along, as_objects, filled
from autograd.arrays.eigen import eigenvalues, eigenvectors
from autograd.arrays.products import matmul
from autograd.arrays.scalars import choose
from autograd.arrays.table import implements
from autograd.numbers.kernels.matrices import NOTHING

if TYPE_CHECKING:
    Rows = list[list[Any]]

linalg = numpy.linalg


def rows_of(a: Any, square: bool = True) -> Rows:
    """The rows of one matrix."""
    rows: Rows = [[p.positive(x) if type(x) is int else x for x in row] for row in as_objects(a).tolist()]
    if square and any(len(row) != len(rows) for row in rows):
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return rows


def array_of(rows: Rows) -> Any:
    return filled((len(rows), len(rows[0]) if rows else 0), [x for row in rows for x in row])


def is_traced(a: Any) -> bool:
    return lists.is_traced(a.ravel().tolist())


def data_of(a: Any) -> Any:
    """The plain numbers of a matrix."""
    return numpy.reshape(lists.data_of(a.ravel().tolist()), a.shape)


def refuse_nothing(a: Any, limit: float = NOTHING) -> None:
    """Raise LinAlgError if a singular value is 0, or within `limit` of the greatest: there is no derivative there."""
    if not is_traced(a):
        values = linalg.svd(data_of(a), compute_uv=False)
        if values[-1] <= max(limit, NOTHING) * values[0]:
            raise LinAlgError("the matrix must have full rank: where a singular value is 0, there is no derivative")


def each_matrix(function: Callable[..., Any]) -> Callable[..., Any]:
    """Extend a function of one matrix to stacks of matrices."""

    @functools.wraps(function)
    def of_stack(a: Any, *args: Any, **kwargs: Any) -> Any:
        a = numpy.asarray(a)
        if a.ndim < 2:
            raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
        if a.ndim == 2:
            return function(a, *args, **kwargs)
        found = [function(part, *args, **kwargs) for part in a.reshape(-1, *a.shape[-2:])]
        if isinstance(found[0], tuple):
            parts = [as_objects([x[i] for x in found]) for i in range(len(found[0]))]
            return type(found[0])(*[x.reshape(a.shape[:-2] + x.shape[1:]) for x in parts])
        made = as_objects(found)
        return made.reshape(a.shape[:-2] + made.shape[1:])

    return of_stack


# --- elimination --------------------------------------------------------------------------------


def eliminated(rows: Rows, beside: Rows) -> tuple[Rows, Rows, Any]:
    """Gaussian elimination with the greatest pivots: the upper triangle, the transformed `beside`, and the sign."""
    rows, beside = [list(row) for row in rows], [list(row) for row in beside]
    n, sign = len(rows), 1.0
    traced = lists.is_traced([x for row in rows for x in row])
    for k in range(n):
        if traced:
            for i in range(k + 1, n):
                sign = _swapped(rows, beside, k, i, sign)
        else:
            best = max(range(k, n), key=lambda i: _size(rows[i][k]))
            if best != k:
                rows[k], rows[best], beside[k], beside[best] = rows[best], rows[k], beside[best], beside[k]
                sign = -sign
            if rows[k][k] == 0:
                raise LinAlgError("Singular matrix")
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [*rows[i][: k + 1], *[x - factor * y for x, y in zip(rows[i][k + 1 :], rows[k][k + 1 :])]]
            beside[i] = [x - factor * y for x, y in zip(beside[i], beside[k])]
    return rows, beside, sign


def _size(x: Any) -> float:
    return float(abs(lists.core(x)))


def _swapped(rows: Rows, beside: Rows, k: int, i: int, sign: Any) -> Any:
    """Swap rows k and i of a traced matrix where row i has the greater pivot."""
    greater = abs(rows[i][k]) > abs(rows[k][k])
    for table in (rows, beside):
        upper, lower = table[k], table[i]
        table[k] = [choose(greater, y, x) for x, y in zip(upper, lower)]
        table[i] = [choose(greater, x, y) for x, y in zip(upper, lower)]
    return choose(greater, -sign, sign)


def back_substituted(upper: Rows, beside: Rows) -> Rows:
    n = len(upper)
    found: Rows = [[] for _ in range(n)]
    for i in range(n - 1, -1, -1):
        found[i] = list(beside[i])
        for j in range(i + 1, n):
            found[i] = [x - upper[i][j] * y for x, y in zip(found[i], found[j])]
        found[i] = [x / upper[i][i] for x in found[i]]
    return found


def _solved(a: Any, b: Any) -> Any:
    upper, beside, _ = eliminated(rows_of(a), as_objects(b).tolist())
    return array_of(back_substituted(upper, beside))


@implements(linalg.solve)
def solve(a: Any, b: Any) -> Any:
    a, b = numpy.asarray(a), numpy.asarray(b)
    if a.shape[-1] != b.shape[-1 if b.ndim == 1 else -2]:
        raise ValueError(f"solve: shapes {a.shape} and {b.shape} do not match")
    right = b[:, None] if b.ndim == 1 else b
    stack = numpy.broadcast_shapes(a.shape[:-2], right.shape[:-2])
    left = numpy.broadcast_to(a, stack + a.shape[-2:]).reshape(-1, *a.shape[-2:])
    columns = numpy.broadcast_to(right, stack + right.shape[-2:])
    found = as_objects([_solved(x, y) for x, y in zip(left, columns.reshape(-1, *right.shape[-2:]))])
    found = found.reshape(columns.shape)
    return found[..., 0] if b.ndim == 1 else found


@implements(linalg.inv)
@each_matrix
def inv(a: Any) -> Any:
    return _solved(a, numpy.eye(len(a)))


@implements(linalg.det)
@each_matrix
def det(a: Any) -> Any:
    """The determinant, by elimination; by a formula without division for small matrices, or if a pivot is 0."""
    rows = rows_of(a)
    if len(rows) <= 3:
        return _divisionless(rows)
    try:
        upper, _, sign = eliminated(rows, [[] for _ in rows])
    except LinAlgError:
        return _divisionless(rows)
    return sign * lists.product([upper[i][i] for i in range(len(rows))])


def _divisionless(rows: Rows) -> Any:
    """The determinant by R. S. Bird, "A simple division-free algorithm for computing determinants" (2011)."""
    n = len(rows)
    if n == 0:
        return 1.0
    a = array_of(rows)
    x = a
    for _ in range(n - 1):
        folded = numpy.full((n, n), 0.0, dtype=object)
        below: Any = 0.0
        for i in range(n - 1, -1, -1):
            folded[i, i + 1 :] = x[i, i + 1 :]
            folded[i, i] = -below
            below = below + x[i, i]
        x = folded @ a
    return x[0, 0] if n % 2 else -x[0, 0]


@implements(linalg.slogdet)
@each_matrix
def slogdet(a: Any) -> Any:
    from numpy.linalg._linalg import SlogdetResult

    rows = rows_of(a)
    try:
        upper, _, sign = eliminated(rows, [[] for _ in rows])
    except LinAlgError:
        return SlogdetResult(0.0, -math.inf)
    diagonal = [upper[i][i] for i in range(len(rows))]
    signs = sign * lists.product([p.sign(x) for x in diagonal])
    return SlogdetResult(signs, lists.total([p.log(abs(x)) for x in diagonal]))


@implements(linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    if n < 0:
        a, n = inv(a), -n
    found = as_objects(numpy.eye(numpy.shape(a)[-1]))
    found = numpy.broadcast_to(found, numpy.shape(a))
    square = a
    while n:
        found = matmul(found, square) if n % 2 else found
        n //= 2
        square = matmul(square, square) if n else square
    return found


# --- factors ------------------------------------------------------------------------------------


@implements(linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return _cholesky(a, upper)


@each_matrix
def _cholesky(a: Any, upper: bool) -> Any:
    rows = rows_of(a)
    n = len(rows)
    if upper:
        rows = [list(column) for column in zip(*rows)]
    factor: Rows = [[0.0] * n for _ in range(n)]
    for j in range(n):
        pivot = rows[j][j] - lists.total([x * x for x in factor[j][:j]])
        if not lists.is_traced([pivot]) and not pivot > 0:
            raise LinAlgError("Matrix is not positive definite")
        factor[j][j] = p.sqrt(pivot)
        for i in range(j + 1, n):
            products = [x * y for x, y in zip(factor[i][:j], factor[j][:j])]
            factor[i][j] = (rows[i][j] - lists.total(products)) / factor[j][j]
    found = array_of(factor)
    return found.T if upper else found


@implements(linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr by Householder reflections, with the signs that LAPACK gives."""
    from numpy.linalg._linalg import QRResult

    a = as_objects(a)
    if a.ndim != 2 or mode not in ("reduced", "complete", "r"):
        raise TypeError("np.linalg.qr of Values takes one matrix, and mode 'reduced', 'complete' or 'r'")
    m, n = a.shape
    r, q = a.copy(), as_objects(numpy.eye(m))
    for k in range(min(m - 1, n)):
        column = r[k:, k].tolist()
        if not lists.is_traced(column) and all(x == 0 for x in column[1:]):
            continue
        pivot = -p.copysign(1.0, column[0]) * p.norm(column)
        v = filled((m - k,), [column[0] - pivot, *column[1:]])
        scale = 2.0 / lists.total([x * x for x in v.tolist()])
        r[k:] = r[k:] - numpy.multiply.outer(v * scale, matmul(v, r[k:]))
        r[k + 1 :, k] = 0.0
        q[:, k:] = q[:, k:] - numpy.multiply.outer(matmul(q[:, k:], v), v * scale)
    size = m if mode == "complete" else min(m, n)
    return r[:size] if mode == "r" else QRResult(q[:, :size], r[:size])


@implements(linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The solution, its residuals, the rank, and None for the singular values; the matrix must have full rank."""
    a, b = as_objects(a), as_objects(b)
    right = b[:, None] if b.ndim == 1 else b
    m, n = a.shape
    q, r = qr(a if m >= n else a.T)
    rows = r.tolist()
    refuse_nothing(a, rcond or 0.0)
    if m >= n:
        found = array_of(back_substituted(rows, matmul(q.T, right).tolist()))
    else:
        reversed_rows = [[rows[j][i] for j in range(m - 1, -1, -1)] for i in range(m - 1, -1, -1)]
        found = matmul(q, array_of(back_substituted(reversed_rows, right[::-1].tolist())[::-1]))
    rest = matmul(a, found) - right
    residuals = along(lists.total, rest * rest, 0) if m > n else numpy.array([])
    return (found[:, 0] if b.ndim == 1 else found), numpy.atleast_1d(residuals), min(m, n), None


# --- eigenvalues --------------------------------------------------------------------------------


def _lower(a: Any, UPLO: str) -> Rows:
    """The symmetric matrix given by one triangle, which is all that NumPy reads."""
    rows = rows_of(a)
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    if UPLO.upper() == "U":
        rows = [list(column) for column in zip(*rows)]
    return [[rows[max(i, j)][min(i, j)] for j in range(len(rows))] for i in range(len(rows))]


@implements(linalg.eigvalsh)
@each_matrix
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    found = eigenvalues(_lower(a, UPLO))
    return filled((len(found),), found)


@implements(linalg.eigh)
@each_matrix
def eigh(a: Any, UPLO: str = "L") -> Any:
    from numpy.linalg._linalg import EighResult

    values, vectors = eigenvectors(_lower(a, UPLO), UPLO.upper() == "U")
    return EighResult(filled((len(values),), values), array_of(vectors))
