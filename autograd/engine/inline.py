"""The methods of Value that most scalar code is made of, with their rules in line for plain floats.

Generated from the table by `python -m autograd.engine.generating`: change the rules, not this file. Whatever is not a
finite float, or not recorded, is left to the method that is replaced.
"""

from __future__ import annotations

from math import nan

from autograd.engine.blocks import OPEN
from autograd.engine.recording import Value
from autograd.engine.value import NO_GRAD, clock
from autograd.primitives import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

new = object.__new__

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
constant_power_kernel = TABLE["constant_power"].kernel
cos_kernel = TABLE["cos"].kernel
exp_kernel = TABLE["exp"].kernel
log_kernel = TABLE["log"].kernel
monomial_kernel = TABLE["monomial"].kernel
ratio_slope_kernel = TABLE["ratio_slope"].kernel
sech2_kernel = TABLE["sech2"].kernel
sigmoid_kernel = TABLE["sigmoid"].kernel
sigmoid_slope_kernel = TABLE["sigmoid_slope"].kernel
sin_kernel = TABLE["sin"].kernel
sqrt_kernel = TABLE["sqrt"].kernel
tanh_kernel = TABLE["tanh"].kernel
slow_add = Value.__add__
slow_sub = Value.__sub__
slow_mul = Value.__mul__
slow_truediv = Value.__truediv__
slow_pow = Value.__pow__
slow_radd = Value.__radd__
slow_rsub = Value.__rsub__
slow_rmul = Value.__rmul__
slow_rtruediv = Value.__rtruediv__
slow_neg = Value.__neg__
slow_exp = Value.exp
slow_log = Value.log
slow_sqrt = Value.sqrt
slow_sin = Value.sin
slow_cos = Value.cos
slow_tanh = Value.tanh
slow_sigmoid = Value.sigmoid
slow_relu = Value.relu


def __add__(self: Any, other: Any) -> Any:
    x, kind = self._data, type(other)
    if type(x) is not float:
        return slow_add(self, other)
    if kind is float or kind is int:
        y = other if kind is float else float(other)
        z = x + y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (1.0, 1, y, x)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = add_row
            return made

    elif kind is Value:
        y = other._data
        if type(y) is float:
            z = x + y
            if z - z == 0.0 and not OPEN:
                made = new(Value)
                made._data = z
                made._inputs = (self, other)
                made._partials = (1.0, 1.0)
                made._adjoint = None
                made.grad = NO_GRAD
                made.index = clock()
                made.op = add_row
                return made

    return slow_add(self, other)


def __sub__(self: Any, other: Any) -> Any:
    x, kind = self._data, type(other)
    if type(x) is not float:
        return slow_sub(self, other)
    if kind is float or kind is int:
        y = other if kind is float else float(other)
        z = x - y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (1.0, 1, y, x)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = subtract_row
            return made

    elif kind is Value:
        y = other._data
        if type(y) is float:
            z = x - y
            if z - z == 0.0 and not OPEN:
                made = new(Value)
                made._data = z
                made._inputs = (self, other)
                made._partials = (1.0, -1.0)
                made._adjoint = None
                made.grad = NO_GRAD
                made.index = clock()
                made.op = subtract_row
                return made

    return slow_sub(self, other)


def __mul__(self: Any, other: Any) -> Any:
    x, kind = self._data, type(other)
    if type(x) is not float:
        return slow_mul(self, other)
    if kind is float or kind is int:
        y = other if kind is float else float(other)
        z = x * y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (y, 1, y, x)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = multiply_row
            return made

    elif kind is Value:
        y = other._data
        if type(y) is float:
            z = x * y
            if z - z == 0.0 and not OPEN:
                made = new(Value)
                made._data = z
                made._inputs = (self, other)
                made._partials = (y, x)
                made._adjoint = None
                made.grad = NO_GRAD
                made.index = clock()
                made.op = multiply_row
                return made

    return slow_mul(self, other)


