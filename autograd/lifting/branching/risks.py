"""Risks: where an operation of a trace would raise an error on floats, for the handlers around it."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.lifting.branching.merging import both, either, is_traced_number, opposite, truth
from autograd.primitives import TABLE, Primitive
from autograd.primitives.operators import core
from autograd.refusals import is_library, refuse
from autograd.symbols import Symbol

if TYPE_CHECKING:
    from autograd.lifting.branching.branches import Branches

QUOTIENTS = {"Div": operator.truediv, "FloorDiv": operator.floordiv, "Mod": operator.mod}
IN_PLACE = {"IDiv": operator.itruediv, "IFloorDiv": operator.ifloordiv, "IMod": operator.imod, "IPow": operator.ipow}
RISKY = {**QUOTIENTS, **IN_PLACE, "Pow": operator.pow}


WATCHED = "compute it outside of `try`, or ask for its condition with `if`"
NAMES = {  # of our operations that raise what Python's functions do, where these have another name
    "pow": "power", "truediv": "divide", "remainder": "fmod", "ldexp": "multiply", "fsum": "sum",
}  # fmt: skip
ARITHMETIC = {
    "add", "subtract", "multiply", "divide", "floor_divide", "mod", "negative", "abs", "power", "constant_power",
    "where",
}  # fmt: skip
DETACHING = "autograd.transforms.structure"
HARMLESS = {"autograd.lifting.branching.choices", "autograd.lifting.reading", DETACHING, "builtins"}
CALLING = {"_functools", "functools", "itertools"}  # which call what they are given
PYTHONS = {"autograd.lifting.stand_ins.python_names", "_operator", "numpy.linalg"}
RAISING_NOTHING = {  # functions of Python's, whatever the numbers are
    "max", "min", "sorted", "all", "any", "abs", "fabs", "round", "trunc", "prod", "_distance", "norm", "det", "add",
    "sub", "mul", "neg", "pos", "iadd", "isub", "imul", "lt", "le", "gt", "ge", "eq", "ne", "itemgetter", "attrgetter",
    "mean", "fmean", "median", "stdev", "pstdev", "variance", "pvariance",
}  # fmt: skip


def raises_nothing(f: Any, home: str) -> bool:
    """Whether a function raises no error because of a number, but for those that it calls."""
    name = getattr(f, "__name__", "")
    if home == "numpy" or not is_library(home) or home in HARMLESS or home.startswith("autograd.arrays"):
        return True
    return home in PYTHONS and name in RAISING_NOTHING


def home_of(f: Any) -> str:
    """The module of a function, or of the object whose method it is."""
    return str(getattr(f, "__module__", None) or type(getattr(f, "__self__", None)).__module__)


def watching(branches: Branches, f: Any, called: Any) -> Any:
    """A function, as it is called inside a `try`; where it would raise an error is told to the handlers."""
    home = home_of(f)
    if raises_nothing(f, home):
        return _of_numpy(branches, called) if home.partition(".")[0] == "numpy" else called
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
        if home != "_operator" or not raises_as_numpy(branches, *operands):
            watch(branches, row, operands, z)
        return z

    return watched


def _of_numpy(branches: Branches, called: Any) -> Any:
    """A function of NumPy's, which warns where Python's raises, and whose result is a number of NumPy's."""

    def noted(*operands: Any, **named: Any) -> Any:
        z = called(*operands, **named)
        if is_traced_number(z) and not any(core(x) is core(z) for x in operands):
            branches.of_numpy[id(core(z))] = core(z)
        return z

    return noted


def raises_as_numpy(branches: Branches, *operands: Any) -> bool:
    """Whether arithmetic has a number of NumPy's among its operands: it gives inf and NaN, and raises nothing."""
    waiting = [(core(x), False) for x in operands if branches.of_numpy]
    seen: set[int] = set()
    while waiting:
        x, chosen = waiting.pop()
        if id(x) in branches.of_numpy:
            if chosen:
                raise refuse(lambda most: "what arithmetic on numbers of Python's and NumPy's raises", WATCHED)
            return True
        if type(x) is Symbol and x.op in ARITHMETIC and id(x) not in seen:
            seen.add(id(x))
            waiting += [(part, chosen or x.op == "where") for part in x.operands]
    return False


def watch(branches: Branches, row: Primitive, operands: tuple[Any, ...], z: Any) -> None:
    """Tell the handlers around an operation where it would raise an error on floats, and which."""
    for condition, error in errors_of(row, [core(x) for x in operands], core(z)):
        found, raised = truth(condition), error(f"{row.name}: raised where f runs on floats")
        if found is True:
            raise raised
        if found is not False:
            branches.fails(found, raised, watched=True)


def errors_of(row: Primitive, operands: list[Any], z: Any) -> Iterator[tuple[Any, type[Exception]]]:
    """Where an operation raises on floats, and what."""
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
        yield both(truth(flat[0] == 0), truth(flat[1] < 0)), ZeroDivisionError
    elif row.name in ("gamma", "lgamma"):
        yield both(both(finite, truth(flat[0] <= 0)), opposite(truth(abs(z) < math.inf))), ValueError
    yield both(finite, truth(abs(z) == math.inf)), OverflowError
    yield both(finite, truth(z != z)), ValueError
