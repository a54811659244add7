"""The uncertainty of estimates: standard errors, z, p and confidence intervals from the exact Hessian."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import NormalDist
from typing import Any

import numpy as np

from nn.errors import require, require_one_of
from nn.objective import Objective
from nn.training import as_rows

RESTING = 1e-3  # standard errors
SINGULAR = 1e-13  # relative to the largest curvature, in units in which each is 1: a smaller one counts as 0
SHARE = 1e-3  # of a direction of length 1: a parameter with a smaller share does not take part


@dataclass(frozen=True, eq=False)
class Summary:
    """A row for each parameter; as text, it is the table that statistics packages print.

    `covariance` is that of the estimates. `freedom`, if given, is the degrees of freedom of Student's t; without it, z
    is normal. `low` and `high` bound the confidence interval of this `level`.

    >>> Summary(("w",), np.array([2.0]), np.array([[0.25]])).p.round(9).tolist()
    [6.3342e-05]
    """

    names: tuple[str, ...]
    estimate: Any
    covariance: Any
    freedom: int | None = None
    level: float = 0.95

    @property
    def error(self) -> Any:
        """The standard errors."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def z(self) -> Any:
        """The estimates in units of their standard errors."""
        with np.errstate(divide="ignore", invalid="ignore"):  # an exact fit has errors of 0
            return self.estimate / self.error

    @property
    def p(self) -> Any:
        """The probability of a |z| at least as large if the parameter is 0."""
        if self.freedom is None:
            return np.array([math.erfc(abs(z) / math.sqrt(2)) for z in self.z])
        return 2 * _student().stdtr(self.freedom, -np.abs(self.z))

    @property
    def low(self) -> Any:
        """The lower bounds of the confidence intervals."""
        return self.estimate - self._width * self.error

    @property
    def high(self) -> Any:
        """The upper bounds of the confidence intervals."""
        return self.estimate + self._width * self.error

    @property
    def _width(self) -> float:
        upper = (1 + self.level) / 2
        if self.freedom is None:
            return NormalDist().inv_cdf(upper)
        return float(_student().stdtrit(self.freedom, upper))

    def __repr__(self) -> str:
        wide = max(map(len, self.names))
        heads = self._heads()
        lines = [" " * wide + "".join(f"{head:>16}" for head in heads)]
        lines += [f"{name:<{wide}}" + "".join(f"{cell:>16}" for cell in cells) for name, *cells in self._cells()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The HTML table that a notebook shows."""
        heads = "".join(f"<th>{head}</th>" for head in ("", *self._heads()))
        rows = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>" for cells in self._cells())
        return f"<table><tr>{heads}</tr>{rows}</table>"

    def _heads(self) -> list[str]:
        tail = f"{50 * (1 - self.level):g} %", f"{50 * (1 + self.level):g} %"
        return ["estimate", "standard error", "z" if self.freedom is None else "t", "p", *tail]

    def _cells(self) -> list[list[str]]:
        numbers = np.column_stack([self.estimate, self.error, self.z, self.p, self.low, self.high])
        return [[name, *(f"{number:.5g}" for number in line)] for name, line in zip(self.names, numbers)]


def summary(
    objective: Objective, *rows: Any, theta: Any = None, covariance: str = "hessian", level: float = 0.95
) -> Summary:
    """The uncertainty of parameters θ that minimise an objective, the mean of a negative log-likelihood over rows.

    By default, θ is the modules' current parameters. The covariance is the inverse of the exact Hessian or, with
    "sandwich", that inverse times the scatter of the rows' gradients times the inverse (Huber, 1967), which is valid
    even if the likelihood is not the true one. Raises ValueError if the Hessian is singular, or θ is not a minimum.

    >>> import nn, autograd
    >>> line = nn.Linear(1, rng=0)
    >>> poisson = nn.Objective(lambda line, x, y: autograd.exp(line(x)) - y * line(x), line)
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 1.0, 3.0, 4.0]
    >>> theta = nn.Newton().minimise(poisson, poisson.parameters, X, y)
    >>> print(summary(poisson, X, y, theta=theta))
                          estimate  standard error               z               p           2.5 %          97.5 %
    neurons.0.w[0]         0.52624         0.33323          1.5792         0.11428        -0.12687          1.1794
    neurons.0.b           -0.14517         0.77845        -0.18649         0.85206         -1.6709          1.3806
    """
    if len(rows) != len(objective.row_names):
        told = f"summary takes the data of its rows, {', '.join(objective.row_names)}, and parameters as theta="
        raise TypeError(f"{told}; got {len(rows)} arrays")
    theta = objective.parameters if theta is None else np.asarray(theta, dtype=float)
    arrays, n = as_rows(rows)
    H = np.asarray(objective.hessian(theta, *arrays))
    _, slopes = objective.compiled.value_and_grad(theta, *arrays)
    names = tuple(objective.names)
    return Summary(names, theta, of_likelihood(H, slopes, n, covariance, names), level=checked(level))


def checked(level: float) -> float:
    """The level of a confidence interval; ValueError unless it is between 0 and 1.

    >>> checked(0.9)
    0.9
    """
    require("level", level, 0 < level < 1, "between 0 and 1")
    return level


def of_likelihood(H: Any, slopes: Any, n: float, covariance: str, names: Sequence[str]) -> Any:
    """The covariance of the estimates, from the Hessian of the mean loss and the gradient of each row.

    >>> of_likelihood(np.array([[2.0]]), np.array([[1.0], [-1.0]]), 2, "hessian", ["w"]).tolist()
    [[0.25]]
    """
    require_one_of("covariance", covariance, ("hessian", "sandwich"))
    inverse, slope = _inverse(H, names), slopes.mean(axis=0)
    if (off := math.sqrt(n * float(slope @ inverse @ slope))) > RESTING:
        told = f"the estimates are still {off:.2g} of them away from a minimum on these rows"
        raise ValueError(f"no standard errors: {told}: train longer, if there is one")
    if covariance == "hessian":
        return inverse / n
    return inverse @ (slopes.T @ slopes) @ inverse / n**2


def _inverse(H: Any, names: Sequence[str]) -> Any:
    diagonal = np.diag(H)
    if not (diagonal > 0).all():
        raise ValueError(f"no standard errors: the loss has no curvature in {names[int(np.argmin(diagonal))]}")
    unit = 1 / np.sqrt(diagonal)
    scaled = unit[:, np.newaxis] * ((H + H.T) / 2) * unit
    curvatures, axes = np.linalg.eigh(scaled)
    if curvatures[0] <= SINGULAR * curvatures[-1]:
        free = ", ".join(name for name, part in zip(names, axes[:, 0]) if abs(part) > SHARE)
        raise ValueError(f"no standard errors: the Hessian is singular, so these are not determined together: {free}")
    return unit[:, np.newaxis] * np.linalg.inv(scaled) * unit


def _student() -> Any:
    try:
        from scipy import special  # type: ignore[import-untyped]  # SciPy has no types
    except ImportError:
        raise ImportError("Student's t needs SciPy: pip install scipy") from None
    return special
