"""Patterns of `match`: their literals are compared in an expression, which may be traced.

case (True, 0 as k):           case (part, k): hit = part is True and k == 0
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from autograd.lifting.rewriting.syntax import at

STRUCTURES = (ast.MatchClass, ast.MatchSequence, ast.MatchMapping)  # patterns that ask what an object is
LITERALS = (ast.MatchValue, ast.MatchSingleton)


def depth(node: ast.AST) -> int:
    """The number of levels of an object that a pattern asks about."""
    return isinstance(node, STRUCTURES) + max(map(depth, ast.iter_child_nodes(node)), default=0)


def alternatives(pattern: ast.pattern) -> list[ast.pattern]:
    """The alternatives of a pattern; one of literals alone stays whole."""
    return pattern.patterns if isinstance(pattern, ast.MatchOr) and not are_literals(pattern) else [pattern]


def are_literals(pattern: ast.MatchOr) -> bool:
    return all(isinstance(x, LITERALS) for x in pattern.patterns)


class Literals(ast.NodeTransformer):
    """Replaces each literal in a pattern by a name, and collects the comparisons."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        self.fresh = fresh
        self.comparisons: list[ast.expr] = []

    def test(self, node: ast.AST) -> Any:
        """The expression that is true if all comparisons hold."""
        if len(self.comparisons) < 2:
            return self.comparisons[0] if self.comparisons else at(node, "True").value
        return ast.copy_location(ast.BoolOp(ast.And(), self.comparisons), node)

    def literal(self, node: Any) -> ast.pattern:
        name = self.fresh("part")
        options = node.patterns if isinstance(node, ast.MatchOr) else [node]
        tests = [self.comparison(option, name) for option in options]
        self.comparisons.append(tests[0] if len(tests) == 1 else ast.copy_location(ast.BoolOp(ast.Or(), tests), node))
        return ast.copy_location(ast.MatchAs(None, name), node)

    visit_MatchValue = visit_MatchSingleton = literal

    def comparison(self, node: Any, name: str) -> Any:
        is_value = isinstance(node, ast.MatchValue)
        value = node.value if is_value else ast.copy_location(ast.Constant(node.value), node)
        return at(node, f"{name} == _" if is_value else f"{name} is _", _=value).value

    def visit_MatchOr(self, node: ast.MatchOr) -> ast.pattern:
        """Replace alternatives of literals alone; others stay unchanged, since each must bind the same names."""
        return self.literal(node) if are_literals(node) else node
