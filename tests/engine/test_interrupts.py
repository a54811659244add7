"""Ctrl-C at any moment: recording is off inside a no_grad block and on after it, and nothing is left behind."""

import contextlib
import signal
import sys
import time

import pytest

from autograd import Value, grad, no_grad
from autograd.engine import blocks, decorating, recording

SWITCHING = {module.__file__ for module in (blocks, decorating, recording)}


def is_recorded():
    x = Value(3.0)
    return (x * x).inputs == (x, x)


# --- blocks, each a function that calls `body` inside one ---------------------------------------


def plain(body):
    with no_grad():
        body()


def nested(body):
    with no_grad():
        body()
        with no_grad():
            body()
        body()


def with_one_object_twice(body):
    switch = no_grad()
    with switch, switch:
        body()


def after_a_transform(body):
    with no_grad():
        assert grad(lambda x: x * x)(3.0) == 6.0
        body()


def in_a_generator(body):
    def pieces():
        with no_grad():
            body()
            yield

    for _ in pieces():
        pass


def with_a_context_manager(body):
    @contextlib.contextmanager
    def evaluation():
        with no_grad():
            yield

    with evaluation():
        body()


@no_grad()
def decorated(body):
    body()


@no_grad()
def _pieces(body):
    body()
    yield


def decorated_generator(body):
    for _ in _pieces(body):
        pass


BLOCKS = [plain, nested, with_one_object_twice, after_a_transform, in_a_generator, with_a_context_manager, decorated,
          decorated_generator]  # fmt: skip


# --- interrupts ---------------------------------------------------------------------------------


class Interrupt:
    """Ctrl-C at one of the events of the code that switches recording: a line, an opcode, a call or a return."""

    def __init__(self, at):
        self.left = at

    def trace(self, frame, event, arg):
        if frame.f_code.co_filename not in SWITCHING:
            return None
        frame.f_trace_opcodes = True
        self.count()
        return self.trace

    def profile(self, frame, event, arg):
        if frame.f_code.co_filename in SWITCHING:
            self.count()

    def count(self):
        self.left -= 1
        if self.left == 0:
            sys.settrace(None)
            sys.setprofile(None)
            raise KeyboardInterrupt


def interrupted(block, interrupt, install):
    """Run a block with an interrupt, and return whether it came; asserts what must hold during and after it."""

    def body():
        install(None)
        assert not is_recorded()
        install(handler if interrupt.left > 0 else None)

    handler = interrupt.trace if install is sys.settrace else interrupt.profile
    before = install is sys.settrace and sys.gettrace()
    try:
        install(handler)
        block(body)
    except KeyboardInterrupt:
        install(None)
        assert is_recorded()  # while the traceback still holds the frames
        came = True
    else:
        came = False
    finally:
        install(before or None)
    assert is_recorded()
    return came


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
@pytest.mark.parametrize("install", [sys.settrace, sys.setprofile], ids=lambda install: install.__name__)
def test_an_interrupt_at_every_step_of_entering_and_leaving(block, install):
    block(lambda: None)
    steps = 1
    while interrupted(block, Interrupt(steps), install):
        assert not blocks.OPEN
        steps += 1
    assert steps > 20


def test_interrupts_that_are_caught_where_the_block_is():
    """The frame of the with statement continues after the interrupt, outside its block."""

    def run(steps):
        interrupt = Interrupt(steps)
        try:
            sys.settrace(interrupt.trace)
            with no_grad():
                pass
        except KeyboardInterrupt:
            assert is_recorded()
        sys.settrace(before)
        assert is_recorded()
        return interrupt.left <= 0

    before = sys.gettrace()
    steps = 1
    while run(steps):
        steps += 1
    assert steps > 20


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_signals(block, uncollected):
    """A timer that expires at any time, many times."""

    def stop(number, frame):
        raise KeyboardInterrupt

    def body():
        assert not is_recorded()

    def until_the_signal(seconds):
        """A function of its own: in Python 3.13 no handler covers the jump back of a loop inside a try statement."""
        signal.setitimer(signal.ITIMER_REAL, seconds)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            block(body)
        pytest.fail("an interrupt was lost")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        for i in range(100):
            try:
                until_the_signal(2e-5 + 1e-6 * i)
            except KeyboardInterrupt:
                assert is_recorded() or block is with_a_context_manager  # contextlib may not have left it yet
            assert is_recorded()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not blocks.OPEN
