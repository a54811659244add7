"""Merging: functions that differ only in offsets and counts become one, which reads these from a table.

Code that does not fold into loops becomes many functions with the same few operations, on numbers in other places. LLVM
takes about two milliseconds for each of them, and next to nothing for a call of an existing one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from autograd.compiler.llvm.text import PLACES, Body, Module

# An offset into memory, an offset that is added to an index, a stride, and the number of iterations of a loop.
WHOLE = re.compile(
    r"(getelementptr inbounds double, ptr [%@]\w+, i64 | (?:add|mul) nsw i64 |icmp slt i64 %\w+, )(\d+)\b"
)
MOST = 24  # whole numbers of a function with a loop: they should stay in machine registers


def called(module: Module, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For each of these functions, in order, the name of one that replaces it, and further operands to pass to that."""
    alike: dict[tuple[str, ...], list[tuple[str, list[int]]]] = defaultdict(list)
    for name in names:
        body = module.functions[name]
        text, numbers = _told_apart(body)
        if len(numbers) <= MOST or "phi" not in text:
            alike[text, *body.operands, *body.first].append((name, numbers))
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for (text, *_), members in alike.items():
        if len(members) == 1:
            continue
        first, count = members[0][0], len(members[0][1])
        _look_up(module.functions[first], text, count)
        for name, numbers in members:
            if name != first:
                del module.functions[name]
            found[name] = first, (f"ptr getelementptr (i64, ptr {PLACES}, i64 {module.table(numbers)})",)
    for name in names:
        yield found.get(name, (name, ()))


def _told_apart(body: Body) -> tuple[str, list[int]]:
    """The lines of a function with names for its whole numbers, and these numbers."""
    numbers: dict[int, int] = {}

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}%w{numbers.setdefault(int(found[2]), len(numbers))}"

    return WHOLE.sub(named, "\n".join(body.lines)), list(numbers)


def _look_up(body: Body, text: str, count: int) -> None:
    """Make a function read its whole numbers through a further operand, a pointer."""
    body.operands.append("ptr %places")
    body.lines = text.split("\n")
    for k in range(count):
        body.first += [f"  %p{k} = getelementptr i64, ptr %places, i64 {k}", f"  %w{k} = load i64, ptr %p{k}"]
