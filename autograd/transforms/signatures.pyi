"""What the types of the transforms are made of: parameters that stay, and an argument whose structure comes back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from autograd.engine.value import Value
from autograd.numbers import Array, Plain
from autograd.primitives.operators import Scalar

P = ParamSpec("P")
R = TypeVar("R", bound=Numbers)
X = TypeVar("X")
Aux = TypeVar("Aux")
D = TypeVar("D", float, Array)
K = TypeVar("K")
L = TypeVar("L", float, list[float], Array)
M = TypeVar("M", float, list[float], Array)
Argument = TypeVar("Argument", contravariant=True)
Of = TypeVar("Of", covariant=True)
OfFloat = TypeVar("OfFloat", covariant=True)
OfValue = TypeVar("OfValue", covariant=True)

PlainResult: TypeAlias = Plain | Array  # one number, or an array without dimensions
Result: TypeAlias = PlainResult | Scalar
Structure: TypeAlias = list[Any] | tuple[Any, ...] | dict[Any, Any] | Array
Unknown: TypeAlias = Callable[..., Unsaid]  # returns Any
OfScalars: TypeAlias = Callable[..., Scalar | tuple[Scalar, Any]]  # may be called on floats, whatever it says
Numbers: TypeAlias = Plain | Array | Sequence["Numbers"] | Mapping[str, "Numbers"]  # no Value among them
Known: TypeAlias = Numbers | str | None  # an argument that leaves a result without Values

class Unsaid:
    """What no function returns, so that only Any fits it."""

class Open(Protocol):
    """A compiled or partial function, whose type does not say what it takes."""

    def __call__(self, *args: object) -> Any: ...

class CompiledFunction(Protocol):
    """What `compile` makes, which has derivatives of its own."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def jvp(self, primals: Any, tangents: Any) -> tuple[Any, Any]: ...
    def vjp(self, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...
    def hvp(self, *primals: Any, tangents: Any, argnums: Any) -> Any: ...

class OfNumber(Protocol[OfFloat, OfValue]):
    """What is made of a function of a Value, or of an object that takes anything: it is called on floats, too.

    What else f takes may be floats in the place of Values, so it is not refused.
    """

    @overload
    def __call__(self, x: float, /, *args: Known, **kwargs: Known) -> OfFloat: ...
    @overload
    def __call__(self, x: Value, /, *args: Any, **kwargs: Any) -> OfValue: ...
    @overload
    def __call__(self, x: float | Structure, /, *args: Any, **kwargs: Any) -> Any: ...

class OfList(Protocol[OfFloat, OfValue]):
    """What is made of a function of a list of Values: it is called on floats, too."""

    @overload
    def __call__(self, x: list[float], /, *args: Known, **kwargs: Known) -> OfFloat: ...
    @overload
    def __call__(self, x: list[Value], /, *args: Any, **kwargs: Any) -> OfValue: ...
    @overload
    def __call__(self, x: Structure, /, *args: Any, **kwargs: Any) -> Any: ...

class Matrix(Protocol[Argument, P, Of]):
    """What gives derivatives by the first argument."""

    def __call__(self, x: Argument, /, *args: P.args, **kwargs: P.kwargs) -> Of: ...

class Derivative(Protocol[P]):
    """What is made of a function where its types do not say what comes back."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any: ...
