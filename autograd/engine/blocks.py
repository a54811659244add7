"""Blocks: with statements that switch recording off or on, and the search for the block that applies.

A block is open as long as its with statement holds the exit function that it will call. Python drops that function
however the statement ends, even by Ctrl-C in the middle of entering or leaving it, so a block ends without any code
here having to run.

The stack decides which open block applies: a generator suspended inside a block is not on its consumer's stack. If no
block is on the stack, the context decides: a task inherits the block in which it was started. This takes a search, so a
node searches only while blocks are open and the innermost mark does not settle it.
"""

from __future__ import annotations

from _contextvars import ContextVar
from _thread import get_ident
from _weakref import ref
from collections.abc import Callable
from itertools import count
from sys import _getframe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _contextvars import Token
    from types import FrameType
    from typing import Any, Protocol

    Leave = Callable[..., None]

    class Manager(Protocol):
        """The object of a with statement."""

        on: bool

        def leave_called(self, *exception: object) -> None:
            """Leave a block that was entered by an explicit call, not by a with statement."""


GENERATOR, COROUTINE, ASYNC_GENERATOR = 0x20, 0x80, 0x200  # code flags, as in inspect, which is slow to import
PIECES = GENERATOR | COROUTINE | ASYNC_GENERATOR  # code that is suspended and resumed

_age = count().__next__


class Mark(ref):  # type: ignore[type-arg]  # not subscriptable at run time
    """A context's reference to a block: a weak reference to its exit function, which the with statement holds."""

    __slots__ = ("age", "on", "outer", "pieces", "plain", "thread")
    __hash__, __eq__ = object.__hash__, object.__eq__  # valid for a dead reference, too

    on: bool | None  # the state that the block switches recording to; None before it is entered and after it is left
    outer: Mark | None  # the next outer mark of the context
    plain: bool  # whether recording is off, without a search, wherever this mark is the context's innermost
    pieces: int  # the generator and coroutine flags of the enclosing code
    thread: int
    age: int

    def block(self) -> Block | None:
        """The block, or None if its with statement has ended."""
        found: Block | None = getattr(self(), "__self__", None)
        return found

    def is_inherited(self) -> bool:
        """Whether the block applies through the context, without being on the stack."""
        if self.on is None or (block := self.block()) is None:
            return False
        return not self.pieces or (self.pieces == COROUTINE and not block.is_here())


OPEN: set[Mark] = set()  # the open blocks of all threads: while it is empty, no node searches
IN_LINE: list[dict[str, Any]] = []  # names of the inlined methods, which record floats while `recorded` is float
_innermost: ContextVar[Mark | None] = ContextVar("autograd block", default=None)
innermost = _innermost.get  # the innermost mark of this context, possibly dead
_place: ContextVar[None] = ContextVar("autograd place")  # its tokens distinguish a context from its copies


def switch_in_line() -> None:
    """Let inlined methods record floats if no block is open; otherwise they leave all work to the general methods.

    Reading OPEN and the update that follows are a single call in C: no other thread can make a block in between.
    """
    for names in IN_LINE:
        names.update(zip(("recorded",), map((float, None).__getitem__, map(bool, (OPEN,)))))


class Block:
    """One execution of a with statement that switches recording, and the frame it belongs to."""

    __slots__ = ("frame", "manager", "mark", "token")

    manager: Manager
    frame: FrameType | None
    mark: Mark
    token: Token[None]

    def enter(self) -> None:
        """Open the block."""
        mark = self.mark
        mark.on = self.manager.on
        if mark.on:  # contexts copied inside one of the other blocks do not see this block: they must search
            for other in OPEN.copy():
                other.plain = False
        else:
            mark.plain = not mark.pieces

    def leave(self, *exception: object) -> None:
        """Leave the block, as a with statement's exit; if this block was never entered, leave one entered by a call."""
        if self.mark.on is None:
            self.manager.leave_called()
        self.mark.on = None
        self.mark.plain = False
        self.frame = None  # otherwise a reference cycle, if one of the frame's variables holds this block

    def is_here(self) -> bool:
        """Whether the block was entered in this context itself, not in one that it was copied from."""
        try:
            _place.reset(self.token)
        except ValueError:
            return False
        self.token = _place.set(None)
        return True


class Exit:
    """The `__exit__` of a manager: a with statement looks it up, which makes a block, before it calls `__enter__`."""

    def __get__(self, manager: Any, owner: Any) -> Leave:
        if manager is None:
            found: Leave = owner.leave_called  # contextlib.ExitStack looks it up on the class
            return found
        if manager.on and not OPEN:
            return manager.leave_called  # type: ignore[no-any-return]  # a property of a manager, which is Any
        frame = _getframe(1)
        is_manager = frame.f_code.co_flags & PIECES and _is_manager(frame)
        return made(manager, _lasting(frame.f_back) if is_manager else frame)


def made(manager: Manager, frame: FrameType | None) -> Leave:
    """Make a block and return its exit function, which keeps the block alive."""
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
    switch_in_line()
    _innermost.set(mark)
    return leave


def enter(manager: Manager, called: list[Leave]) -> None:
    """Enter the block that a with statement has just made; without one, make a block that `called` keeps open."""
    mark = context_mark()
    block = mark.block() if mark else None
    if block is None or block.manager is not manager or block.mark.on is not None:
        called.append(made(manager, _lasting(_getframe(2))))
        block = _block_of(called[-1])
    block.enter()


def latest(called: list[Leave]) -> Leave | None:
    """The last exit that the running generator entered; otherwise the last whose mark is in this context; or the last.

    Several generators may enter one object, and leave in any order.
    """
    known, mark = [], context_mark()
    while mark is not None:
        known.append(mark)
        mark = mark.outer
    frame = _lasting(_getframe(2))
    made_here = [leave for leave in called if frame and _block_of(leave).frame is frame]
    known_here = [leave for leave in made_here or called if _block_of(leave).mark in known]
    found = known_here or made_here or called
    return found[-1] if found else None


def _block_of(leave: Leave) -> Block:
    return leave.__self__  # type: ignore[attr-defined, no-any-return]  # a bound method


def context_mark() -> Mark | None:
    """The innermost mark of this context that is still alive."""
    mark = first = innermost()
    while mark is not None and mark() is None:
        mark = mark.outer
    if mark is not first:
        _innermost.set(mark)
    return mark


def is_recording() -> bool:
    """Whether an operation that runs now is recorded."""
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
    """The newest block of each frame that may be on this stack; the frame of a suspended generator is on none."""
    found: dict[FrameType, Mark] = {}
    thread = get_ident()
    for mark in OPEN.copy():
        if mark.on is None or not (mark.pieces or mark.thread == thread):
            continue
        frame = getattr(mark.block(), "frame", None)
        if frame is None or (mark.pieces and frame.f_back is None):
            continue
        if frame not in found or found[frame].age < mark.age:
            found[frame] = mark
    return found


def _lasting(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that has a block or is a generator: the owner of a block that outlives its caller."""
    blocks = _by_frame()
    while frame is not None:
        if frame in blocks or (frame.f_code.co_flags & (GENERATOR | ASYNC_GENERATOR) and not _is_manager(frame)):
            break
        frame = frame.f_back
    return frame


def _is_manager(frame: FrameType) -> bool:
    """Whether this is the generator of a context manager from contextlib: its blocks belong to that manager's user."""
    if not frame.f_code.co_flags & (GENERATOR | ASYNC_GENERATOR):
        return False
    caller = frame.f_back
    return caller is not None and caller.f_globals.get("__name__") == "contextlib"
