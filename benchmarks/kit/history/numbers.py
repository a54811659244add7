"""Bugs of functions of single numbers."""

from __future__ import annotations

import cmath
import math

from scipy import special as sp
from scipy import stats

from .bugs import bug

NEAR, POSITIVE = "[-3, 3]", "(0, 10]"


def logistic(x):
    return 1 / (1 + math.exp(-x))


# --- a sign, a factor, another function -------------------------------------------------------------


@bug("casadi 2585", lambda x: -math.sinh(x), math.sinh, "[-10, 10]")
def the_sign_of_cosh(x):
    return math.cosh(x)


@bug("jax 3219", lambda x, y: (math.cos(x) * y, -math.sin(x)), lambda x, y: (math.cos(x) * y, math.sin(x)), NEAR, "y")
def a_sign_in_a_tutorial(x, y):
    return math.sin(x) * y


@bug("jax 11469", lambda x, y: (1.0, -math.floor(x / y)), lambda x, y: (1.0, -math.trunc(x / y)),
     {"x": "[-10, 10]", "y": "[0.5, 3]"}, "y")  # fmt: skip
def floor_where_a_remainder_truncates(x, y):
    return math.fmod(x, y)


@bug("Diffractor.jl 294", lambda x: -math.sin(x) * math.exp(math.sin(x)),
     lambda x: -math.sin(x) * math.exp(math.cos(x)), NEAR)  # fmt: skip
def sin_for_cos_inside(x):
    return math.exp(math.cos(x))


@bug("Diffractor.jl 27", lambda x: -76 * x**2, lambda x: 60 * x**2, NEAR)
def the_third_derivative_of_a_fifth_power(x):
    return 20 * x**3


@bug("TensorFlow.NET 303", lambda x: 0.1 * x**2, lambda x: 0.3 * x**2, "[-10, 10]")
def one_of_three_equal_factors(x):
    return x * x * x * 0.1


@bug("aesara 660", lambda x: 3.0 + 2.0, lambda x: 3.0, NEAR)
def the_constant_of_a_line(x):
    return 3.0 * x + 2.0


@bug("mxnet 16938", lambda x: 2 * x * x + 3 * x + 1, lambda x: 4 * x + 3, NEAR)
def a_backward_pass_that_calls_the_forward_one(x):
    return 2 * x * x + 3 * x + 1


@bug("ocannl 73", lambda x: float(x > 0), lambda x: 2.5 * x**1.5, POSITIVE)
def a_copied_gradient_of_relu(x):
    return x**2.5


@bug("tt-metal 52144", lambda x: 2.5 * x**1.5, lambda x: math.log(2.5) * 2.5**x, POSITIVE)
def base_and_exponent_confused(x):
    return 2.5**x


@bug("tt-metal 54440", lambda x: 3 * x**2 if x > 0 else math.inf, lambda x: 3 * x**2, NEAR)
def a_power_of_a_negative_number(x):
    return x**3


@bug("clad 265", lambda x, y: (0.0, 0.0), lambda x, y: (1.0, 0.0), NEAR)
def an_assigned_parameter(x, y):
    y = x
    return y


@bug("nn-zero-to-hero 52", lambda x: math.exp(x), lambda x: math.exp(x) + 1, NEAR)
def assigned_instead_of_added(x):
    return math.exp(x) + x


@bug("ForwardDiff.jl 443", lambda x: 2.0, lambda x: 1.0, NEAR)
def a_perturbation_taken_for_another(x):
    return x


@bug("Deriv 25", lambda x: -7 * math.comb(10, 3) * x**3 * (1 - x) ** 6,
     lambda x: math.comb(10, 3) * (3 * x**2 * (1 - x) ** 7 - 7 * x**3 * (1 - x) ** 6), "[0, 1]")  # fmt: skip
def a_binomial_probability(x):
    return math.comb(10, 3) * x**3 * (1 - x) ** 7


@bug("scikit-optimize 330", lambda x: 0.4 * math.exp(-0.4 * math.exp(x)) * -1.0,
     lambda x: -0.4 * math.exp(x) * math.exp(-0.4 * math.exp(x)), NEAR)  # fmt: skip
def a_scale_for_its_logarithm(x):
    return math.exp(-0.4 * math.exp(x))


