"""What users write, and the types that a checker finds for it: `mypy` reads this file, and a test runs it."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar, assert_type

import numpy as np
from numpy.typing import NDArray

from autograd import (
    Value,
    atan2,
    clip,
    compile,
    detach,
    dot,
    draw,
    explain,
    grad,
    gradients,
    group,
    hessian,
    hvp,
    jacobian,
    jvp,
    leaky_relu,
    lift,
    maximum,
    mean,
    no_grad,
    polygamma,
    positive,
    primitive,
    relu,
    softmax,
    sum,
    tanh,
    value_and_grad,
    vjp,
    where,
)
from autograd.compiler.calls.compiled import Compiled
from autograd.drawing.drawing import Drawing
from autograd.explanation.tables import Explanation
from autograd.testing import Report, check_gradients
from nn import MLP, SGD

Array = NDArray[Any]
T = TypeVar("T", float, Value)


def of_values(x: Value) -> Value:
    return x * tanh(x) + 1


def of_floats(x: float) -> float:
    return x * tanh(x)


def of_either(x: T) -> T:
    return where(x > 0, x * tanh(x), 0.0) + atan2(1.0, x)


def of_list(x: list[float]) -> float:
    return x[0] ** 2 * x[1]


def of_dict(p: dict[str, float], x: float, power: int = 2) -> float:
    return (p["w"] * x) ** power


def of_array(x: Array) -> float:
    total: float = sum(x * x)
    return total


def of_two(w: float, x: float) -> float:
    return w * x * x


def of_value_list(x: list[Value]) -> Value:
    return x[0] ** 2 * x[1]


def to_list(x: float) -> list[float]:
    return [x, x * x]


def to_pair(x: float) -> tuple[float, float]:
    return x, x * x


def to_dict(x: float) -> dict[str, float]:
    return {"square": x * x}


def of_two_values(x: Value, y: Value) -> Value:
    return x * x * y


def of_list_and_value(x: list[Value], y: Value) -> Value:
    return x[0] * x[0] * y


def of_float_and_value(x: float, y: Value) -> Value:
    return x * x * y


def of_value_dict(p: dict[str, Value]) -> Value:
    return p["w"] * p["w"]


def of_array_dict(p: dict[str, Array]) -> float:
    total: float = sum(p["w"] * p["w"])
    return total


def of_two_arrays(x: Array, y: Array) -> float:
    total: float = sum(x * y)
    return total


def of_int(x: int) -> float:
    return x * x


def int_to_list(x: int) -> list[float]:
    return [x * x]


def value_to_list(x: Value) -> list[Value]:
    return [2 * x, x * x]


def value_to_pair(x: Value) -> tuple[Value, Value]:
    return x, x * x


def value_to_dict(x: Value) -> dict[str, Value]:
    return {"square": x * x}


def value_list_to_pair(x: list[Value]) -> tuple[Value, Value]:
    return x[0], x[0] * x[1]


def value_list_to_dict(x: list[Value]) -> dict[str, Value]:
    return {"product": x[0] * x[1]}


def value_with_aux(x: Value) -> tuple[Value, str]:
    return x * x, "aux"


def to_value_list(x: list[Value]) -> list[Value]:
    return [x[0] * x[1], x[0]]


def to_array(x: Array) -> Array:
    return x * x


def with_aux(x: float) -> tuple[float, str]:
    return x * x, "aux"


class Anything:
    def __call__(self, x: Any) -> Any:
        return np.sum(x * x)


def operations(x: float, v: Value, a: Array) -> None:
    assert_type(tanh(x), float)
    assert_type(tanh(1), float)
    assert_type(tanh(np.float64(0.5)), float)
    assert_type(tanh(v), Value)
    assert_type(tanh(a), Array)
    assert_type(relu(Fraction(1, 2)), Fraction)
    assert_type(positive(v), Value)
    assert_type(atan2(x, 2), float)
    assert_type(atan2(v, 2), Value)
    assert_type(atan2(2, v), Value)
    assert_type(atan2(y=v, x=v), Value)
    assert_type(maximum(v, 0), Value)
    assert_type(clip(x, low=0, high=1), float)
    assert_type(clip(v, 0.0, 1.0), Value)
    assert_type(clip(0.5, 0.0, v), Value)
    assert_type(leaky_relu(v), Value)
    assert_type(leaky_relu(x, slope=0.1), float)
    assert_type(where(v > 0, v, 0.0), Value)
    assert_type(where(x > 0, x, 0), float)
    assert_type(polygamma(v, 1), Value)
    assert_type(of_either(v), Value)
    assert_type(of_either(x), float)
    assert_type(list(map(tanh, [v])), list[Value])


def sequences(x: float, v: Value) -> None:
    mixed: list[float | Value] = [x, v]
    assert_type(sum([x, 1]), float)
    assert_type(sum([v, v]), Value)
    assert_type(sum(tanh(w) for w in [v]), Value)
    assert_type(mean(mixed), float | Value)
    assert_type(dot([x], [1.0]), float)
    assert_type(dot([v], [1.0], 0.5), Value)
    assert_type(dot([1.0], [v], b=0.5), Value)
    assert_type(dot([1.0], [x], v), Value)
    assert_type(softmax([v, v]), list[Value])
    assert_type(softmax((x, 1.0)), list[float])


def operators(v: Value, w: Value, a: Array) -> None:
    assert_type(v + 2, Value)
    assert_type(2 * v, Value)
    assert_type(v - w, Value)
    assert_type(1.0 / v, Value)
    assert_type(v // 2, Value)
    assert_type(v % 2, Value)
    assert_type(v**2, Value)
    assert_type(2**v, Value)
    assert_type(np.float64(2) * v, Value)
    assert_type(Fraction(1, 2) * v, Value)
    assert_type(v * a, Array)
    assert_type(-v, Value)
    assert_type(+v, Value)
    assert_type(abs(v), Value)
    assert_type(round(v), Value)
    assert_type(round(v, 1), float)
    assert_type(math.floor(v), Value)
    assert_type(divmod(v, 2), tuple[Value, Value])
    assert_type(v > 1, bool)
    assert_type(v >= 1, bool)
    assert_type(v == w, bool)
    assert_type(v != 1, bool)
    assert_type(bool(v), bool)
    assert_type(max(v, w), Value)


def values(v: Value) -> None:
    y = v.tanh().clip(0, high=1).atan2(v).leaky_relu()
    assert_type(y, Value)
    assert_type(v.data, float)
    assert_type(v.grad, float)
    assert_type(v.label, str)
    assert_type(v.is_constant, bool)
    assert_type(y.inputs, tuple[Value, ...])
    assert_type(y.partials, tuple[float | None, ...])
    y.backward()
    assert_type(v.detach(), Value)
    assert_type(Value.constant(1.0, label="c"), Value)
    assert_type(gradients(y, v), float)
    assert_type(gradients(y, [v]), list[float])
    assert_type(gradients(y, (v,)), tuple[float, ...])
    assert_type(gradients(y, v, create_graph=True), Value)
    assert_type(detach(v), Value)
    assert_type(detach([1.0]), list[float])


def transforms(x: float, a: Array) -> None:
    assert_type(grad(of_floats)(x), float)
    assert_type(grad(of_floats)(2), float)
    assert_type(grad(grad(of_floats))(x), float)
    assert_type(grad(of_values)(x), float)
    assert_type(grad(of_values)(Value(x)), Value)
    assert_type(grad(grad(of_values))(x), float)
    assert_type(grad(of_either)(x), float)
    assert_type(grad(tanh)(x), float)
    assert_type(grad(of_list)([2, 3]), list[float])
    assert_type(grad(of_dict)({"w": 1.0}, x, power=3), dict[str, float])
    assert_type(grad(of_dict, argnums=(0, 1))({"w": 1.0}, x), tuple[Any, ...])
    assert_type(grad(of_array)(a), Array)
    assert_type(grad(with_aux, has_aux=True)(x), tuple[float, str])
    assert_type(grad(lambda x: x**3)(x), Any)
    assert_type(grad(lambda p: p["w"] * p["w"])({"w": x}), Any)
    assert_type(grad(of_two_values)(x, 2.0), float)
    assert_type(grad(of_two_values)(x, Value(2.0)), Any)
    assert_type(grad(of_two_values)(Value(x), 2.0), Value)
    assert_type(grad(of_two_values, (0, 1))(x, 2.0), Any)
    assert_type(grad(of_list_and_value)([x], 2.0), list[float])
    assert_type(grad(of_list_and_value)([x], Value(2.0)), Any)
    assert_type(grad(of_list_and_value)([Value(x)], 2.0), list[Value])
    assert_type(grad(of_float_and_value)(x, Value(2.0)), Any)
    assert_type(grad(of_value_dict)({"w": x}), Any)
    assert_type(grad(of_int)(2), float)
    assert_type(grad(of_array_dict)({"w": a}), dict[str, Array])
    assert_type(grad(leaky_relu)(x, slope=0.1), Any)
    assert_type(grad(value_with_aux, has_aux=True)(x), Any)
    assert_type(value_and_grad(of_floats)(x), tuple[float, float])
    assert_type(value_and_grad(of_values)(x), tuple[float, float])
    assert_type(value_and_grad(of_two_values)(x, 2.0), tuple[float, float])
    assert_type(value_and_grad(of_two_values)(x, Value(2.0)), Any)
    assert_type(value_and_grad(of_int)(2), tuple[float, float])
    assert_type(value_and_grad(of_value_dict)({"w": x}), Any)
    assert_type(value_and_grad(of_list)([2, 3]), tuple[float, list[float]])
    assert_type(value_and_grad(with_aux, has_aux=True)(x), tuple[tuple[float, str], float])
    assert_type(grad(of_value_list)([2.0, 3.0]), list[float])
    assert_type(grad(of_value_list)([Value(2.0), Value(3.0)]), list[Value])
    assert_type(value_and_grad(of_value_list)([2.0, 3.0]), tuple[float, list[float]])
    assert_type(jacobian(of_floats)(x), float)
    assert_type(jacobian(of_values)(x), float)
    assert_type(jacobian(of_list)([2.0, 3.0]), list[float])
    assert_type(jacobian(tanh)(x), float)
    assert_type(jacobian(to_list)(x), list[float])
    assert_type(jacobian(to_pair)(x), tuple[float, ...])
    assert_type(jacobian(to_dict)(x), dict[str, float])
    assert_type(jacobian(of_int)(2), float)
    assert_type(jacobian(int_to_list)(2), list[float])
    assert_type(jacobian(grad(of_int))(2), float)
    assert_type(jacobian(grad(of_dict))({"w": 1.0}, x), dict[str, dict[str, float]])
    assert_type(jacobian(of_two_values)(x, 2.0), float)
    assert_type(jacobian(value_to_list)(x), list[float])
    assert_type(jacobian(value_to_list)(Value(x)), Any)
    assert_type(jacobian(value_to_pair)(x), tuple[float, ...])
    assert_type(jacobian(value_to_pair)(Value(x)), Any)
    assert_type(jacobian(value_to_dict)(x), dict[str, float])
    assert_type(jacobian(value_list_to_pair)([2.0, 3.0]), tuple[list[float], ...])
    assert_type(jacobian(value_list_to_dict)([2.0, 3.0]), dict[str, list[float]])
    assert_type(jacobian(of_value_dict)({"w": x}), Any)
    assert_type(jacobian(to_value_list)([2.0, 3.0]), list[list[float]])
    assert_type(jacobian(to_array)(a), Array)
    assert_type(jacobian(of_two, (0, 1))(x, x), tuple[Any, ...])
    assert_type(jacobian(lambda x: [x, x])(x), Any)
    assert_type(hessian(of_floats)(x), float)
    assert_type(hessian(of_values)(x), float)
    assert_type(hessian(of_values)(Value(x)), Any)
    assert_type(hessian(of_int)(2), float)
    assert_type(hessian(of_two_values)(x, 2.0), float)
    assert_type(hessian(of_two_values)(x, Value(2.0)), Any)
    assert_type(hessian(of_list_and_value)([x], 2.0), list[list[float]])
    assert_type(hessian(of_list_and_value)([x], Value(2.0)), Any)
    assert_type(hessian(of_float_and_value)(x, Value(2.0)), Any)
    assert_type(hessian(of_array_dict)({"w": a}), dict[str, dict[str, Array]])
    assert_type(hessian(of_list)([2, 3]), list[list[float]])
    assert_type(hessian(of_value_list)([2.0, 3.0]), list[list[float]])
    assert_type(hessian(of_dict)({"w": 1.0}, x), dict[str, dict[str, float]])
    assert_type(hessian(of_two, (0, 1))(x, x), tuple[tuple[Any, ...], ...])
    assert_type(grad(partial(of_dict, {"w": 2.0}))(x), Any)
    assert_type(hessian(lambda x: x[0] * x[1])([2, 3]), Any)
    assert_type(hvp(of_list, ([2.0, 3.0],), ([1.0, 0.0],)), list[float])
    assert_type(hvp(of_two, (x, 2), (1.0, 0.0)), tuple[float, float])
    assert_type(jvp(of_floats, (x,), (1.0,)), tuple[float, float])
    assert_type(jvp(of_values, (Value(x),), (1.0,)), tuple[Any, Any])
    assert_type(jvp(value_to_pair, (x,), (1.0,)), tuple[Any, Any])
    assert_type(vjp(of_values, Value(x))[0], Any)
    assert_type(vjp(value_to_pair, x)[0], Any)
    assert_type(jvp(to_value_list, ([2.0, 3.0],), ([1.0, 0.0],)), tuple[list[float], list[float]])
    assert_type(vjp(to_value_list, [2.0, 3.0])[0], list[float])
    assert_type(lift(of_floats)(x), float)
    assert_type(jvp(of_values, (x,), (1.0,)), tuple[float, float])
    assert_type(grad(Anything())(x), float)
    assert_type(grad(Anything())(a), Any)
    assert_type(jvp(Anything(), (x,), (1.0,)), tuple[Any, Any])
    value, pull = vjp(to_list, x)
    assert_type(value, list[float])
    assert_type(pull([1.0, 0.0]), tuple[Any, ...])


@no_grad()
def quiet(x: float) -> float:
    return tanh(x)


class Square:
    @group
    def __call__(self, x: Value) -> Value:
        return x * x


@primitive
def twice(x: T) -> tuple[T, tuple[float]]:
    return x + x, (2.0,)


@primitive(title="thrice")
def triple(x: Any) -> tuple[Any, tuple[float]]:
    return 3 * x, (3.0,)


@primitive(kernel=math.exp, precise="exp")
def power_of_e(x: T, *, z: T) -> tuple[T]:
    return (z,)


@primitive(kernel=lambda x, n: x * 2.0**n, precise=lambda x, n: x * 2**n, count="n")
def shifted(x: float, n: float) -> tuple[float, None]:
    return shifted(1.0, n), None


@primitive(kernel=abs)
def magnitude(x: float) -> tuple[int]:
    return (1 if x > 0 else -1,)


@primitive(kernel=math.floor)
def whole(x: float) -> tuple[None]:
    return (None,)


@primitive(kernel=lambda x, y, t: x + (y - x) * t)
def blend(x: float, y: float, t: float, *, z: float) -> tuple[float, float, float]:
    return 1 - t, t, y - x


@primitive(kernel=math.fsum, vectors="xs")
def total(xs: Sequence[T]) -> tuple[T, ...]:
    return tuple([x * 0 + 1 for x in xs])


@primitive(kernel=lambda x, y: x * y)
def scaled(x: T, y: T) -> tuple[T, T]:
    return y, x


def tools(x: float, v: Value, a: Array) -> None:
    with no_grad():
        assert_type(v * v, Value)
    assert_type(quiet(x), float)
    assert_type(Square()(v), Value)
    assert_type(twice(v), Value)
    assert_type(twice(x), float)
    assert_type(triple(x), Any)
    assert_type(power_of_e(x), float)
    assert_type(power_of_e(v), Value)
    assert_type(power_of_e(a), Array)
    assert_type(magnitude(x), float)
    assert_type(magnitude(v), Value)
    assert_type(whole(x), float)
    assert_type(blend(x, 0.5, t=v), Any)
    assert_type(total([x, v]), Any)
    assert_type(scaled(v, 2.0), Any)
    assert_type(scaled(a, 2.0), Any)
    assert_type(shifted(x, n=2.0), float)
    function: Callable[[Value], Value] = tanh
    assert_type(explain(function(v)), Explanation)
    assert_type(draw(function(v)), Drawing)
    assert_type(check_gradients(of_floats, x), Report)


def compiled(x: float, v: Value, a: Array) -> None:
    fast = compile(of_floats, backend="numpy")
    assert isinstance(fast, Compiled)
    assert_type(fast(x), float)
    assert_type(fast(a), Any)
    assert_type(fast.value_and_grad(x), tuple[float, float])
    assert_type(fast.jvp((x,), (x,)), tuple[Any, Any])
    assert_type(fast.vjp(x)[1](x), tuple[Any, ...])
    assert_type(fast.jacobian(x, argnums=0, sparse=True), Any)
    assert_type(grad(fast)(x), Any)
    assert_type(compile(of_values)(x), float)
    assert_type(compile(of_values)(v), Value)
    assert_type(compile(of_list)([x, 2.0]), float)
    assert_type(compile(of_list)(a), Any)
    assert_type(compile(of_array)(a), float)
    assert_type(compile(to_list)(x), Array)
    assert_type(compile(to_pair)(x), Array)
    assert_type(compile(to_value_list)([v, v]), list[Value])
    assert_type(compile(of_two_arrays).value_and_grad(a, a), tuple[float, Array])
    assert_type(compile(of_two_values)(x, 2.0), float)
    assert_type(compile(of_two_values)(x, v), Any)
    assert_type(compile(of_list_and_value)([x], 2.0), float)
    assert_type(compile(of_list_and_value)([v], 2.0), Value)
    assert_type(compile(of_list_and_value)([x], v), Any)
    assert_type(compile(of_list_and_value).value_and_grad([x], 2.0), tuple[float, list[float]])
    assert_type(compile(of_list_and_value).value_and_grad([x], v), tuple[Any, Any])
    assert_type(compile(of_list_and_value).value_and_grad([x], 2.0, argnums=1), tuple[Any, Any])
    assert_type(compile(value_to_list)(v), list[Value])
    assert_type(compile(value_to_dict)(x), Any)
    assert_type(compile(tanh)(x), Any)
    unknown: Callable[..., float] = of_floats
    assert_type(compile(unknown)(a), Any)
    gradient = grad(of_list)
    assert_type(compile(gradient)([x, 2.0]), Array)
    assert_type(compile(lambda x: x * x)(x), Any)
    over_rows = compile(of_two, rows=("x",))
    assert_type(over_rows(x, a), Array)
    assert_type(over_rows(x, a, reduce="mean"), float)
    reduction: str | None = "sum" if x else None
    assert_type(over_rows(x, a, reduce=reduction), Any | Array)
    assert_type(over_rows(v, a), Any)
    assert_type(over_rows(v, a, reduce="sum"), Any)
    assert_type(over_rows(x=a, w=x, reduce="sum"), float)
    assert_type(over_rows(x=a, w=v, reduce="sum"), Any)
    no_rows: list[str] = []
    assert_type(compile(of_two, rows=no_rows)(x, 2.0), Any)
    over_lists = compile(of_list_and_value, rows=("x",))
    assert_type(over_lists([[x], [2.0]], 2.0), Array)
    assert_type(over_lists([[x], [2.0]], 2.0, reduce="sum"), float)
    assert_type(over_lists([[x], [2.0]], v, reduce="sum"), Any)
    assert_type(over_rows.value_and_grad(v, a, reduce="sum"), tuple[Any, Any])
    assert_type(over_rows.value_and_grad(x, a, reduce="sum"), tuple[float, Any])
    assert_type(over_rows.value_and_grad(x, a, argnums=(0, 1), reduce="sum"), tuple[float, tuple[Any, ...]])
    assert_type(over_rows.value_and_grad(x, a, argnums=(0, 1)), tuple[Any, tuple[Any, ...]])


def models(x: float) -> None:
    model = MLP(2, [4, 1])
    assert_type(model.parameters(), list[Value])
    assert_type(dict(model.named_parameters()), dict[str, Value])
    assert_type(SGD(model.parameters(), rate=0.1).current_rate, float)
    assert_type(tanh(model([x, x])), Any)
