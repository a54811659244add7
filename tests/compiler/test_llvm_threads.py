"""Machine code on many threads, in other processes, and under signals: the bits stay the same."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import autograd
import autograd.compiler.llvm
from autograd import compile, silu
from autograd.compiler.calls.compiled import Compiled
from autograd.compiler.llvm import entry
from autograd.primitives import ROWS
from tests.compiler.backends import needs_llvm
from tests.compiler.networks import network, network_arguments
from tests.forks import in_a_fork, in_a_process
from tests.threads import together

pytestmark = needs_llvm

ROOT = Path(__file__).parent.parent.parent


def mixed(w, x):
    """Sums over rows, results by row, and some operands for the engine's float function."""
    return silu(w[0] * x[0]) * x[1] + autograd.exp(w[1] * x[1])


def bits(result) -> bytes:
    value, gradients = result
    return b"".join(np.asarray(part).tobytes() for part in (value, *gradients))


@pytest.fixture
def eager_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use threads for any amount of work."""
    from autograd.compiler.llvm import executor

    monkeypatch.setattr(executor, "WORTHWHILE", 0)


@pytest.mark.parametrize("reduce", ["sum", "mean", None])
def test_the_bits_do_not_depend_on_threads(eager_threads: None, reduce: str | None) -> None:
    rng = np.random.default_rng(4)
    w, x = np.array([1.0, 0.5]), rng.normal(size=(3001, 2))
    x[::500, 0] = -800.0
    found = {
        bits(compile(mixed, rows=("x",), backend="llvm", threads=k).value_and_grad(w, x, argnums=(0, 1), reduce=reduce))
        for k in (1, 2, 3, 1, 2, 3)
    }
    assert len(found) == 1
    args = network_arguments(5000)
    found = {
        bits(compile(network, rows=("x", "y"), threads=k).value_and_grad(*args, argnums=(0, 1, 2), reduce=reduce))
        for k in (1, 2, 3)
    }
    assert len(found) == 1


def test_concurrent_calls_with_threads_of_their_own(eager_threads: None) -> None:
    fast = compile(network, rows=("x", "y"), threads=2)
    args = {k: network_arguments(2000 + 100 * k, k) for k in range(4)}
    wanted = {k: bits(fast.value_and_grad(*args[k], argnums=(0, 1), reduce="sum")) for k in args}
    wrong = []

    def work(k: int) -> None:
        for _ in range(20):
            if bits(fast.value_and_grad(*args[k], argnums=(0, 1), reduce="sum")) != wanted[k]:
                wrong.append(k)

    together(*[partial(work, k) for k in args])
    assert not wrong


def bits_of(fast: Compiled, args) -> bytes:
    return bits(fast.value_and_grad(*args, argnums=(0, 1), reduce="sum"))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes(eager_threads: None, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    fast, args = compile(network, rows=("x", "y"), threads=2), network_arguments(2000)
    wanted = bits_of(fast, args)
    assert in_a_process(multiprocessing.get_context(method), bits_of, fast, args) == wanted


class Alarm(Exception):
    """Raised by a signal handler."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such signals here")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_signal_is_heard_and_no_result_is_wrong(uncollected: None, eager_threads: None, threads: int) -> None:
    """The signal comes during a call of the engine's float function, or while a helper thread works."""

    def handler(*_) -> None:
        raise Alarm

    fast = compile(silu, rows=("x",), backend="llvm", threads=threads)
    x = np.full(20_000, -720.0)
    wanted = bits(fast.value_and_grad(x))
    before = signal.signal(signal.SIGALRM, handler)
    try:
        for k in range(1, 21):
            with pytest.raises(Alarm):
                signal.setitimer(signal.ITIMER_REAL, k / 1000)
                for _ in range(100):
                    assert bits(fast.value_and_grad(x)) == wanted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert bits(fast.value_and_grad(x)) == wanted


