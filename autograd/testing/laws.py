"""Laws of differentiation and of the engine that hold for any operations; each is checked on one program.

A law takes a program and `draw`, hypothesis' data.draw, and raises a GradientMismatch that names the law.

>>> from hypothesis import given
>>> from autograd.testing.strategies import programs
>>> @given(programs(), st.data())
... def test_linearity(program, data):
...     LAWS["linearity"](program, data.draw)
>>> test_linearity()
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from autograd.engine import Value, gradients, no_grad
from autograd.engine.graph import Graph
from autograd.primitives import TABLE
from autograd.testing.arguments.functions import applied
from autograd.testing.judging.blame import ties
from autograd.testing.oracles.noise import EPSILON
from autograd.testing.programs import SampleProgram, SampleStep
from autograd.testing.verdicts import GradientMismatch
from autograd.transforms import grad, hessian, jvp

__all__ = ["LAWS", "equal", "law"]

Draw = Callable[[st.SearchStrategy[Any]], Any]
Law = Callable[[SampleProgram, Draw], None]

UNDERFLOW = 1e-250  # below this, the error of a sum has no bound
LAWS: dict[str, Law] = {}


def law(name: str) -> Callable[[Law], Law]:
    """Add a law to the table, with its name in the message of every failure.

    >>> @law("no operation changes a number")
    ... def identity(program, draw):
    ...     equal("the value", program(*program.inputs), program.inputs[0])
    >>> LAWS.pop("no operation changes a number")(SampleProgram((2.0,), (("negative", (0,)),)), None)
    Traceback (most recent call last):
        ...
    autograd.testing.verdicts.GradientMismatch: law broken, no operation changes a number: the value is -2.0, not 2.0
      program   SampleProgram((2.0,), (('negative', (0,)),))
    """

    def enter(check: Law) -> Law:
        def named(program: SampleProgram, draw: Draw) -> None:
            try:
                check(program, draw)
            except Broken as broken:
                text = f"law broken, {name}: {broken}\n  program   {program!r}"
                point, output = dict(enumerate_inputs(program)), program.recorded()[-1]
                raise GradientMismatch("law", text, point, output=output, program=str(program)) from None

        named.__doc__ = check.__doc__
        LAWS[name] = named
        return named

    return enter


class Broken(Exception):
    """Raised by a law, with what it found instead of what it states."""


def enumerate_inputs(program: SampleProgram) -> list[tuple[str, float]]:
    """The inputs, each with its name."""
    return [(f"v{i}", x) for i, x in enumerate(program.inputs)]


def equal(what: str, got: Any, wanted: Any, size: float = 0.0) -> None:
    """Require equal numbers: to the last bit or, given a `size`, up to the rounding of a sum of that size.

    >>> equal("the sum", 0.1 + 0.2, 0.3, size=0.3)
    """
    if not rounded_alike(got, wanted, size) and not (got != got and wanted != wanted):
        raise Broken(f"{what} is {got!r}, not {wanted!r}")


def rounded_alike(got: Any, wanted: Any, size: float) -> bool:
    """Whether two numbers are equal up to the rounding of a sum of this size."""
    return bool(got == wanted or abs(got - wanted) <= 64 * EPSILON * size + (UNDERFLOW if size else 0.0))


def sizes(output: Value) -> dict[Value, float]:
    """For every node, Σ |products of local derivatives| over the paths to the output: rounding is relative to it."""
    graph = Graph(output)
    size = dict.fromkeys(graph.nodes, 0.0)
    size[output] = 1.0
    for node in reversed(graph.nodes):
        for edge in graph.edges(node):
            if edge.partial is not None:
                size[edge.source] += size[node] * abs(edge.partial)
    return size


def leaves_of(program: SampleProgram, values: list[Value]) -> list[Value]:
    """The inputs among the values of a run."""
    return values[: len(program.inputs)]


def some_value(values: list[Value], draw: Draw) -> Value:
    """Any value of a run."""
    return values[draw(st.integers(0, len(values) - 1))]


# --- of differentiation -------------------------------------------------------------------------


@law("linearity")
def linearity(program: SampleProgram, draw: Draw) -> None:
    """∇(a·f + b·g) = a·∇f + b·∇g."""
    values = program.recorded()
    leaves, f, g = leaves_of(program, values), values[-1], some_value(values, draw)
    a, b = draw(st.floats(-3.0, 3.0)), draw(st.floats(-3.0, 3.0))
    for v, got, df, dg in zip(leaves, gradients(a * f + b * g, leaves), gradients(f, leaves), gradients(g, leaves)):
        size = abs(a) * sizes(f).get(v, 0.0) + abs(b) * sizes(g).get(v, 0.0)
        equal("∇(a·f + b·g)", got, a * df + b * dg, size)


@law("Leibniz")
def leibniz(program: SampleProgram, draw: Draw) -> None:
    """∇(f·g) = g·∇f + f·∇g."""
    values = program.recorded()
    leaves, f, g = leaves_of(program, values), values[-1], some_value(values, draw)
    for v, got, df, dg in zip(leaves, gradients(f * g, leaves), gradients(f, leaves), gradients(g, leaves)):
        size = abs(g.data) * sizes(f).get(v, 0.0) + abs(f.data) * sizes(g).get(v, 0.0)
        equal("∇(f·g)", got, g.data * df + f.data * dg, size)


@law("composition")
def composition(program: SampleProgram, draw: Draw) -> None:
    """∇f = ∇f with one value v held fixed + ∂f/∂v · ∇v."""
    values = program.recorded()
    leaves, f = leaves_of(program, values), values[-1]
    at = draw(st.integers(len(program.inputs), len(values) - 1))
    fresh: list[Any] = [Value(x) for x in program.inputs]
    for i, (op, operands) in enumerate(program.steps, len(program.inputs)):
        z = applied(TABLE[op], [fresh[k] for k in operands])
        fresh.append(Value(z.data) if i == at else z)
    held, (through,) = gradients(fresh[-1], fresh[: len(leaves)]), gradients(fresh[-1], [fresh[at]])
    inner = gradients(values[at], leaves)
    for v, got, part, dv in zip(leaves, gradients(f, leaves), held, inner):
        equal("∇f", got, part + through * dv, sizes(f).get(v, 0.0))


@law("reverse = forward")
def modes_agree(program: SampleProgram, draw: Draw) -> None:
    """A backward pass and forward passes give the same gradient."""
    values = program.recorded()
    leaves = leaves_of(program, values)
    size = sizes(values[-1])
    for i, (v, got) in enumerate(zip(leaves, gradients(values[-1], leaves))):
        direction = tuple(float(i == j) for j in range(len(leaves)))
        equal(f"∂/∂v{i} by reverse mode", got, jvp(program.__call__, program.inputs, direction)[1], size.get(v, 0.0))


@law("symmetry of the Hessian")
def symmetry(program: SampleProgram, draw: Draw) -> None:
    """∂²f/∂x∂y = ∂²f/∂y∂x where f has second derivatives, and two nestings of modes agree."""
    values = program.recorded()
    if ties(values[-1]):
        return
    matrix = hessian(lambda xs: program(*xs))(list(program.inputs))
    count = range(len(program.inputs))
    large = max((abs(x) for row in matrix for x in row), default=0.0) + max(sizes(values[-1]).values()) ** 2
    if not large < 1e8:
        return  # rounding hides any difference
    for i in count:
        direction = tuple(float(i == j) for j in count)
        column = jvp(grad(program.__call__, tuple(count)), program.inputs, direction)[1]
        for j in count:
            equal(f"∂²f/∂v{i}∂v{j}", matrix[i][j], matrix[j][i], 1e4 * (1.0 + large))
            equal(f"∂²f/∂v{i}∂v{j} by reverse over reverse", matrix[j][i], column[j], 1e4 * (1.0 + large))


@law("perturbation of each transform its own")
def perturbation(program: SampleProgram, draw: Draw) -> None:
    """d/dx of x · (d/dy of f(y) + x·y at y) = (f′(y) + x) + x, in every nesting of modes."""
    x, y = draw(st.sampled_from([2.0, -3.0, 0.5])), program.inputs[0]
    rest = program.inputs[1:]

    def forward(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda t: jvp(f, (t,), (1.0,))[1]

    def nested(inner: Callable[..., Any]) -> Callable[[Any], Any]:
        return lambda s: s * inner(lambda t: program(t, *rest) + s * t)(y)

    for outer in (grad, forward):
        for inner in (grad, forward):
            slope = inner(lambda t: program(t, *rest))(y)
            got = outer(nested(inner))(x)
            equal(f"{outer.__name__} over {inner.__name__}", got, slope + 2 * x, abs(slope) + 8.0)


# --- of programs --------------------------------------------------------------------------------


@law("renumbering")
def renumbering(program: SampleProgram, draw: Draw) -> None:
    """Another valid order of the operations gives the same gradient."""
    count = len(program.inputs)
    todo, place = list(range(len(program.steps))), {i: i for i in range(count)}
    steps: list[SampleStep] = []
    while todo:
        ready = [i for i in todo if all(k in place for k in program.steps[i][1])]
        i = draw(st.sampled_from(ready))
        todo.remove(i)
        place[count + i] = count + len(steps)
        op, operands = program.steps[i]
        steps.append(SampleStep(op, tuple(place[k] for k in operands)))
    last = place[count + len(program.steps) - 1]
    values, other = program.recorded(), SampleProgram(program.inputs, tuple(steps)).recorded()
    size = sizes(values[-1])
    found = gradients(other[last], other[:count])
    for v, got, wanted in zip(values, found, gradients(values[-1], values[:count])):
        equal("the gradient", got, wanted, size.get(v, 0.0))


@law("dead code")
def dead_code(program: SampleProgram, draw: Draw) -> None:
    """Operations whose results are not used change no bit."""
    values, other = program.recorded(), program.recorded()
    unused = some_value(other, draw) * some_value(other, draw)
    unused.sin().backward()
    leaves = leaves_of(program, other)
    for got, wanted in zip(gradients(other[-1], leaves), gradients(values[-1], leaves_of(program, values))):
        equal("the gradient", got, wanted)


@law("duplicated input")
def duplicated_input(program: SampleProgram, draw: Draw) -> None:
    """One leaf in place of two has the sum of their derivatives."""
    i, j = (draw(st.integers(0, len(program.inputs) - 1)) for _ in range(2))
    shared = list(program.inputs)
    shared[j] = shared[i]
    try:
        values = program.values(*map(Value, shared))
    except (ValueError, ArithmeticError):
        return
    leaves: list[Any] = [Value(x) for x in shared]
    leaves[j] = leaves[i]
    together = program.values(*leaves)[-1]
    apart = gradients(values[-1], [values[i], values[j]] if i != j else [values[i]])
    equal("the derivative", gradients(together, leaves[i]), sum(apart), sizes(together).get(leaves[i], 0.0))


# --- of the engine ------------------------------------------------------------------------------


@law("seed")
def seed(program: SampleProgram, draw: Draw) -> None:
    """A seed that is a power of two scales every gradient, to the last bit."""
    factor = 2.0 ** draw(st.integers(1, 3))
    values, scaled = program.recorded(), program.recorded()
    values[-1].backward()
    scaled[-1].backward(factor)
    for v, w in zip(values, scaled):
        equal("the gradient", w.grad, factor * v.grad)


@law("accumulation over passes")
def passes(program: SampleProgram, draw: Draw) -> None:
    """A second backward pass doubles the grad of leaves; other nodes keep that of the latest pass."""
    values = program.recorded()
    wanted = gradients(values[-1], values)
    for times in (1, 2):
        values[-1].backward()
        for v, derivative in zip(values, wanted):
            equal("grad", v.grad, derivative if v.inputs else times * derivative)


@law("constants")
def constants(program: SampleProgram, draw: Draw) -> None:
    """A plain operand has no derivative, and the others have the same derivatives as if it were a Value."""
    at = draw(st.integers(0, len(program.inputs) - 1))
    values = program.recorded()
    held = Value.constant(program.inputs[at])
    mixed = program.values(*[held if i == at else Value(x) for i, x in enumerate(program.inputs)])
    mixed[-1].backward()
    if held.has_grad or held.grad != 0.0:
        raise Broken(f"the grad of a constant is {held.grad!r}")
    for i, wanted in enumerate(gradients(values[-1], leaves_of(program, values))):
        if i != at:
            equal(f"∂/∂v{i}", mixed[i].grad, wanted)


@law("operands in order")
def operands_in_order(program: SampleProgram, draw: Draw) -> None:
    """A plain number may be the left or the right operand of an operator."""
    v = program.recorded()[-1]
    x = draw(st.sampled_from([2.0, 3.0, -0.5]))
    for z, wanted in ((x - v, x - v.data), (v - x, v.data - x), (x * v, x * v.data), (x + v, x + v.data)):
        equal("the value", z.data, wanted)
    equal("∂(x - v)/∂v", gradients(x - v, v), -1.0)


@law("data changed afterwards")
def data_changed(program: SampleProgram, draw: Draw) -> None:
    """Changing the data of leaves does not change the gradients of a graph made earlier."""
    values = program.recorded()
    leaves = leaves_of(program, values)
    wanted = gradients(values[-1], leaves)
    for v in leaves:
        v.data = v.data + 1.0
    values[-1].backward()
    for v, derivative in zip(leaves, wanted):
        equal("grad", v.grad, derivative)


@law("no_grad")
def nothing_recorded(program: SampleProgram, draw: Draw) -> None:
    """Inside no_grad no graph is recorded, even from Values; after it, or an exception inside it, recording resumes."""
    with no_grad():
        values = program.recorded()
    if any(v.inputs for v in values):
        raise Broken("a node was recorded")
    equal("the value", values[-1].data, program(*program.inputs))
    equal("the derivative after an exception inside no_grad", grad(_stumbling)(3.0), 2.0)
    if not (Value(1.0) * 2.0).inputs:
        raise Broken("nothing is recorded after no_grad")


def _stumbling(x: Any) -> Any:
    try:
        with no_grad():
            raise ArithmeticError
    except ArithmeticError:
        return x * 2.0


@law("detach")
def detached(program: SampleProgram, draw: Draw) -> None:
    """A detached value is the same number, and no gradient flows through it."""
    values = program.recorded()
    cut = values[-1].detach()
    equal("the value", cut.data, values[-1].data)
    for derivative in gradients(cut * 2.0, leaves_of(program, values)):
        equal("a derivative through it", derivative, 0.0)


@law("zero_grad")
def forgotten(program: SampleProgram, draw: Draw) -> None:
    """After zero_grad a grad is 0, and the next pass starts from there."""
    values = program.recorded()
    wanted = gradients(values[-1], values)
    values[-1].backward()
    for v in values:
        v.zero_grad()
        if v.has_grad or v.grad != 0.0:
            raise Broken(f"grad is {v.grad!r}")
    values[-1].backward()
    for v, derivative in zip(values, wanted):
        equal("grad", v.grad, derivative)


@law("absent edges")
def absent_edges(program: SampleProgram, draw: Draw) -> None:
    """An operand that is not selected contributes nothing, even if its derivative is infinite."""
    values = program.recorded()
    leaves = leaves_of(program, values)
    steep = TABLE["sqrt"].function(leaves[0] * 0.0)
    chosen = TABLE["where"].function(1.0, values[-1], steep)
    for got, wanted in zip(gradients(chosen, leaves), gradients(values[-1], leaves)):
        equal("the gradient", got, wanted)
    if not all(math.isfinite(d) for d in gradients(chosen, leaves)):
        raise Broken("an infinity leaked")
