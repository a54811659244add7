"""Products of arrays: each number of the result is a single node, a `dot`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists
from autograd.arrays.axes import as_objects, as_plain, filled, is_mask, mapped, objects, plain
from autograd.arrays.scalars import BOOLS, both, number, numbers, truth
from autograd.arrays.table import implements


def inner(w: list[Any], x: list[Any]) -> Any:
    """Σ wᵢxᵢ."""
    if len(w) != len(x):
        raise ValueError(f"operands have mismatched lengths, {len(w)} and {len(x)}")
    if not w:
        return 0.0
    if type(w[0]) in BOOLS and BOOLS.issuperset(map(type, [*w, *x])):  # whether both hold at some place
        return lists.any_of(list(map(both, w, x)))
    return p.dot(numbers(w), numbers(x))


@implements(numpy.linalg.matmul)
def matmul(a: Any, b: Any) -> Any:
    """a @ b, with NumPy's rules for vectors and stacks of matrices."""
    a, b = numpy.asarray(a), numpy.asarray(b)
    if plain(a) and plain(b):
        return objects(numpy.matmul(as_plain(a), as_plain(b)))
    if not a.ndim or not b.ndim:
        raise ValueError("matmul: an operand has no dimensions: use * for a number")
    left = a[None] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(f"matmul: shapes {a.shape} and {b.shape} do not match")
    if left.ndim == right.ndim == 2:
        made = _of_matrices(left, right)
    else:
        stack = numpy.broadcast_shapes(left.shape[:-2], right.shape[:-2])
        left = numpy.broadcast_to(left, stack + left.shape[-2:])
        right = numpy.broadcast_to(right, stack + right.shape[-2:])
        made = numpy.empty((*stack, left.shape[-2], right.shape[-1]), dtype=object)
        for at in numpy.ndindex(*stack):
            made[at] = _of_matrices(left[at], right[at])
    made = made[..., 0, :] if a.ndim == 1 else made
    made = made[..., 0] if b.ndim == 1 else made
    return made if made.ndim else made[()]


def _of_matrices(left: Any, right: Any) -> Any:
    columns = right.T.tolist()
    return filled((len(left), len(columns)), [inner(row, column) for row in left.tolist() for column in columns])


@implements(numpy.dot)
def dot(a: Any, b: Any, out: None = None) -> Any:
    a, b = numpy.asarray(a), numpy.asarray(b)
    if not a.ndim or not b.ndim:
        return as_objects(a) * b
    return tensordot(a, b, ([a.ndim - 1], [max(b.ndim - 2, 0)]))


@implements(numpy.inner)
def inner_of_last(a: Any, b: Any) -> Any:
    a, b = numpy.asarray(a), numpy.asarray(b)
    if not a.ndim or not b.ndim:
        return as_objects(a) * b
    return tensordot(a, b, ([a.ndim - 1], [b.ndim - 1]))


@implements(numpy.vdot)
def vdot(a: Any, b: Any) -> Any:
    return inner(numpy.ravel(a).tolist(), numpy.ravel(b).tolist())


@implements(numpy.linalg.vecdot)
def vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    a, b = numpy.broadcast_arrays(numpy.moveaxis(a, axis, -1), numpy.moveaxis(b, axis, -1))
    rows = zip(a.reshape(-1, a.shape[-1]).tolist(), b.reshape(-1, b.shape[-1]).tolist())
    made = filled(a.shape[:-1], (inner(w, x) for w, x in rows))
    return made if made.ndim else made[()]


@implements(numpy.outer, numpy.linalg.outer)
def outer(a: Any, b: Any, out: None = None) -> Any:
    return as_objects(a).reshape(-1, 1) * numpy.ravel(b)


