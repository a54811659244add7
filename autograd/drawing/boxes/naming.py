"""Names for a picture: from a mapping of names to Values, or from a module's own paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.engine import Value
from autograd.engine.groups import MarkedCall
from autograd.engine.names import given_names


class Naming:
    """The option `names=`: names for some Values, which of them are parameters, and paths of some modules."""

    def __init__(self, names: Any) -> None:
        self.values = given_names(names, "draw")
        self.parameters = set(self.values) if hasattr(names, "named_parameters") else None
        modules = names.named_modules() if hasattr(names, "named_modules") else ()
        self._paths: dict[int, str] = {id(module): path for path, module in modules}

    def kind(self, node: Value) -> str:
        """The kind of box that a node gets."""
        if node.inputs:
            return "operation"
        if node.is_constant:
            return "input" if node.label or node in self.values else "constant"
        return "parameter" if self.parameters is None or node in self.parameters else "input"

    def parameter_of(self, factors: Sequence[Value]) -> int | None:
        """Which of two factors is the parameter, if only one is; of two leaves, the one that has a name here."""
        found = [i for i, v in enumerate(factors) if self.kind(v) == "parameter"]
        if len(found) == 2:
            found = [i for i in found if factors[i] in self.values]
        return found[0] if len(found) == 1 else None

    def has_path(self, path: str) -> bool:
        """Whether some module has this path."""
        return path in self._paths.values()

    def path(self, owner: Any) -> str:
        """The path of a module inside the one that gives the names, otherwise empty."""
        return self._paths.get(id(owner), "")

    def title(self, call: MarkedCall) -> str:
        """The heading of a call: the path of its module, and its kind."""
        path = self.path(call.owner)
        return f"{path}: {call.kind}" if path else call.kind


def plural(n: int, thing: str) -> str:
    """A number of things, in words."""
    return f"{n:,} {thing}" + ("" if n == 1 else "s")
