"""Ctrl-C at any step of a first call leaves the garbage collector on and every lock open."""

import gc
import sys
import threading
from itertools import count

import autograd


class At:
    """Raises KeyboardInterrupt at instruction number `step` of the named files."""

    def __init__(self, step: int, *files: str) -> None:
        self.left, self.files = step, files

    def __call__(self, frame, event, argument):
        if not frame.f_code.co_filename.endswith(self.files):
            return self if event == "call" else None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
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


def test_a_ctrl_c_at_any_step_of_a_first_call() -> None:
    reached = 0
    sys._getframe().f_trace_opcodes = True  # else Python 3.12 reports no instructions to the first tracer
    for step in count(1, 3):
        fast = autograd.compile(lambda x: x * x, backend="numpy")
        before = sys.gettrace()
        sys.settrace(At(step, "compiler/calls/traces.py", "compiler/calls/compiled.py", "contextlib.py"))
        try:
            fast(2.0)
            done = True
        except KeyboardInterrupt:
            done = False
        finally:
            sys.settrace(before)
        assert gc.isenabled(), step
        if step % 20 == 1:
            assert in_another_thread(lambda fast=fast: fast(3.0)) == 9.0
        if done:
            break
        reached = step
    assert reached > 100
