"""What a call costs besides its arithmetic: from Python, in structures of arguments, and through indices of rows."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import cos, relu, sin
from benchmarks.compiled import ours
from benchmarks.compiled.cases import Network
from benchmarks.timing import spread

TURNS = 15
TARGET = 8.0  # µs, of a call with next to nothing to compute
MORE = 1.5  # µs, of a call with structures


def main() -> None:
    """Print the CPU time of calls: alternating turns, medians."""
    overhead()
    structures()
    indices()


def turns(works: dict[str, Callable[[], Any]], calls: int) -> dict[str, list[float]]:
    """For each work, the CPU time of a call in µs, turn by turn, after a call that is not counted."""
    for work in works.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, work in works.items():
            start = time.process_time()
            for _ in range(calls):
                work()
            found[name].append((time.process_time() - start) / calls * 1e6)
    return found


def overhead() -> None:
    """A call for one row of MLP(2, [1, 1, 1]): six parameters, x and y."""
    case = Network(1, "relu", 1)
    for backend, target in (("auto", f", target ≤ {TARGET:g} µs"), ("numpy", "")):
        fast = autograd.compile(ours.loss_of(case.activation), rows=("x", "y"), backend=backend)
        args = [*case.parameters(), *case.data()]

        def work(fast: Any = fast, args: Any = args) -> None:
            fast.value_and_grad(*args, argnums=(0, 1, 2, 3, 4, 5), reduce="mean")

        what = f"a call with eight arrays and next to nothing to compute, {fast.backend.name}"
        print(f"{what}: {spread(turns({'': work}, 2000)[''], ' µs')}{target}")


def forward(layers: Any, x: Any) -> Any:
    """A network as people write it, for one row."""
    a = x
    for k, (W, b) in enumerate(layers):
        z = [sum(w * v for w, v in zip(row, a, strict=True)) + c for row, c in zip(W, b, strict=True)]
        a = z if k == len(layers) - 1 else [relu(v) for v in z]
    return a[0]


def of_arrays(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, y: Any) -> Any:
    """The squared error of a row."""
    return (forward([(W1, b1), (W2, b2), (W3, b3)], x) - y) ** 2


def of_layers(layers: Any, x: Any, y: Any) -> Any:
    """The same, of a list of layers."""
    return (forward([layer.values() if isinstance(layer, dict) else layer for layer in layers], x) - y) ** 2


def structures() -> None:
    """The gradient of MLP(2, [16, 16, 1]) over 100 rows, its parameters in lists, tuples and dicts."""
    case = Network(16, "relu", 100)
    arrays, (x, y) = case.parameters(), case.data()
    pairs = list(zip(arrays[::2], arrays[1::2], strict=True))
    dicts = [{"W": W, "b": b} for W, b in pairs]
    numbers = [(W.tolist(), b.tolist()) for W, b in pairs]
    flat = autograd.compile(of_arrays, rows=("x", "y"))
    nested = autograd.compile(of_layers, rows=("x", "y"))
    options = {"reduce": "mean"}
    everything = (0, 1, 2, 3, 4, 5)
    took = turns(
        {
            "eight arrays": lambda: flat.value_and_grad(*arrays, x, y, argnums=everything, **options),
            "a list of pairs": lambda: nested.value_and_grad(pairs, x, y, **options),
            "a list of dicts": lambda: nested.value_and_grad(dicts, x, y, **options),
            "lists of 353 numbers": lambda: nested.value_and_grad(numbers, x, y, **options),
        },
        500,
    )
    print(f"{case}, its parameters in")
    base = took["eight arrays"]
    for name, times in took.items():
        more = statistics.median([t - b for t, b in zip(times, base, strict=True)])
        target = f", target ≤ {MORE:g} µs" if name in ("a list of pairs", "a list of dicts") else ""
        print(f"    {name:20} {spread(times, ' µs')}, {more:+.2f} µs{target}")


def reprojection(cameras: Any, points: Any, camera: Any, point: Any, seen: Any) -> Any:
    """Where a camera of nine numbers sees a point, less where it was seen."""
    c = cameras[camera]
    angle = (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]) ** 0.5
    axis, p = [v / angle for v in c[:3]], points[point]
    along = sum(a * b for a, b in zip(axis, p, strict=True))
    across = [axis[k - 2] * p[k - 1] - axis[k - 1] * p[k - 2] for k in range(3)]
    turned = [p[k] * cos(angle) + across[k] * sin(angle) + axis[k] * along * (1 - cos(angle)) for k in range(3)]
    x, y, z = (v + t for v, t in zip(turned, c[3:6], strict=True))
    u, v = -x / z, -y / z
    square = u * u + v * v
    scale = c[6] * (1 + c[7] * square + c[8] * square * square)
    return [scale * u - seen[0], scale * v - seen[1]]


def indices() -> None:
    """The Jacobian of bundle adjustment: 30,000 observations of 7,776 points by 49 cameras."""
    rng = np.random.default_rng(0)
    n = 30_000
    scale, centre = [0.1] * 6 + [1.0, 1e-3, 1e-3], [0.0] * 5 + [-5.0, 500.0, 0.0, 0.0]
    cameras = rng.normal(size=(49, 9)) * scale + centre
    points = rng.normal(size=(7776, 3))
    rows = rng.integers(0, 49, n), rng.integers(0, 7776, n), rng.normal(size=(n, 2))
    fast = autograd.compile(reprojection, rows=("camera", "point", "seen"), index=("camera", "point"))
    start = time.process_time()
    matrix = fast.jacobian(cameras, points, *rows, argnums=(0, 1), sparse=True)
    first = time.process_time() - start
    took = turns(
        {
            "residuals": lambda: fast(cameras, points, *rows),
            "Jacobian": lambda: fast.jacobian(cameras, points, *rows, argnums=(0, 1), sparse=True),
        },
        3,
    )
    print(f"bundle adjustment, {n:,} observations: {matrix.nnz:,} entries of {matrix.shape[0]:,} × {matrix.shape[1]:,}")
    for name, times in took.items():
        print(f"    {name:10} {spread([t / 1e3 for t in times], ' ms')}")
    print(f"    first call {first:.2g} s")
    print(f"    it differs from the engine's by {_apart(matrix, cameras, points, *rows):.0e}")


def _apart(matrix: Any, cameras: Any, points: Any, camera: Any, point: Any, seen: Any) -> float:
    """The largest difference of a Jacobian from the engine's, relative to the largest entry, for ten observations."""
    worst = 0.0
    for k in range(0, len(seen), len(seen) // 10):
        c, p = camera[k], point[k]
        of_one = autograd.jacobian(lambda a, b, s: reprojection([a], [b], 0, 0, s), (0, 1))
        exact = np.array([np.hstack(line) for line in of_one(cameras[c], points[p], seen[k])])
        columns = [*range(9 * c, 9 * c + 9), *range(cameras.size + 3 * p, cameras.size + 3 * p + 3)]
        found = matrix[2 * k : 2 * k + 2, columns].toarray()
        worst = max(worst, float(np.max(np.abs(found - exact)) / np.max(np.abs(exact))))
    return worst
