"""Programs without their loops, to compare with."""

from __future__ import annotations

from typing import Any

from autograd.compiler.programs.building import ProgramBuilder, called_as
from autograd.compiler.programs.program import CONSTANT, INPUT, ITEM, LOOP, Argument, Program, renumbered


def unfolded(program: Program) -> Program:
    """The same program without loops: every step written out."""
    builder = ProgramBuilder()
    inputs = [builder.input(name) for name in program.names[: program.count]]
    number = _written_out(builder, program, inputs)
    arguments = [Argument(a.name, renumbered(a.tree, number.__getitem__)) for a in program.arguments]
    return called_as(program, builder.program(program.name, arguments, renumbered(program.outputs, number.__getitem__)))


def _written_out(builder: ProgramBuilder, program: Program, inputs: list[int]) -> list[Any]:
    """The number of each value of a program or a body on these inputs; for a loop, the outputs of each step."""
    number: list[Any] = list(inputs)
    for i, (op, operands, value) in enumerate(program.operations):
        if op == CONSTANT:
            number.append(builder.constant(value))
        elif op == LOOP:
            number.append(value.run([number[j] for j in operands], lambda body, fed: _written_out(builder, body, fed)))
        elif op == ITEM:
            output, step = value
            number.append(number[operands[0]][step][output])
        elif op != INPUT:
            number.append(builder.emit(op, tuple([number[j] for j in operands]), program.names[i]))
    return number
