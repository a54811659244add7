"""Jacobians of programs, and their products with vectors: programs derived by one or two backward passes.

Given cotangents c of the outputs f, a backward pass computes Jᵀc, which is linear in c. A second one over that program,
from ∂(c·f)/∂xⱼ down to c, yields column j of the Jacobian; from a product with tangents t, it yields Jt. So forward
mode needs no separate rules, and has the same derivatives at kinks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from autograd.compiler.derivatives.backward import Backward, along_tangents, differentiated, finished
from autograd.compiler.derivatives.kinks import with_norms
from autograd.compiler.programs.building import ProgramBuilder
from autograd.compiler.programs.naming import told_apart
from autograd.compiler.programs.operation import DETACH, Argument
from autograd.compiler.programs.program import Program
from autograd.symbols import COMPARISONS
from autograd.trees import flatten


class Entry(NamedTuple):
    """A place in a Jacobian: the positions of the output, and of the number among those of the chosen arguments."""

    output: int
    number: int


def entries(program: Program, argnums: Sequence[int]) -> list[Entry]:
    """The places, row by row, where an output depends on a number; all others are 0.

    >>> from autograd.compiler.tracing.trace import trace
    >>> entries(trace(lambda x: (x[1], x[0] * x[2]), ([1.0, 2.0, 3.0],)), [0])
    [Entry(output=0, number=1), Entry(output=1, number=0), Entry(output=1, number=2)]
    """
    below = _below(program, program.numbers(argnums))
    return [Entry(k, j) for k, i in enumerate(flatten(program.outputs)) for j in _places(below[i])]


def jacobian(program: Program, argnums: Sequence[int], safe: bool = True) -> Program:
    """The program of the entries of a Jacobian, computed by rows or by columns, whichever takes fewer operations."""
    places = entries(program, argnums)
    find = _by_columns if _columns_are_cheaper(program, argnums) else _by_rows
    backward, found = find(with_norms(program) if safe else program, argnums, places, safe)
    if not safe:
        outputs = flatten(backward.program.outputs)
        for output, k in {place.output: k for k, place in enumerate(places)}.items():
            found[k] = backward.beside(outputs[output], found[k])
    arguments = backward.program.arguments[: len(program.arguments)]
    return finished(backward.builder, backward.program, _lines(places, found), arguments, program.rows)


def second_entries(program: Program, argnums: Sequence[int]) -> list[Entry]:
    """The places of a Hessian, row by row, where the derivative with respect to one number depends on another."""
    first = _gradient(program, argnums, True)
    value = len(flatten(first.outputs)) - 1
    return [place for place in entries(first, argnums) if place.output < value]


def second_order(program: Program, argnums: Sequence[int], safe: bool = True) -> Program:
    """The program of the entries of a Hessian, in order: one backward pass for each number of the gradient."""
    places, first = second_entries(program, argnums), _gradient(program, argnums, safe)
    backward, found = _by_rows(first, argnums, places, safe, order=2)
    if found and not safe:
        found[0] = backward.beside(flatten(first.outputs)[-1], found[0])
    return finished(backward.builder, first, _lines(places, found), first.arguments, first.rows)


def _gradient(program: Program, argnums: Sequence[int], safe: bool) -> Program:
    """The program of the gradient, followed by the value."""
    first = differentiated(program, argnums, safe, again=True)
    value, *gradient = flatten(first.outputs)
    return replace(first, outputs=(*gradient, value))


def _lines(places: Sequence[Entry], found: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The entries of each line, as the outputs of a program."""
    lines: dict[int, list[int]] = {}
    for place, entry in zip(places, found):
        lines.setdefault(place.output, []).append(entry)
    return tuple(map(tuple, lines.values()))


def pulled_back(program: Program, argnums: Sequence[int], safe: bool = True) -> Program:
    """The program of the outputs and of Jᵀc; the cotangents c are its last argument."""
    return _linear(with_norms(program) if safe else program, argnums, safe)


