"""What a failed check tells: the point, both derivatives, the operation at fault, a program to run."""

from __future__ import annotations

from typing import Any

from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.testing.functions import Function
from autograd.testing.guilt import Guilt
from autograd.testing.sources import source, written

LONGEST = 60  # operations: a longer program is not printed


def explained(
    function: Function, kind: str, message: str, output: Any, guilty: Guilt | None, given: bool
) -> tuple[str, str]:
    """The message of a mismatch, and the program that shows it, or an empty one."""
    point = ", ".join(f"{name} = {x!r}" for name, x in zip(function.names, function.flat))
    lines = [f"{kind} mismatch of {function.name}: {message}", f"  at        {point}"]
    program = ""
    if isinstance(output, Value):
        graph = Graph(output)
        if guilty is not None:
            lines.append(f"  guilty    {guilty.operation}, {guilty}")
        elif not given:
            lines.append(f"  guilty    {_nobody(kind)}")
        if sum(bool(node.inputs) for node in graph.nodes) <= LONGEST:
            program = source(graph)
            heading = "the same function, by this engine" if given else "program"
            lines += [f"  {heading}", *(f"    {line}" for line in program.splitlines())]
    lines.append(f"  again     check_gradients({function.name}, {', '.join(argument(arg) for arg in function.args)})")
    return "\n".join(lines), program


def _nobody(kind: str) -> str:
    if kind == "non-finite":
        return "none: each local derivative is right, but an infinite one meets a 0, or overflows"
    return (
        "none: each operation of the graph is right, and so is their sum; does f compute with something else, as with "
        ".data, detach(), or numbers that it took from its Values?"
    )


def argument(arg: Any) -> str:
    """An argument as Python reads it."""
    return written(arg) if isinstance(arg, (int, float)) else repr(arg)
