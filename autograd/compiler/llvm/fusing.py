"""Fusing: which instructions on rows share a loop, so that numbers between them stay in the machine's registers.

Operations on as many numbers, and sums over rows of those, go into the first loop that comes after all they need; an
operand from the same loop must be the number at the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograd.compiler.memory import operands_of
from autograd.compiler.rolled import ROWS, Apply, Instruction, Register, RowSum, View

MOST = 64  # instructions in a loop: the time to compile a stretch without branches grows faster than its length


@dataclass
class Fused:
    """Instructions that run together: in a loop over `width` numbers, or by itself what is no such loop."""

    width: int | None
    instructions: list[Instruction] = field(default_factory=list)


def fused(instructions: Sequence[Instruction], registers: Sequence[Register]) -> list[Fused]:
    """Steps in an order in which every number is there when it is needed."""
    steps: list[Fused] = []
    made: dict[int, int] = {}  # in which step a register gets its numbers
    first = 0  # loops before that are full
    for instruction in instructions:
        width = _width(instruction, registers)
        earliest = max([_after(made, instruction, i, registers, steps) for i in operands_of(instruction)], default=0)
        places = range(max(earliest, first), len(steps)) if width is not None else ()
        k = next((k for k in places if steps[k].width == width and len(steps[k].instructions) < MOST), len(steps))
        if k == len(steps):
            steps.append(Fused(width))
            first = max(first, k - MOST)  # the search for a loop is not to grow with the program
        steps[k].instructions.append(instruction)
        made[instruction.out] = k
    return steps


def _width(instruction: Instruction, registers: Sequence[Register]) -> int | None:
    """How many numbers an instruction is done on, one by one; None for what is no such thing."""
    if isinstance(instruction, Apply):
        return registers[instruction.out].width
    if isinstance(instruction, RowSum) and registers[instruction.operand.register].scope == ROWS:
        return registers[instruction.out].width
    return None


def _after(
    made: dict[int, int], instruction: Instruction, i: int, registers: Sequence[Register], steps: Sequence[Fused]
) -> int:
    """The first step that an instruction can be in, for the sake of one of its operands."""
    if i not in made:
        return 0
    k = made[i]
    width = steps[k].width
    together = width is not None and width == _width(instruction, registers) and _whole(instruction, i, width)
    return k if together else k + 1


def _whole(instruction: Instruction, i: int, width: int) -> bool:
    """Whether an instruction reads a register number for number."""
    assert isinstance(instruction, (Apply, RowSum))
    operands = instruction.operands if isinstance(instruction, Apply) else (instruction.operand,)
    views = [x for x in operands if isinstance(x, View) and x.register == i]
    return all(view.start == 0 and view.counts == (width,) and (width == 1 or view.steps == (1,)) for view in views)
