"""Copies between NumPy arrays, rows first, and registers, which hold a vector of rows for each number."""

from __future__ import annotations

import math

from autograd.compiler.execution.executor import Leaf
from autograd.compiler.llvm.arrays import array, masked_load, masked_store
from autograd.compiler.llvm.lanes import DOUBLE, Lanes, add_to, everywhere, present
from autograd.compiler.llvm.rows import Index, RowBlock
from autograd.compiler.llvm.shared_code import side_by_side
from autograd.compiler.llvm.storage import DIVISOR, FIRST, ROW_COUNT, Storage
from autograd.compiler.llvm.text import Body
from autograd.compiler.rolling.rolled import Operand

SHUFFLED = 4  # up to this many numbers per row are separated by shuffles


def copied_once(body: Body, storage: Storage) -> None:
    """Copy in the arguments that the rows share, and the number of rows."""
    for k, leaf in enumerate(storage.leaves):
        if storage.has_rows(leaf):
            continue
        start = storage.once[storage.rolled.inputs[leaf.argument]] + leaf.start
        if not leaf.shape:
            body.do(f"store double {body.word('%frame', FIRST + k, DOUBLE)}, ptr {body.address('%once', start)}")
        elif math.prod(leaf.shape):
            copy = body.module.declare("void", "llvm.memcpy.p0.p0.i64", "ptr", "ptr", "i64", "i1")
            source, target = array(body, FIRST + k), body.address("%once", start)
            body.do(f"call void {copy}(ptr {target}, ptr {source}, i64 {8 * math.prod(leaf.shape)}, i1 false)")
    if storage.rolled.count is not None:
        rows = body.new(f"sitofp i64 {body.word('%frame', ROW_COUNT)} to double")
        body.do(f"store double {rows}, ptr {body.address('%once', storage.once[storage.rolled.count])}")


def entrance(block: RowBlock, k: int, leaf: Leaf) -> None:
    """Copy in the rows of an argument; lanes without a row get the last one."""
    body, lanes, width = block.body, block.lanes, math.prod(leaf.shape)
    if not width:
        return
    register = block.storage.rolled.inputs[leaf.argument]
    source = body.address(array(body, FIRST + k), body.whole("mul", width, "%low"))
    last = body.new("sub i64 %rows, 1")
    if width == 1:
        final = everywhere(body, body.word(source, last, DOUBLE))
        with body.loop("%vectors") as v:
            address = body.address(source, body.whole("mul", lanes, v))
            there = block.present(v)
            block.store(register, leaf.start, v, masked_load(address, there, final))
        return
    full = body.new(f"sdiv i64 %rows, {lanes}")
    with body.loop(full) as v:
        _whole_vector(block, register, leaf.start, width, source, v)
    with body.when(body.new(f"icmp slt i64 {full}, %vectors")), body.loop(lanes) as lane:
        row = body.least(body.affine(lane, (lanes, full)), last)
        _row(block, register, leaf.start, width, body.address(source, body.whole("mul", width, row)), full, lane)


def _whole_vector(block: RowBlock, register: int, start: int, width: int, source: str, v: Index) -> None:
    body, lanes = block.body, block.lanes
    first = body.address(source, body.whole("mul", width * lanes, v))
    if width > SHUFFLED:
        with body.loop(lanes) as lane:
            row = body.address(first, body.whole("mul", width, lane))
            _row(block, register, start, width, row, v, lane)
        return
    together = f"<{width * lanes} x double>"
    loaded = body.new(f"load {together}, ptr {first}, align 8")
    for i in range(width):
        mask = f"<{lanes} x i32> <{', '.join(f'i32 {i + width * lane}' for lane in range(lanes))}>"
        x = body.new(f"shufflevector {together} {loaded}, {together} poison, {mask}")
        block.store(register, start + i, v, Lanes(body, x))


def _row(block: RowBlock, register: int, start: int, width: int, row: str, v: Index, lane: Index) -> None:
    """Copy the numbers of one row into one lane."""
    body = block.body
    first = body.address(block.address(register, start, v), lane)
    with body.loop(width) as i:
        target = body.address(first, body.whole("mul", block.lanes, i))
        body.do(f"store double {body.word(row, i, DOUBLE)}, ptr {target}")


def exit_(block: RowBlock, word: int, operand: Operand, width: int) -> None:
    """Copy a result by row into its array; the flag becomes NaN if a number is not finite."""
    body, lanes = block.body, block.lanes
    target = body.address(array(body, word), body.whole("mul", width, "%low"))
    flag = body.address("%scratch", block.storage.flag)
    memory = body.memory(f"<{lanes} x double>")
    with body.loop("%vectors") as v:
        there = block.present(v)
        first = body.whole("mul", lanes, v)
        left = body.least(body.new(f"sub i64 %rows, {first}"), lanes)
        with body.loop(width) as i:
            x = block.load(operand, v, i).numbers
            add_to(flag, there.select(x - x, 0.0))
            if width == 1:
                masked_store(x, body.address(target, first), there)
            else:
                body.do(f"store {x}, ptr {memory}")
                with body.loop(left) as lane:
                    place = body.affine(i, (width, body.affine(lane, (1, first))))
                    body.do(f"store double {body.word(memory, lane, DOUBLE)}, ptr {body.address(target, place)}")


def result(body: Body, storage: Storage, word: int, operand: Operand, width: int, flag: str) -> None:
    """Copy a result that is not by row into its array, divided by DIVISOR; the flag is NaN unless all are finite."""
    target = array(body, word)
    divisor = everywhere(body, body.word("%frame", DIVISOR, DOUBLE))
    with body.loop(width, step=body.lanes) as first:
        x = side_by_side(body, storage, operand, first, width)
        there = present(body, body.affine(width, (-1, first)))
        masked_store(x / divisor, body.address(target, first), there)
        add_to(flag, there.select(x - x, 0.0))
