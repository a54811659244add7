"""Mutates every local derivative of every primitive mechanically."""

import ast
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

from autograd.engine import inline
from autograd.primitives import BUILT_IN, TABLE, Primitive
from autograd.testing.programs import SEQUENCE
from benchmarks.mutants.editing import changed_partials, compiled, recoded, source_of

FACTOR = 1 + 1e-6


@dataclass(frozen=True)
class RuleMutant:
    """One local derivative of one operation, changed in one way by a context, `change`."""

    op: str
    kind: str
    what: str
    order: int
    change: Callable[[], AbstractContextManager[None]]

    @contextmanager
    def apply(self) -> Iterator[None]:
        """A context in which the fault is present: the rule is asked, not what methods have of it in line."""
        inline.install(inline.REPLACED)
        try:
            with self.change():
                yield
        finally:
            inline.install(inline.METHODS)


def _sign(partials: list[Any], operands: list[Any], i: int) -> None:
    partials[i] = -partials[i]


def _factor(partials: list[Any], operands: list[Any], i: int) -> None:
    partials[i] = partials[i] * FACTOR


def _dropped(partials: list[Any], operands: list[Any], i: int) -> None:
    partials[i] = None


def _swapped(partials: list[Any], operands: list[Any], i: int) -> None:
    j = (i + 1) % len(partials)
    partials[i], partials[j] = partials[j], partials[i]


def _second(partials: list[Any], operands: list[Any], i: int) -> None:
    """Keep the value but change the sign of its derivative; for a plain number the derivative becomes 1."""
    p, x = partials[i], operands[i]
    if hasattr(p, "detach"):
        partials[i] = 2 * p.detach() - p
    elif hasattr(x, "detach"):
        partials[i] = p + (x - x.detach())


CHANGES = {"sign": _sign, "factor 1 + 1e-6": _factor, "dropped": _dropped, "swapped": _swapped, "second order": _second}


def mutants() -> Iterator[RuleMutant]:
    """All mutants, in the order of the table, except those of operations that a user has added."""
    for row in [row for row in TABLE.values() if row.name in BUILT_IN]:
        terms = list(dropped_terms(row))
        for kind, altered in CHANGES.items():
            if kind == "dropped" and terms:
                continue  # the terms of a sum are dropped one by one
            for i, name in places(row):
                if kind != "swapped" or len(places(row)) + len(row.vectors) > 1:
                    change = partial(changed_partials, row, partial(_at, altered, i))
                    yield RuleMutant(row.name, kind, f"∂/∂{name}", 2 if kind == "second order" else 1, change)
        for code, what in terms:
            yield RuleMutant(row.name, "dropped", what, 1, partial(recoded, [row.declared], code))


def places(row: Primitive) -> list[tuple[int, str]]:
    """Index and name of each differentiable operand in the flat local derivatives; a sequence has its first index."""
    found, at = [], 0
    for name in row.parameters:
        if name not in row.plain:
            found.append((at, name))
        at += SEQUENCE if name in row.vectors else 1
    return found


def _at(change: Callable[..., None], i: int, partials: list[Any], operands: list[Any]) -> list[Any]:
    if i < len(partials) and partials[i] is not None:
        change(partials, operands, i)
    return partials


def dropped_terms(row: Primitive) -> Iterator[tuple[Any, str]]:
    """The rule with one term left out of a sum or difference in its local derivatives."""
    rule: FunctionType = row.declared
    source = source_of(rule)
    for number in range(sum(isinstance(node, (ast.BinOp)) for node in ast.walk(ast.parse(source)))):
        for side in ("left", "right"):
            tree = ast.parse(source)
            dropping = _Dropping(number, side, has_value=row.kernel is None)
            dropping.visit(tree)
            if dropping.what:
                yield compiled(ast.unparse(tree), rule), dropping.what


class _Dropping(ast.NodeTransformer):
    """Drops one side of a numbered sum, unless it is in the value, which a rule returns first."""

    def __init__(self, number: int, side: str, has_value: bool) -> None:
        self.number, self.side, self.has_value, self.what = number, side, has_value, ""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if not self.has_value:
            self.generic_visit(node)
        elif isinstance(node.value, ast.Tuple) and len(node.value.elts) == 2:
            node.value.elts[1] = self.visit(node.value.elts[1])
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        return node  # its name may also occur in the value

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, (ast.Add, ast.Sub)):
            return node
        self.number -= 1
        if self.number != -1:
            return node
        self.what = f"{ast.unparse(node.left if self.side == 'left' else node.right)} of {ast.unparse(node)}"
        if self.side == "right":
            return node.left
        return node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
