"""Forks: the sides of a branch whose condition is traced, and the jumps of the rows that leave them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from opcode import opname
from operator import length_hint
from types import CellType, GeneratorType
from typing import TYPE_CHECKING, Any

from autograd.lifting.branching.apart import UNASSIGNED, Apart, NoNumber
from autograd.lifting.branching.contents import CONTAINERS, alike, builtin_of, contents, holder, refill
from autograd.lifting.branching.merging import both, frozen, merged, opposite, truth
from autograd.refusals import is_library, lacks_index, refuse
from autograd.symbols import Condition

if TYPE_CHECKING:
    from autograd.lifting.branching.branches import Branches

    Names = dict[str, Any]
    Jumps = dict[Any, tuple[Any, Names]]  # by target: the condition of the rows that jumped there, and their names then

RETURN = "return"
TAKEN = "whether an item is taken from an iterator"
BROKEN = "loop was broken"  # among the names of rows that left a loop
DEEPEST = 200  # branches inside branches
MOST_OPEN = 2_000  # turns of a `while` after some rows have left it
MOST_TURNS = 100_000  # of any other loop, which may never end
BOUND_TURNS = "let it end after fewer turns, as `while k < 100 and …` does, or write it with `for`"
ENDLESS = (GeneratorType, itertools.count, itertools.cycle)


class Dead(Exception):
    """No row is left: each has raised an error."""


class Fork:
    """A branch whose condition is traced: its sides run one after the other, and their ends are merged.

    `names` are those that the sides may bind. A side is dead if no row reaches its end.
    """

    def __init__(self, branches: Branches, condition: Condition, frame: Frame | None, names: Names) -> None:
        self.branches, self.condition, self.frame, self.before = branches, condition, frame, names
        self.again = False  # whether this is the second side, which starts from the names before the fork
        self.is_traced = True
        self.names = list(names.values())  # after the fork
        self._left: Any = None  # the names and jumps at the end of the running side
        self.log: dict[int, tuple[Any, Any]] = {}  # by id: an object that the side has changed, and its contents before

    def __iter__(self) -> Iterator[bool]:
        """The sides: where the condition holds, then where it does not."""
        self._jumps = self.frame.jumps if self.frame else {}
        ends: dict[bool, Any] = {True: (None, {}), False: (None, {})}
        for side in self.sides():
            self._left, self.log = None, {}
            self.enter(side)
            self.path = self.condition if side else opposite(self.condition)
            yield side
            ends[side] = self._left, self._undone()
            self.again = True
        self._merge(ends[True], ends[False])

    def sides(self) -> Iterator[bool]:
        """The sides that some row may take."""
        return iter((True, False))

    def enter(self, side: bool) -> None:
        """Let a side start with the jumps before the fork."""
        if self.frame:
            self.frame.jumps = dict(self._jumps)

    def _merge(self, yes: Any, no: Any) -> None:
        (left_yes, log_yes), (left_no, log_no) = yes, no
        if left_yes is None and left_no is None:
            raise Dead
        changes = {}
        for key in log_yes | log_no:
            x, before = (log_yes.get(key) or log_no[key])[:2]
            after = log_yes[key][2] if key in log_yes else before
            other = log_no[key][2] if key in log_no else before
            changes[key] = x, other if left_yes is None else after, after if left_no is None else other
        self._settle(changes)
        if left_yes is None or left_no is None:
            self._end(*(left_no if left_yes is None else left_yes))
            return
        jumps = merged_jumps(self.condition, left_yes[1], left_no[1])
        here = [not _has_left(left[1]) for left in (left_yes, left_no)]  # otherwise nobody reads the side's names
        names = {}
        for name, a in left_yes[0].items():
            b = left_no[0][name]
            alone = here[0] is not here[1] and not self._is_shared(name)
            names[name] = (a if here[0] else b) if alone else merged(self.condition, a, b)
        self._end(names, jumps)

    def _is_shared(self, name: str) -> bool:
        """Whether an enclosing function owns the name, so that rows that have left must keep its old value."""
        return self.frame is not None and name in self.frame.shared

    def _end(self, names: Names, jumps: Jumps) -> None:
        self.before, self._left, self.log = {}, None, {}  # released, since `merging.unmix` counts references
        self.names = list(names.values())
        self.result = names.get("")
        if self.frame:
            self.frame.jumps = jumps

    def _settle(self, changes: dict[int, tuple[Any, Any, Any]]) -> None:
        """Fill each changed object with the merged contents of both sides; objects inside others come first."""

        def settle(x: Any) -> None:
            change = changes.pop(id(holder(x)), None)
            if change is not None:
                self.branches.touched(x)
                refill(x, self._held(*change, settle))

        while changes:
            settle(next(iter(changes.values()))[0])

    def _held(self, x: Any, a: Any, b: Any, settle: Callable[[Any], None]) -> Any:
        if builtin_of(x) is None and isinstance(a, dict):
            a, b = alike(type(x), a, b)
        found = a if a is b else merged(self.condition, a, b, settle)
        parts = found if type(found) is tuple and isinstance(x, CONTAINERS) else (found,)
        if type(x) is not CellType and any(isinstance(part, Apart) for part in parts):
            kind = type(x).__name__
            raise refuse(lambda most: f"how many items a {kind} has", "change as many items on both sides of a branch")
        return found

    # --- one side

    def __enter__(self) -> None:
        stack = self.branches.stack
        if len(stack) >= DEEPEST:
            raise refuse(lambda most: "the end of a recursion", "stop it by a plain number that counts")
        stack.append(self)

    def __exit__(self, kind: Any, error: Any, where: Any) -> bool:
        """End a side; an error that it raises concerns only the rows that take it."""
        try:
            if error is None:
                return True
            self._left = None
            if isinstance(error, StopIteration):
                raise refuse(lambda most: TAKEN, "go over a list") from None
            if is_of_rows(error):
                self.branches.fails(True, error)
                return True
            return isinstance(error, Dead)
        finally:
            self.branches.stack.remove(self)

    def start(self) -> list[Any]:
        """The values of the names before the fork."""
        return list(self.before.values())

    def leave(self, scope: Names) -> None:
        """Record the names and jumps at the end of a side."""
        self._left = {name: scope.get(name, UNASSIGNED) for name in self.before}, self.frame.jumps if self.frame else {}

    def takes(self, path: Any, error: Exception) -> bool:
        """Whether a handler here takes the error: a branch has none."""
        return False

    def touches(self, x: Any) -> None:
        """Save what x holds before the side changes it."""
        if id(x) not in self.log:
            self.log[id(x)] = x, contents(x)

    def _undone(self) -> dict[int, tuple[Any, Any, Any]]:
        """Undo the changes of the side; return each changed object with its contents before and after."""
        found = {key: (x, before, contents(x)) for key, (x, before) in self.log.items()}
        for x, before, _ in found.values():
            refill(x, before)
        return found


class Rest(Fork):
    """The code after some rows have left, which runs for the others."""

    gone: set[Any]  # the target to which all rows that ran have jumped; {None} if they have raised errors

    def keep(self, new: Any, old: Any) -> Any:
        """The value of a name: rows that have left never read it again, so they need not keep the old one."""
        return new

    def __iter__(self) -> Iterator[bool]:
        assert self.frame is not None
        jumps, self.path = self.frame.jumps, self.condition
        self.frame.jumps = {}
        yield True
        log = self._undone()
        is_left = self._left is not None
        self._settle({key: (x, after if is_left else before, before) for key, (x, before, after) in log.items()})
        self.gone = {None}
        gone = {key: (True if len(jumps) == 1 else flag, names) for key, (flag, names) in jumps.items()}
        if self._left is None:
            self._end(self.before, gone)
            return
        names, jumps = self._left
        self.gone = {key for key, (flag, _) in jumps.items() if flag is True}
        for name, x in names.items():
            old = self.before[name]
            names[name] = merged(self.condition, x, old) if self._is_shared(name) else self.keep(x, old)
        self._end(names, merged_jumps(self.condition, jumps, gone))


class Turn(Rest):
    """A turn of a loop for the rows that are still in it."""

    def keep(self, new: Any, old: Any) -> Any:
        """The value of a name: rows that have left the loop keep their numbers."""
        return frozen(self.condition, new, old)


class PlainBranch:
    """A branch whose condition is plain: one side runs, or none."""

    is_traced = again = False

    def __init__(self, *sides: bool) -> None:
        self.sides = sides

    def __iter__(self) -> Iterator[bool]:
        return iter(self.sides)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: Any) -> None:
        pass

    def leave(self, scope: Names) -> None:
        """Do nothing: there is nothing to merge."""


class BranchingLoop:
    """A loop that rows may leave early."""

    def __init__(self, frame: Frame, is_open: bool) -> None:
        self.frame, self.is_open = frame, is_open  # whether only a condition may end it
        self.leave, self.next = ("leave", id(self)), ("next", id(self))  # the targets of `break` and `continue`
        self.turns = 0
        self.draws = False  # whether it takes items from an iterator that has a name

    def over(self, known: list[Any], xs: Any) -> Any:
        """Return xs, over which the loop iterates; `known` are the iterators recorded before xs was computed."""
        self.draws = len(self.frame.branches.iterators) > len(known)
        self.is_open = is_endless(xs)
        return xs

    def turn(self, scope: Names, *names: str) -> Any:
        """Return a turn for the rows that have not left."""
        fork = self.frame.fork_rest(Turn, scope, names)
        self.last = fork
        self.turns += fork.is_traced
        if self.draws and fork.is_traced:
            raise refuse(lambda most: TAKEN, "go over a list")
        if self.turns > (MOST_OPEN if self.is_open else MOST_TURNS):
            raise refuse(lambda most: "the end of this loop", BOUND_TURNS)
        if self.is_open and self.turns > self.frame.branches.turns:
            self.frame.branches.lacks(fork.condition)
            jumps = self.frame.jumps
            if self.leave in jumps:  # nobody reads the names of rows that run on
                jumps[self.leave] = True, jumps[self.leave][1]
            self.last = PlainBranch()
        return self.last

    def jump(self, target: str, scope: Names, *names: str) -> None:
        """Let the rows here leave the loop, or this turn of it, with their names."""
        key = self.next if target == "continue" else self.leave
        kept = {name: scope.get(name, UNASSIGNED) for name in names}
        self.frame.jumps[key] = True, kept | {BROKEN: target == "break"}

    def goes_on(self, scope: Names, *names: str) -> tuple[Any, ...]:
        """Whether rows remain for another turn, and the names after this one, those of a `continue` included."""
        found = self._landed(self.next, scope, names)
        over = bool(self.last.gone - {self.next}) if self.last.is_traced else not self.last.sides
        return (not over and self.frame.alive() is not False, *found.values())

    def end(self, scope: Names, *names: str) -> tuple[Any, ...]:
        """The condition that the loop was broken, and the names after it."""
        found = self._landed(self.leave, scope | {BROKEN: False}, (BROKEN, *names))
        return tuple(found.values())

    def _landed(self, key: Any, scope: Names, names: Sequence[str]) -> Names:
        here = {name: scope.get(name, UNASSIGNED) for name in names}
        flag, kept = self.frame.jumps.pop(key, (False, here))
        if type(flag) is bool:
            return {name: kept[name] for name in names} if flag else here
        return {name: merged(flag, kept[name], x) for name, x in here.items()}


class Frame:
    """A call of a rewritten function: which rows have jumped, and to which targets."""

    def __init__(self, branches: Branches, shared: tuple[str, ...]) -> None:
        self.branches, self.shared = branches, shared  # names that belong to a function around this one
        self.jumps: Jumps = {}

    def alive(self) -> Any:
        """The condition that a row has not jumped."""
        found: Any = True
        for flag, _ in self.jumps.values():
            found = both(found, opposite(flag))
        return found

    def fork(self, test: Any, scope: Names, *names: str) -> Any:
        """Return the branch of an `if`."""
        condition = truth(test)
        if type(condition) is bool:
            return PlainBranch(condition)
        return Fork(self.branches, condition, self, {name: scope.get(name, UNASSIGNED) for name in names})

    def rest(self, scope: Names, *names: str) -> Any:
        """Return the branch of the code after a statement in which rows may have left."""
        return self.fork_rest(Rest, scope, names)

    def fork_rest(self, kind: type[Rest], scope: Names, names: Sequence[str]) -> Any:
        alive = self.alive()
        if type(alive) is bool:
            return PlainBranch(True) if alive else PlainBranch()
        return kind(self.branches, alive, self, {name: scope.get(name, UNASSIGNED) for name in names})

    def loop(self, is_open: bool) -> BranchingLoop:
        """Return a loop over items, or one that is open."""
        return BranchingLoop(self, is_open)

    def give(self, result: Any) -> None:
        """Let the rows here return this result."""
        self.jumps[RETURN] = True, {"": result}

    def result(self, last: Any = None) -> Any:
        """The result of the function: `last` for the rows that have reached its end."""
        flag, kept = self.jumps.get(RETURN, (False, {}))
        return last if flag is False else kept[""] if flag is True else merged(flag, kept[""], last)


def is_of_rows(error: BaseException) -> bool:
    """Whether an error on one side of a branch concerns the rows that take it, rather than the trace."""
    if isinstance(error, Dead) or lacks_index(error):
        return False
    if isinstance(error, (ValueError, ArithmeticError, LookupError, AssertionError, UnboundLocalError, NoNumber)):
        return True
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or not isinstance(error, Exception) or is_library(last.tb_frame.f_globals.get("__name__")):
        return False
    return opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def is_endless(xs: Any) -> bool:
    """Whether an iterable may have no end: a generator, `count()`, or `zip` and the like of these alone."""
    if isinstance(xs, (enumerate, map, zip)):
        return all(is_endless(part) for part in xs.__reduce__()[1] if hasattr(part, "__next__"))
    return isinstance(xs, ENDLESS) or (isinstance(xs, itertools.repeat) and length_hint(xs, -1) < 0)


def _has_left(jumps: Jumps | None) -> bool:
    """Whether all rows here have jumped."""
    return any(flag is True for flag, _ in (jumps or {}).values())


def merged_jumps(condition: Condition, yes: Jumps, no: Jumps) -> Jumps:
    """The merged jumps of two sides; nobody reads the names that are kept for rows that did not jump."""
    found: Jumps = {}
    for key in yes | no:
        flag, kept = yes.get(key, (False, {}))
        other, others = no.get(key, (False, {}))
        if flag is not False and other is not False:
            kept = {name: merged(condition, x, others[name]) for name, x in kept.items()}
        gone = flag if flag is other else condition.of_booleans(flag, other)
        found[key] = gone, kept if flag is not False else others
    return found
