"""The time of the first call: tracing, rolling, compiling."""

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from benchmarks.compiled import ours
from benchmarks.compiled.cases import Network
from benchmarks.compiled.turns import first_call
from benchmarks.timing import seconds, spread

ROWS = 16  # so few that running the program adds nothing to the time of making it
WIDE, MIDDLE, NARROW = 222, 79, 69  # networks of about 10⁵, 13,000 and 10⁴ operations


def operations(width: int) -> int:
    """Scalar operations of the network's forward pass and loss; the backward pass is extra."""
    return (2 * 2 + 1) * width + (2 * width + 1) * width + 2 * width + 2


def network(width: int) -> float:
    """Seconds of the first call for MLP(2, [width, width, 1])."""
    case = Network(width, "relu", ROWS)
    return first_call(ours.network, case, case.parameters(), case.data())[2]


def chain(count: int) -> float:
    """Seconds of the first call for a chain of dependent operations."""

    def f(x: Any, y: Any) -> Any:
        z = y
        for _ in range(count // 2):
            z = z * x + y
        return z

    x = np.linspace(-0.5, 0.5, ROWS)
    return seconds(lambda: autograd.compile(f, rows=("x", "y")).value_and_grad(x, x, argnums=(0, 1), reduce="sum"))


def growth(name: str, first: Callable[[int], float], sizes: list[int], counts: list[int]) -> None:
    """Print the time at the larger size, and its time per operation relative to the smaller size."""
    rounds = [[first(size) for size in sizes] for _ in range(3)]
    ratios = [large / small * counts[0] / counts[1] for small, large in rounds]
    took = [large for _, large in rounds]
    print(f"first call, {name}, {counts[1]:,} operations forward: {spread(took, ' s')}, target < 15 s")
    print(f"    time an operation, over that at {counts[0]:,}: {spread(ratios, '×')}, target: about 1×")


def report() -> None:
    """Print the times of first calls, with targets."""
    took = [network(64) for _ in range(5)]
    size = f"{operations(64):,} operations forward"
    print(f"first call, MLP(2, [64, 64, 1]), {size}: {spread(took, ' s')}, target < 1.5 s")
    took = [network(MIDDLE) for _ in range(5)]
    size = f"{operations(MIDDLE):,} operations forward"
    print(f"first call, MLP(2, [{MIDDLE}, {MIDDLE}, 1]), {size}: {spread(took, ' s')}, target < 2 s")
    sizes = [NARROW, WIDE]
    growth(f"MLP(2, [{WIDE}, {WIDE}, 1])", network, sizes, [operations(width) for width in sizes])
    growth("a chain", chain, [10**4, 10**5], [10**4, 10**5])
