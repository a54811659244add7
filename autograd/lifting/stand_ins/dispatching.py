"""`functools.singledispatch` in lifted code, where a Value is a float."""

from __future__ import annotations

import functools
import typing
from typing import Any

from autograd.lifting.stand_ins.number_classes import original
from autograd.lifting.stand_ins.python_names import is_lifted
from autograd.lifting.stand_ins.rounding import is_traced_whole
from autograd.symbols import Condition


def kind_of(x: Any) -> Any:
    """The class of x where f runs on floats."""
    if not is_lifted(x):
        return x.__class__
    return bool if type(x) is Condition else int if is_traced_whole(x) else float


def single_dispatch(function: Any) -> Any:
    """The replacement for `functools.singledispatch`."""
    made = functools.singledispatch(function)

    def register(kind: Any, chosen: Any = None) -> Any:
        if chosen is None and not typing.get_args(kind) and not isinstance(kind, type):  # a function with annotations
            name, chosen = next(iter(kind.__annotations__)), kind
            kind = typing.get_type_hints(chosen)[name]
        if chosen is None:
            return functools.partial(register, kind)
        for part in typing.get_args(kind) or (kind,):
            made.register(original(part), chosen)
        return chosen

    def dispatched(*args: Any, **kwargs: Any) -> Any:
        return made.dispatch(kind_of(args[0]))(*args, **kwargs)

    functools.update_wrapper(dispatched, function)
    vars(dispatched).update(register=register, dispatch=made.dispatch, registry=made.registry)
    return dispatched


def dispatched_method(stand_in: Any, method: functools.singledispatchmethod[Any]) -> property:
    """The replacement for a user's method that the class of its argument chooses."""

    def of(instance: Any) -> Any:
        def dispatched(*args: Any, **kwargs: Any) -> Any:
            chosen: Any = method.dispatcher.dispatch(kind_of(args[0]))
            return stand_in(chosen.__get__(instance, type(instance)))(*args, **kwargs)

        return dispatched

    return property(of)
