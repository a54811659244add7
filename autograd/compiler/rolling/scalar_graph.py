"""The scalar operations of a program, prepared for rolling.

Operations on sequences become sums of products, or folds of parts that several of them share. Sums are flattened, so
`w[0]*x[0] + w[1]*x[1] + b`, `sum(...)` and `dot(w, x, b)` all become one *contraction*, Σ a·b + Σ c. A sum over rows
moves inside sums and past factors that all rows share, down to Σ ∂C/∂z · x, a matrix product.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, NamedTuple

from autograd.compiler.programs.loops import COUNTED, SHARED, TAPED, Loop, Role
from autograd.compiler.programs.operation import CONSTANT, INPUT, ITEM, LOOP, reached
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.sequences import FAST, SAFE
from autograd.compiler.rolling.zeros import absorbs, is_positive_zero, is_zero, told_apart
from autograd.symbols import COMPARISONS

ONCE, EACH_ROW, AT_END = range(3)  # when a scalar is computed: before the rows, for each row, after all rows

CONTRACTION, ROW_SUM, ROW_DOT, COUNT = "contraction", "sum over rows", "product over rows", "number of rows"
ADDERS = {"add", "sum", "dot"}


class Terms(NamedTuple):
    """What a contraction adds up: products, and single terms."""

    pairs: tuple[tuple[int, int], ...]
    singles: tuple[int, ...]


class ScalarGraph:
    """Operations by number, each created once; `when` gives the phase that computes each."""

    def __init__(self, program: Program, by_row: Collection[int], limits: bool, booleans: Collection[int] = ()) -> None:
        """`limits` keeps the engine's limits at infinity; the inputs `booleans` are conditions."""
        sequences = SAFE if limits else FAST
        self.limits = limits
        self.bodies: dict[int, ScalarGraph] = {}  # of loops; what varies with the step is by row there
        self.ops: list[str] = []
        self.operands: list[tuple[int, ...]] = []
        self.values: list[Any] = []
        self.when: list[int] = []
        self.terms: dict[int, Terms] = {}
        self.parts_of_sets: dict[Any, Any] = {}  # what operations on the same numbers share
        self._known: dict[Any, int] = {}
        number: list[int] = []
        for i, (op, operands, value) in enumerate(program.operations):
            if op == INPUT:
                number.append(self._add(INPUT, (), i in booleans or None, EACH_ROW if i in by_row else ONCE))
            elif op == CONSTANT:
                number.append(self.constant(value))
            else:
                parts = tuple([number[j] for j in operands])
                if op in (LOOP, ITEM):
                    number.append(self._loop(value, parts) if op == LOOP else self.item(parts[0], value))
                    continue
                number.append(sequences[op](self, parts) if op in sequences else self._emitted(op, parts))
        self.number = number

    def _add(self, op: str, operands: tuple[int, ...], value: Any, when: int) -> int:
        self.ops.append(op)
        self.operands.append(operands)
        self.values.append(value)
        self.when.append(when)
        return len(self.ops) - 1

    def _loop(self, loop: Loop, operands: tuple[int, ...]) -> int:
        """The number of a loop, and the scalars of its body."""
        groups = loop.grouped(operands)
        body = loop.body
        varying = {
            m
            for m, (role, group) in enumerate(zip(loop.roles, groups))
            if role.kind != SHARED or self.when[group[0]] != ONCE
        }
        booleans = {m for m, (role, group) in enumerate(zip(loop.roles, groups)) if self._feeds_boolean(role, group)}
        i = self._add(LOOP, operands, loop, self._latest(operands))
        self.bodies[i] = ScalarGraph(body, varying, self.limits, booleans)
        return i

    def _feeds_boolean(self, role: Role, group: Sequence[int]) -> bool:
        if role.kind == TAPED:
            return self._is_boolean_item(group[0], role.output)
        return role.kind != COUNTED and self.is_boolean(group[0])

    def _is_boolean_item(self, loop: int, output: int) -> bool:
        body = self.bodies[loop]
        return body.is_boolean(body.number[self.values[loop].outputs[output]])

    def item(self, loop: int, value: tuple[int, int]) -> int:
        """The number of an output of a loop in a step."""
        key = (ITEM, loop, value)
        if key not in self._known:
            self._known[key] = self._add(ITEM, (loop,), value, self.when[loop])
        return self._known[key]

    def constant(self, x: Any) -> int:
        """The number of a constant scalar."""
        key = (CONSTANT, type(x), repr(x))
        if key not in self._known:
            self._known[key] = self._add(CONSTANT, (), x, ONCE)
        return self._known[key]

    def emit(self, op: str, *operands: int) -> int:
        """The number of an operation's scalar, created on first use."""
        return self._emitted(op, operands)

    def _emitted(self, op: str, operands: tuple[int, ...]) -> int:
        key = (op, operands)
        found = self._known.get(key)
        if found is None:
            when = AT_END if op in (ROW_SUM, ROW_DOT) else self._latest(operands)
            found = self._known[key] = self._add(op, operands, None, when)
        return found

    def _latest(self, operands: tuple[int, ...]) -> int:
        """The latest phase among the operands; a loop takes half the time of `max`."""
        latest = ONCE
        for i in operands:
            if self.when[i] > latest:
                latest = self.when[i]
        return latest

    def is_boolean(self, i: int) -> bool:
        """Whether scalar i is a condition, not a number."""
        while self.ops[i] == "where":
            i = self.operands[i][1]
        if self.ops[i] == ITEM:
            return self._is_boolean_item(self.operands[i][0], self.values[i][0])
        return self.ops[i] in COMPARISONS or type(self.values[i]) is bool

    def live(self, outputs: Sequence[int]) -> list[int]:
        """The scalars that the outputs depend on, outputs included, in order."""
        return reached(outputs, self.every_part())

    def every_part(self) -> list[tuple[int, ...]]:
        """The parts of all scalars."""
        return list(map(self.parts, range(len(self.ops)))) if self.terms else self.operands

    def parts(self, i: int) -> tuple[int, ...]:
        """The scalars that scalar i is computed from."""
        terms = self.terms.get(i)
        return self.operands[i] if terms is None else (*chain.from_iterable(terms.pairs), *terms.singles)

    # --- sums over rows

    def totals(self, outputs: Sequence[int], wanted: Sequence[bool]) -> list[int]:
        """The outputs, with the wanted ones summed over all rows."""
        uses = [0] * len(self.ops)
        for i in self.live(outputs):
            for j in self.operands[i]:
                uses[j] += 1
        return [self._total(i, uses) if total else i for i, total in zip(outputs, wanted, strict=True)]

    def _total(self, cell: int, uses: list[int]) -> int:
        """The sum of scalar `cell` over all rows.

        A sum becomes the sum of its terms' totals, and a factor that all rows share moves outside. A scalar with other
        uses is computed anyway, and is summed as it is.
        """
        terms: list[int] = []
        pairs: dict[int | None, list[int]] = {}  # of products that are summed over rows, by their factor
        waiting: list[tuple[int, int | None]] = [(cell, None)]
        while waiting:
            i, factor = waiting.pop()
            op, operands = self.ops[i], self.operands[i]
            alone = uses[i] == (i != cell)
            if self.when[i] == ONCE:
                terms.append(self._scaled(factor, self.emit("multiply", self.emit(COUNT), i)))
            elif alone and op in ("add", "sum"):
                waiting += [(j, factor) for j in reversed(operands)]
            elif alone and (op == "dot" or (op == "multiply" and self._moves(operands))):
                half = len(operands) // 2
                waiting += [(j, factor) for j in operands[2 * half :] if not is_zero(self, j)]
                for a, b in zip(operands[:half], operands[half:]):
                    if ONCE in (self.when[a], self.when[b]):
                        shared, other = sorted((a, b), key=self.when.__getitem__)
                        waiting.append((other, shared if factor is None else self.emit("multiply", factor, shared)))
                    else:
                        pairs.setdefault(factor, []).extend((a, b) if a < b else (b, a))
            else:
                terms.append(self._scaled(factor, self.emit(ROW_SUM, i)))
        terms += [self._scaled(factor, self.emit(ROW_DOT, *flat)) for factor, flat in pairs.items()]
        result = terms[0]
        for term in terms[1:]:
            result = self.emit("add", result, term)
        return result

    def _moves(self, factors: Sequence[int]) -> bool:
        """Whether a product may be summed as products are: one of two numbers that vary, neither a condition."""
        return any(self.when[j] == ONCE for j in factors) or not any(map(self.is_boolean, factors))

    def _scaled(self, factor: int | None, x: int) -> int:
        return x if factor is None else self.emit("multiply", factor, x)

    # --- contractions

    def contract(self, outputs: Sequence[int], values: Collection[int]) -> None:
        """Flatten sums: a sum or product used by a single sum of the same phase becomes terms of that sum.

        `values` are the outputs whose zeros keep their signs; derivatives are not among them.
        """
        live = self.live(outputs)
        signed = told_apart(self, live, values)
        consumers: list[int] = [0] * len(self.ops)
        only: list[int] = [-1] * len(self.ops)
        for i in live:
            for j in self.operands[i]:
                consumers[j] += 1
                only[j] = i
        for i in outputs:
            consumers[i] += 2  # an output is needed itself
        absorbed = [False] * len(self.ops)
        for i in live:
            inner = self.ops[i] in ADDERS or (
                self.ops[i] == "multiply" and not any(map(self.is_boolean, self.operands[i]))
            )
            if inner and consumers[i] == 1 and self.ops[only[i]] in ADDERS and self.when[i] == self.when[only[i]]:
                absorbed[i] = self.ops[only[i]] != "dot" or i == self.operands[only[i]][-1]
        for i in live:
            if self.ops[i] in ADDERS and not absorbed[i]:
                self.terms[i] = self._terms(i, absorbed, signed[i])
                self.ops[i] = CONTRACTION
            elif self.ops[i] == ROW_DOT:
                self.terms[i] = Terms(tuple(zip(self.operands[i][::2], self.operands[i][1::2])), ())

    def _terms(self, root: int, absorbed: list[bool], signed: bool) -> Terms:
        pairs: list[tuple[int, int]] = []
        singles: list[int] = []
        is_exact = False  # as floats add up exactly, from 0.0 on
        waiting = [root]
        while waiting:
            i = waiting.pop()
            op, operands = self.ops[i], self.operands[i]
            is_exact |= op in ("sum", "dot") and (i == root or absorbed[i])
            if i != root and not absorbed[i]:
                singles.append(i)
            elif op == "multiply":
                pairs.append((operands[0], operands[1]))
            elif op == "dot":
                half = len(operands) // 2
                pairs += zip(operands[:half], operands[half : 2 * half])
                waiting.append(operands[-1])
            else:
                waiting += reversed(operands)
        kept = [i for i in singles if not is_zero(self, i)]
        counts = signed and (is_exact or any(is_positive_zero(self, i) for i in singles))
        if counts and not absorbs(self, pairs, kept):
            kept.append(self.constant(0.0))
        return Terms(tuple(pairs), tuple(kept) if kept or pairs else (self.constant(0.0),))
