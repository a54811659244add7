"""Code that runs once per call, before or after the rows: lanes are consecutive numbers of a register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from autograd.compiler.llvm.applying import FOLD_CODE, applied, each
from autograd.compiler.llvm.carrying import Index, repeated
from autograd.compiler.llvm.fusing import Fused, fused
from autograd.compiler.llvm.lanes import Lanes, across, constant, everywhere, known, loaded
from autograd.compiler.llvm.records import Records
from autograd.compiler.llvm.rows import whole
from autograd.compiler.llvm.storage import Storage
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolling.rolled import (
    Apply,
    Fold,
    Gather,
    Instruction,
    Number,
    Operand,
    Product,
    Repeat,
    View,
    places_in,
)

FEW = 8  # products that are summed, or numbers that are moved, without a loop
LONG = 16  # contiguous numbers, on average, from which on a call moves them faster


class Single:
    """A function that works on the registers in `once`."""

    def __init__(self, records: Records, name: str) -> None:
        self.records, self.storage = records, records.storage
        self.body = Body(records.module, "void", name, ["ptr noalias %once"], "internal fastcc")
        self.body.flags = "contract "
        self.known: dict[tuple[int, Index], Lanes] = {}  # numbers in a single lane that need not be loaded
        records.module.functions[name] = self.body

    @property
    def lanes(self) -> int:
        """How many numbers go through an instruction together."""
        return self.body.lanes

    def number(self, view: View, *indices: Index) -> str:
        """One number of a view."""
        return self.body.word("%once", self.place(view, *indices), "double")

    def one(self, view: View, *indices: Index) -> Lanes:
        """One number of a view in a single lane."""
        place = self.body.affine(view.start, *zip(view.steps, indices))
        if (view.register, place) in self.known:
            return self.known[view.register, place]
        return everywhere(self.body, self.number(view, *indices))

    def place(self, view: View, *indices: Index) -> Index:
        """The place of a number of a view in `once`."""
        return self.body.affine(self.storage.once[view.register] + view.start, *zip(view.steps, indices))

    def abreast(self, view: View, *indices: Index) -> Lanes:
        """As many consecutive numbers as there are lanes, from a number of a view on."""
        address = self.body.address("%once", self.place(view, *indices))
        return loaded(self.body, address, ", align 8")

    def put(self, register: int, column: Index, x: Lanes) -> None:
        """Store consecutive numbers, or one in a single lane, from a column of a register on."""
        place = self.body.affine(self.storage.once[register], (1, column))
        self.body.do(f"store {x.numbers}, ptr {self.body.address('%once', place)}, align 8")

    def copy(self, register: int, column: Index, source: View, *first: Index) -> None:
        """Put the numbers of a view, or of a row of a matrix, into a register from a column on."""
        width = source.counts[-1]
        if width == 1:
            self.put(register, column, self.one(source, *first, 0))
        elif source.steps[-1] == 1:
            target = self.body.affine(self.storage.once[register], (1, column))
            self.move(target, self.place(source, *first), width)
        else:
            with self.body.loop(width) as k:
                self.put(register, self.body.affine(column, (1, k)), self.one(source, *first, k))

    def move(self, target: Index, start: Index, count: int) -> None:
        """Copy consecutive numbers within `once`."""
        body = self.body
        function = body.module.declare("void", "llvm.memmove.p0.p0.i64", "ptr", "ptr", "i64", "i1")
        to, origin = body.address("%once", target), body.address("%once", start)
        body.do(f"call void {function}(ptr {to}, ptr {origin}, i64 {8 * count}, i1 false)")

    def keeps(self, register: int) -> bool:
        """Whether a register has memory."""
        return register not in self.storage.inner

    def load(self, operand: Operand, group: Index, width: int, *first: Index) -> Lanes:
        """A vector of an operand's numbers: the last index runs over the lanes, those before it are `first`."""
        if width == 1 and self.lanes == 1 and isinstance(operand, View) and not first:
            return self.one(operand)
        start = self.body.affine(operand.start, *zip(operand.steps, first)) if isinstance(operand, View) else None
        low = self.body.whole("mul", self.lanes, group)
        return side_by_side(self.body, self.storage, operand, low, width, start)

    def store(self, register: int, group: Index, x: Lanes) -> None:
        """Store a vector of consecutive numbers; a register has room for whole ones."""
        self.put(register, self.body.whole("mul", self.lanes, group), x)

    def groups(self, width: int) -> Any:
        """A loop over the vectors of `width` numbers."""
        return self.body.loop(-(-width // self.lanes))


def side_by_side(
    body: Body, storage: Storage, operand: Operand, first: Index, width: int, start: Index | None = None
) -> Lanes:
    """Numbers of an operand from `first` on, one in each lane; lanes past its end hold anything.

    `start` is the place in their register where they begin, by default the operand's own start.
    """
    if isinstance(operand, Number):
        return known(body, operand.value)
    start = body.affine(storage.once[operand.register], (1, operand.start if start is None else start))
    step = operand.steps[-1]
    if width == 1 or step == 0:
        return everywhere(body, body.word("%once", start, "double"))
    if step == 1:
        return loaded(body, body.address("%once", body.affine(start, (1, first))), ", align 8")
    kind = f"<{body.lanes} x double>"
    vector = "poison"
    for lane in range(body.lanes):
        i = body.least(body.affine(lane, (1, first)), width - 1)
        one = body.word("%once", body.affine(start, (step, i)), "double")
        vector = body.new(f"insertelement {kind} {vector}, double {one}, i64 {lane}")
    return Lanes(body, vector)


def shared_functions(records: Records, title: str, instructions: Sequence[Instruction]) -> list[str]:
    """The names of the functions that run these instructions, in order."""
    names: list[str] = []
    for step in fused(instructions, records.storage.rolled.registers, records.storage.tabled):
        single = Single(records, f"{title}{len(names)}")
        _run(single, step)
        single.body.do("ret void")
        names.append(single.body.name)
    return names


def _run(single: Single, step: Fused) -> None:
    """Write the code of one step."""
    if step.is_tabled:
        single.records.run(single.body, step.instructions)
    elif step.width is not None:
        _loop(single, step)
    else:
        STEPS[type(step.instructions[0])](single, step.instructions[0])


def _repeat(single: Single, instruction: Repeat) -> None:
    """A loop over the steps, in which a single number takes one lane."""

    def run(step: Fused) -> None:
        with single.body.single(step.width == 1):
            _run(single, step)

    with single.body.single():
        repeated(single, instruction, run)


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
            if single.keeps(instruction.out):
                single.store(instruction.out, group, made[instruction.out])


def _product(single: Single, instruction: Product) -> None:
    """Products of matrices; contiguous columns on the right are processed together."""
    body, left, right, add = single.body, *instruction[1:]
    (batch, rows, _), columns = left.counts, right.counts[1]
    beside = right.steps[1] == 1 and (add is None or add.steps == (1,))
    together = whole(columns, single.lanes) if beside else 0
    with body.loop(batch) as g, body.loop(rows) as u:
        if together:
            with body.loop(together, step=single.lanes) as v:
                _dot(single, instruction, g, u, v)
        if together < columns:
            with body.single(), body.loop(columns, together) as v:
                _dot(single, instruction, g, u, v)


def _dot(single: Single, instruction: Product, g: Index, u: Index, v: Index) -> None:
    """A row on the left times a column on the right, or as many columns as there are lanes."""
    body, left, right, add = single.body, *instruction[1:]
    (_, rows, count), columns = left.counts, right.counts[1]
    place = body.affine(v, (columns, body.affine(u, (rows, g))))

    def step(z: Lanes, j: Index) -> Lanes:
        return everywhere(body, single.number(left, g, u, j)).fused(single.abreast(right, g, v, j), z)

    z = constant(body, 0.0) if add is None else single.abreast(add, place) + 0.0
    single.put(instruction.out, place, reduce(step, range(count), z) if count <= FEW else each(body, z, count, step))


def _fold(single: Single, instruction: Fold) -> None:
    operand = instruction.operand
    count, width = operand.counts
    if instruction.op == "sum" and width == 1 and operand.steps[0] == 1 and count >= 2 * single.lanes:
        _sum(single, instruction)
        return
    with single.groups(width) as group:
        z = FOLD_CODE[instruction.op](single.body, count, lambda j: single.load(operand, group, width, j))
        single.store(instruction.out, group, z)


def _sum(single: Single, instruction: Fold) -> None:
    """The sum of many consecutive numbers, at first lane by lane: in order, each addition would wait for the last."""
    body, operand, lanes = single.body, instruction.operand, single.lanes
    vectors, left = divmod(operand.counts[0], lanes)
    sums = each(body, 0.0, vectors, lambda z, k: z + single.abreast(operand, body.whole("mul", lanes, k), 0))
    z = across(sums)
    with body.single():
        first = Lanes(body, body.new(f"insertelement <1 x double> poison, double {z}, i64 0"))
        rest = each(
            body, first, left, lambda z, k: z + single.abreast(operand, body.affine(vectors * lanes, (1, k)), 0)
        )
        single.put(instruction.out, 0, rest)


def _gather(single: Single, instruction: Gather) -> None:
    """Move contiguous numbers together; if there are few of these, copy one by one, by a table of places."""
    once = single.storage.once
    places = [once[register] + place for register, place in places_in(instruction)]
    ends = [k for k in range(1, len(places)) if places[k] != places[k - 1] + 1]
    runs = list(pairwise([0, *ends, len(places)]))
    if len(places) < LONG * len(runs):
        _pick(single, once[instruction.out], places)
        return
    for start, end in runs:
        single.move(once[instruction.out] + start, places[start], end - start)


def _pick(single: Single, target: int, places: Sequence[int]) -> None:
    """Copy numbers from anywhere in `once`, a few in each iteration of a loop."""
    body, together = single.body, whole(len(places), FEW)
    table = body.module.table(places)
    for start, end, step in ((0, together, FEW), (together, len(places), 1)):
        if start == end:
            continue
        with body.loop(end, start, step) as k:
            for at in [body.affine(k, (1, j)) for j in range(step)]:
                one = body.word("%once", body.listed(table, at), "double")
                body.do(f"store double {one}, ptr {body.address('%once', body.affine(target, (1, at)))}")


STEPS: dict[type, Callable[..., None]] = {Product: _product, Fold: _fold, Gather: _gather, Repeat: _repeat}
