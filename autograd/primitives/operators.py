"""Scalar: the class whose methods are the primitives, under the names that Python and NumPy call.

Value and Dual are Scalars. Each says which number is inside; arithmetic, comparisons and named functions come from the
table.
"""

# mypy: disable-error-code="no-any-return"
# An operation may give any number here; a type checker finds what it gives for a Value in `methods.pyi`.

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from numbers import Real

from autograd import primitives as p
from autograd.numbers import select
from autograd.numbers.kinds import KINDS, VALUE_RANK, discovered
from autograd.numbers.operand import NumPyAttribute, NumPyOperand, beside_other, numpys_bool
from autograd.primitives.conversions import no_float
from autograd.primitives.unordered import decided
from autograd.refusals import is_tracing, lifting, no_index
from autograd.symbols import BITS, Symbol, key_hash
from autograd.symbols.shown import formatted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, overload

    from autograd.numbers import Plain
    from autograd.primitives.methods import Methods
else:

    class Methods:
        __slots__ = ()


OPERATORS: dict[str, Callable[..., Any]] = {
    "add": p.add,
    "sub": p.subtract,
    "mul": p.multiply,
    "truediv": p.divide,
    "floordiv": p.floor_divide,
    "mod": p.mod,
    "pow": p.power,
}

# What a number of NumPy's has besides: it is an array of no dimensions.
OF_ARRAYS = """
    T all any argmax argmin argsort astype copy cumprod cumsum dtype flat flatten item itemsize max mean min nbytes ndim
    prod ravel repeat reshape shape size sort squeeze std sum swapaxes take tolist transpose var
"""

constant_power = p.TABLE["constant_power"].function


def core(x: Any) -> Any:
    """The plain number inside `x`, however many transforms wrap it."""
    while isinstance(x, Scalar):
        x = x.inside()
    return x


def is_plain(x: Any) -> bool:
    """Whether `x` is a number that carries no derivative."""
    kind = KINDS.get(type(x)) or discovered(x)
    return kind is not None and kind.rank < VALUE_RANK


def _equality(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Scalar) or is_plain(other):
            found = compare(core(self), core(other))
            return numpys_bool(found) if self.follows_numpy and type(found) is bool else found
        return NotImplemented

    return method


def _order(sign: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Scalar) or is_plain(other):
            x, y = core(self), core(other)
            found = compare(x, y)
            if found is False and (x != x or y != y):
                found = decided(sign, x != x)
            return numpys_bool(found) if self.follows_numpy and type(found) is bool else found
        return beside_other(compare, self, other)

    return method


def _operator(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: Any, other: Any) -> Any:
        if isinstance(other, Scalar) or is_plain(other):
            return function(self, other)
        return beside_other(function, self, other, self.follows_numpy)

    def reflected(self: Any, other: Any) -> Any:
        if isinstance(other, Scalar) or is_plain(other):
            return function(other, self)
        return beside_other(function, other, self, self.follows_numpy)

    return forward, reflected


