"""Members of an IntEnum or IntFlag that branches choose: numbers that also have a name and an identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import pytest

from tests.compiler.branching import agrees


class Grade(IntEnum):
    A = 3
    B = 2
    C = 1

    def better(self) -> Grade:
        return Grade.A if self is Grade.B else self


class Access(IntFlag):
    READ = 1
    WRITE = 2
    RUN = 4


def grade(x: Any) -> Grade:
    return Grade.A if x >= 0.9 else Grade.B if x >= 0 else Grade.C


def access(x: Any) -> Access:
    return Access.READ if x > 0.8 else Access.WRITE if x > 0 else Access.RUN


def with_identity(a: Any, b: Any) -> Any:
    return a if grade(a) is Grade.A else b if grade(b) is not Grade.C else a * b


def with_names(a: Any, b: Any) -> Any:
    count = Counter([grade(a).name, grade(b).name])
    return a * count["A"] + b * count["C"] + len(str(grade(a).name))


def with_types(a: Any, b: Any) -> Any:
    return a * isinstance(grade(a), Grade) + b * isinstance(grade(b), int)


def with_truths(a: Any, b: Any) -> Any:
    return a * bool(grade(a)) + b * (grade(b) in (Grade.A, 1)) + (2 in [grade(a), grade(b)])


def with_methods(a: Any, b: Any) -> Any:
    return a * grade(a).better().value + b * (Grade(2) is grade(b).better())


def with_states(a: Any, b: Any) -> Any:
    state, total = Grade.C, b
    for k in range(6):
        if state is Grade.C and a * k > 1:
            state = Grade.B
        elif state is Grade.B and a * k > 2:
            state = Grade(state + 1)
        total += state * a + (state is Grade.A)
    return total


def as_numbers(a: Any, b: Any) -> Any:
    total = sum([grade(a), grade(b)]) * a + grade(a) ** 2 - 7 % grade(b) + abs(-grade(a))
    return total + max(grade(a), grade(b)) * b + b * (grade(a) > grade(b)) + (grade(a) == 2)


def as_indices(a: Any, b: Any) -> Any:
    table = [0.5, a, b, a * b]
    total = table[grade(b)] + np.array([1.0, 2.0, 4.0, 8.0])[grade(a)] * b
    table[grade(a)] += 1
    return total + table[1] + 3 * table[2] + {Grade.A: a, Grade.B: 5.0, 1: b}[grade(b)]


def or_a_number(a: Any, b: Any) -> Any:
    found = grade(a) if b > 0.5 else 0
    return found * a + (found == 0) * b


def with_flags(a: Any, b: Any) -> Any:
    either = access(a) | access(b)
    return a * (2 if either & Access.WRITE else 3) + b * either


def matched(a: Any, b: Any) -> Any:
    match grade(a):
        case Grade.A:
            return a
        case Grade.B:
            return 2 * b
    return a * b


WRITTEN = [
    with_identity, with_names, with_types, with_truths, with_methods, with_states, as_numbers, as_indices, or_a_number,
    with_flags, matched,
]  # fmt: skip


@pytest.mark.parametrize("f", WRITTEN)
def test_members_are_numbers_with_a_name_and_an_identity(f: Callable[..., Any]) -> None:
    agrees(f, "numpy")
