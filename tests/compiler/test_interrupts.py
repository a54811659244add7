"""Ctrl-C at any step of a first call leaves the garbage collector on and every lock open."""

import dis
import gc
import sys
import threading
from itertools import count

import autograd

LOOKS_FOR_SIGNALS = {"RESUME", "JUMP_BACKWARD", "CALL", "CALL_FUNCTION_EX", "CALL_KW"}  # the interpreter, after these

FILES = ["compiler/calls/compiled.py", "compiler/calls/traces.py", "compiler/calls/collecting.py", "contextlib.py"]


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


def test_a_ctrl_c_at_any_step_of_a_first_call() -> None:
    reached, kept = 0, None
    sys._getframe().f_trace_opcodes = True  # else Python 3.12 reports no instructions to the first tracer
    for step in count(1):
        fast = autograd.compile(lambda x: x * x, backend="numpy")
        before = sys.gettrace()
        sys.settrace(At(step, *FILES))
        try:
            fast(2.0)
            done = True
        except KeyboardInterrupt as interrupt:
            done, kept = False, interrupt  # as a notebook keeps the latest traceback
        finally:
            sys.settrace(before)
        assert gc.isenabled(), (step, kept)
        assert in_another_thread(lambda fast=fast: fast(3.0)) == 9.0
        if done:
            break
        reached = step
    assert reached > 100
