"""How a row is evaluated on base kinds of number: its kernel and its rule, with domain checks."""

from __future__ import annotations

from _thread import _local
from collections.abc import Callable
from math import isfinite

from autograd.numbers.kinds import SYMBOL_RANK, kind_of, leading_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.primitives.domains import Interval
    from autograd.primitives.table import Primitive


class _Totally(_local):
    """Whether this thread evaluates local derivatives without domain checks, as in IEEE arithmetic."""

    on = False


_totally = _Totally()


def owned_kernel(row: Primitive, kernel: Callable[..., Any]) -> Callable[..., float]:
    """A user's kernel, wrapped to return a float, as a ufunc returns a number of NumPy's; it takes counts as ints."""
    counts = [row.parameters.index(name) for name in row.counts]

    def on_floats(*operands: Any) -> float:
        return float(kernel(*operands))

    def on_counts(*operands: Any) -> float:
        given = list(operands)
        for i in counts:
            if given[i] % 1 != 0:
                raise ValueError(f"{row.parameters[i]} counts, so it must be a whole number")
            given[i] = int(given[i])
        return float(kernel(*given))

    return on_counts if counts else on_floats


def rule_of(row: Primitive) -> Callable[..., Any]:
    """The rule of a row: its value and local derivatives on any kind of number, without domain checks."""
    if row.kernel is not None:
        return _with_partials(row, _total_value(row))
    return _checked(row) if row.is_foreign else row.declared


def evaluators(row: Primitive) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The value on base kinds, with domain checks: alone, and with the local derivatives."""
    if row.kernel is not None:
        value = _guarded_value(row) if row.domain else _total_value(row)
        return value, _with_partials(row, value)
    evaluate = _guarded_rule(row) if row.domain else row.rule
    return lambda *operands: evaluate(*operands)[0], evaluate


def local_derivatives(row: Primitive) -> Callable[[tuple[Any, ...], Any], tuple[Any, ...]]:
    """The local derivatives of a row on any kind of number, as a function of its operands and its value."""
    declared, rule = row.declared, row.rule
    takes_value = declared.__code__.co_kwonlyargcount > 0

    def composed(operands: tuple[Any, ...], z: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = rule(*operands)[1]
        return found

    def derivatives(operands: tuple[Any, ...], z: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = declared(*operands, z=z) if takes_value else declared(*operands)
        return _held(row, operands, found) if row.is_foreign else found

    def total(operands: tuple[Any, ...], z: Any) -> tuple[Any, ...]:
        """Without domain checks, as in IEEE arithmetic, if an operation in the rule raises."""
        try:
            return derivatives(operands, z)
        except (ValueError, ArithmeticError):
            if _totally.on:
                raise
        _totally.on = True
        try:
            return derivatives(operands, z)
        finally:
            _totally.on = False

    return composed if row.kernel is None else total


def _with_partials(row: Primitive, value: Callable[..., Any]) -> Callable[..., Any]:
    """The value and local derivatives of a row with a kernel."""
    declared = row.declared
    takes_value = declared.__code__.co_kwonlyargcount > 0

    def of_one(x: Any) -> Any:
        z = value(x)
        try:
            return z, declared(x)
        except (ValueError, ArithmeticError):
            return z, row.local((x,), z)

    def of_one_and_value(x: Any) -> Any:
        z = value(x)
        try:
            return z, declared(x, z=z)
        except (ValueError, ArithmeticError):
            return z, row.local((x,), z)

    def of_several(*operands: Any) -> Any:
        z = value(*operands)
        try:
            return z, declared(*operands, z=z) if takes_value else declared(*operands)
        except (ValueError, ArithmeticError):
            return z, row.local(operands, z)

    def of_a_user(*operands: Any) -> Any:
        z = value(*operands)
        return z, row.local(operands, z)

    if row.is_foreign:
        return of_a_user
    if row.vectors or len(row.parameters) > 1:
        return of_several
    return of_one_and_value if takes_value else of_one


def _total_value(row: Primitive) -> Callable[..., Any]:
    """The value of a row with a kernel on any kind of number, with a fast path for floats."""
    kernel, value = row.kernel, row.value
    assert kernel is not None

    def of_one(x: Any) -> Any:
        return kernel(x) if type(x) is float else value(x)

    def of_two(x: Any, y: Any) -> Any:
        return kernel(x, y) if type(x) is float and type(y) is float else value(x, y)

    def of_several(*operands: Any) -> Any:
        return kernel(*operands) if are_floats(operands) else value(*operands)

    return _quickest(row, of_one, of_two, of_several)


def _quickest(row: Primitive, *by_count: Callable[..., Any]) -> Callable[..., Any]:
    """The function for the row's number of operands: a call with *operands costs half an operation on floats."""
    count = len(by_count) if row.vectors else min(len(row.parameters), len(by_count))
    return by_count[count - 1]


def are_floats(operands: tuple[Any, ...]) -> bool:
    """Whether a kernel can take the operands as they are: floats, or sequences whose sum (fast, in C) is a float."""
    for x in operands:
        if type(x) is not float and (
            type(x) not in (tuple, list) or (x and (type(x[0]) is not float or type(sum(x)) is not float))
        ):
            return False
    return True


