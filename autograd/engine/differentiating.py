"""Derivatives that leave every `.grad` alone: as numbers, or recorded as functions of the same leaves."""

from __future__ import annotations

from operator import attrgetter

from autograd.engine.adjoints import SWEEPING, nodes_below, passed_back, sweep
from autograd.engine.kinks import differentiated, keeping_sides
from autograd.engine.value import CONSTANT, KEPT, NumPyValue, Value, clock
from autograd.numbers.kinds import coerced
from autograd.numbers.sides import mean
from autograd.primitives import ieee
from autograd.primitives.operators import Scalar
from autograd.refusals import is_tracing
from autograd.symbols import Symbol, same, unmasked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, overload

_age = attrgetter("index")


if TYPE_CHECKING:

    @overload
    def gradients(output: Value, inputs: Value, create_graph: Literal[False] = False) -> float: ...
    @overload
    def gradients(output: Value, inputs: list[Value], create_graph: Literal[False] = False) -> list[float]: ...
    @overload
    def gradients(
        output: Value, inputs: tuple[Value, ...], create_graph: Literal[False] = False
    ) -> tuple[float, ...]: ...
    @overload
    def gradients(output: Value, inputs: Value, create_graph: Literal[True]) -> Value: ...
    @overload
    def gradients(output: Value, inputs: list[Value], create_graph: Literal[True]) -> list[Value]: ...
    @overload
    def gradients(output: Value, inputs: tuple[Value, ...], create_graph: Literal[True]) -> tuple[Value, ...]: ...
    @overload
    def gradients(output: Value, inputs: Any, create_graph: bool) -> Any: ...


def gradients(output: Any, inputs: Any, create_graph: bool = False) -> Any:
    """Return ∂output/∂v for each v in `inputs`, a Value or a list or tuple of Values; no `.grad` changes.

    An input that the output does not depend on has derivative 0. With `create_graph` the derivatives are Values,
    recorded as functions of the same leaves. Raises TypeError if the output or an input is not a Value, and ValueError
    if `create_graph` is used on a graph whose data has changed since it was recorded.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> dy = gradients(x ** 3, x, create_graph=True)
    >>> dy.data, gradients(dy, x)
    (27.0, 18.0)
    """
    given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    wanted, inner = [_value("inputs", v) for v in given], _value("output", output)
    found = _recorded(output, wanted) if create_graph else plain_gradients(inner, wanted, _oldest(wanted))[0]
    if isinstance(inputs, (list, tuple)):
        return tuple(found) if isinstance(inputs, tuple) else found
    return found[0]


def value_inside(x: Any) -> Value | None:
    """`x` itself if it is a Value, otherwise the Value inside it, or None."""
    while isinstance(x, Scalar) and not isinstance(x, Value):
        x = x.inside()
    return x if isinstance(x, Value) else None


def _value(what: str, x: Any) -> Value:
    found = value_inside(x)
    if found is None:
        advice = ": inside jvp there is no graph, use grad" if isinstance(x, Scalar) else ""
        raise TypeError(f"gradients: {what} must be Values, got {type(x).__name__} {x!r:.60}{advice}")
    return found


def _recorded(output: Any, inputs: list[Value]) -> list[Any]:
    """The recorded derivatives of a Value, or of each part of a dual number; Nones for a plain number."""
    if isinstance(output, Value):
        return list(recorded_gradients(output, inputs))
    if isinstance(output, Scalar):
        return output.each_part(lambda part: _recorded(part, inputs))
    return [None] * len(inputs)


def plain_gradients(output: Value, inputs: list[Value], first: int) -> tuple[list[Any], bool]:
    """The derivatives as numbers, and whether `output` also depends on a Value older than index `first`."""
    with SWEEPING:
        for v in inputs:
            v._adjoint = None
        older = sweep(output, one(output), first)[2]
        found = [v._adjoint for v in inputs]
    plain = [g if type(g) is float else 0.0 if g is None else mean(known(unmasked(g))) for g in found]
    return [0.0 if v.is_constant else g for v, g in zip(inputs, plain)], any_live(older, first)


def known(x: Any) -> Any:
    """Return a number that a transform passes out; RuntimeError if it belongs to a trace that has ended."""
    if type(x) is Symbol and not is_tracing():
        raise leaked(x)
    return x


