"""Watching: notice when what a traced function reads besides its arguments changes, so that it is traced again.

A Watch covers the globals and closure cells that a function names, the names that it uses of modules and classes, its
code and its defaults, and those of every Python function that it reaches, except in libraries. It cannot see the
attributes of an object, changes in place, or random numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy

from autograd.compiler.forms import Writing
from autograd.compiler.reaching import Reach, is_full, names
from autograd.refusals import is_library


class Watch:
    """What a function reads, as it was when this was created; `changed()` says whether that no longer holds.

    It is a function written for these names, since it runs at every call: a name takes some fifteen nanoseconds.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        reach = Reach(f)
        scopes = list(reach.scopes.values())
        attributes: list[tuple[Any, str]] = []
        empty: list[Any] = []
        for function in reach.functions:
            if is_library(function.__module__):
                continue
            attributes += [(function, "__code__"), (function, "__defaults__"), (function, "__kwdefaults__")]
            if function.__kwdefaults__:
                scopes.append((function.__kwdefaults__, set(function.__kwdefaults__)))
            written = names(function.__code__).written
            for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
                if name not in written:
                    attributes.append((cell, "cell_contents")) if is_full(cell) else empty.append(cell)
        self._values: list[Any] = []
        self.changed = self._written(attributes, empty, [(scope, sorted(read)) for scope, read in scopes])

    def _written(self, attributes: Any, empty: Any, scopes: Any) -> Callable[[], bool]:
        """A function that says whether a name now stands for another object, even an equal one."""
        writing = Writing("")
        writing.do("try:")

        def differs(now: str, value: Any) -> None:
            self._values.append(value)
            writing.do(f"    if {now} is not {writing.refer(value)}: return True")

        for x, attribute in attributes:
            differs(f"{writing.refer(x)}.{attribute}", getattr(x, attribute))
        for scope, read in scopes:
            known, get = writing.refer(scope), writing.refer(scope.get)
            for name in read:
                differs(f"{known}[{name!r}]" if name in scope else f"{get}({name!r})", scope.get(name))
        for cell in empty:
            writing.do(f"    if {writing.refer(is_full)}({writing.refer(cell)}): return True")
        writing.do("    return False")
        writing.do("except (ValueError, KeyError): pass  # a cell is empty now, or a name is deleted")
        return writing.function("True")

    def key(self) -> Any:
        """A key that two states share if the function does the same in both; it holds ids, so keep this Watch alive."""
        return tuple(exactly(value, id) for value in self._values)

    def fingerprint(self) -> str:
        """A text that another process also gives for the same code on the same numbers."""
        from hashlib import sha256

        return sha256("\n".join(map(_told, self._values)).encode(errors="backslashreplace")).hexdigest()


def exactly(x: Any, otherwise: Callable[[Any], Any]) -> Any:
    """A key for a value by type and bits: 0.0 and -0.0 differ, as do 1, 1.0 and True.

    Anything but a number, text, None, or a tuple or frozenset of them gets the key that `otherwise` gives.
    """
    if isinstance(x, float):
        return type(x), x.hex()
    if isinstance(x, complex):
        return type(x), x.real.hex(), x.imag.hex()
    if isinstance(x, (tuple, frozenset)):
        items = [exactly(item, otherwise) for item in x]
        return type(x), frozenset(items) if isinstance(x, frozenset) else tuple(items)
    if isinstance(x, numpy.generic):
        return type(x), str(x.dtype), x.tobytes()
    return type(x), x if isinstance(x, (int, str, bytes, type(None))) else otherwise(x)


def _told(x: Any) -> str:
    """A value as text that does not depend on its address."""
    if isinstance(x, CodeType):
        inner = "".join(map(_told, x.co_consts))
        return f"code {x.co_code.hex()} {x.co_names} {x.co_varnames} {x.co_freevars} {inner}"
    if isinstance(x, (tuple, frozenset)):
        return f"{type(x).__name__} {sorted(map(_told, x)) if isinstance(x, frozenset) else list(map(_told, x))}"
    if isinstance(x, numpy.ndarray) and x.dtype != object:
        return f"{x.dtype.str} {x.shape} {x.tobytes().hex()}"
    if isinstance(x, (bool, int, float, complex, str, bytes, type(None))):
        return f"{type(x).__name__} {x!r}"
    return f"{type(x).__module__}.{type(x).__qualname__} {getattr(x, '__qualname__', '')}"
