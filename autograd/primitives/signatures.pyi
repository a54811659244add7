"""What the types of `primitive` are made of: a rule with a kernel returns its local derivatives alone."""

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypedDict, TypeVar, overload

from autograd.primitives.domains import Kink

P = ParamSpec("P")
N = TypeVar("N")
R = TypeVar("R")
A = TypeVar("A", contravariant=True)
B = TypeVar("B", contravariant=True)
Partials = TypeVar("Partials", covariant=True)

class RowOptions(TypedDict, total=False):
    """The options of `primitive` beside the kernel."""

    symbol: str
    title: str
    text: Any
    domain: str | tuple[str, ...]
    kinks: tuple[Kink, ...]
    vectors: str | tuple[str, ...]
    native: Callable[..., Any] | None
    precise: str | Callable[..., Any] | None
    rational: Callable[..., Any] | bool | None
    plain: str | tuple[str, ...]
    count: str | tuple[str, ...]
    arrays: str | Callable[..., Any] | None
    spellings: str | tuple[str, ...]

class OfOne(Protocol[A, Partials]):
    """A rule of one operand that takes its value as `z`."""

    def __call__(self, x: A, /, *, z: Any) -> Partials: ...

class OfTwo(Protocol[A, B, Partials]):
    """A rule of two operands that takes its value as `z`."""

    def __call__(self, x: A, y: B, /, *, z: Any) -> Partials: ...

class Declared(Protocol):
    """What `primitive` with options is: it makes an operation of a rule, with the rule's parameters."""

    def __call__(self, rule: Callable[P, tuple[R, tuple[Any, ...]]], /) -> Callable[P, R]: ...

class DeclaredByKernel(Protocol):
    """The same with a kernel: the operation gives what its local derivatives are, a number."""

    @overload
    def __call__(self, rule: OfOne[A, tuple[N | None, ...]], /) -> Callable[[A], N]: ...
    @overload
    def __call__(self, rule: OfTwo[A, B, tuple[N | None, ...]], /) -> Callable[[A, B], N]: ...
    @overload
    def __call__(self, rule: Callable[P, tuple[N | None, ...]], /) -> Callable[P, N]: ...
