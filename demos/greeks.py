"""Option Greeks: a price written for one option, in scalars; its derivatives over a million options.

A Greek is a derivative of the price C: delta ∂C/∂S, dual delta ∂C/∂K, theta -∂C/∂T, rho ∂C/∂r, vega ∂C/∂σ; gamma
∂²C/∂S² and vanna ∂²C/∂S∂σ. No formula for any of them is in the code that is compiled. Letters: S spot, K strike, T years to expiry,
r interest rate, sigma volatility; Φ the normal distribution.
"""

import inspect
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import exp, log, normal_cdf, sqrt

NAMES = ("S", "K", "T", "r", "sigma")
GREEKS = ("price", "delta", "dual delta", "theta", "rho", "vega", "gamma", "vanna")
SIGNS = np.array([1, 1, -1, 1, 1])  # theta is what a day that passes does: T falls
TABLE = {
    "at the money": (100.0, 100.0, 1.0, 0.03, 0.20),
    "in the money": (120.0, 100.0, 0.5, 0.03, 0.25),
    "out of the money": (100.0, 120.0, 0.5, 0.03, 0.25),
    "one week left": (100.0, 101.0, 7 / 365, 0.03, 0.18),
    "ten years left": (100.0, 150.0, 10.0, 0.04, 0.30),
}


def call(S: Any, K: Any, T: Any, r: Any, sigma: Any) -> Any:
    """The price of one European call (Black and Scholes, 1973)."""
    spread = sigma * sqrt(T)
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / spread
    d2 = d1 - spread
    return S * normal_cdf(d1) - K * exp(-r * T) * normal_cdf(d2)


def by_program(fast: autograd.Compiled, options: list[Any]) -> list[Any]:
    """Price and Greeks, a row an option: a gradient, and the Hessian times a step of 1 in each option's own S."""
    price, gradient = fast.value_and_grad(*options, argnums=(0, 1, 2, 3, 4))
    ones = np.ones(len(price))
    return [price, *(s * g for s, g in zip(SIGNS, gradient)), *second_order(fast, options)]


def by_formula(S: Any, K: Any, T: Any, r: Any, sigma: Any) -> list[Any]:
    """The same from the textbook's formulas, in NumPy."""
    cdf = np.vectorize(lambda x: math.erfc(-x / math.sqrt(2)) / 2)
    spread, kept = sigma * np.sqrt(T), K * np.exp(-r * T)
    d1 = np.log(S / K) / spread + (r / sigma + sigma / 2) * np.sqrt(T)
    d2 = d1 - spread
    density = np.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi)
    return []
