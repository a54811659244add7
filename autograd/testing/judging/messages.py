"""Writes the message of a failed check: the point, both derivatives, the operation to blame, a program to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives.operators import Scalar
from autograd.primitives.table import Interval
from autograd.testing.arguments.arguments import is_foreign_array, named_parts
from autograd.testing.arguments.functions import Function
from autograd.testing.arguments.supplied import DOUBLE
from autograd.testing.judging.blame import Blame
from autograd.testing.judging.sources import literal, source
from autograd.testing.verdicts import Check
from autograd.trees import is_array

IS_BOUND = "bound"  # the attribute of an f that pytest gave an instance or arguments: no line of code can repeat it
NAMED = "named"  # the attribute of an f that takes its last arguments by name
LONGEST_PROGRAM = 60  # operations or inputs: a longer program is not printed


def explained(
    function: Function,
    kind: str,
    message: str,
    inputs: Sequence[Value],
    output: Any,
    blame: Blame | None,
    claimed: Check | None,
    options: str,
    order: int,
) -> tuple[str, str]:
    """Return the message of a mismatch, and the program that shows it, or "" for no program.

    `claimed` is a check of `grad=`; `order` is the order of the wrong derivative.
    """
    point = ", ".join(f"{name} = {x!r}" for name, x in zip(function.names, function.flat))
    lines = [f"{kind} mismatch of {function.name}: {message}", f"  at        {point}"]
    program = ""
    if isinstance(output, Value):
        graph = Graph(output)
        if blame is not None:
            lines.append(f"  blame     {blame.operation}, {blame}")
        elif claimed is None:
            lines.append(f"  blame     {_nobody(kind)}")
        heading = "program" if claimed is None else "the graph of this run, by this engine"
        counts = {"operations": sum(bool(node.inputs) for node in graph.nodes), "inputs": len(inputs)}
        too_many = [f"{count} {what}" for what, count in counts.items() if count > LONGEST_PROGRAM]
        if not too_many:
            program = source(graph, inputs, order) + (f"\n# {claimed}" if claimed else "")
            lines += [f"  {heading}", *(f"    {line}" for line in program.splitlines())]
        else:
            lines.append(f"  {heading} is omitted: {' and '.join(too_many)}, more than {LONGEST_PROGRAM}")
    if not getattr(function.f, IS_BOUND, False):
        arguments = [argument(arg) for arg in function.given]
        if named := getattr(function.f, NAMED, ()):
            first = len(arguments) - len(named)
            arguments[first:] = [f"kwargs={argument(dict(zip(named, function.given[first:])))}"]
        lines.append(f"  again     check_gradients({', '.join([function.name, *arguments])}{options})")
    return "\n".join(lines), program


def options_of(
    supplied: dict[str, Callable[..., Any]], domain: Any, order: int, static: Sequence[str], accuracy: float
) -> str:
    """The options of a check, as written in the call that repeats the check."""
    own = ("vjp", DOUBLE) if DOUBLE in supplied else ()  # those that the function supplies itself: no option names them
    found = "".join(
        f", {name}={getattr(f, '__name__', name).replace('<lambda>', name)}"
        for name, f in supplied.items()
        if name not in own
    )
    found += "" if domain is None else f", domain={argument(domain)}"
    found += f", static={list(static)}" if static else ""
    found += f", order={order}" if order != 1 else ""
    return found + (f", accuracy={accuracy!r}" if accuracy else "")


def _nobody(kind: str) -> str:
    if kind == "non-finite":
        return "none: each local derivative is right, but an infinite one meets a 0, or overflows"
    return (
        "none: each operation of the graph is right, and so is their sum; does f compute with something else, as with "
        ".data, detach(), or numbers that it took from its Values?"
    )


def argument(arg: Any) -> str:
    """An argument, or its domain, as Python source."""
    if is_foreign_array(arg):
        dtype, numbers = str(arg.dtype), argument(arg.tolist())
        is_torch = dtype.startswith("torch.")
        return f"torch.tensor({numbers}, dtype={dtype})" if is_torch else f"jax.numpy.array({numbers}, {dtype!r})"
    if is_array(arg):
        return f"np.array({argument(arg.tolist())})"
    if isinstance(arg, Enum):
        return f"{type(arg).__name__}.{arg.name}"
    if callable(arg) and not isinstance(arg, Scalar):
        return getattr(arg, "__name__", repr(arg))
    if named := {path.removeprefix("."): part for path, _, part in named_parts(arg, "") if path.startswith(".")}:
        return f"{type(arg).__name__}({', '.join(f'{name}={argument(part)}' for name, part in named.items())})"
    if isinstance(arg, dict):
        return "{" + ", ".join(f"{key!r}: {argument(part)}" for key, part in arg.items()) + "}"
    if isinstance(arg, Interval):
        return repr(arg.text)
    if isinstance(arg, list):
        return f"[{', '.join(map(argument, arg))}]"
    if type(arg) is tuple:
        return f"({', '.join(map(argument, arg))}{',' if len(arg) == 1 else ''})"
    return literal(arg) if isinstance(arg, (int, float)) else repr(arg)
