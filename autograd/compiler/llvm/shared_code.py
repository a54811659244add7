"""Code that runs once a call, before or after the rows: lanes are consecutive numbers of a register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiler.llvm.applying import FOLD_CODE, applied
from autograd.compiler.llvm.carrying import Carried
from autograd.compiler.llvm.fusing import Fused, fused
from autograd.compiler.llvm.lanes import Lanes, counted, everywhere, known
from autograd.compiler.llvm.rows import places_in
from autograd.compiler.llvm.storage import Storage
from autograd.compiler.llvm.text import Body, Module
from autograd.compiler.rolled import Apply, Count, Fold, Gather, Instruction, Number, Operand, Product, Repeat, View

Index = str | int


class Single:
    """A function that works on the registers in `once`."""

    def __init__(self, module: Module, storage: Storage, name: str) -> None:
        self.storage = storage
        self.body = Body(module, "void", name, ["ptr noalias %once"], "internal fastcc")
        self.body.flags = "contract "
        self.known: dict[tuple[int, Index], Lanes] = {}  # numbers in a single lane that need not be loaded
        module.functions[name] = self.body

    @property
    def lanes(self) -> int:
        """The numbers that go through an instruction together."""
        return self.body.lanes

    def number(self, view: View, *indices: Index) -> str:
        """One number of a view."""
        body = self.body
        place = body.affine(self.storage.once[view.register] + view.start, *zip(view.steps, indices))
        return body.word("%once", place, "double")

    def one(self, view: View, *indices: Index) -> Lanes:
        """One number of a view in a single lane."""
        place = self.body.affine(view.start, *zip(view.steps, indices))
        if (view.register, place) in self.known:
            return self.known[view.register, place]
        return everywhere(self.body, self.number(view, *indices))

    def put(self, register: int, column: Index, x: Lanes) -> None:
        """Store a number in a single lane."""
        place = self.body.affine(self.storage.once[register], (1, column))
        self.body.do(f"store {x.numbers}, ptr {self.body.address('%once', place)}, align 8")

    def load(self, operand: Operand, group: Index, width: int, *first: Index) -> Lanes:
        """A vector of an operand's numbers: the last index runs over the lanes, those before it are `first`."""
        if width == 1 and self.lanes == 1 and isinstance(operand, View) and not first:
            return self.one(operand)
        start = self.body.affine(operand.start, *zip(operand.steps, first)) if isinstance(operand, View) else None
        low = self.body.whole("mul", self.lanes, group)
        return side_by_side(self.body, self.storage, operand, low, width, start)

    def store(self, register: int, group: Index, x: Lanes) -> None:
        """Store consecutive numbers; a register has room for whole vectors."""
        place = self.body.affine(self.storage.once[register], (self.lanes, group))
        self.body.do(f"store {x.numbers}, ptr {self.body.address('%once', place)}, align 8")

    def groups(self, width: int) -> Any:
        """A loop over the vectors of `width` numbers."""
        return self.body.loop(-(-width // self.lanes))


def side_by_side(
    body: Body, storage: Storage, operand: Operand, first: Index, width: int, start: Index | None = None
) -> Lanes:
    """Numbers of an operand from `first` on, one for each lane; lanes past its end hold anything.

    `start` is where they begin in their register, if not at the operand's own start.
    """
    if isinstance(operand, Number):
        return known(body, operand.value)
    start = body.affine(storage.once[operand.register], (1, operand.start if start is None else start))
    step = operand.steps[-1]
    if width == 1 or step == 0:
        return everywhere(body, body.word("%once", start, "double"))
    kind = f"<{body.lanes} x double>"
    if step == 1:
        address = body.address("%once", body.affine(start, (1, first)))
        return Lanes(body, body.new(f"load {kind}, ptr {address}, align 8"))
    vector = "poison"
    for lane in range(body.lanes):
        i = body.least(body.affine(lane, (1, first)), width - 1)
        one = body.word("%once", body.affine(start, (step, i)), "double")
        vector = body.new(f"insertelement {kind} {vector}, double {one}, i64 {lane}")
    return Lanes(body, vector)


def shared_functions(module: Module, storage: Storage, title: str, instructions: Sequence[Instruction]) -> list[str]:
    """The names of the functions that run these instructions, in order."""
    names = []
    for k, step in enumerate(fused(instructions, storage.rolled.registers)):
        single = Single(module, storage, f"{title}{k}")
        _run(single, step)
        single.body.do("ret void")
        names.append(single.body.name)
    return names


def _run(single: Single, step: Fused) -> None:
    """Write one step."""
    if step.width is not None:
        _loop(single, step)
    else:
        STEPS[type(step.instructions[0])](single, step.instructions[0])


def _repeat(single: Single, instruction: Repeat) -> None:
    """A loop over the steps, in which a number that stands alone takes one lane."""
    body, storage = single.body, single.storage
    steps = fused(instruction.instructions, storage.rolled.registers)
    outer = single.known
    with body.single():
        carried = Carried(instruction, steps, lambda i, column: single.one(View(i, column, (1,), (1,))), body)
        with body.loop(instruction.times) as k:
            single.known = outer | carried.now()
            for register, column, source in instruction.streams:
                if isinstance(source, View) and source.counts[1] > 1:
                    _copy(single, register, column, source, k)
                    continue
                x = counted(body, source, k) if isinstance(source, Count) else single.one(source, k, 0)
                single.known[register, column] = x
                if register not in storage.inner:
                    single.put(register, column, x)
            for step in steps:
                with body.single(step.width == 1):
                    _run(single, step)
            for register, source in instruction.tapes:
                _copy(single, register, body.whole("mul", source.counts[0], k), source)
            for register, column, source in carried.wide:
                _copy(single, register, column, source)
            for (register, column), x in carried.following(single.one):
                single.put(register, column, x)
        for (register, column), x in carried.now().items():
            single.put(register, column, x)
    single.known = outer


def _copy(single: Single, register: int, column: Index, source: View, *first: Index) -> None:
    """Put the numbers of a view, or of a row of a matrix, into a register from a column on."""
    width = source.counts[-1]
    if width == 1:
        single.put(register, column, single.one(source, *first, 0))
        return
    with single.body.loop(width) as k:
        single.put(register, single.body.affine(column, (1, k)), single.one(source, *first, k))


def _loop(single: Single, step: Fused) -> None:
    width = step.width or 1
    with single.groups(width) as group:
        made: dict[int, Lanes] = {}
        for instruction in step.instructions:
            assert isinstance(instruction, Apply)
            operands = [
                made[x.register] if isinstance(x, View) and x.register in made else single.load(x, group, width)
                for x in instruction.operands
            ]
            booleans = single.storage.rolled.registers[instruction.out].booleans
            made[instruction.out] = applied(single.body, instruction.op, operands, booleans)
            if width == 1 and single.lanes == 1:
                single.known[instruction.out, 0] = made[instruction.out]
            if instruction.out not in single.storage.inner:
                single.store(instruction.out, group, made[instruction.out])


def _product(single: Single, instruction: Product) -> None:
    body = single.body
    (batch, rows, count), columns = instruction.left.counts, instruction.right.counts[1]
    fused = body.module.declare("double", "llvm.fmuladd.f64", *["double"] * 3)
    running = body.memory("double")
    with body.loop(batch) as g, body.loop(rows) as u, body.loop(columns) as v:
        place = body.affine(v, (columns, body.affine(u, (rows, g))))
        start = "0.0" if instruction.add is None else single.number(instruction.add, place)
        body.do(f"store double {start}, ptr {running}")
        with body.loop(count) as j:
            w, x = single.number(instruction.left, g, u, j), single.number(instruction.right, g, v, j)
            before = body.new(f"load double, ptr {running}")
            after = body.new(f"call double {fused}(double {w}, double {x}, double {before})")
            body.do(f"store double {after}, ptr {running}")
        address = body.address("%once", body.affine(single.storage.once[instruction.out], (1, place)))
        body.do(f"store double {body.new(f'load double, ptr {running}')}, ptr {address}")


def _fold(single: Single, instruction: Fold) -> None:
    operand = instruction.operand
    count, width = operand.counts
    with single.groups(width) as group:
        z = FOLD_CODE[instruction.op](single.body, count, lambda j: single.load(operand, group, width, j))
        single.store(instruction.out, group, z)


def _gather(single: Single, instruction: Gather) -> None:
    body, once = single.body, single.storage.once
    table = body.module.table([once[register] + place for register, place in places_in(instruction)])
    with body.loop(sum(len(places) for _, places in instruction.pieces)) as k:
        one = body.word("%once", body.word(table, k), "double")
        body.do(f"store double {one}, ptr {body.address('%once', body.affine(once[instruction.out], (1, k)))}")


STEPS: dict[type, Callable[..., None]] = {Product: _product, Fold: _fold, Gather: _gather, Repeat: _repeat}
