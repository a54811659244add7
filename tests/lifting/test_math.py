"""`math` in lifted code gives what it gives on floats, and raises what it raises there."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, jvp, lift

POINTS = [
    *(0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.0, 171.7, -800.0, 1e17, 1e308, -1e308, 5e-324),
    *(math.inf, -math.inf, math.nan),
]
ONE = (
    "acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs floor frexp gamma "
    "isfinite isinf isnan lgamma log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc ulp"
)
TWO: dict[str, Callable[..., Any]] = {
    name: getattr(math, name) for name in ["atan2", "fmod", "hypot", "isclose", "pow", "remainder"]
}
SPELT: dict[str, Callable[..., Any]] = {
    "fsum": lambda x, y: math.fsum([x, y]), "prod": lambda x, y: math.prod([x, y]), "log": lambda x, y: math.log(x, y),
    "dist": lambda x, y: math.dist([x], [y]), "ldexp": lambda x, y: math.ldexp(x, int(y)), "//": lambda x, y: x // y,
    "/": lambda x, y: x / y, "%": lambda x, y: x % y, "divmod": divmod, "round": lambda x, y: round(x) + y,
    "tolerance": lambda x, y: math.isclose(x, 1.0, rel_tol=y), "gap": lambda x, y: math.isclose(x, 1.0, abs_tol=y),
    "names": lambda x, y: math.isclose(a=x, b=y, abs_tol=0.5),
}  # fmt: skip


def outcome(f: Callable[..., Any], *args: Any) -> Any:
    """What f returns, as floats, or the class of what it raises."""
    try:
        found = f(*args)
    except (ValueError, ArithmeticError) as error:
        return type(error)
    return [float(getattr(x, "data", x)) for x in (found if isinstance(found, tuple) else (found,))]


def assert_as_on_floats(f: Callable[..., Any], *args: float) -> None:
    wanted = outcome(f, *args)
    values = outcome(lift(f), *map(Value, args))
    duals = outcome(lambda *args: jvp(lift(f), args, (1.0,) * len(args))[0], *args)
    for got in (values, duals):
        if isinstance(wanted, type) or isinstance(got, type):
            assert got is wanted, args
        else:
            np.testing.assert_allclose(got, wanted, rtol=1e-13, err_msg=str(args))


@pytest.mark.parametrize("name", [name for name in ONE.split() if hasattr(math, name)])
def test_of_one_number(name: str) -> None:
    f = getattr(math, name)
    for x in POINTS:
        assert_as_on_floats(lambda x: f(x), x)


@pytest.mark.parametrize("name", [*TWO, *SPELT])
def test_of_two_numbers(name: str) -> None:
    f = (TWO | SPELT)[name]
    for x, y in itertools.product(POINTS, POINTS):
        assert_as_on_floats(lambda x, y: f(x, y), x, y)
