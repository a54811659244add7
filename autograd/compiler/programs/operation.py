"""Operations, of which programs consist. Records are frozen, and nothing here depends on NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

# These are not in the table of primitives. A detached value is its operand to executors, and a constant to derivatives.
INPUT, CONSTANT, DETACH = "input", "constant", "detach"
# A loop over a body (`autograd.compiler.programs.loops`), and a number from it: an output of the body in one step.
LOOP, ITEM = "loop", "item"


class Operation(NamedTuple):
    """An operation on values, given by number; `value` is a constant, a `Loop`, or the output and step of an item."""

    op: str
    operands: tuple[int, ...] = ()
    value: Any = None


class Argument(NamedTuple):
    """A parameter of the function: its name, and the numbers of its values in their structure."""

    name: str
    tree: Any


class Meaning(NamedTuple):
    """The role of a value in the chain rule, by numbers: ∂output/∂target · ∂target/∂source, and the operand's position.

    Without an output, it is the local derivative alone; without a target, it is the sum ∂output/∂source.
    """

    output: int | None
    target: int | None
    source: int
    place: int = 0


class Meanings(Mapping[int, tuple[Meaning, ...]]):
    """The meanings of the values of a backward pass, computed only when a program is printed."""

    def __init__(self, given: dict[int, list[Meaning]], order: Sequence[int], number: Sequence[int | None]) -> None:
        """`given` are the meanings of the builder's values, `order` the values kept, `number` their new numbers."""
        self.given, self.order, self.number = given, order, number

    @cached_property
    def found(self) -> dict[int, tuple[Meaning, ...]]:
        """The meanings of the values kept, without those that refer to values left out."""
        number: Any = self.number
        return {
            number[i]: tuple(
                [
                    Meaning._make([*[part if part is None else number[part] for part in m[:3]], m.place])
                    for m in self.given[i]
                    if all(part is None or number[part] is not None for part in m[:3])
                ]
            )
            for i in self.order
            if i in self.given
        }

    def __getitem__(self, i: int) -> tuple[Meaning, ...]:
        return self.found[i]

    def __iter__(self) -> Iterator[int]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __reduce__(self) -> Any:
        return dict, (self.found,)


def reached(roots: Iterable[int], operands: Sequence[Iterable[int]]) -> list[int]:
    """The values that the roots depend on, roots included, in order; each value comes after its operands."""
    needed = [False] * len(operands)
    for i in roots:
        needed[i] = True
    for i in range(len(operands) - 1, -1, -1):
        if needed[i]:
            for j in operands[i]:
                needed[j] = True
    return [i for i, is_needed in enumerate(needed) if is_needed]
