"""What the types of `compile` are made of: results that depend on f's own, and on the rows."""

from collections.abc import Sequence
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypedDict, TypeVar, overload

from autograd.compiler.calls.compiled import Compiled
from autograd.numbers import Array
from autograd.transforms.signatures import Known

P = ParamSpec("P")
Q = ParamSpec("Q")
X = TypeVar("X", float, list[float], Array)
Own = TypeVar("Own")
One = TypeVar("One")
Plains = TypeVar("Plains")
Values = TypeVar("Values")

Several: TypeAlias = list[float] | list[list[float]] | tuple[float, ...] | Array  # they come back as an array
Names: TypeAlias = tuple[str, *tuple[str, ...]]  # one at least
Reduction: TypeAlias = Literal["sum", "mean"]

class Choices(TypedDict, total=False):
    """The options of `compile`."""

    static: Sequence[str]
    backend: str
    threads: int | None
    index: Sequence[str]
    paths: int
    memory: int | None

class CompiledOf(Compiled, Generic[P, Own]):
    """What `compile` makes of a function of plain numbers: its own result for arguments like its own.

    Arrays may stand in the place of lists and numbers, so other arguments are not refused: they give Any.
    """

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Own: ...
    @overload
    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any: ...
    @overload
    def value_and_grad(
        self: CompiledOf[Concatenate[X, Q], Own], x: X, /, *args: Q.args, **kwargs: Q.kwargs
    ) -> tuple[Own, X]: ...
    @overload
    def value_and_grad(self, *args: P.args, **kwargs: P.kwargs) -> tuple[Own, Any]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]: ...

class CompiledOfValues(Compiled, Generic[Plains, One, Values, Own]):
    """What `compile` makes of a function of Values: `One` where the arguments are floats, `Own` on Values."""

    @overload
    def __call__(self, x: Plains, /, *args: Known, **kwargs: Known) -> One: ...
    @overload
    def __call__(self, x: Values, /, *args: Any, **kwargs: Any) -> Own: ...
    @overload
    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any: ...
    @overload
    def value_and_grad(self, x: Plains, /, *args: Known) -> tuple[One, Plains]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]: ...

class CompiledOverRows(Compiled, Generic[One]):
    """What `compile` makes with rows: an array of what f gives for each row, and `One` as their sum or mean."""

    @overload
    def __call__(self, *args: Known, reduce: Reduction, **kwargs: Known) -> One: ...
    @overload
    def __call__(self, *args: Known, reduce: None = None, **kwargs: Known) -> Array: ...
    @overload
    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any: ...
    @overload
    def value_and_grad(
        self, *args: Known, argnums: tuple[int, ...], reduce: Reduction, **kwargs: Known
    ) -> tuple[One, tuple[Any, ...]]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: tuple[int, ...], reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, tuple[Any, ...]]: ...
    @overload
    def value_and_grad(self, *args: Known, argnums: int = 0, reduce: Reduction, **kwargs: Known) -> tuple[One, Any]: ...
    @overload
    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]: ...