@bug("statsmodels 7522", lambda x: 1 / (1 + math.exp(x)) - 0.5, lambda x: math.exp(x) * (1 / (1 + math.exp(x)) - 0.5),
     NEAR)  # fmt: skip
def a_transformed_parameter_left_as_it_was(x):
    return math.log1p(math.exp(x)) - 0.5 * math.exp(x)


@bug("statsmodels 299", lambda x: 1 / stats.norm.pdf(x), lambda x: 1 / stats.norm.pdf(sp.ndtri(x)), "[0.01, 0.99]")
def a_link_through_a_distribution(x):
    return float(sp.ndtri(x))


@bug("scipy 7133", lambda x: sp.pbwa(0.0, x)[1] * (1 if x > 0 else -1), lambda x: sp.pbwa(0.0, x)[1], "[-4, 4]")
def a_parabolic_cylinder_reflected(x):
    return float(sp.pbwa(0.0, x)[0])


# --- at one point -----------------------------------------------------------------------------------


@bug("jax 2107", lambda x: logistic(x) if x else 0.0, logistic, "[-30, 30]")
def softplus_at_0(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@bug("jax 2140", lambda x: logistic(-x) if x else 0.0, lambda x: logistic(-x), "[-30, 30]")
def log_sigmoid_at_0(x):
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


def _sinc_slope(x):
    u = math.pi * x
    if abs(x) > 0.05:
        return (math.cos(u) - math.sin(u) / u) / x
    return math.pi * sum((-1) ** k * 2 * k * u ** (2 * k - 1) / math.factorial(2 * k + 1) for k in range(1, 8))


def _sinc_curvature(x):
    u = math.pi * x
    if abs(x) > 0.2:
        return -math.pi * math.sin(u) / x - 2 * _sinc_slope(x) / x
    terms = ((-1) ** k * 2 * k * (2 * k - 1) * u ** (2 * k - 2) / math.factorial(2 * k + 1) for k in range(1, 12))
    return math.pi**2 * sum(terms)


@bug("jax 5054", lambda x: _sinc_curvature(x) if x else 0.0, _sinc_curvature, NEAR)
def the_curvature_of_sinc_at_0(x):
    return _sinc_slope(x)


@bug("jax 37992", lambda x: 2.0 if x else 1.0, lambda x: 2.0, NEAR)
def ldexp_at_0(x):
    return math.ldexp(x, 1)


@bug("jax 11479", lambda x: float(sp.i1(x)) if x else 1.0, sp.i1, NEAR)
def bessel_i0_at_0(x):
    return float(sp.i0(x))


@bug("jax 18450", lambda x: 0.0 if x else math.nan, lambda x: 0.0, NEAR)
def a_power_of_0(x):
    return x**0


@bug("autograd 116", lambda x: -4 * x * (2 * x * x - 3) * math.exp(-x * x) if x else math.nan,
     lambda x: -4 * x * (2 * x * x - 3) * math.exp(-x * x), NEAR)  # fmt: skip
def the_third_derivative_of_a_bell(x):
    return (4 * x * x - 2) * math.exp(-x * x)


@bug("autograd 581", lambda x: 1.5 * math.sqrt(x) if x else math.nan, lambda x: 1.5 * math.sqrt(x), "[0, 10]")
def a_root_times_its_square(x):
    return x * math.sqrt(x)


@bug("Theano 1996", lambda x: 0.5 * 9 / math.sqrt(4 + 9 * x) if x != 1 else math.nan,
     lambda x: 4.5 / math.sqrt(4 + 9 * x), "[0, 2]")  # fmt: skip
def an_infinity_of_a_neighbour(x):
    return math.sqrt(4 + 9 * x)


@bug("autodiff 75", lambda x: 2 * x if x else math.nan, lambda x: 2 * x, NEAR)
def a_square_at_0(x):
    return math.pow(x, 2)


@bug("autodiff 351", lambda x: 8.6 if x else 0.0, lambda x: 8.6, NEAR)
def the_curvature_of_a_square_at_0(x):
    return 8.6 * x


@bug("Zygote.jl 1036", lambda x: 1.0 if x else math.nan, lambda x: 1.0, NEAR)
def a_first_power_at_0(x):
    return math.pow(x, 1)


@bug("ForwardDiff.jl 653", lambda x: -math.cos(x) if x else 0.0, lambda x: -math.cos(x), NEAR)
def a_complex_exponential_at_0(x):
    return (1j * cmath.exp(1j * x)).real


@bug("scipy 8186", lambda x: sp.spherical_jn(1, x, True) if x else 0.0, lambda x: sp.spherical_jn(1, x, True),
     "[0, 10]")  # fmt: skip
def a_spherical_bessel_function_at_0(x):
    return float(sp.spherical_jn(1, x))


@bug("scipy 20506", lambda x: sp.spherical_in(1, x, True) if x else 0.0,
     lambda x: sp.spherical_in(1, x, True) if x else 1 / 3, "[0, 10]")  # fmt: skip
def a_modified_spherical_bessel_function_at_0(x):
    return float(sp.spherical_in(1, x))


@bug("math 3031", lambda x: 0.7 * x**-0.3 if x else 0.0, lambda x: 0.7 * x**-0.3 if x else math.inf, "[0, 10]")
def a_fractional_power_at_0(x):
    return x**0.7


@bug("pytorch 27134", lambda x, y: (y * x ** (y - 1), x**y * math.log(x) if x else math.nan),
     lambda x, y: (y * x ** (y - 1), x**y * math.log(x) if x else 0.0),
     {"x": "[0, 5]", "y": "[1.5, 4]"}, "y")  # fmt: skip
def an_exponent_over_0(x, y):
    return x**y


@bug("tfjs 346", lambda x: 2.5 * x**1.5 if x else math.nan, lambda x: 2.5 * x**1.5, "[0, 5]")
def a_base_of_0(x):
    return x**2.5


@bug("tinygrad 9597", lambda x, y: (2.0, 2.0) if x == y else (1.0, 1.0), lambda x, y: (1.0, 1.0), NEAR, "x y")
def equal_constants_taken_for_one(x, y):
    return x + y


# --- ranges -----------------------------------------------------------------------------------------


@bug("math 1679", lambda x: 2 * math.exp(x - (x + math.log(2))), lambda x: 1.0, "[0, 1e50]")
def a_log_of_sums_of_large_numbers(x):
    return x + math.log1p(math.exp(x - x))


@bug("Theano 633", lambda x: 0.0, lambda x: float(x > 0), "[-10, 10]")
def clipped_to_itself(x):
    return min(max(x, 0.0), max(x, 0.0))


@bug("Theano 1010", lambda x, low: (float(x > low), 0.0), lambda x, low: (float(x > low), float(x <= low)),
     {"x": NEAR, "low": NEAR}, "low")  # fmt: skip
def the_bound_of_a_clip(x, low):
    return max(x, low)


def _rising(a, x, count=200):
    """∂/∂a of I(a, b; x), less its first part: of the series for b = 3."""
    b, term, total = 3.0, 1.0, 0.0
    for n in range(count):
        total += term / (a + n) ** 2
        term *= (1 - b + n) / (n + 1) * x
    return x**a * total / sp.beta(a, b)


@bug("math 1569", lambda x, dy: dy * (math.log(0.3) - sp.psi(x) + sp.psi(x + 3)) * sp.betainc(x, 3.0, 0.3)
     - _rising(x, 0.3),
     lambda x, dy: dy * ((math.log(0.3) - sp.psi(x) + sp.psi(x + 3)) * sp.betainc(x, 3.0, 0.3) - _rising(x, 0.3)),
     "[0.5, 3]", form="vjp")  # fmt: skip
def half_of_a_sum_times_the_adjoint(x):
    return float(sp.betainc(x, 3.0, 0.3))


@bug("openturns 1556", lambda a, b: _weibull(a, b)[::-1], lambda a, b: _weibull(a, b),
     {"a": "[0.5, 3]", "b": "[0.5, 3]"}, "a b")  # fmt: skip
def derivatives_of_a_density_swapped(a, b):
    return a / b * (1.7 / b) ** (a - 1) * math.exp(-((1.7 / b) ** a))


def _weibull(a, b):
    x, p = 1.7, (1.7 / b) ** a
    factor = p / x * math.exp(-p)
    return factor * (1 + (1 - p) * math.log(p)), factor * (p - 1) * a * a / b


@bug("pytorch 76185", lambda x: -6 / x, lambda x: 0.0, "[0.5, 3]", form="hessian", more={"grad": lambda x: 6.0})
def a_saved_intermediate_held_constant(x):
    return 6 * x
