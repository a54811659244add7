"""Long loops: the first call, from nothing to a value and its gradient, and what `memory=` costs.

Every line has a process of its own, which has compiled a short program before: the libraries are loaded.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import scan, sin
from benchmarks.compiled.memory import STATUS, kilobytes
from benchmarks.timing import cpu_seconds, missed

MILLION = 10**6
ROWS, MEMORY, ROUNDS = 100, 256 * 2**20, 3
SLOWER, BYTES = 2.5, 400  # targets: the time with memory= over that without, and the peak of a first call


def pendulum(steps: int) -> Callable[..., Any]:
    """A damped pendulum by Runge and Kutta's method, of fourth order."""

    def f(angle: Any, speed: Any, damping: Any) -> Any:
        def change(angle: Any, speed: Any) -> Any:
            return speed, -damping * speed - 9.81 * sin(angle)

        h = 2.0 / steps
        for _ in range(steps):
            a1, s1 = change(angle, speed)
            a2, s2 = change(angle + h / 2 * a1, speed + h / 2 * s1)
            a3, s3 = change(angle + h / 2 * a2, speed + h / 2 * s2)
            a4, s4 = change(angle + h * a3, speed + h * s3)
            angle = angle + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
            speed = speed + h / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
        return angle

    return f


def remembered(operations: int) -> Callable[..., Any]:
    """A spring whose places are kept in a list, so that every turn is traced: four operations each."""

    def f(place: Any, speed: Any, stiffness: Any) -> Any:
        places = [place]
        for _ in range(operations // 4):
            places.append(places[-1] + 1e-6 * speed)
            speed = speed - stiffness * places[-1]
        return places[-1] + places[2] + speed

    return f


def written(steps: int) -> Callable[..., Any]:
    """A spring as a loop over a range."""

    def f(place: Any, speed: Any, stiffness: Any) -> Any:
        for _ in range(steps):
            place = place + 1e-6 * speed
            speed = speed - 1e-6 * stiffness * place
        return place

    return f


def scanned(steps: int) -> Callable[..., Any]:
    """The same spring by `scan`."""

    def f(place: Any, speed: Any, stiffness: Any) -> Any:
        def step(carry: Any, _: Any) -> Any:
            place, speed = carry
            place = place + 1e-6 * speed
            return (place, speed - 1e-6 * stiffness * place), None

        (place, _), _ = scan(step, (place, speed), None, length=steps)
        return place

    return f


def coupled(steps: int) -> Callable[..., Any]:
    """Two springs, coupled: every step carries four numbers."""

    def f(x: Any, y: Any, u: Any, v: Any) -> Any:
        for _ in range(steps):
            pull = sin(y - x)
            u, v = u + 1e-6 * (pull - x), v - 1e-6 * (pull + y)
            x, y = x + 1e-6 * u, y + 1e-6 * v
        return x * y

    return f


class Loop(NamedTuple):
    """A program, how long its loop is, and the CPU seconds that its first call may take."""

    about: str
    make: Callable[[int], Callable[..., Any]]
    count: int
    target: float


LOOPS = {
    "rk4": Loop("RK4 over 1,000 steps", pendulum, 1000, 1),
    "short": Loop("10⁵ operations, traced turn by turn", remembered, MILLION // 10, 2.5),
    "long": Loop("10⁶ operations, traced turn by turn", remembered, MILLION, 25),
    "written": Loop("10⁶ steps of `for … in range`", written, MILLION, 1),
    "scanned": Loop("10⁶ steps of `scan`", scanned, MILLION, 1),
}


def first_call(loop: Loop) -> str:
    """The CPU seconds of a first call; where turns are traced, its peak of memory for each operation."""

    def call(count: int) -> None:
        autograd.compile(loop.make(count)).value_and_grad(0.3, 0.1, 0.2, argnums=(0, 1, 2))

    call(40)
    before = kilobytes("VmHWM") if STATUS.exists() else 0
    took = cpu_seconds(lambda: call(loop.count))
    line = f"{loop.about}: {took:.2g} s, target {loop.target:g}" + missed(took > loop.target)
    if loop.make is not remembered or not before:
        return line
    kept = 1024 * (kilobytes("VmHWM") - before) / loop.count
    return f"{line}; {kept:.0f} bytes an operation, target {BYTES}{missed(kept > BYTES)}"


def bounded() -> str:
    """The time of a gradient under `memory=` over that without, in turn."""
    starts = np.random.default_rng(0).uniform(0.1, 0.9, (4, ROWS))
    calls = []
    for options in ({}, {"memory": MEMORY}):
        fast = autograd.compile(coupled(MILLION), rows=("x", "y", "u", "v"), **options)
        calls.append(lambda fast=fast: fast.value_and_grad(*starts, argnums=(0, 1, 2, 3)))
    free, tight = [call() for call in calls]
    assert np.array_equal(free[0], tight[0]) and all(map(np.array_equal, free[1], tight[1])), "other bits"
    turns = [[cpu_seconds(call) for call in calls] for _ in range(ROUNDS)]
    ratio = statistics.median(under / over for over, under in turns)
    about = f"10⁶ steps that carry 4 numbers, {ROWS} rows, memory= 256 MiB, over the time without"
    return f"{about}: {ratio:.2f}, target {SLOWER:g}" + missed(ratio > SLOWER)


def main() -> None:
    """Print the lines."""
    print("first calls, in CPU s:")
    for key in (*LOOPS, "bounded"):
        subprocess.run([sys.executable, "-m", "benchmarks.python.long_loops", key], check=True)


if __name__ == "__main__":
    [asked] = sys.argv[1:]
    print(bounded() if asked == "bounded" else first_call(LOOPS[asked]))
