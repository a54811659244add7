"""Python's arithmetic, + - * / // ** %, with the values and exceptions of Python's floats."""

from __future__ import annotations

import operator

from autograd import numbers
from autograd.numbers import Number
from autograd.primitives.table import Kink, primitive

Result = tuple[Number, tuple[Number | None, ...]]


@primitive(symbol="+")
def add(x: Number, y: Number) -> Result:
    """x + y.

    >>> add(2.0, 3.0)
    5.0
    """
    return x + y, (1.0, 1.0)


@primitive(symbol="-")
def subtract(x: Number, y: Number) -> Result:
    """x - y.

    >>> subtract(2.0, 3.0)
    -1.0
    """
    return x - y, (1.0, -1.0)


@primitive(symbol="*")
def multiply(x: Number, y: Number) -> Result:
    """x · y.

    >>> multiply(2.0, 3.0)
    6.0
    """
    return x * y, (y, x)


@primitive(symbol="/")
def divide(x: Number, y: Number) -> Result:
    """x / y; ZeroDivisionError at y = 0.

    >>> divide(3.0, 2.0)
    1.5
    """
    z = x / y
    return z, (numbers.ratio(1.0, y), -numbers.ratio(z, y))


@primitive(symbol="/")
def ratio(x: Number, y: Number) -> Result:
    """x / y as in IEEE arithmetic, where it is infinite or NaN at y = 0; local derivatives are made of it.

    >>> ratio(1.0, 0.0)
    inf
    """
    z = numbers.ratio(x, y)
    return z, (numbers.ratio(1.0, y), -numbers.ratio(z, y))


WHOLE_QUOTIENT = "x / y is whole"


@primitive(symbol="//", kinks=(Kink(WHOLE_QUOTIENT, lambda x, y: x % y == 0, (6.0, 3.0), (0.0, 0.0)),))
def floor_divide(x: Number, y: Number) -> Result:
    """x // y, the floor of the quotient; ZeroDivisionError at y = 0.

    >>> floor_divide(7.0, 2.0)
    3.0
    """
    return x // y, (numbers.flat(x), numbers.flat(y))


@primitive(symbol="%", kinks=(Kink(WHOLE_QUOTIENT, lambda x, y: x % y == 0, (6.0, 3.0), (1.0, -2.0)),))
def mod(x: Number, y: Number) -> Result:
    """x % y, of the sign of y, as in Python; ZeroDivisionError at y = 0.

    >>> mod(-7.0, 3.0)
    2.0
    """
    return x % y, (1.0, -(x // y))


@primitive(symbol="**", domain=("[-inf, inf]", "[-inf, inf]"), native=operator.pow)
def power(x: Number, y: Number) -> Result:
    """x ** y; ZeroDivisionError, OverflowError as for floats, ValueError where Python leaves the reals.

    >>> power(2.0, 3.0)
    8.0
    """
    z = numbers.power(x, y)
    return z, (numbers.falling_power(x, y, 1.0), numbers.xlogy(z, x))


@primitive(symbol="**", domain=("[-inf, inf]", "[-inf, inf]"), native=operator.pow)
def constant_power(x: Number, n: Number) -> Result:
    """x ** n for a plain number n: the power rule alone, so that it is exact on Fractions.

    >>> constant_power(3.0, 2.0)
    9.0
    """
    return numbers.constant_power(x, n), (numbers.monomial(x, n, 1.0), None)


@primitive
def monomial(x: Number, y: Number, n: Number) -> Result:
    """The n-th derivative of x ** y in x, for a plain number y.

    >>> monomial(3.0, 2.0, 1.0)
    6.0
    """
    return numbers.monomial(x, y, n), (numbers.monomial(x, y, n + 1), None, None)


@primitive
def falling_power(x: Number, y: Number, n: Number) -> Result:
    """The n-th derivative of x ** y in x, y(y-1)…(y-n+1) x**(y-n), which has a derivative in y too.

    >>> falling_power(3.0, 2.0, 1.0)
    6.0
    """
    z = numbers.falling_power(x, y, n)
    in_y = numbers.xlogy(z, x) + numbers.falling_slope(y, n) * numbers.power(x, y - n)
    return z, (numbers.falling_power(x, y, n + 1), in_y, None)


@primitive
def xlogy(z: Number, x: Number) -> Result:
    """z · log(x), and 0 where z is 0.

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return numbers.xlogy(z, x), (numbers.log(x), numbers.ratio(z, x))


@primitive(symbol="-")
def negative(x: Number) -> Result:
    """-x.

    >>> negative(2.0)
    -2.0
    """
    return -x, (-1.0,)


@primitive(symbol="+")
def positive(x: Number) -> Result:
    """+x.

    >>> positive(2.0)
    2.0
    """
    return +x, (1.0,)
