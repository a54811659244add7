"""The weights and biases of a layer, and their derivatives, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograd.drawing.networks.neurons import Neuron
from autograd.drawing.networks.words import Words
from autograd.engine import Value
from autograd.symbols.text import number


@dataclass(frozen=True, eq=False)
class WeightTable:
    """Numbers with a row for each neuron; `what` is their common name, and `names` are the parameters' names."""

    key: str
    what: str
    numbers: list[list[Any]]
    names: list[list[str]]

    @cached_property
    def most(self) -> float:
        """The largest magnitude."""
        return max((size(x) for row in self.numbers for x in row), default=0.0)

    @cached_property
    def range(self) -> str:
        """The range of the shades."""
        return f"±{number(self.most)}"

    @property
    def is_known(self) -> bool:
        """Whether there is any number."""
        return any(x is not None for row in self.numbers for x in row)

    @property
    def is_plain(self) -> bool:
        """Whether its numbers can be written with few digits."""
        return all(x is None or isinstance(x, float) for row in self.numbers for x in row)

    def said(self, r: int, c: int) -> str:
        """One number with its name."""
        x = self.numbers[r][c]
        return f"{self.what[:-1]}{self.names[r][c]} = {'—' if x is None else number(x)}"

    def row_said(self, r: int) -> str:
        """The range of a row."""
        known = [x for x in self.numbers[r] if x is not None]
        ends = f"{self.names[r][0]} … {self.names[r][-1]}: {self.what}"
        return f"{ends} from {number(min(known))} to {number(max(known))}" if known else ""


def size(x: Any) -> float:
    """The magnitude of a number; 0 if it is missing or not finite."""
    return abs(x) if isinstance(x, (int, float)) and abs(x) < float("inf") else 0.0


def weight_tables(
    words: Words, neurons: list[Neuron], sources: int, column: int, with_biases: bool
) -> list[list[WeightTable]]:
    """W and ∂C/∂W for this many inputs, each with b or ∂C/∂b if requested; derivatives only if known."""
    parameters: dict[str, list[list[Value | None]]] = {"W": [list(neuron.weights[:sources]) for neuron in neurons]}
    most = max(len(neuron.biases) for neuron in neurons)
    if with_biases and most:
        parameters["b"] = [[*neuron.biases, *[None] * (most - len(neuron.biases))] for neuron in neurons]
    values, derivatives = [], []
    for what, rows in parameters.items():
        names = [["no bias" if v is None else words.graph.name(v) for v in row] for row in rows]
        data = [[None if v is None else v.data for v in row] for row in rows]
        grads = [[None if v is None else words.network.adjoint(v) for v in row] for row in rows]
        values.append(WeightTable(f"heat-{column}-{what}", what, data, names))
        derivatives.append(WeightTable(f"heat-{column}-∂{what}", f"∂{words.output}/∂{what}", grads, names))
    return [values, derivatives] if derivatives[0].is_known else [values]
