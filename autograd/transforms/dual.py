"""Dual numbers and the operations on them: the arithmetic of forward mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.engine import Value
from autograd.engine.differentiating import leaked, value_inside
from autograd.engine.kinks import (
    FIRST,
    SECOND,
    TERMS,
    differentiated,
    form,
    forms_of_values,
    is_between_sides,
    keeping_sides,
    scaled,
    sides_of,
    with_sides,
)
from autograd.engine.recording import is_recording
from autograd.engine.value import clock, uncopied
from autograd.numbers.kinds import ARRAY_RANK, DUAL_RANK, Kind, coerce, coerced, join, kind_of
from autograd.primitives import TABLE, Primitive, ieee
from autograd.primitives.operators import Scalar, core, is_plain
from autograd.symbols import unmasked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


OPEN: set[int] = set()  # the levels of running calls: a dual number of any other level has outlived its call

# The attributes that a Dual takes from the Value inside it, if any.
OF_VALUES = ("backward", "grad", "has_grad", "index", "inputs", "is_constant", "op", "partials", "zero_grad")


class Dual(Scalar):
    """primal + tangent·ε, with the ε of one call of `jvp`; `level` distinguishes nested calls.

    Its parts are floats, Values, or Duals of an outer call. A tangent of None is absent: no edge leads here from an
    input that has a tangent, and no infinite derivative further on can turn it into NaN.
    """

    __slots__ = ("follows_numpy", "label", "level", "primal", "squares", "tangent")

    def __init__(self, primal: Any, tangent: Any, level: int, follows_numpy: bool = False) -> None:
        self.primal = primal
        self.tangent = tangent
        self.level = level
        self.follows_numpy = follows_numpy  # its arithmetic gives inf and NaN where Python's raises
        self.label = ""
        self.squares: tuple[tuple[Any, float], ...] = ()  # (x, c) for each term if this is 0 = Σ c·x²

    def inside(self) -> Any:
        return self.primal

    @property
    def data(self) -> Any:
        """The plain number inside, without derivatives, like `Value.data`."""
        return core(self)

    def detach(self) -> Dual:
        """The plain number inside, with no tangent on any level."""
        return Dual(core(self), None, self.level, self.follows_numpy)

    fixed = detach

    def pythons(self) -> Dual:
        """The same number, which raises errors as Python's numbers do."""
        primal = self.primal.pythons() if isinstance(self.primal, Scalar) else self.primal
        made = Dual(primal, self.tangent, self.level)
        made.squares = self.squares
        return made

    def each_part(self, derivatives: Callable[[Any], list[Any]]) -> list[Dual]:
        """The derivatives of this number with respect to some inputs: those of its primal and of its tangent."""
        pairs = zip(derivatives(self.primal), derivatives(unmasked(self.tangent)))
        return [Dual(0.0 if p is None else p, t, self.level, self.follows_numpy) for p, t in pairs]

    def __reduce__(self) -> Any:
        if self.tangent is not None:
            raise uncopied("a dual number of jvp")
        return Dual, (self.primal, None, self.level, self.follows_numpy)

    def _shown(self) -> str:
        return f"Dual({self.primal!r}, {self.tangent!r})"


def refuse_kept(duals: list[Dual]) -> None:
    """Raise RuntimeError if a dual carries a tangent of a call that has ended."""
    for x in duals:
        if x.tangent is not None and x.level not in OPEN:
            raise leaked(x)


def _push(row: Primitive) -> Callable[..., Any]:
    """A primitive on duals of a single level, the highest among the operands."""
    is_vector = [name in row.vectors for name in row.parameters]
    terms = TERMS.get(row.name)
    half = {"sqrt": [], "constant_power": [0.5]}.get(row.name)  # a root's other operands

    def push(*operands: Any) -> Any:
        flat: list[Any] = []
        for x, vector in zip(operands, is_vector):
            flat.extend(x if vector else (x,))
        if any(kind_of(x).rank >= ARRAY_RANK for x in flat if not isinstance(x, Scalar)):
            return row.apply(*operands)
        duals = [x for x in flat if type(x) is Dual]
        if half is not None and duals[0].squares and flat[1:] == half and is_recording():
            return TABLE["norm"].function(scaled(duals[0].squares))
        level = max(x.level for x in duals)
        if level not in OPEN:
            refuse_kept(duals)
        if row.plain:
            row.refuse_derivatives(operands, lambda x: type(x) is Dual and x.level == level and x.tangent is not None)
        follows = any(x.follows_numpy for x in duals)
        primals, value, partials = _beneath(row, flat, duals[0], level, follows)
        if not is_recording():
            return Dual(value, None, level, follows)  # f is inside no_grad here
        if type(core(value)) is not float:
            partials = coerced(partials, core(value))
        made = Dual(value, _tangent(flat, partials, level), level, follows)
        if terms is not None and type(core(value)) is float and core(value) == 0.0:
            made.squares = _squares(terms(*flat, FormsOfDuals), level)
        if follows:
            ieee.report(row, value, primals)
        return made

    return push


