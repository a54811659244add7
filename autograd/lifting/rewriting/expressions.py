"""Rewriting expressions: those that need a truth value, may raise an error or consume an iterator call `Branches`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.lifting.rewriting.syntax import RISKY, RUNTIME, SUPER, at, has_key, is_lazy

if TYPE_CHECKING:
    from autograd.lifting.rewriting.rewriter import Rewriter
OF_ALL, OF_SOME = ("sum", "max", "min", "sorted"), ("any", "all")  # which take all items of a generator, or the first


class Expressions(ast.NodeTransformer):
    """Rewrites an expression: parts that are not always computed become lambdas, unless they assign or yield."""

    def __init__(self, statements: Rewriter) -> None:
        self.statements = statements

    def call(self, node: ast.AST, function: str, first: Any, others: Sequence[ast.expr] = ()) -> Any:
        made = at(node, f"{RUNTIME}.{function}(_)", _=first).value
        made.args += [at(x, "lambda: _", _=x).value for x in others]
        return made

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self.statements.visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        self.statements.decorated(node)
        node.body = self.visit(node.body)
        return node

    def test(self, node: ast.expr) -> Any:
        """Rewrite an expression of which only the truth value counts."""
        return self.joined(node, self.truth) if isinstance(node, ast.BoolOp) else self.visit(node)

    def truth(self, node: ast.expr) -> Any:
        return self.test(node) if isinstance(node, ast.BoolOp) else self.call(node, "truth", self.visit(node))

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        lazy = is_lazy([node.body, node.orelse])
        node.test, node.body, node.orelse = self.test(node.test), self.visit(node.body), self.visit(node.orelse)
        return self.call(node, "pick", node.test, [node.body, node.orelse]) if lazy else node

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        return self.joined(node, self.visit)

    def joined(self, node: ast.BoolOp, visit: Callable[[ast.expr], Any]) -> Any:
        lazy = is_lazy(node.values[1:])
        node.values = list(map(visit, node.values))
        function = "all_of" if isinstance(node.op, ast.And) else "any_of"
        return self.call(node, function, node.values[0], node.values[1:]) if lazy else node

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        sign = type(node.op).__name__
        if sign not in RISKY:
            return node
        made = self.call(node, "operated", node.left)
        made.args = [at(node, repr(sign)).value, node.left, node.right]
        return made

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        self.generic_visit(node)
        return self.call(node, "opposite", node.operand) if isinstance(node.op, ast.Not) else node

    def visit_Compare(self, node: ast.Compare) -> Any:
        asks = len(node.ops) > 1 or isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.In, ast.NotIn))
        lazy = asks and is_lazy(node.comparators)
        searched = [isinstance(op, (ast.In, ast.NotIn)) for op in node.ops]
        node.left = self.visit(node.left)
        node.comparators = [self.iterated(x) if s else self.visit(x) for s, x in zip(searched, node.comparators)]
        if not lazy:
            return node
        made = self.call(node, "chain", node.left, node.comparators)
        made.args.insert(0, at(node, repr(" ".join(type(op).__name__ for op in node.ops))).value)
        return made

    def visit_Call(self, node: ast.Call) -> Any:
        node.args = [self.consumed(x, node.func) for x in node.args]
        node.func = self.visit(node.func)
        node.keywords = [ast.keyword(part.arg, self.iterated(part.value)) for part in node.keywords]
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and self.statements.first:
            return at(node, f"{SUPER}(__class__, {self.statements.first})").value
        node.func = self.call(node.func, "called", node.func)
        return node

    def visit_withitem(self, node: ast.withitem) -> Any:
        node.context_expr = self.call(node.context_expr, "context", self.visit(node.context_expr))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        node.iter = self.iterated(node.iter)
        node.ifs = [self.visit(x) for x in node.ifs]
        return node

    def visit_ListComp(self, node: ast.ListComp) -> Any:
        return self.call(node, "filtered", node) if self.filters(node) else node

    def filters(self, node: Any) -> bool:
        """Rewrite a comprehension; move its last filter into its items if possible, and return whether it was."""
        self.generic_visit(node)
        last = node.generators[-1]
        if not last.ifs or not is_lazy([*last.ifs, node.elt]):
            return False
        test = last.ifs[0] if len(last.ifs) == 1 else self.call(node, "all_of", last.ifs[0], last.ifs[1:])
        last.ifs, node.elt = [], self.call(node.elt, "perhaps", test, [node.elt])
        return True

    def consumed(self, node: ast.expr, f: ast.expr) -> Any:
        """Rewrite an argument of a function; a filtered generator becomes a list if the function takes all items."""
        name = f.id if isinstance(f, ast.Name) else ""
        if not isinstance(node, ast.GeneratorExp) or name not in (*OF_ALL, *OF_SOME):
            return self.iterated(node)
        if name in OF_ALL and node.generators[-1].ifs:
            return self.visit(ast.copy_location(ast.ListComp(node.elt, node.generators), node))
        lazy = is_lazy([node])
        self.filters(node)
        if name in OF_SOME and not lazy:  # names that it assigns keep the values of the item at which it stops
            node.elt = at(node.elt, "not (not _)", _=node.elt).value
        return node

    def visit_Starred(self, node: ast.Starred) -> Any:
        node.value = self.iterated(node.value)
        return node

    def iterated(self, node: ast.expr) -> Any:
        """Rewrite what a loop or a function may iterate over; an iterator that has a name cannot be run twice."""
        known = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load)
        return self.call(node, "iterated", self.visit(node)) if known else self.visit(node)

    def changed(self, node: Any) -> Any:
        """Rewrite an item or attribute; where it is assigned or deleted, its holder is changed."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = self.call(node.value, "touched", node.value)
        return node

    visit_Attribute = changed

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if not has_key(node) or not isinstance(node.ctx, ast.Load):
            return self.changed(node)
        made = self.call(node, "item", self.visit(node.value))
        made.args.append(self.visit(node.slice))
        return made
