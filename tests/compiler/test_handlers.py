"""Errors from the source: compiled code raises, handles and cleans up as f does on floats, row by row."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import TraceError, exp, lift, log, sqrt
from tests.compiler.backends import needs_llvm
from tests.compiler.branching import agrees
from tests.compiler.test_state import Account

NUMBER = re.compile(r"\d+")


@contextmanager
def undone(account: Account) -> Iterator[None]:
    before = account.money
    try:
        yield
    except LookupError:
        account.money = before


def with_contexts(a: Any, b: Any) -> Any:
    account = Account(2.0 + a)
    with undone(account):
        account.money -= b * b
        if account.money < 1:
            raise KeyError("too little")
    found = 0
    try:
        if a > b:
            found = len(NUMBER.findall("1, 2 and 3"))
    except ValueError:
        pass
    return account.total() * a + found


class Late(Exception):
    def __init__(self, who: str, by: Any) -> None:
        super().__init__(f"{who} is late")
        self.who, self.by = who, by


@dataclass(slots=True)
class Clock:
    left: Any
    moves: int = 0

    def press(self, used: Any, who: str) -> None:
        self.left -= max(0.0, used - 0.5) + np.abs(used)
        if used > 0:
            self.moves += 1
        if self.left < 0:
            raise Late(who, used)


class Settings(dict):  # type: ignore[type-arg]  # as people write it
    __getattr__ = dict.__getitem__  # of an unknown name it raises a KeyError

    def __call__(self, x: Any) -> Any:
        return x * self.rate if x > 0 else x


class Tally:
    best, count = 0.0, 0

    def see(self, x: Any) -> Any:
        if x > 1:
            self.best = x
            self.count += 1
        else:
            self.count, self.worst = self.count + 2, x
            del self.worst
        return self


def with_told_errors(a: Any, b: Any) -> Any:
    clock = Clock(0.5)
    try:
        clock, tally, items = Clock(a + 1), Tally().see(a).see(b), iter([a, b])
        clock.press(b * next(items), "first")
        clock.left += tally.best * tally.count
        clock.press(a * b, "second")
    except Late as error:
        return error.by * clock.left + (1.0 if error.who == "first" else a)
    return clock.left * clock.moves + Settings(rate=b)(a)


def with_checks(a: Any, b: Any) -> Any:
    assert a > -1, "a is too small"
    if b < -2:
        raise KeyError("b")
    return sqrt(a + 1) * b


def with_handlers(a: Any, b: Any) -> Any:
    try:
        x = log(a)
        x = x / (b - 1.1)
    except ValueError:
        x = b
    except ZeroDivisionError as error:
        return a * len(error.args)
    else:
        x = x + 1
    finally:
        b = 2 * b
    with suppress(OverflowError):
        x = exp(1000 * a)
        x = a
    return x * b


def with_endings(a: Any, b: Any) -> Any:
    seen, turns, total = [0.0, 0.0], 1.0, a

    def first(x: Any) -> Any:
        kind = 0.0
        try:
            try:
                if x > 1:
                    kind = 3.0
                    return 2 * x
                if x > 0:
                    raise KeyError
                kind = 1.0
            finally:
                seen[0] += kind
        finally:
            seen[1] = 2 * seen[1] + seen[0] * x
        return x

    for k in range(4):
        try:
            try:
                if a * k > 1.5:
                    break
                if a * k > b:
                    continue
                b = b + 0.1
                total = first(a + b)
            finally:
                turns = 2 * turns + a
        except KeyError:
            try:
                total = 1 / (turns - 3) if turns > 9 else turns
            except ZeroDivisionError:
                raise
        finally:
            turns += b
    else:
        total = 5.0
    return total * turns + seen[1]


def raised_further(a: Any, b: Any) -> Any:
    def checked(x: Any) -> Any:
        if x < 0:
            raise ValueError("negative")
        return sqrt(x)

    try:
        return checked(a) + checked(b)
    except ValueError:
        if b > 0.5:
            raise
    return b


WRITTEN = [
    with_contexts, with_checks, with_handlers, with_endings, raised_further, with_told_errors, lift(with_told_errors),
]  # fmt: skip


@pytest.mark.parametrize("f", WRITTEN)
def test_what_people_write(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")


@needs_llvm
def test_machine_code() -> None:
    agrees(with_handlers, "llvm")


def trying(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def tried(x: Any) -> Any:
        try:
            return f(x)
        except (ValueError, ArithmeticError):
            return 100 + x

    return tried


def first_of_two_errors(x: Any) -> Any:
    try:
        y = 1 / x
        if y > 3:
            raise ValueError
        return y
    except ZeroDivisionError:
        return 7.0


@pytest.mark.parametrize(
    "f",
    [
        first_of_two_errors,
        lambda x: np.log(x) + np.exp(x), lambda x: np.divide(2, x) * x, lambda x: np.power(x, -1.5) - np.log1p(x),
        lambda x: 1 / (np.abs(x) - 1), lambda x: operator.truediv(x, 2 * np.sqrt(x)), lambda x: np.exp(x - x) / x,
        lambda x: 1 / np.sum([x, 1.0, -1.0]), lambda x: np.mean([x, 2.0]) / np.linalg.norm([x, x]),
        lambda x: 1 / x + np.exp(x), lambda x: math.log(np.abs(x)), lambda x: 1 / (np.sqrt(x) if x > 0 else x),
        lambda x: math.fsum(v * x for v in (1e308, 2.0)), lambda x: math.fsum([x, 1 / x]), lambda x: math.trunc(x) * x,
        lambda x: math.remainder(2.5, x), lambda x: math.ldexp(1e300 * x, 24),
    ],
)  # fmt: skip
def test_inside_of_try_errors_are_those_of_floats(f: Callable[[Any], Any]) -> None:
    tried, xs = trying(f), [0.25, 0.0, -1.5, 2.5, 1.0]
    with np.errstate(all="ignore"):
        wanted = [float(tried(x)) for x in xs]
        found = autograd.compile(lift(tried), rows=("x",), backend="numpy")(np.array(xs))
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


def test_a_generator_that_handles_errors_is_refused() -> None:
    def logarithms(x):
        try:
            yield log(x)
        except ValueError:
            yield 0.0

    with pytest.raises(TraceError, match=r"what logarithms yields is not known .*: return a list"):
        autograd.compile(lambda x: sum(logarithms(x)), backend="numpy")(1.0)
