"""Forward mode: the same rules, run on dual numbers, in memory that does not grow with the computation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from autograd.engine.differentiating import depends_on_older, known
from autograd.engine.recording import Recording, is_recording
from autograd.engine.value import clock
from autograd.numbers.kinds import coerce, kind_of
from autograd.numbers.sides import Sided
from autograd.primitives import ieee
from autograd.primitives.operators import Scalar, core
from autograd.refusals import advise
from autograd.symbols import unmasked
from autograd.transforms.dual import OPEN, Dual, refuse_kept
from autograd.transforms.ending import close_ended
from autograd.trees import flatten, in_order_of, map_tree, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard, overload

    from autograd.engine import Value
    from autograd.transforms.signatures import CompiledFunction, Known, R, Unknown


_levels = count(1)


def is_compiled(f: Any) -> TypeGuard[CompiledFunction]:
    """Whether `f` was made by `compile`, and so has its own derivatives; checked without importing the compiler."""
    return type(f).__module__ == "autograd.compiler.calls.compiled"


def plain(x: Any) -> Any:
    """A result as users see it: ints and NumPy numbers become floats."""
    return x if isinstance(x, Scalar) else kind_of(x).coerce(known(x))


def beside(tangent: Any, x: Any) -> Any:
    """A user's tangent as a number: an int stays exact if the primal `x` is a Fraction."""
    return tangent if isinstance(tangent, Scalar) else coerce(tangent, plain(core(x)))


if TYPE_CHECKING:

    @overload
    def jvp(f: Unknown, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]: ...
    @overload
    def jvp(f: Callable[..., Scalar], primals: Sequence[Known], tangents: Sequence[Known]) -> tuple[float, float]: ...
    @overload
    def jvp(
        f: Callable[..., list[Value]], primals: Sequence[Known], tangents: Sequence[Known]
    ) -> tuple[list[float], list[float]]: ...
    @overload
    def jvp(f: Callable[..., R], primals: Sequence[Known], tangents: Sequence[Known]) -> tuple[R, R]: ...
    @overload
    def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]: ...


def jvp(f: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]:
    """Return f(*primals) and its derivative along `tangents`, by forward mode, both in the structure of f's result.

    `primals` and `tangents` are tuples or lists of arguments with the same structure; anything else raises TypeError or
    ValueError. Memory does not grow with the number of operations.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    if is_compiled(f):
        return f.jvp(primals, tangents)
    return push_forward("jvp", f, primals, tangents)


def push_forward(name: str, f: Callable[..., Any], primals: Any, tangents: Any) -> tuple[Any, Any]:
    """jvp, with error messages that name the transform `name`."""
    check_arguments(name, primals, tangents)
    directions = flatten(in_order_of(primals, tangents), f"{name}: tangents")
    args, level = duals(list(primals), directions, f"{name}: primals")
    return parts(lambda: f(*args), level, f"{name}: the result of f")


def parts(call: Callable[[], Any], level: int, where: str) -> tuple[Any, Any]:
    """The primals and tangents of the result of a call on duals of one level; plain numbers inside `no_grad`.

    A Value that does not depend on anything from before the call becomes a plain number.
    """
    recording, first = is_recording(), next(clock)
    try:
        with Recording(True):
            found = split(call(), level, where)
    except BaseException as error:
        advise(error)
        raise
    finally:
        OPEN.discard(level)
    primals, tangents = (map_tree(lambda x: seen_outside(x, recording, first), part) for part in found)
    return primals, tangents


def seen_outside(x: Any, recording: bool, first: int) -> Any:
    """A result as the caller of a transform sees it: a plain number, unless the caller can differentiate it.

    The caller can if the result depends on a Value older than index `first`, or has a tangent of an enclosing jvp. That
    jvp needs the sides of slopes at kinks, too.
    """
    if type(x) is Dual and x.tangent is not None and recording:
        refuse_kept([x])
        parts = (x.primal, unmasked(x.tangent))
        primal, tangent = (p if type(p) is Sided else seen_outside(p, recording, first) for p in parts)
        return Dual(primal, tangent, x.level)
    while type(x) is Dual:
        x = x.primal
    return x if recording and depends_on_older(x, first) else plain(core(x))


def duals(primals: Any, tangents: list[Any], where: str) -> tuple[Any, int]:
    """The structure of primals with each number a Dual of a new level, and that level; None is an absent tangent."""
    close_ended()
    level = next(_levels)
    OPEN.add(level)
    directions = iter(tangents)

    def dual(x: Any) -> Dual:
        tangent = next(directions)
        return Dual(plain(x), None if tangent is None else beside(tangent, x), level, ieee.of_numpy(x))

    return map_tree(dual, primals, where), level


def check_arguments(transform: str, primals: Any, tangents: Any) -> None:
    """Raise TypeError unless both are tuples or lists, ValueError unless they have the same structure."""
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"{transform}: {name} must be a tuple or list of arguments, got {type(given).__name__}")
    if shape_of(list(primals)) != shape_of(list(tangents)):
        raise ValueError(
            f"{transform}: tangents must have the structure of primals; got {tangents!r:.60} for {primals!r:.60}"
        )


def split(result: Any, level: int, where: str) -> tuple[Any, Any]:
    """The primals and tangents of a structure of duals of one level."""

    def is_ours(x: Any) -> bool:
        return type(x) is Dual and x.level == level

    return (
        map_tree(lambda x: plain(x.primal if is_ours(x) else x), result, where),
        map_tree(lambda x: plain(unmasked(x.tangent)) if is_ours(x) and x.tangent is not None else 0.0, result, where),
    )
