"""Sums over rows of products of all pairs from two registers: the gradients of weights.

A few pairs at a time keep their sums in machine registers, one for each lane, over all rows of a block. Then the lanes
are added up, for several pairs at once, always in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.llvm.rows import Index, RowBlock, parts, whole
from autograd.compiler.rolling.rolled import RowProduct, View


def row_product(block: RowBlock, instruction: RowProduct) -> None:
    """Products of all pairs, tile by tile, with smaller tiles at the edges."""
    body = block.body
    block.clear_padding(instruction.left)
    block.clear_padding(instruction.right)
    (batch, rows, _), columns = instruction.left.counts, instruction.right.counts[1]
    native = body.module.native
    across = min(columns, native)
    down = min(rows, max(1, (16 if native == 8 else 8) // across))
    with body.loop(batch) as g:
        for low, size in parts(rows, down):
            for start, length in parts(columns, across):
                with (
                    body.loop(low + whole(rows - low, size), low, size) as i,
                    body.loop(start + whole(columns - start, length), start, length) as j,
                ):
                    _tile(block, instruction, g, (i, size), (j, length))


def _tile(
    block: RowBlock, instruction: RowProduct, g: Index, down: tuple[Index, int], across: tuple[Index, int]
) -> None:
    body, native = block.body, block.body.module.native
    kind = f"<{native} x double>"
    pairs = [(r, c) for r in range(down[1]) for c in range(across[1])]
    sums = [body.memory(kind) for _ in pairs]
    for z in sums:
        body.do(f"store {kind} zeroinitializer, ptr {z}")
    (_, rows, count), columns = instruction.left.counts, instruction.right.counts[1]
    with body.loop("%vectors") as v, body.loop(count) as j:
        for part in range(0, block.lanes, native):
            left = [
                _vector(block, instruction.left, (g, body.affine(down[0], (1, r)), j), v, part) for r in range(down[1])
            ]
            right = [
                _vector(block, instruction.right, (g, body.affine(across[0], (1, c)), j), v, part)
                for c in range(across[1])
            ]
            for z, (r, c) in zip(sums, pairs):
                before = body.new(f"load {kind}, ptr {z}")
                body.do(f"store {kind} {_fused(block, kind, left[r], right[c], before)}, ptr {z}")
    found = [body.new(f"load {kind}, ptr {z}") for z in sums]

    def place(r: int, c: int) -> Index:
        line = body.affine(down[0], (1, r), (rows, g))
        return body.affine(block.storage.once[instruction.out], (columns, line), (1, across[0]), (1, c))

    for first in range(0, len(found), native):
        some = pairs[first : first + native]
        total = _totals(block, kind, found[first : first + native])
        if len(some) == native and across[1] in (native, columns):  # contiguous
            _add(block, kind, place(*some[0]), total)
        else:
            for k, pair in enumerate(some):
                _add(block, "double", place(*pair), body.new(f"extractelement {kind} {total}, i64 {k}"))


def _vector(block: RowBlock, view: View, indices: tuple[Index, Index, Index], v: Index, part: int) -> str:
    """One native vector of a number of a tile."""
    body = block.body
    address = body.address(block.address(view.register, body.affine(view.start, *zip(view.steps, indices)), v), part)
    return body.new(f"load <{body.module.native} x double>, ptr {address}")


def _fused(block: RowBlock, kind: str, x: str, y: str, z: str) -> str:
    suffix = f"v{block.body.module.native}f64"
    name = block.body.module.declare(kind, f"llvm.fmuladd.{suffix}", kind, kind, kind)
    return block.body.new(f"call {kind} {name}({kind} {x}, {kind} {y}, {kind} {z})")


def _add(block: RowBlock, kind: str, place: Index, x: str) -> None:
    body = block.body
    address = body.address("%partial", place)
    before = body.new(f"load {kind}, ptr {address}, align 8")
    body.do(f"store {kind} {body.new(f'fadd {kind} {before}, {x}')}, ptr {address}, align 8")


def _totals(block: RowBlock, kind: str, vectors: Sequence[str]) -> str:
    """A vector of the sums of vectors: pairs are merged by halves, then by quarters, and so on."""
    width = block.body.module.native
    vectors = [*vectors, *["zeroinitializer"] * (width - len(vectors))]
    group = width // 2
    while group:
        half = len(vectors) // 2
        vectors = [_halves(block, kind, x, y, group) for x, y in zip(vectors[:half], vectors[half:])]
        group //= 2
    return vectors[0]


def _halves(block: RowBlock, kind: str, x: str, y: str, group: int) -> str:
    body, width = block.body, block.body.module.native
    sides = []
    for offset in (0, group):
        places = [
            side + 2 * group * q + offset + t
            for q in range(width // (2 * group))
            for side in (0, width)
            for t in range(group)
        ]
        mask = f"<{width} x i32> <{', '.join(f'i32 {p}' for p in places)}>"
        sides.append(body.new(f"shufflevector {kind} {x}, {kind} {y}, {mask}"))
    return body.new(f"fadd {kind} {sides[0]}, {sides[1]}")
