"""Module, Neuron, Layer, MLP: a fully connected network, one `dot` node and one activation for each neuron."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograd import Value, dot, group


class Module:
    """Something with parameters: Values, Modules, and lists of them, held as attributes."""

    def parameters(self) -> list[Value]:
        """The Values that training changes."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter."""
        for p in self.parameters():
            p.zero_grad()

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module and those inside it, each once, with its path: "", "layers.0", "layers.0.neurons.2"."""
        found: dict[int, tuple[str, Module]] = {}
        waiting: list[tuple[str, Module]] = [(prefix, self)]
        for path, module in waiting:
            if id(module) not in found:
                found[id(module)] = (path, module)
                inside = ((".".join(name), value) for name, value in _members(vars(module), (path,) if path else ()))
                waiting += [(name, value) for name, value in inside if isinstance(value, Module)]
        yield from sorted(found.values(), key=lambda pair: _natural(pair[0]))

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """The Values that training changes, each once, with its path: "layers.0.neurons.2.w[1]"."""
        seen: set[Value] = set()
        for path, module in self.named_modules():
            for (name, *keys), value in _members(vars(module), ()):
                if isinstance(value, Value) and not value.is_constant and value not in seen:
                    seen.add(value)
                    own = name + "".join(f"[{key}]" for key in keys)
                    yield (f"{path}.{own}" if path else own), value


def _members(container: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What lists, tuples and dicts hold, however nested, each with the keys that lead to it."""
    items = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in items:
        if isinstance(value, (list, tuple, dict)):
            yield from _members(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def _natural(path: str) -> list[tuple[bool, int, str]]:
    """Paths in the order of their numbers: neurons.2 before neurons.10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in path.split(".")]


class Neuron(Module):
    """a = σ(z) with z = w·x + b, where σ is relu, or nothing for `nonlin=False`.

    The weights are drawn from `random` in [-1, 1], so that a seed gives micrograd's network; the bias is 0.
    ValueError for another number of inputs than `nin`.

    >>> neuron = Neuron(2, nonlin=False)
    >>> neuron([0.0, 0.0]).data
    0.0
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    @group
    def __call__(self, x: Iterable[Any]) -> Any:
        x = x if isinstance(x, (list, tuple)) else list(x)
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} takes {len(self.w)} inputs, got {len(x)}")
        z = dot(self.w, x, self.b)
        return z.relu() if self.nonlin else z

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons side by side; the result is a list, or one Value where there is one neuron.

    >>> len(Layer(3, 4)([1.0, 2.0, 3.0]))
    4
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Iterable[Any]) -> Any:
        a = self.activations(x)
        return a[0] if len(a) == 1 else a

    @group
    def activations(self, x: Iterable[Any]) -> list[Any]:
        """The neurons' results as a list, whatever their number; a plain input is one constant for all of them."""
        inputs = [v if isinstance(v, Value) else _input(v) for v in x]
        return [neuron(inputs) for neuron in self.neurons]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: `nin` inputs, then layers of `nouts` neurons, the last one linear.

    >>> MLP(2, [3, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
    """

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    @group
    def __call__(self, x: Iterable[Any]) -> Any:
        a = list(x)
        for layer in self.layers:
            a = layer.activations(a)
        return a[0] if len(a) == 1 else a

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def _input(x: Any) -> Any:
    """A plain number as a constant; other kinds of number pass."""
    try:
        return Value.constant(x)
    except TypeError:
        return x
