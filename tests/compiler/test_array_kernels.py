"""Every array kernel of the compiler against the engine's float function, on the whole line and at all edges."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from functools import cache
from itertools import product
from math import inf, nan
from typing import Any

import pytest

from autograd.primitives import TABLE
from tests.accuracy.points import SIGNED, VECTORS, any_float, around, numbers

numpy: Any = pytest.importorskip("numpy")
from autograd.compiler.execution import kernels  # noqa: E402
from autograd.compiler.execution.array_kernels import FOLD_KERNELS, array_kernel, own_array_kernel  # noqa: E402
from autograd.compiler.execution.executor import Leaf  # noqa: E402
from autograd.compiler.rolling.rolled import (  # noqa: E402
    ROWS,
    Apply,
    Fold,
    Number,
    Register,
    Result,
    Rolled,
    View,
)
from tests.compiler.backends import needs_llvm  # noqa: E402

SCALED = ("scaled_power",)  # its last operand is plain
SEQUENCES = ("logsumexp", "mean", "norm", "prod", "sum")
COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne
}  # fmt: skip


def with_operands(count: int) -> list[str]:
    """The operations with an array kernel and this number of operands."""
    return sorted(op for op, row in TABLE.items() if len(row.parameters) == count and own_array_kernel(op))


UNARY, BINARY, TERNARY = map(with_operands, (1, 2, 3))

POWERS = {"monomial", "falling_power"}  # their last operand counts derivatives

BOUND = 4.0
BOUNDS = {
    "gelu": 5.0,  # for x > 0 a tail is subtracted from x
    **dict.fromkeys(POWERS, 5.0),  # the square of a root, and rounding of the exponent
}
# The additional absolute error allowed.
ABSOLUTE = {
    "inverse_one_plus_square": 2.0**-1023,  # 0 once 1 + x² overflows
    "gelu_slope": 2.0**-1070,  # 15 times an exponential that becomes subnormal first
}
# The sign of a zero is free: either zero may count as greater, or come from a product with a zero.
SIGNLESS = {"gelu", "scaled_power"}

ENDS = (0.0, -0.0, inf, -inf, nan, 1e300, -1e300, 1e-300, -1e-300, 5e-324, -5e-324, 2.0**-1022, 1.0, -1.0, 0.5, -2.0)


def eager(op: str, *operands: float) -> float:
    """The engine's value of an operation on floats, without its exceptions."""
    return float(TABLE[op].value(*operands))


def kinks(op: str) -> list[tuple[float, ...]]:
    return [kink.example for kink in TABLE[op].kinks]


def derivatives_of_powers() -> list[tuple[float, float, float]]:
    """Bases, exponents, and which derivative."""
    rng = random.Random("powers")
    bases = (*ENDS, *SIGNED[::2], *(rng.uniform(-3, 3) for _ in range(60)), *(rng.uniform(0, 1e3) for _ in range(40)))
    exponents = (0.0, 0.1, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 12.0, -0.3, -1.0, -2.0, -3.0, 1e-17, 7e9, inf, nan)
    return [*product(bases, exponents, (0.0, 1.0, 2.0))]


@cache
def points(op: str) -> list[tuple[Any, ...]]:
    """Operands of an operation: its ends, its kinks, a grid, and 200 others, the same in every run."""
    rng = random.Random(op)
    if op in UNARY:
        drawn = [any_float(rng) for _ in range(100)] + [rng.uniform(-40, 40) for _ in range(100)]
        near = [y for x in (0.3, 0.66, 0.75179, 1.4, 1.27846, 28.0, 37.5, 39.5, 40.0, 708.0, 745.0) for y in around(x)]
        return [(x,) for x in (*ENDS, *numbers(), *near, *(-x for x in near), *drawn)] + kinks(op)
    if op in POWERS:
        return [*derivatives_of_powers()]
    width = 2 if op in BINARY else 3
    drawn = [tuple(any_float(rng) for _ in range(width)) for _ in range(100)]
    drawn += [tuple(rng.uniform(-9, 9) for _ in range(width)) for _ in range(100)]
    found: list[tuple[Any, ...]] = [*drawn, *kinks(op)]
    if width == 2:
        found += [*product(ENDS, ENDS), *product(SIGNED[::2], SIGNED[::3])]
    elif op == "scaled_exp":
        found += [*product(ENDS, ENDS, ENDS), *((c, x, -x / 2) for c in (1.0, -1e300) for x in SIGNED)]
        found += [(rng.uniform(-2, 2), rng.uniform(-26, 26), rng.uniform(-26, 26)) for _ in range(500)]
    else:
        found += product(ENDS, ENDS, ENDS)
    if op in ("divide", "floor_divide", "mod"):
        return [p for p in found if p[1]]  # elsewhere Python raises
    return found


