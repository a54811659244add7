"""A pendulum beside a wall, damped and bouncing: its parameters, fitted to what a camera saw, through 2,000 steps.

The cost is written as a student would: Runge-Kutta in plain Python, an `if` for the bounce, a `for` over the steps.
Compiled, it stays a loop, and its gradient is a loop that runs backwards. `python -m demos.pendulum 400` takes fewer
steps. Letters: C cost, h time step; a1 … a4 and s1 … s4 the slopes of angle and speed within a step.
"""

import inspect
import sys
import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import numpy as np
from scipy.optimize import minimize

import autograd
from autograd import sin
from demos.lecture import BLUE, ORANGE, STYLE, require_matplotlib

PICTURE = "pendulum.svg"
STEPS, LEAST, GRAVITY, h = 2000, 200, 9.81, 0.005
NOISE = 0.03  # of the camera: a standard deviation, in radians
NAMES = ("angle", "speed", "length", "damping", "bounce")  # angle and speed at the start
TRUE, START = (-2.0, 0.0, 1.3, 0.3, 0.85), (-1.5, 0.5, 1.0, 0.1, 0.7)
FIVE = (0, 1, 2, 3, 4)


def slope(angle, speed, length, damping):
    """How fast angle and speed change."""
    return speed, -GRAVITY / length * sin(angle) - damping * speed


def moved(angle, speed, length, damping, bounce):
    """Angle and speed after a step of Runge and Kutta; the wall is vertical, so the pendulum meets it at angle 0."""
    a1, s1 = slope(angle, speed, length, damping)
    a2, s2 = slope(angle + h / 2 * a1, speed + h / 2 * s1, length, damping)
    a3, s3 = slope(angle + h / 2 * a2, speed + h / 2 * s2, length, damping)
    a4, s4 = slope(angle + h * a3, speed + h * s3, length, damping)
    angle = angle + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    speed = speed + h / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
    if angle > 0:  # as far as it is beyond the wall, it comes back, slowed down
        angle, speed = -bounce * angle, -bounce * speed
    return angle, speed


def cost(angle, speed, length, damping, bounce, observed):
    """The mean squared distance between the angles of the path and those observed, one after each step."""
    C = 0.0
    for seen in observed:
        angle, speed = moved(angle, speed, length, damping, bounce)
        C = C + (angle - seen) ** 2
    return C / len(observed)


def path(parameters: Sequence[float], steps: int) -> Any:
    """The angle after each step."""
    angle, speed, *others = parameters
    angles = []
    for _ in range(steps):
        angle, speed = moved(angle, speed, *others)
        angles.append(angle)
    return np.array(angles)


def loop_of(source: str) -> str:
    """The lines of a program up to the end of its first loop."""
    lines = source.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("    for "))
    inside = takewhile(lambda line: line.startswith("        "), lines[first + 1 :])
    return "\n".join([*lines[: first + 1], *inside])


def seconds(task: Callable[[], Any], runs: int) -> float:
    """The run time of a task: the best of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def draw(observed: Any, fitted: Sequence[float]) -> Any:
    """Draw what was observed, the path of the start and that of the fit; the wall is above."""
    from matplotlib import figure, rc_context

    t = h * np.arange(1, len(observed) + 1)
    with rc_context(STYLE):
        page = figure.Figure(figsize=(11, 5.6), layout="constrained")
        axes = page.subplots()
        axes.axhspan(0, 0.4, facecolor="0.92", edgecolor="0.75", hatch="//", linewidth=0)
        axes.axhline(0, color="0.35", linewidth=1.5)
        axes.plot(t, observed, ".", color="0.55", markersize=3.5, label=f"observed, {len(t):,} angles")
        axes.plot(t, path(START, len(t)), "--", color=ORANGE, label="start")
        axes.plot(t, path(fitted, len(t)), color=BLUE, linewidth=2, label="fitted")
        axes.text(t[-1] / 2, 0.2, "wall", ha="center", va="center", backgroundcolor="0.92")
        axes.set(xlabel="time in seconds", ylabel="angle in radians", xlim=(0, t[-1]), ylim=(None, 0.4))
        axes.set_title("A pendulum that bounces off a wall")
        page.legend(loc="outside lower center", ncols=3, markerscale=3)
    return page


def main(steps: int = STEPS) -> None:
    """Tell the story: the code, the loop that the compiler makes of it, the fit, the speed, the figure."""
    require_matplotlib("pendulum")
    if steps < LEAST:
        raise SystemExit(f"demos.pendulum takes at least {LEAST} steps: fewer see no bounce")
    print(f"Written in plain Python:\n\n{inspect.getsource(slope)}\n\n{inspect.getsource(moved)}\n")
    print(inspect.getsource(cost))
    observed = path(TRUE, steps) + np.random.default_rng(0).normal(scale=NOISE, size=steps)
    fast = autograd.compile(cost)
    fast(*START, observed)
    print("Compiled, the steps are a loop again, and the bounce is a choice by `where`; only the last step, whose")
    print(f"speed nothing needs, stands behind the loop. All before it:\n\n{loop_of(fast.program.source())}\n")

    def gradient(parameters: Any) -> Any:
        return fast.value_and_grad(*parameters, observed, argnums=FIVE)

    fit = minimize(gradient, START, jac=True, tol=1e-8)
    print(f"Fitted through {steps:,} steps by scipy's BFGS, with {fit.nfev} gradients:\n")
    print(" " * 8 + "".join(f"{name:>10}" for name in NAMES) + f"{'C':>12}")
    for name, parameters in (("true", TRUE), ("start", START), ("fitted", fit.x)):
        C = fast(*parameters, observed)
        print(f"{name:8}" + "".join(f"{x:10.4f}" for x in parameters) + f"{C:12.6f}")

    eager = autograd.value_and_grad(cost, FIVE)
    compiled_time = seconds(lambda: gradient(fit.x), 100)
    eager_time = seconds(lambda: eager(*map(float, fit.x), observed.tolist()), 2)
    print(f"\nA gradient takes {1e3 * compiled_time:.2f} ms compiled and {1e3 * eager_time:.0f} ms eagerly, which is")
    print(f"{eager_time / compiled_time:,.0f} times as long (backend {fast.backend}).")
    draw(observed, fit.x).savefig(PICTURE)
    print(f"The path at the start and after the fit: {PICTURE}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
