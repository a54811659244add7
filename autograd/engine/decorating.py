"""Decorated functions run inside a block entirely, even those that run in pieces, like generators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from types import AsyncGeneratorType, CoroutineType, GeneratorType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

    Block = AbstractContextManager[None]


def decorated(block: Block, function: Any) -> Any:
    """Wrap a function, method or property so that it runs inside `block`; TypeError for anything else."""
    if isinstance(function, (classmethod, staticmethod)):
        return type(function)(decorated(block, function.__func__))
    if isinstance(function, property):
        get, put, delete = (f and decorated(block, f) for f in (function.fget, function.fset, function.fdel))
        return property(get, put, delete, function.__doc__)
    refused = f"{type(block).__name__}() decorates a function, not"
    if isinstance(function, type):
        raise TypeError(f"{refused} the class {function.__name__}: decorate its methods")
    if not callable(function):
        raise TypeError(f"{refused} a {type(function).__name__}: write it nearer to the function")
    return _named(_form(function)(block, function), function)


def _form(function: Callable[..., Any]) -> Callable[[Block, Callable[..., Any]], Callable[..., Any]]:
    """The wrapper for a function: it has the same form, so that `inspect` gives the same answers about it."""
    runs = function if inspect.isroutine(function) else type(function).__call__
    for is_one, form in (
        (inspect.isgeneratorfunction, _generator),
        (inspect.iscoroutinefunction, _coroutine),
        (inspect.isasyncgenfunction, _async_generator),
    ):
        if is_one(function) or is_one(runs):
            return form
    return _function


def _named(switched: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the wrapper the name, docstring and signature of the function."""
    named = function
    while isinstance(named, functools.partial):
        named = named.func
    if inspect.isroutine(named):
        functools.update_wrapper(switched, named)
    else:
        switched.__name__ = switched.__qualname__ = type(named).__name__
        switched.__doc__ = named.__doc__
    switched.__wrapped__ = function  # type: ignore[attr-defined]  # inspect finds the signature here
    return switched


# --- the forms ----------------------------------------------------------------------------------


def _function(block: Block, function: Callable[..., Any]) -> Callable[..., Any]:
    def switched(*args: Any, **kwargs: Any) -> Any:
        with block:
            result = function(*args, **kwargs)
        form = _FORMS.get(type(result))  # e.g. a coroutine function behind a plain decorator
        return result if form is None else form(block, lambda: result)()

    return switched


def _generator(block: Block, function: Callable[..., Any]) -> Callable[..., Any]:
    """PEP 380's `yield from`, with a block around each piece but not around the yields."""

    def piece(resume: Callable[..., Any], *sent: Any) -> Any:
        with block:
            return resume(*sent)

    def switched(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        pieces = function(*args, **kwargs)
        resume, sent = pieces.send, None
        try:
            while True:
                try:
                    item = piece(resume, sent)
                except StopIteration as stop:
                    return stop.value
                try:
                    resume, sent = pieces.send, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    resume, sent = pieces.throw, error
        finally:
            resume = sent = None  # breaks the reference cycle between an exception and this frame
            piece(pieces.close)

    return switched


def _coroutine(block: Block, function: Callable[..., Any]) -> Callable[..., Any]:
    async def switched(*args: Any, **kwargs: Any) -> Any:
        with block:
            return await function(*args, **kwargs)

    return switched


def _async_generator(block: Block, function: Callable[..., Any]) -> Callable[..., Any]:
    async def piece(resume: Callable[..., Awaitable[Any]], *sent: Any) -> Any:
        with block:
            return await resume(*sent)

    async def switched(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        pieces = function(*args, **kwargs)
        resume, sent = pieces.asend, None
        try:
            while True:
                try:
                    item = await piece(resume, sent)
                except StopAsyncIteration:
                    return
                try:
                    resume, sent = pieces.asend, (yield item)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    resume, sent = pieces.athrow, error
        finally:
            resume = sent = None
            await piece(pieces.aclose)

    return switched


_FORMS: dict[type, Callable[..., Any]] = {
    GeneratorType: _generator, CoroutineType: _coroutine, AsyncGeneratorType: _async_generator,
}  # fmt: skip
