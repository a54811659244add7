"""NumPy functions that choose, sort and round: they return the number itself, or a `where` if the choice is traced."""

from __future__ import annotations

import functools
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists, scalars
from autograd.arrays.axes import along, as_bools, as_indices, as_objects, each_row, mapped
from autograd.arrays.indexing import kind_of_index, taken
from autograd.arrays.scalars import choose, number, truth
from autograd.arrays.table import IMPLEMENTATIONS, implements, refused
from autograd.primitives.operators import core
from autograd.refusals import refuse

if TYPE_CHECKING:
    pass


def conditions(x: Any) -> Any:
    """Convert to an array of bools, unless some are traced."""
    x = numpy.asarray(x)
    return numpy.asarray(as_bools(mapped(truth, x))) if x.dtype == object else x


@implements(numpy.where)
def where(condition: Any, *sides: Any) -> Any:
    """np.where: x's numbers where the condition holds, otherwise y's; no operation unless the condition is traced."""
    condition = conditions(condition)
    if condition.dtype == object:
        if not sides:
            raise refuse(lambda most: "where a condition holds", "write np.where(c, x, y)")
        return mapped(choose, condition, *sides)
    return numpy.where(condition, *map(as_objects, sides)) if sides else numpy.where(condition)


@implements(numpy.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    shape = numpy.broadcast_shapes(*[numpy.shape(x) for x in (*condlist, *choicelist)])
    found = numpy.broadcast_to(as_objects(default), shape)
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        found = where(condition, choice, found)
    return found


@implements(numpy.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """np.piecewise: each piece is a function of single numbers, called only on those for which its condition holds."""
    x = as_objects(x)
    if numpy.ndim(condlist) == x.ndim and not isinstance(condlist, (list, tuple)):
        condlist = [condlist]
    pieces = [conditions(c) for c in condlist]
    given = list(funclist)
    otherwise = given.pop() if len(given) == len(pieces) + 1 else 0.0

    def values(piece: Any) -> Any:
        return as_objects(piece(x, *args, **kw)) if callable(piece) else piece

    if any(c.dtype == object for c in pieces):
        return select(pieces[::-1], [values(f) for f in given[::-1]], values(otherwise))
    found = numpy.full(x.shape, 0.0, dtype=object)
    rest = ~numpy.logical_or.reduce([numpy.broadcast_to(c, x.shape) for c in pieces])
    for condition, piece in [(rest, otherwise), *zip(pieces, given)]:
        found[condition] = piece(x[condition], *args, **kw) if callable(piece) else piece
    return found


@implements(numpy.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None, **kwargs: Any
) -> Any:
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    return mapped(scalars.clip, a, *[x if x is not None else _none() for x in (low, high)])


def _none() -> Any:
    made = numpy.empty((), dtype=object)
    made[()] = None
    return made


@implements(numpy.round, numpy.around)
def round(a: Any, decimals: int = 0, out: None = None) -> Any:
    scale = 10.0**decimals
    return mapped(lambda x: p.round(x) if not decimals else p.round(x * scale) / scale, a)


@implements(numpy.fix)
def fix(x: Any, out: None = None) -> Any:
    return mapped(scalars.trunc, x)


@implements(numpy.sinc)
def sinc(x: Any) -> Any:
    return mapped(p.sinc, x)


@implements(numpy.i0)
def i0(x: Any) -> Any:
    return mapped(p.i0, x)


@implements(numpy.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    top = numpy.finfo(float).max

    def clean(v: Any) -> Any:
        v = number(v)
        found = choose(v == -math.inf, -top if neginf is None else neginf, v)
        found = choose(v == math.inf, top if posinf is None else posinf, found)
        return choose(scalars.isnan(v), nan, found)

    return mapped(clean, x)


# --- order --------------------------------------------------------------------------------------


@implements(numpy.sort)
def sort(a: Any, axis: int | None = -1, kind: Any = None, order: None = None, *, stable: Any = None) -> Any:
    return each_row(lists.ordered, a, axis)


@implements(numpy.partition)
def partition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: None = None) -> Any:
    return sort(a, axis)


@implements(numpy.argsort)
def argsort(a: Any, axis: int | None = -1, kind: Any = None, order: None = None, *, stable: Any = None) -> Any:
    return as_indices(each_row(lists.order, a, axis))


@implements(numpy.argwhere)
def argwhere(a: Any) -> Any:
    _known(a, "where a condition holds", "np.where(c, x, y)")
    return numpy.argwhere(conditions(a))


@implements(numpy.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    if sorter is None and not all(map(plain_or_known, (a, v))):
        row = as_objects(a).tolist()
        after = operator.le if side == "left" else operator.lt  # NaN comes last: no number is after it
        return mapped(lambda x: lists.total([choose(after(x, y), 0.0, 1.0) for y in row]), v)
    return numpy.searchsorted(_data(a), _data(v), side, sorter)


@implements(numpy.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    row, side = _data(bins), "left" if right else "right"
    falls = len(row) > 1 and row[0] > row[-1]
    return len(row) - searchsorted(row[::-1], x, side) if falls else searchsorted(row, x, side)


@implements(numpy.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount: the sums of the weights by place; without weights it is refused."""
    if weights is None or numpy.asarray(x).dtype == object:
        raise refused(numpy.bincount)
    places, numbers = numpy.asarray(x).tolist(), as_objects(weights).tolist()
    if len(places) != len(numbers):
        raise ValueError("The weights and list don't have the same length.")
    sums: list[list[Any]] = [[] for _ in range(max([minlength, *(place + 1 for place in places)]))]
    for place, weight in zip(places, numbers):
        sums[place].append(weight)
    return numpy.array(list(map(lists.total, sums)), dtype=object)


def plain_or_known(x: Any) -> bool:
    """Whether no number of an array is traced."""
    return not lists.is_traced(as_objects(x).reshape(-1).tolist())


def _data(x: Any) -> Any:
    return numpy.asarray(mapped(_core, x), dtype=float) if numpy.asarray(x).dtype == object else x


def _core(x: Any) -> float:
    return float(core(x))


def _known(x: Any, what: str, instead: str) -> None:
    if lists.is_traced(list(as_objects(x).flat)):
        raise refuse(lambda most: what, f"write {instead}")


# --- comparisons --------------------------------------------------------------------------------


@implements(numpy.isclose)
def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    def close(x: Any, y: Any) -> Any:
        near = scalars.either(x == y, scalars.both(abs(x - y) <= atol + rtol * abs(y), scalars.isfinite(y)))
        return scalars.either(near, scalars.both(x != x, y != y)) if equal_nan else near

    return as_bools(mapped(close, a, b))


@implements(numpy.allclose)
def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    return along(lists.all_of, isclose(a, b, rtol, atol, equal_nan))


@implements(numpy.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    x, y = as_objects(a1), as_objects(a2)
    if x.shape != y.shape:
        return False
    return along(
        lists.all_of,
        mapped(lambda v, w: scalars.either(v == w, scalars.both(equal_nan, scalars.both(v != v, w != w))), x, y),
    )


for _name, _test in {
    "isneginf": lambda x: x == -math.inf, "isposinf": lambda x: x == math.inf, "isreal": lambda x: True,
}.items():  # fmt: skip
    IMPLEMENTATIONS[getattr(numpy, _name)] = functools.partial(
        lambda test, x, out=None: as_bools(mapped(test, x)), _test
    )


@implements(numpy.choose)
def choose_from(a: Any, choices: Any, out: None = None, mode: Any = "raise") -> Any:
    if kind_of_index(a) is None:
        return numpy.choose(a, [as_objects(x) for x in choices], mode=mode)
    places, *rows = numpy.broadcast_arrays(as_objects(a), *map(as_objects, choices))
    return taken(numpy.stack(rows), (places, *numpy.ogrid[tuple(slice(n) for n in places.shape)]))
