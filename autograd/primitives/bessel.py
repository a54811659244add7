"""Modified Bessel functions of the first kind."""

from __future__ import annotations

from functools import partial

from autograd.numbers import Number
from autograd.numbers.precise.derivatives import scaled_bessel_derivative
from autograd.numbers.special import bessel as kernels
from autograd.primitives.arithmetic import Partials
from autograd.primitives.domains import Kink
from autograd.primitives.table import primitive

__all__ = ["i0", "i0e", "i1", "i1e"]


@primitive(
    kernel=kernels.i0,
    precise=lambda x: x.context.besseli(0, x),
    domain="[-inf, inf]",
    text="I₀({})",
    spellings="scipy.special",
)
def i0(x: Number) -> Partials:
    """The modified Bessel function of order 0; OverflowError beyond ±713.98.

    >>> i0(0.0)
    1.0
    """
    return (i1(x),)


@primitive(
    kernel=kernels.i1,
    precise=lambda x: x.context.besseli(1, x),
    domain="[-inf, inf]",
    text="I₁({})",
    spellings="scipy.special",
)
def i1(x: Number) -> Partials:
    """The modified Bessel function of order 1; OverflowError beyond ±713.98.

    >>> i1(0.0)
    0.0
    """
    return (0.5 * i0(x) + 0.5 * bessel_i(x, 2.0),)


@primitive(kernel=kernels.bessel_i, precise=lambda x, n: x.context.besseli(int(n), x), count="n")
def bessel_i(x: Number, n: Number) -> Partials:
    """The modified Bessel function of a plain whole order n.

    >>> bessel_i(0.0, 2.0)
    0.0
    """
    return (0.5 * bessel_i(x, n - 1) + 0.5 * bessel_i(x, n + 1), None)


@primitive(
    kernel=kernels.i0e,
    precise=lambda x: x.context.besseli(0, x) * x.context.exp(-abs(x)),
    text="exp(-|{0}|)·I₀({0})",
    kinks=(Kink("x = 0", lambda x: x == 0, (0.0,), (0.0,)),),
    spellings="scipy.special",
)
def i0e(x: Number) -> Partials:
    """exp(-|x|) · I₀(x), without overflow.

    >>> i0e(0.0)
    1.0
    """
    return (i0e_derivative(x, 1.0),)


@primitive(
    kernel=kernels.i1e,
    precise=lambda x: x.context.besseli(1, x) * x.context.exp(-abs(x)),
    text="exp(-|{0}|)·I₁({0})",
    spellings="scipy.special",
)
def i1e(x: Number) -> Partials:
    """exp(-|x|) · I₁(x), without overflow.

    >>> i1e(0.0)
    0.0
    """
    return (i1e_derivative(x, 1.0),)


@primitive(kernel=kernels.i0e_derivative, precise=partial(scaled_bessel_derivative, degree=0), count="n")
def i0e_derivative(x: Number, n: Number) -> Partials:
    """The n-th derivative of i0e, for a plain whole n up to 150.

    >>> i0e_derivative(0.0, 1.0)
    0.0
    """
    return (i0e_derivative(x, n + 1), None)


@primitive(kernel=kernels.i1e_derivative, precise=partial(scaled_bessel_derivative, degree=1), count="n")
def i1e_derivative(x: Number, n: Number) -> Partials:
    """The n-th derivative of i1e, for a plain whole n up to 150.

    >>> i1e_derivative(0.0, 1.0)
    0.5
    """
    return (i1e_derivative(x, n + 1), None)
