"""What the types of the transforms are made of: parameters that stay, and an argument whose structure comes back."""

from collections.abc import Callable
from typing import Any, Never, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from autograd.engine.value import Value
from autograd.numbers import Array, Plain
from autograd.primitives.operators import Scalar

P = ParamSpec("P")
R = TypeVar("R")
X = TypeVar("X")
Aux = TypeVar("Aux")
K = TypeVar("K")
L = TypeVar("L", float, list[float], Array)
M = TypeVar("M", float, list[float], Array)
Argument = TypeVar("Argument", contravariant=True)
Of = TypeVar("Of", covariant=True)
OfFloat = TypeVar("OfFloat", covariant=True)
OfValue = TypeVar("OfValue", covariant=True)

Result: TypeAlias = Plain | Scalar | Array  # one number, or an array without dimensions
Structure: TypeAlias = list[Any] | tuple[Any, ...] | dict[Any, Any] | Array
Unknown: TypeAlias = Callable[..., Never]  # returns Any

class Open(Protocol):
    """A compiled or partial function, whose type does not say what it takes."""

    def __call__(self, *args: object) -> Any: ...

class CompiledFunction(Protocol):
    """What `compile` makes, which has derivatives of its own."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def jvp(self, primals: Any, tangents: Any) -> tuple[Any, Any]: ...
    def vjp(self, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...
    def hvp(self, *primals: Any, tangents: Any, argnums: Any) -> Any: ...

class OfNumber(Protocol[P, OfFloat, OfValue]):
    """What is made of a function of a Value, or of an object that takes anything: it is called on floats, too."""

    @overload
    def __call__(self, x: float, /, *args: P.args, **kwargs: P.kwargs) -> OfFloat: ...
    @overload
    def __call__(self, x: Value, /, *args: P.args, **kwargs: P.kwargs) -> OfValue: ...
    @overload
    def __call__(self, x: Structure, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class OfList(Protocol[P, OfFloat, OfValue]):
    """What is made of a function of a list of Values: it is called on floats, too."""

    @overload
    def __call__(self, x: list[float], /, *args: P.args, **kwargs: P.kwargs) -> OfFloat: ...
    @overload
    def __call__(self, x: list[Value], /, *args: P.args, **kwargs: P.kwargs) -> OfValue: ...
    @overload
    def __call__(self, x: Structure, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class Matrix(Protocol[Argument, P, Of]):
    """What gives a matrix of derivatives by the first argument."""

    def __call__(self, x: Argument, /, *args: P.args, **kwargs: P.kwargs) -> Of: ...

class Derivative(Protocol[P]):
    """What is made of a function where its types do not say what comes back."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any: ...
