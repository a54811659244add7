"""What the types of `compile` are made of: results that depend on f's own, and on the rows."""

from collections.abc import Sequence
from typing import Any, Generic, Literal, ParamSpec, TypeAlias, TypedDict, TypeVar, overload

from autograd.compiler.calls.compiled import Compiled
from autograd.numbers import Array

P = ParamSpec("P")
Own = TypeVar("Own")
One = TypeVar("One")

Numbers: TypeAlias = list[float] | list[list[float]] | tuple[float, ...] | Array  # they come back as an array
Reduction: TypeAlias = Literal["sum", "mean"]

class Choices(TypedDict, total=False):
    """The options of `compile`."""

    static: Sequence[str]
    backend: str
    threads: int | None
    index: Sequence[str]
    paths: int
    memory: int | None

class CompiledOf(Compiled, Generic[P, Own, One]):
    """What `compile` makes: `Own` on arguments like f's own, `One` on floats, and as the sum or mean over rows.

    Arrays may stand in the place of lists and numbers, so other arguments are not refused: they give Any.
    """

    @overload
    def __call__(self, *args: float, **kwargs: float) -> One: ...
    @overload
    def __call__(self, *args: Any, reduce: Reduction, **kwargs: Any) -> One: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Own: ...
    @overload
    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any: ...
    @overload
    def value_and_grad(self, *args: float, **kwargs: float) -> tuple[One, One]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: tuple[int, ...], reduce: Reduction, **kwargs: Any
    ) -> tuple[One, tuple[Any, ...]]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: tuple[int, ...], reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, tuple[Any, ...]]: ...
    @overload
    def value_and_grad(self, *args: Any, argnums: int = 0, reduce: Reduction, **kwargs: Any) -> tuple[One, Any]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]: ...