@implements(numpy.tensordot, numpy.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot: the sum of products over these axes of a and b."""
    a, b = numpy.asarray(a), numpy.asarray(b)
    if numpy.ndim(axes) == 0:
        axes = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    first = [i % a.ndim for i in numpy.atleast_1d(axes[0])]
    second = [i % b.ndim for i in numpy.atleast_1d(axes[1])]
    free_a = [i for i in range(a.ndim) if i not in first]
    free_b = [i for i in range(b.ndim) if i not in second]
    shape = tuple(a.shape[i] for i in free_a) + tuple(b.shape[i] for i in free_b)
    if [a.shape[i] for i in first] != [b.shape[i] for i in second]:
        raise ValueError(f"shapes {a.shape} and {b.shape} do not match along axes {first} and {second}")
    count, rows = math.prod(a.shape[i] for i in first), math.prod(a.shape[i] for i in free_a)
    columns = math.prod(b.shape[i] for i in free_b)
    left = a.transpose(free_a + first).reshape(rows, count)
    found = matmul(left, b.transpose(second + free_b).reshape(count, columns))
    return found.reshape(shape) if shape else found.reshape(-1)[0]


@implements(numpy.kron)
def kron(a: Any, b: Any) -> Any:
    a, b = as_objects(a), as_objects(b)
    a, b = (x.reshape((1,) * (max(a.ndim, b.ndim) - x.ndim) + x.shape) for x in (a, b))
    blocks = numpy.multiply.outer(a, b)
    order = [axis for pair in zip(range(a.ndim), range(a.ndim, 2 * a.ndim)) for axis in pair]
    return blocks.transpose(order).reshape([m * n for m, n in zip(a.shape, b.shape)])


@implements(numpy.einsum)
def einsum(subscripts: Any, *operands: Any, out: None = None, **options: Any) -> Any:
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum of Values takes its subscripts as a string, as in np.einsum('ij,j->i', A, x)")
    if all(map(is_mask, operands)):  # where a product is not 0: a sum of bools is `or`
        return mapped(truth, numpy.einsum(subscripts, *[mapped(number, x) for x in operands]))
    return numpy.einsum(subscripts, *map(as_objects, operands))


@implements(numpy.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: None = None) -> Any:
    found = numpy.asarray(arrays[0])
    for x in arrays[1:]:
        found = dot(found, x)
    return found


@implements(numpy.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    a, v = as_objects(a).reshape(-1), as_objects(v).reshape(-1)
    if not len(a) or not len(v):
        raise ValueError("a and v cannot be empty")
    if len(v) > len(a):
        a, v = v, a
    m, n = len(a), len(v)
    full = [
        inner(a[max(0, k - n + 1) : k + 1].tolist(), v[max(0, k - m + 1) : k + 1][::-1].tolist())
        for k in range(m + n - 1)
    ]
    cut = {"full": (0, m + n - 1), "same": ((n - 1) // 2, (n - 1) // 2 + m), "valid": (n - 1, m)}[mode]
    return filled((cut[1] - cut[0],), full[slice(*cut)])


@implements(numpy.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = as_objects(a).reshape(-1), as_objects(v).reshape(-1)
    found = convolve(a, v[::-1], mode)
    if (mode == "same" and len(v) > len(a)) or (mode == "same" and len(v) % 2 == 0):
        full = convolve(a, v[::-1], "full")
        start = (len(full) - max(len(a), len(v))) // 2
        if len(v) > len(a):
            start = len(full) - max(len(a), len(v)) - start
        found = full[start : start + max(len(a), len(v))]
    return found


@implements(numpy.cross, numpy.linalg.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = (numpy.moveaxis(as_objects(x), at, -1) for x, at in ((a, axisa), (b, axisb)))
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError("np.cross needs vectors of three numbers; in the plane write x[0] * y[1] - x[1] * y[0]")
    (x, y, z), (u, v, w) = ([vectors[..., i] for i in range(3)] for vectors in (a, b))
    return numpy.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=axisc)


PRODUCTS: dict[Any, Callable[..., Any]] = {numpy.matmul: matmul, numpy.vecdot: vecdot}
for _name in ("matvec", "vecmat"):
    if hasattr(numpy, _name):  # since NumPy 2.2
        PRODUCTS[getattr(numpy, _name)] = (
            (lambda a, x: matmul(a, numpy.asarray(x)[..., None])[..., 0])
            if _name == "matvec"
            else (lambda x, a: matmul(numpy.asarray(x)[..., None, :], a)[..., 0, :])
        )
