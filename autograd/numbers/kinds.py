"""The kinds of number that a rule can run on, and how a kind joins.

A *base* kind (float, Fraction, mpf, Symbol) computes the value of an operation by itself. A *lifted* kind (Value, Dual,
an array) contains base numbers and defines how an operation is applied to it. Among several kinds, the one with the
highest rank decides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from autograd.forks import at_work
from autograd.numbers.sides import Sided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


FLOAT_RANK, FRACTION_RANK, MPF_RANK, SYMBOL_RANK, VALUE_RANK, DUAL_RANK, ARRAY_RANK = range(7)

CONSTANTS: dict[str, float] = {
    "2/√π": 1.1283791670955126,
    "1/√2π": 0.3989422804014327,
    "log₂e": 1.4426950408889634,
    "log₁₀e": 0.4342944819032518,
    "√½": 0.7071067811865476,
    "log 2": 0.6931471805599453,
    "180/π": 57.29577951308232,
    "π/180": 0.017453292519943295,
    "0": 0.0,
    "1": 1.0,
}


class Kind:
    """One kind of number: its rank, and how a primitive is applied to it.

    `value(primitive)` returns the function that computes a primitive with a kernel on a base kind; `lift(primitive)`
    returns the one that applies a primitive to a lifted kind; `coerce(x)` is x as a Value stores it;
    `constant(name, x)` is a mathematical constant in the precision of x.
    """

    __slots__ = ("constant", "lift", "name", "coerce", "rank", "value")

    def __init__(
        self,
        name: str,
        rank: int,
        value: Callable[[Any], Callable[..., Any]] | None = None,
        lift: Callable[[Any], Callable[..., Any]] | None = None,
        coerce: Callable[[Any], Any] = lambda x: x,
        constant: Callable[[str, Any], Any] = lambda name, x: CONSTANTS[name],
    ) -> None:
        self.name = name
        self.rank = rank
        self.lift = lift
        self.coerce = coerce
        self.constant = constant
        self.value = value

    def __repr__(self) -> str:
        return f"Kind({self.name!r})"


KINDS: dict[type, Kind] = {}
FLOATS: set[type] = set()  # NumPy types, added when first seen, whose numbers are also Python floats: numpy.float64

# By library, the module whose `enter` joins its kind of number once the first such number appears.
LAZY_KINDS: dict[str, str] = {}


def join(number_type: type, kind: Kind) -> None:
    """Make every operation accept numbers of `number_type`, as numbers of `kind`."""
    KINDS[number_type] = kind


def kind_of(x: Any) -> Kind:
    """The kind of `x`; TypeError with advice if `x` is not a supported number."""
    found = KINDS.get(type(x)) or discovered(x)
    if found is None:
        raise TypeError(instead(x))
    return found


def leading_kind(operands: Iterable[Any]) -> Kind:
    """The kind of highest rank among `operands`, which may contain lists and tuples of numbers."""
    leader = KINDS[float]
    for x in operands:
        kind = leading_kind(x) if type(x) in (tuple, list) else kind_of(x)
        if kind.rank > leader.rank:
            leader = kind
    return leader


def coerce(x: Any, like: Any = None) -> Any:
    """`x` as the number that a Value stores: a float, or an unchanged Fraction, mpf or Symbol.

    `like` is the other operand, if any: an int then takes its kind, and so stays exact, a Fraction with a float becomes
    a float, as in Python, and a Sided keeps its sides.
    """
    if type(x) is float:
        return x
    if like is not None:
        if type(x) is Sided:
            return x
        if type(x) is int and type(like) is not float:
            return kind_of(like).coerce(x)
    kind = kind_of(x)
    if kind.rank >= VALUE_RANK:
        raise TypeError(instead(x))
    return float(x) if kind.rank == FRACTION_RANK and type(like) is float else kind.coerce(x)


def coerced(partials: tuple[Any, ...], like: Any) -> tuple[Any, ...]:
    """Local derivatives of a result that is not a float: the constants 1.0 and 0.5 of rules get its kind."""
    kind = kind_of(like)
    return tuple(kind.coerce(p) if type(p) is float and (2 * p) % 1 == 0 else p for p in partials)


def discovered(x: Any) -> Kind | None:
    """The kind of a type seen for the first time, if it is a type of numbers; its library is imported only now."""
    number_type = type(x)
    if isinstance(x, float) and of_numpy(x):
        FLOATS.add(number_type)
    for base in number_type.__mro__[1:]:
        if base in KINDS:
            KINDS[number_type] = KINDS[base]
            return KINDS[base]
    if of_numpy(x):
        KINDS[number_type] = KINDS[float]
        return KINDS[float]
    for base in number_type.__mro__:
        home = base.__module__.partition(".")[0]
        if home in LAZY_KINDS:
            with at_work:
                __import__(LAZY_KINDS[home], fromlist=["enter"]).enter()
            if base in KINDS:
                return KINDS.setdefault(number_type, KINDS[base])
    return None


def of_numpy(x: Any) -> bool:
    """Whether `x` is a real NumPy number; checked without importing NumPy."""
    numpy = sys.modules.get("numpy")
    if numpy is None or isinstance(x, numpy.timedelta64):  # a timedelta64 claims to be an integer
        return False
    return isinstance(x, (numpy.floating, numpy.integer, numpy.bool_))


def instead(x: Any) -> str:
    """The message about an operand that is not a real number, with the remedy."""
    name = type(x).__name__
    advice = {
        "str": 'convert it first, with float(...); a text is written as in f"{v}"',
        "complex": "keep the real and the imaginary part in two, its .real and its .imag",
        "timedelta": "take its .total_seconds()",
        "datetime": "take the seconds since another, as in (x - start).total_seconds()",
        "date": "take the days since another, as in (x - start).days",
        "timedelta64": "divide it by a unit, as in x / np.timedelta64(1, 's')",
        "function": "call it",
        "builtin_function_or_method": "call it",
        "method": "call it",
        "ndarray": (
            "make one Value of each element, as in [Value(x) for x in array]"
            if getattr(x, "ndim", 1)
            else "take its number, with x.item()"
        ),
        "Series": "take x.to_numpy(), an array, and make one Value of each element",
        "DataFrame": "take a column, as in x['name'].to_numpy(), or x.to_numpy() for all",
        "list": "make one Value of each element",
        "tuple": "make one Value of each element",
        "Value": "use it as it is, or v.detach() for a new leaf, or v.data for its number",
        "Dual": "use it as it is",
        "Decimal": "convert it first, with float(...) or fractions.Fraction(...)",
        "NoneType": "did a function forget to return?",
    }.get(name, "convert it first, with float(...)")
    shown = f"{x!r:.60}"
    if "\n" in shown:
        shown = f"of {len(x)}" if hasattr(x, "__len__") else shown.partition("\n")[0]
    return f"expected one real number, got {name} {shown}: {advice}"
