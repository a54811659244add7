"""Optimisers: from parameters θ and the gradient g = ∂L/∂θ to better parameters, each as published.

An optimiser works on Values after `backward`, as in PyTorch: `optimiser = SGD(model.parameters(), rate=0.1)`, then
`optimiser.step()` and `optimiser.zero_grad()`; or on a flat array, as `Objective` has it:
`theta = SGD(rate=0.1).update(theta, g)`.
`rate` is η, a number or a schedule: η as a function of the number of steps done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd import Value


class Optimiser:
    """What all have: the rate, the number of steps done, and sums over steps; one of your own says how θ changes.

    >>> class Signs(Optimiser):
    ...     def change(self, theta, g, rate):
    ...         return -rate * np.sign(g)
    >>> Signs(rate=0.5).update([1.0, 2.0], [3.0, -0.1])
    array([0.5, 2.5])
    """

    def __init__(self, parameters: Iterable[Value] = (), *, rate: float | Callable[[int], float]) -> None:
        if not callable(rate) and not (rate > 0):
            raise ValueError(f"rate must be above 0, got {rate!r}")
        self.parameters, self.rate, self.steps = list(parameters), rate, 0
        self._sums: dict[str, Any] = {}

    @property
    def current_rate(self) -> float:
        """η of the next step."""
        return float(self.rate(self.steps)) if callable(self.rate) else float(self.rate)

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter."""
        for p in self.parameters:
            p.zero_grad()

    def step(self) -> None:
        """Change the data of the parameters by their `grad`."""
        theta = np.array([p.data for p in self.parameters], dtype=float)
        moved = self.update(theta, np.array([p.grad for p in self.parameters], dtype=float))
        for p, number in zip(self.parameters, moved.tolist()):
            p.data = number

    def update(self, theta: Any, gradient: Any) -> Any:
        """θ after one step, as a new array; ValueError where the gradient has another shape."""
        theta, g = np.asarray(theta, dtype=float), np.asarray(gradient, dtype=float)
        if g.shape != theta.shape:
            raise ValueError(f"parameters of shape {theta.shape}, a gradient of shape {g.shape}")
        with np.errstate(all="ignore"):  # who trains looks at the loss, and says which step it was
            moved = theta + self.change(theta, g, self.current_rate)
        self.steps += 1
        return moved

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        """What is added to θ at this step."""
        raise NotImplementedError

    def _sum(self, name: str, g: Any, keep: float, take: float) -> Any:
        """The running sum of this name: what it keeps of itself, and what it takes of g."""
        self._sums[name] = keep * self._sums.get(name, 0.0) + take * g
        return self._sums[name]


class SGD(Optimiser):
    """θ ← θ - η g; with momentum μ, v ← μ v + g and θ ← θ - η v (Polyak, 1964).

    With `nesterov` θ ← θ - η (g + μ v): Nesterov's (1983) method, of which θ is the point looked ahead to, where the
    gradient is taken (Sutskever et al., 2013).

    >>> SGD(rate=0.5).update([1.0, 2.0], [2.0, 0.0])
    array([0., 2.])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Callable[[int], float] = 0.1,
        momentum: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, rate=rate)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum!r}")
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0")
        self.momentum, self.nesterov = momentum, nesterov

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        v = self._sum("v", g, self.momentum, 1.0)
        return -rate * (g + self.momentum * v) if self.nesterov else -rate * v


class Adagrad(Optimiser):
    """θ ← θ - η g / √(Σ g²), the sum over all steps (Duchi, Hazan and Singer, 2011), as in the lecture.

    >>> Adagrad(rate=0.5).update([1.0, 2.0], [2.0, -30.0]).round(6)
    array([0.5, 2.5])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Callable[[int], float] = 0.1,
        epsilon: float = 1e-10,
    ) -> None:
        super().__init__(parameters, rate=rate)
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
        rate: float | Callable[[int], float] = 0.01,
        rho: float = 0.9,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, rate=rate)
        self.rho, self.epsilon = rho, epsilon

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        return -rate * g / (np.sqrt(self._sum("r", g * g, self.rho, 1 - self.rho)) + self.epsilon)


class Adam(Optimiser):
    """θ ← θ - η m̂ / (√v̂ + ε), of the moments m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g², each without its
    bias: m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ) (Kingma and Ba, 2015).

    >>> Adam(rate=0.1).update([1.0, 2.0], [3.0, -0.01]).round(6)
    array([0.9, 2.1])
    """

    def __init__(
        self,
        parameters: Iterable[Value] = (),
        *,
        rate: float | Callable[[int], float] = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, rate=rate)
        self.betas, self.epsilon = betas, epsilon

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        first, second = self.betas
        m = self._sum("m", g, first, 1 - first) / (1 - first ** (self.steps + 1))
        v = self._sum("v", g * g, second, 1 - second) / (1 - second ** (self.steps + 1))
        return -rate * m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    """Adam, and θ ← θ - η λ θ beside it: the decay of weights kept apart from the gradient (Loshchilov and Hutter,
    2019, whose schedule multiplier and α are one η here).

    >>> AdamW(rate=0.1, decay=0.5).update([1.0, 2.0], [3.0, -0.01]).round(6)
    array([0.85, 2.  ])
    """

    def __init__(self, parameters: Iterable[Value] = (), *, decay: float = 0.01, **options: Any) -> None:
        super().__init__(parameters, **options)
        self.decay = decay

    def change(self, theta: Any, g: Any, rate: float) -> Any:
        return super().change(theta, g, rate) - rate * self.decay * theta