def ulps(got: Any, wanted: Any) -> Any:
    """The distance of floats in ulp of the wanted number; infinite if one is NaN."""
    with numpy.errstate(all="ignore"):
        distance = numpy.abs(got - wanted) / numpy.spacing(numpy.maximum(numpy.abs(wanted), 2.0**-1022))
    distance[(got == wanted) | (numpy.isnan(got) & numpy.isnan(wanted))] = 0.0
    return numpy.where(numpy.isnan(distance), inf, distance)


def hold(op: str, got: Any, wanted: Any, operands: Any, bound: float | None = None) -> None:
    """Fail at the worst point."""
    error = ulps(got, wanted)
    error[numpy.abs(got - wanted) <= ABSOLUTE.get(op, 0.0)] = 0.0
    if op not in SIGNLESS:
        error[(wanted == 0.0) & (got == 0.0) & (numpy.signbit(got) != numpy.signbit(wanted))] = inf
    i = int(error.argmax())
    assert error[i] <= (BOUNDS.get(op, BOUND) if bound is None else bound), (
        f"{op}{operands[i]}: got {got[i]!r}, wanted {wanted[i]!r}, {error[i]:.3g} ulp"
    )


def run(op: str, *operands: Any) -> Any:
    """Run an array kernel into a separate array."""
    out = numpy.full(numpy.broadcast_shapes(*map(numpy.shape, operands)), 7.0)
    with numpy.errstate(all="ignore"):
        array_kernel(op)(*operands, out)
    return out


def in_machine_code(op: str, *operands: Any) -> Any:
    """Run the same in machine code, as a program of only this operation with numbers as constants."""
    from autograd.compiler.llvm.executor import compiled

    arrays = [x for x in map(numpy.asarray, operands) if x.ndim]
    columns = iter(range(len(arrays)))
    whole = [Number(float(x)) if not numpy.ndim(x) else View(next(columns), 0, (1,), (1,)) for x in operands]
    registers = [Register(f"x{k}", 1, ROWS) for k in range(len(arrays))]
    registers.append(Register("z", 1, ROWS, op in COMPARISONS))
    return _run(compiled, registers, Apply(len(arrays), op, tuple(whole)), arrays)


def _run(compiled: Any, registers: list[Register], instruction: Any, arrays: list[Any]) -> Any:
    out = View(len(registers) - 1, 0, (1,), (1,))
    inputs = tuple(range(len(arrays)))
    rolled = Rolled("f", tuple(registers), inputs, (), None, (), (instruction,), (), (out,))
    leaves = [Leaf(k, 0, x.shape[1:]) for k, x in enumerate(arrays)]
    make = compiled(rolled, leaves, [Result((0,), True)], 1)
    (found,), _ = make().run(arrays, len(arrays[0]), False)
    return found


executors = pytest.mark.parametrize("run", [run, pytest.param(in_machine_code, marks=needs_llvm)])


def columns(found: list[tuple[Any, ...]]) -> list[Any]:
    return [numpy.array(column, dtype=float) for column in zip(*found)]


def test_every_form_is_tried() -> None:
    found = {op for op, row in TABLE.items() if not row.is_foreign and own_array_kernel(op)}
    assert found == {*UNARY, *BINARY, *TERNARY, *SCALED}
    assert set(FOLD_KERNELS) == {*SEQUENCES, "max"}


@executors
@pytest.mark.parametrize("op", [*UNARY, *BINARY, *TERNARY])
def test_a_form_agrees_with_the_engine(op: str, run: Any) -> None:
    found = points(op)
    wanted = numpy.array([eager(op, *p) for p in found])
    with numpy.errstate(all="ignore"):
        hold(op, run(op, *columns(found)), wanted, found)