def depends_on_older(x: Any, first: int) -> bool:
    """Whether a number depends on a Value older than index `first`."""
    if not isinstance(x, Value):
        return isinstance(x, Scalar)
    with SWEEPING:
        older = sweep(x, one(x), first)[2]
    return any_live(older, first)


def any_live(nodes: list[Value], first: int) -> bool:
    """Whether one of these nodes depends on a leaf that is not a constant.

    Raises RuntimeError if none does but one depends on an input, older than index `first`, of a transform call that has
    ended. The search takes the oldest inputs first: most are leaves, so it rarely enters a long computation.
    """
    seen, kept = set(nodes), None
    for start in nodes:
        waiting = [] if start.index == CONSTANT else [start]
        while waiting:
            node = waiting.pop()
            if node._x is None and node.index >= 0:
                return True
            kept = start if KEPT - first < node.index <= KEPT else kept
            for v in sorted(node.inputs, key=_age, reverse=True):
                if v not in seen:
                    seen.add(v)
                    waiting.append(v)
    if kept is not None:
        raise leaked(kept)
    return False


def leaked(x: Any) -> RuntimeError:
    """The error for a number from inside a transform that is used after the transform has ended."""
    return RuntimeError(
        f"{x!r:.60} was kept from an earlier call of grad, jvp or another transform, and is used again: "
        "keep autograd.detach(x) of it instead, or return it"
    )


def recorded_gradients(output: Value, inputs: list[Value]) -> list[Value]:
    """The derivatives as Values: each rule runs again, on the Values of the graph."""
    below = nodes_between(output, inputs)
    told = differentiated.get()
    order = 0 if told is None else told.order(below)
    first = next(clock)

    def partials(node: Value) -> tuple[Any, ...]:
        if told is not None and node.op is not None:
            told.tell(node.op, node, node.inputs, order)
        return recorded_partials(node)

    recorded = passed_back({output: one(output)}, below, partials, set(below).__contains__)
    found = [0.0 if v.is_constant else unmasked(recorded.get(v, 0.0)) for v in inputs]
    if told is not None:
        told.derived.update(range(first, next(clock)))
    return [g if isinstance(g, Value) else Value.constant(g) for g in found]


def one(output: Value) -> Any:
    """The seed ∂C/∂C, an int where a float would turn Fractions into floats."""
    return 1.0 if type(output.data) is float else 1


def _oldest(nodes: list[Value]) -> int:
    return min((v.index for v in nodes), default=0)


def nodes_between(output: Value, inputs: list[Value]) -> list[Value]:
    """The nodes on the paths from `inputs` to `output`, both included, oldest first."""
    nodes = nodes_below(output, _oldest(inputs))
    between = set(inputs).intersection(nodes)
    for node in sorted(nodes, key=_age):
        if not between.isdisjoint(node.inputs):
            between.add(node)
    return sorted(between, key=_age)


def recorded_partials(node: Value) -> tuple[Any, ...]:
    """A node's local derivatives as recorded functions of its inputs; ValueError if data below it has changed."""
    row = node.op
    assert row is not None
    if not is_unchanged(node):
        name = node.label or row.name
        raise ValueError(f"create_graph: the data below {name} was changed after it was computed; compute it again")
    flat = tuple(v.data if v.is_constant else v for v in node.inputs)
    partials = row.local(row.structured(flat), node)
    if row.sides:
        partials = keeping_sides(partials, node.partials)
    return partials if type(node.data) is float else coerced(partials, node.data)


def is_unchanged(node: Value) -> bool:
    """Whether a node's rule still gives its value and local derivatives: False if data below it has changed."""
    row, numbers = node.op, tuple(v.data for v in node.inputs)
    assert row is not None
    made: Any = node.data
    if type(made) is Symbol and made.op == row.key:
        return same(row.structured(numbers), made.operands)
    try:
        data, partials = row.rule(*row.structured(numbers))
    except (ValueError, ArithmeticError):
        if not isinstance(node, NumPyValue):
            return False
        data, partials = ieee.evaluated(row, numbers)
    except TypeError:  # a node from `Value.node` has no rule to run
        return True
    return same((data, *partials), (node.data, *node.partials))
