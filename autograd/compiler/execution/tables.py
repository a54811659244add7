"""Tables: which instructions of a very long program run from a table, rather than as separate machine code.

Code that does not fold into loops would take LLVM a fifth of a millisecond per instruction. Above a bound, instructions
are written as numbers, and a small interpreter in machine code runs them: first those outside loops, then the longest
bodies of loops, until the rest is short.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograd.compiler.execution import powers
from autograd.compiler.execution.array_kernels import array_kernel
from autograd.compiler.rolling.rolled import (
    Apply,
    Fold,
    Gather,
    Instruction,
    Number,
    Product,
    Repeat,
    Rolled,
    RowSum,
    inside,
)

LONGEST = 10_000  # instructions with separate machine code: a second or two of work for LLVM
WIDE = 64  # numbers, from which on vectors are worth more than a short compilation


def tabled(rolled: Rolled) -> set[int]:
    """The registers that instructions in tables write; none if the program is not that long."""
    outside = (*rolled.shared, *rolled.rows, *rolled.after)
    every = list(inside(outside))
    bodies = sorted([x.instructions for x in every if isinstance(x, Repeat)], key=len, reverse=True)
    found: set[int] = set()
    for part in (outside, *bodies):
        if len(every) - len(found) <= LONGEST:
            break
        found.update(_short(part, rolled))
    return found


def _short(instructions: tuple[Instruction, ...], rolled: Rolled) -> Iterator[int]:
    """The registers written by those of the instructions that do not deserve separate machine code."""
    for x in instructions:
        if isinstance(x, (Gather, Product)):
            yield x.out
        elif isinstance(x, (Apply, Fold, RowSum)):
            width = x.operand.counts[0] if isinstance(x, Fold) else rolled.registers[x.out].width
            if width < WIDE:
                yield x.out


def is_pooled(op: str, number: Number) -> bool:
    """Whether an operation reads a known operand like any other number; only powers depend on which number it is."""
    return type(number.value) is not bool and array_kernel(op) not in (powers.power, powers.falling_power)


def pool(rolled: Rolled, written: set[int]) -> set[str]:
    """The known numbers that instructions in tables read from memory, by their bits, as 0.0 and -0.0 differ."""
    every = inside((*rolled.shared, *rolled.rows, *rolled.after))
    short = [x for x in every if isinstance(x, Apply) and x.out in written]
    return {float(y.value).hex() for x in short for y in x.operands if isinstance(y, Number) and is_pooled(x.op, y)}
