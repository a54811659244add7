"""Optimisers: steps from parameters θ and the gradient g = ∂L/∂θ to better parameters, each as published.

An optimiser works on Values after `backward`, as in PyTorch: `optimiser = SGD(model.parameters(), rate=0.1)`, then
`optimiser.step()` and `optimiser.zero_grad()`. It also works on a flat array, like `Objective`:
`theta = SGD(rate=0.1).update(theta, g)`. `rate` is η: a number, or a schedule, which is a function of the number of
steps taken so far.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Self, TypedDict, Unpack

import numpy as np

from autograd import Value
from nn.errors import Diverged, require, require_rate
from nn.schedules import Schedule

OURS = {
    "lr": "rate",
    "learning_rate": "rate",
    "weight_decay": "decay",
    "eps": "epsilon",
}  # by names in other libraries


class Clipping(TypedDict, total=False):
    """Bounds on gradients: on the norm of the whole, and on the size of every number."""

    clip_norm: float | None
    clip_value: float | None


class Optimiser:
    """The base of all optimisers: rate, step count and running sums; a subclass defines the change of θ.

    Each takes `clip_value`, a bound to which every number of the gradient is clipped, and `clip_norm`, a norm to which
    the whole gradient is then scaled down if it is longer (Pascanu et al., 2013).

    >>> class Signs(Optimiser):
    ...     def change(self, theta, g, rate):
    ...         return -rate * np.sign(g)
    >>> Signs(rate=0.5).update([1.0, 2.0], [3.0, -0.1])
    array([0.5, 2.5])
    """

    def __new__(cls, *args: Any, **options: Any) -> Self:
        for name, ours in OURS.items():
            if name in options:
                raise TypeError(f"{cls.__name__} has no {name}=: write {ours}={options[name]!r}")
        return super().__new__(cls)

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Schedule,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        if not callable(rate):
            require_rate(rate)
        for name, bound in {"clip_norm": clip_norm, "clip_value": clip_value}.items():
            require(name, bound, bound is None or bound > 0, "above 0")
        self.parameters, self.rate, self.steps = _values(parameters), rate, 0
        self.clip_norm, self.clip_value = clip_norm, clip_value
        self._sums: dict[str, Any] = {}

    def __repr__(self) -> str:
        hidden = ("parameters", "steps", "_sums")
        options = {name: value for name, value in vars(self).items() if name not in hidden and value is not None}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in options.items())})"

    @property
    def current_rate(self) -> float:
        """η for the next step."""
        rate = float(self.rate(self.steps)) if callable(self.rate) else float(self.rate)
        require(f"the rate at step {self.steps}", rate, 0 <= rate < np.inf, "0 or more and finite")
        return rate

    def zero_grad(self) -> None:
        """Reset the gradient of every parameter."""
        for p in self.parameters:
            p.zero_grad()

    def step(self) -> None:
        """Update the data of the parameters from their `grad`; ValueError if the optimiser has no parameters."""
        if not self.parameters:
            made = f"{type(self).__name__}(model.parameters(), rate=…)"
            raise ValueError(f"{self!r} has no parameters to move: make {made}, or call update(θ, gradient)")
        theta = np.array([p.data for p in self.parameters], dtype=float)
        moved = self.update(theta, np.array([p.grad for p in self.parameters], dtype=float))
        for p, number in zip(self.parameters, moved.tolist()):
            p.data = number

    def update(self, theta: Any, gradient: Any) -> Any:
        """Return θ after one step, as a new array; ValueError for a wrong shape, Diverged if θ would not be finite."""
        theta, g = np.asarray(theta, dtype=float), np.asarray(gradient, dtype=float)
        if g.shape != theta.shape:
            raise ValueError(f"parameters of shape {theta.shape}, a gradient of shape {g.shape}")
        with np.errstate(all="ignore"):  # infinities and NaN are reported below
            moved = theta + self.change(theta, self._clipped(g), self.current_rate)
            finite = all(_are_finite(total) for total in (moved, *self._sums.values()))
        if not finite:
            raise Diverged(self.steps, None, self.current_rate, "the step to new parameters")
        self.steps += 1
        return moved

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        """The change of θ in this step."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """The state of the optimiser, apart from its options: its kind, the steps taken, and running sums.

        >>> Adagrad(rate=0.5).state_dict()
        {'optimiser': 'Adagrad', 'steps': 0, 'sums': {}}
        """
        sums = {name: total.copy() for name, total in self._sums.items()}
        return {"optimiser": type(self).__name__, "steps": self.steps, "sums": sums}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load a `state_dict`; raises KeyError or ValueError, and loads nothing, if it is of another kind of optimiser.

        >>> first, second = Adam(rate=0.1), Adam(rate=0.1)
        >>> theta = first.update([1.0], [3.0])
        >>> second.load_state_dict(first.state_dict())
        >>> second.update(theta, [0.5]) == first.update(theta, [0.5])
        array([ True])
        """
        if state.keys() != self.state_dict().keys():
            raise KeyError(f"a state of an optimiser has {', '.join(self.state_dict())}; got {', '.join(state)}")
        if state["optimiser"] != type(self).__name__:
            raise ValueError(f"{self!r} cannot load the state of {state['optimiser']}")
        sums = {name: np.array(total, dtype=float) for name, total in state["sums"].items()}
        shapes = {total.shape for total in sums.values()} | ({(len(self.parameters),)} if self.parameters else set())
        if sums and len(shapes) > 1:
            raise ValueError(f"{self!r} with {len(self.parameters)} parameters cannot load sums of shapes {shapes}")
        self.steps, self._sums = int(state["steps"]), sums

    def _clipped(self, g: Any) -> Any:
        """The gradient clipped to the bounds."""
        if self.clip_value is not None:
            g = np.clip(g, -self.clip_value, self.clip_value)
        if self.clip_norm is not None and g.any():
            largest = np.max(np.abs(g))
            length = largest * np.linalg.norm(g / largest)  # the squares alone could overflow
            g = g * min(1.0, self.clip_norm / length)
        return g

    def _sum(self, name: str, g: Any, keep: float, take: float) -> Any:
        """Update and return the named running sum: `keep` times itself plus `take` times g."""
        before = self._sums.get(name)
        if before is not None and before.shape != g.shape:
            raise ValueError(f"{self!r} has moved parameters of shape {before.shape}, not {g.shape}: make a new one")
        self._sums[name] = take * g if before is None else keep * before + take * g
        return self._sums[name]


