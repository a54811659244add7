"""Kinks in a recorded graph: keeps both sides of a slope, and handles square roots of sums of squares at 0.

At 0, √ has an infinite local derivative and x² + y² a zero one, and their product is undefined. There √(x² + y²) is
recorded as the norm of (x, y).
"""

from __future__ import annotations

from _contextvars import ContextVar
from collections.abc import Callable, Sequence
from math import isfinite, sqrt

from autograd.engine.adjoints import adjoints
from autograd.engine.value import Value
from autograd.numbers.sides import ONE, SIDES, Component, Sided, multiple, sided, terms
from autograd.primitives import Primitive
from autograd.primitives.operators import core
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from autograd.numbers.sides import Form

    Term = tuple[Any, float, bool]  # an operand, its positive factor, whether it is squared

    class Known(Protocol):
        """Answers about operands: which are constants, and which are multiples of others."""

        def constant(self, x: Any, /) -> Any: ...
        def ratio(self, x: Any, y: Any, /) -> float | None: ...


def sides_kept(row: Primitive, record: Callable[..., Value]) -> Callable[..., Value]:
    """Wrap `record` for an operation whose local derivatives, or value, are the mean of two sides at its kink."""

    (at, *_) = [kink.at for kink in row.kinks if kink.sides]

    def recorded(*operands: Any) -> Value:
        made = record(*operands)
        if not isinstance(made, Value) or type(made._number) is not float or made._x is None:
            return made
        data = [v._number for v in made.inputs]
        if at(*row.structured(tuple(data))) if row.vectors else at(*data):
            _keep_sides(row, made)
        return made

    return recorded


def _keep_sides(row: Primitive, node: Value) -> None:
    inputs = node.inputs
    at_kink = _once(lambda: sides_at(row, list(map(_form, inputs))) or [0.0] * len(inputs))
    if row.sides == "value":
        node._number = sided(node._number, {Component(at_kink, 0): 1.0})
    else:
        components = [{} if v.is_constant else {Component(at_kink, i): 1.0} for i, v in enumerate(inputs)]
        partials = [p if p is None else sided(p, signs) for p, signs in zip(node.partials, components)]
        node._connect(inputs, tuple(partials))


def _once(compute: Callable[[], Any]) -> Callable[[], Any]:
    found: list[Any] = []

    def known() -> Any:
        if not found:
            found.append(compute())
        return found[0]

    return known


def _form(v: Value) -> Form | None:
    if not v.inputs:
        return {} if v.is_constant else {v.index: 1.0}
    return form({leaf.index: slope for leaf, slope in adjoints(v, 1.0).items() if not leaf.inputs}, v.index)


def form(slopes: Form, itself: Any) -> Form | None:
    """An operand near its kink: a sum of leaves times derivatives; itself if one of these has sides or is infinite.

    None if too many kinks combine in it: then a kink above it keeps only the mean of its sides.
    """
    if all(type(slope) is float and isfinite(slope) for slope in slopes.values()):
        return slopes
    return {itself: 1.0} if all(terms(slope) <= MOST_PRODUCTS for slope in slopes.values()) else None


MOST_PRODUCTS = 256  # products of signs in a derivative of an operand whose kink keeps its sides


def sides_at(row: Primitive, forms: Sequence[Form | None]) -> Sequence[float] | None:
    """The sides at a kink whose operands have these forms; None if they are not kept."""
    known = [x for x in forms if x is not None]
    return SIDES[row.sides](known) if len(known) == len(forms) else None


def is_between_sides(row: Primitive, operands: tuple[Any, ...]) -> bool:
    """Whether plain operands are at a kink where the operation takes the mean of its sides."""
    return any(kink.at(*row.structured(operands)) for kink in row.kinks if kink.sides)


def with_sides(row: Primitive, forms: Sequence[Form | None], value: Any, partials: tuple[Any, ...]) -> tuple[Any, Any]:
    """The value and local derivatives at that kink, with their sides, for operands with these forms."""
    sides = sides_at(row, forms)
    if sides is None:
        return value, partials
    return (sides[0], partials) if row.sides == "value" else (value, tuple(sides))


def sides_of(node: Value) -> Sequence[Any] | None:
    """The local derivatives of a recorded operation at its kink, including those of constants; None without sides."""
    partials = node.partials
    components = [sign for p in partials if type(p) is Sided for sign in p.deviations if type(sign) is Component]
    if not components:
        return None
    return [p if type(p) is Sided else q for p, q in zip(partials, components[0].at_kink())]