def _checked(row: Primitive) -> Callable[..., Any]:
    """A user's rule, checked to return a value and one local derivative per operand."""
    declared = row.declared

    def rule(*operands: Any) -> Any:
        result = declared(*operands)
        if type(result) is not tuple or len(result) != 2:
            raise _owed(row, _count(row, operands))
        return _real_or_lifted(result[0]), _held(row, operands, result[1])

    return rule


def _held(row: Primitive, operands: tuple[Any, ...], partials: Any) -> tuple[Any, ...]:
    """A user's local derivatives, checked to be one per operand, as the types that the engine stores."""
    count = _count(row, operands)
    if type(partials) is not tuple or len(partials) != count:
        raise _owed(row, count)
    return tuple([p if p is None else _real_or_lifted(p) for p in partials])


def _count(row: Primitive, operands: tuple[Any, ...]) -> int:
    return sum([len(x) if name in row.vectors else 1 for name, x in zip(row.parameters, operands)])


def _owed(row: Primitive, count: int) -> TypeError:
    partials = f"({count} local derivatives,)"
    return TypeError(f"primitive {row.name}: its rule must return {partials if row.kernel else f'(value, {partials})'}")


def _real_or_lifted(x: Any) -> Any:
    """A number as the type that the engine stores."""
    return x if type(x) is float else kind_of(x).coerce(x)


# --- domains ------------------------------------------------------------------------------------


def _refuse_outside(domain: tuple[Interval, ...], operands: tuple[Any, ...]) -> None:
    for x, interval in zip(operands, domain):
        if not all(v in interval for v in (x if type(x) in (list, tuple) else (x,))):
            raise ValueError(f"outside the domain {interval.text}")


def _refuse_infinite(native: Callable[..., Any] | None, operands: tuple[Any, ...]) -> None:
    """Refuse a value that is infinite or NaN, if the operands are finite."""
    if all(isfinite(x) for part in operands for x in (part if type(part) in (list, tuple) else (part,))):
        if native is not None:
            z = native(*operands)  # raises what Python raises, or returns a complex number
            raise ValueError(f"not a real number, {z:.6g}")
        raise OverflowError("the result is too large for a float")


def _guarded_value(row: Primitive) -> Callable[..., Any]:
    """The value of a row with a kernel and a domain; raises if finite operands have no finite value."""
    kernel, value, domain, native = row.kernel, row.value, row.domain, row.native
    assert kernel is not None
    low, high = domain[0].ends()
    bounded = any(interval.text != "[-inf, inf]" for interval in domain)

    def refused(operands: tuple[Any, ...], z: Any) -> Any:
        """Return z, or raise if the operands or z itself are not allowed."""
        if not _totally.on:
            _refuse_outside(domain, operands)
            if not isfinite(z):
                _refuse_infinite(native, operands)
        return z

    def of_one(x: Any) -> Any:
        if type(x) is not float:
            return careful(x)
        z = kernel(x)
        return z if isfinite(z) and low <= x <= high else refused((x,), z)

    def of_two(x: Any, y: Any) -> Any:
        if type(x) is not float or type(y) is not float:
            return careful(x, y)
        z = kernel(x, y)
        return z if isfinite(z) and not bounded else refused((x, y), z)

    def of_several(*operands: Any) -> Any:
        if not are_floats(operands):
            return careful(*operands)
        z = kernel(*operands)
        return z if isfinite(z) and not bounded else refused(operands, z)

    def careful(*operands: Any) -> Any:
        if leading_kind(operands).rank < SYMBOL_RANK and not _totally.on:
            _refuse_outside(domain, operands)
        return value(*operands)

    def of_a_user(*operands: Any) -> Any:
        """Check the domain first: a user's kernel may raise anything outside it."""
        z = careful(*operands)
        return refused(operands, z) if type(z) is float and not isfinite(z) and are_floats(operands) else z

    return of_a_user if row.is_foreign else _quickest(row, of_one, of_two, of_several)


def _guarded_rule(row: Primitive) -> Callable[..., Any]:
    """The rule with domain checks, for a row without a kernel."""
    rule, domain, native = row.rule, row.domain, row.native

    def evaluate(*operands: Any) -> Any:
        if leading_kind(operands).rank < SYMBOL_RANK and not _totally.on:
            _refuse_outside(domain, operands)
        result = rule(*operands)
        if type(result[0]) is float and result[0] - result[0] != 0.0 and are_floats(operands) and not _totally.on:
            _refuse_infinite(native, operands)
        return result

    return evaluate


def on_floats(row: Primitive) -> Callable[..., Any]:
    """The value of a row on floats; an exception names the operation and its operands."""
    value = row.guarded
    if row.kernel is not None and not row.domain and not row.is_foreign and not row.vectors:
        return row.kernel  # never raises

    def named(*operands: Any) -> Any:
        try:
            return value(*operands)
        except (ValueError, ArithmeticError) as error:
            raise row.failure(error, [f"{x!r}" for x in operands])

    return named
