"""Module: an object with named parameters and its state as a dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from autograd import Value

OBJECT = np.dtype(object)
MOST_TOLD = 5  # the most names in an error


class Module:
    """An object with parameters: its attributes hold Values, Modules, and lists, dicts and arrays of them.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.w, self.b = [Value(2.0)], Value(1.0)
    ...     def __call__(self, x):
    ...         return self.w[0] * x + self.b
    >>> Line().state_dict()
    {'w[0]': 2.0, 'b': 1.0}
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The output for one row of data, defined by every model; TypeError if a model does not define it."""
        told = ", in place of forward" if hasattr(self, "forward") else ""
        raise TypeError(f"{type(self).__name__} cannot be called: define its __call__{told}")

    def parameters(self) -> list[Value]:
        """The Values that training changes."""
        return [value for _, value in self.named_parameters()]

    def weights(self) -> list[Value]:
        """The parameters that a penalty shrinks: all except biases, which are held as `b`, `bias` or `bias_…`."""
        of = ((name.rpartition(".")[2].partition("[")[0], value) for name, value in self.named_parameters())
        return [value for name, value in of if name not in ("b", "bias") and not name.startswith("bias_")]

    def zero_grad(self) -> None:
        """Reset the gradient of every parameter."""
        for p in self.parameters():
            p.zero_grad()

    def train(self, training: bool = True) -> Self:
        """Set `training` of all modules inside that have it, such as `Dropout`; return the module."""
        for _, module in self.named_modules():
            if "training" in vars(module):
                vars(module)["training"] = training
        return self

    def eval(self) -> Self:
        """Switch modules from training to use: `train(False)`."""
        return self.train(False)

    def state_dict(self) -> dict[str, Any]:
        """The number of every parameter, by its name in `named_parameters`."""
        return {name: value.data for name, value in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the numbers of a `state_dict`; raises KeyError, and loads nothing, if the names differ.

        >>> from nn import Neuron
        >>> first, second = Neuron(2), Neuron(2)
        >>> second.load_state_dict(first.state_dict())
        >>> first([0.5, 1.0]).data == second([0.5, 1.0]).data
        True
        """
        own = dict(self.named_parameters())
        missing, unknown = own.keys() - state.keys(), state.keys() - own.keys()
        if missing or unknown:
            told = [
                f"{what} {', '.join(sorted(names, key=_natural)[:MOST_TOLD])}{', …' if len(names) > MOST_TOLD else ''}"
                for what, names in (("missing", missing), ("unknown", unknown))
                if names
            ]
            raise KeyError(f"state_dict does not fit this {type(self).__name__}: {'; '.join(told)}")
        numbers = {name: Value(number).data for name, number in state.items()}
        for name, number in numbers.items():
            own[name].data = number

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
        seen: set[int] = set()
        for path, module in self.named_modules():
            for (name, *keys), value in _members(vars(module), ()):
                if isinstance(value, Value) and not value.is_constant and id(value) not in seen:
                    seen.add(id(value))
                    own = name + "".join(f"[{key}]" for key in keys)
                    yield (f"{path}.{own}" if path else own), value


def _members(container: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The contents of nested lists, tuples, dicts and arrays, each with the keys that lead to it."""
    items = container.items() if isinstance(container, dict) else enumerate(container)
    for key, value in items:
        if not isinstance(value, Value) and getattr(value, "dtype", None) is OBJECT:
            value = value.tolist()
        if isinstance(value, (list, tuple, dict)):
            yield from _members(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def _natural(path: str) -> list[tuple[bool, int, str]]:
    """A sort key that orders paths by their numbers: neurons.2 before neurons.10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in path.split(".")]
