"""Records: long lists of instructions as a table of whole numbers, run by one function for each kind of instruction.

A record begins with its function's number; the places of its result and its operands follow. A function runs its record
for the vectors of a block of rows, or once per call, and jumps to that of the next record: a processor predicts such
jumps better than jumps from a single place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from autograd.compiler.execution.tables import is_pooled
from autograd.compiler.llvm.applying import FOLD_CODE, applied, each
from autograd.compiler.llvm.lanes import DOUBLE, Lanes, constant, everywhere, known, loaded, present
from autograd.compiler.llvm.storage import Storage
from autograd.compiler.llvm.text import Body, Module
from autograd.compiler.rolling.rolled import Apply, Fold, Gather, Instruction, Number, Product, RowSum, View, places_in

OPERANDS = ("ptr %scratch", "ptr %once", "i64 %rows", "i64 %first", "i64 %vectors", "ptr %record")
ONCE = "ptr null, ptr %once, i64 0, i64 0, i64 1"  # these operands, except the record, in code that runs once per call
END = 0  # the number that ends a list
Index = str | int
Write = Callable[["RecordKind"], None]


class Records:
    """The records of a program, and the kinds of instruction among them."""

    def __init__(self, module: Module, storage: Storage) -> None:
        self.module, self.storage = module, storage
        self.words: list[int] = []
        self.kinds: dict[Any, tuple[int, bool, Write]] = {}

    def run(self, body: Body, instructions: Sequence[Instruction], given: str = ONCE) -> None:
        """Add records for these instructions, and write the call that runs them."""
        start = len(self.words)
        for instruction in instructions:
            RECORDS[type(instruction)](self, instruction)
        self.words.append(END)
        record = body.address("@records", start, "i32")
        body.do(f"call fastcc void {_function(body, record)}({given}, ptr {record})")

    def add(self, kind: Any, by_row: bool, write: Write, *words: int) -> None:
        """Add a record; `write` writes the function of its kind, which runs by row or once per call."""
        number, *_ = self.kinds.setdefault((kind, by_row), (len(self.kinds) + 1, by_row, write))
        self.words += (number, *words)

    def by_row(self, register: int) -> bool:
        """Whether a register has numbers for each row."""
        return register in self.storage.rows

    def place(self, register: int, number: int = 0) -> tuple[int, ...]:
        """The place of a number in `once`; or that in scratch memory, for the first vector of rows, and the distance to
        the next.
        """
        if not self.by_row(register):
            return (self.storage.once[register] + number,)
        lanes, width = self.storage.lanes, self.storage.rolled.registers[register].width
        return self.storage.rows[register] + lanes * number, lanes * width

    def operand(self, x: View | Number) -> tuple[int, ...]:
        """The place where the numbers of an operand begin."""
        if isinstance(x, Number):
            return (self.storage.pool[float(x.value).hex()],)
        return self.place(x.register, x.start)

    def write(self) -> None:
        """Write the table, and a function for each kind."""
        if not self.words:
            return
        end = self.module.functions["end"] = RecordKind(self.module, f"kind{END}", False)
        end.do("ret void")
        for number, by_row, write in self.kinds.values():
            kind = self.module.functions[f"kind{number}"] = RecordKind(self.module, f"kind{number}", by_row)
            with kind.single(not by_row):
                write(kind)
            kind.go_on()
        words = ", ".join([f"i32 {word}" for word in self.words])
        kinds = ", ".join([f"ptr @kind{k}" for k in range(len(self.kinds) + 1)])
        self.module.tables += [
            f"@records = private constant [{len(self.words)} x i32] [{words}]",
            f"@kinds = private constant [{len(self.kinds) + 1} x ptr] [{kinds}]",
        ]


def _function(body: Body, record: str) -> str:
    """The function of a record."""
    number = body.new(f"sext i32 {body.new(f'load i32, ptr {record}')} to i64")
    return body.new(f"load ptr, ptr {body.address('@kinds', number)}")


class RecordKind(Body):
    """The function of a kind of record, which reads its words in order."""

    def __init__(self, module: Module, name: str, by_row: bool) -> None:
        super().__init__(module, "void", name, OPERANDS, "internal fastcc")
        self.by_row = by_row
        self.following: Index = 1  # the word to be read next

    def word_at(self, k: Index) -> str:
        """A word of the record."""
        word = self.new(f"load i32, ptr {self.address('%record', k, 'i32')}")
        return self.new(f"sext i32 {word} to i64")

    def next(self) -> str:
        """The next word of the record."""
        word = self.word_at(self.following)
        self.following = self.affine(self.following, (1, 1))
        return word

    def some(self, count: int) -> list[str]:
        """The next words, `count` of them."""
        return [self.next() for _ in range(count)]

    def place(self, by_row: bool) -> RecordPlace:
        """The next place."""
        return RecordPlace(self, self.next(), self.next() if by_row else None)

    def each_vector(self) -> AbstractContextManager[Index]:
        """A loop over the vectors of rows."""
        return self.loop("%vectors", "%first") if self.by_row else nullcontext(0)

    def go_on(self) -> None:
        """Jump to the function of the record after the words read."""
        following = self.address("%record", self.following, "i32")
        given = ", ".join([*OPERANDS[:-1], f"ptr {following}"])
        self.do(f"musttail call fastcc void {_function(self, following)}({given})")
        self.do("ret void")


class RecordPlace(NamedTuple):
    """The place where numbers begin: in `once` or, with a distance between vectors, in scratch memory."""

    kind: RecordKind
    start: Index
    apart: Index | None

    def address(self, v: Index, number: Index) -> str:
        """The address of a number, for a vector of rows."""
        kind = self.kind
        if self.apart is None:
            return kind.address("%once", kind.affine(self.start, (1, number)))
        return kind.address("%scratch", kind.affine(self.start, (self.apart, v), (kind.lanes, number)))

    def load(self, v: Index, number: Index = 0) -> Lanes:
        """A number, for every row of a vector."""
        kind, address = self.kind, self.address(v, number)
        if self.apart is None:
            return everywhere(kind, kind.new(f"load {DOUBLE}, ptr {address}"))
        return loaded(kind, address)

    def store(self, v: Index, number: Index, x: Lanes) -> None:
        """Write a number, for every row of a vector."""
        self.kind.do(f"store {x.numbers}, ptr {self.address(v, number)}, align 8")


# --- their kinds ----------------------------------------------------------------------------------


def _by_row(records: Records, x: View | Number) -> bool:
    return isinstance(x, View) and records.by_row(x.register)


def _apply(records: Records, instruction: Apply) -> None:
    """An operation; a known number is a constant for a kernel that depends on it, and is read from `once` by others."""
    out, op, operands = instruction
    register, by_row = records.storage.rolled.registers[out], records.by_row(out)
    fixed = [x if isinstance(x, Number) and not is_pooled(op, x) else None for x in operands]
    given = [x for x, number in zip(operands, fixed) if number is None]
    sides = [_by_row(records, x) for x in given]
    words = [*records.place(out), *[word for x in given for word in records.operand(x)]]
    is_wide = register.width > 1
    if is_wide:
        words += [register.width, *[x.steps[-1] if isinstance(x, View) and x.counts[-1] > 1 else 0 for x in given]]

    def write(kind: RecordKind) -> None:
        target, sources = kind.place(by_row), [kind.place(side) for side in sides]
        width = kind.next() if is_wide else 1
        steps: list[Index] = [kind.next() if is_wide else 0 for _ in given]
        with kind.each_vector() as v, kind.loop(width) as e:
            loaded = iter([source.load(v, kind.whole("mul", step, e)) for source, step in zip(sources, steps)])
            every = [next(loaded) if number is None else known(kind, number.value) for number in fixed]
            target.store(v, e, applied(kind, op, every, register.booleans))

    numbers = tuple([None if number is None else repr(number.value) for number in fixed])
    records.add((op, numbers, tuple(sides), register.booleans, is_wide), by_row, write, *words)


def _gather(records: Records, instruction: Gather) -> None:
    """Copies of numbers from anywhere: first those in `once`, then those by row."""
    by_row = records.by_row(instruction.out)
    groups: tuple[list[int], list[int]] = [], []
    for k, (register, number) in enumerate(places_in(instruction)):
        groups[records.by_row(register)].extend((k, *records.place(register, number)))
    words = [word for size, group in zip((2, 3), groups[: 1 + by_row]) for word in (len(group) // size, *group)]

    def write(kind: RecordKind) -> None:
        target = kind.place(by_row)
        for size in (2, 3)[: 1 + by_row]:
            count, start = kind.next(), kind.following
            with kind.each_vector() as v, kind.loop(count) as k:
                column, *place = [kind.word_at(kind.affine(start, (size, k), (1, i))) for i in range(size)]
                target.store(v, column, RecordPlace(kind, place[0], place[1] if size == 3 else None).load(v))
            kind.following = kind.affine(start, (size, count))

    records.add("gather", by_row, write, *records.place(instruction.out), *words)


def _product(records: Records, instruction: Product) -> None:
    """Products of matrices, number by number."""
    out, left, right, add = instruction
    (batch, rows, count), columns = left.counts, right.counts[1]
    by_row, views = records.by_row(out), [left, right] if add is None else [left, right, add]
    sides = [_by_row(records, view) for view in views]
    words = [*records.place(out), batch, rows, columns, count]
    words += [word for view in views for word in (*records.operand(view), *view.steps)]

    def write(kind: RecordKind) -> None:
        target, (batch, rows, columns, count) = kind.place(by_row), kind.some(4)
        (xs, down), (ys, across), *sums = [(kind.place(s), kind.some(len(view.steps))) for s, view in zip(sides, views)]
        with kind.each_vector() as v, kind.loop(batch) as g, kind.loop(rows) as r, kind.loop(columns) as c:
            number = kind.affine(c, (columns, kind.affine(r, (rows, g))))
            first, other = kind.affine(0, *zip(down, (g, r))), kind.affine(0, *zip(across, (g, c)))

            def step(z: Lanes, j: Index) -> Lanes:
                x, y = xs.load(v, kind.affine(first, (down[2], j))), ys.load(v, kind.affine(other, (across[2], j)))
                return x.fused(y, z)

            z = [place.load(v, kind.affine(0, (steps[0], number))) + 0.0 for place, steps in sums] or [
                constant(kind, 0.0)
            ]
            target.store(v, number, each(kind, z[0], count, step))

    records.add(("product", tuple(sides)), by_row, write, *words)


def _fold(records: Records, instruction: Fold) -> None:
    """Sums and other folds, number by number."""
    out, op, operand = instruction
    (count, width), by_row, side = operand.counts, records.by_row(out), _by_row(records, operand)

    def write(kind: RecordKind) -> None:
        target, source, (width, down, across) = kind.place(by_row), kind.place(side), kind.some(3)
        with kind.each_vector() as v, kind.loop(width) as i:

            def item(j: Index) -> Lanes:
                return source.load(v, kind.affine(0, (down, j), (across, i)))

            target.store(v, i, FOLD_CODE[op](kind, count, item))

    words = (*records.place(out), *records.operand(operand), width, *operand.steps)
    records.add(("fold", op, count, side), by_row, write, *words)


def _row_sum(records: Records, instruction: RowSum) -> None:
    """Numbers added to their sums over rows, lane by lane."""
    out, operand = instruction
    lanes = records.storage.lanes
    words = (records.storage.sums[out], 0, *records.operand(operand))

    def write(kind: RecordKind) -> None:
        target, source, (width, step) = kind.place(True), kind.place(_by_row(records, operand)), kind.some(2)
        with kind.each_vector() as v:
            left = kind.new(f"sub i64 %rows, {kind.whole('mul', lanes, v)}")
            there = present(kind, left)
            with kind.loop(width) as e:
                x = there.select(source.load(v, kind.whole("mul", step, e)), 0.0)
                target.store(v, e, target.load(v, e) + x)

    width = records.storage.rolled.registers[out].width
    records.add(("row sum", _by_row(records, operand)), True, write, *words, width, operand.steps[-1])


RECORDS: dict[type, Callable[[Records, Any], None]] = {
    Apply: _apply, Fold: _fold, Gather: _gather, Product: _product, RowSum: _row_sum
}  # fmt: skip
