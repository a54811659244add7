"""micrograd's demo, compiled: a network with two hidden layers, MLP(2, [16, 16, 1]), separates two half moons.

The cost of one point is written in scalars; compiled, it runs over a thousand points. Letters: x a point, y its moon,
-1 or 1; w weights, b bias, z = w·a + b pre-activation, a = relu(z) activation, C cost, η learning rate.
"""

import random
import time
from typing import Any

import numpy as np

import nn
from autograd import compile, dot, relu
from demos.lecture import BLUE, ORANGE, require_matplotlib

PICTURE = "moons.png"
SIZES = [16, 16, 1]
ALPHA = 1e-4  # strength of the penalty α·Σ(w² + b²)


def moons(n: int, noise: float, rng: np.random.Generator) -> tuple[Any, Any]:
    """Points on two interlocking half circles, and the moon of each."""
    y = np.where(np.arange(n) < n // 2, -1.0, 1.0)
    t = rng.uniform(0, np.pi, n)
    x = np.column_stack([np.cos(t), np.sin(t)])
    x[y > 0] = [1.0, 0.5] - x[y > 0]
    return x + rng.normal(scale=noise, size=x.shape), y


def score(layers: Any, x: Any) -> Any:
    """The network's output for one point; its sign is the moon."""
    a = x
    for k, (w, b) in enumerate(layers, start=1):
        z = [dot(wi, a, bi) for wi, bi in zip(w, b)]
        a = [relu(zi) for zi in z] if k < len(layers) else z
    return a[0]


def cost(layers: Any, x: Any, y: Any) -> Any:
    """The max-margin loss of one point plus the penalty, as in micrograd."""
    return relu(1 - y * score(layers, x)) + ALPHA * sum(p * p for w, b in layers for p in [*w.flat, *b])


def initial() -> list[Any]:
    """The initial parameters of nn.MLP, and so of micrograd's network, as arrays: (w, b) per layer."""
    neurons = [layer.neurons for layer in nn.MLP(2, SIZES).layers]
    return [(np.array([[w.data for w in n.w] for n in of]), np.array([n.b.data for n in of])) for of in neurons]


def descend(layers: list[Any], x: Any, y: Any) -> list[Any]:
    """Gradient descent on all points at once; prints cost and accuracy along the way."""
    fast, scores = compile(cost, rows=("x", "y")), compile(score, rows=("x",))
    for step in range(101):
        C, gradients = fast.value_and_grad(layers, x, y, reduce="mean")
        if step % 10 == 0:
            print(f"{step:4d}  C = {C:.4f}  accuracy = {np.mean(scores(layers, x) * y > 0):6.1%}")
        rate = 1.0 - 0.9 * step / 100  # η
        layers = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(layers, gradients)]
    return layers


def draw(layers: list[Any], x: Any, y: Any) -> Any:
    """Draw the points, the boundary where the score is 0, and the margin: inside ±1 a point has a cost."""
    from matplotlib import figure, rc_context

    u, v = np.meshgrid(np.linspace(-1.6, 2.6, 400), np.linspace(-1.2, 1.7, 400))
    s = compile(score, rows=("x",))(layers, np.column_stack([u.flat, v.flat])).reshape(u.shape)
    with rc_context({"font.size": 14}):
        page = figure.Figure(figsize=(8, 6.4), layout="constrained", dpi=150)
        axes = page.subplots()
        axes.contourf(u, v, s, levels=[-np.inf, 0, np.inf], colors=[BLUE, ORANGE], alpha=0.15)
        axes.contour(u, v, s, levels=[-1, 0, 1], colors="black", linewidths=[1.2, 3, 1.2], linestyles=["--", "-", "--"])
        for moon, colour, marker, name in ((-1, BLUE, "o", "y = −1"), (1, ORANGE, "^", "y = 1")):
            axes.scatter(*x[y == moon].T, s=26, c=colour, marker=marker, ec="white", linewidths=0.4, label=name)
        axes.plot([], [], "k-", linewidth=3, label="score = 0")
        axes.plot([], [], "k--", linewidth=1.2, label="score = ±1")
        axes.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$", title=f"Two moons, told apart by MLP(2, {SIZES})")
        page.legend(loc="outside lower center", ncols=4, frameon=False, markerscale=1.8)
    return page


def main() -> None:
    """Train the network and save the figure."""
    require_matplotlib("moons")
    random.seed(1337)
    x, y = moons(1000, 0.1, np.random.default_rng(1337))
    layers = initial()
    print(f"{len(x):,} points on two moons, {sum(w.size + b.size for w, b in layers)} parameters\n")
    start = time.perf_counter()
    layers = descend(layers, x, y)
    print(f"\ncompiled and trained, {len(x):,} points at each step, in {time.perf_counter() - start:.2f} s")
    draw(layers, x, y).savefig(PICTURE)
    print(f"The boundary between the moons: {PICTURE}")


if __name__ == "__main__":
    main()
