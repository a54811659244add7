"""Stepping: a step of `scan` or `fori_loop` is traced once, in place of all steps, and becomes the body of a loop.

The step gets symbols for what is carried and for its own x. Values that it takes from outside are inputs that all steps
share; what depends on them alone is computed outside, once. A second trace of the step checks the first. If they
differ, or something outside has changed, then the steps are not alike, and f is traced again step by step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy

from autograd.arrays.origins import is_of_numpy
from autograd.compiler.programs.loops import CARRIED, COUNTED, LISTED, SHARED, Loop, Role, body_of
from autograd.compiler.programs.operation import reached
from autograd.compiler.tracing.lowering import Lowering
from autograd.compiler.tracing.lowering_loops import (
    BOOLEANS,
    Fed,
    StepLowering,
    StepNumber,
    is_number,
    number_of,
    unlike,
)
from autograd.compiler.tracing.surroundings import Surroundings
from autograd.compiler.tracing.wholes import rounds_whole
from autograd.control import item
from autograd.engine import Value
from autograd.engine.kinks import SECOND, Differentiated, differentiated
from autograd.engine.names import NUMBERED
from autograd.lifting.branching.branches import Branches
from autograd.primitives import Primitive
from autograd.refusals import TraceError, refusing
from autograd.symbols import Condition, Symbol
from autograd.symbols.expressions import OfNumPy
from autograd.trees import CONTAINERS, flatten, holding, is_array, map_parts, map_tree, parts_of

LEAST_STEPS = 24  # fewer steps are traced one by one
INTEGERS = (int, numpy.integer)


def loop(x: Any) -> Any:
    """The rule of a loop, which cannot run on Values: raise Unlike."""
    unlike()


LOOP_ROW = Primitive(loop, vectors=("x",))


class Partial:
    """The local derivative of a loop, which only the compiler knows; any use of it raises Unlike."""

    __mul__ = __rmul__ = __eq__ = unlike
    __hash__ = None  # type: ignore[assignment]  # no hash


class Traced(NamedTuple):
    """One trace of a step: the loop that it makes, and which outputs of it are the results."""

    loop: Loop
    operands: tuple[int, ...]
    following: tuple[int, ...]  # outputs, one for each number of the state
    noted: tuple[int, ...]  # outputs, one for each number that a step gives
    values: list[Value]  # from outside, that the loop depends on
    output: Any = None  # what a step gives
    errors: Sequence[Exception] = ()  # that a step raises for some rows
    origins: Sequence[type[str]] = ()  # of the numbers of the state, and of what a step gives

    @property
    def same(self) -> Any:
        """The fields that must be equal in two traces of a step."""
        return self[:4]


class Stepping:
    """Makes loops while a function is traced; `met` says whether there were any, `read` whether of a `for` statement.

    Loops of `for` statements are made only if `reads`.
    """

    lowering: Lowering  # of the program, or of the step, that is being traced

    def __init__(self, reads: bool = True) -> None:
        self.branches: Branches | None = None
        self.met = self.read = False
        self.make = self._written if reads else None

    def start(self, lowering: Lowering, branches: Branches | None) -> None:
        """Begin a trace."""
        self.lowering, self.branches = lowering, branches
        if branches is not None:
            branches.make = self.make

    def _written(self, *loop: Any) -> Any:
        """The state after all turns of a `for` statement."""
        self.read = True
        return self.run(*loop)

    def run(
        self, step: Callable[[Any, Any], Any], carry: Any, xs: Any, times: int, reverse: bool
    ) -> tuple[Any, Any] | None:
        """The state after all steps, and what they gave, from one loop; None if there are few steps.

        Raises Unlike if the steps must be traced one by one.
        """
        if times < LEAST_STEPS:
            return None
        self.met = True
        if self.branches is not None and self.branches.attempts:
            unlike()
        before = Surroundings(step)
        state = map_tree(self._carried, carry)
        each = self._each(xs, times, reverse)
        first = self._traced(step, carry, state, each, times)
        origins = iter(first.origins)
        state = map_tree(lambda x: replace(x, origin=next(origins)) if isinstance(x, Fed) else x, state)
        second = self._traced(step, carry, state, each, times)
        if first.same != second.same or not before.are(Surroundings(step)):
            unlike()
        return self._results(second, carry, reverse)

    # --- a step

    def _traced(self, step: Callable[[Any, Any], Any], carry: Any, state: Any, each: Any, times: int) -> Traced:
        outer, inner = self.lowering, StepLowering(self.lowering)

        def given(x: Any) -> Any:
            return inner.given(x) if isinstance(x, Fed) else x

        state = map_tree(given, state)
        carried = [i for i, *_ in inner.inputs]
        each = map_tree(given, each)
        self.lowering, failed = inner, len(self._failures)
        told = Differentiated(lambda where, order: unlike() if order == SECOND else None)
        telling = differentiated.set(told)
        try:
            before = [*numbers_in(state), *numbers_in(each)]
            result, output = refusing(step, state, each)
            after = [*numbers_in(state), *numbers_in(each)]
        except TraceError:
            raise
        except Exception:  # perhaps only because the step ran on symbols: traced step by step, f may not raise it
            unlike()
        finally:
            self.lowering = outer
            differentiated.reset(telling)
            inner.close()
            failures = self._failures[failed:]
            del self._failures[failed:]
        if told.roots and (around := differentiated.get()) is not None:
            around.roots = True
        changed_in_place = any(x is not y for x, y in zip_longest(before, after))  # also through another name
        if changed_in_place or form_of(result) != form_of(carry):
            unlike()
        wanted, noted = numbers_in(result), numbers_in(output)
        origins = list(map(self._origin, [*wanted, *noted]))
        inner.record([*wanted, *noted])
        following, outputs = [[number_of(inner, x) for x in numbers] for numbers in (wanted, noted)]
        if failures:
            carried.append(inner.fed("error", Role(CARRIED), [outer.builder.constant(0.0)]))
            following.append(self._code(inner, carried[-1], [where for where, _ in failures]))
        made = self._made(inner, dict(zip(carried, following)), outputs, times)
        return made._replace(output=output, errors=[error for _, error in failures], origins=origins)

    @property
    def _failures(self) -> list[tuple[Any, Exception]]:
        """The errors that f raises for some rows, so far."""
        return self.branches.failures if self.branches is not None else []

    @staticmethod
    def _code(inner: StepLowering, before: int, conditions: Sequence[Any]) -> int:
        """The number of a row's first error: that of an earlier step, or of the first condition that holds here."""
        builder = inner.builder
        zero = code = builder.constant(0.0)
        for k, condition in reversed(list(enumerate(conditions, 1))):
            code = builder.emit("where", (inner.number(condition), builder.constant(float(k)), code))
        return builder.emit("where", (builder.emit(">", (before, zero)), before, code))

    def _carried(self, x: Any) -> Any:
        """What a step gets in place of an item of the state; anything but a number is unchanged."""
        return self._fed("c", Role(CARRIED), [x]) if is_number(x) else x

    def _each(self, xs: Any, times: int, reverse: bool) -> Any:
        """What a step gets in place of its x."""
        if xs is None:
            return None
        columns = columns_of(xs, times)

        def given(x: Any) -> Any:
            column = next(columns)
            if not all(map(is_number, column)):
                unlike()
            column = column[::-1] if reverse else column
            whole = isinstance(column, range) or all(isinstance(x, INTEGERS) for x in column)
            if evenly(column):
                return Fed("k", StepNumber, counted(column), (), (), whole)
            return replace(self._fed("x", Role(LISTED), column), whole=whole)

        return map_tree(given, item(xs, 0))

    def _fed(self, default: str, role: Role, numbers: Sequence[Any]) -> Fed:
        """What a step gets in place of these numbers, which become operands of the loop."""
        self.lowering.record(numbers)
        operands = [number_of(self.lowering, x) for x in numbers]
        name = re.sub(r"_\d+$", "", self.lowering.builder.names[operands[0]])
        values = [x for x in numbers if isinstance(x, Value)]
        kind = Condition if isinstance(numbers[0], BOOLEANS) else Value if values else StepNumber
        origin = OfNumPy if all(self._origin(x) is OfNumPy for x in numbers) else str
        return Fed(default if not name or NUMBERED(name) else name, kind, role, operands, values, origin=origin)

    @staticmethod
    def _origin(x: Any) -> type[str]:
        """OfNumPy for a NumPy number, else str."""
        return OfNumPy if is_of_numpy(x) is True else str

    # --- the loop

    def _made(self, inner: StepLowering, following: dict[int, int], given: list[int], times: int) -> Traced:
        """The loop of a step: inputs that a step passes on unchanged are shared, and unused ones are left out.

        `following` maps each carried input to the value that replaces it in the next step.
        """
        outputs = list(dict.fromkeys([*following.values(), *given]))
        used = set(reached(outputs, [operation.operands for operation in inner.builder.operations]))
        kept = [(i, role, operands) for i, role, operands in inner.inputs if i in used]
        roles = [role for _, role, _ in kept]
        for m, (i, role, _) in enumerate(kept):
            if role.kind == CARRIED:
                still = following[i] == i
                roles[m] = Role(SHARED) if still else role._replace(output=outputs.index(following[i]))
        loop = Loop(body_of(inner.builder, [i for i, *_ in kept], outputs), times, tuple(roles))
        if rounds_whole(inner.builder, [x for x in kept if x[0] in inner.whole], self.lowering.builder, times):
            unlike()
        operands = tuple([j for *_, group in kept for j in group])
        places = [tuple(map(outputs.index, numbers)) for numbers in (following.values(), given)]
        return Traced(loop, operands, places[0], places[1], list(inner.values.values()))

    def _results(self, made: Traced, carry: Any, reverse: bool) -> tuple[Any, Any]:
        """The state after the loop, and what the steps gave."""
        times, body = made.loop.times, made.loop.body
        loop = self.lowering.builder.loop(made.loop, made.operands)
        hub = self._node("loop", made.values)

        def taken(x: Any, output: int, step: int, origin: type[str] = str) -> Any:
            i = self.lowering.builder.item(loop, output, step)
            kind = Value if isinstance(x, (Value, Symbol)) else StepNumber  # a StepNumber refuses to tell its class
            value = self._node(origin(body.names[made.loop.outputs[output]]), [hub], kind)
            self.lowering.stands_for(value._number, i)
            self.lowering.stands_for(value, i)
            return Condition("!=", value._number, 0.0) if isinstance(x, BOOLEANS) else value

        count = len(made.origins) - len(made.noted)
        noted = zip(made.noted, made.origins[count:])
        after = zip(made.following, made.origins[:count])

        def last(x: Any) -> Any:
            output, origin = next(after)
            return taken(x, output, times - 1, origin)

        state = map_tree(lambda x: last(x) if is_number(x) else x, carry)
        if made.errors:
            code = taken(0.0, made.following[-1], times - 1)
            self._failures.extend((code == float(k), error) for k, error in enumerate(made.errors, 1))
        steps = range(times - 1, -1, -1) if reverse else range(times)

        def given(x: Any) -> Any:
            if x is None:
                return None
            if isinstance(x, CONTAINERS):
                return map_parts(given, x)
            if not is_array(x):
                output, origin = next(noted)
                return holding([taken(x, output, k, origin) for k in steps], traced=True)
            columns = numpy.array([given(part) for part in x.ravel()], dtype=object).reshape((*x.shape, times))
            return holding(numpy.moveaxis(columns, -1, 0), traced=True)

        return state, given(made.output)

    @staticmethod
    def _node(name: str, inputs: Sequence[Value], kind: type[Value] = Value) -> Value:
        """A Value for a result of a loop; its local derivatives refuse to be used."""
        made = kind(Symbol(name))  # type: ignore[arg-type]  # Values hold Symbols in a trace
        made.op = LOOP_ROW
        made._connect(tuple(inputs), (Partial(),) * len(inputs))
        return made