def __truediv__(self: Any, other: Any) -> Any:
    x, kind = self._data, type(other)
    if type(x) is not float:
        return slow_truediv(self, other)
    if kind is float or kind is int:
        y = other if kind is float else float(other)
        z = nan if y == 0.0 else x / y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (1.0 / y, 1, y, x)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = divide_row
            return made

    elif kind is Value:
        y = other._data
        if type(y) is float:
            z = nan if y == 0.0 else x / y
            if z - z == 0.0 and not OPEN:
                made = new(Value)
                made._data = z
                made._inputs = (self, other)
                made._partials = (1.0 / y, -ratio_slope_kernel(z, x, y))
                made._adjoint = None
                made.grad = NO_GRAD
                made.index = clock()
                made.op = divide_row
                return made

    return slow_truediv(self, other)


def __pow__(self: Any, other: Any) -> Any:
    x, kind = self._data, type(other)
    if type(x) is not float:
        return slow_pow(self, other)
    if kind is float or kind is int:
        y = other if kind is float else float(other)
        z = nan if y == 0.5 else constant_power_kernel(x, y)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (monomial_kernel(x, y, 1.0), 1, y, x)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = constant_power_row
            return made

    return slow_pow(self, other)


def __radd__(self: Any, other: Any) -> Any:
    y, kind = self._data, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x + y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (1.0, 0, x, y)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = add_row
            return made

    return slow_radd(self, other)


def __rsub__(self: Any, other: Any) -> Any:
    y, kind = self._data, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x - y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (-1.0, 0, x, y)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = subtract_row
            return made

    return slow_rsub(self, other)


def __rmul__(self: Any, other: Any) -> Any:
    y, kind = self._data, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = x * y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (x, 0, x, y)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = multiply_row
            return made

    return slow_rmul(self, other)


def __rtruediv__(self: Any, other: Any) -> Any:
    y, kind = self._data, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
        z = nan if y == 0.0 else x / y
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (-ratio_slope_kernel(z, x, y), 0, x, y)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = divide_row
            return made

    return slow_rtruediv(self, other)


def __neg__(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = -x
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (-1.0,)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = negative_row
            return made

    return slow_neg(self)


def exp(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = exp_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (z,)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = exp_row
            return made

    return slow_exp(self)


def log(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = log_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (1.0 / x,)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = log_row
            return made

    return slow_log(self)


def sqrt(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = nan if x == 0.0 else sqrt_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (0.5 / z,)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = sqrt_row
            return made

    return slow_sqrt(self)


def sin(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = sin_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (cos_kernel(x),)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = sin_row
            return made

    return slow_sin(self)


def cos(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = cos_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (-sin_kernel(x),)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = cos_row
            return made

    return slow_cos(self)


def tanh(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = tanh_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (sech2_kernel(x),)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = tanh_row
            return made

    return slow_tanh(self)


def sigmoid(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        z = sigmoid_kernel(x)
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (sigmoid_slope_kernel(1.0, x),)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = sigmoid_row
            return made

    return slow_sigmoid(self)


def relu(self: Any) -> Any:
    x = self._data
    if type(x) is float:
        closed = x <= 0
        z = 0.0 if closed else x
        if z - z == 0.0 and not OPEN:
            made = new(Value)
            made._data = z
            made._inputs = (self,)
            made._partials = (None if closed else 1.0,)
            made._adjoint = None
            made.grad = NO_GRAD
            made.index = clock()
            made.op = relu_row
            return made

    return slow_relu(self)


Value.__add__ = __add__
Value.__sub__ = __sub__
Value.__mul__ = __mul__
Value.__truediv__ = __truediv__
Value.__pow__ = __pow__
Value.__radd__ = __radd__
Value.__rsub__ = __rsub__
Value.__rmul__ = __rmul__
Value.__rtruediv__ = __rtruediv__
Value.__neg__ = __neg__
Value.exp = exp
Value.log = log
Value.sqrt = sqrt
Value.sin = sin
Value.cos = cos
Value.tanh = tanh
Value.sigmoid = sigmoid
Value.relu = relu
negative_row.lifted[Value] = __neg__
exp_row.lifted[Value] = exp
log_row.lifted[Value] = log
sqrt_row.lifted[Value] = sqrt
sin_row.lifted[Value] = sin
cos_row.lifted[Value] = cos
tanh_row.lifted[Value] = tanh
sigmoid_row.lifted[Value] = sigmoid
relu_row.lifted[Value] = relu