def pushed_forward(program: Program, argnums: Sequence[int], safe: bool = True) -> Program:
    """The program of the outputs and of Jt; the tangents t are its last arguments, one for each of `argnums`."""
    linear = _linear(with_norms(program) if safe else program, argnums, safe)
    count = len(flatten(program.outputs))
    outputs = flatten(linear.outputs)
    along = along_tangents(linear, argnums, outputs[:count], outputs[count:])
    backward = Backward(along, safe, order=0)
    cotangents = flatten(along.arguments[len(program.arguments)].tree)
    *values, slope = flatten(along.outputs)
    adjoints = backward.sweep(slope, set(cotangents))
    arguments = [argument for k, argument in enumerate(along.arguments) if k != len(program.arguments)]
    return finished(backward.builder, along, (*values, *[adjoints[i] for i in cotangents]), arguments, along.rows)


def _linear(program: Program, argnums: Sequence[int], safe: bool) -> Program:
    """The program of the outputs and of Jᵀc."""
    builder, outputs = ProgramBuilder.of(program), flatten(program.outputs)
    (name,) = told_apart(["cotangents"], [argument.name for argument in program.arguments])
    given = tuple(builder.input(f"{name}_{k}") for k in range(len(outputs)))
    weighted = builder.emit("dot", (*outputs, *given, builder.constant(0.0)))
    rows = [*program.rows, name] if program.rows else ()
    along = finished(builder, program, (*outputs, weighted), [*program.arguments, Argument(name, given)], rows)
    backward = Backward(along, safe)
    *values, weighted = flatten(along.outputs)
    wanted = along.numbers(argnums)
    adjoints = backward.sweep(weighted, set(wanted))
    return finished(backward.builder, along, (*values, *[adjoints[i] for i in wanted]), along.arguments, rows)


# --- by rows or by columns ------------------------------------------------------------------------


def _by_rows(
    program: Program, argnums: Sequence[int], places: Sequence[Entry], safe: bool, order: int = 1
) -> tuple[Backward, list[int]]:
    """The entries, in the order of `places`, by one backward pass for each output."""
    backward, wanted = Backward(program, safe, order=order), program.numbers(argnums)
    numbers = set(wanted)
    outputs = flatten(program.outputs)
    rows = {k: backward.sweep(outputs[k], numbers) for k in dict.fromkeys(place.output for place in places)}
    return backward, [rows[k][wanted[j]] for k, j in places]


def _by_columns(
    program: Program, argnums: Sequence[int], places: Sequence[Entry], safe: bool
) -> tuple[Backward, list[int]]:
    """The entries, in the order of `places`, by a backward pass for all outputs, and one over it for each number."""
    linear = _linear(program, argnums, safe)
    backward, given = Backward(linear, safe, order=0), flatten(linear.arguments[-1].tree)
    cotangents = set(given)
    adjoints = flatten(linear.outputs)[len(given) :]
    columns = {j: backward.sweep(adjoints[j], cotangents) for j in dict.fromkeys(place.number for place in places)}
    return backward, [columns[j][given[k]] for k, j in places]


def _columns_are_cheaper(program: Program, argnums: Sequence[int]) -> bool:
    """Whether columns need fewer tangents than rows need adjoints, counted over all operations."""
    below = _below(program, program.numbers(argnums))
    above = [0] * len(program.operations)
    for k, i in enumerate(flatten(program.outputs)):
        above[i] |= 1 << k
    for i in range(len(above) - 1, -1, -1):
        if _carries(program, i):
            for j in program.operations[i].operands:
                above[j] |= above[i]
    active = [(x.bit_count(), y.bit_count()) for x, y in zip(below, above) if x and y]
    return sum(x for x, _ in active) < sum(y for _, y in active)


def _below(program: Program, numbers: Sequence[int]) -> list[int]:
    """For each value, which of these inputs it depends on, as the bits of a whole number."""
    below = [0] * len(program.operations)
    for k, i in enumerate(numbers):
        below[i] = 1 << k
    for i, operation in enumerate(program.operations):
        if _carries(program, i):
            for j in operation.operands:
                below[i] |= below[j]
    return below


def _carries(program: Program, i: int) -> bool:
    """Whether derivatives pass through an operation."""
    return program.operations[i].op != DETACH and program.operations[i].op not in COMPARISONS


def _places(bits: int) -> Iterator[int]:
    """The positions of the 1 bits of a whole number, in ascending order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
