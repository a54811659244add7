"""`math` and the builtins on Values: eager code gets numbers and bools, as from Python's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from contextvars import ContextVar
from types import FunctionType
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays import lists, scalars
from autograd.arrays.origins import of_python, of_side
from autograd.arrays.scalars import choose, number
from autograd.engine.value import NumPyValue, Value
from autograd.lifting.stand_ins.rounding import is_traced_whole, remainder, rounded, to_int
from autograd.numbers.kinds import KINDS, LAZY_KINDS, discovered
from autograd.primitives.operators import Scalar, core
from autograd.refusals import refuse
from autograd.symbols import Condition, answering
from autograd.symbols.text import brief

FLOATS = KINDS[float]


def is_lifted(x: Any) -> bool:
    """Whether x is a number that Python's functions cannot take: a Value, a Dual, a condition or another kind."""
    if isinstance(x, (Scalar, Condition)):
        return True
    if isinstance(x, numpy.ndarray):
        return False
    kind = KINDS.get(type(x))
    if kind is None and type(x).__module__.partition(".")[0] in LAZY_KINDS:
        kind = discovered(x)
    return kind is not None and kind is not FLOATS


def selects(items: list[Any], keys: list[Any]) -> bool:
    """Whether traced keys choose among these items by selections: the items must be numbers; never along a path."""
    numbers = all(is_lifted(x) or isinstance(x, (int, float, numpy.number)) for x in items)
    return numbers and lists.is_traced([x for x in keys if is_lifted(x)]) and answering.get() is None


def follows_numpy(x: Any) -> bool:
    """Whether the arithmetic of a number gives inf and NaN where Python's raises an error."""
    return isinstance(x, NumPyValue) or getattr(x, "follows_numpy", False)


