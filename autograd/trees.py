"""Trees of nested lists, tuples, dicts and arrays: their leaves, in one fixed order, and trees like them."""

from __future__ import annotations

import sys
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator

from autograd.numbers.kinds import ARRAY_RANK, KINDS, discovered
from autograd.numbers.operand import arrays, fields_of, is_of_pandas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Path = tuple[Any, ...]

CONTAINERS = (list, tuple, dict)
PYTHON_NUMBERS = frozenset((float, int))


# --- one container --------------------------------------------------------------------------------


class Keys(namedtuple("Keys", ("names", "types"))):
    """A callable that makes a dict from its parts: its keys, and their types, since 1, 1.0 and True are equal."""

    __slots__ = ()

    def __call__(self, parts: Iterable[Any]) -> dict[Any, Any]:
        return dict(zip(self.names, parts))


def make_of(container: Any) -> Any:
    """A callable that makes such a container from its parts: `list`, `tuple`, a named tuple's `_make`, or `Keys`.

    >>> make_of({"w": 1.0, "b": 2.0})([3.0, 4.0])
    {'w': 3.0, 'b': 4.0}
    """
    if isinstance(container, dict):
        return Keys(tuple(container), tuple(map(type, container)))
    if isinstance(container, list):
        return list
    return getattr(type(container), "_make", tuple)


def like(container: Any, parts: list[Any]) -> Any:
    """The parts as a container of the same kind."""
    return parts if isinstance(container, list) else make_of(container)(parts)


def parts_of(container: Any) -> Any:
    """The parts of a list, tuple or dict, in order."""
    return container.values() if isinstance(container, dict) else container


def items_of(container: Any) -> Iterable[tuple[Any, Any]]:
    """The parts, each with its index or key."""
    return container.items() if isinstance(container, dict) else enumerate(container)


def map_parts(function: Callable[..., Any], container: Any, *others: Any) -> Any:
    """The same container with `function` applied to every part, and to the parts of `others` at the same key.

    >>> map_parts(max, {"w": 1.0, "b": 2.0}, {"b": 0.0, "w": 3.0})
    {'w': 3.0, 'b': 2.0}
    """
    return like(container, [function(part, *[x[key] for x in others]) for key, part in items_of(container)])


# --- arrays ---------------------------------------------------------------------------------------


def is_array(x: Any) -> bool:
    """Whether x is a NumPy array, checked without importing NumPy."""
    known = _ARRAYS.get(type(x))
    if known is None:
        numpy = sys.modules.get("numpy")
        known = _ARRAYS[type(x)] = numpy is not None and issubclass(type(x), numpy.ndarray)
    return known


_ARRAYS: dict[type, bool] = {}  # for the types seen so far, whether they are arrays


def holding(numbers: Any, traced: bool = False) -> Any:
    """An array of Values as f sees it: NumPy functions of it are differentiated and traced."""
    return arrays().holding(numbers, traced)


def _map_array(function: Callable[[Any], Any], array: Any) -> Any:
    import numpy

    result = numpy.empty(array.shape, dtype=object)
    changed = array.dtype == object
    for index in numpy.ndindex(array.shape):
        x = array[index]
        result[index] = function(x)
        changed |= result[index] is not x
    if not changed:
        return array
    if all(type(x) is float for x in result.flat):
        return result.astype(float)
    return holding(result) if result.ndim else result[()]  # as NumPy operations return a number for no dimensions


# --- trees ----------------------------------------------------------------------------------------


def map_tree(function: Callable[[Any], Any], tree: Any, where: str | None = None) -> Any:
    """The same structure with `function` applied to every leaf; if `where` gives a name, leaves must be numbers.

    An array becomes an array of floats if all results are floats, otherwise of objects, or its single item if it has no
    dimensions. A TypeError gives that name and the first leaf that is not a number.

    >>> map_tree(abs, {"w": [-1.0, (2.0, -3.0)]})
    {'w': [1.0, (2.0, 3.0)]}
    """

    def checked(x: Any) -> Any:
        if where is not None and not _is_number(x):
            raise _refusal(tree, where)
        return function(x)

    return _mapped(function, checked, tree)


