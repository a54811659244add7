"""LLVM's language as text: a module of functions, whose bodies are written line by line."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

PLACES = "@places"  # whole numbers that code looks up
INLINED = 8  # a kernel called in more places stays one function, to save compile time


def number(x: float) -> str:
    """A double by its bits."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


class Module:
    """Functions, and their declarations: intrinsics, and symbols for the loader to find."""

    def __init__(self, lanes: int, native: int, entries: Sequence[str]) -> None:
        """`lanes` numbers go through all instructions together; a vector of the machine has `native` numbers.

        `entries` are the functions that can be called from outside.
        """
        self.lanes, self.native, self.entries = lanes, native, entries
        self.declarations: dict[str, str] = {}
        self.functions: dict[Any, Body] = {}  # by what they compute
        self.tables: list[str] = []  # written verbatim
        self.places: list[int] = []
        self.texts: dict[str, str] = {}  # written verbatim, by name

    def declare(self, result: str, name: str, *operands: str) -> str:
        """Declare an external function; returns its name."""
        self.declarations[name] = f"declare {result} @{name}({', '.join(operands)})"
        return f"@{name}"

    def table(self, numbers: Sequence[int]) -> int:
        """Add whole numbers to those that code looks up; returns the place of the first."""
        self.places += numbers
        return len(self.places) - len(numbers)

    def __str__(self) -> str:
        items = ", ".join(map("i64 {}".format, self.places))
        places = f"{PLACES} = private constant [{len(self.places)} x i64] [{items}]"
        written = [*self.declarations.values(), places, *self.tables, *self.texts.values()]
        return "\n".join([*written, *map(str, self.functions.values())]) + "\n"


class Body:
    """A function under construction. Its values are numbered; `flags` go with all arithmetic on doubles."""

    def __init__(self, module: Module, result: str, name: str, operands: Sequence[str], linkage: str) -> None:
        self.module, self.name, self.linkage = module, name, linkage
        self.lanes = module.lanes
        self.result = result
        self.operands = list(operands)  # each as "type %name"
        self.first: list[str] = []  # stack memory, allocated at the start
        self.lines: list[str] = []
        self.flags = ""
        self.calls = 0  # of a kernel, in the text
        self.label = "entry"
        self.count = 0
        self.scopes: list[dict[str, str]] = [{}]  # indices already computed, by enclosing block

    @property
    def native(self) -> int:
        """The lanes of a vector of the machine."""
        return min(self.module.native, self.lanes)

    @contextmanager
    def single(self, is_single: bool = True) -> Iterator[None]:
        """Write what is inside for one lane: a chain of numbers, each needed by the next, is faster that way."""
        lanes, self.lanes = self.lanes, 1 if is_single else self.module.lanes
        yield
        self.lanes = lanes

    def __str__(self) -> str:
        inline = "alwaysinline " if 0 < self.calls <= INLINED else "noinline " if self.linkage else ""
        head = f"define {self.linkage} {self.result} @{self.name}({', '.join(self.operands)}) {inline}{{\nentry:"
        return "\n".join([head, *self.first, *self.lines, "}\n"])

    def new(self, text: str) -> str:
        """Add an instruction; returns the name of its value."""
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def do(self, text: str) -> None:
        """Add an instruction without a value."""
        self.lines.append(f"  {text}")

    def memory(self, kind: str) -> str:
        """Allocate memory on the stack; returns its pointer."""
        self.count += 1
        self.first.append(f"  %m{self.count} = alloca {kind}")
        return f"%m{self.count}"

    def begin(self, label: str) -> None:
        """Start a new basic block."""
        self.lines.append(f"{label}:")
        self.label = label

    def labels(self, *names: str) -> list[str]:
        """New labels of basic blocks."""
        self.count += 1
        return [f"{name}{self.count}" for name in names]

    @contextmanager
    def loop(self, count: str | int, start: str | int = 0, step: int = 1, kept: str = "") -> Iterator[Any]:
        """Repeat what is written inside for an index from `start` up to `count`, perhaps not at all.

        If the index is `kept` in memory, the code inside may move it on.
        """
        if isinstance(count, int) and isinstance(start, int) and start < count <= start + step:
            yield start  # a single iteration
            return
        head, inside, again, after = self.labels("head", "inside", "again", "after")
        before = self.label
        index, following = f"%i{self.count}", f"%n{self.count}"
        if kept:
            self.do(f"store i64 {start}, ptr {kept}")
        self.do(f"br label %{head}")
        self.begin(head)
        here = f"load i64, ptr {kept}" if kept else f"phi i64 [{start}, %{before}], [{following}, %{again}]"
        self.do(f"{index} = {here}")
        self.do(f"br i1 {self.new(f'icmp slt i64 {index}, {count}')}, label %{inside}, label %{after}")
        self.begin(inside)
        self.scopes.append({})
        yield index
        self.scopes.pop()
        self.do(f"br label %{again}")
        self.begin(again)
        last = self.new(f"load i64, ptr {kept}") if kept else index
        self.do(f"{following} = add nsw i64 {last}, {step}")
        if kept:
            self.do(f"store i64 {following}, ptr {kept}")
        self.do(f"br label %{head}")
        self.begin(after)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Run what is written inside if a condition holds."""
        inside, after = self.labels("then", "after")
        self.do(f"br i1 {condition}, label %{inside}, label %{after}")
        self.begin(inside)
        self.scopes.append({})
        yield
        self.scopes.pop()
        self.do(f"br label %{after}")
        self.begin(after)

    # --- integers and addresses

    def listed(self, table: int, k: str | int) -> str:
        """A whole number from a table of the module."""
        return self.word(PLACES, self.affine(table, (1, k)))

    def least(self, x: str | int, y: str | int) -> str | int:
        """The smaller of two indices."""
        if isinstance(x, int) and isinstance(y, int):
            return min(x, y)
        function = self.module.declare("i64", "llvm.smin.i64", "i64", "i64")
        return self.new(f"call i64 {function}(i64 {x}, i64 {y})")

    def whole(self, operation: str, x: str | int, y: str | int) -> str | int:
        """Arithmetic on indices, folded if both are known."""
        if isinstance(x, int) and isinstance(y, int):
            return x + y if operation == "add" else x * y
        if operation == "add" and 0 in (x, y):
            return y if x == 0 else x
        if operation == "mul" and 1 in (x, y):
            return y if x == 1 else x
        if operation == "mul" and 0 in (x, y):
            return 0
        text = f"{operation} nsw i64 {x}, {y}"
        for scope in self.scopes:
            if text in scope:
                return scope[text]
        name = self.scopes[-1][text] = self.new(text)
        return name

    def affine(self, start: str | int, *terms: tuple[str | int, str | int]) -> str | int:
        """start + Σ step · index."""
        for step, index in terms:
            start = self.whole("add", start, self.whole("mul", step, index))
        return start

    def address(self, pointer: str, index: str | int, kind: str = "double") -> str:
        """The address of an item of an array."""
        return pointer if index == 0 else self.new(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {index}")

    def word(self, pointer: str, index: str | int, kind: str = "i64") -> str:
        """An item of an array of eight-byte items."""
        return self.new(f"load {kind}, ptr {self.address(pointer, index)}")
