"""Records: long lists of instructions as a table of whole numbers, run by one function for each kind of them.

A record begins with its function's number; the places of its result and its operands in `once` follow. A function runs
its record, and jumps to that of the next: a processor foresees such jumps better than those from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiler.llvm.applying import applied, each
from autograd.compiler.llvm.lanes import DOUBLE, Lanes, constant, everywhere, known
from autograd.compiler.llvm.storage import Storage
from autograd.compiler.llvm.text import Body, Module
from autograd.compiler.rolled import Apply, Gather, Instruction, Number, Product, View
from autograd.compiler.tables import is_pooled

OPERANDS = ("ptr %once", "ptr %record")
END = 0  # of a list
Index = str | int


class Records:
    """The records of a program, and the kinds of instruction among them."""

    def __init__(self, module: Module, storage: Storage) -> None:
        self.module, self.storage = module, storage
        self.words: list[int] = []
        self.kinds: dict[Any, tuple[int, Callable[[Kind], None]]] = {}

    def run(self, name: str, instructions: Sequence[Instruction]) -> str:
        """Add a function that runs these instructions; returns its name."""
        start = len(self.words)
        for instruction in instructions:
            RECORDS[type(instruction)](self, instruction)
        self.words.append(END)
        body = self.module.functions[name] = Body(self.module, "void", name, ["ptr noalias %once"], "internal fastcc")
        body.do(f"%record = getelementptr inbounds i32, ptr @records, i64 {start}")
        body.do(f"call fastcc void {_function(body, '%record')}(ptr %once, ptr %record)")
        body.do("ret void")
        return name

    def add(self, kind: Any, write: Callable[[Kind], None], *words: int) -> None:
        """Add a record; `write` writes the function of its kind."""
        number, _ = self.kinds.setdefault(kind, (len(self.kinds) + 1, write))
        self.words += (number, *words)

    def place(self, operand: View | Number) -> int:
        """Where the numbers of an operand begin in `once`."""
        if isinstance(operand, Number):
            return self.storage.pool[float(operand.value).hex()]
        return self.storage.once[operand.register] + operand.start

    def write(self) -> None:
        """Write the table, and a function for each kind."""
        if not self.words:
            return
        for number, write in ((END, _end), *self.kinds.values()):
            name = f"kind{number}"
            kind = Kind(self.module, "void", name, OPERANDS, "internal fastcc")
            self.module.functions[name] = kind
            with kind.single():
                write(kind)
            kind.do("ret void")
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


class Kind(Body):
    """The function of a kind of record."""

    def at(self, k: Index) -> str:
        """A word of the record: the place of a number, a step from one to the next, or a count."""
        word = self.new(f"getelementptr inbounds i32, ptr %record, i64 {k}")
        return self.new(f"sext i32 {self.new(f'load i32, ptr {word}')} to i64")

    def load(self, place: Index) -> Lanes:
        """A number in `once`."""
        return everywhere(self, self.word("%once", place, DOUBLE))

    def store(self, place: Index, x: Lanes) -> None:
        """Put a number into `once`."""
        self.do(f"store {x.numbers}, ptr {self.address('%once', place)}, align 8")

    def go_on(self, words: Index) -> None:
        """Jump to the function of the record after so many words."""
        following = self.new(f"getelementptr inbounds i32, ptr %record, i64 {words}")
        function = _function(self, following)
        self.do(f"musttail call fastcc void {function}(ptr %once, ptr {following})")


def _end(kind: Kind) -> None:
    """The last record of a list."""


# --- their kinds ----------------------------------------------------------------------------------


def _apply(records: Records, instruction: Apply) -> None:
    """An operation; a number that is known stays so for a kernel that looks at it, and is in `once` for a ufunc."""
    op, operands = instruction.op, instruction.operands
    register = records.storage.rolled.registers[instruction.out]
    fixed = [x if isinstance(x, Number) and not is_pooled(op, x) else None for x in operands]
    given = [x for x, number in zip(operands, fixed) if number is None]
    words = [records.storage.once[instruction.out], *map(records.place, given)]
    is_wide = register.width > 1
    if is_wide:
        steps = [x.steps[-1] if isinstance(x, View) and x.counts[-1] > 1 else 0 for x in given]
        words += [register.width, *steps]

    def write(kind: Kind) -> None:
        place, *places = (kind.at(k) for k in range(1, 1 + len(words)))
        width = places[len(given)] if is_wide else 1
        with kind.loop(width) as e:
            apart = [kind.whole("mul", step, e) for step in places[len(given) + 1 :]] if is_wide else [0] * len(given)
            numbers = iter([kind.load(kind.affine(start, (1, more))) for start, more in zip(places, apart)])
            every = [next(numbers) if number is None else known(kind, number.value) for number in fixed]
            kind.store(kind.affine(place, (1, e)), applied(kind, op, every, register.booleans))
        kind.go_on(1 + len(words))

    key = op, tuple([None if number is None else repr(number.value) for number in fixed]), register.booleans, is_wide
    records.add(key, write, *words)


def _gather(records: Records, instruction: Gather) -> None:
    """Numbers from anywhere."""
    once = records.storage.once
    places = [once[register] + place for register, columns in instruction.pieces for place in columns]

    def write(kind: Kind) -> None:
        out, count = kind.at(1), kind.at(2)
        with kind.loop(count) as k:
            kind.store(kind.affine(out, (1, k)), kind.load(kind.at(kind.affine(3, (1, k)))))
        kind.go_on(kind.affine(3, (1, count)))

    records.add("gather", write, once[instruction.out], len(places), *places)


def _product(records: Records, instruction: Product) -> None:
    """Products of matrices, number by number."""
    left, right, add = instruction[1:]
    (batch, rows, count), columns = left.counts, right.counts[1]
    words = [records.storage.once[instruction.out], batch, rows, columns, count]
    for view in (left, right):
        words += [records.place(view), *view.steps]
    if add is not None:
        words += [records.place(add), add.steps[0]]

    def write(kind: Kind) -> None:
        out, batch, rows, columns, count, *others = (kind.at(k) for k in range(1, 1 + len(words)))
        (start, *steps), (beside, *strides), sums = others[:4], others[4:8], others[8:]
        with kind.loop(batch) as g, kind.loop(rows) as u, kind.loop(columns) as v:
            place = kind.affine(v, (columns, kind.affine(u, (rows, g))))
            first = kind.affine(start, *zip(steps, (g, u)))
            other = kind.affine(beside, *zip(strides, (g, v)))

            def step(z: Lanes, j: Index) -> Lanes:
                x = kind.load(kind.affine(first, (steps[2], j)))
                return x.fused(kind.load(kind.affine(other, (strides[2], j))), z)

            z = kind.load(kind.affine(sums[0], (sums[1], place))) if sums else constant(kind, 0.0)
            kind.store(kind.affine(out, (1, place)), each(kind, z, count, step))
        kind.go_on(1 + len(words))

    records.add(("product", add is None), write, *words)


RECORDS: dict[type, Callable[[Records, Any], None]] = {Apply: _apply, Gather: _gather, Product: _product}
