"""Finds the numbers that a function and the plain Python functions it calls can see: its branches may change there."""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from itertools import islice
from numbers import Real
from types import CodeType, FunctionType, MemberDescriptorType, MethodType
from typing import Any

from autograd.lifting.stand_ins.plain import closed_over
from autograd.trees import is_array, parts_of

MOST_CONSTANTS = 60  # data in the code of a function, or in an array, are not thresholds
GREATEST = 1e300
MOST_PARTS = 2_000  # a function may lead to the whole of a program
Part = tuple[Any, tuple[str, ...]]  # something a function can see, and the names in the code that sees it
CALLED = ("__call__", "__wrapped__")  # the attributes that run when an object, or a cached function, is called
TESTING = {"autograd", "hypothesis", "pytest", "_pytest"}
LIBRARIES = TESTING | sys.stdlib_module_names | {"jax", "mpmath", "numpy", "pandas", "scipy", "sympy", "torch"}


def constants_of(*functions: Callable[..., Any] | None) -> list[float]:
    """The numbers in the code of these functions and in all that the code names, the closest first, without repetition.

    The code may name defaults, closures, globals, and attributes of the modules, classes and objects among these.

    >>> def tax(w):
    ...     return 0.2 * max(w - 10.0, 0.0) if w < 50.0 else 8.0
    >>> sorted(constants_of(tax))
    [0.0, 0.2, 8.0, 10.0, 50.0]
    """
    found: dict[float, None] = {}
    seen: dict[Any, Any] = {}  # also holds the parts: otherwise another part could get the id of a deleted one
    left: deque[Part] = deque((function, ()) for function in functions)
    while left and len(found) < MOST_CONSTANTS and len(seen) < MOST_PARTS:
        part, names = left.popleft()
        if isinstance(part, Real) and not isinstance(part, (bool, Enum)):
            size: Any = abs(part)
            if size < GREATEST:
                found.setdefault(float(part))
        elif (id(part), names) not in seen:
            seen[id(part), names] = part
            left.extend(_parts(part, names))
    return list(found)


def _parts(part: Any, names: tuple[str, ...]) -> Iterator[Part]:
    """The elements of a container, or the attributes of a part that the code that sees it names."""
    if isinstance(part, FunctionType):
        yield from _of_function(part)
    elif isinstance(part, MethodType):
        yield from _of_method(part.__func__, part.__self__)
    elif isinstance(part, functools.partial):
        yield from ((inner, names) for inner in (part.func, part.args, part.keywords))
    elif isinstance(part, (tuple, list, set, frozenset, dict)):
        yield from ((inner, names) for inner in islice(parts_of(part), MOST_CONSTANTS))
    elif is_array(part):
        yield part.tolist() if part.size <= MOST_CONSTANTS else None, names
    elif isinstance(part, Enum):
        yield part.value, names
    elif not isinstance(part, (str, bytes)):
        yield from _attributes(part, CALLED)
        yield from _attributes(part, names)


def _of_function(function: FunctionType) -> Iterator[Part]:
    """The constants of a function and all that its code names; a library function names nothing of the user's."""
    names = _names(function)
    own = (*_constants(function.__code__), function.__defaults__, function.__kwdefaults__)
    yield from ((part, names) for part in own)
    if str(function.__module__).partition(".")[0] not in LIBRARIES:
        yield from ((part, names) for part in (*closed_over(function), *map(function.__globals__.get, names)))


def _of_method(function: Any, owner: Any) -> Iterator[Part]:
    """A method, and the attributes of its object that its code names."""
    if isinstance(function, FunctionType):
        yield from ((function, ()), (owner, _names(function)))


def _attributes(holder: Any, names: tuple[str, ...]) -> Iterator[Part]:
    """The attributes of a module, a class or an object that have one of these names."""
    homes = (holder, *(holder if isinstance(holder, type) else type(holder)).__mro__)
    for name in names:
        home = next((home for home in homes if name in getattr(home, "__dict__", ())), None)
        found = None if home is None else home.__dict__[name]
        yield from _of_method(found.fget if isinstance(found, property) else found, holder)
        with suppress(AttributeError, TypeError):  # an empty slot, or a slot read from its class
            yield found.__get__(holder) if isinstance(found, MemberDescriptorType) else found, names


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all code objects inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _constants(code: CodeType) -> Iterator[Any]:
    return (constant for inner in _codes(code) for constant in inner.co_consts if not isinstance(constant, CodeType))


def _names(function: Any) -> tuple[str, ...]:
    """The globals and attributes that the code of a function names."""
    code = getattr(function, "__code__", None)
    return tuple(dict.fromkeys(name for inner in _codes(code) for name in inner.co_names)) if code else ()
