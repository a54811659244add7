"""What to say where code asks a number that carries derivatives for a float: by the line that asks."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from autograd.refusals import COPY, LOST, lifting, users_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

LAST_CALL = r"([\w.]*)\(([^()]*)\)$"  # of z.fill(v) in np.zeros(3).fill(v)
PREDICATES = {"isnan", "isinf", "isfinite", "isclose", "floor", "ceil", "trunc"}
DRAWS = {"choice", "choices", "normal", "uniform", "exponential", "poisson", "binomial", "multinomial", "integers"}
IN_LIBRARIES = {
    "matplotlib": "plot the numbers, as in [v.data for v in values]",
    "pandas": "take the numbers as an array, with x.to_numpy(), or give pandas [v.data for v in values]",
    "statistics": "use autograd.mean and its kin, or let autograd.lift(f) do so",
}
NO_VALUE = "an array of floats takes no Value"
ARRAY = f"{NO_VALUE}: make it with dtype=object, as in np.zeros(n, object), or np.zeros_like(x)"
LIFT, UNREACHED = "or let autograd.lift(f) do so", "since autograd.lift does not reach this code"


def no_float(kind: str, ours: Sequence[str]) -> TypeError:
    """The error of `float(v)`, for the line that asked for it; `ours` are the names of our functions."""
    advice = _advice(ours)
    if lifting.get():
        advice = f"{NO_VALUE}: {COPY}" if advice.startswith(ARRAY) else advice.replace(LIFT, UNREACHED)
    return TypeError(f"a {kind} is not a float, and its {LOST}: {advice}")


def _advice(ours: Sequence[str]) -> str:
    for library, advice in IN_LIBRARIES.items():
        if _is_below(library):
            return advice
    if sys._getframe(3).f_code.co_name.startswith("_vectorize_call"):
        return "np.vectorize takes the type of its first result: write np.vectorize(f, otypes=[object]), " + LIFT
    frame = users_frame(3)
    text = "" if frame is None else asking(frame)
    if frame is None or not text:
        return f"use autograd.sin(v) in place of math.sin(v), {LIFT}, or v.data for the number alone"
    return _of_code(frame, text, ours)


def _of_code(frame: FrameType, text: str, ours: Sequence[str]) -> str:
    """The advice for the piece of code that asks."""
    import re
    from opcode import opname

    operation = opname[frame.f_code.co_code[frame.f_lasti]]
    last = re.search(LAST_CALL, text)
    called, rest = last.groups() if last else text.partition("(")[::2]
    home, _, name = called.rpartition(".")
    if operation.startswith("STORE"):
        return f"{ARRAY}, {LIFT}"
    if operation.startswith(("BINARY", "FORMAT")):
        return 'format its number, as in "%.2f" % v.data, or write f"{v:.2f}"'
    if called in ("float", "int", "complex"):
        return f"leave {called}() out, use autograd.sin(v) and its kin, or v.data for the number alone"
    if "random" in home.split(".") or (home and name in DRAWS):
        return f"give {called} the numbers, as v.data: a draw has no derivative, but v + w * rng.normal() has"
    if name in PREDICATES:
        return f"ask its number, as in {called}(v.data), {LIFT}"
    if "dtype" in rest or "float" in rest or name in ("put", "fill", "astype", "insert"):
        return f"{ARRAY}, {LIFT}"
    better = f"autograd.{name}(v)" if name in ours else "autograd's functions, as autograd.sin(v),"
    return f"use {better} in place of {called if home else 'math.sin(v)'}, {LIFT}, or v.data for the number alone"


def asking(frame: FrameType) -> str:
    """The text of the piece of code that runs in a frame; "" if its source is not known."""
    from itertools import islice

    place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if place is None or None in place or place[0] != place[1]:
        return ""
    from linecache import getline

    line, _, start, end = place
    found = getline(frame.f_code.co_filename, int(line or 0), frame.f_globals).encode()[start:end]
    return found.decode(errors="replace").strip()


def _is_below(library: str) -> bool:
    """Whether a frame of this library asks."""
    frame: FrameType | None = sys._getframe(4)
    while frame is not None:
        if (frame.f_globals.get("__name__") or "").partition(".")[0] == library:
            return True
        frame = frame.f_back
    return False
