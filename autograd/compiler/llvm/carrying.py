"""What a loop carries from step to step: in machine registers, or in memory where others read it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd.compiler.llvm.applying import Accumulator
from autograd.compiler.llvm.fusing import Fused
from autograd.compiler.llvm.lanes import Lanes, same
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolling.rolled import Apply, Fold, Gather, Move, Product, Register, Repeat, View, read_by

Place = tuple[int, int]  # a register, and a column of it
DEAR = 48  # instructions of a step, from which on it costs little to ask whether the step changes anything
Load = Callable[..., Lanes]  # of a view, and indices


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
        self.instruction, self.body = instruction, body
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

    def settles(self, registers: Sequence[Register]) -> bool:
        """Whether the loop is one of masked turns, after the last of which its steps change nothing."""
        _, streams, instructions, tapes, carried = self.instruction
        sources = [stream.source for stream in streams]
        flags = [*[stream.register for stream in streams], *[move.register for move in carried]]
        return (
            len(instructions) >= DEAR
            and any(registers[i].booleans for i in flags)
            and 0 < len(self.running) == len(carried)
            and all(isinstance(source, View) and source.counts[1] == 1 for source in sources)
            and all(view.counts == (1,) for _, view in tapes)
            and all(isinstance(instruction, (Apply, Product, Fold, Gather)) for instruction in instructions)
        )

    def leap(self, before: dict[Place, Lanes], kept: str, load: Load, note: Callable[[int, str, str], None]) -> None:
        """After a step that changed nothing, pass over the next ones of the same streams: they would do the same.

        `note` copies a number of a tape from one step to another.
        """
        body, now = self.body, self.now()
        first, *others = [(before[place], x) for place, x in now.items()]  # one number tells of most steps
        with body.when(same(body, [first])), body.when(same(body, others)):
            look, compare, move, on = body.labels("look", "compare", "move", "on")
            body.do(f"br label %{look}")
            body.begin(look)
            k = body.new(f"load i64, ptr {kept}")
            following = body.new(f"add nsw i64 {k}, 1")
            is_inside = body.new(f"icmp slt i64 {following}, {self.instruction.times}")
            body.do(f"br i1 {is_inside}, label %{compare}, label %{on}")
            body.begin(compare)
            sources = [stream.source for stream in self.instruction.streams if isinstance(stream.source, View)]
            alike = same(body, [(load(source, k, 0), load(source, following, 0)) for source in sources])
            body.do(f"br i1 {alike}, label %{move}, label %{on}")
            body.begin(move)
            for register, _ in self.instruction.tapes:
                note(register, k, following)
            body.do(f"store i64 {following}, ptr {kept}")
            body.do(f"br label %{look}")
            body.begin(on)
