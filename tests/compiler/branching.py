"""Programs with branches and loops, as source: what people write in scalar code, put together at random."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import autograd

NAMES = ("a", "b", "c")
NUMBERS = st.sampled_from([-1.5, -0.7, -0.2, 0.3, 0.9, 1.3, 2.0])
POINTS = [(-1.4, 0.6), (0.35, -0.8), (1.9, 1.1), (-0.25, -1.7), (0.95, 0.15), (2.6, -2.3)]
_number = count()


def function(source: str, **scope: Any) -> Callable[..., Any]:
    """The function f of a source, which `linecache` knows, as a file's."""
    name = f"<branching {next(_number)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    scope = {name: getattr(autograd, name) for name in ("sin", "tanh", "log", "sqrt")} | scope
    exec(compile(source, name, "exec"), scope)
    found: Callable[..., Any] = scope["f"]
    return found


class Writer:
    """Draws the statements of a program, with a limited number of them."""

    def __init__(self, draw: Callable[..., Any], size: int) -> None:
        self.draw, self.left, self.loops, self.calls = draw, size, 0, False

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def number(self, depth: int = 2) -> str:
        kind = self.one(
            "name",
            "name",
            "constant",
            *("sum", "product", "function", "choice", "extreme", "quotient", "key", "word", "filter") * (depth > 0),
        )
        if kind == "name":
            return self.one(*NAMES, f"xs[{self.one(0, 1)}]")
        if kind == "constant":
            return repr(self.draw(NUMBERS))
        x, y = self.number(depth - 1), self.number(depth - 1)
        return {
            "sum": f"({x} {self.one('+', '-')} {y})",
            "product": f"{x} * {y}",
            "function": f"{self.one('tanh', 'sin', 'abs')}({x})",
            "choice": f"({x} if {self.truth(depth - 1)} else {y})" if kind == "choice" else "",
            "key": f"[{x}, {y}, 0.7][{self.whole(depth - 1)}]" if kind == "key" else "",
            "word": f"{{'u': {x}, None: {y}}}['u' if {self.truth(depth - 1)} else None]" if kind == "word" else "",
            "filter": f"sum(x * {x} for x in (a, {y}, 0.6) if {self.one('x', 'a')} > {self.draw(NUMBERS)})",
            "extreme": self.one(f"max({x}, {y})", f"min({y}, {x}, 0.4)", f"sorted([{x}, {y}, 0.1])[1]"),
            "quotient": f"{x} / (2 + {y} ** 2)",
        }[kind]

    def whole(self, depth: int) -> str:
        """A whole number from 0 to 2."""
        return f"((1 if {self.truth(depth)} else 0) + (1 if {self.truth(depth)} else 0))"

    def truth(self, depth: int = 1) -> str:
        kind = self.one("compare", "compare", "chain", *("and", "or", "not", "any", "in", "is") * (depth > 0))
        x, low = self.number(0), self.draw(NUMBERS)
        if kind == "compare":
            return f"{x} {self.one('<', '>=')} {low}"
        if kind == "in":
            return f"{self.whole(depth - 1)} in {self.one('(0, 2)', '{1}', '[2, 5]')}"
        if kind == "is":
            return f"(None if {self.truth(depth - 1)} else {x}) is {self.one('', 'not ')}None"
        if kind == "chain":
            return f"-0.61 < {x} <= {low}"
        p, q = self.truth(depth - 1), self.truth(depth - 1)
        return {"and": f"({p} and {q})", "or": f"({p} or {q})", "not": f"not {p}", "any": f"any([{p}, {q}])"}[kind]

    def block(self, depth: int, loop: bool = False) -> list[str]:
        lines: list[str] = []
        for _ in range(self.draw(st.integers(1, 3))):
            if self.left > 0:
                lines += self.statement(depth, loop)
        return lines or ["pass"]

    def statement(self, depth: int, loop: bool) -> list[str]:
        self.left -= 1
        name = self.one(*NAMES)
        simple = ["assign", "assign", "add", "pair", "item", "return", *["break", "continue"] * loop, "raise"]
        kind = self.one(
            *simple[: 5 if depth == 3 else None],
            *["if", "if", "elif", "for", "while", "try"] * (depth > 0),
            *["call"] * self.calls,
        )

        def inner(loop: bool = loop) -> list[str]:
            return ["    " + line for line in self.block(depth - 1, loop)]

        if kind == "if":
            return [f"if {self.truth()}:", *inner(), *self.one([], ["else:", *inner()])]
        if kind == "elif":
            return [f"if {self.truth()}:", *inner(), f"elif {self.truth()}:", *inner(), "else:", *inner()]
        if kind in ("for", "while"):
            self.loops += 1
            k = f"k{self.loops}"
            orelse = self.one([], ["else:", *inner()])
            if kind == "for":
                return [f"for {k} in range({self.one(1, 2, 3)}):", *inner(True), f"    a = tanh(a + {k})", *orelse]
            return [f"{k} = 0", f"while {k} < 3 and {self.truth()}:", f"    {k} += 1", *inner(True), *orelse]
        if kind == "try":
            body = [f"    {name} = tanh(log({self.number(1)}))", *inner()]
            return ["try:", *body, "except ValueError:", *inner(), *self.one([], ["else:", *inner()])]
        x = self.number()
        return {
            "assign": [f"{name} = {x}"],
            "add": [f"{name} += {x}"],
            "pair": [f"a, b = {x}, a"],
            "item": [f"xs[{self.one(0, 1)}] = {x}"],
            "call": [f"{name} = helper({x}, {name})"],
            "return": [f"return {x}"],
            "break": ["break"],
            "continue": ["continue"],
            "raise": [f"if {x} > 2.5:", "    raise ValueError('too large')"],
        }[kind]


