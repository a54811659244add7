"""Risks: the conditions under which a traced operation would raise an error on floats, for enclosing handlers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays import lists
from autograd.arrays.origins import is_of_numpy
from autograd.lifting.branching.merging import both, either, is_traced_number, opposite, truth
from autograd.lifting.stand_ins.number_classes import INT
from autograd.lifting.stand_ins.python_names import BUILTINS, MATH, is_lifted
from autograd.primitives import TABLE, Primitive
from autograd.primitives.operators import core
from autograd.refusals import is_library, refuse

if TYPE_CHECKING:
    from autograd.lifting.branching.branches import Branches

QUOTIENTS = {"Div": operator.truediv, "FloorDiv": operator.floordiv, "Mod": operator.mod}
IN_PLACE = {"IDiv": operator.itruediv, "IFloorDiv": operator.ifloordiv, "IMod": operator.imod, "IPow": operator.ipow}
RISKY = {**QUOTIENTS, **IN_PLACE, "Pow": operator.pow}


WATCHED = "compute it outside of `try`, or ask for its condition with `if`"
NAMES = {  # our operations that raise the same errors as Python functions of other names
    "pow": "power", "truediv": "divide", "remainder": "fmod", "ldexp": "multiply", "fsum": "sum",
}  # fmt: skip
DETACHING = "autograd.transforms.detaching"
HARMLESS = {"autograd.lifting.branching.choices", "autograd.lifting.reading", DETACHING, "builtins"}
CALLING = {"_functools", "functools", "itertools"}  # modules whose functions call their arguments
PYTHONS = {"autograd.lifting.stand_ins.python_names", "_operator", "numpy.linalg"}
RAISING_NOTHING = {  # Python functions, whatever the numbers are
    "max", "min", "sorted", "all", "any", "abs", "fabs", "round", "trunc", "prod", "_distance", "norm", "det", "add",
    "sub", "mul", "neg", "pos", "iadd", "isub", "imul", "lt", "le", "gt", "ge", "eq", "ne", "itemgetter", "attrgetter",
    "mean", "fmean", "median", "stdev", "pstdev", "variance", "pvariance",
}  # fmt: skip


RAISED: dict[tuple[str, type[Exception]], Callable[[], Any]] = {  # by operation and error: code that raises the same
    ("", ZeroDivisionError): lambda: operator.truediv(1.0, 0.0),
    ("", ValueError): lambda: math.sqrt(-1.0),
    ("", OverflowError): lambda: math.exp(1e3),
    ("power", ZeroDivisionError): lambda: operator.pow(0.0, -1.0),
    ("power", OverflowError): lambda: operator.pow(10.0, 400.0),
}
SINGULAR = (lambda z: [abs(core(x)) < math.inf for x in z.flat], "Singular matrix")
# The conditions that a result satisfies, and the text of the error where it does not.
FACTORING: dict[str, tuple[Callable[[Any], list[Any]], str]] = {
    "cholesky": (
        lambda z: [core(x) > 0 for x in numpy.diagonal(z, axis1=-2, axis2=-1).flat],
        "Matrix is not positive definite",
    ),
    "inv": SINGULAR,
    "solve": SINGULAR,
}
OVERFLOWING = {"degrees", "hypot", "norm"}  # to infinity, in Python as well
WHOLE = {*map(id, (MATH["floor"], MATH["ceil"], MATH["trunc"], BUILTINS["round"], INT))}


def raises_nothing(f: Any, home: str) -> bool:
    """Whether a function itself, apart from those that it calls, raises no error that depends on numbers."""
    name = getattr(f, "__name__", "")
    if home == "numpy" or not is_library(home) or home in HARMLESS or home.startswith("autograd.arrays"):
        return True
    return home in PYTHONS and name in RAISING_NOTHING


def home_of(f: Any) -> str:
    """The module of a function, or of the object whose method it is."""
    return str(getattr(f, "__module__", None) or type(getattr(f, "__self__", None)).__module__)


def watching(branches: Branches, f: Any, called: Any) -> Any:
    """Wrap a function that is called inside a `try`: errors that it would raise on floats are reported to handlers."""
    if id(f) in WHOLE:
        return _rounding(branches, called)
    if f is divmod:
        return _dividing(branches, called)
    home = home_of(f)
    if home == "numpy.linalg" and f.__name__ in FACTORING:
        return _factoring(branches, f.__name__, called)
    if raises_nothing(f, home):
        return called
    row = getattr(f, "primitive", None)
    if row is None and home in ("autograd.lifting.stand_ins.python_names", "_operator", "math"):
        row = TABLE.get(NAMES.get(f.__name__, f.__name__))

    def watched(*operands: Any, **named: Any) -> Any:
        operands = tuple([list(x) if hasattr(x, "__next__") else x for x in operands]) if row else operands
        z = called(*operands, **named)
        calls = home in CALLING and all(raises_nothing(x, home_of(x)) for x in operands if callable(x))
        if calls or not is_traced_number(z):
            return z
        x = getattr(f, "__self__", None)
        operands = operands if x is None or isinstance(x, type(math)) else (x, *operands)
        if row is None or named or len(operands) != len(row.parameters):
            name = getattr(f, "__name__", type(f).__name__)
            raise refuse(lambda most: f"what {name:.40} raises", WATCHED)
        pole = ValueError if f is MATH["pow"] else ZeroDivisionError
        watch(branches, row, operands, z, pole, arithmetic=home == "_operator" or f is BUILTINS["pow"])
        return z

    return watched


def _rounding(branches: Branches, called: Any) -> Any:
    """Wrap a function that returns an int: it raises an error at infinity and NaN."""

    def watched(x: Any = 0, *digits: Any) -> Any:
        z = called(x, *digits)
        if is_lifted(x) and is_traced_number(z) and z is not x and not digits:
            size = abs(core(x))
            _told(branches, size == math.inf, OverflowError("cannot convert float infinity to integer"))
            _told(branches, size != size, ValueError("cannot convert float NaN to integer"))
        return z

    return watched


def _dividing(branches: Branches, called: Any) -> Any:
    def watched(x: Any, y: Any) -> Any:
        z = called(x, y)
        if any(map(is_traced_number, z)):
            watch(branches, TABLE["divide"], (x, y), z[0])
        return z

    return watched


def _factoring(branches: Branches, name: str, called: Any) -> Any:
    """Wrap a function of np.linalg that raises an error for some matrices."""

    def watched(*operands: Any, **named: Any) -> Any:
        z = called(*operands, **named)
        numbers = numpy.asarray(z, dtype=object)
        if any(map(is_traced_number, numbers.flat)):
            holds, text = FACTORING[name]
            _told(branches, opposite(lists.all_of(holds(numbers))), numpy.linalg.LinAlgError(text))
        return z

    return watched


def _told(branches: Branches, condition: Any, error: Exception) -> None:
    """Report an error to the enclosing handlers, for the rows where the condition holds; raise it if it always does."""
    found = truth(condition)
    if found is True:
        raise error
    if found is not False:
        branches.fails(found, error, watched=True)


def watch(
    branches: Branches,
    row: Primitive,
    operands: tuple[Any, ...],
    z: Any,
    pole: type[Exception] = ZeroDivisionError,
    arithmetic: bool = True,
) -> None:
    """Report to the enclosing handlers where an operation would raise an error on floats, and which error.

    Arithmetic with a NumPy number among its operands returns inf and NaN, and raises nothing.
    """
    raises: Any = True
    for x in operands if arithmetic else ():
        raises = both(raises, opposite(is_of_numpy(x)))
    for condition, error in errors_of(row, operands, core(z), pole) if raises is not False else ():
        _told(branches, both(raises, truth(condition)), _as_python_raises(row.name, error))


def _as_python_raises(name: str, error: type[Exception]) -> Exception:
    """The error with Python's own text, which a handler may read and which differs between versions."""
    try:
        RAISED.get((name, error), RAISED.get(("", error), float))()
    except error as raised:
        return raised.with_traceback(None)
    return error(f"{name}: raised where f runs on floats")


