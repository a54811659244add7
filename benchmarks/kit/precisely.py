"""What mpmath says where a function of a library is flagged: each is a defect of that library, or of the kit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.testing import GradientMismatch
from autograd.testing.oracles.precise import context, precise_derivative, precise_value
from benchmarks.kit.textbook import Row

mp = context()
ROUNDING = 1e-11  # relative to f


def _remainder(x: Any) -> Any:
    return mp.mpf(2.5) - mp.floor(mp.mpf(2.5) / x) * x


def _power(base: float) -> Callable[[Any], Any]:
    return lambda x: (mp.mpf(base) ** x - 1) / x if x else mp.log(base)


def _beta_density(x: Any) -> Any:
    return x**1.5 * mp.sqrt(1 - x) / mp.beta(2.5, 1.5) if 0 <= x <= 1 else mp.mpf(0)


FORMULAS: dict[str, Callable[[Any], Any]] = {
    "hyperu": lambda x: mp.hyperu(1.5, 0.5, x),
    "torch_nn_functional_hardsigmoid_x": lambda x: min(max(x + 3, mp.mpf(0)), mp.mpf(6)) / 6,
    "torch_fmod_2_5_x": _remainder,
    "autograd_numpy_mod_2_5_x": _remainder,
    "jax_scipy_special_i0_x": lambda x: mp.besseli(0, x),
    "jax_scipy_special_boxcox_2_5_x": _power(2.5),
    "jax_scipy_special_boxcox1p_2_5_x": _power(3.5),
    "jax_scipy_stats_beta_pdf_x_2_5_1_5": _beta_density,
}


def by_mpmath(row: Row, mismatch: GradientMismatch) -> str:
    """What a derivative of the table is at the point of a mismatch, and whether f itself is off, from fifty digits."""
    if row.name not in FORMULAS or mismatch.check is None:
        return ""
    (x,) = mismatch.point.values()
    exact, value = precise_derivative(FORMULAS[row.name], [x]), precise_value(FORMULAS[row.name], [x])
    if exact is None or value is None:
        return ""
    sides = f"{exact.left!r} on the left, {exact.right!r} on the right"
    found = f"by mpmath it is {sides if exact.value is None else exact.value} at {x!r}"
    error = abs(row.f(x) - value)
    return f"{found}, and f is off by {error:.1e}" if error > ROUNDING * abs(value) else found
