"""The eager engine against its look-alikes and other engines: speed, memory, scale, import time."""

import json
import random
import statistics
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np

import autograd
import nn
from autograd.arrays.scalar_array import ScalarArray
from benchmarks.compiled.environment import COMMAND, PYTHON
from benchmarks.scalar_loop import START, oscillator
from benchmarks.timing import Work, cpu_seconds, import_seconds, seconds, spread, with_deep_stack
from demos import microgpt

ROWS, CHAIN, ROUNDS, MANY, WIDE = 100, 20_000, 15, 4000, 30


def turns(ours: Work, theirs: Work, rounds: int = ROUNDS) -> tuple[list[float], list[float], list[float]]:
    """Our CPU seconds, theirs, and theirs / ours, in turn; garbage of a run is collected before the next."""
    pairs = [(cpu_seconds(ours), cpu_seconds(theirs)) for _ in range(rounds + 1)][1:]
    return [a for a, _ in pairs], [b for _, b in pairs], [b / a for a, b in pairs]


def compare(name: str, peer: str, ours: Work, theirs: Work, target: float, rounds: int = ROUNDS) -> None:
    """Print a ratio with its spread."""
    a, b, r = turns(ours, theirs, rounds)
    milliseconds = [spread([1000 * t for t in times], " ms") for times in (a, b)]
    print(f"{name}: {milliseconds[0]}, {peer} {milliseconds[1]}")
    print(f"    {peer} / autograd {spread(r, '×')}, target ≥ {target}×")


# --- micrograd, and the class of microgpt ----------------------------------------------------------


def mlp_step(mlp: Any) -> Any:
    """One full-batch step of MLP(2, [16, 16, 1]), forward, hinge loss, backward: the same numbers for every engine."""
    random.seed(1)
    model = mlp(2, [16, 16, 1])
    rows = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(ROWS)]
    targets = [1 if a * b > 0 else -1 for a, b in rows]

    def step() -> Any:
        scores = [model(row) for row in rows]
        losses = [(1 + -target * score).relu() for target, score in zip(targets, scores, strict=True)]
        loss = sum(losses) * (1.0 / ROWS)
        model.zero_grad()
        loss.backward()
        return loss

    return step


def gpt_step(kind: Any) -> Work:
    """A training step of demos.microgpt for its longest name, on a class of scalars."""
    p, name = microgpt.on(kind, microgpt.initial()), max(microgpt.names(), key=len)
    return lambda: microgpt.step(p, name)


def chain(value: Any) -> Any:
    """Scalar code, one operation at a time, forward and backward."""

    def run() -> Any:
        x, y, z = value(1.0), value(0.5), value(0.0)
        for _ in range(CHAIN):
            z = z * y + x
            z = z - y * 0.5
        z.backward()
        return z

    return run


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "a * b": lambda a, b: [a * b for _ in range(MANY)],
    "a + b": lambda a, b: [a + b for _ in range(MANY)],
    "0 + a": lambda a, b: [0 + a for _ in range(MANY)],
    "a * 2.0": lambda a, b: [a * 2.0 for _ in range(MANY)],
    "a / 4": lambda a, b: [a / 4 for _ in range(MANY)],
    "a ** 2": lambda a, b: [a**2 for _ in range(MANY)],
    "a.exp()": lambda a, b: [a.exp() for _ in range(MANY)],
}


def operations() -> None:
    """Each operation alone, without its backward pass, beside that of the class of forty lines."""
    kinds = (autograd.Value, microgpt.Scalar)
    operands = [(kind(3.0), kind(2.0)) for kind in kinds]
    for name, run in OPERATIONS.items():
        a, b, r = turns(lambda: run(*operands[0]), lambda: run(*operands[1]), 3 * ROUNDS)  # noqa: B023
        ours, theirs = (1e9 * statistics.median(times) / MANY for times in (a, b))
        print(f"    {name:8}{ours:6.0f} ns, 40 lines {theirs:6.0f} ns, {spread(r, '×')}, target ≥ 1×")