@st.composite
def sources(draw: Callable[..., Any], size: int = 14) -> str:
    """The source of f, a function of two numbers."""
    writer = Writer(draw, size)
    helper = writer.block(2)
    writer.left, writer.calls = size, True
    body = [line for _ in range(3) for line in writer.statement(3, False)]
    helper, body = (["    " + line for line in lines] for lines in (helper, body))
    first = ["def helper(a, b):", "    c, xs = 0.5, [a, b]", *helper, "    return a - b + xs[0]", ""]
    last = ["def f(a, b):", "    c, xs = a * b, [a, 0.2]", *body, "    return tanh(a) + b * c + xs[1]", ""]
    return "\n".join(first + last)


def outcome(f: Callable[..., Any], *numbers: Any) -> Any:
    """The value and the gradient of f, or the kind of error that it raises."""
    try:
        value, gradient = autograd.value_and_grad(f, (0, 1))(*numbers)
    except (ValueError, ArithmeticError, LookupError, AssertionError, UnboundLocalError) as error:
        return type(error)
    return (value, *gradient)


def is_close(found: Any, wanted: Any) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9) for x, y in zip(found, wanted, strict=True))


def agrees(f: Callable[..., Any], backend: str, points: list[tuple[float, float]] = POINTS) -> None:
    """Values, gradients and errors of compiled code are those of f, for all rows together and for those that raise."""
    fast = autograd.compile(f, rows=("a", "b"), backend=backend)
    wanted = {point: outcome(f, *point) for point in points}
    right = [point for point, found in wanted.items() if isinstance(found, tuple)]
    for point, found in wanted.items():
        if not isinstance(found, tuple):
            rows = [*right, point]
            with pytest.raises(found) as caught:
                fast(*map(np.array, zip(*rows)))
            assert any(f"for row {len(right)}" in note for note in caught.value.__notes__)
    if right:
        a, b = np.array(right).T
        values, (da, db) = fast.value_and_grad(a, b, argnums=(0, 1))
        for i, point in enumerate(right):
            assert is_close((values[i], da[i], db[i]), wanted[point]), (point, values[i], da[i], db[i], wanted[point])
