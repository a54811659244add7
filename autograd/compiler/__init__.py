"""The compiler: scalar code becomes a program, that array instructions, and these run on NumPy or as machine code."""

from autograd.forks import at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.compiler.compiled import Compiled


def compile(
    f: "Callable[..., Any]",
    rows: "Sequence[str]" = (),
    static: "Sequence[str]" = (),
    backend: str = "auto",
    threads: "int | None" = None,
) -> "Compiled":
    """A function written on the scalars of one row, traced once and run over arrays of rows.

    The parameters named in `rows` carry a leading axis of rows, which f does not see; those in `static` are no numbers,
    as are defaults that are not passed. f is traced at the first call, and again for new shapes, structures or static
    values, and when a global or a closure's cell that it reads changes. TraceError where f branches on a traced number:
    write `where`. Arithmetic is IEEE's: what raises eagerly gives inf or nan here.

    It runs as machine code where llvmlite is installed, else on NumPy; `backend` "llvm" or "numpy" insists, and
    `.backend` tells. Machine code uses up to `threads` threads, by default one a core, and gives the same bits however
    many there are; its x * y + z may be rounded once.

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
        from autograd.compiler.backends import Options
        from autograd.compiler.compiled import Compiled

    return Compiled(f, rows, static, Options(backend, threads))