class Scalar(NumPyOperand, Methods):
    """A number that carries derivatives and behaves like a Python number.

    Comparisons, including `==`, and truth are those of the plain number inside, so that f takes the same branches as on
    floats; the hash is by identity.
    """

    __slots__ = ()

    follows_numpy: bool = False  # whether its arithmetic is NumPy's

    def inside(self) -> Any:
        """The number that this one wraps."""
        raise NotImplementedError

    def fixed(self) -> Self:
        """The same number, constant to every derivative."""
        raise NotImplementedError

    def pythons(self) -> Scalar:
        """The same number as one of Python's, whose arithmetic raises errors: `float(x)` of one of NumPy's."""
        return self

    def each_part(self, derivatives: Callable[[Any], list[Any]]) -> list[Any]:
        """The derivatives of this number with respect to some inputs, from those of each number that it wraps."""
        raise NotImplementedError

    def __neg__(self) -> Self:
        return p.negative(self)

    def __pos__(self) -> Self:
        return p.positive(self)

    def __abs__(self) -> Self:
        return p.abs(self)

    def __floor__(self) -> Self:
        math.floor(core(self))  # raises for an infinity or NaN, as for a float
        return p.floor(self)

    def __ceil__(self) -> Self:
        math.ceil(core(self))
        return p.ceil(self)

    def __bool__(self) -> bool:
        return bool(core(self))

    def __format__(self, spec: str) -> str:
        return format(core(self), spec)

    def __str__(self) -> str:
        x = core(self)
        return str(x) if lifting.get() or type(x) is Symbol else self._shown()

    def __repr__(self) -> str:
        x = core(self)
        if lifting.get() and self.follows_numpy and type(x) is float:
            return repr(sys.modules["numpy"].float64(x))
        return repr(x) if lifting.get() or type(x) is Symbol else self._shown()

    def _shown(self) -> str:
        """The text outside of lifted code."""
        raise NotImplementedError

    if TYPE_CHECKING:

        @overload
        def __round__(self, digits: None = None) -> Self: ...
        @overload
        def __round__(self, digits: int) -> float: ...

    def __round__(self, digits: int | None = None) -> Any:
        """Round to the nearest whole number; with `digits`, to a plain number, since the derivative is 0."""
        rounded = round(core(self), digits)
        return p.round(self) if digits is None else rounded

    def __trunc__(self) -> Self:
        math.trunc(core(self))
        return select(self < 0, p.ceil(self), p.floor(self))

    def __divmod__(self, other: Self | Plain) -> tuple[Self, Self]:
        return self // other, self % other

    def __rdivmod__(self, other: Self | Plain) -> tuple[Self, Self]:
        return other // self, other % self

    def is_integer(self) -> Any:
        """Whether the number is whole, as for a float."""
        return core(self) % 1 == 0

    def conjugate(self) -> Self:
        """Return self; NumPy's `var` calls this."""
        return self

    conj = conjugate
    real = property(conjugate)
    imag = property(lambda self: 0.0)

    if not TYPE_CHECKING:  # a type checker finds the table's methods in `methods.pyi`, and not those that only raise
        __add__, __radd__ = _operator(p.add)
        __sub__, __rsub__ = _operator(p.subtract)
        __mul__, __rmul__ = _operator(p.multiply)
        __truediv__, __rtruediv__ = _operator(p.divide)
        __floordiv__, __rfloordiv__ = _operator(p.floor_divide)
        __mod__, __rmod__ = _operator(p.mod)
        _, __rpow__ = _operator(p.power)

        def __pow__(self, other: Any) -> Any:
            if is_plain(other):
                return constant_power(self, other)  # the power rule alone
            if isinstance(other, Scalar):
                return p.power(self, other)
            return beside_other(p.power, self, other, self.follows_numpy)

        __eq__ = _equality(operator.eq)
        __ne__ = _equality(operator.ne)
        __lt__ = _order("<", operator.lt)
        __le__ = _order("<=", operator.le)
        __gt__ = _order(">", operator.gt)
        __ge__ = _order(">=", operator.ge)

        def __hash__(self) -> int:
            return key_hash(self, core(self))

        def __int__(self) -> int:
            if hasattr(core(self), "__index__"):  # a traced number, which is known along a path
                return operator.index(core(math.trunc(self)))
            found = formatted(core(self), sys._getframe(1))
            if found is not None:
                return int(found)
            raise TypeError(
                f"a {type(self).__name__} is not an int: use autograd.floor(v) or autograd.round(v), let "
                "autograd.lift(f) do so, or v.data for the number; where the function is compiled, name the argument "
                "in static="
            )

        def __index__(self) -> int:
            inside = core(self)
            if hasattr(inside, "__index__"):  # a traced number, which may be known
                return operator.index(inside)
            if is_tracing():
                raise no_index()
            return self.__int__()

        def __float__(self) -> float:
            found = formatted(core(self), sys._getframe(1))
            if found is not None:
                return found
            raise no_float(type(self).__name__.removeprefix("NumPy"), p.PUBLIC)

        as_integer_ratio = __float__


def _of_bits(function: Callable[[Any, Any], Any], reflected: bool) -> Callable[[Any, Any], Any]:
    """A method of traced whole numbers; those of a Value are floats, which have none."""

    def of_bits(self: Any, other: Any) -> Any:
        x, y = core(self), core(other)
        if not hasattr(x, "__index__"):
            return NotImplemented
        return function(y, x) if reflected else function(x, y)

    return of_bits


for _name, _function in BITS.items():
    setattr(Scalar, f"__{_name}__", _of_bits(_function, False))
    setattr(Scalar, f"__r{_name}__", _of_bits(_function, True))
METHODS = {name: row.function for name, row in p.TABLE.items() if row.has_method and hasattr(p, name)}
# NumPy calls its own names on the elements of an array of objects.
METHODS |= {x.removeprefix("numpy."): row.function for x, row in p.SPELLINGS.items() if x.startswith("numpy.")}
for _name, _function in METHODS.items():
    setattr(Scalar, _name, _function)
for _name in OF_ARRAYS.split():
    setattr(Scalar, _name, NumPyAttribute(_name))
Real.register(Scalar)


def as_method(row: p.Primitive) -> None:
    """Make an operation that a user added to the table a method, unless the name is taken."""
    if row.has_method and (row.name in _of_users or not hasattr(Scalar, row.name)):
        _of_users.add(row.name)
        setattr(Scalar, row.name, row.function)


_of_users: set[str] = set()
p.ADDED.append(as_method)
