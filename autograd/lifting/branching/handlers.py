"""Reasons to rewrite a function from its source: it, or one that it may call, handles errors, which traced arithmetic
does not raise, or asks whether something `is True`, which a condition is not."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from opcode import opmap, opname
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from autograd.lifting.lifted import function_of
from autograd.lifting.rewriting.dict_caches import caches_of
from autograd.lifting.stand_ins.plain import closed_over, names_of
from autograd.refusals import is_library

ARITHMETIC = {"ValueError", "ArithmeticError", "ZeroDivisionError", "OverflowError", "Exception", "BaseException"}
MOST_EXAMINED = 10_000  # objects


def must_be_read(*roots: Any) -> bool:
    """Whether code that the roots reach by names, cells and attributes handles errors, compares with True or False,
    compares numbers by identity, or caches its results."""
    waiting = list(roots)
    seen: set[int] = set()
    while waiting and len(seen) < MOST_EXAMINED:
        x = waiting.pop()
        x = x.__func__ if isinstance(x, MethodType) else function_of(x)
        if id(x) in seen:
            continue
        seen.add(id(x))
        if is_library(x.__name__ if isinstance(x, ModuleType) else getattr(x, "__module__", None)):
            waiting += [x.__wrapped__] if isinstance(x, FunctionType) and hasattr(x, "__wrapped__") else []  # grad(f)
            continue
        if isinstance(x, FunctionType):
            if any(asks(x.__code__) for asks in (handles, asks_for_booleans, asks_which, caches_of)):
                return True
            waiting += held(x)
        elif isinstance(x, type):
            waiting += [member for base in x.__mro__ for member in vars(base).values() if callable(member)]
        elif type(x).__module__ == "functools":
            waiting += [getattr(x, "func", None), getattr(x, "__wrapped__", None)]
        elif not isinstance(x, ModuleType):
            waiting.append(type(x))
    return False


@functools.lru_cache(maxsize=1024)
def handles(code: CodeType) -> bool:
    """Whether code has an `except`, `finally` or `with`, its inner functions included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return opmap["PUSH_EXC_INFO"] in code.co_code[::2] or any(map(handles, inner))


@functools.lru_cache(maxsize=1024)
def asks_for_booleans(code: CodeType) -> bool:
    """Whether code, its inner functions included, has an `is True` or `is False`, as `match` may, asks whether
    something is a `bool`, or is a `__bool__` method, which must return one."""
    steps, constants = code.co_code, code.co_consts
    if code.co_name == "__bool__":
        return True
    if "bool" in code.co_names and not {"isinstance", "type"}.isdisjoint(code.co_names):
        return True
    asks = opmap["LOAD_CONST"], opmap["IS_OP"]
    asked = [steps[i - 1] for i in range(2, len(steps), 2) if (steps[i - 2], steps[i]) == asks]
    if any(type(constant) is bool for place in asked for constant in constants[place : place + 1]):
        return True
    return any(asks_for_booleans(constant) for constant in constants if isinstance(constant, CodeType))


@functools.lru_cache(maxsize=1024)
def asks_which(code: CodeType) -> bool:
    """Whether code, its inner functions included, has an `is` with a variable or an item on its right, which may be one
    of several numbers. Names of classes and modules, as in `is State.IDLE`, do not count."""
    names = [opname[step] for step in code.co_code[::2] if step != opmap["CACHE"]]
    asked = [before for before, name in itertools.pairwise(names) if name == "IS_OP"]
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return any(name.startswith(VARIABLES) for name in asked) or any(map(asks_which, inner))


VARIABLES = "LOAD_FAST", "LOAD_DEREF", "BINARY_SUBSCR"  # instructions


@functools.lru_cache(maxsize=1024)
def hides_arithmetic(code: CodeType) -> bool:
    """Whether code itself has an `except` that may take an error of arithmetic."""
    return takes_errors(code) and (takes_all(code) or not ARITHMETIC.isdisjoint(code.co_names))


def takes_errors(code: CodeType) -> bool:
    """Whether code itself has an `except`."""
    return takes_all(code) or opmap["CHECK_EXC_MATCH"] in code.co_code[::2]


def takes_all(code: CodeType) -> bool:
    """Whether code itself has a bare `except`, which takes every error."""
    return bytes((opmap["PUSH_EXC_INFO"], opmap["POP_TOP"])) in code.co_code[::2]


CHANGES = {  # methods that change their object
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem", "add",
    "discard", "popleft", "appendleft", "extendleft", "rotate", "move_to_end", "difference_update", "fill", "put",
    "intersection_update", "symmetric_difference_update", "partition", "resize", "itemset", "__setitem__",
    "__delitem__", "__iadd__",
}  # fmt: skip
STORES = {opmap[f"{verb}_{what}"] for verb in ("STORE", "DELETE") for what in ("SUBSCR", "ATTR", "DEREF", "GLOBAL")}


@functools.lru_cache(maxsize=1024)
def changes(code: CodeType) -> bool:
    """Whether code, its inner functions included, seems to change something that others see."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return not (STORES.isdisjoint(code.co_code[::2]) and CHANGES.isdisjoint(code.co_names)) or any(map(changes, inner))


def is_rewritten(f: FunctionType) -> bool:
    """Whether a function was rewritten: rewritten code uses our names."""
    return any(name.startswith("_autograd_") for name in f.__code__.co_names)


def held(f: FunctionType) -> Iterator[Any]:
    """The objects that a function may call: those in its globals, cells and defaults, and attributes of modules."""
    names = names_of(f.__code__)
    for name in names:
        found = f.__globals__.get(name)
        yield found
        if isinstance(found, ModuleType) and not is_library(found.__name__):
            yield from (vars(found)[attribute] for attribute in names & vars(found).keys())
    yield from closed_over(f)
    yield from f.__defaults__ or ()
