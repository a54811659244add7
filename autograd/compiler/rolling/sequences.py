"""Operations lowered to simpler ones; those on sequences share parts, whatever the order of their operands.

`FAST` is short, but gives NaN where numbers are infinite. `SAFE` keeps the engine's limits there: one infinite number
outweighs all finite ones; several have no limit. It serves the safe program, which runs where something is not finite,
and programs in which a comparison would hide that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan
from typing import TYPE_CHECKING, Any, Protocol

from autograd.compiler.programs.loops import every_operation
from autograd.compiler.programs.operation import LOOP, reached
from autograd.symbols import COMPARISONS

if TYPE_CHECKING:
    from autograd.compiler.programs.program import Program
    from autograd.compiler.rolling.scalar_graph import ScalarGraph

    Lowering = Callable[[ScalarGraph, Sequence[int]], int]

TINY = 1e-290  # a shorter length may have lost digits


class Emitter(Protocol):
    """What operations are added to: the scalars of a program, or a program that is built."""

    def emit(self, op: str, *operands: int) -> int: ...

    def constant(self, x: Any) -> int: ...


def _mean(graph: ScalarGraph, xs: Sequence[int]) -> int:
    return graph.emit("divide", graph.emit("sum", *xs), graph.constant(float(len(xs))))


def _of_a_set(function: Callable[[ScalarGraph, Sequence[int]], Any]) -> Callable[[ScalarGraph, Sequence[int]], Any]:
    """A part that operations on the same numbers share: made once, for all of the n members of a softmax."""

    def part(graph: ScalarGraph, xs: Sequence[int]) -> Any:
        key = function, tuple(sorted(xs))
        if key not in graph.parts_of_sets:
            graph.parts_of_sets[key] = function(graph, key[1])
        return graph.parts_of_sets[key]

    return part


def _norm(graph: ScalarGraph, xs: Sequence[int]) -> int:
    return graph.emit("norm", *sorted(xs))


def _logsumexp(graph: ScalarGraph, xs: Sequence[int]) -> int:
    return graph.emit("logsumexp", *sorted(xs))


@_of_a_set
def _from_greatest(graph: ScalarGraph, xs: Sequence[int]) -> tuple[int, list[int]]:
    """The greatest number m, and x - m for all of them."""
    m = graph.emit("max", *xs)
    return m, [graph.emit("subtract", x, m) for x in xs]


@_of_a_set
def _powers(graph: ScalarGraph, xs: Sequence[int]) -> int:
    """Σ exp(x - m) for the greatest number m."""
    return graph.emit("sum", *[graph.emit("exp", x) for x in _from_greatest(graph, xs)[1]])


@_of_a_set
def _logsumexp_from_greatest(graph: ScalarGraph, xs: Sequence[int]) -> int:
    return _logsumexp(graph, _from_greatest(graph, xs)[1])


def _softmax_first(graph: ScalarGraph, xs: Sequence[int]) -> int:
    first = graph.emit("subtract", xs[0], _from_greatest(graph, xs)[0])
    return graph.emit("divide", graph.emit("exp", first), _powers(graph, xs))


def _log_softmax_first(graph: ScalarGraph, xs: Sequence[int]) -> int:
    first = graph.emit("subtract", xs[0], _from_greatest(graph, xs)[0])
    return graph.emit("subtract", first, _logsumexp_from_greatest(graph, xs))  # logsumexp(x) would lose small digits


def _softmax_rest(first: Lowering) -> Lowering:
    """The sum of the softmax of all but the first x, from the softmax of one."""

    def rest(graph: ScalarGraph, xs: Sequence[int]) -> int:
        others = range(1, len(xs))
        return graph.emit("sum", *[first(graph, [xs[i], *xs[:i], *xs[i + 1 :]]) for i in others])

    return rest


def _direction(graph: ScalarGraph, xs: Sequence[int]) -> int:
    """x / z for the first x and the norm z; 0 at the zero vector, NaN where z may have lost digits."""
    z, zero = _norm(graph, xs), graph.constant(0.0)
    usual = graph.emit(">", z, graph.constant(TINY))
    rare = graph.emit("where", graph.emit("==", z, zero), zero, graph.constant(nan))
    return graph.emit("where", usual, graph.emit("divide", xs[0], z), rare)


# --- local derivatives that the engine keeps whole: their factors, ordered so that none leaves the range --------------


def _ratio_slope(graph: ScalarGraph, zxy: Sequence[int]) -> int:
    z, _, y = zxy
    return graph.emit("divide", z, y)


def _quotient(graph: ScalarGraph, xyzn: Sequence[int]) -> int:
    x, y, z, order = xyzn
    n = int(graph.values[order])
    if graph.values[y] == 1.0:
        return _divided(graph, x, z, n)
    return graph.emit("multiply", _divided(graph, x, z, n // 2), _divided(graph, y, z, n - n // 2))


def _divided(graph: ScalarGraph, x: int, z: int, n: int) -> int:
    for _ in range(n):
        x = graph.emit("divide", x, z)
    return x


def _safe_quotient(graph: ScalarGraph, xyzn: Sequence[int]) -> int:
    """Where the product of two fractions underflows, scale one of them by 2**500 until the end."""
    x, y, z, order = xyzn
    if graph.values[y] == 1.0:
        return _quotient(graph, xyzn)
    a, b = graph.emit("divide", x, z), graph.emit("divide", y, z)
    small = graph.emit("<", graph.emit("abs", graph.emit("multiply", a, b)), graph.constant(TINY))
    one, left = graph.constant(1.0), int(graph.values[order]) - 2
    up, down = (graph.emit("where", small, graph.constant(2.0**k), one) for k in (500, -500))
    product = graph.emit("multiply", graph.emit("multiply", a, up), b)
    return graph.emit("multiply", _divided(graph, product, z, left), down)


def _power_log(graph: ScalarGraph, zxyn: Sequence[int]) -> int:
    z, x, _, n = zxyn
    for _ in range(int(graph.values[n])):
        z = graph.emit("xlogy", z, x)
    return z


# --- at infinity -----------------------------------------------------------------------------------------------------


def infinities(graph: Emitter, xs: Sequence[int]) -> int:
    """How many of the xs are inf; NaN if any is NaN."""
    one, zero = graph.constant(1.0), graph.constant(0.0)
    flags = [graph.emit("where", is_infinite(graph, x), one, zero) for x in xs]
    return graph.emit("sum", *[graph.emit("where", graph.emit("==", x, x), flag, x) for x, flag in zip(xs, flags)])


_infinities = _of_a_set(infinities)


def is_infinite(graph: Emitter, x: int) -> int:
    """The condition that x is inf."""
    return graph.emit("==", x, graph.constant(inf))


def by_infinities(graph: Emitter, count: int, none: int, one: int, several: int) -> int:
    """One of three numbers, chosen by the number of infinities."""
    some = graph.emit("where", graph.emit("==", count, graph.constant(1.0)), one, several)
    return graph.emit("where", graph.emit("==", count, graph.constant(0.0)), none, some)


def _safe_softmax_first(graph: ScalarGraph, xs: Sequence[int]) -> int:
    limit = graph.emit("where", is_infinite(graph, xs[0]), graph.constant(1.0), graph.constant(0.0))
    return by_infinities(graph, _infinities(graph, xs), _softmax_first(graph, xs), limit, graph.constant(nan))


def _safe_log_softmax_first(graph: ScalarGraph, xs: Sequence[int]) -> int:
    limit = graph.emit("where", is_infinite(graph, xs[0]), graph.constant(0.0), graph.constant(-inf))
    return by_infinities(graph, _infinities(graph, xs), _log_softmax_first(graph, xs), limit, graph.constant(nan))


def _safe_direction(graph: ScalarGraph, xs: Sequence[int]) -> int:
    """Where the norm overflows, the direction of a quarter of the numbers; where it is tiny, of a multiple."""
    z, large = _norm(graph, xs), graph.constant(2.0**600)
    tiny = graph.emit("where", graph.emit("<=", z, graph.constant(TINY)), large, graph.constant(1.0))
    scale = graph.emit("where", is_infinite(graph, z), graph.constant(0.25), tiny)
    finite = _direction(graph, [graph.emit("multiply", x, scale) for x in xs])
    sizes = [graph.emit("abs", x) for x in xs]
    count, infinite = _infinities(graph, sizes), is_infinite(graph, sizes[0])
    nothing = graph.emit("multiply", count, graph.constant(0.0))  # 0, or NaN
    one = graph.emit("where", infinite, graph.emit("sign", xs[0]), nothing)
    several = graph.emit("where", infinite, graph.constant(nan), nothing)
    return by_infinities(graph, count, finite, one, several)


FAST: dict[str, Lowering] = {
    "mean": _mean,
    "softmax_first": _softmax_first,
    "softmax_rest": _softmax_rest(_softmax_first),
    "log_softmax_first": _log_softmax_first,
    "direction": _direction,
    "norm": _norm,
    "logsumexp": _logsumexp,
    "ratio_slope": _ratio_slope,
    "quotient": _quotient,
    "power_log": _power_log,
}
SAFE = FAST | {
    "softmax_first": _safe_softmax_first,
    "softmax_rest": _softmax_rest(_safe_softmax_first),
    "log_softmax_first": _safe_log_softmax_first,
    "direction": _safe_direction,
    "quotient": _safe_quotient,
}


def hides_infinity(program: Program) -> bool:
    """Whether a comparison would read a NaN that `FAST` gives in place of a limit: it would be false, and hide it."""
    differ = {op for op in SAFE if SAFE[op] is not FAST[op]}
    operations = program.operations
    everywhere = {operation.op for operation in every_operation(program)}
    if differ.isdisjoint(everywhere):
        return False
    if LOOP in everywhere:
        return not everywhere.isdisjoint(COMPARISONS)
    compared = [i for i, operation in enumerate(operations) if operation.op in COMPARISONS]
    return any(operations[i].op in differ for i in reached(compared, [operation.operands for operation in operations]))
