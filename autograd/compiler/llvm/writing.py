"""A rolled program as a module: four functions of a frame; threads run `rows`, each with its own scratch memory."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.llvm.array_io import copied_once, entrance, exit_, result
from autograd.compiler.llvm.arrays import readable
from autograd.compiler.llvm.interpreter import unlocked
from autograd.compiler.llvm.lanes import across, loaded
from autograd.compiler.llvm.merging import called
from autograd.compiler.llvm.records import Records
from autograd.compiler.llvm.row_products import row_product
from autograd.compiler.llvm.rows import RowBlock, run
from autograd.compiler.llvm.shared_code import shared_functions
from autograd.compiler.llvm.storage import (
    CHUNK_ROWS,
    CHUNKS,
    FINITE,
    FIRST,
    NEXT,
    ONCE,
    PARTIALS,
    ROW_COUNT,
    UNREADABLE,
    Storage,
)
from autograd.compiler.llvm.text import Body, Module
from autograd.compiler.rolling.rolled import RowProduct

ENTRIES = ("start", "rows", "finish", "whole")
FRAME, SCRATCH = "ptr noalias %frame", "ptr noalias %scratch"


def module_of(storage: Storage, native: int) -> Module:
    """The module of a program."""
    module = Module(storage.lanes, native, (*ENTRIES, "unlocked"))
    records = Records(module, storage)
    _start(records)
    _chunk(records)
    _rows(module, storage)
    _finish(records)
    records.write()
    body = Body(module, "i32", "whole", [FRAME, SCRATCH], "")
    answer = body.new("call i32 @start(ptr %frame, ptr %scratch)")
    with body.when(body.new(f"icmp eq i32 {answer}, {UNREADABLE}")):
        body.do(f"ret i32 {UNREADABLE}")
        body.begin("never")
    body.new("call i32 @rows(ptr %frame, ptr %scratch)")
    body.do(f"ret i32 {body.new('call i32 @finish(ptr %frame, ptr %scratch)')}")
    module.functions["whole"] = body
    unlocked(module)
    return module


def _start(records: Records) -> None:
    """Check the arrays, copy in shared arguments, and compute what depends only on them."""
    module, storage = records.module, records.storage
    body = module.functions["start"] = Body(module, "i32", "start", [FRAME, SCRATCH], "")
    for k, leaf in enumerate(storage.leaves):
        if leaf.shape or storage.has_rows(leaf):
            with body.when(body.new(f"xor i1 {readable(body, FIRST + k)}, true")):
                body.do(f"ret i32 {UNREADABLE}")
                body.begin(*body.labels("never"))
    body.do(f"%once = load ptr, ptr {body.address('%frame', ONCE)}")
    copied_once(body, storage)
    _run_once(body, shared_functions(records, "before", storage.rolled.shared))
    body.do(f"ret i32 {FINITE}")


def _run_once(body: Body, names: Sequence[str]) -> None:
    """Call the functions of these names in order."""
    for name, more in called(body.module, names):
        body.do(f"call fastcc void @{name}({', '.join(['ptr %once', *more])})")


def _steps(records: Records) -> list[str]:
    """The names of the functions that process a block of rows, in order."""
    storage, names = records.storage, []

    def made(name: str) -> RowBlock:
        block = RowBlock(records, name)
        names.append(name)
        return block

    enter = made("enter")
    enter.body.operands += [FRAME, "i64 %low"]
    for k, leaf in enumerate(storage.leaves):
        if storage.has_rows(leaf):
            entrance(enter, k, leaf)
    for k, step in enumerate(storage.steps):
        block = made(f"step{k}")
        if isinstance(step.instructions[0], RowProduct):
            row_product(block, step.instructions[0])
        else:
            run(block, step)
    leave = made("leave")
    leave.body.operands += [FRAME, "i64 %low"]
    for k, (operand, wanted) in enumerate(zip(storage.rolled.outputs, storage.results)):
        if wanted.by_row:
            exit_(leave, storage.result(k), operand, len(wanted.outputs))
    for name in names:
        records.module.functions[name].do("ret void")
    return names


def _chunk(records: Records) -> None:
    """Process the rows from `start` to `end`, block by block, and total them."""
    module, storage, names = records.module, records.storage, _steps(records)
    operands = [FRAME, SCRATCH, "ptr noalias %once", "ptr noalias %partial", "i64 %start", "i64 %end"]
    body = module.functions["chunk"] = Body(module, "void", "chunk", operands, "internal fastcc")
    fill = module.declare("void", "llvm.memset.p0.i64", "ptr", "i8", "i64", "i1")
    body.do(f"call void {fill}(ptr %partial, i8 0, i64 {8 * storage.totals}, i1 false)")
    sums = body.address("%scratch", storage.rows_size)
    body.do(f"call void {fill}(ptr {sums}, i8 0, i64 {8 * (storage.scratch_size - storage.rows_size)}, i1 false)")
    with body.loop("%end", "%start", storage.block) as low:
        rows = body.least(body.new(f"sub i64 %end, {low}"), storage.block)
        vectors = body.new(f"sdiv i64 {body.new(f'add i64 {rows}, {storage.lanes - 1}')}, {storage.lanes}")
        for name, more in called(module, names):
            given = ["ptr %scratch", "ptr %once", "ptr %partial", f"i64 {rows}", f"i64 {vectors}"]
            outside = ["ptr %frame", f"i64 {low}"] if FRAME in module.functions[name].operands else []
            body.do(f"call fastcc void @{name}({', '.join([*given, *outside, *more])})")
    registers = storage.rolled.registers
    for out, start in storage.sums.items():
        with body.loop(registers[out].width) as i:
            total = across(loaded(body, body.address("%scratch", body.affine(start, (storage.lanes, i)))))
            body.do(f"store double {total}, ptr {body.address('%partial', body.affine(storage.once[out], (1, i)))}")
    flag = across(loaded(body, body.address("%scratch", storage.flag)))
    body.do(f"store double {flag}, ptr {body.address('%partial', storage.totals - 1)}")
    body.do("ret void")


def _rows(module: Module, storage: Storage) -> None:
    """Process the next chunk of rows that no thread has taken, until none is left."""
    body = module.functions["rows"] = Body(module, "i32", "rows", [FRAME, SCRATCH], "")
    rows, size, chunks = (body.word("%frame", k) for k in (ROW_COUNT, CHUNK_ROWS, CHUNKS))
    kept, partials = body.word("%frame", ONCE, "ptr"), body.word("%frame", PARTIALS, "ptr")
    following = body.address("%frame", NEXT)
    body.do("br label %next")
    body.begin("next")
    k = body.new(f"atomicrmw add ptr {following}, i64 1 monotonic")
    body.do(f"br i1 {body.new(f'icmp slt i64 {k}, {chunks}')}, label %work, label %end")
    body.begin("work")
    low = body.new(f"mul i64 {k}, {size}")
    high = body.least(body.new(f"add i64 {low}, {size}"), rows)
    partial = body.address(partials, body.whole("mul", storage.totals, k))
    given = f"ptr %frame, ptr %scratch, ptr {kept}, ptr {partial}, i64 {low}, i64 {high}"
    body.do(f"call fastcc void @chunk({given})")
    body.do("br label %next")
    body.begin("end")
    body.do(f"ret i32 {FINITE}")


def _finish(records: Records) -> None:
    """Sum the chunks' totals in order, compute what depends on them, write the results; answer if all are finite."""
    module, storage = records.module, records.storage
    body = module.functions["finish"] = Body(module, "i32", "finish", [FRAME, SCRATCH], "")
    body.do(f"%once = load ptr, ptr {body.address('%frame', ONCE)}")
    partials, chunks = body.word("%frame", PARTIALS, "ptr"), body.word("%frame", CHUNKS)
    kind = f"<{storage.lanes} x double>"
    flag, running = body.memory(kind), body.memory(kind)

    def add_up(first: str | int, target: str) -> None:
        """Sum a vector of totals over all chunks."""
        body.do(f"store {kind} zeroinitializer, ptr {running}")
        with body.loop(chunks) as k:
            address = body.address(partials, body.affine(first, (storage.totals, k)))
            x = body.new(f"load {kind}, ptr {address}, align 8")
            before = body.new(f"load {kind}, ptr {running}")
            body.do(f"store {kind} {body.new(f'fadd {kind} {before}, {x}')}, ptr {running}")
        body.do(f"store {kind} {body.new(f'load {kind}, ptr {running}')}, ptr {target}, align 8")

    last = storage.totals - storage.lanes
    with body.loop(last, step=storage.lanes) as i:
        add_up(i, body.address("%once", i))
    add_up(last, flag)
    _run_once(body, shared_functions(records, "after", storage.rolled.after))
    for n, (operand, wanted) in enumerate(zip(storage.rolled.outputs, storage.results)):
        if not wanted.by_row:
            result(body, storage, storage.result(n), operand, len(wanted.outputs), flag)
    finite = body.new(f"fcmp oeq double {across(loaded(body, flag))}, 0.0")
    body.do(f"ret i32 {body.new(f'zext i1 {finite} to i32')}")
