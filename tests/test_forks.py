"""A fork while other threads work: the child finds whole what they had begun, and waits for none of them."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograd import Value
from autograd.engine import adjoints
from autograd.engine.adjoints import SWEEPING
from tests.forks import SECONDS, Fork, in_a_fork

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

ROOT = Path(__file__).parent.parent


class Chain:
    """A leaf, a chain of nodes on it whose derivatives stay 1, and the gradients that a pass leaves there."""

    def __init__(self, length: int) -> None:
        self.nodes = [Value(1.0)]
        for _ in range(length):
            self.nodes.append(self.nodes[-1] * 1.0)

    def backward(self) -> None:
        self.nodes[-1].backward()

    def look(self):
        """The grad of the leaf, those of the nodes, and the leaf's after one more pass."""
        before = self.nodes[0].grad, {v.grad for v in self.nodes[1:]}
        self.backward()
        return *before, self.nodes[0].grad


@pytest.fixture
def half_way(monkeypatch: pytest.MonkeyPatch):
    """Passes that stop before they descend, until `go_on` is set."""
    begun, go_on, descend = threading.Event(), threading.Event(), adjoints._descend

    def stopping(*window) -> None:
        if threading.current_thread() is not threading.main_thread():
            begun.set()
            go_on.wait()
        descend(*window)

    monkeypatch.setattr(adjoints, "_descend", stopping)
    yield begun, go_on
    go_on.set()


def test_a_fork_waits_for_a_backward_pass(half_way) -> None:
    begun, go_on = half_way
    chain = Chain(5)
    thread = threading.Thread(target=chain.backward)
    thread.start()
    begun.wait()
    threading.Timer(0.1, go_on.set).start()
    assert in_a_fork(chain.look) == (1.0, {1.0}, 2.0)
    thread.join()
    assert chain.look() == (1.0, {1.0}, 2.0)


def test_forks_at_any_time_of_many_passes() -> None:
    chain, ended = Chain(300), threading.Event()
    chain.backward()

    def passing() -> None:
        while not ended.is_set():
            chain.backward()

    threads = [threading.Thread(target=passing) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for k in range(20):
            time.sleep(k * 1e-4)
            before, adjoints, after = in_a_fork(chain.look)
            assert (adjoints, after) == ({1.0}, before + 1.0)
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_a_fork_inside_a_pass_goes_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chain, found, descend = Chain(3), [], adjoints._descend

    def forking(*window) -> None:
        descend(*window)
        if not found:
            found.append(None)
            found[0] = in_a_fork(chain.look)

    monkeypatch.setattr(adjoints, "_descend", forking)
    chain.backward()
    assert found == [(0.0, {1.0}, 1.0)]  # the nodes have theirs on the way down, leaves only at the end
    assert chain.look() == (1.0, {1.0}, 2.0)


def interrupted(begun: threading.Event, chain: Chain, go_on: threading.Event):
    """A fork whose wait is ended by Ctrl-C; what the child can do then, and whether the parent's lock is free."""
    ignored, waiting, main = [], threading.Event(), threading.get_ident()

    def once(*_: object) -> None:
        if waiting.is_set() and not go_on.is_set():
            go_on.set()
            raise KeyboardInterrupt

    def press() -> None:
        waiting.wait()
        while not go_on.wait(0.05):
            signal.pthread_kill(main, signal.SIGINT)

    sys.unraisablehook = lambda args: ignored.append(args.exc_type)
    signal.signal(signal.SIGINT, once)
    threads = [threading.Thread(target=target) for target in (chain.backward, press)]
    for thread in threads:
        thread.start()
    begun.wait()
    os.register_at_fork(before=waiting.set)  # in a child of the tests, so it is gone with it
    child = Fork(lambda: Chain(3).look())  # a separate graph: the other thread's is half way
    for thread in threads:
        thread.join()
    return child.result(), ignored == [KeyboardInterrupt], SWEEPING.acquire(blocking=False), chain.look()


def test_an_interrupted_wait_leaves_no_lock_taken(half_way) -> None:
    begun, go_on = half_way
    chain = Chain(3)
    expected = (0.0, {0.0}, 1.0), True, True, (1.0, {1.0}, 2.0)
    assert in_a_fork(lambda: interrupted(begun, chain, go_on)) == expected


LOADED_ON_THE_WAY = {  # what is loaded, and what loads it
    "autograd.compiler.calls.compiled": "autograd.compile(lambda x: x)(1.0)",
    "autograd.compiler.llvm": "autograd.compile(lambda x: x)(1.0)",
    "autograd.compiler.programs.source": "fast = autograd.compile(lambda x: x); fast(1.0); fast.program.source()",
    "autograd.drawing.circuits.choosing": "autograd.draw(autograd.Value(1.0) * 2)",
    "autograd.explanation.tables": "autograd.explain(autograd.Value(1.0) * 2)",
    "autograd.numbers.exact": "import fractions; autograd.Value(fractions.Fraction(1, 2)) * 2",
    "autograd.testing.programs": "import autograd.testing; autograd.testing.SampleProgram",
    "mpmath": "from autograd.testing.oracles import precise; precise.context()",
    "scipy.special": "autograd.compile(autograd.erf, backend='numpy', rows=('x',))([1.0])",
}

LOADING = """
import sys, threading, time
import autograd
from tests.forks import in_a_fork

name, statement = sys.argv[1:]
begun = threading.Event()

class Slow:
    def find_spec(self, wanted, path, target=None):
        if wanted == name:
            begun.set()
            time.sleep(0.1)

sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=exec, args=(statement, {"autograd": autograd}))
thread.start()
assert begun.wait(60)
in_a_fork(lambda: exec(statement, {"autograd": autograd}))
thread.join()
"""


@pytest.mark.parametrize("name", LOADED_ON_THE_WAY)
def test_a_fork_while_another_thread_loads_a_module(name: str) -> None:
    pytest.importorskip({"autograd.compiler.llvm": "llvmlite"}.get(name, name))
    command = [sys.executable, "-c", LOADING, name, LOADED_ON_THE_WAY[name]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the children of these tests themselves


def test_a_child_that_raises_says_so_and_is_gone() -> None:
    def act() -> None:
        raise KeyboardInterrupt("in the child")

    with pytest.raises(AssertionError, match="KeyboardInterrupt: in the child"):
        in_a_fork(act)


def test_a_child_that_hangs_is_killed() -> None:
    with Fork(lambda: time.sleep(600)) as child, pytest.raises(AssertionError, match="hangs"):
        child.result(seconds=0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


@pytest.mark.parametrize("ending", [lambda: os._exit(3), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_a_child_that_ends_without_an_answer(ending) -> None:
    with pytest.raises(AssertionError, match="without an answer"):
        in_a_fork(ending)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for a signal")
def test_a_child_dies_with_its_parent() -> None:
    end, own = os.pipe()

    def parent() -> None:
        Fork(lambda: time.sleep(600))
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(AssertionError, match="without an answer"):
        in_a_fork(parent)
    os.close(own)
    assert select.select([end], [], [], SECONDS)[0]  # it closes with the last process that holds it
    os.close(end)
