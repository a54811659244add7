"""Objective: the loss of modules over rows of data, as a function of all parameters in one flat array."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from autograd import TraceError, compile
from nn.choosing import choosable
from nn.module import Module
from nn.state import PlainState, random_streams, state_of

MOST_STATES = 8  # states of the modules to keep programs for


class Objective:
    """The value and gradient of a loss over rows: `loss(*modules, *row)` is a function of scalars and returns a number.

    Parameters and gradient are flat arrays, in the order of the modules' `parameters()`; data are arrays with one entry
    per row. Only `store` writes into the modules. The loss is compiled at the first call, and again when anything it
    reads changes, such as a target network or a module's attributes other than parameters; its default arguments are
    kept. A loss may also return a list, or a model's prediction. `index` names the arguments that are whole numbers and
    index data shared by all rows, such as an embedding's tokens, or a module's list of parameters; `backend` and
    `threads` are as in `autograd.compile`. Raises ValueError if the array of parameters has the wrong length,
    TraceError if the loss draws random numbers.

    >>> from nn import Neuron
    >>> neuron = Neuron(1, nonlin=False)
    >>> objective = Objective(lambda neuron, x, y: (neuron(x) - y) ** 2, neuron)
    >>> objective.value_and_grad(np.array([1.0, 0.0]), np.array([[1.0], [2.0]]), np.array([3.0, 3.0]))
    (2.5, array([-4., -3.]))
    """

    def __init__(
        self,
        loss: Callable[..., Any],
        *modules: Module,
        index: Sequence[str] = (),
        backend: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.loss, self.modules = loss, modules
        self._options = {"index": index, "backend": backend, "threads": threads}
        names = _row_names(loss, len(modules))
        theta = "theta" if "theta" not in names else "theta_"
        named = _with_signature(self._of_row, [theta, *names], loss)
        self._named, self.row_names = named, names
        self._compiled: dict[Any, Any] = {}
        self._inside = [module for own in modules for _, module in own.named_modules()]
        self._state = PlainState(self._inside)

    def __reduce__(self) -> Any:
        return _made, (self.loss, self.modules, self._options)

    @property
    def compiled(self) -> Any:
        """The loss compiled for the current attributes of the modules other than parameters, such as `training`."""
        state = self._state.now()
        if state not in self._compiled:
            if len(self._compiled) >= MOST_STATES:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[state] = compile(self._named, rows=self.row_names, **self._options)  # type: ignore[call-overload]  # options of several types
        return self._compiled[state]

    @property
    def parameters(self) -> Any:
        """The current numbers of the modules' parameters, as a new flat array."""
        return np.array([p.data for p in _parameters(self.modules)])

    @property
    def names(self) -> list[str]:
        """The names of the parameters: their paths in the modules, which are numbered if there are several."""
        many = len(self.modules) > 1
        of = {
            p: f"{i}.{name}" if many else name for i, m in enumerate(self.modules) for name, p in m.named_parameters()
        }
        return [of[p] for p in _parameters(self.modules)]

    def store(self, theta: Any) -> None:
        """Write a flat array of parameters into the modules."""
        for p, number in zip(self._paired(self.modules, theta), np.asarray(theta, dtype=float).tolist()):
            p.data = number

    def value(self, theta: Any, *rows: Any, reduce: str | None = "mean") -> Any:
        """The loss at these parameters: its mean or sum over the rows, or one number per row if `reduce` is None."""
        return self.compiled(theta, *rows, reduce=reduce)

    def value_and_grad(self, theta: Any, *rows: Any, reduce: str = "mean") -> tuple[float, Any]:
        """The loss and its gradient with respect to the parameters."""
        both: tuple[float, Any] = self.compiled.value_and_grad(theta, *rows, reduce=reduce)
        return both

    def hvp(self, theta: Any, *rows: Any, tangents: Any, reduce: str = "mean") -> Any:
        """The exact product of the Hessian with a vector, at the cost of two gradients and without a Hessian."""
        return self.compiled.hvp(theta, *rows, tangents=tangents, reduce=reduce)

    def hessian(self, theta: Any, *rows: Any, reduce: str = "mean") -> Any:
        """Every ∂²loss/∂θᵢ∂θⱼ, exact, by one program."""
        return np.asarray(self.compiled.hessian(theta, *rows, reduce=reduce), dtype=float)

    def _of_row(self, loss: Callable[..., Any], theta: Any, *row: Any) -> Any:
        """The loss of one row, on copies of the modules with the numbers of theta as parameters."""
        parameters = self._paired(self.modules, theta)
        memo: dict[int, Any] = {id(p): number for p, number in zip(parameters, theta)}
        memo |= choosable(self._inside, {id(p): place for place, p in enumerate(parameters)}, theta)
        streams = random_streams(self._inside, self.loss)
        memo |= {id(stream): stream for stream in streams}
        before = [state_of(stream) for stream in streams]
        result = loss(*deepcopy(self.modules, memo), *row)
        if before != [state_of(stream) for stream in streams]:
            raise TraceError(
                "the loss draws random numbers, which would be the same in every call, since it is traced once: make "
                "them data of the row"
            )
        return result

    def _paired(self, modules: tuple[Module, ...], theta: Any) -> list[Any]:
        parameters = _parameters(modules)
        if np.shape(theta) != (len(parameters),):
            raise ValueError(f"the modules have {len(parameters)} parameters, got an array of shape {np.shape(theta)}")
        return parameters


def _made(loss: Callable[..., Any], modules: tuple[Module, ...], options: dict[str, Any]) -> Objective:
    return Objective(loss, *modules, **options)


def _parameters(modules: tuple[Module, ...]) -> list[Any]:
    """All parameters, each once even if several modules share it."""
    return list(dict.fromkeys(p for module in modules for p in module.parameters()))


def _row_names(loss: Callable[..., Any], modules: int) -> list[str]:
    """The parameters of a loss after its modules and without a default: the data of a row."""
    parameters = list(inspect.signature(loss).parameters.values())[modules:]
    names = [p.name for p in parameters if p.default is p.empty]
    if not names or any(p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters[: len(names)]):
        told = f"loss takes {modules} modules and then the data of a row, each by a name of its own"
        raise TypeError(f"{told}; got {inspect.signature(loss)}")
    return names


def _with_signature(function: Callable[..., Any], names: list[str], loss: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of any arguments the name of its loss and named parameters."""

    def named(*arguments: Any) -> Any:
        return function(loss, *arguments)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    named.__name__ = getattr(loss, "__name__", "loss")
    named.__wrapped__ = loss  # type: ignore[attr-defined]  # compile watches it
    parameters = [inspect.Parameter(name, kind) for name in names]
    named.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect reads it
    return named
