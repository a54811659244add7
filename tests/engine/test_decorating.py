"""`@no_grad()` on any callable: only what it runs is unrecorded, and it keeps its kind."""

import asyncio
import functools
import inspect
from contextlib import contextmanager

import pytest

from autograd import Value, no_grad


def is_recorded():
    x = Value(3.0)
    return (x * x).inputs == (x, x)


def plain(x, *, scale=1.0):
    """Whether it is recorded."""
    return is_recorded()


async def coroutine(x, *, scale=1.0):
    """Whether it is recorded."""
    await asyncio.sleep(0)
    return is_recorded()


def generator(x, *, scale=1.0):
    """Whether it is recorded."""
    yield is_recorded()


async def async_generator(x, *, scale=1.0):
    """Whether it is recorded."""
    await asyncio.sleep(0)
    yield is_recorded()


def results(found):
    """The answers from a call of one of these functions, whatever its kind."""
    if inspect.iscoroutine(found):
        return asyncio.run(found)
    if inspect.isasyncgen(found):

        async def first():
            async for item in found:
                return item

        return asyncio.run(first())
    return next(found) if inspect.isgenerator(found) else found


FUNCTIONS = [plain, coroutine, generator, async_generator]
KINDS = [inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_function_stays_what_it_was(function):
    switched = no_grad()(function)
    assert results(function(1.0)) is True
    assert results(switched(1.0, scale=2.0)) is False
    assert (switched.__name__, switched.__doc__) == (function.__name__, function.__doc__)
    assert inspect.signature(switched) == inspect.signature(function)
    assert [kind(switched) for kind in KINDS] == [kind(function) for kind in KINDS]
    assert is_recorded()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_what_another_decorator_has_made_plain(function):
    assert results(no_grad()(lambda: function(1.0))()) is False


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_partial_functions(function):
    given = functools.partial(functools.partial(function, 1.0), scale=2.0)
    switched = no_grad()(given)
    assert results(switched()) is False
    assert (switched.__name__, switched.__doc__) == (function.__name__, function.__doc__)
    assert inspect.signature(switched) == inspect.signature(given)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_methods(function):
    class Model:
        """A model."""

        switch = no_grad()
        method = switch(function)
        static = switch(staticmethod(function))
        other_static = staticmethod(switch(function))
        made = switch(classmethod(function))
        other_made = classmethod(switch(function))
        asked = switch(property(function))
        __call__ = function

    model = Model()
    for call in (model.method, lambda: model.static(1.0), lambda: Model.other_static(1.0), model.made, Model.other_made,
                 lambda: model.asked, lambda: no_grad()(model)()):  # fmt: skip
        assert results(call()) is False
    assert Model.asked.__doc__ == function.__doc__
    assert (no_grad()(model).__name__, no_grad()(model).__doc__) == ("Model", "A model.")


@pytest.mark.parametrize("given, named", [
    (no_grad, r"not the class no_grad: decorate its methods"),
    (3.0, "not a float"),
    (functools.cached_property(plain), "not a cached_property: write it nearer to the function"),
])  # fmt: skip
def test_what_is_no_function_is_named(given, named):
    with pytest.raises(TypeError, match=rf"no_grad\(\) decorates a function, {named}"):
        no_grad()(given)


def test_a_function_of_wrong_arguments_fails_as_before():
    with pytest.raises(TypeError, match="plain"):
        no_grad()(plain)(1.0, 2.0)


# --- what generators are sent -------------------------------------------------------------------


def conversation(log):
    """Every way to talk to a generator; the log gets what it heard, and whether recording was off."""
    heard = None
    try:
        while heard != "end":
            try:
                heard = yield heard
            except ValueError as error:
                heard = str(error)
            log.append((heard, is_recorded()))
    finally:
        log.append(("finally", is_recorded()))
    return heard


async def async_conversation(log):
    heard = None
    try:
        while heard != "end":
            try:
                heard = yield heard
            except ValueError as error:
                heard = str(error)
            await asyncio.sleep(0)
            log.append((heard, is_recorded()))
    finally:
        await asyncio.sleep(0)
        log.append(("finally", is_recorded()))


TALKS = [
    [("send", "a"), ("throw", ValueError("b")), ("send", "c"), ("send", "end")],
    [("send", "a"), ("throw", KeyError("d"))],
    [("throw", KeyError("d")), ("send", "a")],
    [("send", "a"), ("close",), ("send", "b")],
    [("close",), ("close",)],
    [("throw", GeneratorExit())],
    [("throw", StopIteration())],
]


@pytest.mark.parametrize("talk", TALKS)
def test_a_decorated_generator_hears_what_is_said(talk):
    def replies(function):
        log = []
        pieces = function(log)
        found = [next(pieces), is_recorded()]
        for how, *said in talk:
            try:
                found.append(getattr(pieces, how)(*said))
            except BaseException as error:
                found.append((type(error), getattr(error, "value", str(error))))
            found.append(is_recorded())
        return found, log

    (wanted, log), (found, switched_log) = replies(conversation), replies(no_grad()(conversation))
    assert found == wanted
    assert switched_log == [(heard, False) for heard, _ in log]


@pytest.mark.parametrize("talk", TALKS)
def test_a_decorated_async_generator_hears_what_is_said(talk):
    async def replies(function):
        log = []
        pieces = function(log)
        found = [await anext(pieces), is_recorded()]
        for how, *said in talk:
            try:
                found.append(await getattr(pieces, f"a{how}")(*said))
            except BaseException as error:
                found.append((type(error), str(error)))
            found.append(is_recorded())
        return found, log

    wanted, log = asyncio.run(replies(async_conversation))
    found, switched_log = asyncio.run(replies(no_grad()(async_conversation)))
    assert found == wanted
    assert switched_log == [(heard, False) for heard, _ in log]


def test_a_decorated_generator_is_closed_where_it_is_dropped():
    log = []
    pieces = no_grad()(conversation)(log)
    next(pieces)
    del pieces
    assert log == [("finally", False)]


def test_a_decorated_generator_that_is_a_context_manager_leaves_its_user_recording():
    states = []

    @contextmanager
    @no_grad()
    def evaluation():
        states.append(is_recorded())
        yield
        states.append(is_recorded())

    with evaluation():
        states.append(is_recorded())
    assert states == [False, True, False]