@executors
@pytest.mark.parametrize("op", ["monomial", "falling_power", "power", "constant_power"])
def test_a_form_agrees_where_the_exponent_is_a_number(op: str, run: Any) -> None:
    groups: dict[tuple[float, ...], list[float]] = {}
    for x, *rest in derivatives_of_powers():
        groups.setdefault(tuple(rest) if op in POWERS else (rest[0],), []).append(x)
    for rest, bases in groups.items():
        wanted = numpy.array([eager(op, x, *rest) for x in bases])
        with numpy.errstate(all="ignore"):
            hold(op, run(op, numpy.array(bases), *rest), wanted, [(x, *rest) for x in bases])
            if run is not in_machine_code:
                hold(op, run(op, numpy.array(bases), *map(numpy.array, rest)), wanted, [(x, *rest) for x in bases])


@executors
def test_a_scaled_power_agrees_with_the_engine(run: Any) -> None:
    rng = random.Random("scaled powers")
    sizes = (0.0, 1.0, -2.0, 1e-300, 1e300, inf, nan)
    found = [*product(sizes, (*ENDS, 0.3, 7.0), (0.0, 0.5, 1.0, 2.0, 3.0, -1.5, 300.0, inf))]
    found += [(rng.uniform(-2, 2), rng.uniform(0, 9), rng.uniform(-9, 9)) for _ in range(300)]
    for n in (0.0, 1.0, 2.0):
        wanted = numpy.array([eager("scaled_power", *p, n) for p in found])
        with numpy.errstate(all="ignore"):
            hold("scaled_power", run("scaled_power", *columns(found), n), wanted, [(*p, n) for p in found], 6.0)


@pytest.mark.parametrize("op", [*UNARY, *BINARY, *TERNARY])
def test_a_result_may_take_the_place_of_an_operand(op: str) -> None:
    operands = columns(points(op)[-300:])
    wanted = run(op, *operands)
    for i in range(len(operands)):
        given = [x.copy() for x in operands]
        out = given[i]
        given[i] = out[:]  # the same memory, another object
        with numpy.errstate(all="ignore"):
            array_kernel(op)(*given, out)
        assert numpy.array_equal(out, wanted, equal_nan=True), f"{op} into operand {i}"


@pytest.mark.parametrize("op", [*BINARY, *TERNARY])
def test_operands_broadcast(op: str) -> None:
    rng = numpy.random.default_rng(7)
    shapes = ((3, 1), (1, 5), (3, 5))[: 2 if op in BINARY else 3]
    operands = [rng.uniform(0.1, 3.0, shape) for shape in shapes]
    if op in POWERS:
        operands[2] = numpy.array(2.0)
    wanted = run(op, *map(numpy.ascontiguousarray, numpy.broadcast_arrays(*operands)))
    assert ulps(run(op, *operands), wanted).max() <= BOUND
    assert ulps(run(op, *[x.T for x in operands]).T, wanted).max() <= BOUND
    first = run(op, operands[0], *[float(x.flat[0]) for x in operands[1:]])
    assert ulps(first[:1, 0], wanted[:1, 0]).max() <= BOUND


@pytest.mark.parametrize("op", [*UNARY, *BINARY, *TERNARY])
def test_a_form_takes_arrays_without_dimensions_and_empty_ones(op: str) -> None:
    point = (0.5,) * (1 if op in UNARY else 2 if op in BINARY else 3)
    point = point[:2] + (1.0,) * len(point[2:])
    got = run(op, *map(numpy.array, point))
    assert ulps(numpy.atleast_1d(got), numpy.array([eager(op, *point)])).max() <= BOUND
    assert run(op, *[numpy.empty((0, 2))] * len(point)).shape == (0, 2)


@executors
@pytest.mark.parametrize("op", COMPARISONS)
def test_comparisons(op: str, run: Any) -> None:
    pairs = [*product(ENDS, ENDS)]
    assert run(op, *columns(pairs)).tolist() == [COMPARISONS[op](*p) for p in pairs]


