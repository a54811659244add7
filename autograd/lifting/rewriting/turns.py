"""Long loops in a function's syntax whose turns only assign names: one turn may represent all that follow the first.

for x in xs:                   steps = runtime.steps(xs)
    s = s + x * a              for x in steps:
                                   s = s + x * a
                                   if steps.many:
                                       def step(state, item):
                                           [s] = state; x = item
                                           s = s + x * a
                                           return [s], None
                                       left = steps.left(step, locals(), 's')
                                       if left:
                                           [s] = left; x = steps.last; locals()
                                           break
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from autograd.lifting.rewriting.syntax import NOT_LAZY, RUNTIME, SCOPES, at, bound, jumps_out, quoted, within

STATE, ITEM, LEFT = "_autograd_state", "_autograd_item", "_autograd_left"
STATEMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.For, ast.Pass)
SEEING = {"locals", "vars", "eval", "exec"}  # functions that may read any name
RUNS_LATER = (*SCOPES, ast.GeneratorExp)  # it may read a name of the enclosing function at another time


class Scope:
    """The names that a function, and the functions in it, read and declare."""

    def __init__(self, function: ast.AST) -> None:
        parts = list(ast.walk(function))
        inner = [part for part in parts if isinstance(part, RUNS_LATER) and part is not function]
        self.readers = [(part, _names(part)) for part in inner]
        self.loads = [(part, name) for part in parts for name in _reads(part)]
        declared = [name for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names]
        self.declared = set(declared)
        self.is_seen = any(name in SEEING for _, name in self.loads)

    def is_steady(self, loop: ast.For) -> bool:
        """Whether the turns of a loop only assign names, which no inner function outside of the loop shares."""
        if self.is_seen or loop.orelse or jumps_out(loop) or not _only_assigns_names(loop):
            return False
        targets, names = _names(loop.target), set(bound(loop.body))
        own = set(map(id, ast.walk(loop)))
        shared = [read for part, read in self.readers if id(part) not in own]
        return (
            bool(self.carried(loop))
            and (targets | names).isdisjoint(self.declared.union(*shared))
            and targets.isdisjoint(names)
        )

    def carried(self, loop: ast.For) -> list[str]:
        """The names that a turn leaves for the next one, or for what follows the loop."""
        own = set(map(id, ast.walk(loop)))
        used = {name for part, name in self.loads if id(part) not in own} | read_before(loop.body, set())
        return [name for name in bound(loop.body) if name in used]


def _only_assigns_names(loop: ast.For) -> bool:
    """Whether a loop has statements that assign names, and no others."""
    parts = list(within(loop.body))
    stored = [part for part in [*within([loop.target]), *parts] if isinstance(getattr(part, "ctx", None), ast.Store)]
    return (
        all(isinstance(part, STATEMENTS) for part in parts if isinstance(part, ast.stmt))
        and all(isinstance(part, (ast.Name, ast.Tuple, ast.List)) for part in stored)
        and not any(isinstance(part, NOT_LAZY) for part in ast.walk(loop))
    )


def read_before(statements: Sequence[ast.stmt], known: set[str]) -> set[str]:
    """The names that statements may read before they assign them; those that they surely assign become known."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.If):
            found |= _loads(statement.test) - known
            sides = set(known), set(known)
            for side, body in zip(sides, (statement.body, statement.orelse)):
                found |= read_before(body, side)
            known |= sides[0] & sides[1]
        elif isinstance(statement, ast.For):
            found |= _loads(statement.iter) - known
            found |= read_before(statement.body, known | _names(statement.target))
        else:
            found |= _loads(statement) - known
            known |= set(bound([statement]))
    return found


def _loads(node: ast.AST) -> set[str]:
    return {name for part in ast.walk(node) for name in _reads(part)}


def _reads(part: ast.AST) -> set[str]:
    """The names that this part itself reads."""
    if isinstance(part, ast.AugAssign):
        return _names(part.target)
    return {part.id} if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) else set()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def gone_over(xs: ast.expr, expression: Callable[[ast.expr], ast.expr]) -> list[ast.expr]:
    """The iterable of a loop: an expression or, for a call of `zip` or `enumerate`, the function and its arguments."""
    if not isinstance(xs, ast.Call) or getattr(xs.func, "id", "") not in ("zip", "enumerate") or xs.keywords:
        return [expression(xs)]
    return [xs.func, *map(expression, xs.args)]


def in_steps(
    loop: ast.For,
    steps: str,
    names: Sequence[str],
    xs: list[ast.expr],
    first: Sequence[ast.stmt],
    other: Sequence[ast.stmt],
) -> list[ast.stmt]:
    """The statements of a loop over xs, of which a single turn may represent all that follow the first.

    `steps` is a name for the object it iterates over; `names` are those that its turns carry.
    """
    target = ast.unparse(loop.target)
    listed, step = ", ".join(names), f"{steps}_step"
    rest = at(
        loop,
        f"""if {steps}.many:
        def {step}({STATE}, {ITEM}):
            [{listed}] = {STATE}
            {target} = {ITEM}
            return [{listed}], None
        {LEFT} = {steps}.left({step}, locals(){quoted(names)})
        if {LEFT}:
            [{listed}] = {LEFT}
            {target} = {steps}.last
            locals()
            break""",
    )
    rest.body[0].body[2:2] = other
    turns = at(loop, f"for {target} in {steps}: pass", [*first, rest])
    made = at(loop, f"{steps} = {RUNTIME}.steps()")
    made.value.args = xs
    return [made, turns]