def _values(parameters: Any) -> list[Value]:
    """The parameters as a list; TypeError if they are not Values."""
    values = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for p in values:
        if not isinstance(p, Value):
            raise TypeError(f"an optimiser moves Values, as model.parameters() gives them; got {p!r:.60}")
    return values


def _are_finite(numbers: Any) -> bool:
    """Whether all numbers are finite; most often, their sum shows it."""
    return math.isfinite(np.add.reduce(numbers, None)) or bool(np.isfinite(numbers).all())


class SGD(Optimiser):
    """θ ← θ - η g; with momentum μ, v ← μ v + g and θ ← θ - η v (Polyak, 1964).

    With `nesterov`, θ ← θ - η (g + μ v): Nesterov's method (1983), with θ as the look-ahead point at which the gradient
    is taken (Sutskever et al., 2013).

    >>> SGD(rate=0.5).update([1.0, 2.0], [2.0, 0.0])
    array([0., 2.])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Schedule = 0.1,
        momentum: float = 0.0,
        nesterov: bool = False,
        **clipping: Unpack[Clipping],
    ) -> None:
        super().__init__(parameters, rate=rate, **clipping)
        require("momentum", momentum, 0 <= momentum < 1, "in [0, 1)")
        require("momentum", momentum, momentum > 0 or not nesterov, "above 0 for nesterov")
        self.momentum, self.nesterov = momentum, nesterov

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        v = self._sum("v", g, self.momentum, 1.0)
        return -rate * (g + self.momentum * v) if self.nesterov else -rate * v


class Adagrad(Optimiser):
    """θ ← θ - η g / √(Σ g²), summed over all steps (Duchi, Hazan and Singer, 2011), as in the lecture.

    >>> Adagrad(rate=0.5).update([1.0, 2.0], [2.0, -30.0]).round(6)
    array([0.5, 2.5])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Schedule = 0.1,
        epsilon: float = 1e-10,
        **clipping: Unpack[Clipping],
    ) -> None:
        super().__init__(parameters, rate=rate, **clipping)
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.epsilon = epsilon

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        return -rate * g / (np.sqrt(self._sum("g²", g * g, 1.0, 1.0)) + self.epsilon)


class RMSProp(Optimiser):
    """θ ← θ - η g / √r, with r ← ρ r + (1 - ρ) g² (Tieleman and Hinton, 2012).

    >>> RMSProp(rate=0.1, rho=0.75).update([1.0], [4.0]).round(6)
    array([0.8])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Schedule = 0.01,
        rho: float = 0.9,
        epsilon: float = 1e-8,
        **clipping: Unpack[Clipping],
    ) -> None:
        super().__init__(parameters, rate=rate, **clipping)
        require("rho", rho, 0 <= rho < 1, "in [0, 1)")
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.rho, self.epsilon = rho, epsilon

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        return -rate * g / (np.sqrt(self._sum("r", g * g, self.rho, 1 - self.rho)) + self.epsilon)


class Adam(Optimiser):
    """θ ← θ - η m̂ / (√v̂ + ε), with bias-corrected moments (Kingma and Ba, 2015).

    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g²; m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).

    >>> Adam(rate=0.1).update([1.0, 2.0], [3.0, -0.01]).round(6)
    array([0.9, 2.1])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        **clipping: Unpack[Clipping],
    ) -> None:
        super().__init__(parameters, rate=rate, **clipping)
        require("betas", betas, len(betas) == 2 and all(0 <= beta < 1 for beta in betas), "two numbers in [0, 1)")
        require("epsilon", epsilon, epsilon > 0, "above 0")
        self.betas, self.epsilon = betas, epsilon

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        first, second = self.betas
        m = self._sum("m", g, first, 1 - first) / (1 - first ** (self.steps + 1))
        v = self._sum("v", g * g, second, 1 - second) / (1 - second ** (self.steps + 1))
        return -rate * m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    """Adam with decoupled weight decay, θ ← θ - η λ θ (Loshchilov and Hutter, 2019).

    Their schedule multiplier and α are one η here. As published, it shrinks all parameters, including biases.

    >>> AdamW(rate=0.1, decay=0.5).update([1.0, 2.0], [3.0, -0.01]).round(6)
    array([0.85, 2.  ])
    """

    def __init__(self, parameters: Iterable[Value] = (), *, decay: float = 0.01, **options: Any) -> None:
        super().__init__(parameters, **options)
        require("decay", decay, decay >= 0, "0 or more")
        self.decay = decay

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        return super().change(theta, g, rate) - rate * self.decay * theta
