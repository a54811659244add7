"""Pictures of small and very large graphs: time to the finished SVG, its size, memory next to the graph's."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import autograd
from autograd import Value, draw
from nn import MLP

MILLION = 10**6


def network(rows: int) -> tuple[Value, MLP]:
    """The mean hinge loss of MLP(2, [16, 16, 1]) over the given number of rows."""
    random.seed(1)
    model = MLP(2, [16, 16, 1])
    data = [(random.random(), random.random(), random.choice([-1, 1])) for _ in range(rows)]
    C = autograd.mean([(1 - target * model([a, b])).relu() for a, b, target in data])
    return C, model


def report(name: str, output: Value, names: object, target: float) -> None:
    """Draw once, and print time and size."""
    start = time.perf_counter()
    drawing = draw(output, names=names)
    size = len(drawing.svg())
    took = time.perf_counter() - start
    told = f"{drawing.shown}, {size / 1024:.0f} KiB; {drawing.caption}".rstrip("; ")
    print(f"{name}: {took:.2f} s, target < {target} s; {told}")


def peak() -> float:
    """The peak memory of this process, in MiB, without its parent's; Linux only."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def million() -> None:
    """A chain of a million nodes, in a separate process so that its peak memory can be measured."""
    bare = peak()
    x = y = Value(1.0)
    for _ in range(MILLION):
        y = y * x
    y.backward()
    graph = peak() - bare
    report(f"chain of {MILLION:,} operations", y, None, 20)
    print(f"    memory: {graph:.0f} MiB for the graph, {peak() - bare:.0f} MiB with its picture, target ≤ 2×")


def main() -> None:
    """Print every figure with its target."""
    draw(Value(1.0) * 2).svg()  # imports happen once and are not counted
    loss, model = network(100)
    output = model([0.5, -1.0])
    output.backward()
    report("MLP(2, [16, 16, 1]), one row", output, model, 1)
    model.zero_grad()
    loss.backward()
    report("its loss over 100 rows", loss, model, 5)
    subprocess.run([sys.executable, "-c", "from benchmarks.drawing import million; million()"], check=True)
