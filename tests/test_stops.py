"""What stops a gradient stops it everywhere: in every mode, order and nesting, and in compiled code."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import Value, detach, grad, gradients, hessian, hvp, jvp, lift, no_grad, primitive, value_and_grad, vjp
from autograd.engine.kinks import is_between_sides
from autograd.primitives import TABLE
from autograd.testing.arguments.functions import applied
from autograd.testing.programs import SampleProgram, programs
from nn import Neuron, Objective
from tests.compiler.backends import both
from tests.compiler.bounds import assert_within, bounds
from tests.profiles import costly


def unrecorded(x: Any) -> Any:
    with no_grad():
        return x * 1.0


@no_grad()
def decorated(x: Any) -> Any:
    return x * 1.0


@no_grad()
def by_a_gradient(x: Any) -> Any:
    return grad(lambda y: x * y)(1.0)


@no_grad()
def by_a_hessian(x: Any) -> Any:
    return hessian(lambda y: 0.5 * y * y * x)(1.0)


@no_grad()
def by_a_jvp(x: Any) -> Any:
    return jvp(lambda y: x * y, (1.0,), (1.0,))[1]


def by_a_pull(x: Any) -> Any:
    pull = vjp(lambda y: x * y, 1.0)[1]
    with no_grad():
        return pull(1.0)[0]


# Each returns x, without a derivative.
STOPS: dict[str, Callable[[Any], Any]] = {
    "detach(x)": detach,
    "x.detach()": lambda x: x.detach(),
    "x.data": lambda x: x.data,
    "Value(x.data)": lambda x: Value(x.data),
    "Value.constant(x.data)": lambda x: Value.constant(x.data),
    "with no_grad()": unrecorded,
    "@no_grad()": decorated,
    "grad in no_grad()": by_a_gradient,
    "hessian in no_grad()": by_a_hessian,
    "jvp in no_grad()": by_a_jvp,
    "a cotangent in no_grad()": by_a_pull,
}


class Stopped(NamedTuple):
    """A program in which some values stop the gradient: their indices among the steps, and how they stop it."""

    program: SampleProgram
    stops: dict[int, str]

    def values(self, numbers: tuple[Any, ...], stop: Callable[[int, Any], Any]) -> list[Any]:
        found = list(numbers)
        for i, (op, operands) in enumerate(self.program.steps):
            x = applied(TABLE[op], [found[k] for k in operands])
            found.append(stop(i, x) if i in self.stops else x)
        return found

    def __call__(self, *numbers: Any) -> Any:
        def stop(i: int, x: Any) -> Any:
            return STOPS[self.stops[i]](x) if hasattr(x, "data") else x

        return self.values(numbers, stop)[-1]

    @property
    def cut(self) -> Callable[..., Any]:
        """The function with the same derivatives, in which stopped values are constants."""
        point = self.values(self.program.inputs, lambda i, x: x)
        count = len(self.program.inputs)
        return lambda *numbers: self.values(numbers, lambda i, x: point[count + i])[-1]

    @property
    def is_at_kink(self) -> bool:
        """Whether a step has two sides here: then a second derivative inside a traced function is that of the rules."""
        found = self.values(self.program.inputs, lambda i, x: x)
        return any(
            is_between_sides(TABLE[op], tuple(found[k] for k in operands)) for op, operands in self.program.steps
        )

    @property
    def names(self) -> list[str]:
        return [f"x{i}" for i in range(len(self.program.inputs))]


def stopped(**options: Any) -> st.SearchStrategy[Stopped]:
    def of(program: SampleProgram) -> st.SearchStrategy[Stopped]:
        place = st.integers(0, len(program.steps) - 1)
        return st.dictionaries(place, st.sampled_from(sorted(STOPS)), min_size=1).map(lambda s: Stopped(program, s))

    return programs(**options).flatmap(of)


@both
@costly(40, deep=1000)
@given(stopped())
def test_the_derivative_is_that_of_the_function_with_constants(compile, f: Stopped) -> None:
    point, every = f.program.inputs, tuple(range(len(f.program.inputs)))
    wanted, slopes = value_and_grad(f.cut, every)(*point)
    bound, *limits = bounds(f, point, every)
    found = {"reverse": value_and_grad(f, every)(*point), "compiled": compile(f).value_and_grad(*point, argnums=every)}
    along = [tuple(1.0 if i == j else 0.0 for j in every) for i in every]
    found["forward"] = f(*point), [jvp(f, point, direction)[1] for direction in along]
    for value, derivatives in found.values():
        assert_within(value, wanted, bound)
        for got, slope, limit in zip(derivatives, slopes, limits):
            assert_within(got, slope, limit)


# On whole numbers these compute without rounding, to any order.
EXACT = ["add", "multiply", "subtract", "negative", "maximum", "minimum", "relu", "abs", "clip", "dot", "sum", "prod"]


@both
@costly(40, deep=1000)
@given(stopped(ops=EXACT, size=6, numbers=st.integers(-3, 3).map(float)))
def test_second_derivatives_in_every_nesting_are_those_of_the_function_with_constants(compile, f: Stopped) -> None:
    assume(all(op in EXACT for op, _ in f.program.steps))  # norm replaces what becomes too large
    point, every = f.program.inputs, tuple(range(len(f.program.inputs)))
    ones = (1.0,) * len(point)

    def slope(*x: Any) -> Any:
        first, *others = grad(f, every)(*x)
        return sum(others, start=first)

    def along(*x: Any) -> Any:
        return jvp(f, x, ones)[1]

    def total(products: Any) -> float:
        return sum(map(total, products)) if isinstance(products, tuple) else products

    fast = compile(f)
    found = {
        "hvp": total(hvp(f, point, ones)),
        "grad(grad)": total(grad(slope, every)(*point)),
        "jvp(grad)": jvp(slope, point, ones)[1],
        "grad(jvp)": total(grad(along, every)(*point)),
        "jvp(jvp)": jvp(along, point, ones)[1],
        "hessian": total(hessian(f, every)(*point)),
        "compiled hvp": total(fast.hvp(*point, tangents=ones, argnums=every)),
    }
    if fast.options.backend == "numpy" and not f.is_at_kink:  # tracing does not depend on the executor
        found["compiled grad"] = total(compile(slope).value_and_grad(*point, argnums=every)[1])
        found["compiled jvp"] = total(compile(along).value_and_grad(*point, argnums=every)[1])
    assert found == dict.fromkeys(found, total(hvp(f.cut, point, ones)))


# --- rows: functions of one number, and their value and derivatives at 3 -------------------------


def by_gradients(x):
    return gradients(x * x * x, x) * x if isinstance(x, Value) or hasattr(x, "partials") else 81.0


def by_backward(x):
    y = x * x * x
    y.backward()
    return x.grad * x


def swept_twice(x):
    y = x * x
    y.backward()
    y.backward()
    return x.grad * x


ROWS = [
    *[(how, lambda x, stop=stop: stop(x) * x, 9.0, 3.0, 0.0) for how, stop in STOPS.items()],
    *[(f"{how} squared", lambda x, stop=stop: stop(x) * x * x, 27.0, 18.0, 6.0) for how, stop in STOPS.items()],
    *[(f"{how} alone", lambda x, stop=stop: stop(x) * 2.0, 6.0, 0.0, 0.0) for how, stop in STOPS.items()],
    *[(f"{how} of a part", lambda x, stop=stop: stop(x * x) * x + x, 30.0, 10.0, 0.0) for how, stop in STOPS.items()],
    ("gradients", by_gradients, 81.0, 27.0, 0.0),
    ("backward, then grad", by_backward, 81.0, 27.0, 0.0),
    ("partials", lambda x: (x * x * x).partials[0] * x, 9.0, 3.0, 0.0),
    ("a condition", lambda x: autograd.where(x.data > 2, x.data, 1.0) * x, 9.0, 3.0, 0.0),
    ("a list", lambda x: detach([x, (x,)])[1][0] * x, 9.0, 3.0, 0.0),
    ("a dict", lambda x: detach({"x": x})["x"] * x, 9.0, 3.0, 0.0),
    ("an array", lambda x: (detach(np.array([x])) * x)[0], 9.0, 3.0, 0.0),
    ("gradients that are recorded", lambda x: gradients(x * x * x, x, create_graph=True) * x, 81.0, 81.0, 54.0),
]


@both
@pytest.mark.parametrize("f, value, first, second", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_rows(compile, f, value, first, second) -> None:
    fast = compile(f)
    assert value_and_grad(f)(3.0) == fast.value_and_grad(3.0) == (value, first)
    assert hessian(f)(3.0) == fast.hessian(3.0) == hvp(f, (3.0,), (1.0,)) == fast.hvp(3.0, tangents=1.0) == second
    assert grad(grad(f))(3.0) == jvp(grad(f), (3.0,), (1.0,))[1] == compile(grad(f)).value_and_grad(3.0)[1] == second
    assert compile(lambda x: vjp(f, x)[1](1.0)[0])(3.0) == first


@both
def test_leaves_add_up_passes_in_traced_code_too(compile) -> None:
    assert compile(swept_twice).value_and_grad(3.0) == value_and_grad(swept_twice)(3.0) == (36.0, 12.0)


@both
def test_rows_of_data_with_a_target_that_is_detached(compile) -> None:
    """A semi-gradient, as in temporal-difference learning: the prediction moves, its target does not."""

    def loss(w, x, y):
        return (w * x - detach(w * y + 1.0)) ** 2

    fast = compile(loss, rows=("x", "y"))
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, -1.0, 0.5])
    wanted = np.mean(2 * (2.0 * x - (2.0 * y + 1)) * x)
    assert fast.value_and_grad(2.0, x, y, reduce="mean")[1] == pytest.approx(wanted, rel=1e-15)


def test_an_objective_with_a_detached_target() -> None:
    neuron = Neuron(1, nonlin=False)
    objective = Objective(lambda neuron, x, y: (neuron(x) - 0.5 * neuron(x).detach() - y) ** 2, neuron)
    _, slope = objective.value_and_grad(np.array([1.0, 0.0]), np.array([[2.0]]), np.array([3.0]))
    assert slope.tolist() == [2 * (1.0 - 3.0) * 2.0, 2 * (1.0 - 3.0)]


def test_detach_leaves_plain_numbers_alone() -> None:
    from fractions import Fraction

    assert detach(Fraction(1, 3)) == Fraction(1, 3)
    assert detach([1, (2.0,)]) == [1, (2.0,)]
    assert detach(np.array([1.0, 2.0])).dtype == float
    with pytest.raises(TypeError, match=r"detach: x\['a'\] is a str"):
        detach({"a": "b"})


def test_what_is_detached_may_be_kept() -> None:
    warm = [1.0]

    def root(x):
        y = warm[0]
        for _ in range(5):
            y = 0.5 * (y + x / y)
        warm[0] = detach(y)
        return y

    for transform in (grad(root), jacobian_of(root), lambda x: jvp(root, (x,), (1.0,))[1]):
        for _ in range(3):
            assert transform(2.0) == pytest.approx(2**-1.5, rel=1e-6)


def jacobian_of(f):
    return lambda x: autograd.jacobian(lambda x: [f(x), 1.0 * x])(x)[0]


LEAKING = {
    "grad": lambda f: grad(f)(2.0),
    "value_and_grad": lambda f: value_and_grad(f)(2.0),
    "vjp": lambda f: vjp(f, 2.0)[1](1.0),
    "jvp": lambda f: jvp(f, (2.0,), (1.0,)),
    "hvp": lambda f: hvp(f, (2.0,), (1.0,)),
    "hessian": lambda f: hessian(f)(2.0),
    "jacobian": lambda f: jacobian_of(f)(2.0),
}


@pytest.mark.parametrize("later", LEAKING.values(), ids=LEAKING)
@pytest.mark.parametrize("earlier", LEAKING.values(), ids=LEAKING)
def test_a_number_that_is_kept_is_refused_in_a_later_call(earlier, later) -> None:
    kept = [1.0]

    def f(x):
        y = kept[0] * x
        kept[0] = y
        return y * y

    with pytest.raises(RuntimeError, match=r"kept from an earlier call.*autograd\.detach"):
        for call in (earlier, later):
            call(f)


def test_a_leaked_dual_number_is_refused_outside() -> None:
    kept = []
    jvp(lambda x: kept.append(x) or x * x, (2.0,), (1.0,))
    with pytest.raises(RuntimeError, match="kept"):
        kept[0] * 2.0


def test_what_an_inner_call_returns_is_no_leak() -> None:
    x = Value(3.0)
    C = x * grad(lambda y: x * y * y)(2.0)
    C.backward()
    assert x.grad == 24.0
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(1.0) * y)(2.0))(3.0) == 8.0


@both
def test_a_number_kept_from_an_earlier_trace_is_refused(compile) -> None:
    kept = [1.0]

    def f(x):
        kept.append(kept[-1] * x)
        return kept[-1]

    with pytest.raises(TypeError, match="kept from an earlier trace"):
        compile(f)(2.0)
    assert kept == [1.0]


@both
@pytest.mark.parametrize("later", LEAKING.values(), ids=LEAKING)
@pytest.mark.parametrize("kept_as", [lambda x: x, detach], ids=["as it is", "detached"])
def test_a_number_kept_from_a_trace_is_refused_by_transforms(compile, kept_as, later) -> None:
    kept = []

    def keeping(x):
        kept.append(kept_as(x * x))
        return x * x

    def f(x):
        return kept[0] * x * x

    assert compile(keeping)(2.0) == 4.0
    with pytest.raises(RuntimeError, match="kept from an earlier call"):
        later(f)


@both
def test_backward_into_a_value_from_outside_is_refused(compile) -> None:
    w = Value(2.0, label="w")

    def f(x):
        (w * x).backward()
        return w.grad * x

    with pytest.raises(TypeError, match="from outside: make it an argument"):
        compile(f)(3.0)
    assert w.grad == 0.0


# --- a custom derivative ------------------------------------------------------------------------


@both
def test_a_rule_is_kept_in_compiled_code(compile, table) -> None:
    @primitive
    def straight_through(x):
        return autograd.round(x), (1.0,)

    @primitive
    def reversed_gradient(x):
        return x, (-0.5 * autograd.numbers.unit(x),)

    @primitive
    def half_edge(x, y):
        return x * y, (None, x)

    @primitive
    def frozen_slope(x):
        return detach(x) * x, (detach(x),)

    def f(x):
        return straight_through(x) * x + reversed_gradient(x) ** 2 + half_edge(x, x * x) + frozen_slope(x) * x

    fast = compile(f)
    assert value_and_grad(lift(f))(1.75) == value_and_grad(f)(1.75)
    assert fast.value_and_grad(1.75) == pytest.approx(value_and_grad(f)(1.75), rel=1e-15)
    assert fast.hessian(1.75) == pytest.approx(hessian(f)(1.75), rel=1e-15)
    assert fast.hvp(1.75, tangents=1.0) == pytest.approx(hvp(f, (1.75,), (1.0,)), rel=1e-15)
    assert compile(grad(f)).value_and_grad(1.75)[1] == pytest.approx(hessian(f)(1.75), rel=1e-15)


@both
def test_two_rules_of_one_name_are_two(compile, table) -> None:
    def made(slope):
        @primitive
        def twice(x):
            return 2 * x, (slope,)

        return twice

    one, other = made(2.0), made(5.0)
    f = compile(lambda x: one(x) + other(x))
    assert f.value_and_grad(1.0) == (4.0, 7.0)


# --- data that changes during a pass ---------------------------------------------------------------


def stepped(w):
    (w * w).backward()
    w.data = w.data - 0.1 * w.grad
    return w * w


def put_in(x):
    v = Value(1.0)
    v.data = x.data
    return v * x


def after_use(x):
    v = Value(2.0)
    y = v * x
    v.data = 5.0
    return y + v * x


def after_use_of_an_operation(x):
    v = Value(2.0)
    y = v * v
    v.data = 5.0
    return y * x


@both
@pytest.mark.parametrize("f", [stepped, put_in, after_use, after_use_of_an_operation])
def test_changed_data_is_refused_where_it_cannot_be_traced(compile, f) -> None:
    value_and_grad(f)(3.0)  # no error
    with pytest.raises(autograd.TraceError, match="data"):
        compile(f)(3.0)


@both
def test_data_that_changes_before_it_is_used_is_traced(compile) -> None:
    def f(x):
        v = Value(2.0)
        v.data = 5.0
        return v * x

    assert compile(f).value_and_grad(3.0) == (15.0, 5.0)
