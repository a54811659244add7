"""The mutation drill: every fault is found, named correctly, and shown by a small program. A sample, or all."""

import pytest

from autograd import Value, grad, tanh
from benchmarks.mutants import EXAMPLES_ALLOWED, all_rule_mutants, fault_outcome
from benchmarks.mutants.drill import drill_rule
from benchmarks.mutants.editing import edited
from benchmarks.mutants.faults import FAULTS
from benchmarks.mutants.rules import CHANGES
from tests.profiles import DEEP

MUTANTS = all_rule_mutants()
FIRSTS = [next(i for i, mutant in enumerate(MUTANTS) if mutant.kind == kind) for kind in CHANGES]
SAMPLE = sorted({*FIRSTS, *range(0, len(MUTANTS), 1 if DEEP else 41)})


@pytest.mark.parametrize("i", SAMPLE, ids=[f"{m.op} {m.what} {m.kind}" for m in (MUTANTS[i] for i in SAMPLE)])
def test_a_fault_of_a_rule_is_found_and_named(i: int) -> None:
    outcome = drill_rule(MUTANTS[i])
    if outcome is None:
        return  # equivalent to the original
    assert outcome.found, outcome
    assert outcome.examples <= EXAMPLES_ALLOWED, outcome
    assert outcome.named, outcome
    assert outcome.excess <= 1, outcome


@pytest.mark.parametrize("i", range(len(FAULTS)), ids=[fault.name for fault in FAULTS])
def test_a_fault_of_the_engine_is_found_and_named(i: int) -> None:
    outcome = fault_outcome(i)
    assert outcome.found, outcome
    assert outcome.examples <= EXAMPLES_ALLOWED, outcome
    assert outcome.named, outcome
    assert outcome.excess <= 1, outcome


def test_the_engine_has_many_faults() -> None:
    assert len(FAULTS) >= 15


def test_a_fault_is_in_for_its_time_only() -> None:
    before = grad(tanh)(1.0)
    mutant = next(m for m in MUTANTS if m.op == "tanh" and m.kind == "sign")
    with mutant.apply():
        assert grad(tanh)(1.0) == -before
    assert grad(tanh)(1.0) == before
    with edited(Value.zero_grad, "self.grad = NO_GRAD", "pass"):
        x = Value(1.0)
        (2 * x).backward()
        x.zero_grad()
        assert x.grad == 2.0
    x.zero_grad()
    assert x.grad == 0.0


def test_an_edit_that_finds_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 times"), edited(Value.zero_grad, "no such source", ""):
        pass
