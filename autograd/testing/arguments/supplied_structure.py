"""Checks that a supplied derivative has the structure of its argument, and flattens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd.testing.arguments.arguments import opened
from autograd.trees import CONTAINERS, flatten, items_of


def derivatives_given(
    found: Any, args: Sequence[Any], names: Sequence[str], number: Callable[[Any], Any] = float
) -> list[Any]:
    """The numbers that `grad=` returned, in the order of the arguments' numbers; ValueError if the structures differ.

    >>> import numpy as np
    >>> derivatives_given(([1, 2], {"b": 3, "a": np.float32(0.5)}), (np.zeros(2), {"a": 0.0, "b": 0.0}), ("w", "p"))
    [1.0, 2.0, 0.5, 3.0]
    """
    matched = partial(_matched, number)
    if found is None:
        raise ValueError("grad= returned None: is its return statement missing?")
    moving = [(arg, name) for arg, name in zip(args, names) if flatten(arg, name)]
    if len(args) == len(moving) == 1 or (len(moving) == 1 and not _is_one_for_each(found, args)):
        alone = isinstance(found, tuple) and len(found) == 1 and shape(moving[0][0])[:1] != (1,)  # PyTorch's tuple
        return matched(found[0] if alone else found, *moving[0])
    if _is_one_for_each(found, args):
        return [x for part, arg, name in zip(found, args, names) for x in matched(part, arg, name)]
    if _is_one_for_each(found, moving):
        return [x for part, (arg, name) in zip(found, moving) for x in matched(part, arg, name)]
    each = ", ".join(f"∂f/∂{name}" for _, name in moving)
    raise ValueError(f"grad= must return a tuple of {len(moving)} parts ({each}), got {_described(found)}")


def _is_one_for_each(found: Any, parts: Sequence[Any]) -> bool:
    return isinstance(found, (tuple, list)) and len(found) == len(parts)


def _matched(number: Callable[[Any], Any], part: Any, arg: Any, name: str) -> list[Any]:
    """The numbers of one part, in the order of its argument's numbers."""
    if isinstance(arg, (tuple, list)) and not flatten(arg, name):
        return []  # a setting
    if part is None:
        raise ValueError(f"grad= returned None for ∂f/∂{name}")
    part = opened(part) if isinstance(arg, (dict, list)) else part  # a number has no parts
    if isinstance(arg, dict):
        if not isinstance(part, dict) or part.keys() != arg.keys():
            raise ValueError(
                f"grad=: ∂f/∂{name} must be a dict with the keys {', '.join(map(repr, arg))}, got {_described(part)}"
            )
    else:
        part, arg = listed(part), listed(arg)
        if shape(part) != shape(arg):
            raise ValueError(f"grad=: ∂f/∂{name} has shape {shape(part)}, {name} has shape {shape(arg)}")
    if isinstance(arg, CONTAINERS):
        return [x for key, inner in items_of(arg) for x in _matched(number, part[key], inner, f"{name}[{key!r}]")]
    try:
        return [number(part)]
    except (TypeError, ValueError) as error:
        raise ValueError(f"grad=: ∂f/∂{name} must be a number, got {part!r:.60}") from error


def listed(tree: Any) -> Any:
    """Convert an array or tensor of any library to nested lists."""
    return tree.tolist() if hasattr(tree, "tolist") else tree


def shape(tree: Any) -> tuple[int, ...]:
    """The shape of nested sequences, as deep as their lengths agree; () for a number."""
    tree = listed(tree)
    if not isinstance(tree, (list, tuple)):
        return ()
    inner = {shape(part) for part in tree}
    return (len(tree), *(inner.pop() if len(inner) == 1 else ()))


def _described(found: Any) -> str:
    if isinstance(found, dict):
        return f"a dict of {', '.join(map(repr, found))}"
    return f"a {type(found).__name__} of shape {shape(found)}" if shape(found) else f"{found!r:.60}"
