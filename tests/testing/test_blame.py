"""Which operation or pass is to blame, or none."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, primitive, relu, sin, sqrt, tanh
from autograd.engine import differentiating
from autograd.engine.graph import Graph
from autograd.primitives import Kink
from autograd.testing import check_gradients
from autograd.testing.judging.blame import find_blame, ties
from autograd.transforms import dual
from tests.testing.slips import (
    dropped_term,
    forgotten_edge,
    mismatch_of,
    not_a_number,
    one_in_a_million,
    plain,
    sign_slip,
    swapped,
    unequal_sum,
    wrong_beside_its_corner,
)

# --- local derivatives ---------------------------------------------------------------------------


# a wrong rule, its sequence parameters, a function that uses it at (1.5, 0.5) in u and v, the operand to blame, and the
# reported local derivative
LOCAL: list[tuple[Callable[..., Any], Any, Callable[..., Any], int, str]] = [
    (sign_slip, (), lambda op, u, v: sin(op(u)) * v, 0, "sign_slip(1.5) is -3.0; it should be 3.0 ±"),
    (swapped, (), lambda op, u, v: exp(op(u, v)), 0, "swapped(1.5, 0.5) is 1.5; it should be 0.5 ±"),
    (swapped, (), lambda op, u, v: op(3.0, u) + v, 1, "swapped(3.0, 1.5) is 1.5; it should be 3.0 ±"),
    (forgotten_edge, (), lambda op, u, v: op(v, u), 1, "forgotten_edge(0.5, 1.5) is 0.0 (an absent edge); it should"),
    (one_in_a_million, (), lambda op, u, v: tanh(op(u, v)), 1, f"is {1.5 * (1 + 1e-6)!r}; it should be 1.5 ±"),
    (dropped_term, (), lambda op, u, v: op(u * v), 0, f"dropped_term(0.75) is {math.exp(0.75)!r}; it should be"),
    (not_a_number, (), lambda op, u, v: op(u) - v, 0, "not_a_number(1.5) is nan; it should be 3.0 ±"),
    (unequal_sum, "xs", lambda op, u, v: op([u, v, u * v]), 2, "unequal_sum(1.5, 0.5, 0.75) is 1.5; it should be 1.0"),
    (unequal_sum, "xs", lambda op, u, v: op([v, 2.0, u]), 2, "unequal_sum(0.5, 2.0, 1.5) is 1.5; it should be 1.0"),
]


@pytest.mark.parametrize("rule, vectors, f, position, says", LOCAL, ids=[f"{r[0].__name__}, {r[4]}" for r in LOCAL])
def test_the_operation_and_its_operand_are_named(
    rule: Any, vectors: Any, f: Any, position: int, says: str, table: Any
) -> None:
    operation = primitive(vectors=vectors)(rule)
    mismatch = mismatch_of(lambda u, v: f(operation, u, v), 1.5, 0.5)
    blame = mismatch.blame
    assert blame is not None
    assert (blame.kind, blame.operation, blame.position) == ("local derivative", rule.__name__, position)
    assert blame.node.op is operation.primitive  # type: ignore[attr-defined]
    assert says in blame.says
    assert f"  blame     {rule.__name__}, local derivative: {blame.says}\n" in mismatch.message


def test_the_oldest_of_several_is_named(table: Any) -> None:
    first, second = primitive(sign_slip), primitive(swapped)
    blame = mismatch_of(lambda x: second(first(x), 3.0), 1.5).blame
    assert blame is not None
    assert blame.operation == "sign_slip"


def test_a_fault_that_does_not_reach_the_result_is_no_mismatch_but_can_be_asked_for(table: Any) -> None:
    operation = primitive(sign_slip)

    def f(x: Any) -> Any:
        return 0.0 * operation(x) + x

    check_gradients(f, 1.5)
    blame = find_blame(f(Value(1.5)))
    assert blame is not None
    assert blame.operation == "sign_slip"


def test_nobody_is_guilty_of_what_is_right() -> None:
    x = Value(0.0)
    assert find_blame(sin(x) * relu(x) + sqrt(x + 1.0) / 2.0, order=2) is None


@pytest.mark.parametrize(
    "f, point, says",
    [
        (lambda x: x * plain(x), 1.5, "does f compute with something else"),
        (lambda x: sqrt(x) ** 2, 0.0, "an infinite one meets a 0"),
    ],
)
def test_where_nobody_is_guilty_the_message_says_what_else_it_may_be(f: Any, point: float, says: str) -> None:
    mismatch = mismatch_of(f, point)
    assert mismatch.blame is None
    assert "  blame     none: " in mismatch.message
    assert says in mismatch.message


def test_a_rule_that_is_wrong_beside_its_corner_only_is_not_excused_by_it(table: Any) -> None:
    # At 0 the rule gives a valid subgradient; its slopes are checked on both sides of it.
    operation = primitive(wrong_beside_its_corner)
    blame = find_blame(operation(Value(0.0)))
    assert blame is not None
    assert (blame.kind, blame.operation) == ("local derivative", "wrong_beside_its_corner")


def test_a_rule_is_looked_at_beside_its_kink_though_the_value_has_a_derivative_there(table: Any) -> None:
    # As where(x, x, 0.0) at 0: the edge not selected is absent, which is right for each operand alone.
    kink = Kink("condition = 0", lambda condition, a: condition == 0, (0.0, 1.0), (None, None))

    @primitive(kinks=(kink,))
    def chosen(condition: Any, a: Any) -> Any:
        return (a if plain(condition) else 0.0), (None, -1.0 if plain(condition) else None)

    blame = mismatch_of(lambda x: chosen(x, x), 0.0).blame
    assert blame is not None
    assert blame.says.endswith("of chosen(0.001, 0.002) is -1.0; it should be 1.0 ± 1.0e-09")


def test_ties_are_the_corners_that_moving_leaves() -> None:
    x = Value(0.0)
    y = relu(x) + abs(Value.constant(0.0))  # a constant stays at its kink
    assert [node.op.name for node, _ in ties(y) if node.op] == ["relu"]
    assert ties(relu(Value(1.0))) == []


# --- second derivatives --------------------------------------------------------------------------


def bent_square(x: Any) -> Any:
    return x * x, (x + plain(x),)


def bent_product(x: Any, y: Any) -> Any:
    return x * y, (y, 2 * x - plain(x))


@pytest.mark.parametrize("rule, count", [(bent_square, 1), (bent_product, 2)])
def test_a_fault_of_second_order_alone(rule: Any, count: int, table: Any) -> None:
    operation = primitive(rule)

    def f(u: Any, v: Any) -> Any:
        return sin(operation(*(u * v, v)[:count]))

    check_gradients(f, 1.5, 0.5)
    mismatch = mismatch_of(f, 1.5, 0.5, order=2)
    assert mismatch.blame is not None
    assert (mismatch.blame.kind, mismatch.blame.operation) == ("second derivative", rule.__name__)
    assert "∂²/∂" in mismatch.blame.says
    told: list[Any] = []
    exec(mismatch.program, {rule.__name__: operation, "print": told.append})
    assert len(told) == 2
    assert mismatch.check is not None
    assert mismatch.check.what.startswith("∂²f/∂")
    assert mismatch.check.analytic in [d for row in told for d in row]


# --- accumulation --------------------------------------------------------------------------------


def shared(x: Any) -> Any:
    """x is used twice, by the second operation and by the third."""
    y = sin(x)
    return y * x


def swept(found: dict[Value, Any]) -> Any:
    """Adjoints where a sweep leaves them."""
    for v, adjoint in found.items():
        v._adjoint = adjoint
    return [], [], []


def overwriting(output: Value, seed: Any, first: int = 0) -> Any:
    """Adjoints computed with `=` instead of `+=`."""
    found = {output: seed}
    for node in reversed(Graph(output).nodes):
        for v, partial in zip(node.inputs, node.partials):
            if partial is not None and node in found and not v.is_constant:
                found[v] = found[node] * partial
    return swept(found)


def oldest_first(output: Value, seed: Any, first: int = 0) -> Any:
    """Adjoints that are passed on before they are complete: breadth first, each node visited once."""
    found, queue, seen = {output: seed}, [output], {output}
    for node in queue:
        for v, partial in zip(node.inputs, node.partials):
            if partial is not None and not v.is_constant:
                found[v] = found.get(v, 0.0) + found[node] * partial
            if v not in seen:
                seen.add(v)
                queue.append(v)
    return swept(found)


def doubled(output: Value, seed: Any, first: int = 0) -> Any:
    """Adjoints from a seed of 2."""
    return overwriting(output, 2 * seed)


def unordered(x: Any) -> Any:
    """The shared node is reached first by a short path, later by a long one."""
    y = sin(x)
    return y * exp(exp(y))


@pytest.mark.parametrize(
    "faulty, f, name, contributions",
    [
        (overwriting, shared, "x", 2),
        (oldest_first, unordered, "x", 1),
        (doubled, sin, "v1", 0),
    ],
)
def test_accumulation_is_blamed_at_its_node(
    faulty: Any, f: Any, name: str, contributions: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(differentiating, "sweep", faulty)
    mismatch = mismatch_of(f, 0.5)
    blame = mismatch.blame
    assert blame is not None and mismatch.output is not None
    assert (blame.kind, blame.position) == ("accumulation", None)
    assert Graph(mismatch.output).name(blame.node) == name
    contributed = blame.says.partition(" contribute ")[2].partition(":")[0]
    assert len(contributed.split(" + ")) == max(contributions, 1)
    assert (contributed == "nothing") == (contributions == 0)


def test_derivatives_in_the_wrong_order_are_found(monkeypatch: Any) -> None:
    right = differentiating.plain_gradients
    monkeypatch.setattr(differentiating, "plain_gradients", lambda *args: (right(*args)[0][::-1], False))
    blame = mismatch_of(lambda x, y: x * y, 2.0, 3.0).blame
    assert blame is not None
    assert blame.kind == "accumulation"


def test_a_backward_pass_that_forgets_is_told_from_one_that_returns(monkeypatch: Any) -> None:
    right = Value.backward

    def twice(self: Value, seed: Any = 1.0) -> None:
        right(self, 2 * seed)

    monkeypatch.setattr(Value, "backward", twice)
    mismatch = mismatch_of(sin, 0.5)
    assert mismatch.check is not None and mismatch.blame is not None
    assert mismatch.check.mode == "backward()"
    assert mismatch.blame.kind == "accumulation"
    assert " by backward is " in mismatch.blame.says


def test_inputs_that_do_not_give_the_value_of_their_node() -> None:
    x, y = Value(1.0), Value(2.0)
    z = x * y
    z._y = x
    blame = find_blame(z)
    assert blame is not None
    assert (blame.kind, blame.node) == ("inputs", z)
    assert "= 2.0, but multiply of the inputs of its node is 1.0" in blame.says


def test_forward_mode_is_blamed_where_reverse_mode_is_right(monkeypatch: Any) -> None:
    row = sin.primitive  # type: ignore[attr-defined]
    right = dual._push(row)

    def pushed(x: Any) -> Any:
        found = right(x)
        found.tangent = None if found.tangent is None else 3 * found.tangent
        return found

    monkeypatch.setitem(row.lifted, dual.Dual, pushed)
    check_gradients(lambda x: exp(sin(x)), 0.5, modes=("reverse",))
    mismatch = mismatch_of(lambda x: exp(sin(x)), 0.5)
    assert mismatch.blame is not None and mismatch.check is not None
    assert (mismatch.blame.kind, mismatch.blame.operation) == ("forward mode", "sin")
    assert mismatch.check.mode == "forward mode"
