"""What branches change in place, and what Python asks of a user's class: subclasses, attributes, own operators."""

from __future__ import annotations

import textwrap
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Queue
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import lift, value_and_grad
from tests.compiler.branching import agrees, function
from tests.profiles import costly


class Scaled(list[Any]):
    """A list that has an attribute, and methods of its own in place of the builtin ones."""

    def __init__(self, *xs: Any, scale: Any = 1.0) -> None:
        super().__init__(xs)
        self.scale = scale

    def total(self) -> Any:
        return self.scale * sum(self)

    def sort(self) -> None:  # type: ignore[override]
        self.reverse()


class Doubling(dict[str, Any]):
    """A dict that counts what is put into it."""

    puts = 0

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, 2 * value)
        self.puts += 1

    def get(self, key: str, default: Any = 7.0) -> Any:
        return 3 * super().get(key, default)


@dataclass(slots=True)
class Body:
    x: Any
    v: Any = 1.0


class Holder:
    def __init__(self, *xs: Any) -> None:
        self.items, self.array = list(xs), np.array(xs)


class Counting(UserDict[str, Any]):
    asked = 0

    def __getitem__(self, key: str) -> Any:
        self.asked += 1
        return super().__getitem__(key)


class Blame(ArithmeticError):
    def __init__(self, excess: Any) -> None:
        super().__init__("blame")
        self.excess = excess


# How an object is made, ways to change it, and what it is asked afterwards.
OBJECTS: dict[str, tuple[list[str], list[str], str]] = {
    "list": (
        ["Scaled(a, b)", "Scaled(b, a, scale=a)"],
        ["o.scale = b", "o[0] = o[1] * 2", "o.sort()", "o.append(o.pop(0))", "o.scale += a"],
        "o.total() + o[0] + len(o)",
    ),
    "dict": (
        ["Doubling(x=a, y=b)", "Doubling(x=b, y=1.0)"],
        ["o['x'] = b", "o['y'] += a", "o.update(x=a)", "o.puts = 5"],
        "o['x'] + 3 * o['y'] + 0.1 * o.puts + o.get('x') + o.get('z')",
    ),
    "deque": (
        ["deque([a, b], maxlen=2)", "deque([b, 1.0], maxlen=2)", "deque([b, 1.0], maxlen=3)"],
        ["o.append(b)", "o.rotate(1)", "o[0] = a * b", "o.extendleft([a, b])"],
        "o[0] + 2 * o[-1] + len(o)",
    ),
    "counter": (
        ["Counter(x=a, y=2)", "Counter(x=b, y=1)"],
        ["o['x'] += b", "o.subtract(x=a)", "o.update(y=b)", "o['y'] = a"],
        "o['x'] + 2 * o['y'] + o['z']",
    ),
    "defaultdict": (
        ["defaultdict(lambda: a, x=b)", "defaultdict(lambda: b, x=a)"],
        ["o['x'] = a * b", "o['x'] += 1", "o.default_factory = lambda: 2 * b"],
        "o['x'] + 2 * o['z']",
    ),
    "ordered": (
        ["OrderedDict(x=a, y=b)", "OrderedDict(x=b, y=b)"],
        ["o.move_to_end('x')", "o['x'] = b", "o['y'] *= a"],
        "sum(k * x for k, x in enumerate(o.values()))",
    ),
    "slots": (["Body(a)", "Body(b, a)"], ["o.x = b", "o.v *= a", "o.x, o.v = o.v, o.x"], "o.x + 2 * o.v"),
    "namespace": (
        ["SimpleNamespace(x=a, v=b)", "SimpleNamespace(x=b, v=1.0)"], ["o.x = b", "o.v *= a"], "o.x + 2 * o.v",
    ),
    "of a library": (
        ["UserList([a, b])", "UserList([b, 1.0])"], ["o.append(b)", "o[0] = a * b", "o.reverse()"], "o[0] + 2 * o[-1]",
    ),
    "dict of a library": (
        ["UserDict(x=a)", "ChainMap({}, {'x': a})", "ChainMap({'x': b})"],
        ["o['x'] = b", "o.update(x=a * b)"],
        "o['x']",
    ),
    "what objects hold": (
        ["Holder(a, b)", "Holder(b, a)"],
        ["o.items = [b, a]", "o.items[0] = b", "o.items = o.items[::-1]", "o.items += [o.items.pop(0)]"],
        "o.items[0] + 2 * o.items[1]",
    ),
    "arrays that objects hold": (
        ["Holder(a, b)", "Holder(b, a)"],
        ["o.array = 2 * o.array", "o.array[0] += 1", "o.array[:] = b", "np.add.at(o.array, [0, 0], a)"],
        "o.array @ [1.0, 2.0]",
    ),
    "a subclass of a library's": (
        ["Counting(x=a, y=b)", "Counting(x=b, y=a)"],
        ["o['x'] = o['y'] * 2", "o['y'] += 1", "o['x']", "o.asked = 5"],
        "o['x'] + 2 * o['y'] + o.asked",
    ),
    "error": (["Blame(a)", "Blame(b)"], ["o.excess = b", "o.excess *= a"], "o.excess"),
}  # fmt: skip
SCOPE = {
    x.__name__: x
    for x in (
        Scaled, Doubling, Body, Blame, deque, Counter, defaultdict, OrderedDict, SimpleNamespace, UserList, UserDict,
        ChainMap, Holder, Counting,
    )
} | {"np": np}  # fmt: skip
ONE_SIDE = """
o = {make}
{change}
if a > 0:
    {first}
    {second}
return {asked}
"""
TWO_SIDES = """
o = {make}
if a > 0:
    {first}
else:
    {second}
{change}
return {asked}
"""
CHOSEN = """
o = {make} if a > b else {other}
{change}
return {asked}
"""
MADE = """
if b > 0:
    o = {make}
    {first}
else:
    o = {other}
if a > b:
    {second}
return {asked}
"""
IN_A_LOOP = """
o, p = {make}, {other}
for x in (a, b):
    if x > 0.5:
        {first}
        break
    {second}
o, p = p, o
return {asked}
"""
LAYOUTS = [ONE_SIDE, TWO_SIDES, CHOSEN, MADE, IN_A_LOOP]


