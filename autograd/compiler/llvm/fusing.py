"""Fusing: which instructions share a loop, so that the numbers between them stay in machine registers.

Operations of equal width, and sums over rows of that width, go into the first loop in which everything they need
exists. An operand from the same loop must be the number at the same position.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from autograd.compiler.rolling.rolled import (
    ROWS,
    Apply,
    Instruction,
    Register,
    Repeat,
    RowSum,
    View,
    read_by,
    written_by,
)

MOST = 64  # instructions in a loop: compile time grows faster than the length of a basic block


@dataclass
class Fused:
    """Instructions that run together, in a loop over `width` numbers or from a table; or a single other one."""

    width: int | None
    instructions: list[Instruction] = field(default_factory=list)
    is_tabled: bool = False


def fused(
    instructions: Sequence[Instruction], registers: Sequence[Register], tabled: Collection[int] = ()
) -> list[Fused]:
    """Steps in an order in which every number exists before it is used; `tabled` are registers that tables write."""
    steps: list[Fused] = []
    for is_tabled, group in groupby(instructions, lambda x: not isinstance(x, Repeat) and x.out in tabled):
        together = list(group)
        steps += [Fused(None, together, True)] if is_tabled else _fused(together, registers)
    return steps


def _fused(instructions: Sequence[Instruction], registers: Sequence[Register]) -> list[Fused]:
    """The steps of instructions that do not run from a table."""
    steps: list[Fused] = []
    made: dict[int, int] = {}  # the step in which a register gets its numbers
    first = 0  # the step at which the search for a loop starts
    for instruction in instructions:
        width = _width(instruction, registers)
        earliest = max([_after(made, instruction, i, registers, steps) for i in read_by(instruction)], default=0)
        places = range(max(earliest, first), len(steps)) if width is not None else ()
        k = next((k for k in places if steps[k].width == width and len(steps[k].instructions) < MOST), len(steps))
        if k == len(steps):
            steps.append(Fused(width))
            first = max(first, k - MOST)  # so that the search does not grow with the program
        steps[k].instructions.append(instruction)
        made.update((i, k) for i in written_by(instruction))
    return steps


def _width(instruction: Instruction, registers: Sequence[Register]) -> int | None:
    """The number of numbers that an instruction processes one by one; None if it works otherwise."""
    if isinstance(instruction, Apply):
        return registers[instruction.out].width
    if isinstance(instruction, RowSum) and registers[instruction.operand.register].scope == ROWS:
        return registers[instruction.out].width
    return None


def _after(
    made: dict[int, int], instruction: Instruction, i: int, registers: Sequence[Register], steps: Sequence[Fused]
) -> int:
    """The earliest step for an instruction, given one of its operands."""
    if i not in made:
        return 0
    k = made[i]
    width = steps[k].width
    together = width is not None and width == _width(instruction, registers) and _whole(instruction, i, width)
    return k if together else k + 1


def _whole(instruction: Instruction, i: int, width: int) -> bool:
    """Whether an instruction reads a register number by number, each at its own position."""
    assert isinstance(instruction, (Apply, RowSum))
    operands = instruction.operands if isinstance(instruction, Apply) else (instruction.operand,)
    views = [x for x in operands if isinstance(x, View) and x.register == i]
    return all(view.start == 0 and view.counts == (width,) and (width == 1 or view.steps == (1,)) for view in views)
