"""Rewriting: a function's syntax in which each condition becomes a call of `autograd.lifting.branching.branches`.

if x > 0:                      fork = frame.fork(x > 0, locals(), 'y')
    y = x                      for side in fork:
else:                              with fork:
    y = 0                              if fork.again: [y] = fork.start()
                                       if side: y = x
                                       else: y = 0
                                       fork.leave(locals())
                               if fork.is_traced: [y] = fork.names
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any

from autograd.lifting.rewriting.endings import unrolled
from autograd.lifting.rewriting.expressions import Expressions
from autograd.lifting.rewriting.patterns import Literals, alternatives, depth
from autograd.lifting.rewriting.shared import as_attributes
from autograd.lifting.rewriting.syntax import (
    NOT_READ,
    RISKY,
    RUNTIME,
    at,
    bound,
    has_key,
    is_named,
    jumps_out,
    leaves,
    listed,
    quoted,
    within,
)
from autograd.lifting.rewriting.turns import Scope, gone_over, in_steps

FRAME, SIDE, MORE = "_autograd_frame", "_autograd_side", "_autograd_more"
JUMPS = (ast.Return, ast.Break, ast.Continue)


class Unreadable(Exception):
    """A function cannot be rewritten, and stays unchanged."""


class Rewriter(ast.NodeTransformer):
    """Rewrites a function, and those inside it."""

    free: tuple[str, ...] = ()  # our names that are free variables of the new code, rather than builtins

    def __init__(self) -> None:
        self.count = 0
        self.shared: list[str] = []  # names in the function that belong to an enclosing one
        self.first = ""  # the parameter that `super()` uses
        self.scope: Any = None  # of the function
        self.loops: list[tuple[str, list[str]]] = []  # around this statement: their names, and the names that they bind

    def fresh(self, what: str) -> str:
        """Return a new name of ours."""
        self.count += 1
        return f"_autograd_{what}{self.count}"

    # --- functions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.decorated(node)
        node = as_attributes(node)
        if any(isinstance(part, NOT_READ) for part in within(node.body)):
            node.body = [self.expression(s) for s in node.body]
            return node
        kept = self.shared, self.loops, self.first, self.scope
        self.scope = Scope(node)
        self.first = next((x.arg for x in [*node.args.posonlyargs, *node.args.args]), "")
        self.shared = [name for part in within(node.body) if isinstance(part, ast.Nonlocal) for name in part.names]
        self.loops = []
        inner = any(isinstance(part, ast.Return) for part in within(node.body) if part not in node.body)
        last = node.body[-1]
        node.body = self.block(node.body, inner)
        if inner:
            node.body.append(at(last, f"return {FRAME}.result()"))
        if any(isinstance(part, ast.Name) and part.id == FRAME for part in within(node.body)):
            node.body.insert(0, at(node.body[0], f"{FRAME} = {RUNTIME}.frame({quoted(self.shared)[2:]})"))
        if self.shared:
            node.body.insert(0, at(node.body[0], f"{RUNTIME}.shares(lambda: [{', '.join(self.shared)}])"))
        self.shared, self.loops, self.first, self.scope = kept
        return node

    def decorated(self, node: Any) -> None:
        """Rewrite what runs where a function is defined: decorators and defaults."""
        if not isinstance(node, ast.Lambda):
            node.decorator_list = [self.expression(x) for x in node.decorator_list]
        node.args.defaults = [self.expression(x) for x in node.args.defaults]
        node.args.kw_defaults = [x and self.expression(x) for x in node.args.kw_defaults]

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.body = [self.visit(s) if isinstance(s, (ast.FunctionDef, ast.ClassDef)) else s for s in node.body]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        return node

    # --- statements

    def block(self, statements: Sequence[ast.stmt], inner: bool = True) -> list[ast.stmt]:
        """Rewrite statements in order; those after one in which rows may leave run for the others.

        With `inner`, the result of a `return` is kept until the end of the function.
        """
        found: list[ast.stmt] = []
        for i, statement in enumerate(statements):
            if isinstance(statement, ast.Return) and not inner:
                return [*found, self.generic_visit(statement)]
            rest = statements[i + 1 :]
            jumps = leaves(statement)
            made = self.visit(statement)
            found += listed(made)
            if isinstance(statement, JUMPS):
                return found
            if jumps and rest:
                return [*found, *self.rest(rest, self.block(rest))]
        return found

    def forked(self, node: ast.AST, call: str, names: list[str], body: list[ast.stmt], **holes: Any) -> list[ast.stmt]:
        """The statements of a fork, which `call` makes; its body runs once for each side."""
        fork = self.fresh("fork")
        loop = at(node, f"for {SIDE} in {fork}:\n with {fork}: pass")
        ends = [at(node, f"{fork}.leave(locals())")]
        if names:
            ends.insert(0, at(node, f"if {fork}.again: [{', '.join(names)}] = {fork}.start()"))
        loop.body[0].body = [*ends[:-1], *body, ends[-1]]
        found = [at(node, f"{fork} = {call}", **holes), loop]
        if names:
            # Python keeps the dict of `locals()`, which would refer to the old values of the names.
            found.append(at(node, f"if {fork}.is_traced: [{', '.join(names)}] = {fork}.names; locals()"))
        return found

    def visit_If(self, node: ast.If) -> Any:
        names = bound([*node.body, *node.orelse])
        test = Expressions(self).test(node.test)
        sides = at(node, f"if {SIDE}: pass\nelse: pass")
        sides.body = self.block(node.body)
        sides.orelse = self.block(node.orelse) or sides.orelse
        return self.forked(node, f"{FRAME}.fork(_, locals(){quoted(names)})", names, [sides], _=test)

    def visit_Assert(self, node: ast.Assert) -> Any:
        error = at(node, "raise AssertionError(_)", _=node.msg) if node.msg else at(node, "raise AssertionError")
        return self.visit(at(node, "if not _: pass", [error], _=node.test))

    def visit_Return(self, node: ast.Return) -> Any:
        return at(node, f"{FRAME}.give(_)", _=self.expression(node.value) if node.value else ast.Constant(None))

    def jump(self, node: ast.Break | ast.Continue) -> Any:
        loop, names = self.loops[-1]
        return at(node, f"{loop}.jump({type(node).__name__.lower()!r}, locals(){quoted(names)})")

    visit_Break = visit_Continue = jump

    def visit_For(self, node: ast.For) -> Any:
        if self.scope.is_steady(node):
            names, again = self.scope.carried(node), copy.deepcopy(node.body)
            xs = gone_over(node.iter, self.iterated)
            return in_steps(node, self.fresh("steps"), names, xs, self.block(node.body), self.block(again))
        if not jumps_out(node):
            return self.generic_visit(node)
        names = bound([node])
        item = self.fresh("item")
        target = at(node.target, f"_ = {item}")
        target.targets = [self.expression(node.target)]
        loop = self.fresh("loop")
        turns = at(node, f"for {item} in {loop}.over({RUNTIME}.iterators.copy(), _): pass", _=self.iterated(node.iter))
        return self.looped(node, loop, turns, names, [target])

    def visit_While(self, node: ast.While) -> Any:
        return self.looped(node, self.fresh("loop"), at(node, "while True: pass"), bound([node]), [], node.test)

    def looped(
        self, node: Any, loop: str, turns: Any, names: list[str], first: list[ast.stmt], test: ast.expr | None = None
    ) -> list[ast.stmt]:
        """The statements of a loop that rows may leave."""
        listed = ", ".join(["", *names])
        self.loops.append((loop, names))
        body = self.block(node.body)
        self.loops.pop()
        if test is not None:
            leave = at(node, f"if {SIDE}: {loop}.jump('end', locals(){quoted(names)})")
            leaving = self.forked(
                node, f"{FRAME}.fork({RUNTIME}.opposite(_), locals())", [], [leave], _=Expressions(self).test(test)
            )
            body = [*leaving, *self.rest(node.body, body)]
        turns.body = [
            *self.forked(node, f"{loop}.turn(locals(){quoted(names)})", names, [*first, *body]),
            at(node, f"[{MORE}{listed}] = {loop}.goes_on(locals(){quoted(names)})"),
            at(node, f"if not {MORE}: break"),
        ]
        broken = self.fresh("broken")
        end = at(node, f"[{broken}{listed}] = {loop}.end(locals(){quoted(names)})")
        made = [at(node, f"{loop} = {FRAME}.loop({test is not None})"), turns, end]
        if node.orelse:
            otherwise = self.visit(at(node, f"if not {broken}: pass", node.orelse))
            made += self.rest(node.orelse, otherwise)
        return made

    def rest(self, statements: Sequence[ast.stmt], made: list[ast.stmt]) -> list[ast.stmt]:
        """Let rewritten statements run for the rows that have not left."""
        names = [name for name in bound(statements) if name in self.shared]
        return self.forked(statements[0], f"{FRAME}.rest(locals(){quoted(names)})", names, made)

    def visit_Try(self, node: ast.Try) -> Any:
        """Rewrite a `try` to its body, then a branch whose sides are the handlers and the `else`."""
        return self.block(unrolled(node, self.fresh)) if node.finalbody else self.attempted(node)

    def attempted(self, node: ast.Try) -> list[ast.stmt]:
        """The statements of a `try` with handlers."""
        attempt = self.fresh("attempt")
        chosen: list[ast.stmt] = []
        for k, handler in reversed(list(enumerate(node.handlers))):
            taken = [at(handler, f"{handler.name} = {attempt}.error({k})")] if handler.name else []
            body = [*taken, *(Reraised(f"{attempt}.raise_again({k})").visit(s) for s in handler.body)]
            chosen = [at(handler, f"if {attempt}.is_of({k}): pass", body, orelse=chosen)] if chosen else body
        names = bound([*node.body, *chosen, *node.orelse])
        kind = "closing" if hasattr(node, "closes") else "attempt"
        made = at(node, f"{attempt} = {RUNTIME}.{kind}({FRAME})")
        kinds = [self.expression(h.type) if h.type else at(h, "BaseException").value for h in node.handlers]
        made.value.args += [at(h, "lambda: _", _=kind).value for h, kind in zip(node.handlers, kinds)]
        made.value.args += [ast.Constant(name) for name in names]
        tried = at(node, f"with {attempt}: pass")
        tried.body = [*self.block(node.body), at(node, f"{attempt}.leave(locals())")]
        sides = at(node, f"if {SIDE}: pass\nelse: pass")
        sides.body = self.block(chosen)
        sides.orelse = self.rest(node.orelse, self.block(node.orelse)) if node.orelse else sides.orelse
        return [made, tried, *self.forked(node, f"{attempt}.handled()", names, [sides])]

    def visit_With(self, node: ast.With) -> Any:
        """Rewrite one context at a time; `with suppress(…)` becomes a `try`."""
        first, *others = node.items
        if others:
            inner = ast.copy_location(ast.With(others, node.body), node)
            return self.visit(ast.copy_location(ast.With([first], [inner]), node))
        call = first.context_expr
        if isinstance(call, ast.Call) and is_named(call.func, "suppress") and not first.optional_vars:
            kinds = ast.copy_location(ast.Tuple(call.args, ast.Load()), call)
            handler = ast.copy_location(ast.ExceptHandler(kinds, None, [at(node, "pass")]), node)
            return self.visit(ast.copy_location(ast.Try(node.body, [handler], [], []), node))
        node.items, node.body = [self.expression(first)], self.block(node.body)
        return node

    def visit_Match(self, node: ast.Match) -> Any:
        """Rewrite to a `match` for each pattern, which binds its names, and a branch on its fit and its guard."""
        if hasattr(node, "is_one"):
            return node
        found: list[ast.stmt] = []
        subject, hit = self.fresh("subject"), self.fresh("hit")
        for case in reversed(node.cases):
            fits = at(case.body[0], hit).value
            test = ast.BoolOp(ast.And(), [fits, case.guard]) if case.guard else fits
            branch = at(case.body[0], "if _: pass", case.body, _=ast.copy_location(test, fits), orelse=found)
            found = [at(fits, f"{hit} = False"), *self.tried(case.pattern, subject, hit), branch]
        levels = max(depth(case.pattern) for case in node.cases)
        first = at(node, f"{subject} = {RUNTIME}.matched({levels}, _)", _=self.expression(node.subject))
        return [first, *self.block(found)]

    def tried(self, pattern: ast.pattern, subject: str, hit: str) -> list[ast.stmt]:
        """The statements that find out whether the subject fits a pattern, or one of its alternatives."""
        first, *others = alternatives(pattern)
        literals = Literals(self.fresh)
        fitted = at(pattern, f"match {subject}:\n case _: pass")
        fitted.is_one = True
        fitted.cases[0].pattern = literals.visit(first)
        fitted.cases[0].body = [at(pattern, f"{hit} = _", _=self.expression(literals.test(pattern)))]
        if not others:
            return [fitted]
        rest = ast.copy_location(ast.MatchOr(others), pattern) if len(others) > 1 else others[0]
        return [fitted, at(pattern, f"if not {hit}: pass", self.tried(rest, subject, hit))]

    def visit_Assign(self, node: ast.Assign) -> Any:
        target: Any = node.targets[0]
        if len(node.targets) > 1 or not (has_key(target) or isinstance(target, (ast.Tuple, ast.List))):
            node.targets, node.value = list(map(self.expression, node.targets)), self.expression(node.value)
            return node
        if has_key(target):
            return self.put(node, self.expression(node.value), target)
        if any(map(has_key, target.elts)):  # in order: an assigned name may be the key of the next item
            items = [self.fresh("item") for _ in target.elts]
            stars = ["*" * isinstance(x, ast.Starred) + item for x, item in zip(target.elts, items)]
            unpacked = at(node, f"[{', '.join(stars)}] = _", _=self.iterated(node.value))
            each = [
                at(node, f"_ = {item}", _=getattr(x, "value", x) if "*" in star else x)
                for x, item, star in zip(target.elts, items, stars)
            ]
            return [unpacked, *(part for x in each for part in listed(self.visit(x)))]
        node.targets, node.value = [self.expression(target)], self.iterated(node.value)
        return node

    def put(self, node: ast.stmt, value: Any, target: Any) -> Any:
        """`target = value` for an item under a key."""
        made = at(node, f"{RUNTIME}.put(_)", _=value)
        made.value.args += [self.expression(target.value), self.expression(target.slice)]
        return made

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Rewrite `y: float = x` as `y = x`: an annotated name cannot be nonlocal in a function that shares it."""
        if node.value is None:
            return at(node, "pass")
        return self.visit(ast.copy_location(ast.Assign([node.target], node.value), node))

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        sign = type(node.op).__name__
        target: Any = node.target
        if has_key(target):
            xs, key = self.fresh("items"), self.fresh("key")
            value = at(
                node, f"{RUNTIME}.augmented({sign!r}, {RUNTIME}.item({xs}, {key}), _)", _=self.expression(node.value)
            )
            first = [
                at(node, f"{xs} = _", _=self.expression(target.value)),
                at(node, f"{key} = _", _=self.expression(target.slice)),
            ]
            return [*first, self.put(node, value.value, at(node, f"{xs}[{key}]").value)]
        made = self.generic_visit(node)
        if not isinstance(target, ast.Name):
            node.value = Expressions(self).call(node, "unwatched", node.value) if sign in RISKY else node.value
            return made
        if sign in RISKY:
            made = at(node, f"{target.id} = {RUNTIME}.operated('I{sign}', {target.id}, _)", _=node.value)
        return [at(node, f"{RUNTIME}.touched({target.id})"), made]

    def generic_visit(self, node: ast.AST) -> Any:
        """Rewrite the expressions and the blocks in any other statement."""
        for field, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(node, field, self.block(value))
            elif isinstance(value, list):
                setattr(node, field, [self.part(x) for x in value])
            elif isinstance(value, ast.AST) and field != "annotation":
                setattr(node, field, self.iterated(value) if field == "iter" else self.part(value))
        return node

    def part(self, x: Any) -> Any:
        if isinstance(x, ast.expr):
            return self.expression(x)
        return self.generic_visit(x) if isinstance(x, ast.AST) else x

    def expression(self, node: Any) -> Any:
        return Expressions(self).visit(node)

    def iterated(self, node: Any) -> Any:
        return Expressions(self).iterated(node)


class Reraised(ast.NodeTransformer):
    """Rewrites a bare `raise` in a handler: it raises the handler's errors."""

    def __init__(self, raising: str) -> None:
        self.raising = raising

    def visit_Raise(self, node: ast.Raise) -> Any:
        return node if node.exc else at(node, self.raising)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        return node  # its errors are its own
