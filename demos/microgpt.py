"""A GPT written on scalars, trained on the names of Pokémon, eagerly and compiled.

`python -m demos.microgpt 10` takes ten eager steps, instead of 40.
One layer of attention with four heads, sixteen numbers per letter, in the plainest Python. Letters: x a letter, E and P
the embeddings of letters and places, K, Q, V keys, queries, values, W weights, a activation, z scores, C cost, η rate.
"""

import csv
import gc
import math
import random
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Value, compile, no_grad
from demos.lecture import BLUE, ORANGE, require_matplotlib

PICTURE = "microgpt.png"
LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # a name ends, and begins, with a dot
WIDTH, HEADS, PLACES = 16, 4, 8
HEAD = WIDTH // HEADS
SHAPES = {
    "E": (len(LETTERS), WIDTH), "P": (PLACES, WIDTH), "K": (WIDTH, WIDTH), "Q": (WIDTH, WIDTH), "V": (WIDTH, WIDTH),
    "W_heads": (WIDTH, WIDTH), "W_up": (4 * WIDTH, WIDTH), "W_down": (WIDTH, 4 * WIDTH), "W_out": (len(LETTERS), WIDTH),
}  # fmt: skip
EAGER_STEPS, STEPS, BATCH = 40, 1500, 32


class Scalar:
    """Reverse mode on scalars in some forty lines, as courses write it: the class to compare with."""

    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data: float, children: tuple[Any, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> Any:
        return Scalar(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self) -> Any:
        return Scalar(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self) -> Any:
        return Scalar(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> Any:
        return Scalar(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self) -> Any:
        return self * -1.0

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        order: list[Any] = []
        seen = set()

        def visit(v: Any) -> None:
            if v not in seen:
                seen.add(v)
                for child in v.children:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for child, local in zip(v.children, v.local_grads):
                child.grad += local * v.grad


# --- the model, for any class of scalars ----------------------------------------------------------


def linear(W: Any, a: Any) -> Any:
    """z = W·a."""
    return [sum(w * v for w, v in zip(row, a)) for row in W]


def normalised(a: Any) -> Any:
    """The vector, scaled so that its mean square is 1."""
    scale = (sum(v * v for v in a) / len(a) + 1e-5) ** -0.5
    return [v * scale for v in a]


def softmax(z: Any) -> Any:
    """Scores as probabilities."""
    exps = [v.exp() for v in z]
    total = sum(exps)
    return [e / total for e in exps]


def attended(q: Any, keys: Any, values: Any) -> Any:
    """What the letters so far have to say: each head's values, weighted by how well their keys fit the query."""
    a: list[Any] = []
    for h in range(HEADS):
        own = slice(h * HEAD, (h + 1) * HEAD)
        weights = softmax([sum(u * v for u, v in zip(q[own], k[own])) / HEAD**0.5 for k in keys])
        a += [sum(w * v for w, v in zip(weights, column)) for column in zip(*(v[own] for v in values))]
    return a


def letter(E: Any, x: Any) -> Any:
    """The embedding of a letter: a number, or 27 numbers of which one is 1."""
    return E[x] if isinstance(x, int) else [sum(one * v for one, v in zip(x, column)) for column in zip(*E)]


def scores(p: Any, x: Any) -> Any:
    """After each letter of x, the scores of every letter as the next."""
    keys: list[Any] = []
    values: list[Any] = []
    for xt, place in zip(x, p["P"]):
        a = normalised([u + v for u, v in zip(letter(p["E"], xt), place)])
        before = normalised(a)
        keys.append(linear(p["K"], before))
        values.append(linear(p["V"], before))
        heads = attended(linear(p["Q"], before), keys, values)
        a = [u + v for u, v in zip(a, linear(p["W_heads"], heads))]
        hidden = [z.relu() for z in linear(p["W_up"], normalised(a))]
        a = [u + v for u, v in zip(a, linear(p["W_down"], hidden))]
        yield linear(p["W_out"], a)


def surprise(z: Any, y: Any) -> Any:
    """-log of the probability that scores give to the letter y: a number, or 27 numbers of which one or none is 1."""
    log_total = sum(v.exp() for v in z).log()
    return log_total - z[y] if isinstance(y, int) else sum(y) * log_total - sum(u * v for u, v in zip(y, z))


def cost(p: Any, x: Any, y: Any, n: Any) -> Any:
    """The mean surprise at the letters y that follow the letters x, n in number."""
    return sum(surprise(z, yt) for z, yt in zip(scores(p, x), y)) / n


# --- data, training, sampling ----------------------------------------------------------------------


def names() -> list[list[int]]:
    """The names of at most seven plain letters, shuffled, as numbers of letters, dots at both ends."""
    path = Path(__file__).parent / "data" / "pokemon_stats.csv"
    with path.open(encoding="utf-8") as file:
        words = {row["Name"].lower() for row in csv.DictReader(file)}
    chosen = sorted(word for word in words if len(word) < PLACES and set(word) <= set(LETTERS[1:]))
    random.Random(0).shuffle(chosen)
    return [[LETTERS.index(c) for c in f".{word}."] for word in chosen]


def initial() -> dict[str, Any]:
    """Small random weights."""
    rng = np.random.default_rng(1)
    return {name: rng.normal(0.0, 0.2, shape) for name, shape in SHAPES.items()}


def on(kind: Any, p: dict[str, Any]) -> dict[str, Any]:
    """The parameters as scalars of a class."""
    return {name: [[kind(v) for v in row] for row in W.tolist()] for name, W in p.items()}


def step(p: dict[str, Any], name: list[int]) -> Any:
    """Both passes for one name; returns the cost, and leaves the gradient in the parameters."""
    for W in p.values():
        for row in W:
            for v in row:
                v.grad = 0.0
    C = cost(p, name[:-1], name[1:], len(name) - 1)
    C.backward()
    return C


def trained_eagerly(p: dict[str, Any], data: list[list[int]]) -> list[float]:
    """Adam, one name per step, changing p; the costs on the way."""
    adam = nn.Adam((v for W in p.values() for row in W for v in row), rate=0.01)
    costs = []
    for name in data:
        costs.append(step(p, name).data)
        adam.step()
    return costs


def one_hot(data: list[list[int]]) -> tuple[Any, Any, Any]:
    """Names as arrays: x and y with 27 numbers per letter, zeros after the end, and the numbers of letters."""
    x, y = (np.zeros((len(data), PLACES, len(LETTERS))) for _ in range(2))
    for i, name in enumerate(data):
        for t, (now, then) in enumerate(pairwise(name)):
            x[i, t, now] = y[i, t, then] = 1.0
    return x, y, np.array([len(name) - 1.0 for name in data])


def trained_compiled(p: dict[str, Any], data: list[list[int]]) -> tuple[dict[str, Any], list[float], list[float]]:
    """Adam on arrays, many names per step: the parameters, the costs, and the seconds that each step took."""
    fast = compile(cost, rows=("x", "y", "n"))
    x, y, n = one_hot(data)
    m, v = ({name: np.zeros_like(W) for name, W in p.items()} for _ in range(2))
    costs, seconds = [], []
    for k in range(1, STEPS + 1):
        start = time.perf_counter()
        rows = np.arange(k * BATCH, (k + 1) * BATCH) % len(data)
        C, gradient = fast.value_and_grad(p, x[rows], y[rows], n[rows], reduce="mean")
        rate = 0.01 * (1.0 - k / STEPS)  # η
        for name, g in gradient.items():
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g * g
            p = p | {name: p[name] - rate * (m[name] / (1 - 0.9**k)) / (np.sqrt(v[name] / (1 - 0.999**k)) + 1e-8)}
        costs.append(C)
        seconds.append(time.perf_counter() - start)
    return p, costs, seconds


def sample(p: dict[str, Any], rng: random.Random) -> str:
    """A new name, letter by letter; the model runs on Values, and nothing is recorded."""
    x = [0]
    with no_grad():
        for z in scores(p, x):  # which goes on as x grows
            x.append(rng.choices(range(len(LETTERS)), [v.data for v in softmax([v / 0.7 for v in z])])[0])
            if x[-1] == 0:
                break
    return "".join(LETTERS[i] for i in x).strip(".").title()


def draw(eager: list[float], compiled: list[float]) -> Any:
    """Draw both costs; the thick blue line is a mean over twenty steps."""
    from matplotlib import figure, rc_context

    with rc_context({"font.size": 14}):
        page = figure.Figure(figsize=(8, 5), layout="constrained", dpi=150)
        axes = page.subplots()
        smooth = np.convolve(compiled, np.ones(20) / 20, "valid")
        axes.plot(np.arange(1, len(compiled) + 1), compiled, color=BLUE, alpha=0.25, linewidth=1)
        axes.plot(
            np.arange(len(smooth)) + 10, smooth, color=BLUE, linewidth=2.5, label=f"compiled, {BATCH} names a step"
        )
        axes.plot(np.arange(1, len(eager) + 1), eager, color=ORANGE, linewidth=2, label="eager, one name a step")
        axes.set_xscale("log")
        axes.axhline(math.log(len(LETTERS)), color="black", linestyle="--", linewidth=1.2, label="guessing: log 27")
        axes.set(
            xlabel="step", ylabel="C: surprise per letter", title="A GPT on scalars learns names", ylim=(1.0, None)
        )
        axes.legend(frameon=False)
    return page


def compare(p: dict[str, Any], name: list[int]) -> None:
    """Print how long both passes for a name take, on the class of forty lines and on Value: the best of some turns."""
    kinds = {"the class of forty lines": on(Scalar, p), "Value": on(Value, p)}
    milliseconds: dict[str, list[float]] = {title: [] for title in kinds}
    for _ in range(7):
        for title, own in kinds.items():
            gc.collect()
            start = time.process_time()
            C = step(own, name)
            milliseconds[title].append(1000 * (time.process_time() - start))
    theirs, ours = map(min, milliseconds.values())
    print(f"both passes for a name of {len(name) - 2} letters, C = {C.data:.6f}:")
    print(f"the class of forty lines {theirs:.0f} ms, Value {ours:.0f} ms: {theirs / ours:.1f} times as fast\n")


def main(eager_steps: int = EAGER_STEPS) -> None:
    """Compare the speeds of one step, train, save the curve, and show new names."""
    require_matplotlib("microgpt")
    data, p = names(), initial()
    print(f"{len(data)} names, {sum(W.size for W in p.values()):,} parameters\n")
    compare(p, max(data, key=len))
    eager = trained_eagerly(on(Value, p), data[:eager_steps])
    print(f"eager: {len(eager)} steps, C = {np.mean(eager[:10]):.2f} at first, {np.mean(eager[-10:]):.2f} at the end")
    p, costs, seconds = trained_compiled(p, data)
    usual = 1000 * sorted(seconds)[len(seconds) // 2]
    each = 1000 * usual / BATCH
    print(f"compiled in {seconds[0]:.1f} s; a step takes {usual:.2f} ms, {each:.0f} µs for each of its names")
    print(f"compiled: {STEPS} steps, C = {costs[0]:.2f} at first, {np.mean(costs[-50:]):.2f} at the end\n")
    draw(eager, costs).savefig(PICTURE)
    rng, model = random.Random(4), on(Value, p)
    print("New names:", ", ".join(sample(model, rng) for _ in range(10)))
    print(f"The cost at each step: {PICTURE}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
