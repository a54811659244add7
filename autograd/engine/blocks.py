"""Blocks: where recording is switched off or on, and whether the code that runs now is inside one.

A block is open for as long as its with statement holds what it is to call in the end. Python drops that however the
statement ends, also by Ctrl-C in the middle of entering or leaving it, so nothing here has to run for a block to end.

An open block is in force for what runs inside it, as the stack says: a generator that is suspended inside a block is
not on the stack of its consumer. Where no block is on the stack, the context says: a task inherits the block that it
was started in. To find out takes a search, so nodes ask for it only where blocks are open and it is not plain to see.
"""

from __future__ import annotations

from _contextvars import ContextVar
from _thread import get_ident
from _weakref import ref
from itertools import count
from sys import _getframe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _contextvars import Token
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Protocol

    Leave = Callable[..., None]

    class Manager(Protocol):
        """What a with statement is given."""

        on: bool

        def leave_called(self, *exception: object) -> None:
            """Leave a block that was entered by a call, not by a with statement."""


GENERATOR, COROUTINE, ASYNC_GENERATOR = 0x20, 0x80, 0x200  # flags of code, from inspect, which is slow to import
PIECES = GENERATOR | COROUTINE | ASYNC_GENERATOR  # code that is suspended and resumed

_age = count().__next__


class Mark(ref):  # type: ignore[type-arg]  # which has no parameters when the program runs
    """What contexts know of a block: it refers to what the with statement holds, and dies with that."""

    __slots__ = ("age", "on", "outer", "pieces", "plain", "thread")
    __hash__, __eq__ = object.__hash__, object.__eq__  # of a dead one too

    on: bool | None  # what the block switches recording to; None before it is entered and when it is left
    outer: Mark | None  # the next block of the context
    plain: bool  # whether recording is off, with no search, wherever this is the innermost mark of the context
    pieces: int  # flags of the code that it is in if that runs in pieces
    thread: int
    age: int

    def block(self) -> Block | None:
        """The block, unless its with statement has ended."""
        found: Block | None = getattr(self(), "__self__", None)
        return found

    def is_inherited(self) -> bool:
        """Whether the block, which the context knows but which is not on the stack, is in force all the same."""
        if self.on is None or (block := self.block()) is None:
            return False
        return not self.pieces or (self.pieces == COROUTINE and not block.is_here())


OPEN: set[Mark] = set()  # the blocks of every thread: while there is none, nothing is asked
_innermost: ContextVar[Mark | None] = ContextVar("autograd block", default=None)
innermost = _innermost.get  # the mark of this context, which may be dead
_place: ContextVar[None] = ContextVar("autograd place")  # its tokens tell a context from the copies of it


class Block:
    """One time that a with statement switches recording, and the frame whose stack it is on."""

    __slots__ = ("frame", "manager", "mark", "token")

    manager: Manager
    frame: FrameType | None
    mark: Mark
    token: Token[None]

    def enter(self) -> None:
        """Open the block."""
        mark = self.mark
        mark.on = self.manager.on
        if mark.on:  # which a context that was copied inside one of the others does not know
            for other in OPEN.copy():
                other.plain = False
        else:
            mark.plain = not mark.pieces

    def leave(self, *exception: object) -> None:
        """What a with statement calls in the end; where none was entered, it is for what was entered by a call."""
        if self.mark.on is None:
            self.manager.leave_called()
        self.mark.on = None
        self.mark.plain = False
        self.frame = None  # which would keep what holds this, if a variable of its does

    def is_here(self) -> bool:
        """Whether the block was entered in this very context, not in one that this is a copy of."""
        try:
            _place.reset(self.token)
        except ValueError:
            return False
        self.token = _place.set(None)
        return True


