"""Softmaxes, whose members are differentiated together: that takes as many operations as members, not their square."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.compiler.programs.building import ProgramBuilder
    from autograd.compiler.programs.program import Program

LEAST_MEMBERS = 8  # fewer members are differentiated one by one


class Softmaxes:
    """The large softmaxes of a program, and the adjoints of their members during a backward pass.

    >>> from autograd import softmax
    >>> from autograd.compiler.tracing.trace import trace
    >>> program = trace(lambda xs: sum(p * p for p in softmax(xs)), ([0.1 * k for k in range(9)],))
    >>> len(Softmaxes(program).members)
    9
    """

    def __init__(self, program: Program | None) -> None:
        """Without a program, there are no softmaxes."""
        together: dict[tuple[int, ...], dict[int, int]] = defaultdict(dict)
        for i, (op, operands, _) in enumerate(program.operations if program else ()):
            if op == "softmax_first" and len(operands) >= LEAST_MEMBERS:
                together[tuple(sorted(operands))][operands[0]] = i
        complete = [group for operands, group in together.items() if len(group) == len(operands)]
        self.members = {i: group for group in complete for i in group.values()}  # each with its softmax, by operand
        self.adjoints: dict[int, int] = {}  # of members

    def through(self, builder: ProgramBuilder, i: int, adjoint: int | None) -> Iterator[tuple[int, int]]:
        """Take the adjoint of member i, if it has one; after the last member, yield the adjoints of the operands.

        They are pₜ·(gₜ - Σ p·g) for members p with adjoints g. First, the g of a member above ½ is subtracted from all
        g: it cancels out, but otherwise only inexactly.
        """
        group = self.members[i]
        if adjoint is not None:
            self.adjoints[i] = adjoint
        if i != min(group.values()) or self.adjoints.keys().isdisjoint(group.values()):
            return
        emit, zero, half = builder.emit, builder.constant(0.0), builder.constant(0.5)
        g = {p: self.adjoints.pop(p, zero) for p in group.values()}
        # floor(p + ½) is 1 for that member and 0 for the others. A comparison of p would count as a condition that may
        # hide an infinity.
        is_greatest = [emit("floor", (emit("add", (p, half)),)) for p in g]
        greatest = emit("sum", tuple([emit("where", (is_p, g[p], zero)) for is_p, p in zip(is_greatest, g)]))
        apart = {p: emit("subtract", (g[p], greatest)) for p in g}
        mean = emit("dot", (*apart, *apart.values(), zero))
        for x, p in group.items():
            yield x, emit("multiply", (p, emit("subtract", (apart[p], mean))))
