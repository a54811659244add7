"""Deep nesting: CPython allows 20 nested blocks in a function, and a rewritten branch has two of them.

with fork:                     with fork:
    y = x                          def deep():
    ...                                nonlocal x, y
    fork.leave(locals())               y = x
                                       ...
                                       fork.leave(locals())
                                   locals().clear()
                                   deep()
"""

from __future__ import annotations

import ast
from typing import Any

from autograd.lifting.rewriting.syntax import NOT_READ, at, bound, within

DEEP = "_autograd_deep"
MOST = 1  # nested blocks


class Flattened(ast.NodeTransformer):
    """Moves the bodies of rewritten branches that are nested too deeply into inner functions, which share all names."""

    def __init__(self) -> None:
        self.depth = 0
        self.names: list[str] = []  # of the function
        self.declared: list[ast.stmt] = []  # its `global` and `nonlocal` statements
        self.moved = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        if any(isinstance(part, NOT_READ) for part in within(node.body)):
            return node  # it was not rewritten
        kept = vars(self).copy()
        declared = [part for part in within(node.body) if isinstance(part, (ast.Global, ast.Nonlocal))]
        others = {name for part in declared for name in part.names}
        parameters = [part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)]
        self.names = [name for name in dict.fromkeys([*parameters, *bound(node.body)]) if name not in others]
        self.depth, self.declared, self.moved = 0, list(declared), False
        self.generic_visit(node)
        if self.moved:  # a name has to be assigned in the function itself
            node.body.append(at(node.body[-1], f"if False: [{', '.join(self.names)}] = []"))
        vars(self).update(kept)
        return node

    def visit_With(self, node: ast.With) -> Any:
        if self.depth < MOST:
            return self.inside(node)
        kept, self.depth, self.moved = self.depth, 0, True
        self.generic_visit(node)
        self.depth = kept
        deep = at(node, f"def {DEEP}(): nonlocal {', '.join(self.names)}")
        deep.body += [*self.declared, *node.body]
        # Python keeps the dict of `locals()`, which would refer to the old values of the names.
        node.body = [deep, at(node, "locals().clear()"), at(node, f"{DEEP}()")]
        return node

    def inside(self, node: Any) -> Any:
        """Visit a block, and those inside it."""
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    visit_For = visit_While = visit_Try = inside

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        kept, self.depth = self.depth, 0
        self.generic_visit(node)
        self.depth = kept
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return node