# --- numbers in structures ------------------------------------------------------------------------


def numbers_in(tree: Any) -> list[Any]:
    """The numbers of a structure, in order, without None."""
    return [x for x in flatten(tree) if x is not None]


def form_of(tree: Any) -> Any:
    """The form of a state, which must be the same before and after a step."""
    if isinstance(tree, CONTAINERS):
        return tuple(tree) if isinstance(tree, dict) else type(tree), *map(form_of, parts_of(tree))
    if is_array(tree):
        return tree.shape, *map(form_of, tree.view(numpy.ndarray).ravel().tolist())
    return isinstance(tree, BOOLEANS) if is_number(tree) else id(tree)


def columns_of(xs: Any, times: int) -> Iterator[Sequence[Any]]:
    """For each number in the x of a step, that number in all steps."""
    if isinstance(xs, range):
        yield xs
    elif isinstance(xs, (dict, tuple)):
        for part in parts_of(xs):
            yield from columns_of(part, times)
    elif is_array(xs):
        columns = xs.reshape(times, -1).T
        if not all(map(is_number, columns[:, :1].ravel())):
            unlike()
        yield from columns.view(numpy.ndarray).tolist()
    elif all(map(is_number, xs)):
        yield xs
    else:
        form = form_of(xs[0])
        if any(form_of(x) != form for x in xs):
            unlike()
        yield from zip(*map(numbers_in, xs))


def evenly(numbers: Sequence[Any]) -> bool:
    """Whether these are whole numbers that advance by a constant stride."""
    if isinstance(numbers, range):
        return True
    if not all(type(x) in (int, float) and x == int(x) for x in (numbers[0], numbers[1])):
        return False
    first, stride = numbers[0], numbers[1] - numbers[0]
    return stride != 0 and all(type(x) in (int, float) and x == first + k * stride for k, x in enumerate(numbers))


def counted(numbers: Sequence[Any]) -> Role:
    """The role of numbers that advance by a stride."""
    return Role(COUNTED, first=int(numbers[0]), stride=int(numbers[1] - numbers[0]))
