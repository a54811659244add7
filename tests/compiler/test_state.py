"""State that branches change, in compiled code: attributes, closures, globals, and what containers hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, lift
from autograd.lifting.branching import contents
from tests.compiler.branching import agrees


class Account:
    rate = 0.5

    def __init__(self, money: Any) -> None:
        self.money, self.__count = money, 0.0

    def pay(self, amount: Any) -> None:
        if amount > self.money:
            return
        self.money -= amount
        self.__count += 1

    def total(self) -> Any:
        return self.money * self.rate + self.__count


class Savings(Account):
    def pay(self, amount: Any) -> None:
        super().pay(amount if amount > 0 else -amount)


def with_objects(a: Any, b: Any) -> Any:
    account = Savings(2.0 + a)
    for k in range(3):
        account.pay(b * k)
    return account.total()


def with_a_closure(a: Any, b: Any) -> Any:
    total = 0.0

    def add(x: Any) -> None:
        nonlocal total
        if x > 1:
            total += x
        if x < 0:
            return
        total += b

    for k in range(4):
        add(a * k)
    return total


steps, mode = 0, "none"


squares: dict[Any, Any] = {}


def kept_square(a: Any) -> Any:
    if a not in squares:
        squares[a] = a * a
    return squares[a]


def step() -> None:
    global steps
    steps += 1


def with_globals(a: Any, b: Any) -> Any:
    global steps, mode
    steps = 0
    if a > b:
        mode = "up"
        step()
    else:
        mode = "down" if kept_square(b) > 1 else "level"
    return kept_square(a if mode == "up" else b) * steps + kept_square(a) + (b if mode == "level" else 0.0)


def with_lists(a: Any, b: Any) -> Any:
    found, table = [a], {"x": b}
    if a > b:
        found.append(a * a)
        table["x"] += 1
    else:
        found.append(b)
        found[0] *= 2
    if b < 0:
        table = {"x": table["x"] * 3}
    return sum(x * k for k, x in enumerate(sorted(found + [0.5]), 1)) + table["x"]


def with_keys(a: Any, b: Any) -> Any:
    table, counts = {(0, 0): 1, (0, 1): 2, (1, 0): 0, (1, 1): 2, (2, 0): 0, (2, 1): 1}, [0.0] * 3
    state = 0
    for k in range(3):
        bit = 1 if a * (k - 1) > b else 0
        state = table[state, bit]
        counts[state] += a * k if bit in (1, 7) else b
        if state not in {0, 1}:
            counts[state], state = b, state - 1
    return counts[0] + 2 * counts[1] + 3 * counts[state] * (a in [a, b])


def pivoted(a: Any, b: Any) -> Any:
    m, y = [[a, b, 1.0], [b, 1.0, a], [1.0, 2.0, 3.0]], [1.0, a, b]
    for i in range(3):
        p = max(range(i, 3), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p][:], m[i][:]
        y[i], y[p] = y[p], y[i]
        for r in range(i + 1, 3):
            f = m[r][i] / m[i][i]
            m[r] = [u - f * v for u, v in zip(m[r], m[i])]
            y[r] -= f * y[i]
    y.sort(reverse=True)
    return y[0] + y[1] * m[1][1]


def with_chosen_functions(a: Any, b: Any) -> Any:
    f = autograd.sin if a > 0 else (lambda x: x * x if x > 1 else b)
    account = Account(a)
    change = account.pay if b > 0 else account.total
    change(*([b] if b > 0 else []))
    return f(b) * a + account.total()


WRITTEN = [with_objects, with_a_closure, with_globals, with_lists, with_keys, pivoted, with_chosen_functions]


@pytest.mark.parametrize("f", WRITTEN)
def test_what_people_write(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


def test_a_side_may_change_a_list_of_functions() -> None:
    rules = [math.exp, math.sin]

    def f(x: Any) -> Any:
        if x > 0:
            rules.reverse()
        return rules[0](x)

    assert autograd.compile(lift(f), rows=("x",), backend="numpy")([1.0, -1.0]).tolist() == [
        math.sin(1.0),
        math.exp(-1.0),
    ]
    assert rules == [math.exp, math.sin]


def test_a_number_that_changes_is_not_searched_for_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[type] = []
    slots = contents.slots
    monkeypatch.setattr(contents, "slots", lambda x: (asked.append(type(x)), slots(x))[1])

    def f(x: Any) -> Any:
        total = 0.0
        for k in range(3):
            if x > k:
                total += x * x
        return total

    assert autograd.compile(f)(2.5) == 3 * 2.5**2 and Value not in asked
