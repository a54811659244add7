"""Global names that a function assigns: in traced code they are attributes, whose changes a branch can undo.

global calls                   pass
calls += 1                     _autograd_globals.calls += 1
"""

from __future__ import annotations

import ast
from typing import Any

from autograd.lifting.rewriting.syntax import within

GLOBALS = "_autograd_globals"


def as_attributes(function: ast.FunctionDef) -> ast.FunctionDef:
    """Return the function with attributes in place of the global names that it assigns."""
    parts = list(within(function.body))
    declared = {name for part in parts if isinstance(part, ast.Global) for name in part.names}
    read = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    bound = {part.id for part in parts if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
    return _AsAttributes(declared - (read - bound)).visit(function) if declared else function


class _AsAttributes(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.is_inside = False

    def visit_Name(self, node: ast.Name) -> Any:
        if node.id not in self.names:
            return node
        holder = ast.copy_location(ast.Name(GLOBALS, ast.Load()), node)
        return ast.copy_location(ast.Attribute(holder, node.id, node.ctx), node)

    def visit_Global(self, node: ast.Global) -> Any:
        return ast.copy_location(ast.Pass(), node)

    def scope(self, node: Any) -> Any:
        if self.is_inside:
            return node  # an inner scope reads the name, or declares it itself
        self.is_inside = True
        node.body = [self.visit(part) for part in node.body]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = scope

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return node
