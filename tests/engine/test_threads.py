"""Graphs in several threads and tasks do not disturb each other, even if they share leaves."""

import asyncio
import contextlib
import sys
import threading

import pytest

import autograd
from autograd import Value, grad, gradients, no_grad
from autograd.engine.graph import Graph
from tests.threads import together

THREADS, ROUNDS = 6, 60


@pytest.fixture
def impatient():
    """Make threads switch as often as possible."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def polynomial(leaves):
    """Σ (v² + v)·v, in many small nodes: the derivative of each term is 3v² + 2v."""
    total = Value(0.0)
    for v in leaves:
        total = total + (v * v + v) * v
    return total


def test_backward_passes_over_shared_leaves_add_up(impatient):
    leaves = [Value(float(i)) for i in range(8)]

    def worker():
        for _ in range(ROUNDS):
            polynomial(leaves).backward()

    together(*[worker] * THREADS)
    assert [v.grad for v in leaves] == [THREADS * ROUNDS * (3 * v.data**2 + 2 * v.data) for v in leaves]


def test_backward_passes_over_one_shared_graph_add_up(impatient):
    leaves = [Value(float(i)) for i in range(8)]
    C = polynomial(leaves)

    def worker():
        for _ in range(ROUNDS):
            C.backward()

    together(*[worker] * THREADS)
    assert [v.grad for v in leaves] == [THREADS * ROUNDS * (3 * v.data**2 + 2 * v.data) for v in leaves]


def test_every_way_to_a_gradient_at_once(impatient):
    """Passes that change `.grad` and passes that do not, over shared leaves: each finds what it would find alone."""
    leaves = [Value(float(i)) for i in range(8)]
    wanted = [3 * v.data**2 + 2 * v.data for v in leaves]

    def backward():
        for _ in range(ROUNDS):
            polynomial(leaves).backward()

    def plain():
        for _ in range(ROUNDS):
            assert gradients(polynomial(leaves), leaves) == wanted

    def recorded():
        for _ in range(ROUNDS // 3):
            assert gradients(polynomial(leaves), leaves, create_graph=True) == wanted

    def viewed():
        graph = Graph(polynomial(leaves))
        for _ in range(ROUNDS * 3):
            adjoints = graph.adjoints()
            assert [adjoints[v] for v in leaves] == wanted

    def transformed():
        for _ in range(ROUNDS // 3):
            assert autograd.grad(polynomial)([v.data for v in leaves]) == wanted
            found = autograd.grad(lambda y: y * polynomial(leaves))(1.0)
            assert found == polynomial([v.data for v in leaves]).data

    together(backward, backward, plain, recorded, viewed, transformed)
    assert [v.grad for v in leaves] == [2 * ROUNDS * g for g in wanted]


def test_no_grad_is_of_its_thread(impatient):
    x = Value(3.0)

    def silent():
        for _ in range(ROUNDS * 10):
            with no_grad():
                assert (x * x).inputs == ()
            assert (x * x).inputs == (x, x)

    def recording():
        for _ in range(ROUNDS * 20):
            assert (x * x).inputs == (x, x)

    together(silent, silent, recording, recording)


def test_a_thread_started_inside_no_grad_records():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(Value(2.0) * 3.0))
        thread.start()
        thread.join()
    assert len(found[0].inputs) == 2


def test_no_grad_is_of_its_task():
    x = Value(3.0)

    async def worker(silent):
        for _ in range(5):
            with no_grad() if silent else contextlib.nullcontext():
                await asyncio.sleep(0)
                assert bool((x * x).inputs) is not silent
                await asyncio.sleep(0)
                assert bool((x + x).inputs) is not silent

    async def main():
        await asyncio.gather(*(worker(i % 2 == 0) for i in range(6)))

    asyncio.run(main())
    assert (x * x).inputs == (x, x)


def test_no_grad_decorates_a_coroutine():
    x = Value(3.0)

    @no_grad()
    async def square():
        await asyncio.sleep(0)
        return x * x

    async def main():
        task = asyncio.create_task(square())
        await asyncio.sleep(0)
        beside = x * x
        return await task, beside

    inside, beside = asyncio.run(main())
    assert (inside.data, inside.inputs, beside.inputs) == (9.0, (), (x, x))


def test_transforms_in_threads(impatient):
    def square_by_nesting(y):
        return y * autograd.jvp(lambda z: y * z, (y,), (1.0,))[1]

    def worker():
        for i in range(ROUNDS):
            x = float(i)
            assert autograd.grad(autograd.grad(lambda y: y**3))(x) == 6 * x
            assert autograd.jvp(square_by_nesting, (x,), (1.0,))[1] == 2 * x
            assert autograd.hvp(lambda y: y**3, (x,), (1.0,)) == 6 * x

    together(*[worker] * THREADS)


def test_no_thread_sees_another_ones_pass_in_a_shared_leaf() -> None:
    w = Value(2.0)
    (w * 5).backward()
    seen: set[float] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(w.grad)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(300):
        z = w
        for _ in range(20):
            z = (z * w).tanh()
        gradients(z, w)
        grad(lambda y, z=z: y * z)(1.0)
    done.set()
    reader.join()
    assert seen == {5.0}
