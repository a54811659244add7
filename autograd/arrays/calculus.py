"""NumPy's finite differences, integrals, interpolation and polynomials."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists, scalars
from autograd.arrays.axes import along, as_objects, each_row, filled, is_mask, mapped, no_whole_numbers
from autograd.arrays.products import convolve
from autograd.arrays.scalars import choose
from autograd.arrays.table import implements


@implements(numpy.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    x = numpy.moveaxis(as_objects(a), axis, -1)
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    ends = [None if part is None else _end(part, x, axis) for part in (prepend, append)]
    x = numpy.concatenate([part for part in (ends[0], x, ends[1]) if part is not None], axis=-1)
    step = operator.ne if is_mask(x) else operator.sub
    for _ in range(n):
        x = mapped(step, x[..., 1:], x[..., :-1])
    return numpy.moveaxis(x, -1, axis)


def _end(part: Any, x: Any, axis: int) -> Any:
    part = as_objects(part)
    return numpy.broadcast_to(part, (*x.shape[:-1], 1)) if not part.ndim else numpy.moveaxis(part, axis, -1)


@implements(numpy.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = [to_begin, diff(numpy.ravel(ary)), to_end]
    return numpy.concatenate([as_objects(part).reshape(-1) for part in parts if part is not None])


@implements(numpy.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = numpy.moveaxis(as_objects(y), axis, -1)
    steps = dx if x is None else diff(x) if numpy.ndim(x) == 1 else diff(numpy.moveaxis(as_objects(x), axis, -1))
    return along(lists.total, steps * (y[..., 1:] + y[..., :-1]) / 2.0, -1)


@implements(numpy.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: central differences inside, one-sided ones of first or second order at the ends."""
    f = as_objects(f)
    axes = tuple(range(f.ndim)) if axis is None else tuple(numpy.atleast_1d(axis) % f.ndim)
    spacings = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    if len(spacings) != len(axes):
        raise TypeError("invalid number of arguments")
    found = []
    for at, spacing in zip(axes, spacings):
        rows = numpy.moveaxis(f, at, -1)
        n = rows.shape[-1]
        if n < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient")
        steps = diff(spacing) if numpy.ndim(spacing) else filled((n - 1,), [_scalar(spacing)] * (n - 1))
        found.append(numpy.moveaxis(_slopes(rows, steps, not numpy.ndim(spacing), edge_order), -1, at))
    return found[0] if len(found) == 1 else tuple(found)


def _scalar(x: Any) -> Any:
    return x[()] if isinstance(x, numpy.ndarray) else x


def _between(f: Any, a: Any, b: Any) -> Any:
    """The slopes inside, with steps a and b on the two sides."""
    return -b / (a * (a + b)) * f[..., :-2] + (b - a) / (a * b) * f[..., 1:-1] + a / (b * (a + b)) * f[..., 2:]


def _slopes(f: Any, h: Any, even: bool, edge_order: int) -> Any:
    made = numpy.empty(f.shape, dtype=object)
    if even:  # a weight of 0 would turn an infinite number in the middle into NaN
        made[..., 1:-1] = (f[..., 2:] - f[..., :-2]) / (2 * h[0])
    else:
        made[..., 1:-1] = _between(f, h[:-1], h[1:])
    if edge_order == 1:
        made[..., 0] = (f[..., 1] - f[..., 0]) / h[0]
        made[..., -1] = (f[..., -1] - f[..., -2]) / h[-1]
        return made
    s, t = h[0], h[1]
    made[..., 0] = (
        -(2 * s + t) / (s * (s + t)) * f[..., 0] + (s + t) / (s * t) * f[..., 1] - s / (t * (s + t)) * f[..., 2]
    )
    s, t = h[-2], h[-1]
    made[..., -1] = (
        t / (s * (s + t)) * f[..., -3] - (s + t) / (s * t) * f[..., -2] + (2 * t + s) / (t * (s + t)) * f[..., -1]
    )
    return made


