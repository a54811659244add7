"""Machine code: the numbers of the NumPy executor, the choice between the two, and programs in tables."""

import inspect
import math
import pickle
import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import autograd.compiler.llvm
from autograd import compile
from autograd.compiler.calls import backends
from autograd.compiler.calls.backends import Backend, missing
from autograd.compiler.calls.compiled import Compiled
from autograd.compiler.execution import tables
from autograd.compiler.llvm import executor, libraries, machine, writing
from autograd.compiler.llvm.merging import called
from autograd.compiler.llvm.rows import RowBlock
from autograd.compiler.llvm.shared_code import Single
from autograd.compiler.llvm.text import Module
from autograd.compiler.rolling.rolled import Apply, Fold, Gather, Product, Repeat, inside
from autograd.testing.programs import SampleProgram, programs
from tests.accuracy.points import fixed, generated
from tests.accuracy.reference import UNARY as EXACTLY
from tests.accuracy.reference import exact, ulps
from tests.compiler.backends import needs_llvm
from tests.compiler.bounds import assert_within, bounds
from tests.compiler.networks import network, network_arguments
from tests.compiler.test_array_kernels import BOUND, BOUNDS, UNARY, columns, eager, hold, in_machine_code, points
from tests.compiler.test_llvm_threads import bits
from tests.profiles import costly

pytestmark = needs_llvm

ROOT = Path(__file__).parent.parent.parent


def both_of(f, **options) -> tuple[Compiled, Compiled]:
    return tuple(compile(f, backend=backend, **options) for backend in ("llvm", "numpy"))


def test_files_are_as_listed_and_import_from_those_above() -> None:
    folder = Path(autograd.compiler.llvm.__file__).parent
    listed = re.findall(r"^    (\w+) ", autograd.compiler.llvm.__doc__, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    for name in listed:
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        imported = re.findall(r"from autograd\.compiler\.llvm\.(\w+) import", text)
        imported += re.findall(r"from autograd\.compiler\.llvm import (\w+)", text)
        assert all(listed.index(other) < listed.index(name) for other in imported), name


# --- the same numbers


@costly(40, deep=1000)
@given(programs(), st.data())
def test_it_agrees_with_numpy_on_rows_of_any_numbers(program: SampleProgram, data: st.DataObject) -> None:
    names = list(inspect.signature(program).parameters)
    every = tuple(range(len(names)))
    llvm, plain = both_of(program, rows=names)
    special = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0])
    rows = data.draw(st.integers(1, 20))
    args = [np.array([x, *(data.draw(special) for _ in range(rows))]) for x in program.inputs]
    value, gradients = llvm.value_and_grad(*args, argnums=every)
    wanted, slopes = plain.value_and_grad(*args, argnums=every)
    for got, expected in zip((value, *gradients), (wanted, *slopes)):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)
    for got, expected, bound in zip((value, *gradients), (wanted, *slopes), bounds(program, program.inputs, every)):
        assert_within(got[0], expected[0], bound)


WORST = {"normal_cdf": [-0.00046964228552856297, -0.0018505608371083542]}  # were more than 4 ulp off


@pytest.mark.parametrize("op", sorted(set(UNARY) & set(EXACTLY)))
def test_an_operation_is_accurate(op: str) -> None:
    everywhere = list(fixed(op))
    points = [*random.Random(op).sample(everywhere, min(300, len(everywhere))), *generated(op)]
    points = [x for (x,) in points if abs(x) >= 2.0**-1022] + WORST.get(op, [])
    for x, got in zip(points, in_machine_code(op, np.array(points)).tolist()):
        wanted = exact(op, (x,)).value
        assert ulps(got, wanted) <= BOUNDS.get(op, BOUND), f"{op}({x!r}): got {got!r}, wanted {wanted}"


