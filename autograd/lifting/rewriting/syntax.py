"""Syntax: the questions that a rewriter asks about Python code, and the statements that it writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

RUNTIME, SUPER = "_autograd_branches", "_autograd_super"  # in the globals and the builtins of rewritten code
RISKY = ("Div", "FloorDiv", "Mod", "Pow")  # operators that may raise an error
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.While)
NOT_READ = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)  # not in a plain function
NOT_LAZY = (ast.NamedExpr, *NOT_READ)


def within(nodes: Sequence[ast.AST], but: tuple[type, ...] = ()) -> Iterator[ast.AST]:
    """These nodes and all nodes in them, except those in inner scopes or in nodes of the types in `but`."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*SCOPES, *but)):
            waiting += ast.iter_child_nodes(node)


def leaves(statement: ast.stmt) -> bool:
    """Whether rows may jump out of a statement."""
    if isinstance(statement, LOOPS):
        returns = any(isinstance(part, ast.Return) for part in within(statement.body))
        return returns or any(map(leaves, statement.orelse))
    jumps = (ast.Return, ast.Break, ast.Continue)
    parts = within([statement], LOOPS)
    return any(isinstance(x, jumps) or (isinstance(x, LOOPS) and x is not statement and leaves(x)) for x in parts)


def jumps_out(loop: ast.For | ast.While) -> bool:
    """Whether rows may leave a loop, or a turn of it, before its end."""
    return any(map(leaves, loop.body))


def bound(statements: Sequence[ast.stmt]) -> list[str]:
    """The names that statements bind, including the nonlocal names of functions in them."""
    found: dict[str, None] = {}
    for node in within(statements, COMPREHENSIONS):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found[node.id] = None
        elif isinstance(node, COMPREHENSIONS):  # its variables are its own, except those of `:=`
            found |= {part.target.id: None for part in ast.walk(node) if isinstance(part, ast.NamedExpr)}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = None
            found |= {name: None for x in ast.walk(node) if isinstance(x, ast.Nonlocal) for name in x.names}
        elif isinstance(node, ast.alias):
            found[(node.asname or node.name).partition(".")[0]] = None
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            found[node.name] = None
    return list(found)


def is_lazy(nodes: Sequence[ast.AST]) -> bool:
    """Whether expressions may be moved into lambdas."""
    return not any(isinstance(part, NOT_LAZY) for node in nodes for part in ast.walk(node))


def quoted(names: Sequence[str]) -> str:
    """Names as further arguments of a call."""
    return "".join(f", {name!r}" for name in names)


def is_named(node: ast.expr, name: str) -> bool:
    """Whether an expression is this name, or this attribute of something."""
    return getattr(node, "id", getattr(node, "attr", None)) == name


def has_key(node: ast.expr) -> bool:
    """Whether an expression is an item under a key that may be traced: neither written as a constant nor a slice."""
    if not isinstance(node, ast.Subscript):
        return False
    return not any(isinstance(part, ast.Slice) for part in ast.walk(node.slice)) and not isinstance(
        getattr(node.slice, "operand", node.slice), ast.Constant
    )


def at(node: Any, source: str, body: Sequence[ast.stmt] = (), _: Any = None, orelse: Sequence[ast.stmt] = ()) -> Any:
    """Parse a statement at the place of a node, with an expression in place of `_`, and perhaps other blocks."""
    (made,) = ast.parse(source).body
    made = _Filling(node, _).visit(made)
    if body:
        made.body = list(body)
    if orelse:
        made.orelse = list(orelse)
    return made


class _Filling(ast.NodeTransformer):
    def __init__(self, place: Any, hole: Any) -> None:
        self.place, self.hole = place, hole

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Name) and node.id == "_" and self.hole is not None:
            return self.hole
        if isinstance(node, (ast.stmt, ast.expr)):
            ast.copy_location(node, self.place)
        return super().visit(node)


def listed(made: Any) -> list[ast.stmt]:
    """The result of a visit of one statement, as a list."""
    return made if isinstance(made, list) else [made]
