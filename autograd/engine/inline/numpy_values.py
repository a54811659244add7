"""The methods of NumPyValue with their rules in line.

Generated from the table by `python -m autograd.engine.inline.generating`: change the rules, not this file. Whatever is
not a float, fails or overflows, or is not recorded, is left to the method that is replaced; of two traced numbers, the
symbol of the operation is there then, and is not made again.
"""

from __future__ import annotations

from math import isfinite, nan

from autograd.engine.inline.replaced import SLOW
from autograd.engine.recording import of_symbols
from autograd.engine.value import NO_GRAD, NumPyValue, Value, clock, fresh_of_numpy
from autograd.numbers.kinds import FLOATS
from autograd.primitives import TABLE
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

no_value: Any = None  # where a rule gives floats no value
recorded: Any = float  # None while a block is open in which recording may be off: see `switch_in_line`

add_row = TABLE["add"]
constant_power_row = TABLE["constant_power"]
cos_row = TABLE["cos"]
divide_row = TABLE["divide"]
exp_row = TABLE["exp"]
log_row = TABLE["log"]
multiply_row = TABLE["multiply"]
negative_row = TABLE["negative"]
relu_row = TABLE["relu"]
sigmoid_row = TABLE["sigmoid"]
sin_row = TABLE["sin"]
sqrt_row = TABLE["sqrt"]
subtract_row = TABLE["subtract"]
tanh_row = TABLE["tanh"]
cos_kernel: Any = TABLE["cos"].kernel
exp_kernel: Any = TABLE["exp"].kernel
log_kernel: Any = TABLE["log"].kernel
monomial_kernel: Any = TABLE["monomial"].kernel
ratio_slope_kernel: Any = TABLE["ratio_slope"].kernel
sech2_kernel: Any = TABLE["sech2"].kernel
sigmoid_kernel: Any = TABLE["sigmoid"].kernel
sigmoid_slope_kernel: Any = TABLE["sigmoid_slope"].kernel
sin_kernel: Any = TABLE["sin"].kernel
sqrt_kernel: Any = TABLE["sqrt"].kernel
tanh_kernel: Any = TABLE["tanh"].kernel


