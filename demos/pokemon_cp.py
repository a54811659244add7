"""Regression: the combat power of a Pokémon after its evolution, from the one before, by gradient descent.

The lecture's three steps: a set of functions, y = b + w·x; the goodness of a function, L(w, b); the best function, by
w ← w - η ∂L/∂w and b ← b - η ∂L/∂b, where the engine gives the derivatives.
"""

import csv
from pathlib import Path

import numpy as np

from autograd import Value, mean

DATA = Path(__file__).parent / "data" / "pokemon_cp.csv"
RATE = 0.1  # η
STEPS = 100


def load() -> tuple[list[float], list[float]]:
    """CP before and CP after evolution, a row a Pokémon."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [float(row["cp"]) for row in rows], [float(row["cp_new"]) for row in rows]


def loss(w: Value, b: Value, x: list[float], y: list[float]) -> Value:
    """L(w, b): the mean squared error of y = b + w·x."""
    return mean([(yi - (b + w * xi)) ** 2 for xi, yi in zip(x, y, strict=True)])


def descend(x: list[float], y: list[float]) -> tuple[float, float]:
    """The best w and b, from 0 and 0; the loss is printed on the way."""
    w, b = Value(0.0, label="w"), Value(0.0, label="b")
    for step in range(STEPS + 1):
        w.zero_grad()
        b.zero_grad()
        L = loss(w, b, x, y)
        L.backward()
        if step % 10 == 0:
            print(f"{step:4d}  L = {L.data:12.4f}  w = {w.data:10.4f}  b = {b.data:10.4f}  ∂L/∂w = {w.grad:12.4g}")
        w.data -= RATE * w.grad
        b.data -= RATE * b.grad
    return w.data, b.data


def main() -> None:
    """Fit, step by step, and compare with the closed form."""
    x, y = load()
    print(f"{len(x)} evolutions; y = b + w·x, x: CP before, y: CP after\n")
    centre, spread = float(np.mean(x)), float(np.std(x))
    print(
        f"x is standardised, (x - {centre:.2f}) / {spread:.2f}: in raw units ∂²L/∂w² is "
        f"{np.mean(np.square(x)):.0f} times ∂²L/∂b²,\n"
        "so that a step small enough for w hardly moves b. Standardised, the two are equal.\n"
    )
    w, b = descend([(xi - centre) / spread for xi in x], y)
    w, b = w / spread, b - w * centre / spread  # back in units of CP

    exact_w, exact_b = (float(c) for c in np.polyfit(x, y, 1))
    print(f"\ngradient descent: y = {b:.6f} + {w:.8f}·x")
    print(f"closed form:      y = {exact_b:.6f} + {exact_w:.8f}·x")
    difference = max(abs(w / exact_w - 1), abs(b / exact_b - 1))
    print(f"largest relative difference: {difference:.1e}")


if __name__ == "__main__":
    main()
