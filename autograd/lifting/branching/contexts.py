"""`with` at run time: contexts that may suppress errors of arithmetic, which a trace cannot follow."""

from __future__ import annotations

import contextlib
import dis
import functools
import itertools
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from autograd.lifting.branching.handlers import hides_arithmetic, takes_errors
from autograd.refusals import is_library, refuse

if TYPE_CHECKING:
    from autograd.lifting.branching.branches import Branches

OF_ARITHMETIC = (ValueError, ZeroDivisionError, OverflowError)


def suppresses(context: Any) -> bool:
    """Whether a context manager may suppress an error."""
    kind = type(context)
    if isinstance(context, (contextlib.suppress, contextlib.ExitStack)):
        return True
    if isinstance(context, contextlib._GeneratorContextManager):
        made: Any = context.gen
        return takes_errors(made.gi_code)
    end = getattr(kind, "__exit__", None)
    return not is_library(kind.__module__) and isinstance(end, FunctionType) and may_return_true(end.__code__)


@functools.lru_cache(maxsize=1024)
def may_return_true(code: CodeType) -> bool:
    """Whether code may return something other than None and False."""
    steps = list(dis.get_instructions(code))
    returned = [before for before, step in itertools.pairwise(steps) if step.opname == "RETURN_VALUE"]
    returned += [step for step in steps if step.opname == "RETURN_CONST"]
    return any(not step.opname.endswith("_CONST") or step.argval for step in returned)


class Suppressing:
    """A context that may suppress errors; arithmetic in it that may raise one is refused."""

    path = True

    def __init__(self, branches: Branches, context: Any) -> None:
        self.branches, self.context = branches, context
        self.log: dict[int, tuple[Any, Any]] = {}
        made = getattr(context, "gen", None)
        self._hides = made is None or hides_arithmetic(made.gi_code)  # whether it may suppress an error of arithmetic

    def __enter__(self) -> Any:
        entered = self.context.__enter__()
        self.branches.stack.append(self)
        self.branches.attempts.append(self)
        return entered

    def __exit__(self, *error: Any) -> Any:
        self.branches.stack.remove(self)
        self.branches.attempts.remove(self)
        return self.context.__exit__(*error)

    def touches(self, x: Any) -> None:
        """Report a change to the enclosing branch alone: no rows leave the body, so its changes stay."""
        for outer in self.branches.stack[: self.branches.stack.index(self)][-1:]:
            outer.touches(x)

    def may_take(self, error: Any) -> bool:
        """Whether it may suppress the error."""
        return True

    def takes(self, condition: Any, error: Any) -> bool:
        """Refuse an error of some rows, which it may suppress or not; others are left to `__exit__`."""
        kind = type(self.context).__name__
        if condition is True or (type(error) in OF_ARITHMETIC and not self._hides):
            return False  # `__exit__` decides
        raise refuse(lambda most: f"what {kind:.60} suppresses", "handle the error with try")
