"""Memory for the registers of a block: a register that is no longer needed gives its slot to another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from autograd.compiler.rolling.rolled import ROWS, Apply, Instruction, Repeat, Rolled, View, read_by, written_by


class Slots(NamedTuple):
    """The slot of each register of rows, and for each slot its width and whether it holds booleans."""

    slot: dict[int, int]
    sizes: list[tuple[int, bool]]

    @property
    def width(self) -> int:
        """The number of numbers that a row takes in all slots."""
        return sum(width for width, _ in self.sizes)


Free = dict[tuple[int, bool], list[int]]  # the free slots of each size


def planned(rolled: Rolled, steps: Sequence[Sequence[Instruction]] | None = None, inner: Collection[int] = ()) -> Slots:
    """Slots for the registers of rows, in one pass over the steps: instructions that run together, or single ones.

    A register made and used within one step gets no slot. A loop is one step, whose registers all have slots, except
    those in `inner`.
    """
    steps = [[instruction] for instruction in rolled.rows] if steps is None else steps
    last = {i: k for k, step in enumerate(steps) for instruction in step for i in read_by(instruction)}
    for result in rolled.outputs:
        if isinstance(result, View):
            last[result.register] = len(steps)
    slots = Slots({}, [])
    free: Free = {}
    for i in rolled.inputs:
        if rolled.registers[i].scope == ROWS:
            _take(slots, free, rolled, i)
    for k, step in enumerate(steps):
        used = dict.fromkeys(i for instruction in step for i in read_by(instruction))
        dying = [i for i in used if last[i] == k and i in slots.slot]
        for instruction in step:
            if isinstance(instruction, Repeat):
                made = [i for i in dict.fromkeys(written_by(instruction)) if i not in slots.slot and i not in inner]
                for i in made:
                    if rolled.registers[i].scope == ROWS:
                        _take(slots, free, rolled, i)
                dying += [i for i in made if i in slots.slot and last.get(i, k) == k]
                continue
            in_place = [i for i in dying if len(step) == 1 and _in_place(instruction, i, rolled)]
            if in_place:
                slots.slot[instruction.out] = slots.slot[in_place[0]]
                dying.remove(in_place[0])
            elif rolled.registers[instruction.out].scope == ROWS and last[instruction.out] > k:
                _take(slots, free, rolled, instruction.out)
        for i in dying:
            free.setdefault(slots.sizes[slots.slot[i]], []).append(slots.slot[i])
    return slots


def _take(slots: Slots, free: Free, rolled: Rolled, i: int) -> None:
    """Assign the smallest free slot that is large enough and at most twice as wide, or a new one."""
    _, width, _, booleans = rolled.registers[i]
    sizes = [size for size in free if free[size] and size[1] == booleans and width <= size[0] <= 2 * width]
    if sizes:
        slots.slot[i] = free[min(sizes)].pop()
    else:
        slots.sizes.append((width, booleans))
        slots.slot[i] = len(slots.sizes) - 1


def _in_place(instruction: Instruction, i: int, rolled: Rolled) -> bool:
    """Whether an operation may overwrite its operand, since it reads that only number by number, at the same places."""
    if not isinstance(instruction, Apply):
        return False
    old, new = rolled.registers[i], rolled.registers[instruction.out]
    whole = View(i, 0, (old.width,), (1,))
    views = [x for x in instruction.operands if isinstance(x, View) and x.register == i]
    return old[1:] == new[1:] and all(view == whole for view in views)
