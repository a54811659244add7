"""Prints a graph or a program as Python source that can be pasted and run."""

from __future__ import annotations

import keyword
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import autograd.primitives as public
from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives import Primitive
from autograd.symbols.text import BY_SIGN

RESERVED = ("Value", "gradients", "slope")  # names that a printed program uses itself


def literal(x: Any) -> str:
    """A number as Python source."""
    return repr(x) if not isinstance(x, float) or math.isfinite(x) else f'float("{x!r}")'


def identifiers(graph: Graph, inputs: Sequence[Value]) -> dict[Value, str]:
    """A name for every input and node in a program: its name in the graph, as far as Python allows."""
    labels = {v: v.label for v in inputs}  # the graph has no name for an input that it does not use
    taken: set[str] = set()
    found: dict[Value, str] = {}
    for node in dict.fromkeys((*inputs, *graph.nodes)):
        called = labels.get(node) or graph.name(node)
        name = "".join(c if c.isalnum() else "_" for c in called).strip("_")
        if not name.isidentifier() or keyword.iskeyword(name) or hasattr(public, name) or name in RESERVED:
            name = f"v_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        found[node] = name
    return found


def source(graph: Graph, inputs: Sequence[Value] = (), order: int = 1) -> str:
    """Print the graph as a program that computes it again and prints the derivatives with respect to its leaves.

    `inputs` are the labelled inputs of the function, used by the graph or not; they come first. With order 2 the
    program prints the rows of second derivatives.
    """
    names = identifiers(graph, inputs)
    leaves = [v for v in names if not v.inputs and not v.is_constant]
    lines = [f"{names[v]} = Value({literal(v.data)})" for v in leaves]
    for node in graph.nodes:
        if node.op is not None:
            operands = [literal(v.data) if v.is_constant else names[v] for v in node.inputs]
            lines.append(f"{names[node]} = {call(node.op, operands)}")
    output = names[graph.output]
    if order == 1:
        lines += [f"{output}.backward()", "print(" + ", ".join(f"{names[v]}.grad" for v in leaves) + ")"]
    else:
        row = "[" + ", ".join(names[v] for v in leaves) + "]"
        lines.append(f"for slope in gradients({output}, {row}, create_graph=True):")
        lines.append(f"    print(gradients(slope, {row}))")
    rows = (node.op for node in graph.nodes if node.op is not None)
    return "\n".join([*imports(rows, {"Value"} if order == 1 else {"Value", "gradients"}), *lines])


def call(row: Primitive, operands: list[str]) -> str:
    """The source of a call of an operation with named operands."""
    if row.symbol in BY_SIGN and len(operands) == 2:
        return f"{_bracketed(operands[0])} {row.symbol} {operands[1]}"
    if row.vectors:
        groups = row.structured(tuple(operands))
        parts = [f"[{', '.join(g)}]" if isinstance(g, tuple) else g for g in groups]
        return f"{row.name}({', '.join(parts)})"
    return f"{row.name}({', '.join(operands)})"


def _bracketed(operand: str) -> str:
    return f"({operand})" if operand.startswith("-") else operand


def imports(rows: Iterable[Primitive], named: Iterable[str] = ("Value",)) -> list[str]:
    """The lines that import what a program uses: its operations and the names in `named`."""
    lines: dict[str, None] = {}
    named = set(named)
    for row in rows:
        binary_sign = row.symbol in BY_SIGN and len(row.parameters) == 2
        if hasattr(public, row.name):
            named |= set() if binary_sign else {row.name}
        elif not row.is_foreign:
            if not binary_sign:
                lines["from autograd.primitives import TABLE"] = None
                lines[f'{row.name} = TABLE["{row.name}"].function'] = None
        elif _is_in_its_module(row):
            lines[f"from {row.declared.__module__} import {row.name}"] = None
        else:
            lines[f"# {row.name} is an operation of your own: define it here"] = None
    return [f"from autograd import {', '.join(sorted(named, key=str.lower))}", *lines]


def _is_in_its_module(row: Primitive) -> bool:
    """Whether the module that defines an operation's rule exports the operation under its name."""
    module = row.declared.__module__
    found = getattr(sys.modules.get(module), row.name, None) if module != "__main__" else None
    return getattr(found, "primitive", None) is row