def test_where_takes_a_condition() -> None:
    a, b = numpy.array([1.0, 2.0, 3.0]), numpy.array([4.0])
    out = numpy.empty(3)
    array_kernel("where")(numpy.array([True, False, True]), a, b, out)
    assert out.tolist() == [1.0, 4.0, 3.0]
    array_kernel("where")(numpy.array([False, False, True]), 0.0, out, out)
    assert out.tolist() == [1.0, 4.0, 0.0]


def test_without_scipy_the_engine_computes_erf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "_scipy_erf", lambda: None)
    found = points("erf")
    hold("erf", run("erf", *columns(found)), numpy.array([eager("erf", *p) for p in found]), found, 0.0)


# --- sequences -----------------------------------------------------------------------------------


@cache
def sequences(op: str, length: int) -> list[tuple[float, ...]]:
    rng = random.Random(f"{op} {length}")
    found = [tuple(xs[i % len(xs)] for i in range(length)) for xs in VECTORS]
    found += [tuple(rng.choice(ENDS) for _ in range(length)) for _ in range(60)]
    found += [tuple(rng.uniform(-9, 9) for _ in range(length)) for _ in range(60)]
    found += [tuple(rng.uniform(700, 900) for _ in range(length)) for _ in range(20)]
    found += [tuple(any_float(rng) for _ in range(length)) for _ in range(60)]
    return found


def size(op: str, xs: tuple[float, ...], wanted: float) -> float:
    """The size that the error of a fold is relative to: sums round at every addition."""
    if op in ("sum", "mean"):
        return max(map(abs, xs)) * (len(xs) if op == "sum" else 1)
    return max(abs(wanted), max(map(abs, xs))) if op == "logsumexp" and wanted - wanted == 0.0 else abs(wanted)


FOLDED: dict[str, Callable[..., float]] = {
    **{op: TABLE[op].value for op in SEQUENCES},
    "max": lambda xs: nan if any(x != x for x in xs) else max(xs),
}


def fold(op: str, xs: Any) -> Any:
    out = numpy.full(xs.shape[1:], 7.0)
    with numpy.errstate(all="ignore"):
        FOLD_KERNELS[op](xs, out)
    return out


def fold_in_machine_code(op: str, xs: Any) -> Any:
    """Run the same in machine code: one sequence per row."""
    from autograd.compiler.llvm.executor import compiled

    length = len(xs)
    registers = [Register("xs", length, ROWS), Register("z", 1, ROWS)]
    return _run(compiled, registers, Fold(1, op, View(0, 0, (length, 1), (1, 1))), [numpy.ascontiguousarray(xs.T)])


@pytest.mark.parametrize("fold", [fold, pytest.param(fold_in_machine_code, marks=needs_llvm)])
@pytest.mark.parametrize("length", [1, 2, 7])
@pytest.mark.parametrize("op", [*SEQUENCES, "max"])
def test_a_fold_agrees_with_the_engine(op: str, length: int, fold: Any) -> None:
    found = sequences(op, length)
    got = fold(op, numpy.array(found).T)
    for xs, z in zip(found, got.tolist()):
        wanted = FOLDED[op](xs)
        if z != z and wanted != wanted:
            continue
        if op in ("sum", "mean") and sum(map(abs, xs)) > 1.7e308:
            continue  # a partial sum overflows
        unit = numpy.spacing(min(max(size(op, xs, wanted), 2.0**-1022), 1e308)) if wanted - wanted == 0.0 else 0.0
        assert z == wanted or abs(z - wanted) <= BOUND * unit, f"{op}{xs}: got {z!r}, wanted {wanted!r}"


@pytest.mark.parametrize("op", FOLD_KERNELS)
def test_a_fold_of_other_shapes(op: str) -> None:
    xs = numpy.random.default_rng(3).uniform(0.5, 2.0, (3, 4, 5))
    for array in (xs, xs[:, 0, 0], xs[:, :1, ::2], numpy.ones((1500, 2)) * 0.5):
        got = fold(op, array)
        flat = array.reshape(len(array), -1)
        wanted = numpy.array([FOLDED[op](tuple(map(float, column))) for column in flat.T])
        hold(op, got.reshape(-1), wanted, flat.T, 8.0)
