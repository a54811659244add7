"""`try` at run time: rows whose arithmetic would raise an error go on in its handler, with the names at that point."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.lifting.branching.apart import UNASSIGNED
from autograd.lifting.branching.contents import contents, refill
from autograd.lifting.branching.forking import Dead, Fork, PlainBranch, merged_jumps
from autograd.lifting.branching.merging import both, either, merged, opposite

if TYPE_CHECKING:
    from autograd.lifting.branching.forking import Frame, Jumps, Names


class Attempt:
    """The body of a `try`, and the errors of some rows that its handlers take."""

    def __init__(self, frame: Frame, kinds: Sequence[Callable[[], Any]], names: Sequence[str]) -> None:
        self.frame, self.branches, self.names = frame, frame.branches, names
        self._kinds = kinds
        self._scope = sys._getframe(2)  # the frame of the `try`
        self._caught: list[Failure] = []
        self._end: tuple[Names, Jumps] | None = None
        self.log: dict[int, tuple[Any, Any]] = {}
        self.path: Any = True  # the rows without an error

    def __enter__(self) -> None:
        self.branches.stack.append(self)
        self.branches.attempts.append(self)

    def __exit__(self, kind: Any, error: Any, where: Any) -> bool:
        stack = self.branches.stack
        try:
            return error is None or (isinstance(error, Dead) and bool(self._caught)) or self.takes(True, error)
        finally:
            stack.remove(self)
            self.branches.attempts = [x for x in self.branches.attempts if x is not self]
            for key, change in self.log.items() if stack else ():
                stack[-1].log.setdefault(key, change)

    def touches(self, x: Any) -> None:
        """Save what x holds before the body changes it."""
        self.log.setdefault(id(x), (x, contents(x)))

    def leave(self, scope: Names) -> None:
        """Record the names and jumps at the end of the body."""
        self._end = {name: scope.get(name, UNASSIGNED) for name in self.names}, self.frame.jumps

    def handler(self, error: Any) -> int | None:
        """The index of the handler that takes an error; None if none does."""
        return next((k for k, kind in enumerate(self._kinds) if isinstance(error, kind())), None)

    def may_take(self, error: Any) -> bool:
        """Whether a handler takes the error if some rows raise it."""
        return self.handler(error) is not None

    def takes(self, condition: Any, error: Any) -> bool:
        """Record an error of the rows where the condition holds, if a handler takes it; return whether one does."""
        handler = self.handler(error)
        if handler is None:
            return False
        scope = self._scope.f_locals
        names = {name: scope.get(name, UNASSIGNED) for name in self.names}
        inside = self.branches.stack[self.branches.stack.index(self) :]
        held = {key: contents(x) for part in inside for key, (x, _) in part.log.items()}
        self._caught.append(Failure(condition, handler, error, names, dict(self.frame.jumps), held))
        self.path = both(self.path, opposite(condition))
        return True

    # --- handlers

    def is_of(self, handler: int) -> Any:
        """The condition that this handler takes the error."""
        found: Any = False
        for failure in reversed(self._caught):
            mine = failure.handler == handler
            found = mine if failure.where is True else failure.where.of_booleans(mine, found)
        return found

    def error(self, handler: int) -> Any:
        """The error that this handler takes, merged from those of the rows."""
        *earlier, last = [failure for failure in self._caught if failure.handler == handler]
        found: Any = last.error
        for failure in reversed(earlier):
            found = merged(failure.where, failure.error, found)
        return found

    def raise_again(self, handler: int) -> None:
        """Raise the error that this handler takes: for each row, its own."""
        if len(self._caught) == 1 and self._caught[0].where is True:
            raise self._caught[0].error
        earlier: Any = False
        for failure in self._caught:
            if failure.handler == handler:
                self.branches.fails(both(opposite(earlier), failure.where), failure.error)
            earlier = either(earlier, failure.where)
        raise Dead

    def handled(self) -> Any:
        """Return the branch whose sides are the handlers, which come first, and the `else`."""
        if not self._caught:
            return PlainBranch(False)
        *earlier, found = self._caught
        if found.where is True and not earlier:
            return PlainBranch(True)
        for failure in reversed(earlier):
            found = failure.before(found, self.log)
        return Caught(self, found, self._end)


class Closing(Attempt):
    """The body of a `try` with `finally`: its errors are raised again after that, so an enclosing handler is needed."""

    def __enter__(self) -> None:
        self.branches.stack.append(self)
        if self.branches.attempts:
            self.branches.attempts.append(self)

    def may_take(self, error: Any) -> bool:
        """Whether an enclosing handler takes the error."""
        around = self.branches.stack[: self.branches.stack.index(self)]
        return any(outer.may_take(error) for outer in around if outer in self.branches.attempts)

    def takes(self, condition: Any, error: Any) -> bool:
        """Take every error of all rows, and an error of some rows if an enclosing handler takes it."""
        return (condition is True or self.may_take(error)) and super().takes(condition, error)


class Failure(NamedTuple):
    """An error of some rows: their condition, the handler that takes it, and the state of the code then."""

    where: Any
    handler: int
    error: Exception
    names: Names
    jumps: Jumps
    held: dict[int, Any]  # by id: what containers held

    def before(self, later: Failure, log: dict[int, tuple[Any, Any]]) -> Failure:
        """This failure where its condition holds, otherwise the later one."""
        names = {name: merged(self.where, x, later.names[name]) for name, x in self.names.items()}
        held = {}
        for key, (_, before) in log.items():
            held[key] = merged(self.where, self.held.get(key, before), later.held.get(key, before))
        jumps = merged_jumps(self.where, self.jumps, later.jumps)
        return self._replace(where=either(self.where, later.where), names=names, jumps=jumps, held=held)


class Caught(Fork):
    """The handlers for the rows that have an error, and the `else` for the others."""

    def __init__(self, attempt: Attempt, failure: Failure, passed: tuple[Names, Jumps] | None) -> None:
        super().__init__(attempt.branches, failure.where, attempt.frame, failure.names)
        self.failure, self.passed, self.changed = failure, passed, attempt.log
        self.again = True

    def sides(self) -> Iterator[bool]:
        """The sides that some row takes."""
        return iter((True,) if self.passed is None else (True, False))

    def enter(self, side: bool) -> None:
        """Restore the state with which a side starts."""
        assert self.frame is not None
        if not side:
            assert self.passed is not None
            self.before, jumps = self.passed
        else:
            jumps = self.failure.jumps
            for key, (x, before) in self.changed.items():
                self.touches(x)
                refill(x, self.failure.held.get(key, before))
        self.frame.jumps = dict(jumps)
