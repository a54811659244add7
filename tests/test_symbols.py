"""The text of local derivatives: what each rule gives on symbols."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Value, abs, ceil, clip, explain, floor, maximum, minimum, primitive, relu, sum, where
from autograd.engine.graph import Graph
from autograd.primitives import TABLE
from autograd.refusals import TraceError
from autograd.symbols import Symbol, structure
from autograd.symbols.whole import span

x, y = Value(0.5, label="x"), Value(2.0, label="y")

# operation, its formula, its local derivatives
TEXTS: list[tuple[Callable[[], Any], str, list[str]]] = [
    (lambda: x + y, "x + y", ["1", "1"]),
    (lambda: x - y, "x - y", ["1", "-1"]),
    (lambda: x * y, "x·y", ["y", "x"]),
    (lambda: x * x, "x⁽¹⁾·x⁽²⁾", ["x⁽²⁾", "x⁽¹⁾"]),
    (lambda: x / x, "x⁽¹⁾/x⁽²⁾", ["1/x⁽²⁾", "-v1/x⁽²⁾"]),
    (lambda: x**x, "x⁽¹⁾^x⁽²⁾", ["x⁽²⁾·x⁽¹⁾^(x⁽²⁾ - 1)", "v1·log(x⁽¹⁾)"]),
    (lambda: autograd.hypot(x, x), "hypot(x⁽¹⁾, x⁽²⁾)", ["x⁽¹⁾/hypot(x⁽¹⁾, x⁽²⁾)", "x⁽²⁾/hypot(x⁽²⁾, x⁽¹⁾)"]),
    (lambda: autograd.dot([x, x], [x, y]), "x⁽¹⁾·x⁽³⁾ + x⁽²⁾·y", ["x⁽³⁾", "y", "x⁽¹⁾", "x⁽²⁾", "1"]),
    (
        lambda: autograd.norm([x, y, x]),
        "norm(x⁽¹⁾, y, x⁽³⁾)",
        ["x⁽¹⁾/norm(x⁽¹⁾, y, x⁽³⁾)", "y/norm(y, x⁽¹⁾, x⁽³⁾)", "x⁽³⁾/norm(x⁽³⁾, x⁽¹⁾, y)"],
    ),
    (lambda: autograd.maximum(x, x), "maximum(x⁽¹⁾, x⁽²⁾)", ["0.5", "0.5"]),
    (lambda: x * x.sin(), "x⁽¹⁾·v1", ["v1", "x⁽¹⁾"]),
    (lambda: x * -1, "x·(-1)", ["-1", "x"]),
    (lambda: -1 * x, "-1·x", ["x", "-1"]),
    (lambda: x - -3, "x - (-3)", ["1", "-1"]),
    (lambda: -3 - x, "-3 - x", ["1", "-1"]),
    (lambda: x + -3, "x + (-3)", ["1", "1"]),
    (lambda: x / -2, "x/(-2)", ["-0.5", "-v1/(-2)"]),
    (lambda: -2 / x, "-2/x", ["1/x", "-v1/x"]),
    (lambda: -2 % x, "(-2) % x", ["1", "-((-2) // x)"]),
    (lambda: x // -2, "x // (-2)", ["0", "0"]),
    (lambda: Value.constant(-2.0) ** y, "(-2)^y", ["y·(-2)^(y - 1)", "v1·log(-2)"]),
    (lambda: autograd.sum([x, -3, y]), "x + (-3) + y", ["1", "1", "1"]),
    (lambda: autograd.dot([x, y], [-1, -2], -3), "x·(-1) + y·(-2) + (-3)", ["-1", "-2", "x", "y", "1"]),
    (lambda: autograd.dot([-1, -2], [x, y], -3), "-1·x + (-2·y) + (-3)", ["x", "y", "-1", "-2", "1"]),
    (lambda: autograd.prod([x, -3, y]), "prod(x, -3, y)", ["y·(-3)", "x·y", "x·(-3)"]),
    (lambda: autograd.hypot(x, -3), "hypot(x, -3)", ["x/hypot(x, -3)", "(-3)/hypot(-3, x)"]),
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
    (lambda: autograd.softmax([x, y])[0], "softmax(x, y)", ["v1·(1 - v1)", "-v1·softmax(y, x)"]),
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


# a label, and the formulas of its square, of its product with x, and of x minus it
NAMES = [
    ("-w", "(-w)²", "x·(-w)", "x - (-w)"),
    ("1 - p", "(1 - p)²", "x·(1 - p)", "x - (1 - p)"),
    ("a/b", "(a/b)²", "x·a/b", "x - a/b"),
    ("2·w", "(2·w)²", "x·2·w", "x - 2·w"),
    ("e^-t", "(e^-t)²", "x·e^-t", "x - e^-t"),
    ("σ(z - 1)", "σ(z - 1)²", "x·σ(z - 1)", "x - σ(z - 1)"),
    ("h[i + 1]", "h[i + 1]²", "x·h[i + 1]", "x - h[i + 1]"),
    ("weighted input", "weighted input²", "x·weighted input", "x - weighted input"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "square", "product", "difference"), NAMES)
def test_a_label_that_is_an_expression_is_put_in_brackets(
    label: str, square: str, product: str, difference: str
) -> None:
    w = Value(0.5, label=label)
    assert [Graph(v).formula(v) for v in (w**2, x * w, x - w)] == [square, product, difference]


SPANNED = [
    lambda x: where(x > 2, 3, x % 5), lambda x: 2 * where(x > 2, 1, 4) - 3, lambda x: -(x % 6),
    lambda x: maximum(x % 7, 2) + minimum(x % 3, 1), lambda x: clip(x, 1.0, 4.0), lambda x: clip(x, 4.0, 1.0),
    lambda x: relu(where(x > 0, -3, 2)) - where(x > 1, 5, 7), lambda x: ceil((x % 4) / 3) + abs(x),
    lambda x: floor(where(x > 0, 2.5, -2.5)) * where(x > 3, -1, 2), lambda x: ceil(where(x > 0, 2.5, -2.5)),
    lambda x: sum([where(x > k, 1.0, 0.0) for k in range(9)]), lambda x: autograd.round(where(x > 0, 0.5, 1.5)),
]  # fmt: skip


@pytest.mark.parametrize("f", SPANNED)
def test_a_span_holds_what_the_number_may_be(f: Callable[[Any], Any]) -> None:
    least, most = span(f(Symbol("x")))
    found = [f(float(x)) for x in range(-12, 13)]
    assert least <= min(found) and max(found) <= most


# Each makes the same anew, and no other makes it.
STRUCTURES: list[Callable[[], Any]] = [
    lambda: None, lambda: 0.0, lambda: -0.0, lambda: 0, lambda: float("nan"), lambda: 0.1, lambda: 0.1 + 1e-15,
    lambda: Symbol("x"), lambda: Symbol("x") * 2.0, lambda: Symbol("x") * 3.0, lambda: Symbol("x") > 0,
    lambda: Symbol("x") > 0.1, lambda: Symbol("x") > 0.1 + 1e-15, lambda: (0.0, Symbol("x")),
    lambda: (-0.0, Symbol("x")), lambda: (Symbol("x"), 0.0),
]  # fmt: skip


def test_a_structure_is_a_key() -> None:
    keys = {structure(make()): make for make in STRUCTURES}
    assert len(keys) == len(STRUCTURES)
    assert all(keys[structure(make())] is make for make in STRUCTURES)


def test_a_local_derivative_of_what_is_an_expression_is_bracketed_too() -> None:
    graph = Graph(x * Value(0.5, label="1 - p"))
    assert [graph.local_name(edge) for edge in graph.edges(graph.output)] == ["∂v1/∂x", "∂v1/∂(1 - p)"]
    p = Value(0.5, label="1 - p")
    graph = Graph(p / p)
    assert graph.formula(graph.output) == "(1 - p)⁽¹⁾/(1 - p)⁽²⁾"
    assert [graph.local_name(edge) for edge in graph.edges(graph.output)] == ["∂v1/∂(1 - p)⁽¹⁾", "∂v1/∂(1 - p)⁽²⁾"]


def test_a_formula_stays_what_it_is_when_data_changes() -> None:
    w = Value(0.5, label="w")
    y = w * -1
    w.data = 2.0
    graph = Graph(y)
    assert (graph.formula(y), [graph.local_derivative(edge) for edge in graph.edges(y)]) == ("w·(-1)", ["-1", "0.5"])


def test_a_rule_that_runs_on_floats_alone_says_its_call(table: Any) -> None:
    @autograd.primitive(symbol="-")
    def gap(x: Any, y: Any) -> Any:
        return math.fsum((x, -y)), (1.0, -1.0)

    assert Graph(gap(x, -3)).formula(gap(x, -3)) == "x - (-3)"


@pytest.mark.parametrize("n", [6, 7, 100, 500])
def test_long_formulas_are_elided(n: int) -> None:
    total = autograd.sum([Value(1.0) for _ in range(n)])
    wanted = "v1 + v2 + v3 + v4 + v5 + v6" if n == 6 else f"v1 + v2 + v3 + … + v{n - 1} + v{n}"
    assert Graph(total).formula(total) == wanted
    assert f"= {wanted} " in str(explain(total))


def test_a_rule_that_loops_is_explained_briefly(table) -> None:
    @primitive
    def chaos(x):
        slope = 1.0
        for _ in range(60):
            x, slope = 4 * x * (1 - x), slope * (4 - 8 * x)
        return x, (slope,)

    C = chaos(Value(0.3, label="x"))
    told = str(explain(C))
    assert "…" in told
    assert len(told) < 3000