@implements(numpy.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: None = None) -> Any:
    """np.interp: linear interpolation; at a sample, the slope on its right, as in code with `if x < xp[i]`."""
    if period is not None:
        raise TypeError("np.interp of Values takes no period: reduce x first, by x % period")
    xs, ys = as_objects(xp).tolist(), as_objects(fp).tolist()
    if len(xs) != len(ys) or not xs:
        raise ValueError("fp and xp are not of the same length.")
    low, high = (ys[0] if left is None else _scalar(left)), (ys[-1] if right is None else _scalar(right))

    def at(v: Any) -> Any:
        traced = lists.is_traced([v, *xs])
        found = choose(v == xs[-1], ys[-1], high)
        for i in range(len(xs) - 2, -1, -1):
            inside = v < xs[i + 1]
            if not traced and not inside:
                break
            if traced or v >= xs[i]:
                line = ys[i] + (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) * (v - xs[i])
                found = choose(inside, line, found)
        found = choose(v < xs[0], low, found)
        return choose(scalars.isnan(v), v, found)

    found = mapped(at, x)
    return found if numpy.ndim(found) else _scalar(found)


@implements(numpy.polyval)
def polyval(p: Any, x: Any) -> Any:
    found: Any = 0.0
    for coefficient in as_objects(p).tolist():
        found = found * x + coefficient
    return found


@implements(numpy.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    x = as_objects(x)
    count = len(x) if N is None else N
    columns = [x**k if k else filled(x.shape, [1.0] * len(x)) for k in range(count)]
    return numpy.stack(columns if increasing else columns[::-1], axis=1)


@implements(numpy.poly)
def poly(seq_of_zeros: Any) -> Any:
    if numpy.ndim(seq_of_zeros) > 1:
        raise TypeError("np.poly of a matrix of Values: use np.poly(np.linalg.eigvalsh(A)) if A is symmetric")
    found = filled((1,), [1.0])
    for zero in as_objects(seq_of_zeros).tolist():
        found = numpy.concatenate([found, [0.0]]) - numpy.concatenate([[0.0], found * zero])
    return found


@implements(numpy.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    p = as_objects(p)
    for _ in range(m):
        p = p[:-1] * numpy.arange(len(p) - 1, 0, -1)
    return p


@implements(numpy.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    p = as_objects(p)
    constants = [0.0] * m if k is None else numpy.atleast_1d(k).tolist() * (m if numpy.ndim(k) == 0 else 1)
    for i in range(m):
        p = numpy.concatenate([p / numpy.arange(len(p), 0, -1), [constants[i]]])
    return p


def _aligned(a1: Any, a2: Any) -> list[Any]:
    parts = [numpy.atleast_1d(as_objects(a)) for a in (a1, a2)]
    size = max(map(len, parts))
    return [numpy.concatenate([filled((size - len(a),), [0.0] * (size - len(a))), a]) for a in parts]


@implements(numpy.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    x, y = _aligned(a1, a2)
    return x + y


@implements(numpy.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    x, y = _aligned(a1, a2)
    return x - y


@implements(numpy.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    return convolve(a1, a2)


@implements(numpy.unwrap)
def unwrap(p_: Any, discont: Any = None, axis: int = -1, *, period: float = 6.283185307179586) -> Any:
    def row(xs: list[Any]) -> list[Any]:
        found, turns = [xs[0]], 0.0
        for before, x in pairwise(xs):
            turns = turns - period * p.floor((x - before) / period + 0.5)
            found.append(x + turns)
        return found

    return each_row(row, p_, axis)


@implements(numpy.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    no_whole_numbers(dtype, start, stop)
    parts = num - 1 if endpoint else num
    start, stop = as_objects(start), as_objects(stop)
    step = (stop - start) / max(parts, 1)
    rows = [start + step * k for k in range(num)]
    if endpoint and num > 1:
        rows[-1] = numpy.broadcast_to(stop, numpy.shape(rows[0])) if numpy.shape(rows[0]) else _scalar(stop)
    found = numpy.stack([as_objects(row) for row in rows], axis=axis) if rows else filled((0,), [])
    return (found, _scalar(step)) if retstep else found


@implements(numpy.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    return mapped(lambda k: base**k, linspace(start, stop, num, endpoint, False, dtype, axis))


@implements(numpy.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    no_whole_numbers(dtype, start, stop)
    sign = mapped(p.sign, as_objects(start))
    first, last = (mapped(lambda x, s: p.log(x * s), x, sign) for x in (start, stop))
    return mapped(lambda x, s: s * p.exp(x), linspace(first, last, num, endpoint, axis=axis), sign)
