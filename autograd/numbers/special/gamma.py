"""Float kernels of the gamma function and its logarithm, total like those of `floats`.

Where log |Γ| is nearly 0 its terms cancel; there `fixed` takes over.
"""

from __future__ import annotations

import math
from math import copysign, inf, isnan, nan

from autograd.numbers.kernels import fixed
from autograd.numbers.kernels.floats import product_error
from autograd.numbers.kernels.pieces import PI, ROOT_TWO_PI, falling_product, horner, less_log1p, sin_pi, stirling

_log, _exp, _expm1, _pow = math.log, math.exp, math.expm1, math.pow

_ROOT_TWO_PI_LOW = -1.8328579980459167e-16
_HALF_LOG_TWO_PI_OVER_E = 0.4189385332046727
_BITS = 144  # results may be as small as 2**-57, with 57 correct bits; the rest covers intermediate losses

# (Γ(2 + t) - 1) / t and log Γ(2 + t) / t for t in [-1/2, 1/2]. Relative errors 4e-18.
_GAMMA: tuple[float, ...] = (
    6.56614575e-07, -1.31311915e-06, 1.805143072e-06, -3.609421077e-06, 7.6524576778e-06, -1.52962895199e-05,
    3.04480122486e-05, -6.078180215146e-05, 0.0001216744230182, -0.00024094266875, 0.000490388409245633,
    -0.000919573755675173, 0.002103933342304082, -0.002852645824368608, 0.011154045718099517,
    -0.0002669820686820677, 0.07424901075351413, 0.0815769192470858, 0.4118403304264397, 0.42278433509846713,
)  # fmt: skip
_LGAMMA: tuple[float, ...] = (
    -1.3219946e-07, 2.78740805e-07, -4.32523934e-07, 9.200527895e-07, -2.0439048107e-06, 4.3847044046e-06,
    -9.43871509921e-06, 2.050559075583e-05, -4.492631337916e-05, 9.9457673558195e-05, -0.00022315475400521,
    0.000509669515411546, -0.001192753911842816, 0.002890510331034267, -0.0073855510286719986,
    0.02058080842778038, -0.0673523010531981, 0.32246703342411326, 0.42278433509846713,
)  # fmt: skip
_LGAMMA_REST = _LGAMMA[:-1]
_EULER = 0.5772156649015329  # 1 minus the constant coefficient


def _gamma_parts(x: float) -> tuple[float, float]:
    """Γ(x) as p * q * q for x in [10, 190]: Γ itself may overflow."""
    s = stirling(x)
    q = _pow(x, 0.5 * x - 0.25)  # the exponent is exact
    e = _exp(-x)
    c = e * ROOT_TWO_PI
    return c + (e * _ROOT_TWO_PI_LOW + product_error(e, ROOT_TWO_PI, c) + c * _expm1(s)), q


# --- Γ ---------------------------------------------------------------------------------------------------------------


def gamma(x: float) -> float:
    """Γ(x); nan at the negative whole numbers, an infinity of the sign of x at 0."""
    if x > 0.0:
        if x >= 10.0:
            if x > 171.7:
                return inf
            p, q = _gamma_parts(x)
            return p * q * q
        if x > 1.5:
            n = round(x - 2.0)
            t = x - n - 2.0
            y = 1.0 + t * horner(_GAMMA, t)
            return y * falling_product(x, n) if n else y
        if x > 0.5:
            t = x - 1.0
            return (1.0 + t * horner(_GAMMA, t)) / x
        return (1.0 + x * horner(_GAMMA, x)) / (1.0 + x) / x
    if x == 0.0:
        return copysign(inf, x)
    if isnan(x) or x % 1.0 == 0.0 or x == -inf:
        return nan
    a = -x
    if a < 1e-17:
        return 1.0 / x
    n = round(a)
    s = sin_pi(a - n)  # with the sign of a - n; the parity of n gives the other sign
    if n % 2 == 0:
        s = -s
    if a > 190.0:
        return copysign(0.0, s)
    if a >= 10.0:
        p, q = _gamma_parts(a)
        return PI / (s * a * p) / q / q
    if a > 0.5:
        return PI / (s * (a * gamma(a)))
    return PI * (1.0 + a) / (s * (1.0 + a * horner(_GAMMA, a)))  # Γ(1 + a), without rounding 1 + a


def one_over_gamma_after(x: float) -> float:
    """1 / Γ(1 + x) for x in [-1/2, 1/2], without rounding 1 + x."""
    return (1.0 + x) / (1.0 + x * horner(_GAMMA, x))


def lgamma_after(x: float) -> float:
    """log Γ(1 + x) for x in [-1/2, 1], without rounding 1 + x."""
    if x > 0.5:
        t = x - 1.0
        return t * horner(_LGAMMA, t)
    return x * (x * horner(_LGAMMA_REST, x) - _EULER) + less_log1p(x)


# --- log |Γ| ---------------------------------------------------------------------------------------------------------


def lgamma(x: float) -> float:
    """log |Γ(x)|."""
    if x > 0.0:
        if x >= 10.0:
            return (x - 0.5) * (_log(x) - 1.0) + (_HALF_LOG_TWO_PI_OVER_E + stirling(x))
        if x > 2.5:
            n = round(x - 2.0)
            t = x - n - 2.0
            return t * horner(_LGAMMA, t) + _log(falling_product(x, n))
        if x > 1.5:
            t = x - 2.0
            return t * horner(_LGAMMA, t)
        if x > 0.5:
            return lgamma_after(x - 1.0)
        return lgamma_after(x) - _log(x)
    if isnan(x):
        return x
    if x % 1.0 == 0.0 or x == -inf:
        return inf
    a = -x
    if a < 1e-17:
        return -_log(a)
    s = abs(sin_pi(a - round(a)))
    if a < 0.5:
        return _log(PI / s) - lgamma_after(a)
    y = _log(PI / (s * a)) - lgamma(a)
    if a > 2.0 and abs(y) < 1.5 * a and a < 64.0:
        return _lgamma_near_zero(a)
    return y


def _lgamma_near_zero(a: float) -> float:
    """log |Γ(-a)| for a in (2, 64), where it may be nearly 0."""
    v = fixed.fixed(a, _BITS)
    s, _ = fixed.sin_cos_pi(fixed.fixed(a - round(a), _BITS), _BITS)
    product = (abs(s) * v) >> _BITS
    return fixed.real(fixed.log((fixed.pi(_BITS) << _BITS) // product, _BITS) - fixed.lgamma(v, _BITS), _BITS)
