"""A comparison with NaN: False in Python, but NumPy's loops over objects compare to choose, and would lose the NaN."""

from __future__ import annotations

import sys

from autograd.primitives.conversions import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

# By the function that chooses: how its loop asks whether to take the first of two numbers.
ASKS = {"maximum": ">=", "_amax": ">=", "fmax": ">=", "minimum": "<=", "_amin": "<=", "fmin": "<="}


def decided(sign: str, x_is_nan: bool) -> bool:
    """What `x sign y` is where one of them is NaN: whether the first is taken, if NumPy asks for an extreme."""
    frame: Any = sys._getframe(2)
    if frame.f_globals.get("__name__") == "autograd.engine.comparing":
        frame = frame.f_back
    of_numpy = (frame.f_globals.get("__name__") or "").partition(".")[0] == "numpy"
    name = _choosing(frame, of_numpy) if sign in (">=", "<=") else ""
    if not name and of_numpy:
        raise TypeError(
            "NumPy would lose a NaN in a list of Values: give it an array, as np.stack(values), or let "
            "autograd.lift(f) do so"
        )
    if not name:
        return False
    is_first = sign == ASKS[name]  # Python turns a comparison of a float with a Value round
    return (x_is_nan == is_first) != (name in ("fmax", "fmin"))


def _choosing(frame: FrameType, of_numpy: bool) -> str:
    """The function of NumPy's whose loop runs in this frame, if it chooses by >= or <=."""
    if not of_numpy:
        names = asking(frame).partition("(")[0].split(".")
        called = frame.f_locals.get(names[0], frame.f_globals.get(names[0]))
        names.append(getattr(called, "__name__", ""))  # of np.maximum under another name
    elif frame.f_code.co_name == "_wrapreduction":
        names = [frame.f_locals["ufunc"].__name__]
    else:
        names = [frame.f_code.co_name]
    return next((name for name in names if name in ASKS), "")
