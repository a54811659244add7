"""The LLVM executor: the same program over the same arrays as the NumPy executor, in machine code."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy

from autograd.compiler.execution.array_kernels import array_kernel
from autograd.compiler.execution.executor import Leaf
from autograd.compiler.inputs.layout import FLOAT64
from autograd.compiler.llvm.entry import A_LIST, A_NUMBER, A_TUPLE, AN_ARRAY, ROWS, SINGLE, Expected, entry
from autograd.compiler.llvm.machine import Code, code, host
from autograd.compiler.llvm.pool import Job, pool
from autograd.compiler.llvm.storage import CHUNK_ROWS, DIVISOR, FINITE, FIRST, UNREADABLE, Storage, laid_out
from autograd.compiler.llvm.storage import FLOAT64 as FLOAT64_AT
from autograd.compiler.llvm.writing import module_of
from autograd.compiler.rolling.rolled import Apply, Product, Repeat, Result, Rolled, RowProduct, View

# The split of rows depends only on their number and the program, so that sums do not depend on the number of threads.
LEAST_CHUNK = 512  # rows in a chunk
FEWEST_CHUNKS, MOST_CHUNKS = 4, 64  # for many rows
MOST_TOTALS = 1 << 22  # in all chunks together, if there are more than the fewest
KERNEL = 20  # arithmetic operations that take as long as a kernel that is not a ufunc
# Arithmetic operations, about 0.1 ms, from which on a call releases the interpreter's lock and uses helpers: a thread
# takes 0.05 ms to wake up.
WORTHWHILE = 1_000_000


def compiled(
    rolled: Rolled, leaves: Sequence[Leaf], results: Sequence[Result], threads: int
) -> Callable[[], MachineExecutor]:
    """A factory of executors of a program, which share its machine code."""
    storage = laid_out(rolled, leaves, results, host().lanes)
    return partial(MachineExecutor, storage, code(module_of(storage, host().native)), results, threads)


Run = Callable[[int, int], int]  # on a frame and scratch memory


class Calls(NamedTuple):
    """The entries of a program's code, called with the interpreter's lock held; all but `briefly` release it."""

    start: Run
    rows: Run
    finish: Run
    whole: Run
    briefly: Run

    @classmethod
    def of(cls, addresses: dict[str, int]) -> Calls:
        """The entries at these addresses."""
        word, answer = ctypes.c_int64, ctypes.c_int
        unlocked = ctypes.PYFUNCTYPE(answer, word, word, word)(addresses["unlocked"])
        start, rows, finish, whole = (partial(unlocked, addresses[name]) for name in cls._fields[:-1])
        return cls(start, rows, finish, whole, ctypes.PYFUNCTYPE(answer, word, word)(addresses["whole"]))


class MachineExecutor:
    """A program in machine code, and the memory of one call at a time."""

    def __init__(self, storage: Storage, code: Code, results: Sequence[Result], threads: int) -> None:
        self.storage, self.code, self.threads = storage, code, threads
        self.calls = Calls.of(code.addresses)
        self.shapes = [result.shape for result in results]
        self.each = any(result.by_row for result in results)
        self.numbers = [not leaf.shape and not storage.has_rows(leaf) for leaf in storage.leaves]
        self.arrays_only = not any(self.numbers)
        self.cost = sum(map(_cost, storage.rolled.rows))
        self.cost_once = sum(map(_cost, (*storage.rolled.shared, *storage.rolled.after)))
        self.once = _aligned(storage.once_size)
        for i, x in storage.rolled.constants:
            self.once[storage.once[i]] = x
        for bits, place in storage.pool.items():
            self.once[place] = float.fromhex(bits)
        self.partials = _aligned(storage.totals)
        self.scratches = [_aligned(storage.scratch_size)]
        self.addresses = [id(FLOAT64), self.once.ctypes.data, self.partials.ctypes.data]
        self.scratch = self.scratches[0].ctypes.data
        kinds = "".join("d" if is_number else "q" for is_number in self.numbers)
        words = struct.Struct(f"=4qd3q{kinds}{len(self.shapes)}q")
        self.pack = words.pack_into
        self.frame = ctypes.create_string_buffer(words.size)
        self.address = ctypes.addressof(self.frame)

    def run(self, arrays: Sequence[Any], rows: int | None, mean: bool) -> tuple[list[Any], bool]:
        """The results, divided by the number of rows if `mean`, and whether all are finite."""
        count = rows or 0
        results = list(map(numpy.empty, self._shapes(count) if self.each else self.shapes))
        size, chunks = (LEAST_CHUNK, count > 0) if count <= LEAST_CHUNK else self._chunks(count)
        words = map(id, arrays) if self.arrays_only else [x if n else id(x) for x, n in zip(arrays, self.numbers)]
        divisor = count if mean else 1.0
        try:
            self.pack(self.frame, 0, count, size, chunks, 0, divisor, *self.addresses, *words, *map(id, results))
        except struct.error:
            for x, is_number in zip(arrays, self.numbers):
                if is_number:
                    float(x)  # raises as the NumPy executor does for an int that is too large
            raise
        if self.cost_once + count * self.cost < WORTHWHILE:
            answer = self.calls.briefly(self.address, self.scratch)
        elif self.threads > 1 and chunks > 1:
            answer = self._together(min(self.threads, chunks), arrays, results)
        else:
            answer = self.calls.whole(self.address, self.scratch)
        if answer == UNREADABLE:
            return self.run([x if n else _readable(x) for x, n in zip(arrays, self.numbers)], rows, mean)
        if mean and self.each and count:
            with numpy.errstate(all="ignore"):
                for result, wanted in zip(results, self.storage.results):
                    if wanted.by_row:
                        numpy.divide(result, count, result)
        return results, answer == FINITE

    @property
    def most_rows(self) -> int:
        """The most rows of a call through an entry, which holds the interpreter's lock; negative if all take long."""
        return min(LEAST_CHUNK, (WORTHWHILE - 1 - self.cost_once) // max(self.cost, 1))

    def entry(
        self, classes: Sequence[type | None], plain: Sequence[bool], mean: bool
    ) -> Callable[..., tuple[Any, ...] | None]:
        """A function that runs the program on unconverted arguments, followed by arrays for results.

        `classes` are those of lists and tuples of numbers among the arguments; results that are `plain` are returned,
        as numbers or lists. Afterwards, the executor serves no other calls.
        """
        words = numpy.zeros(FIRST + len(self.numbers) + len(self.shapes), numpy.int64)
        words[CHUNK_ROWS], words[FLOAT64_AT:FIRST] = LEAST_CHUNK, self.addresses
        words.view(float)[DIVISOR] = 1.0
        start, held = words.ctypes.data, []
        arguments, results = [], []

        def array(shape: tuple[int, ...], word: int) -> int:
            """Make an array, whose address stays in a word of the frame; return the address of its numbers."""
            held.append(numpy.empty(shape))
            words[word] = id(held[-1])
            address: int = held[-1].ctypes.data
            return address

        for k, (leaf, of) in enumerate(zip(self.storage.leaves, classes)):
            place, shape = start + 8 * (FIRST + k), leaf.shape
            if of is not None:
                arguments.append(Expected(A_LIST if of is list else A_TUPLE, of, array(shape, FIRST + k), shape))
            elif self.numbers[k]:
                arguments.append(Expected(A_NUMBER, float, place))
            else:
                by_row = (ROWS,) * self.storage.has_rows(leaf)
                arguments.append(Expected(AN_ARRAY, numpy.ndarray, place, (*by_row, *shape)))
        for k, (wanted, is_plain) in enumerate(zip(self.storage.results, plain)):
            word, shape = self.storage.result(k), wanted.shape
            if is_plain:
                results.append((array(shape, word), shape[0] if shape else SINGLE))
            else:
                by_row = (ROWS,) * wanted.by_row
                arguments.append(Expected(AN_ARRAY, numpy.ndarray, start + 8 * word, (*by_row, *shape)))
        run = self.code.addresses["whole"]
        return entry(run, words, self.scratch, self.most_rows, mean, arguments, results, (self, held))

    def _shapes(self, rows: int) -> list[tuple[int, ...]]:
        """The shapes of the results for this number of rows."""
        return [(rows, *wanted.shape) if wanted.by_row else wanted.shape for wanted in self.storage.results]

    def _chunks(self, rows: int) -> tuple[int, int]:
        """The rows in a chunk, and the number of chunks; makes room for their totals."""
        block = self.storage.block
        most = min(MOST_CHUNKS, max(FEWEST_CHUNKS, MOST_TOTALS // self.storage.totals))
        size = max(LEAST_CHUNK, -(-rows // most))
        size = -(-size // block) * block
        chunks = -(-rows // size)
        if chunks * self.storage.totals > len(self.partials):
            self.partials = _aligned(chunks * self.storage.totals)
            self.addresses[2] = self.partials.ctypes.data
        return size, chunks

    def _together(self, threads: int, *held: Any) -> int:
        """Process the chunks on this thread and helpers, each with its own scratch memory.

        A signal handler may raise at any line here while helpers are at work, so each helper holds everything that it
        reads and writes. The executor is not used again after an exception.
        """
        while len(self.scratches) < threads:
            self.scratches.append(_aligned(self.storage.scratch_size))
        if self.calls.start(self.address, self.scratch) == UNREADABLE:
            return UNREADABLE
        pool.grow(threads - 1)
        jobs: list[Job] = []
        try:
            for scratch in self.scratches[1:threads]:
                jobs.append(pool.submit(partial(self._rows, scratch, held)))
            self._rows(self.scratches[0], held)
        finally:
            for job in jobs:
                job.settle()
        for job in jobs:
            if job.error is not None:
                raise job.error
        answer: int = self.calls.finish(self.address, self.scratch)
        return answer

    def _rows(self, scratch: Any, held: Any) -> None:
        """Process chunks of rows until none are left."""
        self.calls.rows(self.address, scratch.ctypes.data)


def _readable(x: Any) -> Any:
    """An array that machine code can read: contiguous doubles."""
    made = numpy.empty(x.shape)
    with numpy.errstate(all="ignore"):
        made[...] = x
    return made


def _aligned(count: int) -> Any:
    """`count` doubles, all zero, aligned to 128 bytes."""
    memory = numpy.zeros(count + 16)
    first = -memory.ctypes.data % 128 // 8
    return memory[first : first + count]


def _cost(instruction: Any) -> int:
    """The approximate number of arithmetic operations per row."""
    if isinstance(instruction, Apply):
        width: int = max([x.counts[0] for x in instruction.operands if isinstance(x, View)], default=1)
        return width * (1 if isinstance(array_kernel(instruction.op), numpy.ufunc) else KERNEL)
    if isinstance(instruction, (Product, RowProduct)):
        return math.prod(instruction.left.counts) * instruction.right.counts[1]
    if isinstance(instruction, Repeat):
        return instruction.times * sum(map(_cost, instruction.instructions))
    return 1