def _mapped(function: Callable[[Any], Any], checked: Callable[[Any], Any], tree: Any) -> Any:
    """A tree with `function` applied to leaves known to be numbers, and `checked` to other leaves."""
    if isinstance(tree, dict):
        return {key: _mapped(function, checked, part) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        if PYTHON_NUMBERS.issuperset(map(type, tree)):  # there may be many
            return like(tree, [function(part) for part in tree])
        return like(tree, [_mapped(function, checked, part) for part in tree])
    kind = KINDS.get(type(tree))
    if kind is not None and kind.rank < ARRAY_RANK:  # asked first, to speed up gradients of few numbers
        return function(tree)
    if is_array(tree):
        is_own = type(tree) is sys.modules["numpy"].ndarray  # what is masked, or has a unit, may be no number
        return _map_array(function if is_own and tree.dtype.kind in "fiub" else checked, tree)
    return checked(tree)


def flatten(tree: Any, where: str | None = None) -> list[Any]:
    """The leaves of a tree in order, checked as by `map_tree`.

    >>> flatten({"w": [1.0, (2.0, 3.0)], "b": 4.0})
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(tree, (list, tuple)) and PYTHON_NUMBERS.issuperset(map(type, tree)):
        return list(tree)
    found: list[Any] = []
    map_tree(found.append, tree, where)
    return found


def unflatten(tree: Any, leaves: Iterator[Any]) -> Any:
    """The same structure with the next leaves from an iterator.

    >>> unflatten({"w": [1.0, (2.0, 3.0)], "b": 4.0}, iter("wxyz"))
    {'w': ['w', ('x', 'y')], 'b': 'z'}
    """
    return map_tree(lambda _: next(leaves), tree)


def paths(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a tree, each with the keys and indices that lead to it."""
    if isinstance(tree, CONTAINERS):
        for key, part in items_of(tree):
            yield from paths(part, (*path, key))
    elif is_array(tree):
        import numpy

        yield from (((*path, *index), tree[index]) for index in numpy.ndindex(tree.shape))
    else:
        yield path, tree


def in_order_of(model: Any, tree: Any) -> Any:
    """The same tree, with its dicts in the order of those in a model of the same structure."""
    return map_parts(in_order_of, model, tree) if isinstance(model, CONTAINERS) else tree


def shape_of(tree: Any) -> Any:
    """The part of a structure that another must match for their leaves to pair up."""
    if isinstance(tree, CONTAINERS):
        shapes = map_parts(shape_of, tree)
        return shapes if isinstance(tree, dict) else list(shapes)
    return tree.shape if is_array(tree) else ()


# --- leaves that are not numbers ------------------------------------------------------------------


def _is_number(x: Any) -> bool:
    kind = KINDS.get(type(x)) or discovered(x)
    return kind is not None and kind.rank < ARRAY_RANK


def _refusal(tree: Any, where: str) -> TypeError:
    """The error for the first leaf that is not a number."""
    path, x = next((path, x) for path, x in paths(tree) if not _is_number(x))
    place = "".join(f"[{key!r}]" for key in path)
    return TypeError(f"{where}{place} is a {type(x).__name__}{_shown(x)}; expected a number{_instead(x)}")


def _shown(x: Any) -> str:
    text = f"{x!r:.60}"
    return "" if "\n" in text else f", {text}"


def _instead(x: Any) -> str:
    """The advice on what to pass in place of an object that holds numbers."""
    if is_of_pandas(x):
        return ": pass x.to_numpy(), an array"
    if hasattr(x, "__dataclass_fields__"):
        return f": pass dataclasses.asdict(x), a dict, and make {type(x).__name__}(**x) of it in f"
    if fields := fields_of(x):
        return fields
    return ": pass its numbers in a list, tuple, dict or array" if getattr(x, "__dict__", None) else ""
