"""The arguments of each program, the same for everyone; the peers' processes load this file, so it needs only NumPy."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from math import erf, exp, log, sqrt
from typing import Any

import numpy as np

ROWS = 1000
CALLS = {None: 16, ROWS: 4}  # inputs that take turns: for one set of parameters, and for rows


@dataclass(frozen=True)
class Case:
    """A program, what is differentiated, and its arguments at a size: a number of steps, layers, points or digits."""

    many: Callable[[int, int], list[Any]]  # of a size and n: arguments, those of rows with n of them
    argnums: tuple[int, ...]
    size: int
    static: tuple[str, ...]
    rows: tuple[str, ...]
    reduce: str | None = "sum"  # None: nothing that rows share is differentiated

    @property
    def name(self) -> str:
        """The program's."""
        return self.many.__name__

    def inputs(self, f: Callable[..., Any], rows: int | None, count: int, size: int | None = None) -> list[list[Any]]:
        """Arguments of f for so many calls, all of them other ones; without rows, each is for one set of parameters."""
        names = inspect.signature(f).parameters
        arguments = self.many(self.size if size is None else size, count * (rows or 1))
        return [
            [part(a, k, rows) if name in self.rows else a for name, a in zip(names, arguments, strict=False)]
            for k in range(count)
        ]


def part(array: Any, k: int, rows: int | None) -> Any:
    """The k-th block of rows, or the k-th row."""
    if rows is not None:
        return array[k * rows : (k + 1) * rows]
    return float(array[k]) if array.ndim == 1 else array[k]


# --- arguments at a size, with n rows --------------------------------------------------------------


def rng(seed: int) -> np.random.Generator:
    """A generator of its own for every array or program."""
    return np.random.default_rng(seed)


def lotka_volterra(steps: int, n: int) -> list[Any]:
    theta = np.array([1.1, 0.4, 0.4, 0.1]) * rng(2).uniform(0.95, 1.05, (n, 4))
    return [theta, np.abs(rng(3).normal(5, 2, (n, 20, 2))), steps]


def van_der_pol(digits: int, n: int) -> list[Any]:
    return [np.array([3.0, 2.0, 0.0]) * rng(2).uniform(0.9, 1.1, (n, 3)), rng(3).normal(0, 1, (n, 2)), 10.0**-digits]


