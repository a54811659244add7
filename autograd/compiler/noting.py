"""Noting: what a loop writes down for its backward pass, beside what it carries, where to compute it again is longer.

The backward pass of a step needs numbers of the step: arguments of slopes, factors of products. They follow from what
was carried into the step. Noting one costs a store and a load.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autograd.compiler.program import CONSTANT, INPUT, ITEM, LOOP, Operation
from autograd.symbols import COMPARISONS

MOST = 1 << 14  # numbers that a loop notes: a part of the L2 cache
WORTH = 12  # cheap operations that take longer than a store and a load
CHEAP = {"add", "subtract", "multiply", "negative", "positive", "divide", "where", "abs", "relu", *COMPARISONS}
UNFIT = {INPUT, CONSTANT, LOOP, *COMPARISONS}  # conditions would be noted as numbers


def noted(operations: Sequence[Operation], used: Collection[int], body: range, times: int) -> list[int]:
    """The values of a body to note in each of so many steps, of those that are used by what comes after the body."""
    given = {j for i in used if i >= body.stop for j in operations[i].operands if j in body}
    found = {i for i in given if operations[i].op not in UNFIT}
    for i in sorted(found):
        if _cost(operations, i, found - {i}) < WORTH:
            found.discard(i)
    return sorted(found) if len(found) * times <= MOST else []


def _cost(operations: Sequence[Operation], value: int, there: Collection[int]) -> int:
    """How many cheap operations it takes to compute a value from inputs and what is there; at most about `WORTH`."""
    total, waiting = 0, [value]
    seen: set[int] = set()
    while waiting and total < WORTH:
        i = waiting.pop()
        if i in seen or i in there:
            continue
        seen.add(i)
        op, operands, _ = operations[i]
        if op not in (INPUT, CONSTANT, ITEM):  # what leaves a loop is there, since the loop itself runs again
            total += 1 if op in CHEAP else WORTH
            waiting += operands
    return total
