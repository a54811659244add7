"""Ctrl-C at any step of a first call leaves the garbage collector on, every lock open, and no trace half made."""

import contextvars
import dis
import gc
import math
import sys
import threading
from itertools import count

import pytest

import autograd

LOOKS_FOR_SIGNALS = {"RESUME", "JUMP_BACKWARD", "CALL", "CALL_FUNCTION_EX", "CALL_KW"}  # the interpreter, after these

CALLS = ["compiler/calls/compiled.py", "compiler/calls/traces.py", "compiler/calls/collecting.py", "contextlib.py"]
TRACING = ["compiler/tracing/paths.py", "compiler/tracing/trace.py"]


def with_a_path(x):
    return x * [2.0, 3.0, 4.0][math.floor(x)]


class At:
    """Raises KeyboardInterrupt where the interpreter looks for signals, the `step`th time, in the named files."""

    def __init__(self, step: int, *files: str) -> None:
        self.left, self.files = step, files
        self.latest: dict[int, str] = {}  # instruction of each frame; a frame itself would keep its variables

    def __call__(self, frame, event, argument):
        if not frame.f_code.co_filename.endswith(self.files):
            return self if event == "call" else None
        frame.f_trace_opcodes = True
        if event == "call":
            self.latest[id(frame)] = "RESUME"
        if event == "opcode":
            looks = self.latest[id(frame)] in LOOKS_FOR_SIGNALS
            self.latest[id(frame)] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            self.left -= looks
            if looks and self.left == 0:
                raise KeyboardInterrupt
        return self


def in_another_thread(act):
    """The result of an act in a separate thread, which no lock of this one blocks."""
    found = []
    thread = threading.Thread(target=lambda: found.append(act()), daemon=True)
    thread.start()
    thread.join(600)
    assert found, "it hangs"
    return found[0]


FIRST_CALLS = {"call": (lambda x: x * x, CALLS, 1), "trace": (with_a_path, TRACING, 3)}  # with every third step


@pytest.mark.parametrize("f, files, every", FIRST_CALLS.values(), ids=FIRST_CALLS)
def test_a_ctrl_c_at_any_step_of_a_first_call(f, files, every) -> None:
    reached, kept = 0, None
    variables = dict(contextvars.copy_context())
    sys._getframe().f_trace_opcodes = True  # else Python 3.12 reports no instructions to the first tracer
    for step in count(1, every):
        fast = autograd.compile(f, backend="numpy")
        before = sys.gettrace()
        sys.settrace(At(step, *files))
        try:
            fast(2.0)
            done = True
        except KeyboardInterrupt as interrupt:
            done, kept = False, interrupt  # as a notebook keeps the latest traceback
        finally:
            sys.settrace(before)
        assert gc.isenabled(), (step, kept)
        assert dict(contextvars.copy_context()) == variables, (step, kept)
        assert in_another_thread(lambda fast=fast: fast(2.0)) == f(2.0)
        if done:
            break
        reached = step
    assert reached > 100
