"""Refusals: errors for traced code that needs a number not known yet, with the line that needs it."""

from __future__ import annotations

import sys
from _contextvars import ContextVar
from collections.abc import Callable
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

LIMIT = 200  # characters in a message: a traced expression may have millions
PLACE = 60  # characters of these for the file and line
LOST = "gradient would be lost"  # in each error for a number that carries derivatives, where a float is needed


class TraceError(TypeError):
    """A traced function needs a number, or the truth of a comparison, that is known only when the program runs.

    >>> import autograd
    >>> try:
    ...     autograd.compile(lambda x: [1.0, 2.0][x])(1.0)
    ... except autograd.TraceError as error:
    ...     print(str(error).split(": ")[1])
    a whole number is not known while a function is traced
    """

    wants_whole = False  # whether a whole number is needed, to index, to count, or by `int`


# The refusals of the function being traced; None if there is no trace.
_refusals: ContextVar[list[TypeError] | None] = ContextVar("autograd refusals", default=None)
_running: list[list[TypeError]] = []  # the same lists, for all threads

# Whether a lifted function is being called: in one, equal numbers are one key of a dict.
lifting: ContextVar[bool] = ContextVar("autograd lifting", default=False)

COPY = "copy it with np.array(x), which takes Values in lifted code, in place of x.copy() or of what NumPy computes"
BRANCH = "write where(condition, a, b) in place of the branch"
LIBRARIES = ("numpy", "scipy")
COMPUTING = (*LIBRARIES, "pandas")
# Found in the error messages of libraries that were given an array of objects.
OF_OBJECTS = (
    "dtype('O')", "dtype object", "dtype=object", "type 'object'", "object arrays", "array type", "real dtype",
    "for this type", "type: object", "array of floats", "ufunc '",
    "numpy.object_",
)  # fmt: skip
AS_ARRAY = "take the numbers as an array, with x.to_numpy() or np.array(...)"
CARRIERS = ("matplotlib", "pandas")  # libraries that pass numbers on to NumPy
CALL = "the function called here needs it: use maximum, minimum, clip or where, or lift(f)"
CHOICE = "write where(condition, a, b) in place of the choice"
TO_BOOL = 16  # a flag in the argument of a COMPARE_OP: its result decides a branch
SEARCH = "a comparison of sequences or a search needs it: use where"


def refuse(what: Callable[[int], str], advice: str = "", noted: bool = True) -> TraceError:
    """The error for something not yet known; it is also noted, so that no `except` in the function can hide it.

    `what(most)` describes it in at most `most` characters. Without `advice`, the user's line decides the advice.
    """
    frame = users_frame(2)
    advice = advice or _advice(frame)
    place = place_of(frame)
    told = f" is not known while a function is traced: {advice}"
    error = TraceError(f"{place}{what(LIMIT - len(place) - len(told))}{told}")
    if noted:
        note(error)
    return error


def no_index() -> TraceError:
    """The error for an index into a list, a range or an array of plain numbers."""
    advice = "name the argument in static= or index=, or write np.choose(i, numbers)"
    error = refuse(lambda most: "a whole number", advice)
    error.wants_whole = True
    return error


def note(error: TypeError) -> None:
    """Make the running trace raise this error at its end, so that no `except` in the function can hide it.

    A thread started by the traced function has no trace of its own; its refusals count for every running trace.
    """
    noted = _refusals.get()
    for errors in _running.copy() if noted is None else [noted]:
        errors.append(error)


def is_tracing() -> bool:
    """Whether a function is being traced."""
    return _refusals.get() is not None


def refusing(f: Callable[..., Any], *arguments: Any) -> Any:
    """Return f(*arguments), or raise its first refusal, even if f caught it or another error took its place."""
    before = _refusals.get()
    noted: list[TypeError] = []
    try:  # a Ctrl-C may come after any call
        _running.append(noted)
        _refusals.set(noted)
        result = f(*arguments)
    except Exception as error:  # raised by f, or by its code after a refusal that it caught
        if noted:
            raise noted[0] from None
        advise(error)
        raise
    finally:
        _refusals.set(before)
        _running[:] = [errors for errors in _running if errors is not noted]
    if noted:
        raise noted[0]
    return result