def replacing(original: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function: Python's own on plain numbers, otherwise ours; those of `math` give Python's numbers."""
    of_math = original.__module__ == "math"
    raises = of_math and original.__name__ in RAISING

    def either(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and type(args[0]) is Value and type(args[0]._number) is float and not raises:
            return ours(*args, **kwargs)
        for x in (*args, *kwargs.values()) if kwargs else args:
            if is_lifted(x):
                numbers = [entered(v) for v in args]
                named = {name: entered(v) for name, v in kwargs.items()}
                if not of_math:
                    return ours(*numbers, **named)
                if raises or any(map(follows_numpy, numbers)):
                    _raised_by(original, *numbers, **named)
                return of_python(ours(*numbers, **named), [*numbers, *named.values()])
        return original(*args, **kwargs)

    either.__name__ = either.__qualname__ = original.__name__
    either.__doc__ = original.__doc__
    return either


RAISING = {"fmod", "gamma", "ldexp", "pow", "remainder"}  # where ours give inf or NaN, or another error


def _raised_by(original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Raise the error that Python's function raises for the plain numbers in the arguments."""
    if len(args) == 1 and type(args[0]) is NumPyValue and type(args[0]._number) is float:
        original(args[0]._number, **kwargs)
        return
    plain = [list(map(core, x)) if type(x) is list else core(x) for x in args]
    named = {name: core(x) for name, x in kwargs.items()}
    numbers = [v for x in plain for v in (x if type(x) is list else [x])]
    if all(isinstance(v, (int, float)) for v in (*numbers, *named.values())):
        original(*plain, **named)


def entered(x: Any) -> Any:
    """Convert an operand for our functions: a condition becomes a number, an array of no dimensions its item."""
    if isinstance(x, numpy.ndarray) and not x.ndim:
        x = x[()]
    return number(x)


# --- math ---------------------------------------------------------------------------------------


def _isclose(a: Any, b: Any, *, rel_tol: float = 1e-9, abs_tol: float = 0.0) -> Any:
    if not lists.is_traced([rel_tol, abs_tol]) and min(rel_tol, abs_tol) < 0:
        raise ValueError("tolerances must be non-negative")
    gap, size = abs(a - b), scalars.choose(abs(a) > abs(b), abs(a), abs(b))
    near = scalars.either(gap <= rel_tol * size, gap <= abs_tol)
    return scalars.either(a == b, scalars.both(near, size < math.inf))  # infinity is near itself alone


def _ldexp(x: Any, i: Any) -> Any:
    if not isinstance(i, int):
        half = i // 2  # 2.0**1024 is not a float, and 2.0**-1075 is 0
        return x * 2.0**half * 2.0 ** (i - half)
    i = max(-2200, min(i, 2200))  # beyond, every number is 0 or infinite
    while abs(i) > 1000:
        part = 500 if i > 0 else -500
        x, i = x * 2.0**part, i - part
    return x * 2.0**i  # only this product may round


def _of_its_exponent(x: Any) -> float:
    """The plain number; for a traced one, that of a row along a path, which serves all rows with the same exponent."""
    if not lists.is_traced([x]):
        return float(core(x))
    x, along = core(x), answering.get()
    if along is None:
        raise refuse(lambda most: f"the exponent of {brief(x, most - 16)}", "compute it as floor(log2(abs(x)))")
    value = along.number(x)
    exponent = math.frexp(value)[1]
    if value == 0 or not math.isfinite(value):
        along.truth(x == value if value == value else x != x)
    else:
        along.truth(abs(x) >= math.ldexp(0.5, exponent))
        along.truth(abs(x) < (math.ldexp(1.0, exponent) if exponent < 1024 else math.inf))
    return value


def _frexp(x: Any) -> Any:
    exponent = math.frexp(_of_its_exponent(x))[1]
    return _ldexp(x, -exponent), exponent


def _ulp(x: Any) -> float:
    """A plain number, since the derivative is 0."""
    return math.ulp(_of_its_exponent(x))


def _nextafter(x: Any, y: Any) -> Any:
    if lists.is_traced([x, y]):
        raise refuse(lambda most: f"the float after {brief(core(x), most - 16)}", "add what you mean by it")
    found = math.nextafter(core(x), core(y))
    return x + (found - core(x)) if math.isfinite(core(x)) else found


def _modf(x: Any) -> Any:
    return choose(scalars.isinf(x), p.copysign(0.0, x), p.fmod(x, 1.0)), scalars.trunc(x)


OURS_IN_MATH: dict[str, Callable[..., Any]] = {
    **{x.removeprefix("math."): row.function for x, row in p.SPELLINGS.items() if x.startswith("math.")},
    "pow": lambda x, y: x**y, "fabs": p.abs, "isnan": scalars.isnan, "isinf": scalars.isinf,
    "isfinite": scalars.isfinite, "isclose": _isclose, "remainder": remainder, "ldexp": _ldexp, "frexp": _frexp,
    "ulp": _ulp, "nextafter": _nextafter,
    "floor": to_int(math.floor, p.floor), "ceil": to_int(math.ceil, p.ceil), "trunc": to_int(math.trunc, scalars.trunc),
    "modf": _modf,
}  # fmt: skip


def of_sequence(original: Callable[..., Any], ours: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """The same for a function of a sequence, which is called `data` in `statistics`."""

    def either(*args: Any, data: Any = None, **kwargs: Any) -> Any:
        xs, *others = args or (data,)
        numbers = list(xs)
        if any(map(is_lifted, numbers)):
            return ours(list(map(number, numbers)), *others, **kwargs)
        return original(numbers, *others, **kwargs)

    either.__name__ = either.__qualname__ = original.__name__
    return either


def _total(xs: list[Any]) -> Any:
    _raised_by(math.fsum, xs)
    return of_python(lists.total(xs), xs)


def _product(xs: list[Any], *, start: Any = 1) -> Any:
    return lists.product([start, *xs])


def _distance(x: Any, y: Any) -> Any:
    pairs = list(zip(x, y, strict=True))
    plain = not any(is_lifted(v) for pair in pairs for v in pair)
    if plain:
        return math.dist(x, y)
    gaps = [a - b for a, b in pairs]
    return of_python(p.norm(gaps), gaps)


def _sumprod(x: Any, y: Any) -> Any:
    return sum(a * b for a, b in zip(x, y, strict=True))


MATH: dict[str, Callable[..., Any]] = {
    **{name: replacing(getattr(math, name), f) for name, f in OURS_IN_MATH.items() if hasattr(math, name)},
    "fsum": of_sequence(math.fsum, _total), "prod": of_sequence(math.prod, _product), "dist": _distance,
    "sumprod": _sumprod,
}  # fmt: skip


# --- builtins -------------------------------------------------------------------------------------


def _extreme(original: Callable[..., Any], wins: Callable[[Any, Any], Any], tied: Callable[[Any, Any], Any]) -> Any:
    """max or min: Python's number, which at NaN depends on the order; at a tie the slope is shared."""

    def of_two(best: Any, x: Any) -> Any:
        better = wins(x, best)
        if type(better) is not Condition and better:
            return x  # the number itself, since `is` may ask for it
        return of_side(choose(scalars.either(better, x == best), tied(best, x), best))

    def extreme(*args: Any, **kwargs: Any) -> Any:
        if not args or (len(args) > 1 and "default" in kwargs):
            return original(*args, **kwargs)  # which raises an error
        items = list(args[0]) if len(args) == 1 else list(args)
        if kwargs.get("key") is not None:
            keys = [kwargs["key"](x) for x in items]
            if selects(items, keys):
                return _by_key(wins, items, keys)
            return items[original(range(len(items)), key=keys.__getitem__)] if items else original(items, **kwargs)
        if not any(map(is_lifted, items)):
            return original(items, **kwargs)
        if answering.get() is not None and all(map(is_traced_whole, items)):
            return _by_key(wins, items, items)
        best = items[0]
        for x in items[1:]:
            best = of_two(best, x)
        return _of_many(best, items)

    extreme.__name__ = extreme.__qualname__ = original.__name__
    return extreme


# In a trace, by id: a number with shared slopes, and the extreme of three or more items that pairs chose.
extremes: ContextVar[dict[int, tuple[Any, Any]]] = ContextVar("autograd extremes")


def _of_many(best: Any, items: list[Any]) -> Any:
    """The extreme of the items with the slopes of a tie; without one, the number itself, since `is` may ask for it."""
    if lists.is_traced(items):
        found = lists.shared(best, items)
        extremes.get({})[id(core(found))] = core(found), core(best)
        return found
    equal = [x for x in items if x == best]
    return equal[0] if len(equal) == 1 else lists.shared(best, items)


def _by_key(wins: Callable[[Any, Any], Any], items: list[Any], keys: list[Any]) -> Any:
    """The first of the items, which are numbers, whose traced key wins."""
    best, key = items[0], keys[0]
    for x, k in zip(items[1:], keys[1:]):
        is_better = wins(k, key)
        best, key = of_side(choose(is_better, x, best)), choose(is_better, k, key)
    return best


def _sorted(xs: Any, /, *, key: Any = None, reverse: bool = False) -> Any:
    items = list(xs)
    keys = items if key is None else list(map(key, items))
    if not selects(items, keys):
        return [items[i] for i in sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)]
    if not reverse:
        return lists.ordered(items, keys)
    return lists.ordered(items[::-1], keys[::-1])[::-1]  # equal ones keep their order


def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    """`pow`: with a modulus all three are ints, which a trace knows only along a path."""
    if mod is None:
        return base**exp
    return pow(*[operator.index(core(x)) if lists.is_traced([x]) else x for x in (base, exp, mod)])


def _of_truths(original: Callable[[Any], bool], stops: bool, traced: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """`all` or `any`: a condition if a truth in a list is traced; how far an iterator runs depends on the answers."""

    def of_truths(xs: Any) -> Any:
        if hasattr(xs, "__next__"):
            return stops if any(bool(scalars.truth(x) if is_lifted(x) else x) is stops for x in xs) else not stops
        items = list(xs)
        if not lists.is_traced([x for x in items if is_lifted(x)]):
            return original(items)
        return traced([x if is_lifted(x) else bool(x) for x in items])

    of_truths.__name__ = of_truths.__qualname__ = original.__name__
    return of_truths


def text(original: Callable[..., str]) -> Callable[..., str]:
    """`str` or `repr`: the text of a Value is that of its number."""

    def of_number(*args: Any, **options: Any) -> str:
        if args and is_lifted(args[0]) and not follows_numpy(args[0]):
            args = (core(args[0]), *args[1:])
        return original(*args, **options)

    of_number.__name__ = of_number.__qualname__ = original.__name__
    return of_number


class Hash(int):
    """The hash of a number of this call."""


# Without globals, as if f called it: for our own modules a number's hash is that of the object.
_by_value = FunctionType((lambda x: hash(x)).__code__, {})


def _hash(x: Any) -> int:
    has_number = any(map(is_lifted, x if type(x) is tuple else [x]))
    found: int = _by_value(x)
    return Hash(found) if has_number else found


BUILTINS: dict[str, Any] = {
    "max": _extreme(max, operator.gt, scalars.maximum), "min": _extreme(min, operator.lt, scalars.minimum),
    "abs": replacing(abs, abs), "sorted": _sorted, "round": replacing(round, rounded), "pow": replacing(pow, _pow),
    "all": _of_truths(all, False, lists.all_of), "any": _of_truths(any, True, lists.any_of), "repr": text(repr),
    "hash": _hash,
}  # fmt: skip