@pytest.mark.parametrize("op", ["sin", "cos", "tan", "sinh", "acosh", "log2", "cbrt", "erf", "atan2", "hypot", "power"])
def test_without_libmvec_it_is_libm(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    libm, _ = libraries._libraries()
    monkeypatch.setattr(libraries, "_libraries", lambda: (libm, None))
    found = points(op)
    with np.errstate(all="ignore"):
        hold(op, in_machine_code(op, *columns(found)), np.array([eager(op, *p) for p in found]), found)


@pytest.mark.parametrize("native", [2, 4, 8])
def test_vectors_of_every_length(native: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiler.llvm import executor, machine

    own = machine.host()
    if native > own.native:
        pytest.skip("this machine has no such vectors")
    monkeypatch.setattr(executor, "host", lambda: own._replace(native=native))
    for n in (1, 2, 5, 33, 600):
        args = network_arguments(n)
        fast, plain = both_of(network, rows=("x", "y"))
        for reduce in ("sum", None):
            value, gradients = fast.value_and_grad(*args, argnums=(0, 1, 2, 3, 4), reduce=reduce)
            wanted, slopes = plain.value_and_grad(*args, argnums=(0, 1, 2, 3, 4), reduce=reduce)
            np.testing.assert_allclose(value, wanted, rtol=1e-12)
            for got, expected in zip(gradients, slopes):
                np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-11)
    fast, plain = both_of(lambda x: autograd.sin(x) * autograd.normal_cdf(x), rows=("x",))
    x = np.linspace(-9, 9, 77)
    np.testing.assert_allclose(fast(x), plain(x), rtol=1e-14)


SHAPES = [(1, 1), (1, 9), (9, 1), (3, 5), (8, 8), (16, 2), (17, 19), (40, 7)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [1, 16, 129])
def test_products_of_every_shape(shape: tuple[int, int], n: int) -> None:
    def loss(W, b, x):
        return sum(autograd.tanh(z) ** 2 for z in W @ x + b)

    rng = np.random.default_rng(1)
    args = rng.normal(size=shape), rng.normal(size=shape[0]), rng.normal(size=(n, shape[1]))
    llvm, plain = both_of(loss, rows=("x",))
    value, gradients = llvm.value_and_grad(*args, argnums=(0, 1, 2), reduce="sum")
    wanted, slopes = plain.value_and_grad(*args, argnums=(0, 1, 2), reduce="sum")
    np.testing.assert_allclose(value, wanted, rtol=1e-12)
    for got, expected in zip(gradients, slopes):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 9), (3, 5)])
def test_products_and_sums_without_rows(shape: tuple[int, int]) -> None:
    def loss(W, b, X):
        return np.sum(np.tanh(W @ X + b[:, None]))

    rng = np.random.default_rng(1)
    args = rng.normal(size=shape), rng.normal(size=shape[0]), rng.normal(size=(shape[1], 39))  # two vectors, and more
    llvm, plain = both_of(loss)
    value, gradients = llvm.value_and_grad(*args, argnums=(0, 1, 2))
    wanted, slopes = plain.value_and_grad(*args, argnums=(0, 1, 2))
    for got, expected in zip((value, *gradients), (wanted, *slopes)):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


ORDERS = {
    "reversed": lambda a: a / a[::-1],
    "one of them": lambda a: a * a[2],
    "neighbours": lambda a: a[1:] - a[:-1],
    "every second": lambda a: a[::2] / a[-1::-2],
    "turned": lambda a: np.roll(a, 20) / a,
    "any": lambda a: a[np.random.default_rng(6).permutation(len(a))] * a,
}


@pytest.mark.parametrize("rows", [(), ("x",)])
@pytest.mark.parametrize("order", ORDERS)
def test_operands_in_another_order(order: str, rows: tuple[str, ...]) -> None:
    def f(x):
        return np.sum(np.tanh(ORDERS[order](np.exp(x))))

    x = np.random.default_rng(5).normal(size=(20, 40) if rows else 40)  # more than a vector holds
    llvm, plain = both_of(f, rows=rows)
    for got, wanted in zip(llvm.value_and_grad(x), plain.value_and_grad(x)):
        np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-14)


def solved(x, a):
    """A slow iteration, whose steps are long, until it is near its fixed point."""
    for _ in range(80):
        change = sum(0.9**k * (a - x) ** (k + 1) for k in range(16)) / 4
        if abs(change) < 1e-3:
            break
        x = x + change
    return x * a


