"""Indices of rows, while a function is traced: b[group] becomes a separate input, with rows.

If an index chooses from numbers that the rows share, the chosen numbers are gathered for each row, as new inputs of the
program. From anything else, such as a list computed from them, it chooses by comparisons.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from autograd.arrays import scalars
from autograd.arrays.scalar_array import choosing
from autograd.compiler.programs.operation import Argument
from autograd.engine import Value
from autograd.primitives import where
from autograd.refusals import TraceError, refuse, refusing
from autograd.symbols import Condition, Symbol
from autograd.symbols.whole import ROUNDED
from autograd.trees import CONTAINERS, flatten, holding, in_order_of, is_array, map_parts, map_tree, shape_of, unflatten

if TYPE_CHECKING:
    from autograd.compiler.tracing.lowering import Lowering
    from autograd.lifting.branching.branches import Branches

MOST_COMPARED = 64  # computed items that an index may choose from
ARITHMETIC: dict[str, Callable[..., Any]] = {  # on whole numbers
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "floor_divide": operator.floordiv,
    "mod": operator.mod,
    "negative": operator.neg,
    "positive": operator.pos,
}


class IndexChoice(NamedTuple):
    """One item of a list or array: for each axis, an index and the number of items; `text` is for messages.

    An index is an IndexColumn, a constant, or a tuple of an operation and its operands.
    """

    axes: tuple[tuple[Any, int], ...]
    text: str
    is_bounded: bool = True  # whether all rows must be within bounds, rather than only those of a branch


class IndexColumn(NamedTuple):
    """An index that a call passes: its column among all numbers of the arguments in `index`."""

    number: int


class ChosenInputs(NamedTuple):
    """Inputs chosen for each row from an argument; `places` are those of its numbers, for each item to choose from."""

    choice: IndexChoice
    argument: int
    places: Any


class Gathers(NamedTuple):
    """The inputs after a program's own arguments, gathered numbers, then indices used as numbers; and other choices."""

    inputs: tuple[ChosenInputs, ...] = ()
    numbers: tuple[int, ...] = ()  # columns
    choices: tuple[IndexChoice, ...] = ()  # whose bounds are to be checked


