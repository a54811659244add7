"""Programs without their loops, to compare with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograd.compiler.programs.building import ProgramBuilder, called_as
from autograd.compiler.programs.operation import CONSTANT, INPUT, ITEM, LOOP, Argument
from autograd.compiler.programs.program import Program
from autograd.trees import flatten, map_tree


def unfolded(program: Program) -> Program:
    """The same program without loops: every step written out."""
    builder = ProgramBuilder()
    inputs = [builder.input(name) for name in program.names[: program.count]]
    number = _written_out(builder, program, inputs)
    arguments = [Argument(a.name, map_tree(number.__getitem__, a.tree)) for a in program.arguments]
    return called_as(program, builder.program(program.name, arguments, map_tree(number.__getitem__, program.outputs)))


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


def in_order_of_use(program: Program) -> Program:
    """The same program without loops, each operation after its operands and otherwise where it is first used."""
    order = list(range(program.count))
    seen = set(order)
    waiting = flatten(program.outputs)[::-1]
    while waiting:
        i = waiting[-1]
        needed = [] if i in seen else [j for j in program.operations[i].operands if j not in seen]
        waiting += needed[::-1]
        if not needed:
            waiting.pop()
            order += [] if i in seen else [i]
            seen.add(i)
    number = {i: k for k, i in enumerate(order)}
    used = map(program.operations.__getitem__, order)
    operations = [x._replace(operands=tuple([number[j] for j in x.operands])) for x in used]
    return replace(program, operations=tuple(operations), outputs=map_tree(number.__getitem__, program.outputs))