@pytest.mark.parametrize("rows", [(), ("x", "a")])
def test_turns_after_the_last_are_passed_over(rows: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiler.llvm.carrying import Carried

    rng, found = np.random.default_rng(3), []
    args = (rng.normal(size=40), rng.uniform(0.5, 1.5, 40)) if rows else (0.2, 0.9)

    def bits() -> list[bytes]:
        value, slopes = autograd.compile(solved, rows=rows, backend="llvm").value_and_grad(*args, argnums=(0, 1))
        return [np.asarray(x).tobytes() for x in (value, *slopes)]

    def settles(self, registers):
        found.append(original(self, registers))
        return found[-1]

    original = Carried.settles
    monkeypatch.setattr(Carried, "settles", settles)
    with_leaps = bits()
    assert any(found)
    monkeypatch.setattr(Carried, "settles", lambda self, registers: False)
    assert bits() == with_leaps


def test_padding_does_not_reach_the_sums() -> None:
    """The last vector of rows is padded with the last row, here an infinite one."""
    llvm, plain = both_of(lambda w, x: w[0] / x + autograd.log(x) * w[1], rows=("x",))
    for x in ([1.0, 2.0, 0.0], [math.inf], [1.0] * 17 + [math.nan]):
        for reduce in ("sum", "mean", None):
            got = llvm.value_and_grad(np.ones(2), x, argnums=(0, 1), reduce=reduce)
            wanted = plain.value_and_grad(np.ones(2), x, argnums=(0, 1), reduce=reduce)
            np.testing.assert_equal(got, wanted)


# --- the choice


def test_the_choice_and_its_reason_can_be_read() -> None:
    fast = compile(lambda x: x * x)
    assert fast.backend == Backend("llvm", "llvmlite is installed")
    assert fast(3.0) == 9.0
    assert str(fast.backend) == "llvm: llvmlite is installed"
    assert str(compile(lambda x: x, backend="numpy").backend) == "numpy: as asked for"


def test_an_instruction_that_llvm_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiler.llvm.lanes import Unsupported
    from autograd.compiler.llvm.operations import UFUNCS

    monkeypatch.delitem(UFUNCS, "arctan2")
    fast = compile(autograd.atan2)
    with pytest.warns(RuntimeWarning, match=r"runs on NumPy: LLVM has no numpy\.arctan2"):
        assert fast(1.0, 1.0) == math.pi / 4
    assert fast.backend == Backend("numpy", "LLVM has no numpy.arctan2")
    with pytest.raises(Unsupported, match=r"no numpy\.arctan2"):
        compile(autograd.atan2, backend="llvm")(1.0, 1.0)


def test_without_llvmlite_it_is_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "autograd.compiler.llvm", None)
    monkeypatch.delitem(sys.modules, "autograd.compiler.llvm.machine")
    missing.cache_clear()
    try:
        fast = compile(network, rows=("x", "y"))
        assert fast.backend.name == "numpy"
        assert fast.backend.reason.startswith("llvmlite cannot be imported")
        assert fast(*network_arguments()).shape == (7,)
        with pytest.raises(ImportError, match=r"scalar-autograd\[jit\]"):
            compile(network, backend="llvm")
    finally:
        missing.cache_clear()


def test_where_llvm_makes_no_code_it_is_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiler.llvm import machine

    def compiled(text: str) -> bytes:
        raise RuntimeError("no such target")

    monkeypatch.setattr(machine, "compiled", compiled)
    assert machine.unfit().endswith("makes no machine code here: no such target")
    monkeypatch.setattr(machine, "FLAGS", machine.FLAGS + 8)
    assert machine.unfit() == "NumPy's arrays are not laid out as this version knows them"


@pytest.mark.parametrize("backend", ["auto", "numpy", "llvm"])
def test_pickling_keeps_the_choice(backend: str) -> None:
    fast = compile(network, rows=("x", "y"), backend=backend, threads=2)
    again = pickle.loads(pickle.dumps(fast))
    assert again.options == fast.options == backends.Options(backend, 2)
    assert np.array_equal(again(*network_arguments()), fast(*network_arguments()))


