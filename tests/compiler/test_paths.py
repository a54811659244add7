"""Paths, the last resort: what cannot be traced as one program takes the path of each row, with the bits of f."""

from __future__ import annotations

import bisect
import heapq
import math
import pickle
import sys
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import TraceError, log, sqrt
from autograd.compiler.calls import parting
from autograd.trees import flatten, in_order_of, map_tree, shape_of
from tests.compiler.backends import both, needs_llvm
from tests.compiler.branching import agrees, function
from tests.compiler.writing import WRITTEN, a_place

# --- what people write ----------------------------------------------------------------------------


@pytest.mark.parametrize("f", WRITTEN)
def test_what_people_write(f: Any) -> None:
    agrees(f, "numpy")


def a_grid(a: Any, b: Any) -> Any:
    table = [1.0, 3.0, 2.0, 5.0, b, 1.0]
    i = min(max(math.floor(a / 0.5), 0), len(table) - 2)
    share = a / 0.5 - i
    return (1 - share) * table[i] + share * table[i + 1]


def a_count(a: Any, b: Any) -> Any:
    n = sum(x > 0.5 for x in (a, b, a * b)) + round(abs(a))
    return (
        sum(b * k for k in range(n))
        + a * (n & 1)
        + (1 << n)
        + len([a] * n)
        + n % 2
        + [a, b][a > b] * {True: a}.get(b > 0, b)
    )


def a_kind_of_whole(a: Any, b: Any) -> Any:
    n, rest = divmod(int(abs(a) * 3), 2)
    k = max(n, math.ceil(b), 1)
    word = f"{k:02d}" + str(n)
    kinds = (2.0 if isinstance(k, int) else 5.0) + (type(n) is int) + isinstance(a, float)
    return sum(np.arange(k) * a) + kinds * b + len(word) + int(word) + np.roll([a, b, 1.0], k)[rest] + (k ^ n)


@pytest.mark.parametrize("f", [a_grid, a_count, a_kind_of_whole])
def test_whole_numbers_of_lifted_code(f: Any) -> None:
    agrees(autograd.lift(f), "numpy")


