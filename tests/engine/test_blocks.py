"""What no_grad affects: the code that runs inside its block, and nothing else. Generated programs, with a model.

The model tracks which generators are on a stack and which blocks each of them is in.
"""

import asyncio
import contextlib
import contextvars
import gc
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, grad, no_grad
from autograd.engine import blocks
from autograd.engine.recording import Recording


@pytest.fixture(autouse=True)
def left():
    """Every test leaves every block."""
    yield
    assert not blocks.OPEN
    assert is_recorded()


def is_recorded():
    x = Value(3.0)
    return (x * x).inputs == (x, x)


class Stop(Exception):
    """Raised by a program to leave a block."""


class Evaluation:
    """A user's own context manager around no_grad."""

    def __enter__(self):
        self.switch = no_grad()
        self.switch.__enter__()

    def __exit__(self, *exception):
        self.switch.__exit__(*exception)


@contextlib.contextmanager
def evaluation():
    with no_grad():
        yield


# --- generators, threads and contexts -----------------------------------------------------------


class Generators:
    """Generators that run scripts, resume each other, and check after every step whether recording is on."""

    def __init__(self, scripts):
        self.stacks = [[]]  # for each thread, the indices of the generators on its stack; the last thread is running
        self.blocks = [[] for _ in scripts]  # for each generator, the recording state set by each of its blocks
        self.shared = no_grad()
        self.contexts = {}  # for each generator, the context that first resumed it
        self.running = [self.run(i, script) for i, script in enumerate(scripts)]

    def check(self):
        inside = [on for i in self.stacks[-1] for on in self.blocks[i]]
        assert is_recorded() is (inside[-1] if inside else True)

    def run(self, i, script):
        for step, *operands in script:
            self.check()
            if step == "yield":
                yield
            elif step == "raise":
                raise Stop
            elif step == "resume":
                self.resume(*operands)
            else:
                way, inner = operands
                with contextlib.suppress(Stop):
                    yield from WAYS[way](self, i, self.inside(i, way != "transform", inner))
        self.check()

    def inside(self, i, off, script):
        """A script in a block, which the model enters here."""
        self.blocks[i].append(not off)
        try:
            yield from self.run(i, script)
        finally:
            self.blocks[i].pop()

    def resume(self, i, how, close):
        i %= len(self.running)
        if any(i in stack for stack in self.stacks):
            return

        def step():
            self.stacks[-1].append(i)
            with contextlib.suppress(Stop, StopIteration):
                self.running[i].close() if close else next(self.running[i])
            self.stacks[-1].pop()

        if how == "thread":
            self.in_a_thread(step)
        else:
            own = self.contexts.setdefault(i, contextvars.copy_context())
            contexts = {"own": own, "context": contextvars.Context(), "copy": contextvars.copy_context()}
            contexts[how].run(step) if how in contexts else step()
        self.check()

    def in_a_thread(self, step):
        errors = []

        def run():
            try:
                self.check()
                step()
            except BaseException as error:
                errors.append(error)

        self.stacks.append([])
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.stacks.pop()
        for error in errors:
            raise error


def with_statement(world, i, inner):
    with no_grad():
        yield from inner


def with_a_shared_object(world, i, inner):
    with world.shared:
        yield from inner


def with_an_exit_stack(world, i, inner):
    with contextlib.ExitStack() as stack:
        stack.enter_context(no_grad())
        yield from inner


def with_a_class(world, i, inner):
    with Evaluation():
        yield from inner


def with_a_context_manager(world, i, inner):
    with evaluation():
        yield from inner


def calls(world, i, inner):
    world.shared.__enter__()
    try:
        yield from inner
    finally:
        world.shared.__exit__(None, None, None)


@no_grad()
def decorated(world, i, inner):
    yield from inner


def function(world, i, inner):
    """The block in a plain function, which runs the script to its end."""
    with no_grad():
        for _ in inner:
            pass
    return
    yield