WRONG = {
    "another backend": (ValueError, "'auto', 'numpy' or 'llvm', got 'c'", {"backend": "c"}),
    "no thread": (ValueError, "at least 1, got 0", {"threads": 0}),
    "half a thread": (TypeError, "whole number or None, got 0.5", {"threads": 0.5}),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options(case: str) -> None:
    error, message, options = WRONG[case]
    with pytest.raises(error, match=message):
        compile(network, **options)


# --- functions that differ only in offsets and counts


def factor(a, rate):
    """The last pivot of a factorisation, number by number: short, and like itself all along."""
    rows = [[(x + rate * y) / (3.0 + k) for k, (x, y) in enumerate(zip(row, a[0]))] for row in a]
    for k, row in enumerate(rows):
        row[k] = autograd.sqrt(abs(row[k]) + 1.0)
        for below in rows[k + 1 :]:
            ratio = below[k] / row[k]
            below[k + 1 :] = [x - ratio * autograd.tanh(y) for x, y in zip(below[k + 1 :], row[k + 1 :])]
    return rows[-1][-1]


@pytest.mark.parametrize("rows", [(), ("rate",)], ids=str)
def test_functions_alike_are_written_once(rows: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    rng, counts = np.random.default_rng(3), []
    args = [rng.normal(size=(19, *shape) if name in rows else shape) for name, shape in (("a", (5, 5)), ("rate", ()))]

    def code(module: Module) -> machine.Code:
        counts.append(len(module.functions))
        return machine.code(module)

    monkeypatch.setattr(executor, "code", code)
    found = []
    for patched in (called, lambda module, names: [(name, ()) for name in names]):
        monkeypatch.setattr(writing, "called", patched)
        fast = compile(factor, rows=rows, backend="llvm")
        found.append(bits(fast.value_and_grad(*args, argnums=(0, 1), reduce="sum" if rows else None)))
    assert found[0] == found[1]
    assert counts[0] < counts[1]


# --- tables, which run what is too long for machine code of its own


@contextmanager
def everything_in_tables() -> Iterator[pytest.MonkeyPatch]:
    """As if every program were too long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "LONGEST", 0)
        patch.setattr(tables, "WIDE", 8)
        yield patch


def number_by_number(patch: pytest.MonkeyPatch) -> None:
    """Machine code rounds every product, and calls the C library for each number, as tables do."""
    libm, _ = libraries._libraries()
    patch.setattr(libraries, "_libraries", lambda: (libm, None))
    for kind in (RowBlock, Single):

        def made(self, *args, make=kind.__init__) -> None:
            make(self, *args)
            self.body.flags = ""

        patch.setattr(kind, "__init__", made)


@costly(10)
@given(programs(), st.data())
def test_a_table_gives_the_bits_of_machine_code(program: SampleProgram, data: st.DataObject) -> None:
    names = list(inspect.signature(program).parameters)
    every, rows = tuple(range(len(names))), data.draw(st.sets(st.sampled_from(names)))
    args = [np.linspace(x, 0.5, 19) if name in rows else x for name, x in zip(names, program.inputs)]
    reduce = data.draw(st.sampled_from(["sum", "mean", None])) if rows else None

    def found(patch: pytest.MonkeyPatch) -> bytes:
        number_by_number(patch)
        fast = compile(program, rows=rows, backend="llvm")
        value, slopes = fast.value_and_grad(*args, argnums=every, reduce=reduce)
        products = fast.hvp(*args, tangents=tuple(args), argnums=every, reduce=reduce)
        return b"".join([np.where(np.isnan(x), np.nan, x).tobytes() for x in (value, *slopes, *products)])

    with pytest.MonkeyPatch.context() as patch:
        wanted = found(patch)
    with everything_in_tables() as patch:
        assert found(patch) == wanted


def of_every_kind(w, x, c):
    """Products of matrices, with and without a bias, sums, gathers, choices, a loop, and known numbers."""
    h = [autograd.tanh(sum(a * b for a, b in zip(row, x)) - 0.0 * c) for row in w]
    y = [sum(a * b for a, b in zip(row, h)) + x[0] for row in w]
    z = [autograd.where(a > b, a, 2.5 * b) ** 3 for a, b in zip(y, y[::-1])]
    for _ in range(400):
        c = autograd.sin(c) * 1.5 + z[0] * 1e-300 / 3.0
    return (
        sum(z)
        + c
        + autograd.clip(c, -1.0, 0.25)
        + x[2] * h[0]
        + autograd.clip(c, 0.0, 2.0) * autograd.clip(c, -0.0, 3.0)
    )


@pytest.mark.parametrize("rows", [(), ("x",), ("w", "c")], ids=str)
def test_every_kind_of_instruction_in_a_table(rows: tuple[str, ...]) -> None:
    rng = np.random.default_rng(9)
    shapes = {"w": (9, 9), "x": (9,), "c": ()}
    args = [rng.normal(size=(19, *shape) if name in rows else shape) / 9 for name, shape in shapes.items()]
    reduce = "sum" if rows else None

    def found(patch: pytest.MonkeyPatch) -> bytes:
        number_by_number(patch)
        fast = compile(of_every_kind, rows=rows, backend="llvm")
        first, again = (bits(fast.value_and_grad(*args, argnums=(0, 1, 2), reduce=reduce)) for _ in range(2))
        assert first == again
        rolled = fast.rolled()
        kinds.update(type(x) for x in inside((*rolled.shared, *rolled.rows)))
        return first

    kinds: set[type] = set()
    with pytest.MonkeyPatch.context() as patch:
        wanted = found(patch)
    with everything_in_tables() as patch:
        assert found(patch) == wanted
    assert {Apply, Fold, Gather, Product, Repeat} - kinds <= ({Fold} if rows == ("x",) else set())


def test_a_program_that_llvm_would_compile_for_long_runs_from_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def irregular(x, y):
        for k in range(300):
            x, y = (x * 0.9 + y / (2.0 + k), y) if k * k % 7 < 3 else (y - x * (0.1 * k % 1), autograd.sin(x))
        return x * y

    monkeypatch.setattr(tables, "LONGEST", 300)
    fast = compile(irregular)
    value, slopes = fast.value_and_grad(0.3, 0.7, argnums=(0, 1))  # a warning would be an error
    assert fast.backend.name == "llvm"
    wanted, derivatives = autograd.value_and_grad(irregular, (0, 1))(0.3, 0.7)
    assert (value, *slopes) == pytest.approx((wanted, *derivatives), rel=1e-12)