def advise(error: BaseException) -> None:
    """Add a note on what to do about an error raised inside a library that computes on floats."""
    text, trace = str(error), error.__traceback__
    if LOST in text or isinstance(error, TraceError):
        return
    if "no callable" in text:  # an element of an array of objects
        error.add_note("numbers beside Values: make the array with np.stack, or let autograd.lift(f) do so")
    if lacks_index(error) and is_tracing():
        error.add_note("into an array of plain numbers, write np.choose(i, numbers), or let autograd.lift(f) do so")
    homes = {_package(type(error).__module__)}
    of_objects = isinstance(error, SystemError) or any(sign in text for sign in OF_OBJECTS)
    is_lost = of_objects or isinstance(error, (TypeError, AttributeError)) or not homes.isdisjoint(COMPUTING)
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__") or ""
        homes |= {_package(module), ".".join(module.split(".")[:2])}
        trace = trace.tb_next
    if "pandas" in homes:
        if is_lost or isinstance(error, LookupError):
            what = "describe() summarises" if isinstance(error, KeyError) else "computes on"
            error.add_note(f"pandas {what} floats; {AS_ARRAY}")
    elif is_lost and "numpy.ma" in homes:
        error.add_note("a masked array computes on floats; write np.where(mask, 0.0, x), or x.sum(where=~mask)")
    elif is_lost and "scipy.sparse" in homes:
        error.add_note("a sparse matrix holds and multiplies floats; write M.toarray() @ x")
    elif is_lost and "numpy.random" in homes:
        error.add_note("give it plain numbers: a draw has no derivative, but v + w * rng.normal() has")
    elif of_objects or (is_lost and not homes.isdisjoint(LIBRARIES)):
        error.add_note("NumPy and SciPy compute on floats; autograd.lift(f) differentiates or says what to write")


def lacks_index(error: BaseException) -> bool:
    """Whether Python or NumPy could not take a value as an index, such as a number not known in a trace."""
    return getattr(error, "wants_whole", isinstance(error, IndexError) and "indices" in str(error))


def users_frame(above: int) -> FrameType | None:
    """The innermost frame of user code, outside this package, NumPy, SciPy, pandas and the standard library."""
    frame: FrameType | None = sys._getframe(above)
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if not is_library(module) and (module or "").partition(".")[0] not in CARRIERS:
            break
        frame = frame.f_back
    return frame


def place_of(frame: FrameType | None) -> str:
    """The file and line of a frame, for the beginning of a message."""
    return "" if frame is None else f"{_tail(frame.f_code.co_filename)}, line {frame.f_lineno}: "


@lru_cache(maxsize=1024)
def is_library(module: str | None) -> bool:
    """Whether a module is ours, NumPy's, SciPy's or Python's: its code is not the user's, and never changes."""
    home = _package(module)
    return is_ours(module) or home in LIBRARIES or home in sys.stdlib_module_names


def is_ours(module: str | None) -> bool:
    """Whether a module belongs to `autograd` or `nn`."""
    return _package(module) in ("autograd", "nn")


def _package(module: str | None) -> str:
    """The package of a module; "" where a class keeps something else under `__module__`, as some Cython classes do."""
    return module.partition(".")[0] if isinstance(module, str) else ""


def _tail(path: str) -> str:
    return path if len(path) <= PLACE - 15 else "…" + path[16 - PLACE :]


def _advice(frame: FrameType | None) -> str:
    """The advice on what to write instead, by the bytecode instruction of that frame."""
    if frame is None:
        return BRANCH
    from opcode import opname

    asked = opname[frame.f_code.co_code[frame.f_lasti]]
    if asked.startswith(("CALL", "PRECALL")):
        return CALL
    if asked.startswith(("BINARY_SUBSCR", "BINARY_OP")):  # the latter from Python 3.14 on
        return CHOICE
    for_branch = sys.version_info >= (3, 13) and frame.f_code.co_code[frame.f_lasti + 1] & TO_BOOL
    return SEARCH if asked.startswith(("COMPARE", "CONTAINS")) and not for_branch else BRANCH
