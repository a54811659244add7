"""Zeros in sums: adding 0.0 turns -0.0 into 0.0, and changes nothing else.

So it may be left out where a term is never -0.0, or where the program does not tell the two zeros apart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from autograd.compiler.programs.operation import CONSTANT
from autograd.symbols import COMPARISONS

if TYPE_CHECKING:
    from autograd.compiler.rolling.scalar_graph import ScalarGraph

# Operations that take both zeros for one, and give neither -0.0 nor negative numbers.
BLIND = {"exp", "exp2", "cosh", "sigmoid", "softplus", "abs", "normal_cdf"}
# Operations whose result depends on the sign of a zero at most by being the other zero.
PASSING = {
    "add", "subtract", "multiply", "negative", "positive", "where", "maximum", "minimum", "clip", "sum", "mean", "prod",
    "dot", "norm", "logsumexp", "relu", "leaky_relu", "silu", "gelu", "tanh", "sin", "tan", "sinh", "asinh", "asin",
    "atan", "erf", "sqrt", "cbrt", "expm1", "log1p", "sum over rows", "product over rows", "number of rows",
}  # fmt: skip
ASKED_BELOW = {"divide", "ratio"}  # 1 / -0.0 is -inf


def is_zero(graph: ScalarGraph, i: int) -> bool:
    """Whether a scalar is the constant 0, of either sign."""
    return graph.ops[i] == CONSTANT and graph.values[i] == 0


def absorbs(graph: ScalarGraph, pairs: Sequence[tuple[int, int]], singles: Sequence[int]) -> bool:
    """Whether one of these terms, or products of two, is never -0.0, so that their sum is not either."""
    if any((graph.ops[i] == CONSTANT and graph.values[i] != 0) or _has_no_sign(graph, i) for i in singles):
        return True
    return any(a == b or (_has_no_sign(graph, a) and _has_no_sign(graph, b)) for a, b in pairs)


def _has_no_sign(graph: ScalarGraph, i: int) -> bool:
    """Whether a scalar is neither negative nor -0.0, whatever its operands are."""
    if graph.ops[i] == CONSTANT:
        return math.copysign(1.0, graph.values[i]) > 0
    return graph.ops[i] in BLIND or _is_even(graph, i)


def is_positive_zero(graph: ScalarGraph, i: int) -> bool:
    """Whether a scalar is the constant 0.0."""
    return is_zero(graph, i) and math.copysign(1.0, graph.values[i]) > 0


def told_apart(graph: ScalarGraph, live: Sequence[int], outputs: Collection[int]) -> list[bool]:
    """For each scalar, whether something depends on its sign where it is 0: an output does."""
    found = [False] * len(graph.ops)
    for i in outputs:
        found[i] = True
    for i in reversed(live):
        op = graph.ops[i]
        if op in BLIND or op in COMPARISONS or _is_even(graph, i):
            continue
        passes = op in PASSING or _is_power(graph, i)
        for place, j in enumerate(graph.operands[i]):
            found[j] |= found[i] if passes or (op in ASKED_BELOW and place == 0) else True
    return found


def _is_power(graph: ScalarGraph, i: int) -> bool:
    """Whether a scalar is a power with a positive constant exponent."""
    if graph.ops[i] != "constant_power":
        return False
    exponent = graph.operands[i][1]
    return graph.ops[exponent] == CONSTANT and graph.values[exponent] > 0


def _is_even(graph: ScalarGraph, i: int) -> bool:
    """Whether a scalar is an even power, or the product of a number with itself."""
    operands = graph.operands[i]
    if graph.ops[i] == "multiply":
        return operands[0] == operands[1]
    return _is_power(graph, i) and graph.values[operands[1]] % 2 == 0
