"""Origins: tracks which numbers are NumPy's where f runs on floats, since their arithmetic gives inf and NaN.

Elements of array arguments are NumPy's, and so are results computed from them, except those of `float(x)` and `math`.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import numpy

from autograd import primitives as p
from autograd.arrays.scalars import either
from autograd.engine.value import NumPyValue, Value
from autograd.primitives.operators import Scalar, core
from autograd.refusals import refuse
from autograd.symbols import Symbol
from autograd.symbols.expressions import OF_EITHER, OF_NUMPY, OF_PYTHON, OfEither, OfNumPy, OfPython

# Of the running trace, by id: a symbol, and whether it is one of NumPy's numbers.
origins: ContextVar[dict[int, tuple[Any, Any]]] = ContextVar("autograd origins")
# Of the running trace, by id: symbols that are an int of f on some rows and a float on others.
mixed: ContextVar[dict[int, Symbol]] = ContextVar("autograd mixed")
INTS = (int, numpy.integer, numpy.bool_)


ONE_OF_NUMPYS = numpy.float64(1.0)


def is_of_numpy(x: Any) -> Any:
    """Whether a number is a NumPy number where f runs on floats; a condition if that depends on the row."""
    top, known = core(x), origins.get({})
    if type(top) is not Symbol:
        return isinstance(x, numpy.generic) or getattr(x, "follows_numpy", False)
    waiting = [top]
    while waiting:
        symbol = waiting[-1]
        parts = [] if type(symbol.name) in (OfNumPy, OfPython) else _parts(symbol)
        missing = [v for v in parts if type(v) is Symbol and id(v) not in known]
        if missing:
            waiting += missing
        else:
            known[id(symbol)] = symbol, _found(symbol, [_known(v, known) for v in parts])
            waiting.pop()
    return _known(top, known)


def _parts(symbol: Symbol) -> list[Any]:
    """The operands that decide whether a symbol is a NumPy number."""
    operands = symbol.operands[symbol.op == "where" :]
    return [v for x in operands for v in (x if type(x) is tuple else (x,))]


def _known(x: Any, known: dict[int, tuple[Any, Any]]) -> Any:
    return known[id(x)][1] if type(x) is Symbol else isinstance(x, numpy.generic)


def _found(symbol: Symbol, kinds: list[Any]) -> Any:
    if type(symbol.name) is OfEither and kinds[0] is not kinds[1]:
        return symbol.operands[0].of_booleans(*kinds)
    found: Any = type(symbol.name) is OfNumPy
    for kind in kinds:
        found = either(found, kind)
    return found


def of_python(found: Any, operands: list[Any]) -> Any:
    """Mark a result computed from these operands as a Python number."""
    kind = type(found)
    if kind is NumPyValue:
        for x in operands:
            if found is x:
                return found.pythons()
        found.__class__ = Value
        return found
    if kind is Value and type(found._number) is float:
        return found
    if kind is tuple:
        return tuple([of_python(x, operands) for x in found])
    if not isinstance(found, Scalar):
        return found
    inside = core(found)
    for x in operands:
        if inside is core(x):
            return found.pythons()
    if type(inside) is not Symbol:
        return found.pythons()
    if inside.op:
        inside.name = OF_PYTHON
    return found


def of_numpy(found: Any, operands: tuple[Any, ...]) -> Any:
    """Mark a traced result computed from these operands as a NumPy number; eagerly it follows its operands."""
    symbol = core(found)
    is_new = type(symbol) is Symbol and symbol.op and not any(core(x) is symbol for x in operands)
    if is_new:
        symbol.name = OF_NUMPY
    return found


def of_side(chosen: Any, a: Any = None, b: Any = None) -> Any:
    """Mark what a branch chooses from two sides: NumPy's or Python's, and an int or a float, as the chosen side is."""
    symbol = core(chosen)
    if type(symbol) is Symbol and symbol.op == "where":
        symbol.name = OF_EITHER
        if isinstance(a, INTS) != isinstance(b, INTS):
            mixed.get({})[id(symbol)] = symbol
    return chosen


def require_one_type(first: Any) -> None:
    """Refuse a first result, whose type an array takes, if it is an int on some rows and a float on others."""
    if id(core(first)) in mixed.get({}):
        raise refuse(lambda most: "whether the first result is an int", "write 0.0 in place of 0, or the like")


def as_numpys(x: Any) -> Any:
    """Convert a Value to a NumPy number, as `numpy.float64(x)` does."""
    if x.follows_numpy:
        return x
    made = of_numpy(p.positive(x), ())
    if not isinstance(made, Value):
        made.follows_numpy = True
    elif type(made._number) is not Symbol:
        made._follow(ONE_OF_NUMPYS)
    return made


def of_one_type(made: Any) -> Any:
    """Check a result of `numpy.vectorize`: each of its arrays takes the type of its first number."""
    for x in made if isinstance(made, tuple) else (made,):
        if isinstance(x, numpy.ndarray) and x.size:
            require_one_type(x.flat[0])
    return made
