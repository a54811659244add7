"""What a checker refuses, line by line: `mypy` reports an ignore that nothing needs, and a test runs each line."""

# ruff: noqa: B015

import math
from fractions import Fraction
from typing import assert_type

from autograd import (
    Value,
    atan2,
    clip,
    compile,
    dot,
    grad,
    gradients,
    hessian,
    jacobian,
    no_grad,
    primitive,
    sum,
    tanh,
    where,
)

v = Value(1.0)


def to_list(x: float) -> list[float]:
    return [x, x]


@primitive(kernel=math.ldexp, count="n")
def shifted(x: float, n: float) -> tuple[float, None]:
    return shifted(1.0, n), None


@primitive(kernel=abs)
def magnitude(x: float) -> tuple[int]:
    return (1,)


def of_list(x: list[Value], y: Value) -> Value:
    return x[0] * y


class Model:
    @compile
    def square(self, x: float) -> float:
        return x * x


def run() -> None:
    tanh("no number")  # type: ignore[type-var]
    tanh(None)  # type: ignore[type-var]
    tanh([1.0, 2.0])  # type: ignore[type-var]
    tanh(Fraction(1, 2))  # type: ignore[type-var]
    tanh(1.0, 2.0)  # type: ignore[call-arg]
    tanh(x=1.0)  # type: ignore[call-arg]
    atan2(1.0)  # type: ignore[call-overload]
    atan2(1.0, "a")  # type: ignore[call-overload]
    clip(v, lower=0.0, high=1.0)  # type: ignore[call-overload]
    where(v > 0, v, "a")  # type: ignore[call-overload]
    sum(1.0)  # type: ignore[call-overload]
    sum([["a"]])  # type: ignore[list-item]
    dot([v], 1.0)  # type: ignore[call-overload]

    Value("a")  # type: ignore[arg-type]
    Value()  # type: ignore[call-arg]
    v.tahn()  # type: ignore[attr-defined]
    v.exp(2)  # type: ignore[call-arg]
    v.atan2("a")  # type: ignore[arg-type]
    v * "a"  # type: ignore[operator]
    "a" * v  # type: ignore[operator]
    v + 1j  # type: ignore[operator]
    v > "a"  # type: ignore[operator]
    float(v)  # type: ignore[arg-type]
    int(v)  # type: ignore[call-overload]
    math.sin(v)  # type: ignore[arg-type]
    v.backward("a")  # type: ignore[arg-type]

    grad(3.0)  # type: ignore[call-overload]
    grad(to_list)(1.0)  # type: ignore[arg-type]
    grad(tanh)("a")  # type: ignore[call-overload]
    gradients(v, 1.0)  # type: ignore[call-overload]
    jacobian(3.0)  # type: ignore[call-overload]
    jacobian(to_list)("a")  # type: ignore[arg-type]
    hessian(tanh)("a")  # type: ignore[call-overload]
    compile(3.0)  # type: ignore[call-overload]
    compile(to_list, row=("x",))  # type: ignore[call-overload]
    compile(to_list).grad(1.0)  # type: ignore[attr-defined]
    assert_type(Model().square(1.0), float)  # type: ignore[assert-type]
    magnitude("a")  # type: ignore[call-overload]
    magnitude(1.0, 2.0)  # type: ignore[call-overload]
    magnitude(x=1.0)  # type: ignore[call-overload]
    grad(of_list)("a", 2.0)  # type: ignore[call-overload]
    jacobian(of_list)("a", 2.0)  # type: ignore[call-overload]
    hessian(of_list)("a", 2.0)  # type: ignore[call-overload]
    shifted(1.0)  # type: ignore[call-arg]
    shifted(1.0, m=2.0)  # type: ignore[call-arg]
    shifted("a", 2.0)  # type: ignore[arg-type]
    no_grad(run)  # type: ignore[arg-type]
