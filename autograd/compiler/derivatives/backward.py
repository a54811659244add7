"""The backward pass of a program, as further operations of it; a rule runs on symbols once for all like operations.

∂C/∂v is the sum of ∂C/∂z · ∂z/∂v over the operations z with v as an operand. An edge that exists only under a condition
is masked by that condition, and so is everything reached only through it: an infinite local derivative on the side that
was not selected is multiplied by no adjoint at all, rather than by zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from autograd.compiler.derivatives.backward_loops import ALWAYS, Adjoint, LoopAdjoints, Part, Waiting, active_values
from autograd.compiler.derivatives.kinks import Kinks, with_norms
from autograd.compiler.derivatives.slopes import LEAST_NUMBERS, SLOPES, Slopes
from autograd.compiler.derivatives.softmaxes import Softmaxes
from autograd.compiler.derivatives.sums import uses_of, with_long_sums
from autograd.compiler.programs.building import VARIABLE, ProgramBuilder
from autograd.compiler.programs.naming import told_apart
from autograd.compiler.programs.operation import CONSTANT, DETACH, ITEM, LOOP, Argument, Meaning
from autograd.compiler.programs.program import Program
from autograd.compiler.tracing.lowering import Lowering
from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS, Condition, Masked, Symbol, unmasked
from autograd.trees import flatten, map_tree

SUMS = {"add", "sum"}
LINEAR = {*SUMS, "multiply", "dot"}  # in each operand
MANY_NEGATED = 8  # negated parts of an adjoint, from which on they are added up before one negation
MANY_PRODUCTS = 8  # products among the parts of an adjoint, from which on they become one dot product
WRITTEN_APART = {CONSTANT, "negative", "where", *COMPARISONS}  # conditions, and factors that simplify a product


def differentiated(program: Program, argnums: Sequence[int], safe: bool = True, again: bool = False) -> Program:
    """The program that returns the output and its gradient, in the structure of the arguments at `argnums`.

    Unless `safe`, an absent edge counts as a local derivative of 0, and checks for NaN are left out: that is shorter,
    and correct wherever the gradient is finite. A program to be differentiated `again` keeps every local derivative.

    >>> from autograd.compiler.tracing.trace import trace
    >>> print(differentiated(trace(lambda w, x: (w * x).tanh(), (3.0, 0.5)), [0]).source())
    def f(w, x):
        # forward pass
        v1 = w * x
        v2 = tanh(v1)
        # backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v
        dv2_dv1 = sech2(v1)
        dw = dv2_dv1 * x  # ∂C/∂v1 · ∂v1/∂w
        return v2, dw
    <BLANKLINE>
    """
    if safe:
        program = with_norms(program)
    uses = () if safe or again else uses_of(program)
    if uses and program.guard is None:  # a guard shares operations with the program, one by one
        program = with_long_sums(program, uses)
    backward = Backward(program, safe, once=not again, uses=uses)
    output, *others = flatten(program.outputs)
    if others:
        raise TypeError(f"{program.name} must return one number, not {1 + len(others)}: use jacobian or vjp")
    adjoints = backward.sweep(output, set(program.numbers(argnums)))
    gradient = tuple(map_tree(adjoints.__getitem__, program.arguments[k].tree) for k in argnums)
    outputs = (output, gradient[0] if len(gradient) == 1 else gradient)
    return finished(backward.builder, program, outputs, program.arguments, program.rows)


def times_vector(program: Program, argnums: Sequence[int], safe: bool = True) -> Program:
    """The program of the Hessian times a vector: a backward pass over the product of gradient and vector."""
    first = differentiated(program, argnums, safe, again=True)
    value, *gradient = flatten(first.outputs)
    along = along_tangents(first, argnums, (value,), gradient)
    backward = Backward(along, safe, order=2)
    wanted = along.numbers(argnums)
    value, slope = flatten(along.outputs)
    adjoints = backward.sweep(slope, set(wanted))
    if not safe:
        adjoints[wanted[0]] = backward.beside(value, adjoints[wanted[0]])
    outputs = tuple(map_tree(adjoints.__getitem__, along.arguments[k].tree) for k in argnums)
    return finished(backward.builder, along, outputs, along.arguments, along.rows)


def along_tangents(program: Program, argnums: Sequence[int], values: Sequence[int], gradient: Sequence[int]) -> Program:
    """The program of some values and of the product of a gradient and tangents, which are new last arguments."""
    builder = ProgramBuilder.of(program)
    arguments, rows = list(program.arguments), list(program.rows)
    tangents: list[int] = []
    known = [argument.name for argument in arguments]
    moved = [program.arguments[i] for i in argnums]
    for argument, name in zip(moved, told_apart([f"{argument.name}_tangent" for argument in moved], known)):
        tree = map_tree(lambda i: builder.input(f"{program.names[i]}_tangent"), argument.tree)
        arguments.append(Argument(name, tree))
        rows += [name] if argument.name in rows else []
        tangents += flatten(tree)
    slope = builder.emit("dot", (*gradient, *tangents, builder.constant(0.0)))
    return finished(builder, program, (*values, slope), arguments, rows)


def finished(
    builder: ProgramBuilder, program: Program, outputs: Any, arguments: Sequence[Argument], rows: Sequence[str]
) -> Program:
    """The program of these outputs, whose forward pass is all of the given program."""
    made = builder.program(program.name, arguments, outputs, len(program.operations))
    return replace(made, rows=tuple(rows))


class LocalRule(NamedTuple):
    """A rule run on symbols: its varying operands, each once, its value, and its local derivatives."""

    operands: list[Symbol]
    value: Any
    partials: tuple[Any, ...]


class Backward:
    """One backward pass over one program."""

    def __init__(
        self, program: Program, safe: bool, once: bool = False, order: int = 1, uses: Sequence[int] = ()
    ) -> None:
        """If the program is differentiated only `once`, long sequences have one formula for all their members.

        The pass for second derivatives has `order` 2, a pass over a linear program 0; this decides what is marked at
        kinks. Given the values' `uses`, many products in one adjoint become one dot product.
        """
        self.program = program
        self.softmaxes = Softmaxes(program if once and not safe else None)
        self.safe, self.once = safe, once
        self.output = 0  # of the current sweep
        self.wanted: set[int] = set()  # by the latest sweep
        self.reaching: list[bool] = []  # of each value, whether it depends on a wanted one
        self.builder = ProgramBuilder.of(program)
        self.lowering = Lowering(self.builder)  # for the local derivatives of one operation
        self.locals: dict[tuple[Any, ...], LocalRule] = {}
        self.uses = uses
        self.apart = {i for i, operation in enumerate(program.operations) if operation.op == LOOP}
        self.apart |= self.softmaxes.members.keys()  # values that a pass visits even without an adjoint
        self.order = order
        self.kinks = Kinks(self, order)

    def sweep(self, output: int, wanted: set[int]) -> dict[int, int]:
        """The numbers of the adjoints of the wanted inputs; the number of 0 for inputs not reached."""
        if wanted is not self.wanted:  # many sweeps want the same
            self.wanted, self.reaching = wanted, active_values(self.program, wanted)
            self.kinks.prepare()
        start: dict[int, list[Part]] = {output: [Adjoint(self.builder.constant(1.0))]}
        return self._values(self.descended(output, start, wanted, self.reaching), wanted)

    def descended(
        self, output: int, parts: dict[int, list[Part]], wanted: set[int], active: list[bool]
    ) -> dict[int, Adjoint]:
        """The adjoints of the wanted values that a pass reaches from some values, of which `output` is the last.

        `parts` holds the initial parts of the adjoint of each value.
        """
        operations = self.program.operations
        self.output, self.reaching = output, active
        loops = LoopAdjoints(self, active)
        found: dict[int, Adjoint] = {}
        for i in range(output, -1, -1):
            if i not in parts and i not in self.apart:
                continue
            if operations[i].op == LOOP:
                for j, passed in loops.through(i, parts):
                    parts.setdefault(j, []).append(passed)
            if i in self.softmaxes.members:
                given = self.summed(i, parts.pop(i)).value if i in parts else None
                for j, number in self.softmaxes.through(self.builder, i, given):
                    parts.setdefault(j, []).append(Adjoint(number))
                continue
            if i not in parts or not active[i]:
                continue
            adjoint = self.summed(i, parts.pop(i))
            if i in wanted:
                found[i] = adjoint
                continue
            if operations[i].op == ITEM:
                loops.add(i, adjoint)
                continue
            if not self.safe and not self.kinks.factors and operations[i].op in LINEAR:  # most operations
                for j, more in self._passed_on(i, adjoint):
                    parts.setdefault(j, []).append(more)
                continue
            factors: list[tuple[int, int]] = []
            for k, (j, partial) in enumerate(zip(operations[i].operands, self.partials(i))):
                if active[j]:
                    part = self._part(adjoint, partial, i, k)
                    if part is not None:
                        parts.setdefault(j, []).append(part)
                        if self.kinks.factors:
                            factors.append((j, self.factor(partial)))
            if self.kinks.factors:
                for j, mark in self.kinks.marks(i, adjoint, factors):
                    parts.setdefault(j, []).append(mark)
        return found

    def _values(self, found: dict[int, Adjoint], wanted: set[int]) -> dict[int, int]:
        """The numbers of the adjoints; the number of 0 for values not reached."""
        zero = Adjoint(self.builder.constant(0.0))
        return {i: found.get(i, zero).value for i in wanted}

    def beside(self, value: int, derivative: int) -> int:
        """A derivative that is NaN where the function's value is not finite, so that the safe program runs."""
        emit, zero = self.builder.emit, self.builder.constant(0.0)
        return emit("add", (derivative, emit("multiply", (zero, value))))

    def partials(self, i: int) -> tuple[Any, ...]:
        """The local derivatives of operation i, in symbols that `lowering` maps to the operands of this operation."""
        op, operands, _ = self.program.operations[i]
        if op in COMPARISONS:
            return ()
        if op == DETACH:
            return (None,)
        if self.once and op in SLOPES and len(operands) >= LEAST_NUMBERS:
            return self._together(op, operands, i)
        constants = self.builder.constants
        place: dict[int, int] = {}
        alike = (op, *[~j if constants[j] is not VARIABLE else place.setdefault(j, len(place)) for j in operands])
        local = self.locals.get(alike)
        if local is None:
            local = self.locals[alike] = self._local(op, operands, len(place))
        known = dict(zip(map(id, local.operands), place))
        known.setdefault(id(local.value), i)
        self.lowering = Lowering(self.builder, known)
        return local.partials

    def _together(self, op: str, operands: Sequence[int], i: int) -> tuple[Symbol, ...]:
        """The local derivatives of an operation on a long sequence, computed together."""
        partials = tuple([Symbol(f"p{k}") for k in range(len(operands))])
        numbers = SLOPES[op](Slopes(self.builder, operands, i, self.safe))
        self.lowering = Lowering(self.builder, dict(zip(map(id, partials), numbers)))
        return partials

    def _local(self, op: str, operands: Sequence[int], count: int) -> LocalRule:
        """The rule of an operation, run on its constant operands and on one symbol for each other operand."""
        row, constants = ROWS[op], self.builder.constants
        symbols = [Symbol(f"x{k}") for k in range(count)]
        rest = iter(symbols)
        of = {j: next(rest) if constants[j] is VARIABLE else constants[j] for j in dict.fromkeys(operands)}
        value, partials = row.rule(*row.structured(tuple([of[j] for j in operands])))
        return LocalRule(symbols, value, partials)

    def _part(self, adjoint: Adjoint, partial: Any, i: int, k: int) -> Adjoint | None:
        """The part that operation i adds to the adjoint of its operand at position k; None if there is no edge."""
        if not self.safe:
            factor = self._fast(partial)
            return self._scaled(adjoint, self._as_condition(factor) if type(partial) is Masked else factor, i, k)
        if partial is None:
            return None
        mask = adjoint.mask
        if type(partial) is Masked:
            there = self.lowering.number(partial.mask)
            mask = there if mask == ALWAYS else self.both(mask, there)
        value = self._product(adjoint.value, self.factor(partial), i, k)
        if mask != ALWAYS and value != adjoint.value:
            names = self.program.names
            name = f"d{names[self.program.operations[i].operands[k]]}_{names[i]}"
            value = self.builder.emit("where", (mask, value, self.builder.constant(0.0)), name)
        return Adjoint(value, mask)

    def _passed_on(self, i: int, adjoint: Adjoint) -> Iterator[tuple[int, Part]]:
        """The parts that a sum or product adds to the adjoints of its operands, without its rule."""
        op, operands, _ = self.program.operations[i]
        half = 0 if op in SUMS else len(operands) // 2  # the distance between the factors of a product
        is_op = self.builder.is_op
        waits = half and self.uses and not is_op(adjoint.value, *WRITTEN_APART)
        for k, j in enumerate(operands):
            if not self.reaching[j]:
                continue
            if k >= 2 * half:
                yield j, adjoint
                continue
            factor = operands[(k + half) % (2 * half)]
            if waits and self.uses[j] >= MANY_PRODUCTS and not is_op(factor, *WRITTEN_APART):
                yield j, Waiting(adjoint.value, factor, i, k)
            elif (part := self._scaled(adjoint, factor, i, k)) is not None:
                yield j, part

    def _scaled(self, adjoint: Adjoint, p: int, i: int, k: int) -> Adjoint | None:
        """The adjoint times value p, the local derivative of operation i at position k; None if that is 0."""
        builder = self.builder
        if builder.constants[p] is not VARIABLE:
            if builder.is_constant(p, 0.0):
                return None
            if builder.is_constant(p, 1.0):
                return adjoint
        return Adjoint(self._product(adjoint.value, p, i, k))

    def factor(self, partial: Any) -> int:
        """The number of a local derivative, without its mask."""
        return self.lowering.number(unmasked(partial)) if self.safe else self._fast(partial)

    def _product(self, adjoint: int, partial: int, i: int, k: int) -> int:
        builder = self.builder
        j = self.program.operations[i].operands[k]
        builder.names.suggest(partial, (i, j))
        product = builder.emit("multiply", (adjoint, partial))
        self._means(partial, None, i, j, k + 1)
        if product not in (adjoint, partial):
            self._means(product, self.output, i, j, k + 1)
        return product

    def _means(self, i: int, *meaning: Any) -> None:
        """Record the meaning of a value of this pass; it may have several."""
        if i >= len(self.program.operations) and self.builder.constants[i] is VARIABLE:
            self.builder.meanings.setdefault(i, []).append(Meaning(*meaning))

    def summed(self, i: int, parts: Sequence[Part]) -> Adjoint:
        """The adjoint of value i: the sum of its parts."""
        builder = self.builder
        total, *rest = self._signed(self._multiplied(parts))
        for part in rest:
            mask = ALWAYS
            if ALWAYS not in (total.mask, part.mask):
                mask = self._either(total.mask, part.mask)
            total = Adjoint(builder.emit("add", (total.value, part.value)), mask)
        if len(parts) > 1:
            self._means(total.value, self.output, None, i)
        builder.names.suggest(total.value, (i,))
        return total

    def _multiplied(self, parts: Sequence[Part]) -> list[Adjoint]:
        """The parts to add, with many products as one dot product: one operation in place of two for each."""
        waiting = [part for part in parts if type(part) is Waiting]
        if len(waiting) < MANY_PRODUCTS:
            return [part if type(part) is Adjoint else Adjoint(self._product(*part)) for part in parts]
        factors, values = [part.factor for part in waiting], [part.value for part in waiting]
        total = self.builder.emit("dot", (*factors, *values, self.builder.constant(0.0)))
        return [*[part for part in parts if type(part) is Adjoint], Adjoint(total)]

    def _signed(self, parts: list[Adjoint]) -> list[Adjoint]:
        """The parts, with many negated ones as one: a sum of terms is one instruction, a chain of differences many."""
        if len(parts) < MANY_NEGATED:
            return parts
        builder = self.builder
        minus = [part for part in parts if part.mask == ALWAYS and builder.is_op(part.value, "negative")]
        if len(minus) < MANY_NEGATED:
            return parts
        first, *rest = [builder.operations[part.value].operands[0] for part in minus]
        for term in rest:
            first = builder.emit("add", (first, term))
        return [part for part in parts if part not in minus] + [Adjoint(builder.emit("negative", (first,)))]

    # --- masks

    def both(self, a: int, b: int) -> int:
        return a if a == b else self.builder.emit("where", (a, b, self.builder.constant(False)))

    def _either(self, a: int, b: int) -> int:
        return a if a == b else self.builder.emit("where", (a, self.builder.constant(True), b))

    def _fast(self, partial: Any) -> int:
        """The number of a local derivative, without checks for NaN; that of 0 if it is absent."""
        if partial is None:
            return self.builder.constant(0.0)
        partial = unmasked(partial)
        if type(partial) is not Symbol or partial.op != "where":
            return self.lowering.number(partial)
        condition, a, b = partial.operands
        if type(condition) is Condition and condition.op == "==" and condition.left is condition.right:
            return self._fast(a)
        return self.builder.emit("where", (self.lowering.number(condition), self._fast(a), self._fast(b)))

    def _as_condition(self, partial: int) -> int:
        """The condition that selects a factor of 1 or 0, if the edge is absent where it is 0; otherwise the factor.

        A product takes the condition directly, and may leave out what is not selected, even if that is infinite.
        """
        builder = self.builder
        op, operands, _ = builder.operations[partial]
        if op != "where" or not builder.is_op(operands[0], *COMPARISONS):
            return partial
        condition, a, b = operands
        if builder.is_constant(a, 1.0) and builder.is_constant(b, 0.0):
            return condition
        if builder.is_constant(a, 0.0) and builder.is_constant(b, 1.0):
            return builder.emit("==", (condition, a))  # not x <= 0, which is false for NaN, as x > 0 is
        return partial
