"""The models' parameters and data, the same numbers for everyone; the peer loads this file, so it needs only NumPy."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A model: its parameters by name, and the data of all rows by name, some of which are indices."""

    model: str
    parameters: dict[str, Any]
    rows: dict[str, Any]
    index: tuple[str, ...] = ()


def _drawn(rng: Any, **shapes: Any) -> dict[str, Any]:
    """Parameters, scaled by the number of inputs."""
    return {name: rng.normal(size=shape) / np.sqrt(np.prod(shape[1:], initial=1)) for name, shape in shapes.items()}


def poisson(rng: Any, n: int, d: int = 10) -> Case:
    """Counts, by a linear log-rate."""
    data = {"x": rng.normal(size=(n, d)), "y": rng.poisson(2.0, n).astype(float)}
    return Case("poisson", _drawn(rng, w=(d,), b=(1,)), data)


def ordinal(rng: Any, n: int, d: int = 10) -> Case:
    """Grades 0 to 4, by cut points on a line."""
    data = {"x": rng.normal(size=(n, d)), "y": rng.integers(0, 5, n)}
    return Case("ordinal", _drawn(rng, w=(d,), cuts=(4,)), data, ("y",))


def mixture_density(rng: Any, n: int, hidden: int = 16, parts: int = 3) -> Case:
    """A mixture of normal densities, by a network."""
    data = {"x": rng.normal(size=n), "y": rng.normal(size=n)}
    return Case("mixture_density", _drawn(rng, U=(hidden, 1), c=(hidden,), V=(3 * parts, hidden), d=(3 * parts,)), data)


def rnn(rng: Any, n: int, steps: int = 20, nin: int = 4, hidden: int = 8) -> Case:
    """A number at the end of a sequence."""
    data = {"xs": rng.normal(size=(n, steps, nin)), "y": rng.normal(size=n)}
    return Case("rnn", _drawn(rng, W=(hidden, nin), U=(hidden, hidden), b=(hidden,), v=(hidden,)), data)


def embedding(rng: Any, n: int, words: int = 500, size: int = 8, length: int = 5, classes: int = 4) -> Case:
    """The class of a text, from the mean of its words' vectors."""
    data = {"words": rng.integers(0, words, (n, length)), "y": rng.integers(0, classes, n)}
    return Case("embedding", _drawn(rng, E=(words, size), W=(classes, size), b=(classes,)), data, ("words", "y"))


def convolution(rng: Any, n: int, side: int = 8, kernels: int = 4, classes: int = 10) -> Case:
    """The class of an image, from the means of its features."""
    data = {"image": rng.normal(size=(n, side, side)), "y": rng.integers(0, classes, n)}
    return Case("convolution", _drawn(rng, K=(kernels, 3, 3), W=(classes, kernels), b=(classes,)), data, ("y",))


def attention(rng: Any, n: int, tokens: int = 14, size: int = 8) -> Case:
    """A truth about a sequence of tokens."""
    data = {"xs": rng.normal(size=(n, tokens, size)), "y": rng.integers(0, 2, n).astype(float)}
    return Case("attention", _drawn(rng, Q=(size, size), K=(size, size), V=(size, size), w=(size,)), data)


def censored_weibull(rng: Any, n: int, d: int = 10) -> Case:
    """Times until a failure, or until nobody looked any more."""
    data = {"x": rng.normal(size=(n, d)), "t": rng.weibull(1.5, n), "failed": rng.integers(0, 2, n).astype(float)}
    return Case("censored_weibull", _drawn(rng, w=(d,), shape=(1,)), data)


EIGHT: tuple[Callable[..., Case], ...] = (
    poisson, ordinal, mixture_density, rnn, embedding, convolution, attention, censored_weibull,
)  # fmt: skip
LARGER: dict[str, tuple[Callable[..., Case], dict[str, int]]] = {
    "rnn, 256 steps": (rnn, {"steps": 256}),
    "convolution, 28 × 28": (convolution, {"side": 28}),
    "attention, 16 tokens": (attention, {"tokens": 16}),
    "attention, 32 tokens": (attention, {"tokens": 32}),
}


def case_of(name: str, n: int) -> Case:
    """The case of this name, with n rows."""
    make, sizes = LARGER.get(name) or (next(make for make in EIGHT if make.__name__ == name), {})
    return make(np.random.default_rng(0), n, **sizes)


NAMES = [*(make.__name__ for make in EIGHT), *LARGER]
ROWS = 64