def keeping_sides(partials: Sequence[Any], known: Sequence[Any]) -> tuple[Any, ...]:
    """The local derivatives `partials` of a rule, with the known sides where the rule gives a plain number."""
    return tuple([q if type(q) is Sided and type(p) is float else p for p, q in zip(partials, known)])


# --- kinks of a traced function ----------------------------------------------------------------------


class Differentiated:
    """Reports to a trace the kinks of operations that the traced function differentiates itself."""

    def __init__(self, hear: Callable[[Any, int], None]) -> None:
        """`hear` takes the condition that a row is at a kink, and the order of the derivative: 1, or 2 for more."""
        self.hear = hear
        self.roots = False  # whether square roots are among the operations
        self.derived: set[int] = set()  # the indices of Values that belong to derivatives

    def order(self, nodes: list[Value]) -> int:
        """The order of a derivative that passes through these nodes."""
        return FIRST if self.derived.isdisjoint([node.index for node in nodes]) else SECOND

    def tell(self, row: Primitive, value: Any, operands: Sequence[Any], order: int) -> None:
        """Report the kink of an operation that has traced operands and is differentiated up to this order."""
        z = core(value)
        if type(z) is not Symbol:
            return
        if row.sides in ("greater", "lesser"):
            self.hear(core(operands[0]) == core(operands[1]), order)
        elif row.sides == "partials":
            self.hear(z == 0.0, order)
        elif row.name == "sqrt" or (row.name == "constant_power" and core(operands[1]) == 0.5):
            self.roots = True


FIRST, SECOND = 1, 2  # from the second derivative on, the sides of a kink matter
differentiated: ContextVar[Differentiated | None] = ContextVar("autograd differentiated", default=None)


def _constant(v: Value) -> Any:
    return v._number if v.is_constant else None


def _made_by(v: Value) -> tuple[Any, str, tuple[Value, ...]]:
    return v.index, v.op.name if v.op is not None else "", v.inputs


class Forms:
    """Numbers as linear combinations: 2·(x - y) is {x: 2, y: -2}; any other number is its own part.

    `constant(v)` returns the number of a constant, otherwise None; `made_by(v)` returns the key of v, the operation
    that made it ("" for an input) and its operands. The same operation on the same operands has the same form, so that
    |x - y| is recognised if it is computed twice.
    """

    MOST_EXAMINED = 1000  # numbers; any other is its own part
    DEEPEST = 40

    def __init__(
        self, constant: Callable[[Any], Any], made_by: Callable[[Any], tuple[Any, str, Sequence[Any]]]
    ) -> None:
        self.constant = constant
        self.made_by = made_by
        self.known: dict[Any, Form] = {}

    def of(self, v: Any, depth: int = 0) -> Form:
        """The form of a number."""
        constant = self.constant(v)
        if constant is not None:
            return {ONE: constant} if constant else {}
        itself, op, operands = self.made_by(v)
        if itself not in self.known:
            too_far = len(self.known) > self.MOST_EXAMINED or depth > self.DEEPEST
            self.known[itself] = {itself: 1.0} if too_far or not op else self._composed(op, operands, depth + 1)
        return self.known[itself]

    def ratio(self, x: Any, y: Any) -> float | None:
        """y / x if both are multiples of one number, otherwise None."""
        if x is y:
            return 1.0
        (a, number), (b, other) = multiple(self.of(x)), multiple(self.of(y))
        return b / a if number is not None and number == other else None

    def _composed(self, op: str, operands: Sequence[Any], depth: int) -> Form:
        step = LINEAR.get(op)
        terms = None if step is None else step(*operands, self.constant)
        if terms is None:
            return {(op, tuple([frozenset(self.of(x, depth).items()) for x in operands])): 1.0}
        found: Form = {}
        for x, factor in terms:
            for part, weight in self.of(x, depth).items():
                found[part] = found.get(part, 0.0) + factor * weight
        return found


def forms_of_values() -> Forms:
    """The forms of Values; each Value is examined once."""
    return Forms(_constant, _made_by)


# --- sums ---------------------------------------------------------------------------------------


def _scaled_by(x: Any, y: Any, known: Callable[[Any], Any]) -> list[tuple[Any, float]] | None:
    a, b = known(x), known(y)
    return [(x, b)] if b is not None else [(y, a)] if a is not None else None


