"""Reads derivatives that a user supplies in any form as a flat gradient or a matrix of second derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from autograd.engine import Value, gradients
from autograd.testing.arguments.arguments import opened
from autograd.testing.arguments.functions import Function, Numbers, plain
from autograd.testing.arguments.supplied_structure import derivatives_given, shape
from autograd.trees import flatten

FAILURES = (ValueError, ArithmeticError)
LINEAR = 1e-9  # the largest error of a sum of changes, relative to its terms
SAME = 1e-6  # relative to the largest: derivatives that differ by less are equal up to rounding
FIRST_ORDER = ("grad", "vjp", "jvp")
SECOND_ORDER = ("hessian", "hvp")
DOUBLE = "double backward"  # the backward pass of a backward pass: frameworks provide it, users do not


class Supplied:
    """The functions a user supplied, by the name of the option: grad, vjp, jvp, hessian, hvp.

    Each is called with f's arguments, followed by the factor: `dy` in the structure of f's result, or a tangent for
    each argument. The latest call of f is at the same point, since a backward pass may use what the forward pass
    stored.
    """

    def __init__(self, function: Function, functions: dict[str, Callable[..., Any] | None]) -> None:
        self.function = function
        self.functions = {name: one for name, one in functions.items() if one is not None}
        makers = {"grad": self._by_grad, "vjp": self._by_vjp, "jvp": self._by_jvp}
        self.first = {f"{name}=": makers[name] for name in FIRST_ORDER if name in self.functions}
        matrices = {"hessian": self._by_hessian, "hvp": self._by_hvp}
        self.double = {DOUBLE: self._by_double} if DOUBLE in self.functions else {}
        self.second = {f"{name}=": matrices[name] for name in SECOND_ORDER if name in self.functions}
        self.matrices = {**self.second, **self.double}

    def _called(self, name: str, numbers: Numbers, *more: Any) -> Any:
        """Call a supplied function and return its result."""
        if not self.function.just_called_with(numbers):
            with suppress(Exception):  # the derivative may be defined where f overflows
                self.function.on_floats(*numbers)
        try:
            return self.functions[name](*self.function.filled(numbers), *more)
        except (TypeError, IndexError) as error:
            if not (advice := self.function.advice(error)):
                raise
            raise TypeError(f"{name}=: {error}: {advice}") from error

    def differentiated(self, form: str, numbers: Numbers) -> list[list[float]] | None:
        """The derivatives of a supplied gradient, by the engine; None if the gradient, or f, does not take Values."""
        inputs: list[Any] = [Value(x) for x in numbers]
        try:
            self.function.on_floats(*inputs)
            found = self.first[form](inputs)
            rows = [gradients(d, inputs) if isinstance(d, Value) else [0.0] * len(inputs) for d in found]
        except Exception:  # another framework may raise anything for a Value
            return None
        return [[float(plain(d)) for d in row] for row in rows]

    def _by_grad(self, numbers: Numbers) -> list[Any]:
        found, function = self._called("grad", numbers), self.function
        weights = function.weights.numbers if function.weights else []
        if weights:
            return _contracted(found, weights, function, _kept(numbers))
        return self._flat(found, _kept(numbers))

    def is_transposed(self, numbers: Numbers, right: Sequence[float]) -> bool:
        """Whether grad= returns the transposed Jacobian: its weighted columns are then the right gradient."""
        weights, n = self.function.weights.numbers if self.function.weights else [], len(right)
        jacobian = [float(x) for x in flatten(opened(self._called("grad", numbers)), "grad=: the Jacobian")]
        if n < 2 or len(weights) != n or len(jacobian) != n * n:
            return False
        columns = [math.fsum(w * x for w, x in zip(weights, jacobian[i * n : (i + 1) * n])) for i in range(n)]
        return all(abs(a - b) <= SAME * max(map(abs, right)) for a, b in zip(columns, right))

    def _by_vjp(self, numbers: Numbers) -> list[Any]:
        return self._flat(self._called("vjp", numbers, self._cotangents(numbers)), _kept(numbers))

    def _by_jvp(self, numbers: Numbers) -> list[Any]:
        weights = self.function.weights
        assert weights is not None
        along = [self._called("jvp", numbers, *tangents) for tangents in self._basis()]
        return [_kept(numbers)(weights.sum(dy)) for dy in along]

    def nonlinear(self, numbers: Numbers, gradient: Sequence[float]) -> str:
        """How jvp= along a mixed direction, or its opposite, differs from the sum of its changes along each number."""
        weights, function = self.function.weights, self.function
        assert weights is not None
        for sign in (1.0, -1.0):
            mixed = [sign * (-1.0) ** i * (1.0 + i % 3) for i in range(len(gradient))]
            tangents = [v for v, count in zip(function.filled(mixed), function.counts) if count]
            found = float(weights.sum(self._called("jvp", numbers, *tangents)))
            parts = [v * d for v, d in zip(mixed, gradient)]
            if not abs(found - math.fsum(parts)) <= LINEAR * math.fsum(map(abs, parts)):
                return f"along {mixed} it gives {found!r}, the sum over each number is {math.fsum(parts)!r}"
        return ""

    def _by_hessian(self, numbers: Numbers) -> list[list[float]]:
        """The matrix of second derivatives, supplied whole or, for several arguments, as tuples of blocks."""
        count = len(self.function.flat)
        weight = self._weight()
        matrix = opened(self._called("hessian", numbers))
        found = [weight * float(x) for x in flatten(matrix, "hessian=: the result")]
        if len(found) != count * count:
            raise ValueError(f"hessian= must return {count}×{count} numbers, got {len(found)}")
        counts = [c for c in self.function.counts if c]
        if len(counts) == 1 or shape(matrix) == (count, count):
            return [found[i * count : (i + 1) * count] for i in range(count)]
        return _from_blocks(found, counts)

    def _by_hvp(self, numbers: Numbers) -> list[list[float]]:
        columns = [self._flat(self._called("hvp", numbers, *v)) for v in self._basis()]
        return [[self._weight() * x for x in row] for row in zip(*columns)]

    def _by_double(self, numbers: Numbers) -> list[list[float]]:
        dy, rows = self._cotangents(numbers), []
        for v in self._basis():
            rest = iter(v)
            vectors = [next(rest) if count else None for count in self.function.counts]
            rows.append(self._flat(self._called(DOUBLE, numbers, dy, vectors)))
        return rows

    def _flat(self, found: Any, number: Callable[[Any], Any] = float) -> list[Any]:
        """The derivatives that a supplied function returned, in the order of the numbers of f's arguments."""
        return derivatives_given(found, self.function.args, self.function.parameters, number)

    def _cotangents(self, numbers: Numbers) -> Any:
        """The weights of the outputs, in the structure of f's result; runs f before its backward pass."""
        function = self.function
        assert function.weights is not None
        return function.weights.like(function.f(*function.filled(numbers)))

    def _weight(self) -> float:
        """The weight of the single output of f whose second derivatives are supplied."""
        weights = self.function.weights.numbers if self.function.weights else []
        if len(weights) > 1:
            raise ValueError(f"hessian= and hvp= are for an f of one output; it has {len(weights)}")
        return weights[0] if weights else 1.0

    def _basis(self) -> list[list[Any]]:
        """Tangents for every argument that has numbers, one set along each number."""
        function = self.function
        moving = [i for i, count in enumerate(function.counts) if count]
        count = len(function.flat)
        made = [function.filled([float(i == j) for j in range(count)]) for i in range(count)]
        return [[tangents[i] for i in moving] for tangents in made]


