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
    return z, (numbers.ratio(1.0, y), -numbers.ratio_slope(z, x, y))


@primitive(symbol="/")
def ratio(x: Number, y: Number) -> Result:
    """x / y as in IEEE arithmetic, where it is infinite or NaN at y = 0; local derivatives are made of it.

    >>> ratio(1.0, 0.0)
    inf
    """
    z = numbers.ratio(x, y)
    return z, (numbers.ratio(1.0, y), -numbers.ratio_slope(z, x, y))


@primitive
def ratio_slope(z: Number, x: Number, y: Number) -> Result:
    """x / y² where z = x / y is known already, and may be too small to keep its digits.

    >>> ratio_slope(1.5, 3.0, 2.0)
    0.75
    """
    return numbers.ratio_slope(z, x, y), (
        None,
        numbers.quotient(1.0, 1.0, y, 2.0),
        -2 * numbers.quotient(x, 1.0, y, 3.0),
    )


@primitive
def quotient(x: Number, y: Number, z: Number, n: Number) -> Result:
    """x · y / zⁿ for a plain whole n, though a piece of it alone may overflow or underflow.

    >>> quotient(1e200, 1e200, 1e200, 2.0)
    1.0
    """
    return numbers.quotient(x, y, z, n), (
        numbers.quotient(y, 1.0, z, n),
        numbers.quotient(x, 1.0, z, n),
        -int(n) * numbers.quotient(x, y, z, n + 1),
        None,
    )


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
    quotient = x // y
    return x % y, (numbers.unit(quotient), -quotient)


@primitive(symbol="**", domain=("[-inf, inf]", "[-inf, inf]"), native=operator.pow)
def power(x: Number, y: Number) -> Result:
    """x ** y; ZeroDivisionError, OverflowError as for floats, ValueError where Python leaves the reals.

    >>> power(2.0, 3.0)
    8.0
    """
    z = numbers.power(x, y)
    return z, (numbers.falling_power(x, y, 1.0), numbers.power_log(z, x, y, 1.0))


@primitive(symbol="**", title="power", domain=("[-inf, inf]", "[-inf, inf]"), native=operator.pow)
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
    coefficient = numbers.falling_slope(y, n) + numbers.xlogy(numbers.falling_factorial(y, n), x)
    return numbers.falling_power(x, y, n), (
        numbers.falling_power(x, y, n + 1),
        numbers.scaled_power(coefficient, x, y, n),
        None,
    )


@primitive
def power_log(z: Number, x: Number, y: Number, n: Number) -> Result:
    """x**y · log(x)ⁿ, the n-th derivative of x ** y in y, where z = x ** y is known already.

    >>> power_log(1.0, 1.0, 5.0, 1.0)
    0.0
    """
    coefficient = n + numbers.xlogy(y, x)
    for _ in range(int(n) - 1):
        coefficient = numbers.xlogy(coefficient, x)
    return numbers.power_log(z, x, y, n), (
        None,
        numbers.scaled_power(coefficient, x, y, 1.0),
        numbers.power_log(z, x, y, n + 1),
        None,
    )


@primitive
def scaled_power(c: Number, x: Number, y: Number, n: Number) -> Result:
    """c · x**(y-n) for a plain n, though the power alone may overflow or underflow.

    >>> scaled_power(3.0, 2.0, 3.0, 1.0)
    12.0
    """
    return numbers.scaled_power(c, x, y, n), (
        numbers.scaled_power(1.0, x, y, n),
        numbers.scaled_power(c * (y - n), x, y, n + 1),
        numbers.scaled_power(numbers.xlogy(c, x), x, y, n),
        None,
    )


@primitive
def xlogy(z: Number, x: Number) -> Result:
    """z · log(x), and 0 where z is 0.

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return numbers.xlogy(z, x), (numbers.xlogy(1.0, x), numbers.ratio(z, x))  # log(x), but total


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
