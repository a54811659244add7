"""check_primitive: checks one operation over its domain, its far ends, its kinks and the points where it raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autograd.engine import Value
from autograd.engine.graph import Graph
from autograd.primitives import TABLE, Kink, Primitive
from autograd.primitives.table import Interval
from autograd.symbols import Symbol
from autograd.testing.arguments.domains import REALS, Domain, interval
from autograd.testing.arguments.functions import Function, applied, of_moving, plain
from autograd.testing.arguments.supplied import FAILURES
from autograd.testing.check import check_gradients
from autograd.testing.decorators import quietly, refuse_inconclusive
from autograd.testing.judging.blame import Blame
from autograd.testing.judging.messages import argument
from autograd.testing.judging.sources import source
from autograd.testing.oracles.precise import precise_value
from autograd.testing.oracles.underflow import LEAST_NORMAL
from autograd.testing.points import LANES, Numbers, values
from autograd.testing.verdicts import GradientMismatch, Report, Verdict, raised
from autograd.transforms import jvp

FINITE = tuple(name for name in LANES if name not in ("infinite", "nan"))
EVERYDAY = (0.4, 1.3, 2.6, 0.75, -0.6, -1.7, 5.1)
ALIKE = 1e-6  # relative: a kernel may be less accurate at some points
LENGTHS = (1, 2, 3)  # of the sequences that an operation takes
COUNTED, FEW = 100, 6  # counts are below the first, and that many are drawn


def check_primitive(op: Callable[..., Any] | str, *, domain: dict[str, Domain] | None = None) -> Report:
    """Check everything the table says about an operation, given as a function made by `@primitive` or by name.

    Over generated operands: floats, Values and duals give the same value, to the last bit, or raise the same exception;
    derivatives are right to order 2 in every mode; NaN propagates. Operands come from inside the domain, its ends, and
    outside. At each kink, the rule must give the local derivatives that the table lists. `domain` gives, by operand
    name, a smaller domain to draw from. A rule that runs on floats alone is checked to order 1, at everyday numbers.
    The number of examples follows hypothesis' settings. Raises GradientMismatch, also if a check is inconclusive at
    over 2 % of the points; ValueError for a name that is not in the table.

    >>> from autograd import primitive
    >>> @primitive
    ... def square(x):
    ...     return x * x, (3 * x,)
    >>> check_primitive(square)
    Traceback (most recent call last):
        ...
    autograd.testing.verdicts.GradientMismatch: gross mismatch of square: ...
    """
    row = _row(op)
    for kink in row.kinks:
        check_kink(row, kink)
    reports: list[tuple[str, Report]] = []

    @quietly
    @given(operands_of(row, domain or {}))
    def check(operands: tuple[Any, ...]) -> None:
        reports.append((f"{row.name}({', '.join(map(argument, operands))})", check_at(row, operands)))

    check()
    for option, exactly in EXACT_VALUES.items():
        if getattr(row, option) is not None and row.kernel is not None:
            _check_exact(row, domain or {}, option, exactly)
    refuse_inconclusive(row.name, reports)
    return Report.of(report for _, report in reports)


def _is_of_floats_alone(row: Primitive) -> bool:
    """Whether a user's rule takes no other numbers: then it has no second derivatives, and none in fifty digits."""
    if row.vectors:
        return False
    return all(_refuses(row, of) for of in (Symbol, lambda name: Value(0.5)))


def _refuses(row: Primitive, of: Callable[[str], Any]) -> bool:
    """Whether a rule takes no numbers of a kind."""
    try:
        row.rule(*map(of, row.parameters))
    except TypeError:
        return True
    except FAILURES:
        return False
    return False


def _row(op: Callable[..., Any] | str) -> Primitive:
    if isinstance(op, str):
        if op not in TABLE:
            raise ValueError(f"check_primitive: no operation {op!r} in the table")
        return TABLE[op]
    row = getattr(op, "primitive", None)
    if not isinstance(row, Primitive):
        raise TypeError(f"check_primitive: expected a function made by @primitive, or its name, got {op!r:.60}")
    return row