def a_part(a: Any, b: Any) -> Any:
    n = int(4 * a)
    return sum(b * k for k in range(abs(n) % 5)) + int(-b) * a + [a, b, a * b][n % 3] * (n // 2)


def test_whole_parts_without_lift() -> None:
    fast, lifted = autograd.compile(a_part, rows=("a",), backend="numpy"), autograd.lift(a_part)
    a = np.linspace(-3.0, 3.0, 13)
    found = fast.value_and_grad(a, 1.75)
    assert np.array_equal(found, np.transpose([autograd.value_and_grad(lifted)(x, 1.75) for x in a]))


def test_a_whole_number_that_no_row_has_is_its_error() -> None:
    fast = autograd.compile(lambda x: [1.0, x, 3.0][math.floor(x)], rows=("x",), backend="numpy")
    with pytest.raises(ValueError, match="NaN") as caught:
        fast([0.5, math.nan, 1.5])
    assert caught.value.__notes__[-1].endswith("for row 1")
    with pytest.raises(IndexError):
        fast([0.5, 7.0])
    assert fast([1.5, 0.5, 2.5]).tolist() == [1.5, 1.0, 3.0]


UNREAD = """
class Meter:
    def __init__(self, x): self.x, self.n = x, 0
    @property
    def value(self): return self.bump()
    def __getitem__(self, k): return self.bump()
    def __add__(self, x): return self.bump() + x
    def __len__(self): return 2 if self.bump() is not None else 1
    def __call__(self, x): return self.bump() * x
    def __contains__(self, x): return self.bump() > x
    def __enter__(self): self.bump()
    def __exit__(self, *error): self.bump()
    def bump(self):
        self.n += 1
        return self.x + self.n
def entered(m):
    with m: return 1.0
"""


@pytest.mark.parametrize("use", ["m.value", "m[0]", "m + b", "len(m)", "m(b)", "(2.0 if a in m else b)", "entered(m)"])
def test_what_python_calls_by_itself_is_no_secret(use: str) -> None:
    """A method whose source cannot be read, and which changes something, runs in a branch for its rows alone."""
    scope: dict[str, Any] = {"__name__": "users"}
    exec(compile(UNREAD, "gone.py", "exec"), scope)
    agrees(
        function(f"def f(a, b):\n    m = Meter(a)\n    y = {use} if b > 0 else b\n    return y + m.n\n", **scope),
        "numpy",
    )


def test_code_without_its_source() -> None:
    scope: dict[str, Any] = {"log": log}
    exec(compile("def f(a, b):\n    return log(a) if a > 0 else b * b if b > 0 else a", "gone.py", "exec"), scope)
    agrees(scope["f"], "numpy")


# --- derivatives ----------------------------------------------------------------------------------


def popped(w: Any, x: Any) -> list[Any]:
    heap = [x * w[0], w[1], x * x - w[0]]
    heapq.heapify(heap)
    return [heapq.heappop(heap) * x, heap[0] * heap[1]]


def total(w: Any, x: Any) -> Any:
    return sum(popped(w, x))


W, X = [0.7, -0.3], np.random.default_rng(0).normal(size=30)
V = X[:, None] * [1.0, -2.0] + 1


@both
def test_derivatives_are_those_of_the_rows_in_order(compile: Any) -> None:
    fast = compile(total, rows=("x",))
    values, slopes = zip(*(autograd.value_and_grad(total, (0, 1))(W, x) for x in X))
    by_w, by_x = map(np.array, zip(*slopes))
    value, (dw, dx) = fast.value_and_grad(W, X, argnums=(0, 1))
    for found, wanted in ((value, values), (np.transpose(dw), by_w), (dx, by_x)):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    for reduce, share in (("sum", 1), ("mean", len(X))):
        value, (dw, dx) = fast.value_and_grad(W, X, argnums=(0, 1), reduce=reduce)
        assert type(value) is float and value == pytest.approx(np.sum(values) / share)
        np.testing.assert_allclose(dw, by_w.sum(0) / share, rtol=1e-12)
        np.testing.assert_allclose(dx, by_x / share, rtol=1e-12)


def test_every_derivative_is_there() -> None:
    fast, lists = (autograd.compile(f, rows=("x",), backend="numpy") for f in (total, popped))
    curved = np.array([autograd.hessian(lambda w, x=x: total(w, x))(W) for x in X])
    np.testing.assert_allclose(fast.hessian(W, X), curved, rtol=1e-12)
    np.testing.assert_allclose(fast.hessian(W, X, reduce="sum"), curved.sum(0), rtol=1e-12)
    np.testing.assert_allclose(
        fast.hvp(W, X, tangents=[1.0, 2.0], reduce="mean"), curved.mean(0) @ [1, 2], rtol=1e-12, atol=1e-15
    )
    wanted = [autograd.jacobian(popped, 1)(W, x) for x in X]
    np.testing.assert_allclose(lists.jacobian(W, X, argnums=1), wanted, rtol=1e-12)
    value, along = lists.jvp((W, X), ([1.0, 2.0], 2 * X))
    np.testing.assert_allclose(value, [popped(W, x) for x in X], rtol=1e-12)
    np.testing.assert_allclose(
        along, [autograd.jvp(popped, (W, x), ([1.0, 2.0], 2 * x))[1] for x in X], rtol=1e-12, atol=1e-15
    )
    pulled = [autograd.vjp(popped, W, x)[1](list(v)) for x, v in zip(X, V)]
    dw, dx = lists.vjp(W, X)[1](V)
    np.testing.assert_allclose(dw, np.sum([w for w, _ in pulled], 0), rtol=1e-12)
    np.testing.assert_allclose(dx, [x for _, x in pulled], rtol=1e-12)
    with pytest.raises(ValueError, match="rows take different paths"):
        lists.jacobian(W, X, sparse=True)
    alone = autograd.compile(total, backend="numpy")
    for x in X[:5]:
        np.testing.assert_allclose(alone.hessian(W, x), autograd.hessian(lambda w, x=x: total(w, x))(W), rtol=1e-12)


@both
def test_the_order_of_paths_leaves_no_trace(compile: Any) -> None:
    fast, other = compile(total, rows=("x",)), compile(total, rows=("x",))
    other(W, X[::-1])
    for reduce in ("sum", "mean"):
        assert fast.value_and_grad(W, X, reduce=reduce) == other.value_and_grad(W, X, reduce=reduce)
    copied = pickle.loads(pickle.dumps(fast))
    assert copied(W, X).tobytes() == fast(W, X).tobytes() == other(W, X).tobytes()


def test_no_infinity_leaks_from_an_absent_side() -> None:
    fast = autograd.compile(lambda x: sqrt(x) if bisect.bisect([0.0], -x) else 2 * x, rows=("x",), backend="numpy")
    with np.errstate(all="ignore"):
        assert fast.value_and_grad([-1.0, 0.0, 2.0])[1].tolist()[2] == 2.0
    fast = autograd.compile(
        lambda x: sqrt(x) if heapq.nlargest(1, [x, 0.0])[0] else 2 * x, rows=("x",), backend="numpy"
    )
    values, slopes = fast.value_and_grad([0.0, -1.0, 4.0])
    assert (values.tolist(), slopes.tolist()) == ([0.0, -2.0, 2.0], [2.0, 2.0, 0.25])


# --- limits ---------------------------------------------------------------------------------------


def forking(x: Any) -> Any:
    heap = [(x * k) % 1.0 for k in range(1, 7)]
    heapq.heapify(heap)  # the line that is named
    return heap[0]


def counting(x: Any) -> Any:
    y = x if x > 4.5 else -x
    return y * len([x] * (int(10 * x) % 3))


def keyed(x: Any) -> Any:
    seen = {math.floor(x): x}
    return seen[math.floor(x)] * len(seen)


def worded(x: Any) -> Any:
    y = x + 1.0
    return y * len(f"{x:.1f}")


@pytest.mark.parametrize(("f", "line"), [(forking, 2), (counting, 2), (keyed, 1), (worded, 2)])
def test_too_many_paths_name_the_line_that_forks(f: Any, line: int) -> None:
    place = rf"test_paths\.py, line {f.__code__.co_firstlineno + line}: "
    with pytest.raises(TraceError, match=place + ".* more than 5 paths, 5 .*paths="):
        autograd.compile(f, rows=("x",), backend="numpy", paths=5)(np.linspace(0.0, 9.0, 100))


def test_paths_are_bounded_by_a_whole_number() -> None:
    x = np.linspace(0.0, 9.0, 100)
    assert autograd.compile(forking, rows=("x",), backend="numpy")(x) == pytest.approx(list(map(forking, x)))
    for wrong in (-1, 2.5, True):
        with pytest.raises(ValueError, match="paths"):
            autograd.compile(forking, paths=wrong)


def test_no_row_takes_no_path() -> None:
    fast = autograd.compile(forking, rows=("x",), backend="numpy")
    assert fast([0.3]) == [forking(0.3)]
    with pytest.raises(ValueError, match="there is no row"):
        fast([])


def test_a_copy_without_the_function_keeps_its_paths(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "cloudpickle", raising=False)  # it would carry the function
    fast = autograd.compile(lambda x: heapq.nlargest(1, [x, 0.0])[0], rows=("x",), backend="numpy")
    assert fast([1.0]).tolist() == [1.0]
    copied = pickle.loads(pickle.dumps(fast))
    assert copied([2.0]).tolist() == [2.0]
    with pytest.raises(TypeError, match="unpickled without its function"):
        copied([-1.0])


@needs_llvm
def test_machine_code() -> None:
    agrees(a_place, "llvm")


@needs_llvm
def test_conditions_that_one_row_asks_for_often_become_machine_code(monkeypatch: Any) -> None:
    monkeypatch.setattr(parting, "OFTEN", 3)
    fast = autograd.compile(autograd.lift(a_count), backend="llvm")
    points = [(0.7, 1.3)] * 5 + [(-1.4, 0.6), (0.7, 1.3), (1.9, 0.4)]
    assert [fast(*point) for point in points] == [pytest.approx(a_count(*point), rel=1e-14) for point in points]
    conditions = fast._latest._conditions
    assert conditions[0].backend.name == "llvm" and {plan.backend.name for plan in conditions.values()} > {"llvm"}


COUNTED = [
    lambda a, b: float((a < 1) + (b < 1)) * a,
    lambda a, b: int((a < 1) + (b < 1)) * a,
    lambda a, b: math.sqrt((a < 1) + (b < 1)) * a,
    lambda a, b: [1.0, 2.0, 3.0][(a < 1) + (b < 1)] * a,
]


@both
@pytest.mark.parametrize("f", COUNTED)
def test_a_count_of_conditions_is_known_along_a_path(compile: Any, f: Any) -> None:
    points = [(0.5, 2.0), (0.5, 0.5), (2.0, 3.0)]
    fast = compile(f, rows=("a", "b"))
    assert fast(*np.array(points).T).tolist() == [f(a, b) for a, b in points] == [compile(f)(*p) for p in points]


# --- results of other structures on other paths ---------------------------------------------------


def halves(x: Any) -> Any:
    found = []
    while x > 1:
        x = x / 2
        found.append(x * x)
    return found


STRUCTURED = [
    halves,
    lambda x: {"a": x, "b": x * x} if x > 1 else {"b": 3 * x * x, "a": -x},
    lambda x: {"a": x} if x > 1 else {"b": x * x},
    lambda x: [x, x * x] if x > 1 else [3 * x, x, 1.0],
    lambda x: [x, [x * x]] if x > 1 else x,
    lambda x: (x, x * x) if x > 1 else [x * x, x],
]


@both
@pytest.mark.parametrize("f", STRUCTURED)
def test_each_path_has_its_own_structure(compile: Any, f: Any) -> None:
    """Of a call without rows: what it returns is what f returns there, whichever path was taken first."""
    fast, sides = compile(f), (8.0, 0.5, 3.0, 0.25, 20.0)
    for x in sides:
        wanted, slopes = f(x), autograd.jacobian(f)(x)
        weights = map_tree(lambda v: 0.5 + v, wanted)
        value, pull = fast.vjp(x)
        for found, exact in (
            (fast(x), wanted), (fast.jacobian(x), slopes), (fast.jvp((x,), (1.0,)), (wanted, slopes)), (value, wanted),
            (pull(weights), autograd.vjp(f, x)[1](weights)),
        ):  # fmt: skip
            assert shape_of(as_lists(found)) == shape_of(as_lists(exact))
            assert flatten(in_order_of(as_lists(exact), as_lists(found))) == pytest.approx(flatten(as_lists(exact)))
        assert list(fast(x)) == list(wanted) if isinstance(wanted, dict) else True


def as_lists(tree: Any) -> Any:
    """The same with lists for tuples and arrays, which a compiled function returns for lists."""
    if isinstance(tree, dict):
        return {key: as_lists(part) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)) or getattr(tree, "ndim", 0):
        return [as_lists(part) for part in tree]
    return tree


def test_rows_in_one_call_return_one_structure() -> None:
    fast = autograd.compile(STRUCTURED[1], rows=("x",))
    assert [list(fast([x])) for x in (0.5, 2.0)] == [["b", "a"], ["a", "b"]]
    with pytest.raises(TypeError, match="returns results of other structures on other paths"):
        fast([0.5, 2.0])
