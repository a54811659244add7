"""Errors with uniform messages: training that diverges, and options with invalid values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

ACTIVATIONS = ("ReLU", "LeakyReLU", "Tanh", "Sigmoid", "Softplus", "SiLU", "GELU")
OURS = {  # by names in PyTorch and scikit-learn
    **{name: f"nn.Activation('{name.lower().replace('leaky', 'leaky_')}')" for name in ACTIVATIONS},
    "Softmax": "autograd.softmax",
    "Parameter": "autograd.Value",
    "ModuleList": "list",
    "MultiheadAttention": "nn.Attention",
    "MSELoss": "nn.squared_error",
    "mse_loss": "nn.squared_error",
    "CrossEntropyLoss": "nn.cross_entropy",
    "BCEWithLogitsLoss": "nn.cross_entropy",
    "optim": "nn.Adam",
    "Ridge": "nn.LinearRegression(l2=0.1)",
    "Lasso": "nn.LinearRegression(l1=0.1)",
    "ElasticNet": "nn.LinearRegression(l1=0.1, l2=0.1)",
    "LinearSVC": "nn.LinearSVM",
    "LinearDiscriminantAnalysis": "nn.GaussianClassifier(covariance='shared')",
    "QuadraticDiscriminantAnalysis": "nn.GaussianClassifier(covariance='separate')",
}


class Diverged(ArithmeticError):
    """Training produced a number that is not finite; the message gives the step, the loss and the learning rate η.

    >>> print(Diverged(3, float("inf"), 0.5))
    training diverged at step 3: the loss is inf, with learning rate η = 0.5 (a smaller one, or standardised features?)
    >>> print(Diverged(0, 2.5, 0.1, "the gradient"))
    training diverged at step 0: the gradient is not finite, the loss is 2.5, with learning rate η = 0.1
    """

    def __init__(self, step: int, loss: float | None, rate: float | None, what: str = "") -> None:
        super().__init__(step, loss, rate, what)
        self.step, self.loss, self.rate, self.what = step, loss, rate, what

    def __str__(self) -> str:
        told = [f"{self.what} is not finite"] if self.what else []
        told += [f"the loss is {self.loss:.6g}"] if self.loss is not None else []
        told += [f"with learning rate η = {self.rate:.6g}"] if self.rate is not None else []
        advice = " (a smaller one, or standardised features?)" if self.step and self.rate is not None else ""
        advice = advice if not self.what else ""
        return f"training diverged at step {self.step}: {', '.join(told)}{advice}"


def no_attribute(module: Any, name: str) -> AttributeError:
    """The error for a name that `nn` does not have; for a name of another library, it gives the equivalent in `nn`.

    >>> print(no_attribute(None, "ReLU"))
    module 'nn' has no attribute 'ReLU': write nn.Activation('relu')
    """
    instead = f": write {OURS[name]}" if name in OURS else ""
    return AttributeError(f"module 'nn' has no attribute {name!r}{instead}", name=name, obj=module)


def require(name: str, value: Any, holds: bool, what: str) -> None:
    """Raise ValueError `name must be what, got value` unless `holds`.

    >>> require("rate", 0.1, True, "above 0")
    """
    if not holds:
        raise ValueError(f"{name} must be {what}, got {value!r}")


def require_rate(rate: Any) -> None:
    """Raise ValueError unless `rate` is a learning rate η: above 0 and finite.

    >>> require_rate(0.1)
    """
    require("rate", rate, 0 < rate < math.inf, "above 0 and finite")


def require_count(name: str, value: Any, least: int) -> None:
    """Raise ValueError unless `value` is a whole number, `least` or more.

    >>> require_count("steps", 3, 1)
    """
    holds = hasattr(value, "__index__") and not isinstance(value, bool) and value.__index__() >= least
    require(name, value, holds, f"a whole number, {least} or more")


def require_one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Raise ValueError unless `value` is one of the allowed names.

    >>> require_one_of("covariance", "shared", ("shared", "separate"))
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")


def numbers_of(layer: Any, x: Any) -> list[Any]:
    """The numbers of one row, as a list for a layer; TypeError if x is not a sequence, or contains lists.

    >>> numbers_of("LayerNorm(2)", (1.0, 2.0))
    [1.0, 2.0]
    """
    found = list(x) if isinstance(x, Iterable) else None
    if found is None or any(isinstance(v, (list, tuple)) or getattr(v, "ndim", 0) for v in found):
        given = f"{x!r:.30}" if found is None else "rows of them: call it for each row"
        raise TypeError(f"{layer!r} takes a list of numbers, got {given}")
    return found
