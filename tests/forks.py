"""Children of a test: each does one thing, returns its result, and is gone, whatever happens to it or to us."""

import ctypes
import os
import pickle
import select
import signal
import sys
import time
import traceback
import warnings

SECONDS = 60.0  # after which a child counts as hanging, even on a busy machine

PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None  # looked up here, so that no child must load it


def die_with(parent):
    """Have the system kill this process when its parent ends, or at once if it has ended."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class Fork:
    """A fork that calls `act`. As a context, it is killed at the end of the block."""

    def __init__(self, act):
        self.ended = False
        parent = os.getpid()
        self._from, to = os.pipe()
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
                self.pid = os.fork()
                if self.pid == 0:
                    die_with(parent)
                    with open(to, "wb") as file:
                        file.write(_outcome(act))
        finally:
            if os.getpid() != parent:
                os._exit(0)  # never back into the test, and so into the rest of the suite
        os.close(to)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.kill()

    def kill(self):
        """Kill the child, unless it has ended."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self._from)
            self.ended = True

    def result(self, seconds=SECONDS):
        """The result of `act`. AssertionError with its traceback if it raised, or if there is no answer in time."""
        deadline, answer = time.monotonic() + seconds, b""
        while select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
            part = os.read(self._from, 2**16)
            if not part:
                assert answer, "the child ended without an answer"
                well, found = pickle.loads(answer)
                assert well, f"in the child:\n{found}"
                return found
            answer += part
        raise AssertionError(f"the child hangs: no answer within {seconds:g} s")


def _outcome(act):
    """The result of `act`, or the traceback of what it raised, for the parent."""
    try:
        return pickle.dumps((True, act()))
    except BaseException:
        return pickle.dumps((False, traceback.format_exc()))


def in_a_fork(act, seconds=SECONDS):
    """The result of `act` in a child."""
    with Fork(act) as child:
        return child.result(seconds)


def in_a_process(context, act, *args, seconds=SECONDS):
    """The result of `act(*args)` in a multiprocessing process."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(os.getpid(), theirs, act, args), daemon=True)
    process.start()
    try:
        theirs.close()
        assert ours.poll(seconds), f"the process hangs: no answer within {seconds:g} s"
        return ours.recv()
    finally:
        ours.close()
        process.kill()
        process.join()


def _answer(parent, pipe, act, args):
    die_with(parent)
    pipe.send(act(*args))
