"""Operations on sequences in terms of parts that many of them share: the same cells in whatever order the numbers come.

`PLAIN` is short, and NaN where numbers are infinite. `EXACT` has the engine's limits there: one infinite number
outweighs all finite ones, several have no limit. It is for the guarded program, which runs where something is not
finite, and for programs in which a comparison would hide that.
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING

from autograd.compiler.program import reached
from autograd.symbols import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.cells import Cells
    from autograd.compiler.program import Program

    Lowering = Callable[[Cells, Sequence[int]], int]


def _mean(cells: Cells, xs: Sequence[int]) -> int:
    return cells.emit("divide", cells.emit("sum", *xs), cells.constant(float(len(xs))))


def _norm(cells: Cells, xs: Sequence[int]) -> int:
    return cells.emit("norm", *sorted(xs))


def _logsumexp(cells: Cells, xs: Sequence[int]) -> int:
    return cells.emit("logsumexp", *sorted(xs))


def _from_greatest(cells: Cells, xs: Sequence[int]) -> tuple[int, list[int]]:
    """x - m for the first of the xs, and for all of them, m being the greatest."""
    m = cells.emit("max", *sorted(xs))
    return cells.emit("subtract", xs[0], m), [cells.emit("subtract", x, m) for x in sorted(xs)]


def _softmax_first(cells: Cells, xs: Sequence[int]) -> int:
    first, every = _from_greatest(cells, xs)
    total = cells.emit("sum", *[cells.emit("exp", x) for x in every])
    return cells.emit("divide", cells.emit("exp", first), total)


def _log_softmax_first(cells: Cells, xs: Sequence[int]) -> int:
    first, every = _from_greatest(cells, xs)  # for x - logsumexp(x) would lose what is small beside m
    return cells.emit("subtract", first, _logsumexp(cells, every))


def _direction(cells: Cells, xs: Sequence[int]) -> int:
    z, zero = _norm(cells, xs), cells.constant(0.0)
    return cells.emit("where", cells.emit("==", z, zero), zero, cells.emit("divide", xs[0], z))


# --- at infinity -----------------------------------------------------------------------------------------------------


def _infinities(cells: Cells, xs: Sequence[int]) -> int:
    """How many of the xs are inf; NaN beside a NaN."""
    one, zero = cells.constant(1.0), cells.constant(0.0)
    flags = [cells.emit("where", _is_infinite(cells, x), one, zero) for x in sorted(xs)]
    return cells.emit(
        "sum", *[cells.emit("where", cells.emit("==", x, x), flag, x) for x, flag in zip(sorted(xs), flags)]
    )


def _is_infinite(cells: Cells, x: int) -> int:
    return cells.emit("==", x, cells.constant(inf))


def _by_infinities(cells: Cells, count: int, none: int, one: int, several: int) -> int:
    """One of three numbers, by how many infinities there are."""
    some = cells.emit("where", cells.emit("==", count, cells.constant(1.0)), one, several)
    return cells.emit("where", cells.emit("==", count, cells.constant(0.0)), none, some)


def _exact_softmax_first(cells: Cells, xs: Sequence[int]) -> int:
    limit = cells.emit("where", _is_infinite(cells, xs[0]), cells.constant(1.0), cells.constant(0.0))
    return _by_infinities(cells, _infinities(cells, xs), _softmax_first(cells, xs), limit, cells.constant(nan))


def _exact_log_softmax_first(cells: Cells, xs: Sequence[int]) -> int:
    limit = cells.emit("where", _is_infinite(cells, xs[0]), cells.constant(0.0), cells.constant(-inf))
    return _by_infinities(cells, _infinities(cells, xs), _log_softmax_first(cells, xs), limit, cells.constant(nan))


def _exact_direction(cells: Cells, xs: Sequence[int]) -> int:
    """Of numbers whose squares' sum overflows it is that of their quarters."""
    quarters = [cells.emit("multiply", x, cells.constant(0.25)) for x in xs]
    overflows = _is_infinite(cells, _norm(cells, xs))
    finite = cells.emit("where", overflows, _direction(cells, quarters), _direction(cells, xs))
    sizes = [cells.emit("abs", x) for x in xs]
    count, infinite = _infinities(cells, sizes), _is_infinite(cells, sizes[0])
    nothing = cells.emit("multiply", count, cells.constant(0.0))  # or NaN
    one = cells.emit("where", infinite, cells.emit("sign", xs[0]), nothing)
    several = cells.emit("where", infinite, cells.constant(nan), nothing)
    return _by_infinities(cells, count, finite, one, several)


PLAIN: dict[str, Lowering] = {
    "mean": _mean,
    "softmax_first": _softmax_first,
    "log_softmax_first": _log_softmax_first,
    "direction": _direction,
    "norm": _norm,
    "logsumexp": _logsumexp,
}
EXACT = PLAIN | {
    "softmax_first": _exact_softmax_first,
    "log_softmax_first": _exact_log_softmax_first,
    "direction": _exact_direction,
}


def hides_infinity(program: Program) -> bool:
    """Whether a comparison depends on an operation of which `PLAIN` has no limits: of NaN it is merely false."""
    differ = {op for op in EXACT if EXACT[op] is not PLAIN[op]}
    operations = program.operations
    if differ.isdisjoint(operation.op for operation in operations):
        return False
    compared = [i for i, operation in enumerate(operations) if operation.op in COMPARISONS]
    return any(operations[i].op in differ for i in reached(compared, [operation.operands for operation in operations]))
