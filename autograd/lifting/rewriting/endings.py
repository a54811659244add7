"""`finally`, as CPython compiles it: its statements are copied to each exit of a `try`.

try:                           try:
    if x > 0:                      if x > 0:
        return f(x)                    result = f(x)
    y = x                              print("done")
finally:                               return result
    print("done")                  y = x
                               except BaseException:
                                   print("done")
                                   raise
                               print("done")
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

from autograd.lifting.rewriting.syntax import at, listed


def unrolled(node: ast.Try, fresh: Callable[[str], str]) -> list[ast.stmt]:
    """The statements that replace a `try` with `finally`; `closes` marks the `try` whose handler raises again."""
    inner: list[ast.stmt] = node.body
    if node.handlers:
        inner = [ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)]
    left = Leaving(node.finalbody, fresh)
    body = [part for statement in inner for part in left.listed(statement)]
    handler = ast.ExceptHandler(None, None, [*copy.deepcopy(node.finalbody), ast.Raise()])
    made: Any = ast.Try(body, [handler], [], [])
    for part in (handler, handler.body[-1], made):
        ast.copy_location(part, node)
    made.closes = True
    return [made, *node.finalbody]


class Leaving(ast.NodeTransformer):
    """Copies the statements of a `finally` before each jump out of its `try`."""

    def __init__(self, final: Sequence[ast.stmt], fresh: Callable[[str], str]) -> None:
        self.final, self.fresh = final, fresh
        self.loops = 0  # the number of loops around this place, inside the `try`

    def listed(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that replace a statement."""
        return listed(self.visit(statement))

    def visit_Return(self, node: ast.Return) -> Any:
        final = copy.deepcopy(list(self.final))
        if node.value is None:
            return [*final, node]
        result = self.fresh("result")
        return [at(node, f"{result} = _", _=node.value), *final, at(node, f"def f(): return {result}").body[0]]

    def jump(self, node: ast.Break | ast.Continue) -> Any:
        return node if self.loops else [*copy.deepcopy(list(self.final)), node]

    visit_Break = visit_Continue = jump

    def loop(self, node: ast.For | ast.While) -> Any:
        self.loops += 1
        node.body = [part for statement in node.body for part in self.listed(statement)]
        self.loops -= 1
        node.orelse = [part for statement in node.orelse for part in self.listed(statement)]
        return node

    visit_For = visit_While = loop

    def visit_Try(self, node: ast.Try) -> Any:
        if node.finalbody:  # the inner `finally` runs before the outer one
            return [part for statement in unrolled(node, self.fresh) for part in self.listed(statement)]
        return self.generic_visit(node)

    def scope(self, node: Any) -> Any:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = scope
