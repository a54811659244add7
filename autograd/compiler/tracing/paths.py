"""Paths: the last resort for code whose conditions cannot be traced.

f is traced along the answers that the numbers of one row give. A path consists of what f does then and a condition,
which holds for the rows that take the same path.
"""

from __future__ import annotations

import math
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy

from autograd.compiler.programs.building import rewritten
from autograd.compiler.programs.program import Program, evaluator
from autograd.compiler.tracing.lowering import Lowering
from autograd.lifting.branching.forking import is_of_rows
from autograd.refusals import TraceError, advise, place_of, users_frame
from autograd.symbols import Condition, Symbol, answering, is_whole, known_whole
from autograd.trees import map_tree


class Path(NamedTuple):
    """What f does for certain answers: its program, or the error that it raises.

    `holds` is a program that gives 1 for the rows that take this path, else 0; `asked` are the lines that asked for a
    truth value or a number, with the answers.
    """

    program: Program | None
    error: Exception | None
    holds: Program
    asked: tuple[tuple[str, float], ...]


class Evaluator:
    """The counterpart of `ProgramBuilder` on numbers: it computes each operation at once."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def constant(self, x: Any) -> int:
        """Add a number; return its place."""
        self.values.append(x)
        return len(self.values) - 1

    def emit(self, op: str, operands: Sequence[int], name: str = "") -> int:
        """Compute an operation; return the place of its value."""
        with numpy.errstate(all="ignore"):
            return self.constant(evaluator(op)(*[self.values[i] for i in operands]))


class Answers:
    """The answers that one row's numbers give to the conditions of a trace, and a record of what was asked."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._numbers = iter(numbers)
        self._evaluator = Evaluator()
        self._lowering = Lowering(self._evaluator)  # type: ignore[arg-type]  # it computes where a builder writes
        self._answered: dict[int, bool] = {}
        self.asked: list[tuple[str, float]] = []
        self.holds: Any = True
        self.error: Exception | None = None

    def _enters(self, value: Any) -> None:
        """Take the row's next number for this Value, or for this condition that the number is not 0."""
        symbol = value.left if type(value) is Condition else value._number
        self._lowering.knows(symbol, self._evaluator.constant(next(self._numbers)))

    def given(self, f: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, Any]:
        """The result of f, or 0 if it raises, and the condition under which a row takes the same path."""
        map_tree(self._enters, list(arguments))
        token = answering.set(self)
        result: Any = 0.0
        try:
            result = f(*arguments)
        except Exception as error:  # f's own: rows on this path raise it
            if not is_of_rows(error):
                raise
            advise(error)
            self.error = error.with_traceback(None)
        finally:
            answering.reset(token)
        return result, self.holds.number if type(self.holds) is Condition else 1.0

    def number(self, x: Symbol) -> float:
        """The value of a number for this row; the path depends on it."""
        value = float(self._evaluator.values[self._lowering.number(x)])
        self.asked.append((_line(), value))
        return value

    def truth(self, condition: Condition) -> bool:
        """Whether the condition holds for this row."""
        answer = self._answered.get(id(condition))
        if answer is None:
            try:
                answer = bool(self._evaluator.values[self._lowering.number(condition)])
            except TraceError:
                raise TraceError(f"{_line()}: a truth that depends on an index of rows is not known") from None
            self._answered[id(condition)] = answer
            self.asked.append((_line(), answer))
            here = condition if answer else condition.of_booleans(False, True)
            self.holds = here if self.holds is True else self.holds.of_booleans(here, False)
        return answer

    def text(self, x: Symbol, write: Callable[[Any], str]) -> str:
        """The text of a number for this row; rows with another text take another path."""
        if is_whole(x):
            return write(known_whole(x))
        value = self.number(x)
        first, last = alike(value, write)
        for condition in (x >= first, x <= last) if first == first else (x != x,):
            self.truth(condition)
        if first == 0 or last == 0:  # -0.0 has another text, and equals 0.0
            self.truth(Symbol(op="copysign", operands=(1.0, x)) == math.copysign(1.0, value))
        return write(value)


def alike(x: float, write: Callable[[float], str]) -> tuple[float, float]:
    """The first and the last of the floats that have the same text as this one.

    >>> alike(0.25, lambda x: f"{x:.0f}")
    (0.0, 0.5)
    """
    text = write(x)

    def end(inside: int, outside: int) -> float:
        while abs(outside - inside) > 1:
            middle = (inside + outside) // 2
            inside, outside = (middle, outside) if write(_float_at(middle)) == text else (inside, middle)
        return _float_at(outside if write(_float_at(outside)) == text else inside)

    return (x, x) if x != x else (end(_place(x), _place(-math.inf)), end(_place(x), _place(math.inf)))


def _place(x: float) -> int:
    """The place of a float in the order of all floats; -0.0 comes before 0.0."""
    bits: int = struct.unpack("<Q", struct.pack("<d", x))[0]
    return bits if bits < SIGN else SIGN - 1 - bits


def _float_at(place: int) -> float:
    (x,) = struct.unpack("<d", struct.pack("<Q", place if place >= 0 else SIGN - 1 - place))
    return float(x)


SIGN = 1 << 63  # the bit of a float's sign


def _line() -> str:
    return place_of(users_frame(1))


def path_along(trace: Callable[[Callable[..., Any]], Program], numbers: Sequence[float]) -> Path:
    """The path of f that the row of these numbers takes; `trace` traces f in the wrapper that it gets."""
    answers = Answers(numbers)

    def along(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: answers.given(f, given)

    traced = trace(along)
    assert isinstance(traced.template, tuple)
    program, holds = (
        replace(rewritten(replace(traced, outputs=tree), lambda *_: None), rows=traced.rows, template=template)
        for tree, template in zip(traced.outputs, traced.template)
    )
    if traced.guard is not None and not traced.guard.errors:  # it marks rows where f itself differentiates at a kink
        program = replace(program, guard=traced.guard)
    return Path(None if answers.error else program, answers.error, replace(holds, guard=None), tuple(answers.asked))


class Paths:
    """The paths of f that rows have taken so far, for arguments of certain specs."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.known: list[Path] = []

    def add(self, path: Path) -> None:
        """Add a path; TraceError, which names the line that forked most, if there are too many."""
        self.known.append(path)
        if len(self.known) > self.most:
            line, times = self.forked_most()
            del self.known[-1]
            raise TraceError(
                f"{line}f takes more than {self.most} paths, {times} of which fork here: write where(condition, a, b), "
                "or allow more by paths="
            )

    def forked_most(self) -> tuple[str, int]:
        """The line at which most paths diverge from earlier ones, and their number."""
        lines: Counter[str] = Counter()
        answers: dict[Any, set[float]] = defaultdict(set)  # to a question, by the answers before it and its line
        for path in self.known:
            prefix = 0
            for line, answer in path.asked:
                others = answers[prefix, line]
                lines[line] += bool(others) and answer not in others
                others.add(answer)
                prefix = hash((prefix, line, answer))
        return lines.most_common(1)[0] if lines else ("", 0)
