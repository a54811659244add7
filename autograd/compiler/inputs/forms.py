"""Forms: nested lists, tuples and dicts, taken apart and put together by a function written for each form.

Walking a structure costs a microsecond per container at every call; a function that knows the structure only checks
and unpacks. Its Python source is written once, when a form first occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy

from autograd.compiler.inputs.layout import ContainerSpec, NumberSpec, NumbersSpec, makes_of
from autograd.trees import CONTAINERS, PYTHON_NUMBERS, Keys, parts_of

Flattener = Callable[[Any], tuple[Any, ...] | None]


class Writing:
    """A function under construction: its lines, the objects that it refers to, and names for its values."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter
        self.lines: list[str] = []
        self.objects: dict[str, Any] = {}
        self.count = 0

    def fresh(self) -> str:
        """A new name for a value."""
        self.count += 1
        return f"x{self.count}"

    def refer(self, x: Any) -> str:
        """A name for an object, which the function then refers to."""
        name = f"o{len(self.objects)}"
        self.objects[name] = x
        return name

    def do(self, line: str) -> None:
        """Add a line."""
        self.lines.append(f"    {line}")

    def unpack(self, whole: str, count: int) -> list[str]:
        """Unpack a value into this many names."""
        names = [self.fresh() for _ in range(count)]
        if names:
            self.do(f"({', '.join(names)},) = {whole}")
        return names

    def function(self, result: str) -> Callable[..., Any]:
        """The function that returns `result`."""
        source = "\n".join([f"def function({self.parameter}):", *self.lines, f"    return {result}"])
        exec(compile(source, "<form>", "exec"), self.objects)
        made: Callable[..., Any] = self.objects["function"]
        return made


# --- apart ----------------------------------------------------------------------------------------


def flattener(args: Sequence[Any], converters: Sequence[Callable[[Any], Any] | None]) -> Flattener:
    """A function from arguments of this form to their arrays and numbers, in order; it returns None for other forms.

    Lists of numbers become arrays, and so do lists that carry rows, by the argument's converter. Only containers are
    checked: arrays and numbers may have any kind and shape.

    >>> flat = flattener(([(1.0, [2.0, 3.0])], 4.0), (None, None))
    >>> flat(([(5.0, [6.0, 7.0])], 8.0))
    (5.0, array([6., 7.]), 8.0)
    >>> flat(([(5.0, 6.0)], 8.0))
    """
    writing = Writing("args")
    writing.do(f"if len(args) != {len(args)}: return None")
    leaves: list[str] = []
    for x, name, converter in zip(args, writing.unpack("args", len(args)), converters):
        take(writing, x, name, converter, leaves, _numbers)
    return writing.function(f"({''.join(f'{leaf}, ' for leaf in leaves)})")


def take(writing: Writing, x: Any, name: str, converter: Any, leaves: list[str], numbers: Any) -> None:
    """Write the lines that check and unpack x; `numbers`, if given, converts lists of numbers to arrays."""
    kind = type(x)
    if not isinstance(x, CONTAINERS):
        leaves.append(name)
        return
    is_kind = f"{name}.__class__ is not {writing.refer(kind)}"
    if kind is list if converter else not isinstance(x, dict) and PYTHON_NUMBERS.issuperset(map(type, x)) and len(x):
        convert = _attempt(converter, makes_of(x)) if converter else numbers
        made = writing.fresh() if convert else name
        writing.do(f"if {is_kind}: return None")
        if convert:
            writing.do(f"{made} = {writing.refer(convert)}({name})")
            writing.do(f"if {made} is None: return None")
        leaves.append(made)
        return
    if isinstance(x, dict):
        # Keys are most often the same objects. Equal ones may differ in type: 1, 1.0 and True, "a" and an enum's "a".
        writing.do(f"if {is_kind} or len({name}) != {len(x)}: return None")
        others = [f"{key} is not {writing.refer(own)}" for key, own in zip(writing.unpack(name, len(x)), x)]
        if others:
            alike = f"(*{name}, *map(type, {name})) == {writing.refer((*x, *map(type, x)))}"
            writing.do(f"if ({' or '.join(others)}) and not {alike}: return None")
        name += ".values()"
    else:
        writing.do(f"if {is_kind} or len({name}) != {len(x)}: return None")
    for part, inner in zip(parts_of(x), writing.unpack(name, len(x))):
        take(writing, part, inner, converter, leaves, numbers)


def _numbers(x: Any) -> Any:
    """A list or tuple of plain numbers as an array; None if it holds anything else."""
    return numpy.array(x, dtype=float) if x and PYTHON_NUMBERS.issuperset(map(type, x)) else None


def _attempt(converter: Callable[[Any], Any], makes: tuple[Any, ...]) -> Callable[[Any], Any]:
    """A function that converts a list of rows of these kinds to an array, and returns None for anything else."""

    def attempt(x: Any) -> Any:
        try:
            return converter(x) if makes_of(x) == makes else None
        except (ValueError, TypeError):
            return None

    return attempt


# --- together -------------------------------------------------------------------------------------


@lru_cache(1024)
def restorer(specs: tuple[Any, ...], by_row: tuple[bool, ...]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function from one array for each leaf to structures of these specs; rows come first in those `by_row`.

    >>> from autograd.compiler.inputs.layout import result_spec
    >>> restorer((result_spec({"w": [2.0, 4.0], "b": 5.0}, False),), (False,))([numpy.ones(2), numpy.array(3.0)])
    ({'w': [1.0, 1.0], 'b': 3.0},)
    """
    writing = Writing("arrays")
    at = writing.lines  # the arrays are unpacked once it is known how many there are
    leaves: list[str] = []
    results = [put(writing, spec, has_rows, leaves) for spec, has_rows in zip(specs, by_row, strict=True)]
    if leaves:
        at.insert(0, f"    ({', '.join(leaves)},) = arrays")
    return writing.function(f"({''.join(f'{result}, ' for result in results)})")


def put(writing: Writing, spec: Any, by_row: bool, leaves: list[str], plain: bool = False) -> str:
    """Write the lines that make a structure, and return its name.

    If `plain`, leaves that are not by row are already numbers and lists.
    """
    made = writing.fresh()
    if not isinstance(spec, ContainerSpec):
        leaves.append(made)
        if isinstance(spec, NumbersSpec):
            columns = f"list({writing.refer(numpy.moveaxis)}({made}, -1, 0))"
            items = columns if by_row else made if plain else f"{made}.tolist()"
            writing.do(f"{made} = {_sequence(writing, spec.make, items)}")
        elif isinstance(spec, NumberSpec) and not by_row and not plain:
            writing.do(f"{made} = float({made})")
        return made
    parts = [put(writing, part, by_row, leaves, plain) for part in spec.parts]
    if isinstance(spec.make, Keys):
        items = ", ".join(f"{writing.refer(key)}: {part}" for key, part in zip(spec.make.names, parts))
        writing.do(f"{made} = {{{items}}}")
    else:
        items = ", ".join(parts)
        writing.do(f"{made} = {_sequence(writing, spec.make, f'[{items}]')}")
    return made


def _sequence(writing: Writing, make: Any, items: str) -> str:
    """An expression for the sequence that `make` makes of a new list."""
    return items if make is list else f"{writing.refer(make)}({items})"