def array_operations() -> None:
    """Arithmetic on our arrays beside the same on NumPy's arrays of objects, both of the same Values."""
    objects = np.array([autograd.Value(1.0 + i) for i in range(WIDE)], dtype=object)
    ours = objects.view(ScalarArray)

    def work(x: Any) -> Work:
        return lambda: [(x + x, x * x, x - 0.5, x * 2.0, x / 3.0) for _ in range(MANY // WIDE)]

    _, _, ratios = turns(work(objects), work(ours), 3 * ROUNDS)
    print(f"arithmetic on {WIDE} Values in our array, over NumPy's of objects: {spread(ratios, '×')}, target ≤ 1.1×")


def backward(kind: Any) -> Work:
    """The backward pass alone, of a training step of the GPT."""
    p, name = microgpt.on(kind, microgpt.initial()), max(microgpt.names(), key=len)
    C = microgpt.cost(p, name[:-1], name[1:], len(name) - 1)
    return lambda: C.backward()


# --- other engines ---------------------------------------------------------------------------------


def others() -> None:
    """Our gradient of the scalar loop beside that of each peer, in turn with it."""
    if not PYTHON.exists():
        print(f"no peers: {COMMAND} installs XAD, HIPS autograd and PyTorch")
        return
    script = Path(__file__).with_name("scalar_peers.py")
    pipe = subprocess.PIPE
    ours = autograd.grad(oscillator, (0, 1, 2))
    with subprocess.Popen([PYTHON, "-E", str(script)], stdin=pipe, stdout=pipe, text=True) as peers:
        for name, target, rounds in (("XAD", 1 / 2.5, ROUNDS), ("HIPS", 10.0, 3), ("PyTorch", 10.0, 3)):
            ask(peers, name)
            times = [(cpu_seconds(lambda: ours(*START)), ask(peers, name)) for _ in range(rounds)]
            a, b = ([1000 * pair[i] for pair in times] for i in (0, 1))
            said = f"gradient of a loop of 1,000 steps: {spread(a, ' ms')}, {name} {spread(b, ' ms')}"
            print(f"{said}\n    {name} / autograd {spread([y / x for x, y in zip(a, b)], '×')}, target ≥ {target:g}×")
        assert peers.stdin is not None
        peers.stdin.close()


def ask(peers: Any, name: str) -> float:
    """The CPU seconds of one run of a peer, once its derivatives agree with ours."""
    peers.stdin.write(f"{name}\n")
    peers.stdin.flush()
    derivatives, took = json.loads(peers.stdout.readline())
    for got, want in zip(derivatives, autograd.grad(oscillator, (0, 1, 2))(*START), strict=True):
        assert abs(got - want) < 1e-9 * abs(want), (name, got, want)
    return float(took)


# --- memory, scale, import -------------------------------------------------------------------------


def bytes_per_operation(value: Any) -> float:
    """The memory of one y = y * a, before any backward pass."""
    count = 10_000
    y, a = value(1.0), value(1.0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(count):
        y = y * a
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / count


def deep(n: int) -> None:
    """Build, differentiate and free a chain of n nodes."""
    x = y = autograd.Value(1.0)
    for _ in range(n):
        y = y * x
    y.backward()


def wide(n: int) -> None:
    """Build, differentiate and free a sum of n leaves."""
    autograd.sum([autograd.Value(1.0) for _ in range(n)]).backward()


def growth(work: Any) -> list[float]:
    """Time per node at a million nodes relative to a hundred thousand."""
    return [seconds(lambda: work(10**6)) / seconds(lambda: work(10**5)) / 10 for _ in range(3)]


def main() -> None:
    """Print every figure with its target."""
    step, their_step = mlp_step(nn.MLP), mlp_step(micrograd.nn.MLP)
    assert abs(step().data - their_step().data) < 1e-9
    compare(f"training step of MLP(2, [16, 16, 1]), {ROWS} rows", "micrograd", step, their_step, 20, 5)
    ours, theirs = chain(autograd.Value), chain(micrograd.engine.Value)
    with_deep_stack(lambda: compare(f"{CHAIN:,} × (z = z*y + x; z = z - y*0.5)", "micrograd", ours, theirs, 9, 5))
    gpt, their_gpt = gpt_step(autograd.Value), gpt_step(microgpt.Scalar)
    assert abs(gpt().data - their_gpt().data) < 1e-9
    compare("training step of demos.microgpt", "40 lines", gpt, their_gpt, 1.3)
    compare("its backward pass", "40 lines", backward(autograd.Value), backward(microgpt.Scalar), 1.3)
    print("one operation, without its backward pass:")
    operations()
    array_operations()
    others()
    used = [bytes_per_operation(value) for value in (autograd.Value, micrograd.engine.Value)]
    print(f"memory of y = y * a: {used[0]:.0f} bytes, micrograd {used[1]:.0f} bytes, target ≤ 270")
    for name, work in (("deep chain", deep), ("wide sum", wide)):
        print(f"time per node, 10⁶ over 10⁵ nodes, {name}: {spread(growth(work), '×')}, target ≤ 2.5×")
    bare = [import_seconds("pass") for _ in range(11)]
    loaded = [import_seconds("import autograd") for _ in range(11)]
    extra = [1000 * (b - a) for a, b in zip(sorted(bare), sorted(loaded), strict=True)]
    print(f"import autograd, beyond a bare interpreter: {spread(extra, ' ms')}, target ≤ 30 ms")
