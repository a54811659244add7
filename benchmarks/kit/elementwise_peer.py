"""The elementwise functions of a library and their derivatives, over a pipe, run by the peers' own Python.

elementwise_peer.py NAME prints a line of JSON, the names of the functions of torch, jax or hips, and then answers each
line "place number" with the value and the derivative there.
"""

import contextlib
import inspect
import json
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

Pair = Callable[[float], tuple[float, float]]
AT = (0.3, 1.7)  # a function of numbers has a value at one of these


def of_torch() -> Iterator[tuple[str, Any, Pair]]:
    """torch, torch.special and torch.nn.functional, in float64."""
    import torch

    def pair(f: Callable[..., Any]) -> Pair:
        def called(x: float) -> tuple[float, float]:
            leaf = torch.tensor([x], dtype=torch.float64, requires_grad=True)
            y = f(leaf)
            (slope,) = torch.autograd.grad(y, leaf)
            return y.item(), slope.item()

        return called

    for module in (torch, torch.special, torch.nn.functional):
        yield from _functions(module, pair)


def of_jax() -> Iterator[tuple[str, Any, Pair]]:
    """jax.nn and jax.scipy, in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.scipy.special
    import jax.scipy.stats

    def pair(f: Callable[..., Any]) -> Pair:
        both = jax.jit(jax.value_and_grad(f))

        def called(x: float) -> tuple[float, float]:
            value, slope = both(x)
            return float(value), float(slope)

        return called

    stats = [getattr(jax.scipy.stats, name) for name in ("norm", "logistic", "cauchy", "laplace", "expon")]
    for module in (jax.nn, jax.scipy.special, jax.numpy, *stats):
        yield from _functions(module, pair)


def of_hips() -> Iterator[tuple[str, Any, Pair]]:
    """autograd.numpy, autograd.scipy.special and autograd.scipy.stats."""
    import autograd.numpy
    import autograd.scipy.special
    import autograd.scipy.stats

    import autograd

    def pair(f: Callable[..., Any]) -> Pair:
        slope = autograd.grad(f)
        return lambda x: (float(f(x)), float(slope(x)))

    stats = [getattr(autograd.scipy.stats, name) for name in ("norm", "t", "gamma", "chi2", "poisson", "beta")]
    for module in (autograd.numpy, autograd.scipy.special, *stats):
        yield from _functions(module, pair)


def _functions(module: ModuleType, pair: Callable[[Callable[..., Any]], Pair]) -> Iterator[tuple[str, Any, Pair]]:
    """The public functions of a module that take a number to another and have a derivative that is not 0 throughout."""
    for name in sorted(vars(module)):
        f = getattr(module, name)
        if name.startswith("_") or name.endswith("_") or not callable(f) or inspect.isclass(f):
            continue
        made, seen = pair(f), []
        for x in AT:
            with contextlib.suppress(Exception):  # not a function of one number
                value, slope = made(x)
                if math.isfinite(slope) and made(x) == (value, slope):  # the same again: not at random
                    seen.append((x, value, slope))
        if any(slope for _, _, slope in seen) and any(x != value for x, value, _ in seen):
            yield f"{module.__name__}.{name}", tuple(seen), made


def distinct(functions: Iterable[tuple[str, Any, Pair]]) -> dict[str, Pair]:
    """The functions by name, each once: a library has several names for many."""
    found: dict[Any, tuple[str, Pair]] = {}
    for name, seen, made in functions:
        found.setdefault(seen, (name, made))
    return dict(found.values())


def main() -> None:
    """List the functions, then answer."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    with contextlib.redirect_stdout(sys.stderr):  # some functions print
        found = distinct({"torch": of_torch, "jax": of_jax, "hips": of_hips}[sys.argv[1]]())
    pairs = list(found.values())
    print(json.dumps(list(found)), flush=True)
    for line in sys.stdin:
        place, number = line.split()
        try:
            value, slope = pairs[int(place)](float(number))
        except Exception:  # outside its domain
            value = slope = float("nan")
        print(value.hex(), slope.hex(), flush=True)


if __name__ == "__main__":
    main()
