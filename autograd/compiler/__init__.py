"""The compiler: scalar code becomes a program, then array instructions, which run on NumPy or as machine code."""

from autograd.forks import at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Concatenate, Unpack, overload

    from autograd.compiler.calls.backends import Options
    from autograd.compiler.calls.compiled import Compiled
    from autograd.compiler.signatures import Choices, CompiledOf, CompiledOfValues, CompiledOverRows, Names, P, Several
    from autograd.engine.value import Value
    from autograd.numbers import Array, Plain
    from autograd.transforms.signatures import Open, Unknown


if TYPE_CHECKING:  # overloads alone, or they would not belong to the function below

    @overload
    def compile(f: Unknown, rows: Sequence[str] = (), **options: Unpack[Choices]) -> CompiledOf[..., Any]: ...
    @overload
    def compile(f: Open, rows: Sequence[str] = (), **options: Unpack[Choices]) -> CompiledOf[..., Any]: ...
    @overload
    def compile(
        f: Callable[Concatenate[Value, ...], Value], **options: Unpack[Choices]
    ) -> CompiledOfValues[float, float, Value, Value]: ...
    @overload
    def compile(
        f: Callable[Concatenate[list[Value], ...], Value], **options: Unpack[Choices]
    ) -> CompiledOfValues[list[float], float, list[Value], Value]: ...
    @overload
    def compile(
        f: Callable[Concatenate[Value, ...], list[Value]], **options: Unpack[Choices]
    ) -> CompiledOfValues[float, Array, Value, list[Value]]: ...
    @overload
    def compile(
        f: Callable[Concatenate[list[Value], ...], list[Value]], **options: Unpack[Choices]
    ) -> CompiledOfValues[list[float], Array, list[Value], list[Value]]: ...
    @overload
    def compile(f: Callable[P, Plain], **options: Unpack[Choices]) -> CompiledOf[P, float]: ...
    @overload
    def compile(f: Callable[P, Several], **options: Unpack[Choices]) -> CompiledOf[P, Array]: ...
    @overload
    def compile(
        f: Callable[..., Plain | Value], rows: Names, **options: Unpack[Choices]
    ) -> CompiledOverRows[float]: ...
    @overload
    def compile(
        f: Callable[..., Several | list[Value]], rows: Names, **options: Unpack[Choices]
    ) -> CompiledOverRows[Array]: ...
    @overload
    def compile(
        f: Callable[..., Any],
        rows: Sequence[str] = (),
        static: Sequence[str] = (),
        backend: str = "auto",
        threads: int | None = None,
        index: Sequence[str] = (),
        paths: int = 100,
        memory: int | None = None,
    ) -> CompiledOf[..., Any]: ...


def compile(
    f: "Callable[..., Any]",
    rows: "Sequence[str]" = (),
    static: "Sequence[str]" = (),
    backend: str = "auto",
    threads: "int | None" = None,
    index: "Sequence[str]" = (),
    paths: int = 100,
    memory: "int | None" = None,
) -> "Compiled":
    """Compile a function of the scalars of one row: it is traced once and runs over arrays of rows.

    Parameters named in `rows` carry a leading axis of rows, which f does not see. Those also named in `index` hold
    whole numbers that choose from lists and arrays shared by the rows, as in `b[group]`. Those in `static` are not
    traced, nor are defaults that a call does not pass. f is traced at the first call, and again for new shapes,
    structures or static values, and when a global or closure variable that it reads changes. Branches and loops on
    traced numbers are read from f's source; where that fails, rows take up to `paths` paths, each with its own
    program. TraceError names the line that needs more paths, or a number that is not known. Arithmetic is IEEE: an
    operation that raises eagerly gives inf or nan here, unless f handles the error. An index out of bounds still
    raises an IndexError, which names the row.

    It runs as machine code if llvmlite is installed, else on NumPy; `backend` "llvm" or "numpy" insists, and `.backend`
    says which one runs. Machine code uses up to `threads` threads, by default one for each core, and gives the same
    bits for any number of them; it may round x * y + z once. `memory` bounds the bytes that long loops keep for a
    derivative: beyond it, steps are computed again. ValueError if a loop needs more.

    >>> import numpy as np
    >>> def loss(w, b, x, y):
    ...     return (w * x + b - y) ** 2
    >>> fast = compile(loss, rows=("x", "y"))
    >>> x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 7.0])
    >>> fast(2.0, 0.0, x, y)
    array([0., 0., 1.])
    >>> fast.value_and_grad(2.0, 0.0, x, y, argnums=(0, 1), reduce="sum")
    (1.0, (-6.0, -2.0))
    """
    with at_work:
        from autograd.compiler.calls.collecting import uncollected

    options, compiled = uncollected(_loaded)()
    return compiled(f, rows, static, index, options(backend, threads, paths, memory))


def _loaded() -> "tuple[type[Options], type[Compiled]]":
    """Load the rest of the compiler, at the first call."""
    with at_work:
        from autograd.compiler.calls.backends import Options
        from autograd.compiler.calls.compiled import Compiled

    return Options, Compiled
