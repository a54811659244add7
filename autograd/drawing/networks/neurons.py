"""The neurons of a graph: finds z = w·x + b as a dot product or a sum of products, and a = σ(z)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autograd.drawing.boxes.naming import Naming
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives import TABLE
from autograd.symbols.text import BY_SIGN

Users = dict[Value, list[Value]]

ACTIVATIONS = {TABLE[name] for name in ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "silu", "gelu")}


@dataclass(frozen=True, eq=False)
class Neuron:
    """One neuron: its nodes z and a (the same if it is linear), and its weights in the order of its inputs.

    It has at most one bias, or two if it is recurrent: z = w·x + b + u·h + c.
    """

    z: Value
    a: Value
    weights: tuple[Value, ...]
    biases: tuple[Value, ...]

    @property
    def activation(self) -> str:
        """The name of σ."""
        return "linear" if self.a is self.z or self.a.op is None else self.a.op.title

    @property
    def slope(self) -> Any:
        """σ′(z), None if the activation is closed there."""
        return 1.0 if self.a is self.z else self.a.partials[0]


def neurons(graph: Graph, naming: Naming) -> Iterator[tuple[tuple[Value, ...], Neuron]]:
    """Every w·x + b whose weights are parameters, with its inputs; the only operation on it is its activation."""
    users: Users = {}
    for node in graph.nodes:
        for v in node.inputs:
            users.setdefault(v, []).append(node)
    copies: Counter[Any] = Counter()
    inputs_of: dict[Any, tuple[Value, ...]] = {}
    whole = {z: _sum_of_products(z, users, naming) for z in graph.nodes}
    inner = {term for z, parts in whole.items() if parts is not None for term in _terms(z, users)}
    for z in graph.nodes:
        parts = None if z in inner else whole[z] or _parts(z, users, naming)
        if parts is None:
            continue
        weights, inputs, biases = parts
        # Each product has its own constants: neurons share them by their numbers, and repeated rows do not.
        key = tuple(v.data if v.is_constant and not v.label else v for v in inputs)
        copies[key, weights] += 1
        inputs = inputs_of.setdefault((key, copies[key, weights]), inputs)
        own = users.get(z, [])
        yield inputs, Neuron(z, own[0] if len(own) == 1 and _is_activation(own[0]) else z, weights, biases)


Parts = tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]]  # weights, inputs, biases


def _parts(z: Value, users: Users, naming: Naming) -> Parts | None:
    """The parts of one w·x + b, None if z is something else."""
    if z.op is TABLE["dot"]:
        return _dot(z, naming)
    return _product(z, users, naming) if z.op is TABLE["multiply"] else None


def _product(z: Value, users: Users, naming: Naming) -> Parts | None:
    """The parts of a single w·x, if a neuron's function takes it: others take products that are not neurons."""
    own, place = users.get(z, []), naming.parameter_of(z.inputs)
    if place is None or len(own) != 1 or own[0].op not in ACTIVATIONS:
        return None
    return (z.inputs[place],), (z.inputs[1 - place],), ()


def _dot(z: Value, naming: Naming) -> Parts | None:
    """The parts of a dot product, if one of its sides consists of parameters."""
    assert z.op is not None
    first, second, *bias = z.op.structured(z.inputs)
    of_parameters = [side for side in (first, second) if all(naming.kind(v) == "parameter" for v in side)]
    if not first or not of_parameters:
        return None
    weights = next((side for side in of_parameters if all(v in naming.values for v in side)), of_parameters[0])
    inputs = second if weights is first else first
    return tuple(weights), tuple(inputs), tuple([b for b in bias if not b.is_constant])


def _sum_of_products(z: Value, users: Users, naming: Naming) -> Parts | None:
    """The parts of a whole sum of products with a parameter, of neurons, and of at most one parameter by itself."""
    if not _is_sum(z) or any(_is_sum(user) for user in users.get(z, ())):
        return None
    weights, inputs, biases, alone = list[Value](), list[Value](), list[Value](), list[Value]()
    for term in _terms(z, users):
        if term.op is TABLE["dot"] and len(users[term]) == 1:
            if (parts := _dot(term, naming)) is None:
                return None
            for found, more in zip((weights, inputs, biases), parts):
                found += more
            continue
        if term.op is TABLE["multiply"] and len(users[term]) == 1:
            if (place := naming.parameter_of(term.inputs)) is None:
                return None
            weights.append(term.inputs[place])
            inputs.append(term.inputs[1 - place])
        elif naming.kind(term) == "parameter":
            alone.append(term)
        elif not (term.is_constant and term.data == 0.0):  # where Python's sum starts
            return None
    if not weights or len(alone) > 1 or len(weights) + len(alone) < 2:
        return None
    return tuple(weights), tuple(inputs), (*biases, *alone)


def _terms(z: Value, users: Users) -> Iterable[Value]:
    """The terms of a sum, and of inner sums that nothing else uses, in the order of writing."""
    waiting, found = list(reversed(z.inputs)), []
    while waiting:
        term = waiting.pop()
        if _is_sum(term) and len(users[term]) == 1:
            waiting += reversed(term.inputs)
        else:
            found.append(term)
    return found


def _is_sum(node: Value) -> bool:
    return node.op is TABLE["add"] or node.op is TABLE["sum"]


def _is_activation(node: Value) -> bool:
    """Whether a node is a function of one number that is not written with an infix sign."""
    return node.op is not None and node.op.symbol not in BY_SIGN and all(v.is_constant for v in node.inputs[1:])