def transform(world, i, inner):
    """The engine's own block that switches recording on; only plain functions have it."""

    def whole():
        with Recording(True):
            for _ in inner:
                pass

    whole()
    return
    yield


WAYS = {way.__name__: way for way in (with_statement, with_a_shared_object, with_an_exit_stack, with_a_class,
                                      with_a_context_manager, calls, decorated, function, transform)}  # fmt: skip

resumptions = st.tuples(
    st.just("resume"),
    st.integers(0, 2),
    st.sampled_from(["here", "here", "own", "thread", "context", "copy"]),
    st.sampled_from([False] * 7 + [True]),
)
steps = st.one_of(st.just(("yield",)), resumptions, st.just(("yield",)), resumptions, st.just(("raise",)))


def scripts(depth):
    """Scripts whose blocks are nested to at most this depth."""
    inner = st.tuples(st.just("block"), st.sampled_from(sorted(WAYS)), scripts(depth - 1)) if depth else steps
    return st.lists(st.one_of(inner, steps), min_size=1, max_size=4)


@given(st.lists(scripts(3), min_size=3, max_size=3), st.lists(resumptions, min_size=6, max_size=12))
def test_a_block_holds_for_what_runs_inside_it(programs, resumed):
    world = Generators(programs)
    for _, *operands in resumed:
        world.resume(*operands)
    for i in range(len(programs)):
        world.resume(i, "here", True)
    assert not blocks.OPEN


# --- tasks and async generators -----------------------------------------------------------------


STARTING = {"start", "gather", "thread"}  # steps that start tasks


class Tasks:
    """Tasks that run scripts and start each other. A block in the model is a list: [True] while it is open."""

    def __init__(self):
        self.started = []

    def check(self, inside):
        assert is_recorded() is not any(is_open for [is_open] in inside)

    async def run(self, inside, script, may=STARTING):
        """Run a script inside blocks, which are those of the task itself and those that it was started in."""
        for step, *operands in script:
            self.check(inside)
            if step in STARTING - may:
                continue
            if step == "sleep":
                await asyncio.sleep(0)
            elif step == "start":
                self.started.append(asyncio.create_task(self.run(inside, *operands)))
            elif step == "gather":
                await asyncio.gather(*(self.run(inside, inner) for inner in operands))
            elif step == "thread":
                await asyncio.to_thread(self.check, inside)
            elif step == "block":
                await self.block(inside, may, *operands)
            elif step == "async for":
                body, pieces = operands
                async for _ in self.pieces(inside, pieces):
                    await self.run(inside, body, may)
        self.check(inside)

    async def block(self, inside, may, way, script):
        entered = [True]
        managers = {"with": no_grad, "class": Evaluation, "context manager": evaluation}
        if way in managers:
            with managers[way]():
                await self.run([*inside, entered], script, may)
                entered[0] = False
        else:
            await no_grad()(self.run)([*inside, entered], script, may)
            entered[0] = False

    async def pieces(self, inside, script):
        """An async generator that is in a block at some of its yields; tasks that it starts record: it starts none."""
        yield
        with no_grad():
            await self.run([*inside, [True]], script, may=set())
            yield
            await self.run([*inside, [True]], script, may=set())
        self.check(inside)
        async for _ in no_grad()(self.plain_pieces)([*inside, [True]], script):
            self.check(inside)
            yield

    async def plain_pieces(self, inside, script):
        await self.run(inside, script, may={"gather", "thread"})
        yield
        await self.run(inside, script, may={"gather", "thread"})


def task_scripts(depth):
    """Scripts whose steps have scripts of their own, nested to at most this depth."""
    if depth == 0:
        return st.lists(st.sampled_from([("sleep",), ("thread",)]), max_size=2)
    inner = task_scripts(depth - 1)
    ways = st.sampled_from(["with", "class", "context manager", "decorated"])
    steps = st.one_of(
        st.tuples(st.just("block"), ways, inner),
        st.tuples(st.just("start"), inner),
        st.tuples(st.just("gather"), inner, inner),
        st.tuples(st.just("async for"), inner, task_scripts(0)),
        st.just(("sleep",)),
    )
    return st.lists(steps, min_size=1, max_size=2)


