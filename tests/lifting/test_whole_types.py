"""Arrays of whole numbers cut what comes into them: their numbers are those of floats, or there is an error."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import compile, lift, value_and_grad
from tests.compiler.branching import function

POINTS = np.array([1.7, -2.6, 3.2]), np.array([-1.7, 2.6, 3.2])
CALLS = """
np.asarray(x, int).sum()
np.asarray(x, dtype=np.int32).sum()
np.asanyarray(x, int).sum()
np.ascontiguousarray(x, dtype=int).sum()
np.asarray(x, dtype=bool).sum()
np.array(x, int).sum()
np.array([x[0], x[1]], dtype=bool).sum()
np.full(3, x[0], dtype=int).sum()
np.full(3, x[0], int).sum()
np.full(shape=(2, 3), fill_value=x, dtype=int).sum()
np.full(shape=(2, 3), fill_value=x).sum()
np.full_like(np.array([1.5, 2.5]), x[0], dtype=int).sum()
np.full_like(np.array([1, 2]), x[0]).sum()
np.full_like(x, x[0], dtype=int).sum()
np.linspace(0, x[2] * 5, 4, dtype=int).sum()
np.logspace(0, x[2], 4, dtype=int).sum()
np.geomspace(1, x[2] * 5, 4, dtype=int).sum()
np.geomspace(-1, -x[2], 4).sum()
np.trace(np.outer(x, x), dtype=int)
np.insert(np.array([1, 2, 3]), 1, x[0]).sum()
np.insert([1, 2, 3], 1, x[0]).sum()
np.insert([1.0, 2.0], 1, x[0]).sum()
np.vectorize(lambda v: v if v < 0 else 0)(x).sum()
np.vectorize(lambda v: v if v > 0 else 0)(x).sum()
np.vectorize(lambda v: v if v > 0 else 0.0)(x).sum()
np.vectorize(lambda v: (v if v < 0 else 0, v))(x)[0].sum()
np.vectorize(lambda v: v > 0)(x).sum()
np.vectorize(lambda v: 1 if v > 0 else 0)(x).sum()
np.vectorize(lambda v: v * 1.5, otypes=[int])(x).sum()
np.vectorize(lambda v: v * 1.5, otypes="i")(x).sum()
np.vectorize(lambda v: v > 0, otypes=[float])(x).sum()
np.vectorize(lambda v: v if v < 3 else 0)([3, 2.5]).sum()
np.apply_along_axis(lambda r: 0 if r[0] > 0 else r[0], 1, np.stack([x, x * -0.7])).sum()
np.apply_along_axis(lambda r: r.sum(), 1, np.stack([x, x * -0.7])).sum()
np.sum(x, dtype=int)
x.sum(dtype=int)
np.cumsum(x, dtype=int).sum()
np.prod(x, dtype=int)
np.fromiter((v * 2 for v in x), dtype=int).sum()
np.piecewise(np.array([1, 2, 3]), [np.array([True, False, True])], [x[0], 0]).sum()
np.pad(np.array([1, 2]), 1, constant_values=x[0]).sum()
len({x.tobytes(), (1 * x).tobytes(), (x + 1).tobytes()} | {x.tobytes()}) > 1
"""
WRITES = """
a = np.arange(3); a[0] = x[0]
a = np.arange(3); a[0] += x[0]
a = np.zeros(3, int); a[:] = x * 10
a = np.tile([1, 2], 2); a[1] = x[2]
a = np.concatenate([[1, 2], [3]]); a[1] = x[2]
a = np.eye(2, dtype=int); a[1, 0] = x[2]
a = np.ones_like([1, 2, 3]); a[1] = x[2]
a = np.zeros(3, int); a.fill(x[2])
a = np.zeros((2, 2), int); np.fill_diagonal(a, x[2])
a = np.arange(3); a[a > 0] = x[2]
a = np.arange(3); a[[0, 2]] = x[:2]
a = np.arange(3); np.put(a, [0], x[2])
a = np.zeros(3, bool); a[0] = x[0]
a = np.zeros(3, np.uint8); a[0] = x[2]
"""
EITHER = [f"return ({call}) * x[0]" for call in CALLS.split("\n") if call]
EITHER += [f"{writing}; return a.sum() * x[0]" for writing in WRITES.split("\n") if writing]


def outcome(f: Callable[..., Any], x: Any) -> Any:
    try:
        return f(x)
    except Exception as error:  # a refusal, or what f itself raises
        return error


@pytest.mark.parametrize("body", EITHER)
def test_numbers_are_cut_as_on_floats(body: str) -> None:
    f = function(f"def f(x):\n    {body}", np=np)
    modes = value_and_grad(f), value_and_grad(lift(f)), *(compile(g, backend="numpy") for g in (f, lift(f)))
    for x in POINTS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = f(x)
            for run in modes:
                found = outcome(run, x)
                value = found[0] if isinstance(found, tuple) else found
                assert isinstance(value, Exception) or float(value) == pytest.approx(float(wanted), rel=1e-12)
            assert float(lift(f)(x)) == float(wanted)