def __neg__(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = -x
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = -1.0
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = negative_row
            return made

    return SLOW["__neg__"](self)


def exp(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = exp_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = z
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = exp_row
            return made

    return SLOW["exp"](self)


def log(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = log_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 1.0 / x
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = log_row
            return made

    return SLOW["log"](self)


def sqrt(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = sqrt_kernel(x) if x != 0.0 else no_value
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 0.5 / z
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = sqrt_row
            return made

    return SLOW["sqrt"](self)


def sin(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = sin_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = cos_kernel(x)
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = sin_row
            return made

    return SLOW["sin"](self)


def cos(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = cos_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = -sin_kernel(x)
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = cos_row
            return made

    return SLOW["cos"](self)


def tanh(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = tanh_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = sech2_kernel(x)
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = tanh_row
            return made

    return SLOW["tanh"](self)


def sigmoid(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        z = sigmoid_kernel(x)
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = sigmoid_slope_kernel(1.0, x)
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = sigmoid_row
            return made

    return SLOW["sigmoid"](self)


def relu(self: Any) -> Any:
    x = self._number
    if type(x) is float:
        closed = x <= 0
        z = 0.0 if closed else x
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = None if closed else 1.0 if x == x else nan
            made._y = None
            made._dy = None
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = relu_row
            return made

    return SLOW["relu"](self)


def __add__(self: Any, other: Any) -> Any:
    if type(other) is NumPyValue or type(other) is Value:
        z = self._number + other._number
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 1.0
            made._y = other
            made._dy = 1.0
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = add_row
            return made
        if type(self._number) is type(other._number) is Symbol:
            return of_symbols(z, add_row, self, other)

    elif (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
            z = x + y
            if type(z) is recorded and isfinite(z):
                made = next(fresh_of_numpy)
                made._number = z
                made._x = self
                made._dx = 1.0
                made._y = y
                made._dy = x
                made._met = None
                made.grad = NO_GRAD
                made.index = next(clock)
                made.op = add_row
                made._place = 1
                return made

    return SLOW["__add__"](self, other)


def __sub__(self: Any, other: Any) -> Any:
    if type(other) is NumPyValue or type(other) is Value:
        z = self._number - other._number
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 1.0
            made._y = other
            made._dy = -1.0
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = subtract_row
            return made
        if type(self._number) is type(other._number) is Symbol:
            return of_symbols(z, subtract_row, self, other)

    elif (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
            z = x - y
            if type(z) is recorded and isfinite(z):
                made = next(fresh_of_numpy)
                made._number = z
                made._x = self
                made._dx = 1.0
                made._y = y
                made._dy = x
                made._met = None
                made.grad = NO_GRAD
                made.index = next(clock)
                made.op = subtract_row
                made._place = 1
                return made

    return SLOW["__sub__"](self, other)


def __mul__(self: Any, other: Any) -> Any:
    if type(other) is NumPyValue or type(other) is Value:
        x, y = self._number, other._number
        z = x * y
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = y
            made._y = other
            made._dy = x
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = multiply_row
            return made
        if type(x) is type(y) is Symbol:
            return of_symbols(z, multiply_row, self, other)

    elif (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
            z = x * y
            if type(z) is recorded and isfinite(z):
                made = next(fresh_of_numpy)
                made._number = z
                made._x = self
                made._dx = y
                made._y = y
                made._dy = x
                made._met = None
                made.grad = NO_GRAD
                made.index = next(clock)
                made.op = multiply_row
                made._place = 1
                return made

    return SLOW["__mul__"](self, other)


def __truediv__(self: Any, other: Any) -> Any:
    if type(other) is NumPyValue or type(other) is Value:
        x, y = self._number, other._number
        z = x / y if type(y) is float and y != 0.0 else no_value
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 1.0 / y
            made._y = other
            made._dy = -ratio_slope_kernel(z, x, y)
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = divide_row
            return made

    elif (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
            z = x / y if type(y) is float and y != 0.0 else no_value
            if type(z) is recorded and isfinite(z):
                made = next(fresh_of_numpy)
                made._number = z
                made._x = self
                made._dx = 1.0 / y
                made._y = y
                made._dy = x
                made._met = None
                made.grad = NO_GRAD
                made.index = next(clock)
                made.op = divide_row
                made._place = 1
                return made

    return SLOW["__truediv__"](self, other)


def __pow__(self: Any, other: Any) -> Any:
    if (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
            z = (
                x**y
                if (1.0 <= y <= 10.0 or (-10.0 <= y < 1.0 and (x > 1e-30 or x < -1e-30))) and -1e30 < x < 1e30
                else no_value
            )
            if type(z) is recorded:
                made = next(fresh_of_numpy)
                made._number = z
                made._x = self
                made._dx = 2.0 * x if y == 2.0 else monomial_kernel(x, y, 1.0)
                made._y = y
                made._dy = x
                made._met = None
                made.grad = NO_GRAD
                made.index = next(clock)
                made.op = constant_power_row
                made._place = 1
                return made

    return SLOW["__pow__"](self, other)


def __radd__(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x + y
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = 1.0
            made._y = x
            made._dy = y
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = add_row
            made._place = 0
            return made

    elif kind is Value:
        return __add__(other, self)
    return SLOW["__radd__"](self, other)


def __rsub__(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x - y
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = -1.0
            made._y = x
            made._dy = y
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = subtract_row
            made._place = 0
            return made

    elif kind is Value:
        return __sub__(other, self)
    return SLOW["__rsub__"](self, other)


def __rmul__(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x * y
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = x
            made._y = x
            made._dy = y
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = multiply_row
            made._place = 0
            return made

    elif kind is Value:
        return __mul__(other, self)
    return SLOW["__rmul__"](self, other)


def __rtruediv__(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x / y if type(y) is float and y != 0.0 else no_value
        if type(z) is recorded and isfinite(z):
            made = next(fresh_of_numpy)
            made._number = z
            made._x = self
            made._dx = -ratio_slope_kernel(z, x, y)
            made._y = x
            made._dy = y
            made._met = None
            made.grad = NO_GRAD
            made.index = next(clock)
            made.op = divide_row
            made._place = 0
            return made

    elif kind is Value:
        return __truediv__(other, self)
    return SLOW["__rtruediv__"](self, other)


METHODS: dict[str, Any] = {
    "__neg__": __neg__,
    "exp": exp,
    "log": log,
    "sqrt": sqrt,
    "sin": sin,
    "cos": cos,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "__add__": __add__,
    "__sub__": __sub__,
    "__mul__": __mul__,
    "__truediv__": __truediv__,
    "__pow__": __pow__,
    "__radd__": __radd__,
    "__rsub__": __rsub__,
    "__rmul__": __rmul__,
    "__rtruediv__": __rtruediv__,
}
