"""x[mask] in a trace: numbers chosen by a mask that is not known, so that their count is not known either.

Functions of each number, and sums, means and extremes over all, are traced; functions that need the count are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd import primitives as p
from autograd.arrays import lists, scalars
from autograd.arrays.axes import WHERE, mapped, objects
from autograd.arrays.scalars import choose
from autograd.arrays.ufuncs import applied
from autograd.refusals import TraceError, refuse
from autograd.symbols import Condition


class Chosen(NDArrayOperatorsMixin):
    """The numbers of a flat array where a mask holds."""

    chosen_by: list[Any]

    def __init__(self, numbers: Any, mask: Any) -> None:
        self.numbers = numpy.ravel(numpy.asarray(numbers, dtype=object)).tolist()
        self.chosen_by = numpy.ravel(numpy.asarray(mask, dtype=object)).tolist()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method == "reduce" and ufunc.__name__ in BY_UFUNC:
            return BY_UFUNC[ufunc.__name__](self, *options.values())
        if method != "__call__" or options or ufunc.nout > 1:
            raise _refused()
        shape = numpy.shape(self.numbers)
        operands = [objects(numpy.asarray(self._beside(x))) for x in inputs]
        numbers = applied(ufunc, method, tuple(numpy.broadcast_to(x, shape) for x in operands), {})
        if out is None:
            return Chosen(numbers, self.chosen_by)
        self.numbers = numpy.ravel(numbers).tolist()
        return self

    def _beside(self, x: Any) -> Any:
        """An operand for each number: from a single number, or from numbers that the same mask chose."""
        if isinstance(x, Chosen):
            if not all(map(is_same, x.chosen_by, self.chosen_by)):
                raise _refused()
            return numpy.array([*x.numbers, None], dtype=object)[:-1]
        if numpy.size(x) != 1:
            raise _refused()
        return numpy.asarray(x, dtype=object).reshape(())

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        ours = BY_FUNCTION.get(function)
        if ours is None or not isinstance(args[0], Chosen):
            raise _refused()
        return ours(*args, **kwargs)

    def instead(self, other: Any) -> list[Any]:
        """The numbers, with another number in their place where the mask does not hold."""
        return [choose(condition, x, other) for condition, x in zip(self.chosen_by, self.numbers)]

    def __matmul__(self, other: Any) -> Any:
        return _sum(self * other) if isinstance(other, Chosen) else NotImplemented

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise _refused()

    def __len__(self) -> int:
        raise _refused()

    def __iter__(self) -> Any:
        raise _refused()

    def __getitem__(self, index: Any) -> Any:
        raise _refused()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else _refused()

    @property
    def size(self) -> Any:
        return _count(self)

    def copy(self) -> Chosen:
        return Chosen(self.numbers, self.chosen_by)


def _refused() -> TraceError:
    return refuse(lambda most: "the length of x[mask]", "write np.where(mask, x, 0.0), or multiply by the mask")


def is_same(a: Any, b: Any) -> bool:
    """Whether two conditions are known to be the same: they compare the same numbers."""
    if type(a) is not Condition or type(b) is not Condition:
        return a is b or (type(a) is type(b) and type(a) in (bool, float, int) and a == b)
    if a is b:
        return True
    if type(a.right) is tuple and type(b.right) is tuple:
        return a.op == b.op and is_same(a.left, b.left) and all(map(is_same, a.right, b.right))
    return bool(a.op == b.op) and is_same(a.left, b.left) and is_same(a.right, b.right)


# --- sums over all chosen numbers -----------------------------------------------------------------


def _count(x: Chosen) -> Any:
    return lists.total([choose(condition, 1.0, 0.0) for condition in x.chosen_by])


def _sum(x: Chosen, axis: Any = None) -> Any:
    return lists.total(x.instead(0.0))


def _mean(x: Chosen, axis: Any = None) -> Any:
    return _sum(x) / _count(x)


def _deviations(x: Chosen) -> Chosen:
    return Chosen(mapped(lambda v, middle: v - middle, x.numbers, _mean(x)), x.chosen_by)


def _var(x: Chosen, axis: Any = None, ddof: float = 0) -> Any:
    return lists.total([d * d for d in _deviations(x).instead(0.0)]) / (_count(x) - ddof)


def _std(x: Chosen, axis: Any = None, ddof: float = 0) -> Any:
    return p.norm(_deviations(x).instead(0.0)) / p.sqrt(_count(x) - ddof)


def _extreme(extreme: Callable[[list[Any]], Any], worst: float) -> Callable[..., Any]:
    def found(x: Chosen, axis: Any = None) -> Any:
        return choose(lists.any_of(x.chosen_by), extreme(x.instead(worst)), math.nan)

    return found


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "sum": _sum, "mean": _mean, "var": _var, "std": _std, "count_nonzero": lambda x: _sum(scalars_of(x)),
    "prod": lambda x, axis=None: lists.product(x.instead(1.0)),
    "max": _extreme(lists.greatest, -math.inf), "min": _extreme(lists.least, math.inf),
    "all": lambda x, axis=None: lists.all_of([scalars.either(scalars.opposite(c), v) for c, v in pairs(x)]),
    "any": lambda x, axis=None: lists.any_of([scalars.both(c, v) for c, v in pairs(x)]),
}  # fmt: skip


def pairs(x: Chosen) -> list[tuple[Any, Any]]:
    return list(zip(x.chosen_by, x.numbers))


def scalars_of(x: Chosen) -> Chosen:
    """1 for each number that is not 0, otherwise 0."""
    return Chosen([choose(scalars.truth(v), 1.0, 0.0) for v in x.numbers], x.chosen_by)


def _where(reduction: Callable[[Chosen], Any]) -> Callable[[list[Any], list[Any], Any], Any]:
    def found(numbers: list[Any], mask: list[Any], initial: Any) -> Any:
        more = [] if initial is None else [initial]
        return reduction(Chosen([*numbers, *more], [*mask, *[True] * len(more)]))

    return found


WHERE |= {
    of: _where(REDUCTIONS[name])
    for of, name in {
        lists.total: "sum", lists.product: "prod", lists.mean: "mean", lists.greatest: "max", lists.least: "min",
        lists.all_of: "all", lists.any_of: "any",
    }.items()
}  # fmt: skip
BY_UFUNC = {"add": _sum, "multiply": REDUCTIONS["prod"], "maximum": REDUCTIONS["max"], "minimum": REDUCTIONS["min"]}
BY_FUNCTION: dict[Any, Callable[..., Any]] = {getattr(numpy, name): of for name, of in REDUCTIONS.items()} | {
    numpy.size: _count, numpy.linalg.norm: lambda x: p.norm(x.instead(0.0)), numpy.dot: lambda x, y: x @ y,
    numpy.amax: REDUCTIONS["max"], numpy.amin: REDUCTIONS["min"], numpy.copy: Chosen.copy,
}  # fmt: skip
for _name in ("sum", "mean", "var", "std", "prod", "max", "min", "all", "any"):
    setattr(Chosen, _name, REDUCTIONS[_name])