def _beneath(row: Primitive, flat: list[Any], first: Dual, level: int, follows: bool) -> tuple[list[Any], Any, Any]:
    """Apply the operation one level below: the primals, its value, and its local derivatives with their sides.

    A plain operand is converted to the type of the number in the `first` Dual.
    """
    beside = core(first)
    primals: list[Any] = [
        x.primal if type(x) is Dual and x.level == level else x if isinstance(x, Scalar) else coerce(x, beside)
        for x in flat
    ]
    lower = row.structured(tuple(primals))
    if any(isinstance(x, Scalar) for x in primals):
        # Apply the operation itself: the rule's expression for the value may have other derivatives at a kink.
        value = row.apply(*lower)
        told, start = differentiated.get(), next(clock)
        partials = row.local(lower, value)
        if row.sides:
            partials = keeping_sides(partials, _with_sides(row, flat, level, value))
        if told is not None:
            told.tell(row, value, primals, SECOND if type(value) is Dual else FIRST)
            told.derived.update(range(start, next(clock)))
        return primals, value, partials
    try:
        value, partials = row.evaluate(*lower)
    except (ValueError, ArithmeticError) as error:
        if not follows or not all(type(x) is float for x in primals):
            raise row.failure(error, [f"{core(x)!r}" for x in flat])
        value, partials = ieee.evaluated(row, primals)
    if row.sides and type(value) is float and is_between_sides(row, tuple(primals)):
        value, partials = with_sides(row, [_path(x, level) for x in flat], value, partials)
    return primals, value, partials


def _tangent(flat: list[Any], partials: Sequence[Any], level: int) -> Any:
    """Σ tangent · local derivative over the edges present; None if there are none."""
    tangent: Any = None
    for x, partial in zip(flat, partials):
        if partial is not None and type(x) is Dual and x.level == level and x.tangent is not None:
            tangent = x.tangent * partial if tangent is None else tangent + x.tangent * partial
    return tangent


def _path(x: Any, level: int) -> dict[Any, float] | None:
    """The form of an operand at a kink, on the path along the tangents: its tangent times the path's parameter.

    An operand whose tangent is not a plain float is its own form.
    """
    if type(x) is not Dual or x.level != level or x.tangent is None:
        return {}
    return form({level: x.tangent}, x)


def _with_sides(row: Primitive, operands: list[Any], level: int, value: Any) -> Sequence[Any]:
    """The local derivatives of an operation on Duals, with the sides from its innermost numbers; Nones if unknown."""
    while type(value) is Dual:
        operands = [x.primal if type(x) is Dual and x.level == level else x for x in operands]
        level, value = value.level, value.primal
    sided = sides_of(value) if isinstance(value, Value) else None
    if sided is None and type(core(value)) is float and is_between_sides(row, tuple(map(core, operands))):
        sided = with_sides(row, [_path(x, level) for x in operands], core(value), (None,) * len(operands))[1]
    return (None,) * len(operands) if sided is None else sided


class FormsOfDuals:
    """Facts about operands from the path along which their innermost numbers move."""

    @staticmethod
    def constant(x: Any) -> Any:
        return x if is_plain(x) else None

    @staticmethod
    def ratio(x: Any, y: Any) -> float | None:
        """y / x near a point where both are 0; None if it is unknown or 0."""
        if x is y:
            return 1.0
        while type(x) is Dual and type(y) is Dual and isinstance(x.primal, Scalar) and isinstance(y.primal, Scalar):
            x, y = x.primal, y.primal
        if isinstance(x, Value) and isinstance(y, Value):
            return forms_of_values().ratio(x, y)
        if type(x) is not Dual or type(y) is not Dual or core(x) != 0 or core(y) != 0:
            return None
        a, b = x.tangent, y.tangent
        if type(a) is not float or type(b) is not float:
            return None
        return b / a if a and b else 1.0 if a == b else None


def _squares(terms: list[Any] | None, level: int) -> tuple[tuple[Any, float], ...]:
    """The Duals, all 0, whose squares these terms add up, with factors; empty if the terms are not such a sum."""
    found: list[tuple[Any, float]] = []
    for x, weight, is_square in terms or ():
        own = type(x) is Dual and x.level == level
        if not own and core(x) == 0.0:
            continue
        squares = () if not own else ((x, 1.0),) if is_square and core(x) == 0.0 else x.squares
        if not squares:
            return ()
        found += [(v, weight * factor) for v, factor in squares]
    return tuple(found)


def _constant(name: str, x: Any) -> Any:
    return kind_of(x.primal).constant(name, x.primal)


def _of_value(name: str) -> property:
    """An attribute that a Dual takes from the Value inside it."""

    def attribute(self: Dual) -> Any:
        inner = value_inside(self)
        if inner is None:
            raise AttributeError(f"a dual number of jvp has no {name}: it has no graph; use grad or vjp")
        return getattr(inner, name)

    return property(attribute)


for _name in OF_VALUES:
    setattr(Dual, _name, _of_value(_name))


join(Dual, Kind("Dual", DUAL_RANK, lift=_push, constant=_constant))