@st.composite
def sources(draw: Any) -> str:
    makes, changes, asked = draw(st.sampled_from(list(OBJECTS.values())))
    make, other = (draw(st.sampled_from(makes)) for _ in range(2))
    first, second, change = (draw(st.sampled_from(changes)) for _ in range(3))
    body = draw(st.sampled_from(LAYOUTS)).format(
        make=make, other=other, first=first, second=second, change=change, asked=asked
    )
    return "def f(a, b):\n" + textwrap.indent(body, "    ")


@costly(25, 600)
@given(sources(), st.booleans())
def test_what_a_branch_changes(source: str, is_lifted: bool) -> None:
    f = function(source, **SCOPE)
    agrees(lift(f) if is_lifted else f, "numpy")


# --- what Python asks of a class ------------------------------------------------------------------


class Interval(NamedTuple):
    low: Any
    high: Any

    def __contains__(self, x: Any) -> bool:
        return self.low <= x <= self.high


class Near(tuple[Any, ...]):
    __slots__ = ()

    def __eq__(self, other: Any) -> bool:
        return abs(self[0] - other[0]) < 0.5

    __hash__ = tuple.__hash__


class Money:
    def __init__(self, amount: Any) -> None:
        self.amount = amount

    def __bool__(self) -> bool:
        return self.amount > 0.5

    def __radd__(self, x: Any) -> Money:
        return Money(x + self.amount)

    def __repr__(self) -> str:
        return f"{self.amount:.2f} €"


class Halving:
    def __init__(self, x: Any) -> None:
        self.x = x

    def __iter__(self) -> Halving:
        return self

    def __next__(self) -> Any:
        if self.x < 0.1:
            raise StopIteration
        self.x *= 0.5
        return self.x


def own_contains(a: Any, b: Any) -> Any:
    return (a if 1.0 in Interval(a, b) else b) + (a not in Interval(0.0, b)) + ((a, b) in [Near((b,)), (a, 1.0)])


def own_truth(a: Any, b: Any) -> Any:
    m = a + Money(b)
    return (b if m else a) * (2.0 if not m else 3.0) + ((m and m.amount) or 1.0) + any([Money(a), m])


def own_iterator(a: Any, b: Any) -> Any:
    return sum(Halving(abs(a))) + max(Halving(abs(b) + 0.3))


def own_errors(a: Any, b: Any) -> Any:
    total = 0.0
    for x in (a, b):
        try:
            if x > 0.5:
                raise Blame(x - 0.5)
            total += x
        except Blame as error:
            total += 3 * error.excess
    return total


@pytest.mark.parametrize("f", [own_contains, own_truth, own_iterator, own_errors])
def test_what_python_asks_of_a_class(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


def remade_and_changed(a: Any, b: Any) -> Any:
    o = Holder(a, b)
    if a > 0:
        o.array = 2 * o.array
        o.array[0] += 1
    else:
        o.array[1] = a
    return o.array @ o.array


def added_in_place(a: Any, b: Any) -> Any:
    counts = np.zeros(3)
    if a > 0:
        np.add.at(counts, [0, 2, 2], [a, b, 1.0])
    else:
        counts[[1, 2]] = [a, b]
    return counts @ np.arange(1, 4)


def asked_in_a_branch(a: Any, b: Any) -> Any:
    o = Counting(x=a, y=b)
    if o["x"] > 0:
        o["y"] = o["x"] * 2
    return o["y"] + o.asked


def called_back(a: Any, b: Any) -> Any:
    found = [a]
    with ExitStack() as stack:
        if a > 0:
            stack.callback(lambda: found.append(a * b))
    return found[-1]


def queued(a: Any, b: Any) -> Any:
    line: Queue[Any] = Queue()
    line.put(a)
    try:
        if a > b:
            line.put(b)
    except ZeroDivisionError:
        line.put(1.0)
    return sum(line.get() * (k + 1) for k in range(line.qsize()))


@pytest.mark.parametrize("f", [remade_and_changed, added_in_place, asked_in_a_branch, called_back, queued])
def test_what_lifted_code_changes(f: Callable[..., Any]) -> None:
    agrees(lift(f), "numpy")


def test_a_class_that_is_lifted_leaves_abstract_classes_in_peace() -> None:
    def f(x: Any) -> Any:
        found = Counting(x=x)
        kinds = isinstance(found, Counting) + isinstance(found, Mapping) + issubclass(Counting, Mapping)
        return found["x"] * kinds + isinstance(type("New", (), {})(), Mapping)

    assert value_and_grad(lift(f))(2.0) == (6.0, 3.0)
