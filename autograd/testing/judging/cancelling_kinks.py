"""Finds kinks that cancel inside f: f is smooth, but its derivative depends on the choices of its operations."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives.table import Interval
from autograd.testing.arguments.functions import Function, by_reverse, reverse_over_reverse
from autograd.testing.judging.blame import BESIDE, ties
from autograd.testing.judging.judging import judge
from autograd.testing.oracles.orders import SecondEvidence, first_evidence
from autograd.testing.verdicts import Verdict


def has_tie_between(sources: Sequence[Value], output: Value) -> bool:
    """Whether an operation at a kink depends on one of the sources; no other kink can change their derivatives."""
    dependent = set(sources)
    for node in Graph(output).nodes:
        if any(v in dependent for v in node.inputs):
            dependent.add(node)
    return any(node in dependent for node, _ in ties(output))


def right_beside(function: Function, domains: Sequence[Interval], i: int, row: int | None) -> bool:
    """Whether ∂f/∂xᵢ, or ∂²f/∂x_row∂xᵢ, is right next to the tie, where the operations of f make no choice."""
    verdicts = set()
    for sign in (1.0, -1.0):
        moved = copy(function)
        moved.flat = [_beside(x, sign * k, domain) for k, (x, domain) in enumerate(zip(function.flat, domains), 1)]
        try:
            if row is None:
                analytic, about = by_reverse(moved, moved.flat)[i], first_evidence(moved, domains)[i]
            else:
                analytic = reverse_over_reverse(moved, moved.flat)[row][i]
                about = SecondEvidence(moved, domains)[row, i]
            verdicts.add(judge(float(analytic), about).verdict)
        except (ValueError, ArithmeticError):  # f has no value there
            continue
    return None not in verdicts and not verdicts.isdisjoint({Verdict.PASS, Verdict.KINK})


def _beside(x: float, k: float, domain: Interval) -> float:
    """Move a number by its own small step, in the other direction if that would leave its domain."""
    move = k * BESIDE * max(abs(x), 1.0)
    return next((t for t in (x + move, x - move) if t in domain), x)
