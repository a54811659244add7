"""IEEE arithmetic where NumPy is: errors are reported as `numpy.errstate` says, and the value is inf or NaN.

Underflow is not reported; NumPy ignores it by default.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import isfinite, nan

from autograd.numbers.kinds import of_numpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.primitives.table import Primitive


TEXTS = {"divide": "divide by zero", "over": "overflow", "invalid": "invalid value"}


def report(row: Primitive, value: Any, operands: Sequence[Any]) -> None:
    """Warn, raise FloatingPointError or do nothing if this value of an operation on floats is an error to NumPy."""
    if type(value) is not float or isfinite(value) or not all(type(x) is float for x in operands):
        return
    if value != value:
        error = "" if any(x != x for x in operands) else "invalid"
    else:
        error = _infinite(row, operands) if all(map(isfinite, operands)) else ""
    if error:
        _raise_or_warn(error, f"{TEXTS[error]} encountered in {row.title}")
    import numpy

    numpy.add(0.0, 0.0)  # clears the processor's flags; else a function of NumPy that called us reports the error again


def evaluated(row: Primitive, operands: Sequence[float]) -> tuple[float, tuple[float | None, ...]]:
    """The value and local derivatives of an operation on floats where Python's raises; NaN where its kernel raises."""
    import numpy

    try:
        with numpy.errstate(all="ignore"):
            # A kernel takes floats and needs no domain check; what has none is arithmetic, which NumPy can do.
            flat = operands if row.kernel is not None else map(numpy.float64, operands)
            value, partials = row.rule(*row.structured(tuple(flat)))
    except (ValueError, ArithmeticError):
        return nan, (nan,) * len(operands)
    return float(value), tuple([None if p is None else float(p) for p in partials])


def followed_by(operands: Sequence[Any]) -> bool:
    """Whether one of these plain operands, which may be sequences, is a number of NumPy's."""
    return any(any(map(of_numpy, x)) if type(x) in (list, tuple) else of_numpy(x) for x in operands)


def apply(row: Primitive, operands: Sequence[Any]) -> Any:
    """The operation on plain numbers, one of them NumPy's: a numpy.float64, as NumPy's own functions give."""
    import numpy

    numbers = [float(v) for x in operands for v in (x if type(x) in (list, tuple) else (x,))]
    try:
        value = row.guarded(*row.structured(tuple(numbers)))
    except (ValueError, ArithmeticError):
        value = evaluated(row, numbers)[0]
    report(row, value, numbers)
    return numpy.float64(value)


def _infinite(row: Primitive, operands: Sequence[Any]) -> str:
    """What an infinite value of finite operands is: a pole, or too large for a float."""
    try:
        row.evaluate(*row.structured(tuple(operands)))
    except (ValueError, ZeroDivisionError):
        return "divide"
    except (OverflowError, TypeError):  # TypeError: a node from outside has no rule to ask
        return "over"
    return "over"


def _raise_or_warn(error: str, text: str) -> None:
    import numpy

    action = dict(numpy.geterr())[error]
    if action == "raise":
        raise FloatingPointError(text)
    if action == "warn":
        import warnings

        warnings.warn(text, RuntimeWarning, stacklevel=outside())
    elif action == "print":
        sys.stdout.write(f"Warning: {text}\n")
    elif action in ("call", "log"):
        handler: Any = numpy.geterrcall()
        flag = {"divide": 1, "over": 2, "invalid": 8}[error]
        handler(error, flag) if action == "call" else handler.write(f"Warning: {text}\n")


def outside() -> int:
    """The stack level, for a warning by the function that calls this, of the code that called this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("autograd."):
        frame = frame.f_back
        level += 1
    return level
