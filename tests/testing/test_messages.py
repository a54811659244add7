"""What a failure reports: the numbers, a program that shows it, the edge in a picture."""

import math
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from autograd import Value, primitive, relu, sin, sqrt, tanh
from autograd.testing import GradientMismatch, SampleProgram, check_gradients
from autograd.testing.judging.patterns import pattern
from autograd.testing.laws import LAWS
from autograd.testing.pictures import picture
from benchmarks.mutants.faults import by_name
from tests.testing.slips import mismatch_of, one_in_a_million, sign_slip


def test_a_message_has_all_that_one_needs(table: Any) -> None:
    operation = primitive(sign_slip)

    def cost(w: Any, b: Any) -> Any:
        return operation(w[0] * b) + w[1]

    mismatch = mismatch_of(cost, [1.5, 2.0], 0.5)
    check = mismatch.check
    assert check is not None and mismatch.kind == "gross"
    assert mismatch.point == {"w[0]": 1.5, "w[1]": 2.0, "b": 0.5}
    assert abs(check.numeric - 0.75) <= check.bound <= 1e-8
    assert check.analytic == -0.75
    for told in (
        f"gross mismatch of cost: ∂f/∂w[0] by reverse mode: -0.75; numeric {check.numeric!r} ± {check.bound:.1e}\n",
        f"  oracle    {check.oracle}",
        "  at        w[0] = 1.5, w[1] = 2.0, b = 0.5\n",
        "  blame     sign_slip, local derivative: ∂v2/∂v1 of sign_slip(0.75) is -1.5; it should be 1.5 ±",
        "  program\n    from autograd import Value\n",
        "  again     check_gradients(cost, [1.5, 2.0], 0.5)",
    ):
        assert told in str(mismatch)


def test_the_sides_are_told_where_they_differ() -> None:
    message = str(mismatch_of(abs, 0.0, grad=lambda x: 3.0))
    assert "a kink: it should lie between -1.0 on the left and 1.0 on the right" in message
    message = str(mismatch_of(sin, 0.0, grad=lambda x: 3.0))
    assert "a kink" not in message
    assert "  sides     left 1.0, right 1.0\n" in message
    assert "  sides     right 3.0\n" in str(mismatch_of(lambda x: 3 * x, 0.0, grad=lambda x: 1.0, domain=(0, 1)))


def test_a_long_program_is_not_printed(table: Any) -> None:
    operation = primitive(sign_slip)

    def f(x: Any, times: int) -> Any:
        y = operation(x)
        for _ in range(times):
            y = tanh(y)
        return y

    for times, is_printed in ((59, True), (60, False)):
        mismatch = mismatch_of(lambda x, times=times: f(x, times), 1.0)
        assert bool(mismatch.program) == is_printed
        assert ("  program\n" in mismatch.message) == is_printed
        assert ("  program is omitted: 61 operations, more than 60" in mismatch.message) != is_printed
        assert mismatch.blame is not None


def test_nor_is_one_of_many_inputs() -> None:
    mismatch = mismatch_of(lambda x: sin(x[0]), [1.5] * 61, grad=lambda x: [0.0] * 61)
    assert "the graph of this run, by this engine is omitted: 61 inputs, more than 60" in mismatch.message
    assert mismatch.program == ""


MODULE = """
from autograd import primitive

@primitive
def slip(x):
    return x * x, (3 * x,)
"""


