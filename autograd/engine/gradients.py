"""Derivatives without touching any `.grad`: as numbers, or recorded as functions of the same leaves."""

from __future__ import annotations

from operator import attrgetter

from autograd.engine.adjoints import adjoints
from autograd.engine.value import Value
from autograd.numbers.kinds import exact
from autograd.primitives.operators import Scalar
from autograd.symbols import same, unmasked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_age = attrgetter("index")


def gradients(output: Any, inputs: Any, create_graph: bool = False) -> Any:
    """∂output/∂v for each v of `inputs`, a Value or a list or tuple of them; no `.grad` is touched.

    An input that the output does not depend on has derivative 0. With `create_graph` the derivatives are Values,
    recorded as functions of the same leaves. TypeError if an input is not a Value, ValueError if `create_graph` is
    asked of a graph whose data was changed after it was made.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> dy = gradients(x ** 3, x, create_graph=True)
    >>> dy.data, gradients(dy, x)
    (27.0, 18.0)
    """
    wanted = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    for v in wanted:
        if not isinstance(v, Value):
            raise TypeError(f"gradients: inputs must be Values, got {type(v).__name__} {v!r:.60}")
    if not isinstance(output, Value):
        raise TypeError(f"gradients: output must be a Value, got {type(output).__name__} {output!r:.60}")
    found = recorded_gradients(output, wanted) if create_graph else plain_gradients(output, wanted, _oldest(wanted))[0]
    if isinstance(inputs, (list, tuple)):
        return tuple(found) if isinstance(inputs, tuple) else found
    return found[0]


def plain_gradients(output: Value, inputs: list[Value], first: int) -> tuple[list[Any], bool]:
    """The derivatives as numbers, and whether `output` depends on a Value from before index `first` too."""
    found, older = adjoints(output, one(output), first)
    return [0.0 if v.is_constant else unmasked(found.get(v, 0.0)) for v in inputs], older


def recorded_gradients(output: Value, inputs: list[Value]) -> list[Value]:
    """The derivatives as Values: each local derivative is made again, by its rule on the Values of the graph."""
    below = nodes_between(output, inputs)
    recorded: dict[Value, Any] = {output: one(output)}
    on_path = set(below)
    for node in sorted(below, key=_age, reverse=True):
        adjoint = recorded.get(node)
        if adjoint is None or not node.inputs:
            continue
        for v, partial in zip(node.inputs, recorded_partials(node)):
            if partial is not None and v in on_path:
                term = adjoint if type(partial) in (float, int) and partial == 1 else adjoint * partial
                recorded[v] = recorded[v] + term if v in recorded else term
    found = [0.0 if v.is_constant else unmasked(recorded.get(v, 0.0)) for v in inputs]
    return [g if isinstance(g, Value) else Value.constant(g) for g in found]


def one(output: Value) -> Any:
    """The seed ∂C/∂C, an int where a float would make floats of Fractions."""
    return 1.0 if type(output.data) is float else 1


def _oldest(nodes: list[Value]) -> int:
    return min((v.index for v in nodes), default=0)


def nodes_between(output: Value, inputs: list[Value]) -> list[Value]:
    """The nodes through which `output` depends on `inputs`, both included, oldest first."""
    first = _oldest(inputs)
    seen = {output}
    nodes = [output]
    for node in nodes:
        for v in node.inputs:
            if v not in seen and v.index >= first:
                seen.add(v)
                nodes.append(v)
    between = set(inputs) & seen
    for node in sorted(nodes, key=_age):
        if not between.isdisjoint(node.inputs):
            between.add(node)
    return sorted(between, key=_age)


def recorded_partials(node: Value) -> tuple[Any, ...]:
    """A node's local derivatives as recorded functions of its inputs; ValueError if their data has changed."""
    row = node.op
    assert row is not None
    if not is_unchanged(node):
        name = node.label or row.name
        raise ValueError(f"create_graph: the data below {name} was changed after it was computed; compute it again")
    flat = tuple(v.data if v.is_constant else v for v in node.inputs)
    partials: tuple[Any, ...] = row.rule(*row.structured(flat))[1]
    return partials if type(node.data) is float else exact(partials, node.data)


def is_unchanged(node: Value) -> bool:
    """Whether a node's rule still gives its value and its local derivatives, or data below was changed since."""
    row = node.op
    assert row is not None
    try:
        data, partials = row.evaluate(*row.structured(tuple(v.data for v in node.inputs)))
    except (ValueError, ArithmeticError):
        return False
    return same((data, *partials), (node.data, *node.partials))
