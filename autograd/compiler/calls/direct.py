"""Direct calls: a function written for one form of arguments, which passes them to machine code unconverted.

A call finds its plan, makes arrays of its arguments, and numbers of its results. That takes a few microseconds, longer
than the arithmetic of a short program. A direct call does it for one plan: Python takes containers apart, and machine
code checks and reads what they hold. If the arguments have another form, a result is not finite, or a row has an error,
a direct call returns None, and the call takes the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from autograd.compiler.calls.plans import Plan
from autograd.compiler.inputs.forms import Writing, put, take
from autograd.compiler.inputs.layout import NUMBER, ArraySpec, NumbersSpec, leaves_in, shapes_of

Direct = Callable[[tuple[Any, ...]], Any]
STATIC = object()  # in place of a converter: the argument is static


def direct(plan: Plan, args: Sequence[Any], converters: Sequence[Any], mean: bool, several: bool) -> Direct | None:
    """A function from arguments of the form of `args` to the results of this plan; None if it cannot be written.

    `converters` make arrays of lists that carry rows, and are None for arguments that the rows share. With `several`,
    derivatives are in a tuple.
    """
    results = _results(plan)
    leaves = [(leaf, by_row) for spec, by_row in results for leaf in leaves_in(spec)]
    plain = [not by_row and not isinstance(leaf, ArraySpec) for leaf, by_row in leaves]
    classes = [_class_of(leaf) for spec in plan.specs for leaf in leaves_in(spec)]

    def make() -> Any:
        return plan.executor().entry(classes, plain, mean)

    if mean and any(by_row for _, by_row in leaves):
        return None
    writing = Writing("args")
    given, rows = _taken(writing, args, converters)
    start = len(writing.lines)
    names: list[str] = []
    made = [put(writing, spec, by_row, names, plain=True) for spec, by_row in results]
    structuring = writing.lines[start:]
    del writing.lines[start:]
    arrays = [(leaf, by_row, name) for (leaf, by_row), name, is_plain in zip(leaves, names, plain) if not is_plain]
    for leaf, by_row, name in arrays:
        (shape,) = shapes_of(leaf)
        wanted = f"(len({rows}), *{shape})" if by_row else shape
        writing.do(f"{name} = {writing.refer(numpy.empty)}({wanted})")
    _call(writing, [*given, *(name for *_, name in arrays)], make)
    writing.do(f"[{', '.join(name for name, is_plain in zip(names, plain) if is_plain)}] = found")
    if plan.is_guarded:
        writing.do(f"if {made.pop()}{'' if plain[-1] else '.any()'}: return None")
    writing.lines += structuring
    derivatives = f"({', '.join(made[1:])},)" if several else made[-1]
    return writing.function(made[0] if len(made) == 1 else f"{made[0]}, {derivatives}")


def _results(plan: Plan) -> list[tuple[Any, bool]]:
    """The specs of the results, each with whether it has rows."""
    found = [(plan.result, plan.each)]
    if plan.kind.results != ("value",):
        found = [(NUMBER, plan.each), *((plan.specs[i], by_row) for i, by_row in zip(plan.chosen, plan.by_row))]
    return [*found, (NUMBER, bool(plan.traced.rows))] if plan.is_guarded else found


def _class_of(leaf: Any) -> type | None:
    """The class of a list or tuple of numbers; None for other leaves."""
    if not isinstance(leaf, NumbersSpec):
        return None
    found: type = leaf.make if isinstance(leaf.make, type) else leaf.make.__self__  # a named tuple's
    return found


def _taken(writing: Writing, args: Sequence[Any], converters: Sequence[Any]) -> tuple[list[str], str]:
    """Write the lines that take arguments apart; return the names of the leaves, and that of one with rows, if any."""
    writing.do(f"if len(args) != {len(args)}: return None")
    leaves: list[str] = []
    rows = ""
    for x, name, converter in zip(args, writing.unpack("args", len(args)), converters):
        count = len(leaves)
        if converter is not STATIC:
            take(writing, x, name, converter, leaves, None)
        elif type(x) is float:
            writing.do(f"if {name}.__class__ is not float or {name}.hex() != {x.hex()!r}: return None")
        elif isinstance(x, (int, str, bytes)):
            writing.do(f"if {name}.__class__ is not {writing.refer(type(x))} or {name} != {x!r}: return None")
        else:
            writing.do(f"if {name} is not {writing.refer(x)}: return None")
        if converter not in (STATIC, None) and len(leaves) > count and not rows:
            rows = leaves[count]
            writing.do(f"if {rows}.__class__ is not {writing.refer(numpy.ndarray)} or not {rows}.ndim: return None")
    return leaves, rows


def _call(writing: Writing, given: Sequence[str], make: Callable[[], Any]) -> None:
    """Write the call of an entry that no other thread uses at the same time."""
    idle = [make()]
    writing.do("try:")
    writing.do(f"    call = {writing.refer(idle.pop)}()")
    writing.do("except IndexError:")
    writing.do(f"    call = {writing.refer(make)}()")
    writing.do(f"found = call({', '.join(given)})")
    writing.do(f"{writing.refer(idle.append)}(call)")
    writing.do("if found is None: return None")
