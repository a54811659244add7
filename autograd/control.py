"""Loops and branches as functions, with the signatures of `jax.lax`: plain Python eagerly, one body when compiled.

They are ordinary Python, so numbers of every kind pass through them, in forward and reverse mode. `compile` traces one
step of `scan` and `fori_loop` in place of all, and reads `while_loop` and `cond` as it reads a `while` and an `if`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd.symbols import Symbol
from autograd.transforms.looping import one_loop
from autograd.trees import CONTAINERS, holding, is_array, map_parts, parts_of, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    C = TypeVar("C")


def scan(
    step: Callable[[C, Any], tuple[C, Any]],
    carry: C,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
) -> tuple[C, Any]:
    """Repeat `carry, y = step(carry, x)` for each x of xs; return the last carry, and the ys stacked.

    `xs` is an array, a list, or a tuple or dict of them, all with one item for each step; with None, `length` gives the
    number of steps. The ys have the structure of one y, with an array over all steps in place of each number. With
    `reverse`, the steps run from the last x to the first, and each y keeps the place of its x.

    >>> scan(lambda total, x: (total + x, total * x), 0.0, [1.0, 2.0, 3.0])
    (6.0, array([0., 2., 9.]))
    """

    def pair(carry: C, x: Any) -> tuple[C, Any]:
        made = step(carry, x)
        if not isinstance(made, tuple) or len(made) != 2:
            raise TypeError(f"scan: a step returns the next state and an output, got {made!r:.60}")
        return made

    return _run(pair, carry, xs, _times(xs, length), reverse)


def fori_loop(lower: int, upper: int, body: Callable[[int, C], C], carry: C) -> C:
    """Repeat `carry = body(k, carry)` for each whole number k from `lower` up to but not including `upper`.

    >>> fori_loop(1, 4, lambda k, x: x * k, 1.0)
    6.0
    """
    steps = range(lower, upper)
    return _run(lambda state, k: (body(k, state), None), carry, steps, len(steps), False)[0]


def while_loop(condition: Callable[[C], Any], body: Callable[[C], C], carry: C) -> C:
    """Repeat `carry = body(carry)` as long as `condition(carry)` holds; can be differentiated in reverse, too.

    >>> while_loop(lambda x: x < 100.0, lambda x: x * x, 2.0)
    256.0
    """
    while condition(carry):
        carry = body(carry)
    return carry


def cond(condition: Any, yes: Callable[..., C], no: Callable[..., C], *operands: Any) -> C:
    """Return `yes(*operands)` if the condition holds, otherwise `no(*operands)`.

    >>> cond(2.0 > 1.0, lambda x: x * x, lambda x: -x, 3.0)
    9.0
    """
    if condition:
        return yes(*operands)
    return no(*operands)


def _run(step: Callable[[C, Any], tuple[C, Any]], carry: C, xs: Any, times: int, reverse: bool) -> tuple[C, Any]:
    """Run all steps; return the last carry, and the stacked outputs."""
    loop = one_loop(step, carry, xs, times, reverse)
    if loop is not None:
        return loop  # type: ignore[no-any-return]  # of f's own types
    ys = []
    for k in reversed(range(times)) if reverse else range(times):
        carry, y = step(carry, item(xs, k))
        ys.append(y)
    _check_alike(ys)
    return carry, _stacked(ys[::-1] if reverse else ys)


def _times(xs: Any, length: int | None) -> int:
    """The number of steps."""
    if xs is None:
        if length is None:
            raise TypeError("scan: without xs the number of steps is needed: length=")
        return length
    lengths = set(_lengths(xs)) | ({length} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(f"scan: all of xs must have one item for each step, got {sorted(lengths)} items")
    return lengths.pop()


def _lengths(xs: Any) -> Iterator[int]:
    if isinstance(xs, (dict, tuple)):
        for part in parts_of(xs):
            yield from _lengths(part)
    elif isinstance(xs, list) or (is_array(xs) and xs.ndim):
        yield len(xs)
    else:
        raise TypeError(f"scan: xs must be arrays or lists, or a tuple or dict of them, got {xs!r:.60}")


def item(xs: Any, k: int) -> Any:
    """The x of step k."""
    if xs is None:
        return None
    return map_parts(lambda part: item(part, k), xs) if isinstance(xs, (dict, tuple)) else xs[k]


def _check_alike(ys: Sequence[Any]) -> None:
    """Refuse outputs of other structures than the first, parts of which would be lost."""
    for k, y in enumerate(ys):
        if (y is None) != (ys[0] is None) or shape_of(y) != shape_of(ys[0]):
            raise TypeError(f"scan: the y of all steps must have one structure; that of step {k} has another")


def _stacked(ys: Sequence[Any]) -> Any:
    """Stack the outputs of all steps in the structure of one output."""
    if not ys or ys[0] is None:
        return None
    first = ys[0]
    if isinstance(first, CONTAINERS):
        return map_parts(lambda *parts: _stacked(parts), *ys)
    import numpy

    if is_array(first):
        return numpy.stack(ys)
    made = numpy.array(ys, dtype=float if all(type(y) in (float, int) for y in ys) else object)
    return made if made.dtype != object else holding(made, traced=any(_is_traced(y) for y in ys))


def _is_traced(y: Any) -> bool:
    return type(getattr(y, "_number", None)) is Symbol
