"""The eager engine against micrograd: speed, memory, scale, import time."""

import compileall
import random
import tracemalloc
from typing import Any

import micrograd.engine
import micrograd.nn

import autograd
import nn
from benchmarks.timing import import_seconds, ratios, seconds, spread, with_deep_stack

ROWS, CHAIN, ROUNDS = 100, 20_000, 9


def training_step(mlp: Any) -> Any:
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


def compare(name: str, ours: Any, theirs: Any, target: float) -> None:
    """Print a ratio with its spread."""
    a, b, r = ratios(ours, theirs, ROUNDS)
    milliseconds = [spread([1000 * t for t in times], " ms") for times in (a, b)]
    print(f"{name}: {milliseconds[0]}, micrograd {milliseconds[1]}")
    print(f"    micrograd / autograd {spread(r, '×')}, target ≥ {target}×")


def main() -> None:
    """Print every figure with its target."""
    step, their_step = training_step(nn.MLP), training_step(micrograd.nn.MLP)
    assert abs(step().data - their_step().data) < 1e-9
    compare(f"training step of MLP(2, [16, 16, 1]), {ROWS} rows", step, their_step, 12)
    ours, theirs = chain(autograd.Value), chain(micrograd.engine.Value)
    with_deep_stack(lambda: compare(f"{CHAIN:,} × (z = z*y + x; z = z - y*0.5)", ours, theirs, 2.5))
    used = [bytes_per_operation(value) for value in (autograd.Value, micrograd.engine.Value)]
    print(f"memory of y = y * a: {used[0]:.0f} bytes, micrograd {used[1]:.0f} bytes, target ≤ 300")
    for name, work in (("deep chain", deep), ("wide sum", wide)):
        print(f"time per node, 10⁶ over 10⁵ nodes, {name}: {spread(growth(work), '×')}, target ≤ 2.5×")
    compileall.compile_dir(autograd.__path__[0], quiet=1)  # as an installation does
    bare = [import_seconds("pass") for _ in range(11)]
    loaded = [import_seconds("import autograd") for _ in range(11)]
    extra = [1000 * (b - a) for a, b in zip(sorted(bare), sorted(loaded), strict=True)]
    print(f"import autograd, beyond a bare interpreter: {spread(extra, ' ms')}, target ≤ 30 ms")