def operands_of(row: Primitive, narrower: dict[str, Domain]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Operands: four times out of five from their domains, else any numbers; a list where a sequence is due."""
    unknown = set(narrower) - set(row.parameters)
    if unknown:
        raise ValueError(f"{row.name} has no operand {', '.join(sorted(unknown))}")
    own = row.domain or (REALS,) * len(row.parameters)
    inside = [interval(narrower[name]) if name in narrower else d for name, d in zip(row.parameters, own)]
    whole = {name: _whole(d) for name, d in zip(row.parameters, inside) if name in row.counts}
    lengths = st.sampled_from(LENGTHS if row.vectors else (1,))
    if _is_of_floats_alone(row):  # no oracle can tell what it is at the far ends of floats
        return _row_of(row, [values(_finite(d)) for d in inside], whole, 1)
    return lengths.flatmap(
        lambda length: st.one_of(
            _row_of(row, [values(_finite(d), FINITE) for d in inside], whole, length),
            _row_of(row, [values(_finite(d)) for d in inside], whole, length),
            _row_of(row, [values(d, ("ordinary", "spread", "ends", "infinite", "nan")) for d in inside], whole, length),
            _row_of(row, [values(d if name in narrower else "[-inf, inf]", LANES)
                          for name, d in zip(row.parameters, inside)], whole, length),
        )
    )  # fmt: skip


def _finite(domain: Interval) -> Interval:
    """The finite numbers of a domain."""
    low = "(" if domain.low_open or math.isinf(domain.low) else "["
    high = ")" if domain.high_open or math.isinf(domain.high) else "]"
    return Interval(f"{low}{domain.low}, {domain.high}{high}")


def _whole(domain: Interval) -> Numbers:
    """The first whole numbers of a domain, for a count."""
    found = [float(k) for k in range(COUNTED) if k in domain]
    if not found:
        raise ValueError(f"there is no whole number below {COUNTED} in the domain of a count, {domain}")
    return st.sampled_from(found[:FEW])


def _row_of(
    row: Primitive, numbers: list[Numbers], whole: dict[str, Numbers], length: int
) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(
        *(
            st.lists(number, min_size=length, max_size=length) if name in row.vectors else whole.get(name, number)
            for name, number in zip(row.parameters, numbers)
        )
    )


def check_kink(row: Primitive, kink: Kink) -> None:
    """Check that the rule gives the listed derivatives at a kink, and that they lie between the one-sided ones."""
    found = row.evaluate(*kink.example)[1]
    if not kink.at(*kink.example) or found != kink.partials:
        text = f"{row.name} at its kink {kink.where}: local derivatives {found} at {kink.example}, not {kink.partials}"
        wrong = [i for i, (got, wanted) in enumerate(zip(found, kink.partials)) if got != wanted]
        says = [f"is {found[i]!r}, should be {kink.partials[i]!r} at {kink.where}" for i in wrong]
        _refuse(row, "kink", text, kink.example, *zip(wrong, says))
    report = check_gradients(row.function, *(list(x) if isinstance(x, tuple) else x for x in kink.example))
    if not report.counts.keys() & {Verdict.KINK, Verdict.DISCONTINUITY}:
        _refuse(row, "kink", f"{row.name} has no kink {kink.where}: {report}", kink.example)


def _refuse(row: Primitive, kind: str, text: str, operands: tuple[Any, ...], *edges: tuple[int, str]) -> None:
    """Raise a mismatch of an operation, with its graph if it has one; `edges` are the wrong ones and their messages."""
    function = Function(*of_moving(row, [list(x) if isinstance(x, tuple) else x for x in operands]))
    point = dict(zip(function.names, function.flat))
    try:
        inputs, output = function.record(function.flat)
    except FAILURES:
        raised(GradientMismatch(kind, text, point))
    blame = next((Blame(kind, row.name, output, i, text, says) for i, says in edges), None)
    program = source(Graph(output), inputs)
    lines = [text, "  program", *(f"    {line}" for line in program.splitlines())]
    lines.append(f"  again     check_primitive({row.name!r})")
    raised(GradientMismatch(kind, "\n".join(lines), point, None, blame, output, program))


def _on_fractions(f: Callable[..., Any], x: Sequence[float]) -> float:
    return float(f(*map(Fraction, x)))


ExactValue = Callable[[Callable[..., Any], Sequence[float]], float | None]
EXACT_VALUES: dict[str, ExactValue] = {"precise": precise_value, "rational": _on_fractions}  # by the option they run


def _check_exact(row: Primitive, narrower: dict[str, Domain], option: str, exactly: ExactValue) -> None:
    """Require that a kernel and what stands for it on exact numbers are one function: they agree at most points."""
    apart: list[tuple[tuple[Any, ...], str]] = []
    compared = 0
    for operands in _everyday(row, narrower):
        function = Function(*of_moving(row, operands))
        try:
            value = float(function(*function.flat))
            exact = exactly(function, function.flat)
        except (*FAILURES, TypeError, ImportError):  # a power that is not a fraction; no mpmath
            continue
        if exact is not None and math.isfinite(value) and math.isfinite(exact):
            compared += 1
            if abs(value - exact) > ALIKE * max(abs(value), abs(exact)):
                at = ", ".join(map(argument, operands))
                apart.append((operands, f"{row.name}({at}) is {value!r} by its kernel, {exact!r} by {option}="))
    if 2 * len(apart) > compared:
        _refuse(row, "value", apart[0][1], apart[0][0])


def _everyday(row: Primitive, narrower: dict[str, Domain]) -> Iterator[tuple[Any, ...]]:
    """Operands of ordinary size inside of their domains, and a 2 where a count is due."""
    for k in range(len(EVERYDAY)):
        numbers = [EVERYDAY[(k + i) % len(EVERYDAY)] for i in range(len(row.parameters))]
        operands = [2.0 if name in row.counts else x for name, x in zip(row.parameters, numbers)]
        own = row.domain or (REALS,) * len(operands)
        domains = [interval(narrower[name]) if name in narrower else d for name, d in zip(row.parameters, own)]
        if all(x in d for x, d in zip(operands, domains)):
            yield tuple([x, 0.5] if name in row.vectors else x for name, x in zip(row.parameters, operands))


def check_at(row: Primitive, operands: tuple[Any, ...]) -> Report:
    """Check everything that can be checked about an operation at one point."""
    flat = [x for part in operands for x in (part if isinstance(part, list) else (part,))]
    f, moving = of_moving(row, operands)
    function = Function(f, moving)
    kinds: dict[str, Callable[..., Any]] = {
        "Values": lambda *xs: function(*map(Value, xs)),
        "duals": lambda *xs: jvp(function, xs, (1.0,) * len(xs))[0],
    }
    value = _outcome(lambda *xs: applied(row, list(xs)), flat)
    for kind, compute in kinds.items():
        other = _outcome(compute, function.flat)
        if value != other:
            text = f"{row.name}({', '.join(map(repr, flat))}) is {value} on floats, {other} on {kind}"
            _refuse(row, "value", text, operands)
    _check_nan(row, operands, flat, value)
    if row.domain:
        _check_domain(row, operands, flat, value)
    domains = [d for d, part in zip(row.domain, operands) for _ in (part if isinstance(part, list) else (part,))]
    inside = domains and all(x in d for x, d in zip(flat, domains))
    differentiated = [d for name, d in zip(row.parameters, row.domain) if name not in row.plain]
    domain = [[d] * len(part) if isinstance(part, list) else d for d, part in zip(differentiated, moving)]
    normal = all(
        x == 0.0 or abs(x) >= LEAST_NORMAL for x in flat
    )  # a second derivative shows what a subnormal has lost
    order = 2 if normal and not _is_of_floats_alone(row) else 1
    return check_gradients(f, *moving, order=order, domain=domain if inside else None, inconclusive="ok")


def _outcome(compute: Callable[..., Any], numbers: list[float]) -> str:
    """The bits of a value, or the name of the exception raised."""
    try:
        return float(plain(compute(*numbers))).hex()
    except FAILURES as error:
        return type(error).__name__


def _check_nan(row: Primitive, operands: tuple[Any, ...], flat: list[float], value: str) -> None:
    """A NaN operand gives NaN, or was not selected: then any other number in its place changes nothing."""
    for i, x in enumerate(flat):
        if (
            x == x
            or _is_no_number(row, i, len(flat))
            or value in ("nan", "ValueError", "ZeroDivisionError", "OverflowError")
        ):
            continue
        for other in (0.0, 1.0, -1e300, math.inf):
            numbers = [other if k == i else v for k, v in enumerate(flat)]
            if _outcome(lambda *xs: applied(row, list(xs)), numbers) != value:
                text = f"{row.name}({', '.join(map(repr, flat))}) is {value}: the NaN has been lost"
                _refuse(row, "value", text, operands)


def _is_no_number(row: Primitive, i: int, count: int) -> bool:
    """Whether an operand has no edge anywhere: a condition, whose truth value alone counts."""
    try:
        partials = row.rule(*row.structured(tuple(Symbol(f"x{k}") for k in range(count))))[1]
    except (TypeError, ValueError, ArithmeticError):  # a user's rule that runs only on floats
        return False
    return partials[i] is None


def _check_domain(row: Primitive, operands: tuple[Any, ...], flat: list[float], value: str) -> None:
    """Require ValueError outside the domain; inside, only Python's own operation or overflow may raise."""
    inside = all(x in d for d, part in zip(row.domain, operands) for x in (part if isinstance(part, list) else (part,)))
    if inside and (value not in ("ValueError", "ZeroDivisionError") or row.native is not None):
        return
    if not inside and value == "ValueError":
        return
    text = f"{row.name}({', '.join(map(repr, flat))}) is {value}; its domain is {', '.join(map(str, row.domain))}"
    _refuse(row, "failure", text, operands)