class Exit:
    """The `__exit__` of a manager. A with statement looks it up, calls `__enter__`, and calls what it found."""

    def __get__(self, manager: Any, owner: Any) -> Leave:
        if manager is None:
            found: Leave = owner.leave_called  # for contextlib.ExitStack
            return found
        if manager.on and not OPEN:
            return manager.leave_called  # type: ignore[no-any-return]  # of any manager
        frame = _getframe(1)
        is_manager = frame.f_code.co_flags & PIECES and _is_manager(frame)
        return made(manager, _lasting(frame.f_back) if is_manager else frame)


def made(manager: Manager, frame: FrameType | None) -> Leave:
    """What leaves a new block, and keeps it open from when it is entered."""
    block = Block()
    leave = block.leave
    block.manager = manager
    block.frame = frame
    block.mark = mark = Mark(leave, OPEN.discard)
    mark.on = None
    mark.plain = False
    mark.outer = context_mark()
    mark.pieces = frame.f_code.co_flags & PIECES if frame else 0
    mark.thread = get_ident()
    mark.age = _age()
    if mark.pieces:
        block.token = _place.set(None)
    OPEN.add(mark)
    _innermost.set(mark)
    return leave


def enter(manager: Manager, called: list[Leave]) -> None:
    """Enter the block that a with statement has just made; where there is none, one that `called` keeps open."""
    mark = context_mark()
    block = mark.block() if mark else None
    if block is None or block.manager is not manager or block.mark.on is not None:
        called.append(made(manager, _lasting(_getframe(2))))
        block = called[-1].__self__  # type: ignore[attr-defined]  # a bound method
    block.enter()


def latest(called: list[Leave]) -> Leave | None:
    """The last of these that this context knows, else the last of all."""
    known, mark = [], context_mark()
    while mark is not None:
        known.append(mark)
        mark = mark.outer
    here = [leave for leave in called if leave.__self__.mark in known]  # type: ignore[attr-defined]  # as above
    return (here or called or [None])[-1]  # type: ignore[list-item]  # None where there is none


def context_mark() -> Mark | None:
    """The innermost mark of this context that is not dead."""
    mark = first = innermost()
    while mark is not None and mark() is None:
        mark = mark.outer
    if mark is not first:
        _innermost.set(mark)
    return mark


def is_recording() -> bool:
    """Whether operations are recorded here and now."""
    if not OPEN:
        return True
    mark = context_mark()
    if mark is not None and mark.plain:
        return False
    blocks = _by_frame()
    frame: FrameType | None = _getframe(1)
    while blocks and frame is not None:
        if frame in blocks:
            return blocks[frame].on is not False
        frame = frame.f_back
    while mark is not None and not mark.is_inherited():
        mark = mark.outer
    return mark is None or mark.on is not False


# --- the stack ----------------------------------------------------------------------------------


def _by_frame() -> dict[FrameType, Mark]:
    """The youngest block of each frame that may be on this stack: that of a suspended generator is on none."""
    found: dict[FrameType, Mark] = {}
    thread = get_ident()
    for mark in OPEN.copy():
        if mark.on is None or not (mark.pieces or mark.thread == thread):
            continue
        frame = getattr(getattr(mark(), "__self__", None), "frame", None)
        if frame is None or (mark.pieces and frame.f_back is None):
            continue
        if frame not in found or found[frame].age < mark.age:
            found[frame] = mark
    return found


def _lasting(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that a block which outlasts its caller belongs to: of another block, or of a generator."""
    blocks = _by_frame()
    while frame is not None:
        if frame in blocks or (frame.f_code.co_flags & (GENERATOR | ASYNC_GENERATOR) and not _is_manager(frame)):
            break
        frame = frame.f_back
    return frame


def _is_manager(frame: FrameType) -> bool:
    """Whether this is a generator made a context manager, whose blocks are its user's."""
    if not frame.f_code.co_flags & (GENERATOR | ASYNC_GENERATOR):
        return False
    caller = frame.f_back
    return caller is not None and caller.f_globals.get("__name__") == "contextlib"