def errors_of(
    row: Primitive, given: tuple[Any, ...], z: Any, pole: type[Exception]
) -> Iterator[tuple[Any, type[Exception]]]:
    """The conditions under which an operation raises an error on floats, each with the class of the error."""
    operands = [list(x.flat) if isinstance(x, numpy.ndarray) else core(x) for x in given]
    flat = [x for part in operands for x in (part if isinstance(part, (list, tuple)) else [part])]
    if row.name == "divide":
        yield flat[1] == 0, ZeroDivisionError
        return
    for part, interval in zip(operands, row.domain):
        for x in part if isinstance(part, (list, tuple)) else [part]:
            if interval.text != "[-inf, inf]":
                low = x <= interval.low if interval.low_open else x < interval.low
                high = x >= interval.high if interval.high_open else x > interval.high
                yield either(truth(low), truth(high)), ValueError
    finite: Any = True
    for x in flat:
        finite = both(finite, truth(abs(x) < math.inf))
    if row.name == "power":
        yield both(truth(flat[0] == 0), truth(flat[1] < 0)), pole
    elif row.name in ("gamma", "lgamma"):
        yield both(both(finite, truth(flat[0] <= 0)), opposite(truth(abs(z) < math.inf))), ValueError
    elif row.name == "fmod":
        yield both(truth(abs(flat[0]) == math.inf), truth(flat[1] == flat[1])), ValueError
    if row.name not in OVERFLOWING:
        yield both(finite, truth(abs(z) == math.inf)), OverflowError
    yield both(finite, truth(z != z)), ValueError