@given(st.lists(task_scripts(3), min_size=1, max_size=2), st.booleans())
def test_a_block_holds_for_the_tasks_that_run_while_it_is_open(programs, inside_a_block):
    async def main(inside):
        world = Tasks()
        world.started = [asyncio.create_task(world.run(inside, script)) for script in programs]
        while world.started:
            await world.started.pop()

    if inside_a_block:
        with no_grad():
            asyncio.run(main([[True]]))
    else:
        asyncio.run(main([]))
    assert not blocks.OPEN


# --- rows: one case each ------------------------------------------------------------------------


def test_a_coroutine_that_is_driven_by_hand():
    class Pause:
        def __await__(self):
            yield

    async def work():
        with no_grad():
            await Pause()
            assert not is_recorded()

    task = work()
    task.send(None)
    assert is_recorded()
    with pytest.raises(StopIteration):
        task.send(None)


def test_a_loop_that_was_made_before_the_block_and_runs_in_it():
    async def recorded():
        return is_recorded()

    with asyncio.Runner() as runner:
        assert runner.run(recorded())
        with no_grad():
            assert not runner.run(recorded())
        assert runner.run(recorded())


def test_a_task_that_is_started_inside_and_runs_later_records():
    async def recorded():
        return is_recorded()

    async def main():
        with no_grad():
            task = asyncio.create_task(recorded())
        return await task

    assert asyncio.run(main())


def test_a_derivative_inside_a_block_records_in_every_context():
    with no_grad():
        context = contextvars.copy_context()
        assert grad(lambda x: context.run(lambda: x * x))(3.0) == 6.0
        assert not is_recorded()


def test_a_block_inside_a_derivative_inside_a_block():
    def f(x):
        with Evaluation():
            y = x * x
            assert not contextvars.Context().run(is_recorded)
        assert contextvars.Context().run(is_recorded)
        return x * y

    with no_grad():
        assert grad(f)(3.0) == 9.0
        assert not is_recorded()


def test_one_object_that_two_contexts_enter_by_calls():
    switch, context = no_grad(), contextvars.copy_context()
    switch.__enter__()
    context.run(switch.__enter__)
    switch.__exit__(None, None, None)
    assert is_recorded()
    assert not context.run(is_recorded)
    switch.__exit__(None, None, None)
    assert context.run(is_recorded)
    with pytest.raises(RuntimeError, match="no_grad: __exit__ without __enter__"):
        switch.__exit__(None, None, None)


def test_one_object_that_two_generators_enter_by_calls():
    switch = no_grad()

    def work(pieces):
        switch.__enter__()
        for _ in range(pieces):
            yield is_recorded()
        switch.__exit__(None, None, None)
        yield is_recorded()

    long, short = work(2), work(1)
    assert [next(piece) for piece in (long, short, long, short, long)] == [False, False, False, True, True]


def test_an_exit_that_was_looked_up_before():
    switch = no_grad()
    leave = switch.__exit__
    assert is_recorded()
    switch.__enter__()
    assert not is_recorded()
    leave(None, None, None)
    assert is_recorded()


def test_a_block_that_is_entered_and_never_left():
    def run():
        no_grad().__enter__()
        assert not is_recorded()
        return is_recorded()

    assert not contextvars.copy_context().run(run)
    assert is_recorded()
    gc.collect()  # collects the context


def test_a_block_keeps_nothing_alive():
    class Local:
        pass

    def run():
        local = Local()
        with no_grad():
            assert not is_recorded()
        return weakref.ref(local)

    with no_grad():
        assert run()() is None


def test_a_generator_that_is_dropped_leaves_its_block():
    def pieces():
        with no_grad():
            yield

    running = pieces()
    next(running)
    assert len(blocks.OPEN) == 1
    del running
    assert not blocks.OPEN
