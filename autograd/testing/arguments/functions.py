"""Turns a function of structured arguments into one of a flat list of numbers, and differentiates it in every mode."""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, cached_property
from itertools import islice
from typing import Any

from autograd.engine import Value, gradients
from autograd.engine.graph import Graph
from autograd.primitives import Primitive
from autograd.primitives.operators import Scalar
from autograd.testing.arguments.arguments import Rebuild, closer, paths_of, without_settings
from autograd.testing.arguments.outputs import Weights
from autograd.testing.arguments.settings import needs_whole_numbers, settings_among
from autograd.testing.arguments.supplied_structure import listed
from autograd.transforms import grad
from autograd.transforms.forward import duals, parts
from autograd.transforms.reverse import one_number
from autograd.trees import CONTAINERS, flatten, holding, is_array, unflatten

Numbers = Sequence[Any]


class Function:
    """f and the structure of its arguments; `flat` holds their numbers, `names` a name for each number.

    `static` names the arguments, and parts of arguments, that are settings. `weights` turn an f with many outputs into
    their weighted sum.
    """

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], static: Sequence[str] = (), weights: Weights | None = None
    ) -> None:
        self.f = f
        self.given = args
        self.called: Callable[[], None] = lambda: None  # called at every call of f
        self.latest: tuple[float, ...] | None = None  # the floats of the latest call; None if it did not get floats
        self.name = getattr(f, "__name__", repr(f)).replace("<lambda>", "f")
        self.parameters, self.annotations = self._parameters()
        self.weights = weights
        self.named = list(zip(self.parameters, args))
        self.settings = settings_among(self.named, self.annotations, static)
        self.args = tuple(without_settings(arg, name, self.settings) for name, arg in self.named)
        self.flat = [float(x) for x in flatten(list(self.args), self.name)]
        paths = [paths_of(arg, name, self.settings) for name, arg in self.named]
        self.counts = [len(part) for part in paths]  # how many numbers each argument has
        self.names = [name for part in paths for name in part]
        closers = [closer(arg, name, self.settings) for name, arg in self.named]
        self._fillers = [_filled_by(own, close) for own, close in zip(self.args, closers)]

    def _parameters(self) -> tuple[list[str], dict[str, Any]]:
        """The names of the arguments, and the annotation of each parameter."""
        try:
            parameters = list(inspect.signature(self.f).parameters.values())
        except (TypeError, ValueError):
            parameters = []
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        several = [p.name for p in parameters if p.kind is p.VAR_POSITIONAL]
        rest = (f"{several[0]}[{i}]" if several else f"x{len(named) + i + 1}" for i in itertools.count())
        names = list(itertools.islice(itertools.chain(named, rest), len(self.given)))
        return names, {p.name: p.annotation for p in parameters}

    def __call__(self, *numbers: Any) -> Any:
        """Call f on numbers of any kind; ValueError if the result is not real."""
        self.called()
        self.latest = None
        result = self.f(*self.filled(numbers))
        if self.weights is not None and self.weights.applies(result):
            return self.weights.sum(result)
        if type(result) in (float, Value):
            return result
        if isinstance(result, complex):
            raise ValueError(f"not a real number, {result:.6g}")
        return one_number(self.name, listed(result))  # JAX and PyTorch return a number as an array of one element

    def filled(self, numbers: Numbers) -> list[Any]:
        """The arguments with these numbers in place of their own."""
        values = iter(numbers)
        return [fill(values) for fill in self._fillers]

    def on_floats(self, *numbers: float) -> float:
        """Call f on floats and return a float."""
        value = float(plain(self(*numbers)))
        self.latest = numbers
        return value

    @cached_property
    def remembered(self) -> Callable[..., float]:
        """f on floats, with each value computed once: several oracles need the same ones, and calls of f are costly."""
        return cache(self.on_floats)

    def just_called_with(self, numbers: Numbers) -> bool:
        """Whether the latest call of f received exactly these float objects."""
        return self.latest is not None and all(a is b for a, b in zip(self.latest, numbers))

    def advice(self, error: Exception) -> str:
        """Advice for an error of an f that got a float but needs a whole number; "" for any other error."""
        return needs_whole_numbers(error, self.named, self.settings)

    def record(self, numbers: Numbers) -> tuple[list[Value], Any]:
        """Fresh inputs, labelled with the names of the arguments, and the result of f on them."""
        inputs = [Value(x, label) for x, label in zip(numbers, self.names)]
        return inputs, self(*inputs)


def _filled_by(structure: Any, close: Rebuild | None) -> Callable[[Iterator[Any]], Any]:
    """A function that makes an argument from the next numbers."""
    fill = _filler(structure)
    return fill if close is None else lambda values: close(fill(values))


