"""Float kernels of the logistic family, and of local derivatives that a composition would compute inaccurately.

Total and accurate to a few ulp, like those of `floats`.
"""

from __future__ import annotations

from math import copysign, exp, frexp, hypot, inf, isfinite, isinf, isnan, ldexp, log1p, nan, sqrt

from autograd.numbers.kernels.floats import scale, times_exp
from autograd.numbers.kernels.pieces import two_sum

# --- the logistic family ---------------------------------------------------------------------------------------------


def sigmoid(x: float) -> float:
    try:
        return 1.0 / (1.0 + exp(-x))
    except OverflowError:
        return exp(x)


def sigmoid_slope(c: float, x: float) -> float:
    """c * sigmoid'(x)."""
    x = -abs(x)
    e = exp(x)
    if e < 1e-300:
        return times_exp(c, x, 0.0)
    s = 1.0 + e
    return c * (e / (s * s))


def sigmoid_of_difference(x: float, y: float) -> float:
    """sigmoid(x - y)."""
    d, low = two_sum(x, -y)
    z = sigmoid(d)
    return z + z * sigmoid(-d) * low if isfinite(low) else z


def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    if x > 0.0:
        return x + log1p(exp(-x))
    return log1p(exp(x))


def log_sigmoid(x: float) -> float:
    return -softplus(-x)


# --- slopes ----------------------------------------------------------------------------------------------------------


def sech2(x: float) -> float:
    """1 / cosh(x)**2."""
    e = exp(-2.0 * abs(x))
    if e < 1e-290:
        return times_exp(4.0, -2.0 * abs(x), 0.0)
    s = 1.0 + e
    return 4.0 * e / (s * s)


def inverse_one_plus_square(x: float) -> float:
    """1 / (1 + x**2)."""
    s = 1.0 + x * x
    return 1.0 / s if s < 1e300 else 1.0 / x / x


def one_minus_square(x: float) -> float:
    return (1.0 - x) * (1.0 + x)


def root_one_minus_square(x: float) -> float:
    try:
        return sqrt((1.0 - x) * (1.0 + x))
    except ValueError:
        return nan


def root_square_minus_one(x: float) -> float:
    """sqrt(x**2 - 1) for x >= 1."""
    try:
        return sqrt(x - 1.0) * sqrt(x + 1.0)  # separately, since their product overflows
    except ValueError:
        return nan


def cosine(x: float, y: float) -> float:
    """x / hypot(x, y): the cosine of the angle of (x, y); 0 at the origin."""
    h = hypot(x, y)
    if 1e-290 < h < inf:
        return x / h
    if h == 0.0:
        return 0.0
    if isnan(x) or isnan(y):
        return nan
    if isinf(x):
        return nan if isinf(y) else copysign(1.0, x)
    if isinf(y):
        return 0.0
    k = 600 if h < 1.0 else -600
    return cosine(ldexp(x, k), ldexp(y, k))


def inverse_square_slope(x: float, y: float) -> float:
    """x / (x**2 + y**2), 0 at the origin."""
    s = x * x + y * y
    if 1e-280 < s < 1e300:
        return x / s
    x, y, s, k = _scaled_square(x, y)
    return scale(x / s, -k)


def inverse_square_xx(x: float, y: float) -> float:
    """d/dx of inverse_square_slope: (y-x)(y+x) / (x**2 + y**2)**2."""
    x, y, s, k = _scaled_square(x, y)
    return scale((y - x) * (y + x) / (s * s), -2 * k)


def inverse_square_xy(x: float, y: float) -> float:
    """d/dy of inverse_square_slope: -2xy / (x**2 + y**2)**2."""
    x, y, s, k = _scaled_square(x, y)
    x, kx = frexp(x)
    y, ky = frexp(y)
    return scale(-2.0 * x * y / (s * s), kx + ky - 2 * k)


def _scaled_square(x: float, y: float) -> tuple[float, float, float, int]:
    """x, y, x**2 + y**2 and k, after x and y are divided by 2**k to bring the larger to [1/2, 1).

    The origin and infinities give 0, 0, 1, 0, for which all the functions above are 0.
    """
    m = max(abs(x), abs(y))
    if isnan(x) or isnan(y):
        return nan, nan, nan, 0
    if m == 0.0 or m == inf:
        return 0.0, 0.0, 1.0, 0
    k = frexp(m)[1]
    x = ldexp(x, -k)
    y = ldexp(y, -k)
    return x, y, x * x + y * y, k
