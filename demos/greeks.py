"""Option Greeks: a price written in scalars for one option, and its derivatives for a million options.

A Greek is a derivative of the price C: delta ∂C/∂S, dual delta ∂C/∂K, theta -∂C/∂T (time passes, T falls), rho ∂C/∂r,
vega ∂C/∂σ, gamma ∂²C/∂S², vanna ∂²C/∂S∂σ. Letters: S spot, K strike, T years to expiry, r interest rate, sigma
volatility.
"""

import inspect
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import exp, log, normal_cdf, sqrt

GREEKS = ("price", "delta", "dual delta", "theta", "rho", "vega", "gamma", "vanna")
OPTIONS = {  # S, K, T, r, sigma
    "at the money": (100.0, 100.0, 1.0, 0.03, 0.20),
    "in the money": (120.0, 100.0, 0.5, 0.03, 0.25),
    "out of the money": (100.0, 120.0, 0.5, 0.03, 0.25),
    "a week to expiry": (100.0, 101.0, 7 / 365, 0.03, 0.18),
    "ten years to expiry": (100.0, 150.0, 10.0, 0.04, 0.30),
}
MARKET = ((80, 120), (80, 120), (0.1, 2), (0, 0.06), (0.1, 0.5))  # the ranges of the random options
FIVE = (0, 1, 2, 3, 4)
ROWS = 1_000_000


def call(S, K, T, r, sigma):
    """The price of one European call (Black and Scholes, 1973)."""
    spread = sigma * sqrt(T)
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / spread
    d2 = d1 - spread
    return S * normal_cdf(d1) - K * exp(-r * T) * normal_cdf(d2)


def derived(fast: Any, options: Any) -> list[Any]:
    """Price and Greeks, an array each: the gradient, and for gamma and vanna the Hessian times a step of 1 in S."""
    price, (dS, dK, dT, dr, dsigma) = fast.value_and_grad(*options, argnums=FIVE)
    step = (np.ones(len(price)), np.zeros(len(price)))
    return [price, dS, dK, -dT, dr, dsigma, *fast.hvp(*options, argnums=(0, 4), tangents=step)]


def textbook(S: Any, K: Any, T: Any, r: Any, sigma: Any) -> list[Any]:
    """The same by the closed formulas, derived by hand."""
    cdf = np.vectorize(lambda x: math.erfc(-x / math.sqrt(2)) / 2)
    spread, bond = sigma * np.sqrt(T), K * np.exp(-r * T)
    d1 = (np.log(S / K) + (r + sigma**2 / 2) * T) / spread
    d2 = d1 - spread
    density = np.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi)
    theta = -S * density * sigma / (2 * np.sqrt(T)) - r * bond * cdf(d2)
    first = [cdf(d1), -np.exp(-r * T) * cdf(d2), theta, T * bond * cdf(d2), S * density * np.sqrt(T)]
    return [S * cdf(d1) - bond * cdf(d2), *first, density / (S * spread), -density * d2 / sigma]


def seconds(task: Callable[[], Any]) -> float:
    """The run time of a task: the best of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Tell the story: the code, what the compiler makes of it, whether it is right, what it costs."""
    print(f"Written, for one option, in scalars:\n\n{inspect.getsource(call)}")
    fast = autograd.compile(call, rows=("S", "K", "T", "r", "sigma"))
    options = [np.array(column) for column in zip(*OPTIONS.values())]
    fast.value_and_grad(*options, argnums=FIVE)
    print(f"Compiled: the price and five Greeks in {fast.program.size} operations, as Python that can be read.")
    print("(ratio is division that never raises; scaled_exp(c, x, y) is c·exp(x·y), accurate in the far tails.)\n")
    print(fast.program.source())
    fast(*options)
    print(f"Each line is then one operation on an array of options. The price alone:\n\n{fast.rolled(None)}\n")

    found, wanted = derived(fast, options), textbook(*options)
    print(" " * 20 + "".join(f"{name:>12}" for name in GREEKS))
    for name, *numbers in zip(OPTIONS, *found):
        print(f"{name:20}" + "".join(f"{x:12.6f}" for x in numbers))
    error = max(float(np.max(np.abs(got / formula - 1))) for got, formula in zip(found, wanted))
    print(f"\nlargest relative error against the closed formulas: {error:.1e}\n")

    rng = np.random.default_rng(0)
    book = [rng.uniform(low, high, ROWS) for low, high in MARKET]
    print(f"{ROWS:,} random options:")
    tasks = (fast, lambda *book: fast.value_and_grad(*book, argnums=FIVE), lambda *book: derived(fast, book))
    for name, task in zip(("the price", "and five Greeks", "and gamma and vanna"), tasks):
        taken = seconds(lambda task=task: task(*book))
        print(f"  {name:20}{1e3 * taken:7.0f} ms, {ROWS / taken / 1e6:5.1f} million options a second")
    taken = ROWS * seconds(lambda: autograd.value_and_grad(call, FIVE)(*(float(column[0]) for column in book)))
    print(f"  not compiled, one option after the other, price and five Greeks would take {taken:.0f} s")


if __name__ == "__main__":
    main()
