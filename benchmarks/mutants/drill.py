"""The drill: one fault at a time in the engine, and what the kit finds within 200 examples."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from autograd import divide, power
from autograd.primitives import TABLE, Primitive
from autograd.testing import GradientMismatch, check_gradients
from autograd.testing.arguments.functions import applied, of_moving
from autograd.testing.operations import check_at, check_kink, operands_of
from autograd.testing.points import values
from autograd.testing.programs import SampleProgram, arity, is_regular, programs
from autograd.transforms import hessian
from benchmarks.mutants.faults import Fault
from benchmarks.mutants.rules import RuleMutant

EXAMPLES = 200
QUIETLY = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
COMPANY = ("add", "multiply", "sin")  # what a tested program is made of, besides the mutated operation
FEW = ("add", "multiply", "negative", "sin", "maximum")

# Operations that appear in local derivatives take plain whole numbers, or related operands: called as they are there.
FORMS: dict[str, tuple[int, Callable[..., Any]]] = {
    "ratio_slope": (2, lambda x, y: TABLE["ratio_slope"].function(divide(x, y), x, y)),
    "quotient": (3, lambda x, y, z: TABLE["quotient"].function(x, y, z, 2.0)),
    "constant_power": (1, lambda x: TABLE["constant_power"].function(x, 3.0)),
    "monomial": (1, lambda x: TABLE["monomial"].function(x, 3.5, 1.0)),
    "falling_power": (2, lambda x, y: TABLE["falling_power"].function(x, y, 2.0)),
    "power_log": (2, lambda x, y: TABLE["power_log"].function(power(x, y), x, y, 2.0)),
    "scaled_power": (3, lambda c, x, y: TABLE["scaled_power"].function(c, x, y, 1.0)),
}


def form_of(row: Primitive) -> tuple[int, Callable[..., Any]] | None:
    """How to call an operation whose operands are of a special kind; plain operands are whole numbers."""
    if not row.plain:
        return FORMS.get(row.name)
    form, moving = of_moving(row, [2.0] * len(row.parameters))
    return len(moving), form


@dataclass(frozen=True)
class Outcome:
    """The outcome of one mutant: examples until it was found, what was blamed, and the size of the counterexample."""

    op: str
    kind: str
    what: str
    found: bool
    examples: int
    named: bool
    excess: int  # operations beyond the smallest program that can show it
    seconds: float
    blame: str = ""


def drill_rule(mutant: RuleMutant) -> Outcome | None:
    """Drill one mutant of a rule; None if it is the same function after all."""
    row = TABLE[mutant.op]
    if is_equivalent(row, mutant):
        return None
    hunt, smallest = _hunt_rule(row, mutant.order)
    start = time.perf_counter()
    with mutant.apply():
        mismatch, examples = _first_mismatch(hunt)
    blame = mismatch.blame if mismatch else None
    named = blame is not None and blame.operation == mutant.op
    excess = _operations(mismatch) - smallest
    told = str(blame) if blame else str(mismatch)[:200]
    return Outcome(
        mutant.op, mutant.kind, mutant.what, mismatch is not None, examples, named, excess,
        time.perf_counter() - start, told,
    )  # fmt: skip


def _hunt_rule(row: Primitive, order: int) -> tuple[Any, int]:
    """A hypothesis test of the operation in programs, or alone if its operands are of a special kind."""
    special = form_of(row)
    if special is not None:
        count, form = special
        smallest = 2 if row.name in ("ratio_slope", "power_log") else 1
        return _on_points(form, count, order), smallest
    return _on_programs(programs([row.name, *COMPANY], size=4), order), 1


def _on_programs(strategy: st.SearchStrategy[SampleProgram], order: int) -> Any:
    @given(strategy)
    def hunt(program: SampleProgram) -> None:
        check_gradients(program, *program.inputs, order=order, inconclusive="ok")

    return hunt


def _on_points(form: Callable[..., Any], count: int, order: int) -> Any:
    @given(st.tuples(*[values("[0.1, 8]", ["ordinary"])] * count))
    def hunt(point: tuple[float, ...]) -> None:
        check_gradients(form, *point, order=order, inconclusive="ok")

    return hunt


def _first_mismatch(hunt: Any) -> tuple[GradientMismatch | None, int]:
    """The mismatch that a hunt raises after shrinking, and the number of examples until it was found."""
    inner = hunt.hypothesis.inner_test
    count, first = 0, 0

    def counted(*args: Any, **kwargs: Any) -> None:
        nonlocal count, first
        count += 1
        try:
            inner(*args, **kwargs)
        except AssertionError:
            first = first or count
            raise

    hunt.hypothesis.inner_test = counted
    try:
        QUIETLY(seed(0)(hunt))()
    except GradientMismatch as mismatch:
        return mismatch, first
    except AssertionError as error:
        return GradientMismatch("law", str(error), {}), first
    return None, count


def _operations(mismatch: GradientMismatch | None) -> int:
    """The number of operations in the graph of a counterexample."""
    if mismatch is None or mismatch.output is None:
        return 0
    seen, found = {mismatch.output}, [mismatch.output]
    for node in found:
        fresh = [v for v in node.inputs if v not in seen]
        seen.update(fresh)
        found += dict.fromkeys(fresh)
    return sum(bool(node.inputs) for node in found)


# --- mutants that are the same function ---------------------------------------------------------


def is_equivalent(row: Primitive, mutant: RuleMutant) -> bool:
    """Whether a mutant changes no derivative at many points: swapped slopes of a sum, or the sign of a zero."""
    points = list(_points(row))
    before = [_derivatives(row, point, mutant.order) for point in points]
    with mutant.apply():
        return all(
            _same(_derivatives(row, point, mutant.order), old) for point, old in zip(points, before, strict=True)
        )


def _points(row: Primitive) -> Any:
    rng = random.Random(row.name)
    special = form_of(row)
    count = special[0] if special else arity(row)
    for _ in range(60):
        low = 0.1 if special else rng.choice((-3.0, 0.0, 1.0))
        point = tuple(rng.uniform(low, rng.choice((1.0, 1.5, 4.0))) for _ in range(count))
        if special or is_regular(row, point):
            yield point


def _derivatives(row: Primitive, point: Sequence[float], order: int) -> list[float]:
    special = form_of(row)

    def function(xs: Sequence[Any]) -> Any:
        return special[1](*xs) if special else applied(row, list(xs))

    if order == 2:
        return [x for line in hessian(function)(list(point)) for x in line]
    from autograd import grad

    return list(grad(function)(list(point)))


def _same(a: list[float], b: list[float]) -> bool:
    return all(x == y or (x != x and y != y) for x, y in zip(a, b, strict=True))


# --- faults of the engine -----------------------------------------------------------------------


def drill_fault(fault: Fault) -> Outcome:
    """Drill one fault of the engine, in the hunt that must find it."""
    start = time.perf_counter()
    with fault.apply():
        mismatch, examples = _hunt_fault(fault.hunt)
    named, told = False, str(mismatch)[:300]
    if mismatch is not None:
        called = mismatch.blame.kind if mismatch.blame else f"{mismatch.kind} {mismatch.message.splitlines()[0]}"
        named = any(name in called for name in fault.named)
        told = str(mismatch.blame) if mismatch.blame else told
    excess = max(_operations(mismatch) - fault.smallest, 0)
    return Outcome("engine", "fault", fault.name, mismatch is not None, examples, named, excess,
                   time.perf_counter() - start, told)  # fmt: skip


def _hunt_fault(hunt: str) -> tuple[GradientMismatch | None, int]:
    if hunt.startswith("operation"):
        return _hunt_operation(hunt.split()[1])
    if hunt == "laws":
        return _first_mismatch(_laws())
    order = 2 if hunt == "second order" else 1
    return _first_mismatch(_on_programs(programs(FEW, size=8), order))


def _hunt_operation(name: str) -> tuple[GradientMismatch | None, int]:
    row = TABLE[name]
    for kink in row.kinks:
        try:
            check_kink(row, kink)
        except GradientMismatch as mismatch:
            return mismatch, 1

    @given(operands_of(row, {}))
    def hunt(operands: tuple[Any, ...]) -> None:
        check_at(row, operands)

    return _first_mismatch(hunt)


def _laws() -> Any:
    from autograd.testing.laws import LAWS

    @given(programs(FEW, size=4), st.data())
    def hunt(program: SampleProgram, data: st.DataObject) -> None:
        for law in LAWS.values():
            law(program, data.draw)

    return hunt
