"""Float kernels of the error function family and of the activations, total like those of `floats`."""

from __future__ import annotations

from math import erf as _erf
from math import exp as _exp
from math import expm1 as _expm1
from math import inf, isnan

from autograd.numbers.kernels.floats import product_error, times_exp
from autograd.numbers.kernels.pieces import ROOT_HALF, horner
from autograd.numbers.kernels.slopes import sigmoid, sigmoid_slope

PHI0 = 0.3989422804014327  # the normal density at 0

# exp(z**2) * erfc(z) as minimax polynomials in z - c, leading coefficient first, without the constant coefficient:
# that is stored as two floats, so that the last addition is nearly the only rounding. Relative errors below 5e-18.
_NEAR: tuple[float, ...] = (  # z in [0.46, 1]: c = 0.75
    5.12586e-06, -1.4423086e-05, 4.2254955e-05, -0.0001233228737, 0.0003467606685, -0.00093851359184,
    0.002437636930194, -0.006051532256552, 0.014289198675512, -0.0318972620402522, 0.06679054252746718,
    -0.12983606199487746, 0.23095813155129868, -0.3679726916557954,
)  # fmt: skip
_MIDDLE: tuple[float, ...] = (  # z in [1, 2]: c = 1.5
    1.324254e-08, -4.9545808e-08, 1.67142929e-07, -5.94496112e-07, 2.0670657912e-06, -6.9753622279e-06,
    2.28642996081e-05, -7.26588730159e-05, 0.00022330994530044, -0.00066193007010843, 0.001886134876992,
    -0.005145957547837783, 0.013377340953067394, -0.03293090529956527, 0.0761510398554774,
    -0.16362291773256005,
)  # fmt: skip
_FAR: tuple[float, ...] = (  # z in [2, 3]: c = 2.5
    -9.29907e-10, 4.023499e-09, -1.61506305e-08, 6.70553337e-08, -2.729566326e-07, 1.0852406768e-06,
    -4.21429549406e-06, 1.596185101881e-05, -5.886896472383e-05, 0.000211019824419524, -0.000733590937138258,
    0.002467036815697219, -0.008001569382101618, 0.024937997086656956, -0.07434734678979467,
)  # fmt: skip
# From z = 3 on, z * exp(z**2) * erfc(z) as a polynomial in 1/z**2.
_TAIL: tuple[float, ...] = (
    14120392129.62, -16333912518.537, 8885892482.6734, -3037020966.90475, 737180575.81931, -136865657.5692926,
    20600549.39148266, -2661011.25228671, 314301.32500962, -36410.7054483077, 4425.50615461786,
    -594.770211866963, 91.6230895904191, -16.66106717402115, 3.702492888167079, -1.057855462551093,
    0.42314218763996864, -0.2820947917738441,
)  # fmt: skip

# gelu' near its zero, divided by the distance to that zero, for x in [-1.4, -0.3]; the zero as two floats.
GELU_ZERO = -0.7517915246935645
GELU_ZERO_LOW = 1.4956759177009883e-17
DIP: tuple[float, ...] = (
    -2.86422238e-08, 4.502442e-10, 5.658674291e-07, 4.3068546555e-07, -7.74723688705e-06, -1.12136282689e-05,
    8.615930432399e-05, 0.00018633961677136, -0.00074482682548201, -0.00223953805617474, 0.00453922837860959,
    0.019421679837625123, -0.014771522148234503, -0.11400823329720985, -0.018199676398671174,
    0.3882849829905519,
)  # fmt: skip

# The zero of silu', which is that of 1 + x + exp(x).
SILU_ZERO = -1.2784645427610737
SILU_ZERO_LOW = -1.0946994183093437e-16
EXP_SILU_ZERO = 0.2784645427610738


def erfcx(z: float) -> tuple[float, float]:
    """exp(z**2) * erfc(z) for z in [0.46, 28], as a sum of two floats."""
    if z < 3.0:
        if z < 1.0:
            c, c_low, t, coefficients = 0.5069376502931449, -5.362e-17, z - 0.75, _NEAR
        elif z < 2.0:
            c, c_low, t, coefficients = 0.3215854164543175, 1.701e-17, z - 1.5, _MIDDLE
        else:
            c, c_low, t, coefficients = 0.2108063640611436, -5.726e-18, z - 2.5, _FAR
        s = t * horner(coefficients, t)
        r = c + s
        return r, ((c - r) + s) + c_low
    u = 1.0 / (z * z)
    s = u * horner(_TAIL, u)
    p = 0.5641895835477563 + s
    r = p / z
    return r, (((0.5641895835477563 - p) + s) - 1.33e-17 - product_error(r, z, p)) / z


def _tail(c: float, z: float, p: float, low: float) -> float:
    """c * erfc(z) for z in [0.46, 28], given z**2 as -p - low."""
    r, r_low = erfcx(z)
    if p < -690.0:
        return times_exp(c * r, p, low + r_low / r)
    e = _exp(p)
    q = r * e
    return c * (q + (product_error(r, e, q) + e * (r * low + r_low)))


def erf(x: float) -> float:
    return _erf(x)


def erfc(x: float) -> float:
    if x > 0.46:
        if x > 28.0:
            return 0.0
        p = x * x
        return _tail(1.0, x, -p, -product_error(x, x, p))
    return 1.0 - _erf(x)


def normal_tail(c: float, x: float) -> float:
    """c times the normal distribution function at x in [-39, -0.66]."""
    p = x * x
    return _tail(0.5 * c, -ROOT_HALF * x, -0.5 * p, -0.5 * product_error(x, x, p))


def normal_cdf(x: float) -> float:
    if x < -0.66:
        return normal_tail(1.0, x) if x > -39.0 else 0.0
    return 0.5 + 0.5 * _erf(ROOT_HALF * x)


def gelu(x: float) -> float:
    """x times the normal distribution function."""
    if x < -0.66:
        return normal_tail(x, x) if x > -39.0 else -0.0
    return x * (0.5 + 0.5 * _erf(ROOT_HALF * x))


def gelu_slope(x: float) -> float:
    if x > -0.3:
        if x > 40.0:
            return 1.0
        return 0.5 + 0.5 * _erf(ROOT_HALF * x) + x * (PHI0 * _exp(-0.5 * x * x))
    if x > -1.4:
        t = (x - GELU_ZERO) - GELU_ZERO_LOW
        return t * (0.4314939923140469 + t * horner(DIP, t))
    if x > -40.0:
        p = x * x
        c = 0.5 * erfcx(-ROOT_HALF * x)[0] + PHI0 * x
        return times_exp(c, -0.5 * p, -0.5 * product_error(x, x, p))
    return x if isnan(x) else -0.0


def silu(x: float) -> float:
    """x * sigmoid(x)."""
    try:
        y = x / (1.0 + _exp(-x))
    except OverflowError:
        return times_exp(x, x, 0.0)
    return -0.0 if x == -inf else y


def silu_slope(x: float) -> float:
    if x < 0.0:
        t = (x - SILU_ZERO) - SILU_ZERO_LOW
        return sigmoid_slope(t + EXP_SILU_ZERO * _expm1(t), x)  # 1 + x + exp(x), from terms of one sign
    if x > 800.0:
        return 1.0
    return sigmoid(x) * (1.0 + x * sigmoid(-x))