def test_an_exception_of_a_helper_is_handed_over(eager_threads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.compiler.llvm import libraries, machine

    def asked(x: float) -> float:
        if threading.current_thread() is not threading.main_thread():
            helped.set()
            raise Alarm
        helped.wait(60)
        return 0.0

    helped = threading.Event()
    monkeypatch.setattr(ROWS["silu"], "kernel", asked)
    monkeypatch.setattr(machine, "_codes", {})  # later code must not match this, which holds `asked`'s address
    libraries._float_function.cache_clear()
    try:
        fast = compile(lambda x: silu(x) + 1234.5, rows=("x",), backend="llvm", threads=2)
        with pytest.raises(Alarm):
            fast(np.full(4000, -720.0))
    finally:
        libraries._float_function.cache_clear()


def test_a_thread_that_the_system_does_not_start_is_no_matter(eager_threads: None, monkeypatch) -> None:
    from autograd.compiler.llvm.pool import pool

    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    args = network_arguments(2000)
    wanted = compile(network, rows=("x", "y"), backend="llvm", threads=1)(*args)
    monkeypatch.setattr(threading, "Thread", NoThread)
    with pool.lock:
        before, pool.count = pool.count, 0
    try:
        assert np.array_equal(compile(network, rows=("x", "y"), backend="llvm", threads=2)(*args), wanted)
        assert pool.count == 0
    finally:
        pool.count = before


def test_first_calls_of_several_threads() -> None:
    """Threads that all make the entry of machine code use it each; the one that is not kept for others stays alive."""
    entry._builtin.cache_clear()
    start = threading.Barrier(4)
    found: list[list[float]] = [[] for _ in range(4)]

    def calls(k: int) -> None:
        fast = compile(lambda x: x * x + k, backend="llvm")
        fast(1.0)
        start.wait()
        fast(2.0)
        start.wait()
        entry._builtin.cache_clear()
        gc.collect()
        kept = [bytearray(n % 300) for n in range(10_000)]
        found[k] = [fast(float(t)) for t in range(200)]
        assert kept

    threads = [threading.Thread(target=calls, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[float(t * t + k) for t in range(200)] for k in range(4)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_another_thread_compiles() -> None:
    ended = threading.Event()

    def times(k: float) -> Compiled:
        return compile(lambda x: x * k, backend="llvm")

    def compiling() -> None:
        k = 0.0
        while not ended.is_set():
            k += 1.0
            latest[0] = times(k)
            latest[0](1.0)

    latest = [compile(lambda x: x, backend="llvm")]
    latest[0](1.0)
    thread = threading.Thread(target=compiling)
    thread.start()
    try:
        for k in range(20):
            time.sleep(k * 1e-3)
            own = times(k - 0.5)
            value, other = in_a_fork(lambda own=own: (own(1.0), latest[0](2.0)))
            assert value == k - 0.5
            assert other
    finally:
        ended.set()
        thread.join()


COLLECTING = """
import gc, threading
import autograd
from tests.compiler.backends import needs_llvm
from tests.forks import in_a_fork

tracing, may_end = threading.Event(), threading.Event()

def slow(x):
    tracing.set()
    may_end.wait()
    return x * x

thread = threading.Thread(target=autograd.compile(slow), args=(1.0,))
thread.start()
tracing.wait()
print(in_a_fork(gc.isenabled))
may_end.set()
thread.join()
print(gc.isenabled())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_another_thread_does_without_garbage_collection() -> None:
    done = subprocess.run([sys.executable, "-c", COLLECTING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_a_job_is_waited_for_once_it_is_taken() -> None:
    from autograd.compiler.llvm.pool import Job

    begun, may_end, done = threading.Event(), threading.Event(), []
    job = Job(lambda: (begun.set(), may_end.wait(), done.append(1)))
    helper = threading.Thread(target=job.take)
    helper.start()
    begun.wait()
    threading.Timer(0.05, may_end.set).start()
    job.settle()
    assert done == [1]
    helper.join()


def test_a_job_that_nobody_took_is_called_off() -> None:
    from autograd.compiler.llvm.pool import Job

    done: list[int] = []
    job = Job(lambda: done.append(1))
    job.settle()
    job.take()
    assert done == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_no_helpers_yet() -> None:
    from autograd.compiler.llvm.pool import pool

    pool.grow(1)
    assert in_a_fork(lambda: pool.count) == 0
