"""Names for a picture: from a mapping of names to Values, or from a module's own paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.engine import Value
from autograd.engine.groups import Call


class Naming:
    """The option `names=`: names for some Values, which of them are parameters, and paths for some modules."""

    def __init__(self, names: Any) -> None:
        self.values: dict[Value, str] = {}
        self.parameters: set[Value] | None = None
        self._paths: dict[int, str] = {}
        if names is None:
            return
        if isinstance(names, Mapping):
            for name, value in names.items():
                self._name(str(name), value)
        elif hasattr(names, "named_parameters"):
            self.values = {value: name for name, value in names.named_parameters()}
            self.parameters = set(self.values)
            if hasattr(names, "named_modules"):
                self._paths = {id(module): path for path, module in names.named_modules()}
        else:
            raise TypeError(
                f"draw: names must be a mapping of names to Values, or a Module, got {type(names).__name__}"
            )

    def _name(self, name: str, value: Any) -> None:
        if isinstance(value, Value):
            self.values[value] = name
        elif isinstance(value, Iterable) and not isinstance(value, str):
            for i, member in enumerate(value):
                self._name(f"{name}[{i}]", member)
        else:
            raise TypeError(f"draw: names[{name!r}] must be a Value or a list of Values, got {type(value).__name__}")

    def kind(self, node: Value) -> str:
        """The kind of box that a node gets."""
        if node.inputs:
            return "operation"
        if node.is_constant:
            return "input" if node.label or node in self.values else "constant"
        return "parameter" if self.parameters is None or node in self.parameters else "input"

    def parameter_of(self, factors: Sequence[Value]) -> int | None:
        """Which of two factors is the parameter, if one alone is; of two leaves, the one that has a name here."""
        found = [i for i, v in enumerate(factors) if self.kind(v) == "parameter"]
        if len(found) == 2:
            found = [i for i in found if factors[i] in self.values]
        return found[0] if len(found) == 1 else None

    def has_path(self, path: str) -> bool:
        """Whether some module has this path."""
        return path in self._paths.values()

    def path(self, owner: Any) -> str:
        """The path of a module inside the one that the names come from, else empty."""
        return self._paths.get(id(owner), "")

    def title(self, call: Call) -> str:
        """The heading of a call: the path of its module, and its kind."""
        path = self.path(call.owner)
        return f"{path}: {call.kind}" if path else call.kind


def plural(n: int, thing: str) -> str:
    """So many things, in words."""
    return f"{n:,} {thing}" + ("" if n == 1 else "s")
