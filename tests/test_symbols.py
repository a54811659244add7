"""The text of local derivatives: what each rule says when it runs on symbols."""

from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value
from autograd.engine.graph import Graph
from autograd.primitives import TABLE
from autograd.refusals import TraceError
from autograd.symbols import Symbol

x, y = Value(0.5, label="x"), Value(2.0, label="y")

# operation, its formula, its local derivatives
TEXTS: list[tuple[Callable[[], Any], str, list[str]]] = [
    (lambda: x + y, "x + y", ["1", "1"]),
    (lambda: x - y, "x - y", ["1", "-1"]),
    (lambda: x * y, "x·y", ["y", "x"]),
    (lambda: x * x, "x²", ["x", "x"]),
    (lambda: x / y, "x/y", ["1/y", "-v1/y"]),
    (lambda: x % y, "x % y", ["1", "-(x // y)"]),
    (lambda: x**3, "x³", ["3·x²", "absent"]),
    (lambda: x**2, "x²", ["2·x", "absent"]),
    (lambda: x**-1, "x^-1", ["-x^-2", "absent"]),
    (lambda: x**y, "x^y", ["y·x^(y - 1)", "v1·log(x)"]),
    (lambda: -x, "-x", ["-1"]),
    (lambda: abs(x), "|x|", ["sign(x)"]),
    (lambda: x.exp(), "exp(x)", ["v1"]),
    (lambda: x.log(), "log(x)", ["1/x"]),
    (lambda: x.log2(), "log2(x)", ["log₂e/x"]),
    (lambda: x.sqrt(), "sqrt(x)", ["0.5/v1"]),
    (lambda: x.cbrt(), "cbrt(x)", ["1/(3·v1·v1)"]),
    (lambda: x.sin(), "sin(x)", ["cos(x)"]),
    (lambda: x.cos(), "cos(x)", ["-sin(x)"]),
    (lambda: x.tan(), "tan(x)", ["1 + v1²"]),
    (lambda: x.asin(), "asin(x)", ["1/√(1 - x²)"]),
    (lambda: x.atan(), "atan(x)", ["1/(1 + x²)"]),
    (lambda: autograd.atan2(y, x), "atan2(y, x)", ["x/(x² + y²)", "-y/(y² + x²)"]),
    (lambda: x.tanh(), "tanh(x)", ["sech²(x)"]),
    (lambda: x.asinh(), "asinh(x)", ["1/hypot(1, x)"]),
    (lambda: autograd.hypot(x, y), "hypot(x, y)", ["x/hypot(x, y)", "y/hypot(y, x)"]),
    (lambda: x.erf(), "erf(x)", ["2/√π·exp(-x²)"]),
    (lambda: x.normal_cdf(), "Φ(x)", ["1/√2π·exp(-x²/2)"]),
    (lambda: x.relu(), "relu(x)", ["1"]),
    (lambda: (-x).relu(), "relu(v1)", ["absent"]),
    (lambda: x.sigmoid(), "σ(x)", ["σ′(x)"]),
    (lambda: x.softplus(), "softplus(x)", ["σ(x)"]),
    (lambda: x.silu(), "silu(x)", ["silu′(x)"]),
    (lambda: x.gelu(), "gelu(x)", ["gelu′(x)"]),
    (lambda: autograd.maximum(x, y), "maximum(x, y)", ["absent", "1"]),
    (lambda: autograd.maximum(x, 0.5), "maximum(x, 0.5)", ["0.5", "0.5"]),
    (lambda: autograd.sum([x, y, 3]), "x + y + 3", ["1", "1", "1"]),
    (lambda: autograd.prod([x, y, 3]), "prod(x, y, 3)", ["3·y", "x·3", "x·y"]),
    (lambda: autograd.dot([x], [y], 1.0), "x·y + 1", ["y", "x", "1"]),
    (lambda: autograd.norm([x, y]), "norm(x, y)", ["x/norm(x, y)", "y/norm(y, x)"]),
    (lambda: autograd.logsumexp([x, y]), "logsumexp(x, y)", ["softmax(x, y)", "softmax(y, x)"]),
]


@pytest.mark.parametrize(
    ("operation", "formula", "partials"), TEXTS, ids=lambda row: row if isinstance(row, str) else ""
)
def test_a_local_derivative_says_what_it_is(operation: Callable[[], Any], formula: str, partials: list[str]) -> None:
    graph = Graph(operation())
    assert graph.formula(graph.output) == formula
    assert [graph.local_derivative(edge) for edge in graph.edges(graph.output)] == partials


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_rule_runs_on_symbols(name: str) -> None:
    row = TABLE[name]
    operands = [
        (Symbol("p"), Symbol("q"), Symbol("r"))
        if parameter in row.vectors
        else 2.0
        if parameter == "n"
        else Symbol(parameter)
        for parameter in row.parameters
    ]
    value, partials = row.rule(*operands)
    flat = [x for operand in operands for x in (operand if isinstance(operand, tuple) else (operand,))]
    assert len(partials) == len(flat)
    assert all(str(text) for text in (value, *partials))


@pytest.mark.parametrize(
    "branch", [lambda s: 1 if s > 0 else 2, lambda s: bool(s), lambda s: s == s and 1, lambda s: max(s, 1.0)]
)
def test_a_branch_on_a_symbol_is_an_error_that_names_where(branch: Callable[[Symbol], Any]) -> None:
    with pytest.raises(TraceError, match="where"):
        branch(Symbol("s"))


def test_long_formulas_are_elided() -> None:
    graph = Graph(autograd.sum([Value(1.0) for _ in range(100)]))
    assert graph.formula(graph.output) == "v1 + v2 + v3 + … + v99 + v100"
