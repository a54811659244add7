"""Tables: which instructions of a very long program run from a table, not from machine code of their own.

What does not fold into loops would take LLVM a fifth of a millisecond an instruction. Above a bound, the instructions
that run once a call are written down as numbers, and a small interpreter in machine code runs them.
"""

from __future__ import annotations

import numpy

from autograd.compiler.array_kernels import array_kernel
from autograd.compiler.rolled import Apply, Gather, Instruction, Number, Product, Rolled, inside

LONGEST = 10_000  # instructions with machine code of their own: a second or two of work for LLVM
WIDE = 64  # numbers: from here on vectors are worth more than a short compilation


def tabled(rolled: Rolled) -> set[int]:
    """The registers that instructions in tables write: none if the program is not that long."""
    once = (*rolled.shared, *rolled.after)
    if sum(1 for _ in inside(once)) <= LONGEST:
        return set()
    return {x.out for x in once if isinstance(x, (Apply, Gather, Product)) and _is_short(x, rolled)}


def _is_short(instruction: Instruction, rolled: Rolled) -> bool:
    return not isinstance(instruction, Apply) or rolled.registers[instruction.out].width < WIDE


def length(rolled: Rolled) -> int:
    """How many instructions need machine code of their own."""
    return sum(1 for _ in inside((*rolled.shared, *rolled.rows, *rolled.after))) - len(tabled(rolled))


def is_pooled(op: str, number: Number) -> bool:
    """Whether a known operand is a number like any other to an operation: it need not know which."""
    return type(number.value) is not bool and isinstance(array_kernel(op), numpy.ufunc)


def pool(rolled: Rolled, written: set[int]) -> set[float]:
    """The known numbers that instructions in tables read from memory."""
    short = [x for x in (*rolled.shared, *rolled.after) if isinstance(x, Apply) and x.out in written]
    return {y.value for x in short for y in x.operands if isinstance(y, Number) and is_pooled(x.op, y)}
