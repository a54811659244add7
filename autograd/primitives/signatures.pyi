"""What the types of `primitive` are made of: a rule with a kernel returns its local derivatives alone."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Concatenate, Never, ParamSpec, Protocol, TypeAlias, TypedDict, TypeVar, overload

from autograd.engine.value import Value
from autograd.numbers import Array
from autograd.primitives.domains import Kink
from autograd.primitives.operators import Scalar

P = ParamSpec("P")
R = TypeVar("R")
X = TypeVar("X")
N = TypeVar("N", float, Fraction, float | Value, Array)
S = TypeVar("S", bound=Scalar)

Partials: TypeAlias = tuple[Any, ...]
Takes: TypeAlias = (  # a rule of several operands, with an X among the first three
    Callable[Concatenate[X, ...], Partials]
    | Callable[Concatenate[Never, X, ...], Partials]
    | Callable[Concatenate[Never, Never, X, ...], Partials]
)

class RowOptions(TypedDict, total=False):
    """The options of `primitive` beside the kernel and the vectors."""

    symbol: str
    title: str
    text: Any
    domain: str | tuple[str, ...]
    kinks: tuple[Kink, ...]
    native: Callable[..., Any] | None
    precise: str | Callable[..., Any] | None
    rational: Callable[..., Any] | bool | None
    plain: str | tuple[str, ...]
    count: str | tuple[str, ...]
    arrays: str | Callable[..., Any] | None
    spellings: str | tuple[str, ...]

class OfOne(Protocol):
    """A rule of one operand that takes its value as `z`."""

    def __call__(self, x: Never, /, *, z: Never) -> Partials: ...

class OfTwo(Protocol):
    """A rule of two operands that takes its value as `z`."""

    def __call__(self, x: Never, y: Never, /, *, z: Never) -> Partials: ...

class OfThree(Protocol):
    """A rule of three operands that takes its value as `z`."""

    def __call__(self, x: Never, y: Never, w: Never, /, *, z: Never) -> Partials: ...

class OfFour(Protocol):
    """A rule of four operands that takes its value as `z`."""

    def __call__(self, x: Never, y: Never, w: Never, v: Never, /, *, z: Never) -> Partials: ...

class Operation(Protocol):
    """An operation on one number, whose kind the value has."""

    @overload
    def __call__(self, x: S, /) -> S: ...  # type: ignore[overload-overlap]  # no array is a Scalar
    @overload
    def __call__(self, x: N, /) -> N: ...

class Declared(Protocol):
    """What `primitive` with options is: it makes an operation of a rule, with the rule's parameters."""

    def __call__(self, rule: Callable[P, tuple[R, tuple[Any, ...]]], /) -> Callable[P, R]: ...

class DeclaredByKernel(Protocol):
    """The same with a kernel, which gives a float on floats, whatever the rule's local derivatives are."""

    @overload
    def __call__(self, rule: OfOne | Callable[[Never], Partials], /) -> Operation: ...
    @overload
    def __call__(
        self, rule: OfTwo | OfThree | OfFour | Takes[Value] | Takes[Array] | Takes[Fraction], /
    ) -> Callable[..., Any]: ...
    @overload
    def __call__(self, rule: Callable[P, tuple[float | None, ...]], /) -> Callable[P, float]: ...

class DeclaredOfVectors(Protocol):
    """The same where parameters are sequences."""

    def __call__(self, rule: Callable[..., tuple[Any, ...]], /) -> Callable[..., Any]: ...