def _kept(numbers: Numbers) -> Callable[[Any], Any]:
    """The conversion of a supplied derivative's results: to float if these numbers are floats, otherwise none."""
    return float if all(isinstance(x, float) for x in numbers) else lambda x: x


def _contracted(jacobian: Any, weights: Sequence[float], function: Function, number: Callable[[Any], Any]) -> list[Any]:
    """The weighted sum of the rows of a Jacobian, given for each argument with the outputs first."""
    moving = [count for count in function.counts if count]
    parts = jacobian if isinstance(jacobian, (tuple, list)) and len(moving) > 1 else [jacobian]
    if len(parts) != len(moving):
        raise ValueError(f"grad= must return a tuple of {len(moving)} Jacobians, got {len(parts)} parts")
    found: list[Any] = []
    for part, count in zip(parts, moving):
        numbers = [number(x) for x in flatten(opened(part), "grad=: the Jacobian")]
        if len(numbers) != len(weights) * count:
            text = (
                f"grad= must return a Jacobian of {len(weights)} outputs × {count} inputs, got {len(numbers)} numbers"
            )
            raise ValueError(f"{text}; a derivative of each output alone is checked as vjp=lambda x, dy: dy * df(x)")
        rows = [numbers[k * count : (k + 1) * count] for k in range(len(weights))]
        found += [sum(w * row[i] for w, row in zip(weights, rows)) for i in range(count)]
    return found


def _from_blocks(numbers: Sequence[float], counts: Sequence[int]) -> list[list[float]]:
    """Assemble a matrix from the numbers of its blocks, one block for each pair of arguments."""
    matrix: list[list[float]] = []
    rest = iter(numbers)
    for height in counts:
        blocks = [[[next(rest) for _ in range(width)] for _ in range(height)] for width in counts]
        matrix += [[x for block in blocks for x in block[i]] for i in range(height)]
    return matrix
