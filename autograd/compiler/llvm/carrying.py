"""What a loop carries from step to step: in machine registers, or in memory where others read it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd.compiler.llvm.applying import Accumulator
from autograd.compiler.llvm.fusing import Fused
from autograd.compiler.llvm.lanes import Lanes
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolled import Move, Repeat, View, read_by

Place = tuple[int, int]  # a register, and a column of it


class Carried:
    """The numbers that one loop carries."""

    def __init__(
        self, instruction: Repeat, steps: Sequence[Fused], first: Callable[[int, int], Lanes], body: Body
    ) -> None:
        """`first` loads the value before the first step."""
        others = {i for step in steps if step.width != 1 for x in step.instructions for i in read_by(x)}
        self.moves = [move for move in instruction.carried if move.source.counts == (1,)]
        self.wide = [move for move in instruction.carried if move.source.counts != (1,)]
        others |= {move.register for move in self.wide}
        others |= {view.register for _, view in instruction.tapes if view.counts != (1,)}
        self.running = {
            (register, column): Accumulator(body, first(register, column).numbers)
            for register, column, _ in self.moves
            if register not in others
        }

    def now(self) -> dict[Place, Lanes]:
        """What is carried in machine registers, at this point of a step."""
        return {place: running.get() for place, running in self.running.items()}

    def following(self, load: Callable[[View], Lanes]) -> Iterator[tuple[Place, Lanes]]:
        """Carry over to the next step: what is to be stored in memory."""
        found: list[tuple[Move, Lanes]] = [(move, load(move.source)) for move in self.moves]
        for (register, column, _), x in found:
            if (register, column) in self.running:
                self.running[register, column].set(x)
            else:
                yield (register, column), x
