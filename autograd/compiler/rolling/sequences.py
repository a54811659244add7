"""Operations lowered to simpler ones; those on sequences share parts, whatever the order of their operands.

`PLAIN` is short, but gives NaN where numbers are infinite. `EXACT` keeps the engine's limits there: one infinite number
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


def _mean(cells: ScalarGraph, xs: Sequence[int]) -> int:
    return cells.emit("divide", cells.emit("sum", *xs), cells.constant(float(len(xs))))


def _of_a_set(function: Callable[[ScalarGraph, Sequence[int]], Any]) -> Callable[[ScalarGraph, Sequence[int]], Any]:
    """A part that operations on the same numbers share: made once, for all of the n members of a softmax."""

    def part(cells: ScalarGraph, xs: Sequence[int]) -> Any:
        key = function, tuple(sorted(xs))
        if key not in cells.parts_of_sets:
            cells.parts_of_sets[key] = function(cells, key[1])
        return cells.parts_of_sets[key]

    return part


def _norm(cells: ScalarGraph, xs: Sequence[int]) -> int:
    return cells.emit("norm", *sorted(xs))


def _logsumexp(cells: ScalarGraph, xs: Sequence[int]) -> int:
    return cells.emit("logsumexp", *sorted(xs))


@_of_a_set
def _from_greatest(cells: ScalarGraph, xs: Sequence[int]) -> tuple[int, list[int]]:
    """The greatest number m, and x - m for all of them."""
    m = cells.emit("max", *xs)
    return m, [cells.emit("subtract", x, m) for x in xs]


@_of_a_set
def _powers(cells: ScalarGraph, xs: Sequence[int]) -> int:
    """Σ exp(x - m) for the greatest number m."""
    return cells.emit("sum", *[cells.emit("exp", x) for x in _from_greatest(cells, xs)[1]])


@_of_a_set
def _logsumexp_from_greatest(cells: ScalarGraph, xs: Sequence[int]) -> int:
    return _logsumexp(cells, _from_greatest(cells, xs)[1])


def _softmax_first(cells: ScalarGraph, xs: Sequence[int]) -> int:
    first = cells.emit("subtract", xs[0], _from_greatest(cells, xs)[0])
    return cells.emit("divide", cells.emit("exp", first), _powers(cells, xs))


def _log_softmax_first(cells: ScalarGraph, xs: Sequence[int]) -> int:
    first = cells.emit("subtract", xs[0], _from_greatest(cells, xs)[0])
    return cells.emit("subtract", first, _logsumexp_from_greatest(cells, xs))  # logsumexp(x) would lose small digits


def _softmax_rest(first: Lowering) -> Lowering:
    """The sum of the softmax of all but the first x, from the softmax of one."""

    def rest(cells: ScalarGraph, xs: Sequence[int]) -> int:
        others = range(1, len(xs))
        return cells.emit("sum", *[first(cells, [xs[i], *xs[:i], *xs[i + 1 :]]) for i in others])

    return rest


def _direction(cells: ScalarGraph, xs: Sequence[int]) -> int:
    """x / z for the first x and the norm z; 0 at the zero vector, NaN where z may have lost digits."""
    z, zero = _norm(cells, xs), cells.constant(0.0)
    usual = cells.emit(">", z, cells.constant(TINY))
    rare = cells.emit("where", cells.emit("==", z, zero), zero, cells.constant(nan))
    return cells.emit("where", usual, cells.emit("divide", xs[0], z), rare)


# --- local derivatives that the engine keeps whole: their factors, ordered so that none leaves the range --------------


def _ratio_slope(cells: ScalarGraph, zxy: Sequence[int]) -> int:
    z, _, y = zxy
    return cells.emit("divide", z, y)


def _quotient(cells: ScalarGraph, xyzn: Sequence[int]) -> int:
    x, y, z, order = xyzn
    n = int(cells.values[order])
    if cells.values[y] == 1.0:
        return _divided(cells, x, z, n)
    return cells.emit("multiply", _divided(cells, x, z, n // 2), _divided(cells, y, z, n - n // 2))


def _divided(cells: ScalarGraph, x: int, z: int, n: int) -> int:
    for _ in range(n):
        x = cells.emit("divide", x, z)
    return x


def _exact_quotient(cells: ScalarGraph, xyzn: Sequence[int]) -> int:
    """Where the product of two fractions underflows, scale one of them by 2**500 until the end."""
    x, y, z, order = xyzn
    if cells.values[y] == 1.0:
        return _quotient(cells, xyzn)
    a, b = cells.emit("divide", x, z), cells.emit("divide", y, z)
    small = cells.emit("<", cells.emit("abs", cells.emit("multiply", a, b)), cells.constant(TINY))
    one, left = cells.constant(1.0), int(cells.values[order]) - 2
    up, down = (cells.emit("where", small, cells.constant(2.0**k), one) for k in (500, -500))
    product = cells.emit("multiply", cells.emit("multiply", a, up), b)
    return cells.emit("multiply", _divided(cells, product, z, left), down)


def _power_log(cells: ScalarGraph, zxyn: Sequence[int]) -> int:
    z, x, _, n = zxyn
    for _ in range(int(cells.values[n])):
        z = cells.emit("xlogy", z, x)
    return z


# --- at infinity -----------------------------------------------------------------------------------------------------


def infinities(cells: Emitter, xs: Sequence[int]) -> int:
    """How many of the xs are inf; NaN if any is NaN."""
    one, zero = cells.constant(1.0), cells.constant(0.0)
    flags = [cells.emit("where", is_infinite(cells, x), one, zero) for x in xs]
    return cells.emit("sum", *[cells.emit("where", cells.emit("==", x, x), flag, x) for x, flag in zip(xs, flags)])


_infinities = _of_a_set(infinities)


def is_infinite(cells: Emitter, x: int) -> int:
    """The condition that x is inf."""
    return cells.emit("==", x, cells.constant(inf))


def by_infinities(cells: Emitter, count: int, none: int, one: int, several: int) -> int:
    """One of three numbers, chosen by the number of infinities."""
    some = cells.emit("where", cells.emit("==", count, cells.constant(1.0)), one, several)
    return cells.emit("where", cells.emit("==", count, cells.constant(0.0)), none, some)


def _exact_softmax_first(cells: ScalarGraph, xs: Sequence[int]) -> int:
    limit = cells.emit("where", is_infinite(cells, xs[0]), cells.constant(1.0), cells.constant(0.0))
    return by_infinities(cells, _infinities(cells, xs), _softmax_first(cells, xs), limit, cells.constant(nan))


def _exact_log_softmax_first(cells: ScalarGraph, xs: Sequence[int]) -> int:
    limit = cells.emit("where", is_infinite(cells, xs[0]), cells.constant(0.0), cells.constant(-inf))
    return by_infinities(cells, _infinities(cells, xs), _log_softmax_first(cells, xs), limit, cells.constant(nan))


def _exact_direction(cells: ScalarGraph, xs: Sequence[int]) -> int:
    """Where the norm overflows, the direction of a quarter of the numbers; where it is tiny, of a multiple."""
    z, large = _norm(cells, xs), cells.constant(2.0**600)
    tiny = cells.emit("where", cells.emit("<=", z, cells.constant(TINY)), large, cells.constant(1.0))
    scale = cells.emit("where", is_infinite(cells, z), cells.constant(0.25), tiny)
    finite = _direction(cells, [cells.emit("multiply", x, scale) for x in xs])
    sizes = [cells.emit("abs", x) for x in xs]
    count, infinite = _infinities(cells, sizes), is_infinite(cells, sizes[0])
    nothing = cells.emit("multiply", count, cells.constant(0.0))  # 0, or NaN
    one = cells.emit("where", infinite, cells.emit("sign", xs[0]), nothing)
    several = cells.emit("where", infinite, cells.constant(nan), nothing)
    return by_infinities(cells, count, finite, one, several)


PLAIN: dict[str, Lowering] = {
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
EXACT = PLAIN | {
    "softmax_first": _exact_softmax_first,
    "softmax_rest": _softmax_rest(_exact_softmax_first),
    "log_softmax_first": _exact_log_softmax_first,
    "direction": _exact_direction,
    "quotient": _exact_quotient,
}


def hides_infinity(program: Program) -> bool:
    """Whether a comparison depends on an operation without limits in `PLAIN`: on its NaN it would just be false."""
    differ = {op for op in EXACT if EXACT[op] is not PLAIN[op]}
    operations = program.operations
    everywhere = {operation.op for operation in every_operation(program)}
    if differ.isdisjoint(everywhere):
        return False
    if LOOP in everywhere:
        return not everywhere.isdisjoint(COMPARISONS)
    compared = [i for i, operation in enumerate(operations) if operation.op in COMPARISONS]
    return any(operations[i].op in differ for i in reached(compared, [operation.operands for operation in operations]))