class Indexing:
    """The choices that a function makes by the indices of a row while it is traced."""

    def __init__(
        self, lowering: Lowering, leaf: Callable[[str], tuple[Value, int]], branches: Branches | None = None
    ) -> None:
        """`leaf` makes a new input of this name: the Value for the function, and its number."""
        self.lowering, self.leaf, self.branches = lowering, leaf, branches
        self.columns: dict[int, int] = {}  # of indices, by the id of their symbol
        self.inputs: dict[int, int] = {}  # numbers of the indices as inputs, by column
        self.shared: dict[int, tuple[int, int]] = {}  # inputs that the rows share: the argument, and the place in it
        self.names: list[str] = []  # of the arguments
        self.indices: list[str] = []  # names, by column
        self.made: dict[Any, tuple[ChosenInputs, Any, tuple[int, ...]]] = {}  # with what f gets, and the new inputs
        self.choices: dict[IndexChoice, None] = {}

    def column(self, value: Value) -> None:
        """Use a Value as the next index of a row."""
        column = self.columns[id(value._number)] = len(self.columns)
        self.inputs[column] = self.lowering.known[id(value)]
        self.indices.append(value.label)

    def knows(self, name: str, numbers: Sequence[int], is_shared: bool) -> None:
        """Record an argument."""
        if is_shared:
            self.shared |= {i: (len(self.names), place) for place, i in enumerate(numbers)}
        self.names.append(name)

    def applied(self, f: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """f(*arguments), where lists, tuples and arrays can be indexed by traced numbers."""
        token = choosing.set(self.chosen)
        try:
            return refusing(f, *map(_indexed, arguments))
        finally:
            choosing.reset(token)

    # --- choosing

    def chosen(self, base: Any, index: Any) -> Any:
        """base[index], where the index is or contains traced numbers."""
        if isinstance(index, list):
            index = numpy.array(index, dtype=object)
        if is_array(index):
            items = [self.chosen(base, i) for i in index.ravel()]
            return holding(_array_of(items, index.shape), traced=True)
        if not is_array(base):
            return self._one_of(list(base), [(index, len(base))])
        if (numbers := self._behind_mask(base)) is not None:
            return self.chosen(numbers, index) != 0
        entries = index if isinstance(index, tuple) else (index,)
        if any(entry is Ellipsis or isinstance(entry, (list, numpy.ndarray)) for entry in entries):
            raise _refused("x[i, ...]", "beside an index of a row, write numbers and slices only, or index twice")
        kept = tuple(slice(None) if isinstance(entry, Value) else entry for entry in entries)
        part = numpy.asarray(base)[kept]
        counted = [entry for entry in entries if entry is None or isinstance(entry, (slice, Value))]
        axes = [axis for axis, entry in enumerate(counted) if isinstance(entry, Value)]
        found: list[tuple[Any, int]] = [(counted[axis], part.shape[axis]) for axis in axes]
        front = numpy.moveaxis(part, axes, range(len(axes)))
        return self._one_of(list(front.reshape((-1, *front.shape[len(axes) :]))), found)

    def _behind_mask(self, base: Any) -> Any:
        """The numbers behind a mask that the rows share; None for any other array."""
        conditions = base.view(numpy.ndarray)
        if not all(
            type(x) is Condition and type(x.left) is Symbol and self._place(x.left)[0] is not None
            for x in conditions.flat
        ):
            return None
        numbers = numpy.empty(base.shape, dtype=object)
        for at, x in numpy.ndenumerate(conditions):
            numbers[at] = Value(x.left)
            self.lowering.knows(numbers[at], self.lowering.known[id(x.left)])
        return holding(numbers, traced=True)

    def _one_of(self, items: list[Any], axes: list[tuple[Any, int]]) -> Any:
        """The item that an index chooses, or several indices, one for each axis of the items."""
        text = ", ".join(str(index._number) for index, _ in axes)[:40]
        expressions = [self._expression(index._number) for index, _ in axes]
        if None in expressions:
            raise _refused(f"x[{text}]", "name an argument in index=; whole numbers may be added, or with - * // %")
        if not items or any(shape_of(item) != shape_of(items[0]) for item in items):
            raise _refused(f"x[{text}]", "give x items, all of one structure")
        is_bounded = self.branches is None or not self.branches.stack
        if not is_bounded:
            self._bound(axes, text)
        choice = IndexChoice(tuple((e, count) for e, (_, count) in zip(expressions, axes)), text, is_bounded)
        numbers = [flatten(in_order_of(items[0], item), f"x[{text}]") for item in items]
        places = [[self._place(x) for x in row] for row in numbers]
        arguments = {place[0] for row in places for place in row}
        if len(arguments) == 1 and None not in arguments:
            (k,) = arguments
            return self._gathered(choice, k, numpy.array([[place for _, place in row] for row in places]), items[0])
        if len(items) > MOST_COMPARED:
            told = f"the {len(items)} items of x are computed, or of this row: index an argument of all rows instead"
            raise _refused(f"x[{text}]", told)
        self.choices[choice] = None
        return self._compared(axes, numbers, items[0])

    def _bound(self, axes: list[tuple[Any, int]], text: str) -> None:
        """Inside a branch, make an index out of bounds an error of the rows that take it."""
        assert self.branches is not None
        for index, count in axes:
            outside = scalars.either(index < -count, index >= count)
            if outside is not False:
                self.branches.fails(outside, IndexError(f"the index {text} is out of bounds: there are {count}"))

    def _gathered(self, choice: IndexChoice, argument: int, places: Any, item: Any) -> Any:
        key = choice.axes, choice.is_bounded, argument, places.tobytes()
        if key not in self.made:
            name = f"{self.names[argument]}[{choice.text}]"
            numbers: list[int] = []

            def leaf(_: Any) -> Value:
                value, i = self.leaf(name)
                numbers.append(i)
                return value

            made = map_tree(leaf, item)
            self.made[key] = ChosenInputs(choice, argument, places), made, tuple(numbers)
        return self.made[key][1]

    def _compared(self, axes: list[tuple[Any, int]], numbers: list[list[Any]], item: Any) -> Any:
        """The chosen item where items are computed: each of its numbers is chosen by comparisons."""
        index: Any = 0
        for i, count in axes:
            index = index * count + where(i < 0, i + count, i)
        found = []
        for column in zip(*numbers):
            x = column[-1]
            for k in range(len(column) - 2, -1, -1):
                x = where(index == k, column[k], x)
            found.append(x)
        return unflatten(item, iter(found))

    def _place(self, x: Any) -> tuple[Any, int]:
        """The argument that a number is from, and its place in it; (None, 0) if it is computed or varies by row."""
        return self.shared.get(self.lowering.known.get(id(x), -1), (None, 0))

    def _expression(self, x: Any) -> Any:
        """A symbol as an index; None if it cannot be one."""
        if type(x) is not Symbol:
            return int(x) if type(x) is float and x.is_integer() else None
        if id(x) in self.columns:
            return IndexColumn(self.columns[id(x)])
        operands = [self._expression(y) for y in x.operands[x.op == "where" :]]
        if x.op in ROUNDED or x.op == "where":  # `int(i)`, which rounds towards 0
            return operands[0] if len(set(operands)) == 1 else None
        return (x.op, *operands) if x.op in ARITHMETIC and None not in operands else None

    # --- the program

    def gathers(self, used: set[int]) -> tuple[Gathers, list[Argument]]:
        """What a call must gather, and the arguments that this adds to the program, without unused ones."""
        kept = [(gather, numbers) for gather, _, numbers in self.made.values() if used.intersection(numbers)]
        columns = [column for column, i in self.inputs.items() if i in used]
        dropped = {gather.choice for gather, _, _ in self.made.values()} - {gather.choice for gather, _ in kept}
        arguments = [
            Argument(f"{self.names[gather.argument]}[{gather.choice.text}]", numbers) for gather, numbers in kept
        ]
        arguments += [Argument(self.indices[column], self.inputs[column]) for column in columns]
        return Gathers(tuple(gather for gather, _ in kept), tuple(columns), (*self.choices, *dropped)), arguments


def _refused(what: str, advice: str) -> TraceError:
    return refuse(lambda most: what, advice)


def _array_of(items: list[Any], shape: tuple[int, ...]) -> Any:
    """Items of one structure as an array of objects, with the axes of the items last."""
    inner = numpy.shape(items[0]) if is_array(items[0]) else ()
    made = numpy.empty((len(items), *inner), dtype=object)
    for k, item in enumerate(items):
        made[k] = item
    return made.reshape(shape + inner)


def _indexed(x: Any) -> Any:
    """An argument whose lists and tuples may be chosen from."""
    if not isinstance(x, CONTAINERS):
        return x
    parts = map_parts(_indexed, x)
    kind = IndexedList if type(parts) is list else IndexedTuple if type(parts) is tuple else None
    return parts if kind is None else kind(parts)


class IndexedList(list[Any]):
    """A list that an index of a row may choose from."""

    def __getitem__(self, i: Any) -> Any:
        return _item(self, i, super().__getitem__, IndexedList)


class IndexedTuple(tuple[Any, ...]):
    """A tuple that an index of a row may choose from."""

    __slots__ = ()

    def __getitem__(self, i: Any) -> Any:
        return _item(self, i, super().__getitem__, IndexedTuple)


def _item(base: Any, i: Any, otherwise: Callable[[Any], Any], kind: type) -> Any:
    choose = choosing.get()
    if choose is not None and isinstance(i, Value):
        return choose(base, i)
    return kind(otherwise(i)) if isinstance(i, slice) else otherwise(i)
