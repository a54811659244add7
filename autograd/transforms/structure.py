"""Structures of numbers: nested lists, tuples, dicts and NumPy arrays, traversed in one fixed order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from autograd.numbers.kinds import ARRAY_RANK, KINDS, discovered
from autograd.numbers.operand import arrays, fields_of, is_of_pandas
from autograd.primitives.operators import Scalar
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard, TypeVar

    from autograd.transforms.signatures import CompiledFunction

    T = TypeVar("T")
    Path = tuple[Any, ...]


CONTAINERS = (list, tuple, dict)


def is_array(tree: Any) -> bool:
    """Whether `tree` is a NumPy array, checked without importing NumPy."""
    known = _ARRAYS.get(type(tree))
    if known is None:
        numpy = sys.modules.get("numpy")
        known = _ARRAYS[type(tree)] = numpy is not None and issubclass(type(tree), numpy.ndarray)
    return known


_ARRAYS: dict[type, bool] = {}  # of the types met so far, whether they are arrays


def is_compiled(f: Any) -> TypeGuard[CompiledFunction]:
    """Whether `f` was made by `compile`, and so has its own derivatives; checked without importing the compiler."""
    return type(f).__module__ == "autograd.compiler.calls.compiled"


def map_leaves(function: Callable[[Any], Any], tree: Any, where: str | None, path: Path = ()) -> Any:
    """The same structure with `function` applied to every number; a TypeError names any leaf that is not a number.

    If `where` is None, leaves of any type are allowed. An array becomes an array of floats if all results are floats,
    else of objects, or their one item if it has no dimensions.
    """
    if isinstance(tree, dict):  # not by `items_of`, which would add 5 % to a gradient of few numbers
        return {key: map_leaves(function, value, where, (*path, key)) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return like(tree, [map_leaves(function, value, where, (*path, i)) for i, value in enumerate(tree)])
    if is_array(tree):
        return _map_array(function, tree, where, path)
    _check_leaf(tree, where, path)
    return function(tree)


def items_of(container: Any) -> Iterable[tuple[Any, Any]]:
    """The parts of a list, tuple or dict, each with its place or key."""
    return container.items() if isinstance(container, dict) else enumerate(container)


def like(container: Any, parts: list[Any]) -> Any:
    """The parts as a list, tuple, named tuple or dict, like `container`."""
    if isinstance(container, list):
        return parts
    if isinstance(container, dict):
        return dict(zip(container, parts))
    return type(container)(*parts) if hasattr(container, "_fields") else tuple(parts)


def map_parts(function: Callable[[Any], Any], container: Any) -> Any:
    """The same list, tuple or dict with `function` applied to every part."""
    return like(container, [function(part) for _, part in items_of(container)])


def _map_array(function: Callable[[Any], Any], array: Any, where: str | None, path: Path) -> Any:
    import numpy

    result = numpy.empty(array.shape, dtype=object)
    changed = array.dtype == object
    for index in numpy.ndindex(array.shape):
        x = array[index]
        _check_leaf(x, where, (*path, *index))
        result[index] = function(x)
        changed |= result[index] is not x
    if not changed:
        return array
    if all(type(x) is float for x in result.flat):
        return result.astype(float)
    return holding(result) if result.ndim else result[()]  # as NumPy's operations give a number of no dimensions


def holding(numbers: Any, traced: bool = False) -> Any:
    """An array of Values as f sees it: NumPy's functions of it are differentiated, and traced."""
    return arrays().holding(numbers, traced)


def _check_leaf(x: Any, where: str | None, path: Path) -> None:
    if where is None:
        return
    kind = KINDS.get(type(x)) or discovered(x)
    if kind is None or kind.rank >= ARRAY_RANK:
        place = "".join(f"[{key!r}]" for key in path)
        raise TypeError(f"{where}{place} is a {type(x).__name__}{_shown(x)}; expected a number{_instead(x)}")


def _shown(x: Any) -> str:
    text = f"{x!r:.60}"
    return "" if "\n" in text else f", {text}"


def _instead(x: Any) -> str:
    """What to pass in place of an object that holds numbers."""
    if is_of_pandas(x):
        return ": pass x.to_numpy(), an array"
    if hasattr(x, "__dataclass_fields__"):
        return f": pass dataclasses.asdict(x), a dict, and make {type(x).__name__}(**x) of it in f"
    if fields := fields_of(x):
        return fields
    return ": pass its numbers in a list, tuple, dict or array" if getattr(x, "__dict__", None) else ""


def leaves(tree: Any, where: str) -> list[Any]:
    """The numbers of a structure, in order."""
    found: list[Any] = []
    map_leaves(found.append, tree, where)
    return found


def leaves_beside(tree: Any, model: Any, where: str) -> list[Any]:
    """The numbers of a structure in the order of `model`, which has the same shape but maybe another dict order."""
    return leaves(_reordered(tree, model), where)


def _reordered(tree: Any, model: Any) -> Any:
    if isinstance(model, dict):
        return {key: _reordered(tree[key], value) for key, value in model.items()}
    if isinstance(model, (list, tuple)):
        return [_reordered(a, b) for a, b in zip(tree, model)]
    return tree


def shape_of(tree: Any) -> Any:
    """The part of a structure that another must match for their leaves to pair up."""
    if isinstance(tree, dict):
        return {key: shape_of(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [shape_of(value) for value in tree]
    return tree.shape if is_array(tree) else ()


def detach(x: T) -> T:
    """Return x as a constant to every derivative, in every mode and order and in compiled code.

    x is a number, an array, or a nested list, tuple or dict of them; anything else raises TypeError. The result may be
    kept and used in later calls, which treat it as a plain number.

    >>> from autograd import grad
    >>> grad(lambda x: detach(x) * x)(3.0)
    3.0
    """
    detached: T = map_leaves(_fixed, x, "detach: x")
    return detached


def _fixed(x: Any) -> Any:
    """A number as a constant; for a Symbol, on which a rule runs, an operation of the program says so."""
    return x.fixed() if isinstance(x, Scalar) else Symbol(op="detach", operands=(x,)) if type(x) is Symbol else x


def refill(tree: Any, values: Any) -> Any:
    """The same structure with its numbers replaced, in order, by those from an iterator."""
    return map_leaves(lambda _: next(values), tree, None)