def test_a_printed_program_runs_by_itself_and_shows_the_wrong_gradient(
    table: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    (tmp_path / "a_module_with_a_slip.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    slip = import_module("a_module_with_a_slip").slip
    mismatch = mismatch_of(lambda x, y: sin(x) * slip(x + y), 1.0, 0.5)
    monkeypatch.delitem(sys.modules, "a_module_with_a_slip")  # as the fixture removes its row from the table
    run = [sys.executable, "-c", mismatch.program]
    printed = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert mismatch.check is not None
    assert list(map(float, printed)) == [mismatch.check.analytic, 3 * 1.5 * math.sin(1.0)]


@pytest.mark.parametrize(
    "f, point",
    [
        (lambda x, y: x - (-2.0) ** 2 * y / x, (1.5, -0.5)),
        (lambda lambda_, exp: lambda_ * exp, (1.5, 0.5)),  # names that Python or the program uses for something else
        (lambda Value, x: Value**x + (-1.0) * x, (2.0, -0.0)),
        (lambda x, x_: relu(x) * x_ + sqrt(x_), (-1.0, 0.25)),
        (lambda x, v1, y: sin(x + y), (1.5, 2.0, 0.5)),  # an input that f does not use, with the name of a node
        (lambda x: sqrt(x), (1.0,)),  # a node numbered like an input
    ],
)
def test_every_graph_is_written_as_a_program_that_gives_its_gradient(f: Any, point: tuple[float, ...]) -> None:
    mismatch = mismatch_of(f, *point, grad=lambda *xs: (1e9,) * len(xs))
    text = "told = []; print = lambda *xs: told.extend(xs)\n" + mismatch.program
    space: dict[str, Any] = {}
    exec(text, space)
    inputs = list(map(Value, point))
    f(*inputs).backward()
    assert space["told"] == [v.grad for v in inputs]


def test_a_program_is_read_back_and_finds_the_fault_again(table: Any) -> None:
    primitive(sign_slip)
    program = SampleProgram((1.5, 0.5), (("multiply", (0, 1)), ("sign_slip", (2,)), ("sin", (3,))))
    assert str(program) == mismatch_of(program, *program.inputs).program
    again = eval(repr(program))
    blame = mismatch_of(again, *again.inputs).blame
    assert blame is not None
    assert blame.operation == "sign_slip"


def test_the_picture_marks_the_edge_at_fault_and_no_other(table: Any) -> None:
    operation = primitive(one_in_a_million)
    mismatch = mismatch_of(lambda x, y: tanh(operation(x, y)), 1.5, 0.5)
    drawing = picture(mismatch)
    assert drawing is not None and mismatch.blame is not None
    marked = [arrow for arrow in drawing.picture.arrows if arrow.mark]
    assert [arrow.mark for arrow in marked] == [mismatch.blame.brief]


def test_what_is_said_of_an_input_that_f_does_not_use_stands_at_the_result() -> None:
    mismatch = mismatch_of(lambda x, y: sin(x), 1.5, 2.0, grad=lambda x, y: (math.cos(x), 5.0))
    drawing = picture(mismatch)
    assert drawing is not None
    assert [box.name for box in drawing.picture.boxes if any("∂f/∂y by grad=: 5.0" in m for m in box.marks)] == ["v1"]


def test_a_broken_law_is_drawn_and_written() -> None:
    program = SampleProgram((1.5,), (("multiply", (0, 0)),))
    with by_name("leaf grads overwritten by the next pass").apply(), pytest.raises(GradientMismatch) as caught:
        LAWS["accumulation over passes"](program, st.data())
    mismatch = caught.value
    drawing = picture(mismatch)
    assert drawing is not None
    marks = {box.name: box.marks for box in drawing.picture.boxes}
    assert marks == {"v1": (), "v2": ("law broken, accumulation over passes: grad is 3.0, not 6.0",)}
    assert mismatch.program == str(program)


def test_without_a_graph_there_is_no_picture() -> None:
    assert picture(mismatch_of(math.sin, 1.0, grad=lambda x: 3.0)) is None


# the derivatives as given, the right ones, their shape, what is said
PATTERNS: list[tuple[list[float], list[float], tuple[int, ...], str]] = [
    ([-2.0, -3.0], [2.0, 3.0], (2,), "the sign is wrong"),
    ([4.0, 6.0], [2.0, 3.0], (2,), "each is twice the right one"),
    ([1.0, 1.5], [2.0, 3.0], (2,), "each is half the right one"),
    ([2.0, 4.0, 6.0], [2 / 3, 4 / 3, 2.0], (3,), "each is n = 3 times the right one"),
    ([0.2, 0.4, 0.7], [0.6, 1.2, 2.1], (3,), "each is 1/(n = 3) times the right one"),
    ([3**0.5, 2 * 3**0.5], [1.0, 2.0], (2,), "each is √3 times the right one"),
    ([1.0, 3.0, 2.0, 4.0], [1.0, 2.0, 3.0, 4.0], (2, 2), "they are transposed"),
    ([1.0, 4.0, 2.0, 5.0, 3.0, 6.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (2, 3), "they are in the order of the transpose"),
    ([3.0, 2.0, 1.0], [1.0, 2.0, 3.0], (3,), "they are in reverse order"),
    ([3.0, 4.0, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0], (2, 2), "the rows are flipped"),
    ([2.0, 1.0, 4.0, 3.0], [1.0, 2.0, 3.0, 4.0], (2, 2), "the columns are flipped"),
    ([3.0, 1.0, 2.0], [1.0, 2.0, 3.0], (3,), "they are shifted by one"),
    ([2.5] * 4, [1.0, 2.0, 3.0, 4.0], (4,), "each is the mean of all"),
    ([1.0, 2.0, 3.5], [1.0, 2.0, 3.0], (3,), ""),
    ([1.0, math.nan], [1.0, 2.0], (2,), ""),
]


@pytest.mark.parametrize(("given", "right", "shape", "words"), PATTERNS)
def test_patterns(given: list[float], right: list[float], shape: tuple[int, ...], words: str) -> None:
    assert pattern(given, right, shape) == words


CHANCE = random.Random(0)


def cubes(x: Sequence[float], y: float) -> Any:
    return x[0] ** 3 * y + x[1] ** 3 * y


def slopes_of_cubes(x: Sequence[float], y: float) -> Any:
    return [3 * x[0] ** 2 * y, 3 * x[1] ** 2 * y], x[0] ** 3 + x[1] ** 3


def curvature_of_cubes(x: Sequence[float], y: float, diagonal: float = 6.0, aside: float = 3.0) -> Any:
    across = aside * x[0] ** 2, aside * x[1] ** 2
    return [[diagonal * x[0] * y, 0, across[0]], [0, diagonal * x[1] * y, across[1]], [*across, 0.0]]


CUBES = (cubes, ([2.0, -1.0], 0.5))


def product(matrix: Any, x: Sequence[float], y: float, v: Sequence[float], w: float) -> Any:
    first, second, third = (sum(a * b for a, b in zip(row, (*v, w))) for row in matrix)
    return [first, second], third


class Way(Enum):
    UP = 1


@dataclass
class Scaled:
    w: Any
    way: Way
    k: int = 2


# f, its arguments, the options, and what the message says
TOLD: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str]] = [
    (lambda z: [z[0], z[0] * z[1]], ([2.0, 3.0],), {"grad": lambda z: [[1, z[1]], [0, z[0]]]},
     "  pattern   the Jacobian is transposed"),
    (lambda x, *, y: x * y, (2.0,), {"kwargs": {"y": 3.0}, "grad": lambda x, y: (x, x)},
     "check_gradients(f, 2.0, kwargs={'y': 3.0}, grad=grad)"),
    (lambda x, n, way, g: g(x) * n, (2.0, 3, Way.UP, math.exp),
     {"static": ["n"], "accuracy": 1e-9, "grad": lambda x, n, way, g: g(x)},
     "check_gradients(f, 2.0, 3, Way.UP, exp, grad=grad, static=['n'], accuracy=1e-09)"),
    (lambda p: p.w[0] * p.w[1] * p.k, (Scaled(np.array([2.0, 3.0]), Way.UP),), {"grad": lambda p: Scaled(p.w, p.way)},
     "check_gradients(f, Scaled(w=np.array([2.0, 3.0]), way=Way.UP, k=2), grad=grad)"),
    (math.exp, (2.0,), {"grad": lambda x: CHANCE.random()}, "grad= is not deterministic: it gave"),
    (*CUBES, {"hessian": lambda x, y: curvature_of_cubes(x, y, 3.0)},
     "  entries   2 of 9 second derivatives are wrong\n  pattern   on the diagonal each is half the right one\n"
     "    entry       given  numeric\n    x[0], x[0]  3.0    6.0"),
    (*CUBES, {"grad": slopes_of_cubes, "hessian": lambda x, y: curvature_of_cubes(x, y, 6.0, 0.0)},
     "  pattern   those off the diagonal are 0\n    entry    given  numeric\n    x[0], y  0.0    1"),
    (*CUBES, {"grad": slopes_of_cubes, "hvp": lambda *args: product(curvature_of_cubes(*args[:2], -6.0, -3.0), *args)},
     "  pattern   the sign is wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "options", "told"), TOLD)
def test_what_a_message_says(f: Any, point: Any, options: dict[str, Any], told: str) -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, *point, **options)
    assert told in str(caught.value)


def test_a_derivative_that_is_0_here_is_not_called_right() -> None:
    with pytest.raises(GradientMismatch, match="x is wrong; 0 here, which may hide an error: y"):
        check_gradients(lambda x, y: x * y * y, 2.0, 0.0, grad=lambda x, y: (1.0, 0.0))
