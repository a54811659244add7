"""Whole numbers in a step of a loop: Python's are exact at any length, a program's only up to 2**53."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from autograd.compiler.execution.array_kernels import array_kernel
from autograd.compiler.programs.building import VARIABLE
from autograd.compiler.programs.loops import COUNTED

if TYPE_CHECKING:
    from autograd.compiler.programs.building import ProgramBuilder
    from autograd.compiler.programs.loops import Role

LARGEST_EXACT = 2.0**53
CHUNK = 4_096  # steps that are checked together
ARITHMETIC = (
    "add", "subtract", "multiply", "negative", "power", "constant_power", "floor_divide", "mod", "abs", "floor",
    "round", "maximum", "minimum",
)  # fmt: skip


def rounds_whole(
    body: ProgramBuilder, inputs: Sequence[tuple[int, Role, Sequence[int]]], outer: ProgramBuilder, times: int
) -> bool:
    """Whether arithmetic on these inputs, whole numbers that do not depend on f's arguments, goes beyond 2**53."""
    known: dict[int, Any] = {}  # the numbers of all steps
    for i, role, operands in inputs:
        if role.kind == COUNTED:
            known[i] = role.first + role.stride * numpy.arange(times, dtype=float)
        elif all(outer.constants[j] is not VARIABLE for j in operands):
            known[i] = numpy.array([outer.constants[j] for j in operands], dtype=float)
    with numpy.errstate(all="ignore"):
        return any(
            _rounds(body, {i: x[start : start + CHUNK] for i, x in known.items()}) for start in range(0, times, CHUNK)
        )


def _rounds(body: ProgramBuilder, known: dict[int, Any]) -> bool:
    """Whether a whole number in these steps is rounded; adds those computed from known ones to `known`."""
    if any((abs(x) > LARGEST_EXACT).any() for x in known.values()):
        return True
    for i, (op, operands, _) in enumerate(body.operations):
        moving = [known[j] for j in operands if j in known]
        if op not in ARITHMETIC or not moving:
            continue
        numbers = [known.get(j, body.constants[j]) for j in operands]
        if any(x is VARIABLE or not _is_whole(x) for x in numbers):
            continue
        known[i] = array_kernel(op)(*numbers, numpy.empty(len(moving[0])))
        if not (abs(known[i]) <= LARGEST_EXACT).all():  # true of NaN as well, which replaces an error of Python
            return True
    return False


def _is_whole(x: Any) -> bool:
    return bool((numpy.floor(x) == x).all())
