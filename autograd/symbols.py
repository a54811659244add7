"""Symbol: a number that records what is done to it, so that a rule run on symbols says what a local derivative is."""

from __future__ import annotations

import math
import operator

from autograd.numbers import ON_FLOATS, TEXTBOOK
from autograd.numbers.kinds import CONSTANTS, KINDS, SYMBOL_RANK, Kind, join, kind_of
from autograd.refusals import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Symbol:
    """A name, a constant, or an operation on symbols and numbers.

    >>> z = Symbol("z")
    >>> print(1 - z * z)
    1 - z²
    """

    __slots__ = ("name", "op", "operands")

    def __init__(self, name: str = "", op: str = "", operands: tuple[Any, ...] = ()) -> None:
        self.name = name
        self.op = op
        self.operands = operands

    def __str__(self) -> str:
        return brief(self)

    def __repr__(self) -> str:
        return f"Symbol({brief(self)!r})"

    def __add__(self, other: Any) -> Any:
        return _operation("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return _operation("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return _operation("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _operation("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return _operation("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _operation("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _operation("/", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _operation("//", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _operation("//", other, self)

    def __mod__(self, other: Any) -> Any:
        return _operation("%", self, other)

    def __rmod__(self, other: Any) -> Any:
        return _operation("%", other, self)

    def __pow__(self, other: Any) -> Any:
        return _operation("**", self, other)

    def __rpow__(self, other: Any) -> Any:
        return _operation("**", other, self)

    def __neg__(self) -> Symbol:
        return Symbol(op="neg", operands=(self,))

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return Symbol(op="abs", operands=(self,))

    def __eq__(self, other: object) -> Any:
        return _comparison("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _comparison("!=", self, other)

    def __lt__(self, other: Any) -> Any:
        return _comparison("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _comparison("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _comparison(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _comparison(">=", self, other)

    __hash__ = object.__hash__

    def choose(self, a: Any, b: Any) -> Any:
        """What is `a` where this number is not 0, else `b`, as for a number that serves as a condition."""
        return Condition("!=", self, 0.0).choose(a, b)

    def __bool__(self) -> bool:
        raise _unknown_truth(self)

    def __getattr__(self, name: str) -> Any:
        if hasattr(float, name) and not name.startswith("_"):
            raise _unknown_number(self)  # is_integer(), hex() and the like
        raise AttributeError(f"a traced number has no attribute {name!r}")

    def __copy__(self, memo: Any = None) -> Symbol:
        return self

    __deepcopy__ = __copy__

    def conjugate(self) -> Symbol:
        """Itself."""
        return self

    real = property(conjugate)

    def __float__(self) -> float:
        raise _unknown_number(self)

    __int__ = __index__ = __complex__ = __float__  # none of which returns

    def __format__(self, spec: str) -> str:
        if spec:
            raise _unknown_number(self)
        return brief(self)

    def __round__(self, digits: int | None = None) -> Symbol:
        if digits is not None:
            raise _unknown_number(self)
        return Symbol(op="round", operands=(self,))

    def __floor__(self) -> Symbol:
        return Symbol(op="floor", operands=(self,))

    def __ceil__(self) -> Symbol:
        return Symbol(op="ceil", operands=(self,))

    def __trunc__(self) -> Any:
        return (self < 0).choose(self.__ceil__(), self.__floor__())


class Condition:
    """A comparison of symbols, which `where` and `select` take; it has no truth of its own.

    With op "select" it is a choice of truths: the first of the pair `right` where the condition `left` holds, else the
    second; each is a condition, True or False.
    """

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Any, right: Any) -> None:
        self.op = op
        self.left = left
        self.right = right

    def choose(self, a: Any, b: Any) -> Any:
        """What is `a` where the condition holds, else `b`; None is the absent edge."""
        if a is None or b is None or type(a) is Masked or type(b) is Masked:
            (x, here), (y, there) = _with_mask(a), _with_mask(b)
            return Masked(self.choose(x, y), self.of_truths(here, there))
        for x in (a, b):
            if type(x) not in OWN and _takes_over(x):
                return kind_of(x).atom("where")(self, a, b)
        return Symbol(op="select", operands=(self, a, b))

    def of_truths(self, a: Any, b: Any) -> Condition:
        """The condition that is `a` where this one holds, else `b`."""
        return self if a is True and b is False else Condition("select", self, (a, b))

    def __eq__(self, other: object) -> Any:
        if type(other) is Condition:
            return self.of_truths(other, other.of_truths(False, True))
        return self.of_truths(other == 1, other == 0) if isinstance(other, (bool, int, float)) else NotImplemented

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else equal.of_truths(False, True)

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Any:
        return self.of_truths(other, False) if type(other) in TRUTHS else NotImplemented

    def __or__(self, other: Any) -> Any:
        return self.of_truths(True, other) if type(other) in TRUTHS else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return self != other if type(other) in TRUTHS else NotImplemented

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    @property
    def number(self) -> Any:
        """1 where it holds, else 0, as Python counts truths."""
        return self.choose(1.0, 0.0)

    def __float__(self) -> float:
        raise _unknown_truth(self)

    __int__ = __index__ = __float__  # none of which returns

    def __copy__(self, memo: Any = None) -> Condition:
        return self

    __deepcopy__ = __copy__

    def __str__(self) -> str:
        return brief(self)

    def __bool__(self) -> bool:
        raise _unknown_truth(self)


TRUTHS = {Condition, bool}


def _of_number(name: str) -> Callable[..., Any]:
    return lambda self, *others: getattr(self.number, name)(*others)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    for _method in (f"__{_name}__", f"__r{_name}__"):
        setattr(Condition, _method, _of_number(_method))
for _method in ("__neg__", "__pos__", "__abs__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Condition, _method, _of_number(_method))


class Masked:
    """A derivative that is there only where `mask` holds; elsewhere its value is 0, and its edge is absent.

    What it is multiplied by may be infinite or NaN where it is not there, and adds nothing all the same.
    """

    __slots__ = ("mask", "value")

    def __init__(self, value: Any, mask: Condition) -> None:
        self.value = value
        self.mask = mask

    def __mul__(self, other: Any) -> Masked:
        value, mask = self.value * unmasked(other), self.mask
        if type(other) is Masked:
            mask = mask.of_truths(other.mask, False)
        return Masked(mask.choose(value, 0.0), mask)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        value = self.value + unmasked(other)
        return Masked(value, self.mask.of_truths(True, other.mask)) if type(other) is Masked else value

    __radd__ = __add__


def unmasked(x: Any) -> Any:
    """A derivative as a number: 0 where there is none."""
    return x.value if type(x) is Masked else x


def _with_mask(x: Any) -> tuple[Any, Any]:
    return (0.0, False) if x is None else (x.value, x.mask) if type(x) is Masked else (x, True)


def _unknown_truth(x: Any) -> TypeError:
    return refuse(lambda most: f"the truth of {brief(x, most - 13)}")


def _unknown_number(x: Any) -> TypeError:
    advice = "use autograd's functions, as autograd.sin, or name the argument in static="
    return refuse(lambda most: f"the number {brief(x, most - 11)}", advice)


def _comparison(op: str, x: Symbol, y: Any) -> Any:
    return NotImplemented if type(y) not in OWN and _takes_over(y) else Condition(op, x, y)


OWN = {Symbol, float, int}  # what most operands are


def _takes_over(x: Any) -> bool:
    """Whether this is a Value, or another number that has symbols inside: its own operations come first."""
    try:
        return kind_of(x).rank > SYMBOL_RANK
    except TypeError:  # no number at all
        return False


def _operation(op: str, x: Any, y: Any) -> Any:
    if type(y) is Masked:
        return NotImplemented
    if (type(y) not in OWN and _takes_over(y)) or (type(x) not in OWN and _takes_over(x)):
        return NotImplemented
    if op in ("*", "/", "**") and type(y) is not Symbol and y == 1:
        return x  # exact, and what a person would write
    if op == "*" and type(x) is not Symbol and x == 1:
        return y
    return Symbol(op=op, operands=(x, y))


def _atom(name: str) -> Callable[..., Any]:
    if name not in ON_FLOATS:
        return TEXTBOOK[name]
    return lambda *operands: Symbol(op=name, operands=operands)


join(Symbol, Kind("Symbol", SYMBOL_RANK, _atom, constant=lambda name, x: Symbol(name, "constant", (CONSTANTS[name],))))
join(Condition, KINDS[Symbol])  # what `where` chooses by


def same(x: Any, y: Any) -> bool:
    """Whether two local derivatives, or values, are one: NaN is NaN, and a symbol is what was done to what."""
    if x is y:
        return True
    if type(x) not in PARTS or type(x) is not type(y):
        return not {type(x), type(y)} & PARTS.keys() and bool(x == y or x != x)
    if type(x) is tuple and len(x) != len(y):
        return False
    return all(map(same, PARTS[type(x)](x), PARTS[type(y)](y)))


PARTS: dict[type, Any] = {
    Symbol: lambda x: (x.name, x.op, x.operands),
    Condition: lambda x: (x.op, x.left, x.right),
    Masked: lambda x: (x.value, x.mask),
    tuple: lambda x: x,
}


# --- text ---------------------------------------------------------------------------------------

SUM, SIGN, PRODUCT, POWER, WHOLE = range(5)  # how tightly a text holds together

INFIX = {
    "+": (" + ", SUM, SUM, SUM),
    "-": (" - ", SUM, SUM, SIGN),
    "*": ("·", PRODUCT, PRODUCT, PRODUCT),
    "/": ("/", PRODUCT, PRODUCT, POWER),
    "ratio": ("/", PRODUCT, PRODUCT, POWER),
    "//": (" // ", SUM, PRODUCT, POWER),
    "%": (" % ", SUM, PRODUCT, POWER),
}

# A template's operands stand where a sum would need brackets, except between the brackets of a call.
TEMPLATES = {
    "abs": ("|{}|", WHOLE, SUM),
    "neg": ("-{}", SIGN, PRODUCT),
    "sigmoid": ("σ({})", WHOLE, SUM),
    "normal_cdf": ("Φ({})", WHOLE, SUM),
    "sech2": ("sech²({})", WHOLE, SUM),
    "silu_slope": ("silu′({})", WHOLE, SUM),
    "gelu_slope": ("gelu′({})", WHOLE, SUM),
    "witch": ("1/(1 + {}²)", PRODUCT, WHOLE),
    "one_minus_square": ("1 - {}²", SUM, WHOLE),
    "root_one_minus_square": ("√(1 - {}²)", WHOLE, WHOLE),
    "root_square_minus_one": ("√({}² - 1)", WHOLE, WHOLE),
    "inverse_square_slope": ("{0}/({0}² + {1}²)", PRODUCT, WHOLE),
    "inverse_square_xx": ("({1}² - {0}²)/({0}² + {1}²)²", PRODUCT, WHOLE),
    "inverse_square_xy": ("-2·{0}·{1}/({0}² + {1}²)²", PRODUCT, WHOLE),
    "softmax_first": ("softmax({})", WHOLE, SUM),
    "log_softmax_first": ("log_softmax({})", WHOLE, SUM),
    "cosine": ("{0}/hypot({0}, {1})", PRODUCT, WHOLE),
    "xlogy": ("{0}·log({1})", PRODUCT, POWER),
}

DEPTH = 4  # of the operations that a text for an error or a log goes into

SUPERSCRIPTS = {2: "²", 3: "³"}


def text(x: Any, inside: int = SUM) -> str:
    """`x` as a person would write it, in brackets where it stands inside something that holds more tightly."""
    if type(x) is not Symbol:
        return "absent" if x is None else number(x)
    if x.name:
        return x.name
    written, level = _operation_text(x.op, x.operands)
    return f"({written})" if level < inside else written


def brief(x: Any, most: int = 120) -> str:
    """`x` as text of at most so many characters, however large the expression is."""
    if type(x) is Condition:
        left, right = (brief(x.left, most), ("…" if x.op == "select" else brief(x.right, most)))
        written = f"{left} {x.op} {right}"
    else:
        written = text(_abridged(x, DEPTH))
    return written if len(written) <= most else written[: max(most - 1, 0)] + "…"


def _abridged(x: Any, depth: int) -> Any:
    """`x` without what stands deeper in it, for which … stands."""
    if type(x) is tuple:
        return tuple(_abridged(v, depth) for v in (x if len(x) <= 6 else (*x[:3], *x[-3:])))
    if type(x) is Condition:
        return Symbol(brief(x))
    if type(x) is not Symbol or x.name:
        return x
    if not depth:
        return Symbol("…")
    return Symbol(op=x.op, operands=tuple(_abridged(v, depth - 1) for v in x.operands))


def visible(text: str) -> str:
    """Text with its control characters as escapes that can be seen."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def number(x: Any) -> str:
    """A number with four significant digits, as pictures and tables show it."""
    return f"{x:.4g}" if isinstance(x, (float, int)) else str(x)


def signed(x: Any) -> str:
    """A number, or one written already, in brackets where it is negative, as it stands in a sum or a product."""
    written = x if isinstance(x, str) else number(x)
    return f"({written})" if written.startswith("-") else written


def _operation_text(op: str, operands: tuple[Any, ...]) -> tuple[str, int]:
    if op == "*" and operands[0] is operands[1]:
        return text(operands[0], WHOLE) + "²", POWER
    if op in INFIX:
        sign, level, left, right = INFIX[op]
        return text(operands[0], left) + sign + text(operands[1], right), level
    if op in TEMPLATES:
        template, level, inner = TEMPLATES[op]
        return template.format(*(_argument_text(x, inner) for x in operands)), level
    if op in SPECIAL:
        return SPECIAL[op](*operands)
    return f"{op}({', '.join(_argument_text(x) for x in operands)})", WHOLE


def _argument_text(x: Any, inside: int = SUM) -> str:
    return elided(", ", [text(v) for v in x]) if type(x) is tuple else text(x, inside)


def elided(sign: str, pieces: list[str]) -> str:
    """The pieces, the middle ones left out where they are many."""
    return sign.join(pieces if len(pieces) <= 6 else [*pieces[:3], "…", *pieces[-2:]])


def _sum_text(terms: tuple[Any, ...]) -> tuple[str, int]:
    if len(terms) == 1:
        return text(terms[0], PRODUCT), PRODUCT
    return elided(" + ", [text(x) for x in terms]), SUM


def _dot_text(w: tuple[Any, ...], x: tuple[Any, ...], b: Any) -> tuple[str, int]:
    terms = [text(v, PRODUCT) + "·" + text(u, PRODUCT) for v, u in zip(w, x)]
    return elided(" + ", terms if type(b) is not Symbol and b == 0 else [*terms, text(b)]), SUM


def _direction_text(xs: tuple[Any, ...]) -> tuple[str, int]:
    return f"{text(xs[0], POWER)}/norm({_argument_text(xs)})", PRODUCT


def _power_text(x: Any, y: Any) -> tuple[str, int]:
    if type(y) is not Symbol and y in SUPERSCRIPTS:
        return text(x, WHOLE) + SUPERSCRIPTS[y], POWER
    return f"{text(x, WHOLE)}^{text(y, WHOLE)}", POWER


def _falling_power_text(x: Any, y: Any, n: float) -> tuple[str, int]:
    factors: list[Any] = [y - k if k else y for k in range(int(n))]
    pieces = [text(factor, PRODUCT) for factor in factors]
    if type(y) is not Symbol:
        coefficient = math.prod(factors)
        pieces = [] if coefficient == 1 else [number(coefficient)]
    exponent = y - n
    if type(exponent) is Symbol or exponent not in (0, 1):
        pieces.append(_power_text(x, exponent)[0])
    elif exponent == 1:
        pieces.append(text(x, PRODUCT))
    written = "·".join(pieces) or "1"
    return written.replace("-1·", "-", 1) if written.startswith("-1·") else written, PRODUCT if len(
        pieces
    ) > 1 else WHOLE


def _scaled_exp_text(c: Any, x: Any, y: Any) -> tuple[str, int]:
    exponent = text(x, PRODUCT) + "·" + text(y, PRODUCT)
    if type(x) is Symbol and x.op == "neg" and x.operands[0] is y:
        exponent = f"-{text(y, WHOLE)}²"
    if (
        type(x) is Symbol
        and x.op == "*"
        and type(x.operands[0]) is float
        and x.operands[0] == -0.5
        and x.operands[1] is y
    ):
        exponent = f"-{text(y, WHOLE)}²/2"
    return f"{text(c, PRODUCT)}·exp({exponent})", PRODUCT


def _sigmoid_slope_text(c: Any, x: Any) -> tuple[str, int]:
    slope = f"σ′({text(x)})"
    return (slope, WHOLE) if type(c) is not Symbol and c == 1 else (f"{text(c, PRODUCT)}·{slope}", PRODUCT)


def _select_text(condition: Any, a: Any, b: Any) -> tuple[str, int]:
    if condition.op == "==" and condition.left is condition.right:
        return text(a), SUM  # "unless it is NaN", which no reader needs to be told
    return f"{text(a, SIGN)} if {_condition_text(condition)} else {text(b)}", SUM


def _condition_text(condition: Any) -> str:
    if type(condition) is not Condition:
        return text(condition)
    return f"{text(condition.left)} {condition.op} {text(condition.right)}"


SPECIAL: dict[str, Callable[..., tuple[str, int]]] = {
    "**": _power_text,
    "power": _power_text,
    "constant_power": _power_text,
    "monomial": _falling_power_text,
    "falling_power": _falling_power_text,
    "scaled_exp": _scaled_exp_text,
    "sigmoid_slope": _sigmoid_slope_text,
    "select": _select_text,
    "sum": _sum_text,
    "dot": _dot_text,
    "direction": _direction_text,
}


# --- at a point ---------------------------------------------------------------------------------


def at_point(x: Any, values: dict[Symbol, Any]) -> Any:
    """`x` without its selections: of each, the branch that is taken where the symbols have these values."""
    if type(x) is Masked:
        return at_point(x.value, values) if _holds(x.mask, values) else None
    if type(x) is not Symbol or x.name or not x.operands:
        return x
    if x.op == "select":
        condition, a, b = x.operands
        return at_point(a if _holds(condition, values) else b, values)
    operands = tuple(
        tuple(at_point(v, values) for v in y) if type(y) is tuple else at_point(y, values) for y in x.operands
    )
    if x.op in ("*", "/", "**"):
        return _operation(x.op, *operands)
    return Symbol(op=x.op, operands=operands)


def _holds(condition: Any, values: dict[Symbol, Any]) -> bool:
    if type(condition) is not Condition:
        return bool(condition)
    if condition.op == "select":
        return _holds(condition.right[not _holds(condition.left, values)], values)
    left, right = evaluated(condition.left, values), evaluated(condition.right, values)
    return bool(COMPARISONS[condition.op](left, right))


def evaluated(x: Any, values: dict[Symbol, Any]) -> Any:
    """The number that `x` is where the symbols have these values."""
    if type(x) is Condition:
        return _holds(x, values)
    if type(x) is tuple:
        return tuple(evaluated(v, values) for v in x)
    if type(x) is not Symbol:
        return x
    if x in values:
        return values[x]
    if x.op == "constant":
        return x.operands[0]
    if x.op == "select":
        condition, a, b = x.operands
        return evaluated(a if _holds(condition, values) else b, values)
    function = OPERATORS.get(x.op) or ON_FLOATS[x.op]
    return function(*(evaluated(operand, values) for operand in x.operands))


COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": operator.abs,
}
