"""The mutation drill: faults planted singly in the rules and the engine, and how the kit finds and names them."""

import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from benchmarks.mutants.drill import Outcome, drill_fault, drill_rule
from benchmarks.mutants.faults import FAULTS
from benchmarks.mutants.rules import CHANGES, RuleMutant, mutants

EXAMPLES_ALLOWED = 200


def all_rule_mutants() -> list[RuleMutant]:
    """Every mechanical mutant, in a fixed order."""
    return list(mutants())


def rule_outcome(i: int) -> Outcome | None:
    """The outcome of rule mutant i, in a separate process, where its fault harms nothing else."""
    return drill_rule(all_rule_mutants()[i])


def fault_outcome(i: int) -> Outcome:
    """The outcome of engine fault i."""
    return drill_fault(FAULTS[i])


def main() -> None:
    """Run the whole drill on all cores and print its table."""
    with ProcessPoolExecutor() as pool:
        rules = list(pool.map(rule_outcome, range(len(all_rule_mutants())), chunksize=4))
        faults = list(pool.map(fault_outcome, range(len(FAULTS))))
    kept = [outcome for outcome in rules if outcome is not None]
    print("mutants of rules    all  the same  found  within examples (median, most)  named  ≤ 1 operation larger")
    for kind in CHANGES:
        total = sum(mutant.kind == kind for mutant in all_rule_mutants())
        print(row_of(kind, total, [outcome for outcome in kept if outcome.kind == kind]))
    print(row_of("all", len(rules), kept))
    print()
    print("faults of the engine                          found after  named  operations beyond the smallest")
    for outcome in faults:
        found = f"{outcome.examples:5d}" if outcome.found else "   no"
        print(f"{outcome.what:45} {found}        {'yes' if outcome.named else 'no ':3}    {outcome.excess}")
    print(summary([*kept, *faults]))
    for outcome in [*kept, *faults]:
        if not (outcome.found and outcome.named and outcome.excess <= 1):
            print(f"open: {outcome.op}, {outcome.kind}, {outcome.what}: {outcome.blame.splitlines()[0]}")


def row_of(kind: str, total: int, outcomes: Sequence[Outcome]) -> str:
    """One line of the table."""
    found = [outcome for outcome in outcomes if outcome.found]
    counts = [outcome.examples for outcome in found] or [0]
    shares = f"{share(outcomes, 'named'):7}  {share(outcomes, 'small')}"
    spread = f"{statistics.median(counts):g}, {max(counts)}"
    return f"{kind:18} {total:4} {total - len(outcomes):9} {len(found):6}  {spread:>30}  {shares}"


def share(outcomes: Sequence[Outcome], what: str) -> str:
    """The share that was found and named, or found with a counterexample that is small enough."""
    good = sum(o.found and (o.named if what == "named" else o.excess <= 1) for o in outcomes)
    return f"{good / max(len(outcomes), 1):.1%}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """Three figures with their targets."""
    found = sum(outcome.found and outcome.examples <= EXAMPLES_ALLOWED for outcome in outcomes)
    return (
        f"\nfound within {EXAMPLES_ALLOWED} examples: {found} of {len(outcomes)}, target all; "
        f"named rightly: {share(outcomes, 'named')}, target ≥ 95 %; "
        f"at most one operation larger than the smallest: {share(outcomes, 'small')}, target ≥ 90 %"
    )
