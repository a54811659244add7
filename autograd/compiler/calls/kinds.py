"""The kinds of plan: for each, how its program derives from the traced one, and what the results are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.compiler.derivatives.backward import differentiated, times_vector
from autograd.compiler.derivatives.jacobians import jacobian, pulled_back, pushed_forward, second_order
from autograd.compiler.programs.program import Program


class PlanKind(NamedTuple):
    """A kind of plan: how to derive its program, the vectors that a call passes as well, and the results."""

    derive: Callable[[Program, Sequence[int], bool], Program]  # given the traced one, the chosen arguments, and `safe`
    vectors: str = ""  # passed after the arguments: "tangents" of those chosen, or "cotangents"
    results: tuple[str, ...] = ()  # in order: "number", "value", "as returned", "derivatives", or "entries" of a matrix
    order: int = 1


def as_it_is(program: Program, chosen: Sequence[int], safe: bool) -> Program:
    """Return the program unchanged: that of a value."""
    return program


KINDS: dict[str, PlanKind] = {
    "value": PlanKind(as_it_is, results=("value",), order=0),
    "result": PlanKind(as_it_is, results=("as returned",), order=0),
    "gradient": PlanKind(differentiated, results=("number", "derivatives")),
    "hessian": PlanKind(second_order, results=("entries",), order=2),
    "hvp": PlanKind(times_vector, "tangents", ("derivatives",), order=2),
    "jacobian": PlanKind(jacobian, results=("entries",)),
    "jvp": PlanKind(pushed_forward, "tangents", ("as returned", "as returned")),
    "vjp": PlanKind(pulled_back, "cotangents", ("as returned", "derivatives")),
}
