"""Loops over time: carried numbers are in machine registers, or in memory if other instructions read them there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from autograd.compiler.llvm.applying import Accumulator
from autograd.compiler.llvm.fusing import Fused, fused
from autograd.compiler.llvm.lanes import Lanes, counted, same
from autograd.compiler.llvm.storage import Storage
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolling.rolled import Apply, Count, Fold, Gather, Move, Product, Register, Repeat, View, read_by

Index = str | int
Place = tuple[int, Index]  # a register, and a column of it
DEAR = 48  # instructions of a step, from which on it costs relatively little to test whether it changes anything


class LoopCode(Protocol):
    """Code under construction, for one vector of rows or for numbers that all rows share."""

    storage: Storage
    body: Body
    known: dict[Place, Lanes]  # numbers that need not be loaded

    def one(self, view: View, *indices: Index) -> Lanes:
        """One number of a view."""

    def put(self, register: int, column: Index, x: Lanes) -> None:
        """Store one number."""

    def copy(self, register: int, column: Index, source: View, *first: Index) -> None:
        """Put the numbers of a view, or of a row of a matrix, into a register from a column on."""

    def keeps(self, register: int) -> bool:
        """Whether a register has memory."""


def repeated(code: LoopCode, instruction: Repeat, run: Callable[[Fused], None]) -> None:
    """Write the code of a loop; `run` writes that of a step of fused instructions."""
    body, storage, outer = code.body, code.storage, code.known
    steps = fused(instruction.instructions, storage.rolled.registers, storage.tabled)
    carried = Carried(code, instruction, steps)
    settles = carried.settles(storage.rolled.registers)
    kept = body.memory("i64") if settles else ""
    with body.loop(instruction.times, kept=kept) as k:
        before = carried.now()
        code.known = outer | before
        for register, column, source in instruction.streams:
            if isinstance(source, View) and source.counts[1] > 1:
                code.copy(register, column, source, k)
                continue
            x = counted(body, source, k) if isinstance(source, Count) else code.one(source, k, 0)
            code.known[register, column] = x
            if code.keeps(register):
                code.put(register, column, x)
        for step in steps:
            run(step)
        for register, source in instruction.tapes:
            code.copy(register, body.whole("mul", source.counts[0], k), source)
        for register, column, source in carried.wide:
            code.copy(register, column, source)
        carried.carry_over()
        if settles:
            carried.leap(before, kept)
    for place, x in carried.now().items():
        code.put(*place, x)
    code.known = outer


def _number(register: int, column: int = 0) -> View:
    """A number of a register, as a view whose index adds to the column."""
    return View(register, column, (1,), (1,))


class Carried:
    """The numbers that one loop carries."""

    def __init__(self, code: LoopCode, instruction: Repeat, steps: Sequence[Fused]) -> None:
        others = {i for step in steps if step.width != 1 for x in step.instructions for i in read_by(x)}
        self.moves = [move for move in instruction.carried if move.source.counts == (1,)]
        self.wide = [move for move in instruction.carried if move.source.counts != (1,)]
        others |= {move.register for move in self.wide}
        others |= {view.register for _, view in instruction.tapes if view.counts != (1,)}
        self.code, self.instruction = code, instruction
        self.running: dict[Place, Accumulator] = {
            (register, column): Accumulator(code.body, code.one(_number(register, column)).numbers)
            for register, column, _ in self.moves
            if register not in others
        }

    def now(self) -> dict[Place, Lanes]:
        """The numbers carried in machine registers, at this point of a step."""
        return {place: running.get() for place, running in self.running.items()}

    def carry_over(self) -> None:
        """Carry single numbers over to the next step."""
        found: list[tuple[Move, Lanes]] = [(move, self.code.one(move.source)) for move in self.moves]
        for (register, column, _), x in found:
            if (register, column) in self.running:
                self.running[register, column].set(x)
            else:
                self.code.put(register, column, x)

    def settles(self, registers: Sequence[Register]) -> bool:
        """Whether the loop may be one of masked turns, after the last of which its steps change nothing."""
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

    def leap(self, before: dict[Place, Lanes], kept: str) -> None:
        """After a step that changed nothing, skip the next ones with the same streams: they would do the same."""
        code, body, now = self.code, self.code.body, self.now()
        first, *others = [(before[place], x) for place, x in now.items()]  # for most steps, one number is enough
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
            alike = same(body, [(code.one(source, k, 0), code.one(source, following, 0)) for source in sources])
            body.do(f"br i1 {alike}, label %{move}, label %{on}")
            body.begin(move)
            for register, _ in self.instruction.tapes:
                code.put(register, following, code.one(_number(register), k))
            body.do(f"store i64 {following}, ptr {kept}")
            body.do(f"br label %{look}")
            body.begin(on)
