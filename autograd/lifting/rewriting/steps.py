"""Steps: the turns of a long loop while f is traced; a single one may represent all that follow the first."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from opcode import opmap
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy

from autograd.arrays.lists import is_traced
from autograd.lifting.rewriting.rewriter import Unreadable
from autograd.lifting.rewriting.sources import rewritten
from autograd.lifting.rewriting.syntax import RUNTIME, listed
from autograd.lifting.rewriting.turns import Scope, gone_over, in_steps
from autograd.trees import flatten

if TYPE_CHECKING:
    Make = Callable[..., Any]

LEAST_TURNS = 2_000  # fewer are traced one by one: whole numbers and booleans then stay Python's own


class WrittenSteps:
    """The iterable of a loop; `make` makes a loop of one step, or raises an error."""

    last: Any  # the item of the last turn

    def __init__(self, make: Make | None, first: Any, *others: Any) -> None:
        """`first` is the iterable itself, or the function that makes it from the others."""
        self.make = make
        is_long = make is not None and all(map(_is_long, others or [first]))
        pairs = bool(others) and first in (zip, enumerate)
        self.xs = list(first(*others)) if pairs and is_long else first(*others) if others else first
        self.many = is_long and (pairs or not others)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.xs)

    def left(self, step: Callable[[Any, Any], Any], scope: dict[str, Any], *names: str) -> list[Any]:
        """The values of the names after all turns that follow the first; empty if each turn must run."""
        self.many = False
        assert self.make is not None
        state = [scope[name] for name in names if name in scope]
        numbers = flatten(state)
        if len(state) < len(names) or any(map(_is_whole, numbers)) or not is_traced(numbers):
            return []
        self.last = self.xs[-1]
        made: list[Any] = self.make(step, state, self.xs[1:], len(self.xs) - 1, False)[0]
        return made


def _is_long(xs: Any) -> bool:
    """Whether xs holds more than LEAST_TURNS items at once."""
    return (isinstance(xs, (range, list)) or (isinstance(xs, numpy.ndarray) and xs.ndim > 0)) and len(xs) > LEAST_TURNS


def _is_whole(x: Any) -> bool:
    """Whether x is a whole number: Python's are exact at any length."""
    return isinstance(x, (int, numpy.integer)) and not isinstance(x, bool)


class Written:
    """The runtime that loops call in a function in which nothing else is rewritten."""

    def __init__(self, make: Make) -> None:
        self.make = make

    def steps(self, *xs: Any) -> WrittenSteps:
        """Return the iterable of a loop."""
        return WrittenSteps(self.make, *xs)


class Loops(ast.NodeTransformer):
    """Rewrites only the loops of a function whose turns just assign names; inner functions stay unchanged."""

    free = (RUNTIME,)
    scope: Scope | None = None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        if self.scope is not None:
            return node
        self.scope, self.count = Scope(node), 0
        node.body = [self.visit(statement) for statement in node.body]
        node.body = [x for made in node.body for x in listed(made)]
        if not self.count:
            raise Unreadable
        return node

    def visit_For(self, node: ast.For) -> Any:
        assert self.scope is not None
        if not self.scope.is_steady(node):
            return self.generic_visit(node)
        self.count += 1
        names, again, xs = self.scope.carried(node), copy.deepcopy(node.body), gone_over(node.iter, lambda x: x)
        return in_steps(node, f"_autograd_steps{self.count}", names, xs, node.body, again)

    def left(self, node: ast.AST) -> Any:
        return node

    visit_Lambda = visit_ClassDef = visit_AsyncFunctionDef = left


def in_written_steps(f: Any, make: Make) -> Any:
    """Return f with one step for the turns of its long loops; f itself if it has none or its source is not known."""
    if type(f) is not FunctionType or opmap["FOR_ITER"] not in f.__code__.co_code[::2]:
        return f
    code = rewritten(f.__code__, Loops)
    if code is None:
        return f
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ())) | {RUNTIME: CellType(Written(make))}
    made = FunctionType(
        code, f.__globals__, f.__name__, f.__defaults__, tuple(cells[name] for name in code.co_freevars)
    )
    made.__kwdefaults__, made.__qualname__, made.__module__ = f.__kwdefaults__, f.__qualname__, f.__module__
    return made