def _weighted(*operands: Any) -> list[tuple[Any, float]] | None:
    *pairs, b, known = operands
    w, x = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
    products = [_scaled_by(v, u, known) for v, u in zip(w, x)]
    return None if None in products else [*(term for terms in products for term in terms or ()), (b, 1.0)]


# The terms of a linear operation, with their factors; None if the operation is not linear in its operands.
LINEAR: dict[str, Callable[..., list[tuple[Any, float]] | None]] = {
    "add": lambda x, y, known: [(x, 1.0), (y, 1.0)],
    "subtract": lambda x, y, known: [(x, 1.0), (y, -1.0)],
    "negative": lambda x, known: [(x, -1.0)],
    "positive": lambda x, known: [(x, 1.0)],
    "multiply": _scaled_by,
    "divide": lambda x, y, known: [(x, 1.0 / known(y))] if known(y) else None,  # compiled code divides by 0, too
    "sum": lambda *operands: [(x, 1.0) for x in operands[:-1]],
    "mean": lambda *operands: [(x, 1.0 / (len(operands) - 1)) for x in operands[:-1]],
    "dot": _weighted,
}


# --- sums of squares ----------------------------------------------------------------------------


def _product(x: Any, y: Any, known: Known) -> list[Term] | None:
    ratio = known.ratio(x, y)
    if ratio is not None:
        return [(x, ratio, True)] if ratio > 0 else None
    a, b = known.constant(x), known.constant(y)
    if a is not None and a > 0:
        return [(y, a, False)]
    return [(x, b, False)] if b is not None and b > 0 else None


def _quotient(x: Any, y: Any, known: Known) -> list[Term] | None:
    b = known.constant(y)
    return [(x, 1.0 / b, False)] if b is not None and b > 0 else None


def _power(x: Any, n: Any, known: Known) -> list[Term] | None:
    return [(x, 1.0, True)] if known.constant(n) == 2 else None


def _dot(*operands: Any) -> list[Term] | None:
    *pairs, b, known = operands
    terms = [_product(v, u, known) for v, u in zip(pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :])]
    return None if None in terms else [*(term for some in terms for term in some or ()), (b, 1.0, False)]


# The terms that an operation adds up, each with a positive factor; None if it is not such a sum.
TERMS: dict[str, Callable[..., list[Term] | None]] = {
    "add": lambda x, y, known: [(x, 1.0, False), (y, 1.0, False)],
    "positive": lambda x, known: [(x, 1.0, False)],
    "sum": lambda *operands: [(x, 1.0, False) for x in operands[:-1]],
    "mean": lambda *operands: [(x, 1.0 / (len(operands) - 1), False) for x in operands[:-1]],
    "multiply": _product,
    "divide": _quotient,
    "constant_power": _power,
    "power": _power,
    "dot": _dot,
}


def squares_below(q: Value) -> list[tuple[Value, float]] | None:
    """The Values whose squares, times positive factors, add up to `q`, which is 0; None if `q` is not such a sum.

    Each of these Values must itself be 0, since the square of a tiny number underflows to 0.
    """
    forms = forms_of_values()

    def terms(v: Value) -> list[Term] | None:
        step = TERMS.get(v.op.name) if v.op is not None else None
        return None if step is None else step(*v.inputs, forms)

    found = sum_of_squares(q, lambda v: v.is_constant and v._number == 0.0, terms)
    return None if found is None or any(v._number != 0.0 for v, _ in found) else found


def sum_of_squares(
    q: Any, is_zero: Callable[[Any], bool], terms: Callable[[Any], list[Term] | None]
) -> list[tuple[Any, float]] | None:
    """The squared numbers of a sum of squares, with their factors; None if `q` is not such a sum."""
    found: list[tuple[Any, float]] = []
    waiting = [(q, 1.0)]
    while waiting:
        v, factor = waiting.pop()
        if is_zero(v):
            continue
        parts = terms(v)
        if parts is None:
            return None
        for x, weight, is_square in parts:
            (found if is_square else waiting).append((x, factor * weight))
    return found


def scaled(squares: Sequence[tuple[Any, float]]) -> list[Any]:
    """The numbers multiplied by the roots of their factors, so that their plain squares add up to the same sum."""
    return [x if weight == 1.0 else x * sqrt(weight) for x, weight in squares]