def normal_cdf(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


def implied_volatility(_: int, n: int) -> list[Any]:
    """Prices by the formula, from volatilities that the program has to find."""
    r = rng(4)
    S, K, T, sigma = r.uniform(80, 120, n), r.uniform(80, 120, n), r.uniform(0.5, 2, n), r.uniform(0.15, 0.4, n)
    rate = r.uniform(0, 0.05, n)
    price = []
    for s, k, t, v, q in zip(S, K, T, sigma, rate, strict=True):
        d1 = (log(s / k) + (q + v * v / 2) * t) / (v * sqrt(t))
        price.append(s * normal_cdf(d1) - k * exp(-q * t) * normal_cdf(d1 - v * sqrt(t)))
    return [np.array(price), S, K, rate, T]


def american_put(steps: int, n: int) -> list[Any]:
    return [np.array([100.0, 105.0, 0.05, 0.25, 1.0]) * rng(5).uniform(0.9, 1.1, (n, 5)), steps]


def series(steps: int, n: int) -> list[Any]:
    """What goes into a recurrent network, and what it should predict."""
    xs = rng(6).normal(0, 1, (n, steps))
    return [xs, np.tanh(np.cumsum(xs, -1) * 0.3)]


def elman(steps: int, n: int) -> list[Any]:
    r, h = rng(7), 8
    weights = [r.normal(0, 0.5, h), r.normal(0, 0.3, (h, h)), np.zeros(h), r.normal(0, 0.5, h), 0.1]
    return weights + series(steps, n)


def lstm(steps: int, n: int) -> list[Any]:
    r, h = rng(8), 8
    weights = [r.normal(0, 0.5, (4, h)), r.normal(0, 0.3, (4, h, h)), np.zeros((4, h)), r.normal(0, 0.5, h), 0.1]
    return weights + series(steps, n)


def hmm(steps: int, n: int) -> list[Any]:
    r, k = rng(9), 5
    logits, start, log_sds = r.normal(0, 1, (k, k)), r.normal(0, 1, k), r.normal(-0.5, 0.1, k)
    return [logits, start, np.linspace(-2, 2, k), log_sds, rng(10).normal(0, 1.5, (n, steps))]


def kalman(steps: int, n: int) -> list[Any]:
    return [np.array([-2.0, -4.0, -1.0]), np.cumsum(rng(11).normal(0.05, 0.5, (n, steps)), 1)]


def garch(steps: int, n: int) -> list[Any]:
    return [np.array([0.0005, 2e-6, 0.08, 0.9]), rng(13).standard_t(6, (n, steps)) * 0.01]


def tax_error(_: int, n: int) -> list[Any]:
    income = rng(14).lognormal(3.2, 0.8, n)
    return [np.array([0.1, 0.2, 0.3, 0.42]), np.array([12.0, 30.0, 80.0]), income, income * 0.2]


def bouncing_ball(steps: int, n: int) -> list[Any]:
    theta = np.array([0.8, 9.81, 3.0, 0.5]) * rng(15).uniform(0.9, 1.1, (n, 4))
    return [theta, rng(16).uniform(0, 2, n), steps]


def n_body(steps: int, n: int) -> list[Any]:
    r = rng(17)
    masses, x, v = r.uniform(0.5, 1.5, 5), r.normal(0, 1.5, (5, 3)), r.normal(0, 0.4, (5, 3))
    r = rng(18)
    rows = [mean + r.normal(0, 0.05, (n, 5, 3)) for mean in (x, v)]
    return [masses, *rows, r.normal(0, 1.5, (n, 5, 3)), steps]


def asian_knock_out(steps: int, n: int) -> list[Any]:
    return [100.0, 100.0, 0.03, 0.25, 1.0, 140.0, rng(19).normal(0, 1, (n, steps))]


def soft_dtw(size: int, n: int) -> list[Any]:
    t = np.linspace(0, 6, size)
    noise = [rng(seed).normal(0, 0.1, (n, size)) for seed in (20, 21)]
    return [np.sin(t) + noise[0], np.sin(t + 0.5) + noise[1], 0.5]


def escape_time(limit: int, n: int) -> list[Any]:
    r = rng(22)
    return [r.uniform(-2, 0.5, n), r.uniform(-1.2, 1.2, n), limit]


def pharmacokinetics(steps: int, n: int) -> list[Any]:
    theta = np.array([1.2, 5.0, 30.0, 8.0, 60.0]) * rng(24).uniform(0.9, 1.1, (n, 5))
    seen_times, seen = tuple(np.linspace(1, 47, 24).tolist()), np.abs(rng(25).normal(2, 0.5, (n, 24)))
    return [theta, (0.0, 12.0, 24.0, 36.0), (100.0, 100.0, 150.0, 100.0), seen_times, seen, steps]


def viterbi(steps: int, n: int) -> list[Any]:
    return [rng(26).normal(0, 1, (5, 5)), rng(27).normal(0, 1, (n, steps, 5))]


def early_exit(layers: int, n: int) -> list[Any]:
    r, h = rng(28), 8
    W, b, v = r.normal(0, 0.6, (layers, h, h)), r.normal(0, 0.1, (layers, h)), r.normal(0, 1.2, (layers, h))
    x = r.normal(0, 1, (n, h))
    return [W, b, v, np.zeros(layers), x, (x.sum(1) > 0) * 1.0]


TIMES = ("dose_times", "doses", "seen_times", "steps")
CASES = {  # by the letter of its section in programs.py
    "a": Case(lotka_volterra, (0,), 1000, ("steps",), ("theta", "data"), None),
    "b": Case(van_der_pol, (0,), 6, ("tol",), ("theta", "target"), None),
    "c": Case(implied_volatility, (0, 1, 2, 3, 4), 0, (), ("price", "S", "K", "r", "T"), None),
    "d": Case(american_put, (0,), 200, ("steps",), ("theta",), None),
    "e": Case(elman, (0, 1, 2, 3, 4), 100, (), ("xs", "ys")),
    "e2": Case(lstm, (0, 1, 2, 3, 4), 100, (), ("xs", "ys")),
    "f": Case(hmm, (0, 1, 2, 3), 500, (), ("ys",)),
    "g": Case(kalman, (0,), 1000, (), ("ys",)),
    "h": Case(garch, (0,), 2000, (), ("returns",)),
    "i": Case(tax_error, (0, 1), 0, (), ("income", "paid")),
    "j": Case(bouncing_ball, (0,), 1000, ("steps",), ("theta", "target"), None),
    "k": Case(n_body, (0, 2), 500, ("steps",), ("positions", "velocities", "target")),
    "l": Case(asian_knock_out, (0, 1, 2, 3, 4), 50, (), ("normals",), "mean"),
    "m": Case(soft_dtw, (0,), 100, ("gamma",), ("x", "y"), None),
    "n": Case(escape_time, (0, 1), 200, ("limit",), ("cx", "cy"), None),
    "o": Case(pharmacokinetics, (0,), 480, TIMES, ("theta", "seen"), None),
    "p": Case(viterbi, (0,), 500, (), ("scores",)),
    "q": Case(early_exit, (0, 1, 2, 3), 4, (), ("x", "y"), "mean"),
}