def _filler(arg: Any) -> Callable[[Iterator[Any]], Any]:
    """A function that builds an argument from the next numbers; called thousands of times, so simple cases are fast."""
    if not isinstance(arg, CONTAINERS) and not is_array(arg):
        return next
    if not is_array(arg):
        return lambda values: unflatten(arg, values)
    import numpy

    shape, size = arg.shape, arg.size

    def array(values: Iterator[Any]) -> Any:
        taken = list(islice(values, size))
        made = numpy.empty(size, dtype=float if all(type(x) is float for x in taken) else object)
        made[:] = taken
        return made.reshape(shape) if made.dtype == float else holding(made.reshape(shape))

    return array


def applied(row: Primitive, operands: Sequence[Any]) -> Any:
    """Apply an operation to a flat list of numbers, including those of its sequences."""
    if not row.vectors:
        return row.function(*operands)
    return row.function(*(list(x) if isinstance(x, tuple) else x for x in row.structured(tuple(operands))))


def of_moving(row: Primitive, operands: Sequence[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """An operation as a function of only its differentiable operands, with the others fixed; and those operands."""
    fixed = {name: x for name, x in zip(row.parameters, operands) if name in row.plain}
    if not fixed:
        return row.function, tuple(operands)

    def function(*moving: Any) -> Any:
        rest = iter(moving)
        return row.function(*(fixed[name] if name in fixed else next(rest) for name in row.parameters))

    return function, tuple(x for name, x in zip(row.parameters, operands) if name not in fixed)


def silence() -> AbstractContextManager[Any]:
    """Silence NumPy's warnings about NaNs and infinities, which oracles encounter."""
    numpy = sys.modules.get("numpy")
    return numpy.errstate(all="ignore") if numpy else nullcontext()


# --- derivatives by mode: each function takes numbers of any kind -------------------------------


def plain(x: Any) -> Any:
    """The number inside a Scalar, however deeply nested."""
    while isinstance(x, Scalar):
        x = x.inside()
    return x


def by_reverse(function: Function, numbers: Numbers) -> list[Any]:
    """∂f/∂xᵢ for every i, by one backward pass."""
    inputs, output = function.record(numbers)
    return [plain(d) for d in gradients(output, inputs)] if isinstance(output, Value) else [0.0] * len(inputs)


def by_backward(function: Function, numbers: Numbers) -> list[Any]:
    """The same, read from `grad` after `backward`; leaves outside f keep their previous `grad`."""
    inputs, output = function.record(numbers)
    if isinstance(output, Value):
        own = set(inputs)  # a list would compare their numbers
        outside = [(v, v.grad) for v in Graph(output).nodes if not v.inputs and v not in own]
        output.backward()
        for v, before in outside:
            v.grad = before
    return [plain(v.grad) for v in inputs]


def by_forward(function: Function, numbers: Numbers) -> list[Any]:
    """The same, by one forward pass per input."""
    return [plain(along(function, numbers, i)) for i in range(len(numbers))]


def along(f: Callable[..., Any], numbers: Numbers, i: int) -> Any:
    """The tangent of f as number i moves; the others have no tangent, so no infinite derivative is multiplied by 0."""
    inputs, level = duals(list(numbers), [1 if i == j else None for j in range(len(numbers))], "arguments")
    return parts(lambda: f(*inputs), level, "f")[1]


def reverse_over_reverse(function: Function, numbers: Numbers) -> list[list[Any]]:
    """∂²f/∂xᵢ∂xⱼ by a backward pass over a recorded backward pass."""
    inputs, output = function.record(numbers)
    if not isinstance(output, Value):
        return [[0.0] * len(inputs) for _ in inputs]
    return [list(map(plain, gradients(d, inputs))) for d in gradients(output, inputs, create_graph=True)]


def forward_over_reverse(function: Function, numbers: Numbers) -> list[list[Any]]:
    """The same, by a forward pass over the backward pass."""

    def gradient(*xs: Any) -> list[Any]:
        return list(grad(function, tuple(range(len(xs))))(*xs))

    columns = [list(map(plain, along(gradient, numbers, j))) for j in range(len(numbers))]
    return [list(row) for row in zip(*columns)]


def forward_over_forward(function: Function, numbers: Numbers) -> list[list[Any]]:
    """The same, by a forward pass over a forward pass."""

    def first(i: int) -> Callable[..., Any]:
        return lambda *xs: along(function, xs, i)

    count = range(len(numbers))
    return [[plain(along(first(i), numbers, j)) for j in count] for i in count]


FIRST_ORDER: dict[str, dict[str, Callable[[Function, Numbers], list[Any]]]] = {
    "reverse": {"reverse mode": by_reverse, "backward()": by_backward},
    "forward": {"forward mode": by_forward},
}
SECOND_ORDER: dict[str, dict[str, Callable[[Function, Numbers], list[list[Any]]]]] = {
    "reverse": {"reverse over reverse": reverse_over_reverse},
    "forward": {"forward over reverse": forward_over_reverse, "forward over forward": forward_over_forward},
}
