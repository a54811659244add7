"""The elementwise functions of PyTorch, JAX and HIPS autograd, with the derivatives those libraries compute."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.compiled.environment import PYTHON, own_kernels
from benchmarks.kit.textbook import Row

PEER = Path(__file__).parent / "elementwise_peer.py"
LIBRARIES = ("torch", "jax", "hips")
DOMAINS = ("[-20, 20]", "[0.01, 20]", "[1.01, 20]", "[-0.99, 0.99]", "[0.01, 0.99]")  # the first on which all is finite
GRID = 40


def rows(library: str) -> Iterator[Row]:
    """The functions of a library, while the other Python answers; none where it is not installed."""
    if not PYTHON.exists():
        return
    variables = {key: text for key, text in own_kernels().items() if not key.startswith("PYTHON")}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([PYTHON, "-E", PEER, library], text=True, env=variables, **pipes) as peer:
        for place, name in enumerate(json.loads(peer.stdout.readline() or "[]")):
            both = _asked(peer, place)
            domain = next((d for d in DOMAINS if all(map(math.isfinite, _values(both, d)))), None)
            if domain:
                yield _row(name, both, domain)


def _asked(peer: subprocess.Popen[str], place: int) -> Callable[[float], tuple[float, float]]:
    """A function of the other process: its value and its derivative."""
    assert peer.stdin is not None and peer.stdout is not None
    asked, answers = peer.stdin, peer.stdout

    @lru_cache(maxsize=1000)
    def both(x: float) -> tuple[float, float]:
        asked.write(f"{place} {float(x)!r}\n")  # the kit may ask with a number of its own class
        asked.flush()
        value, slope = map(float.fromhex, answers.readline().split())
        return value, slope

    return both


def _values(both: Callable[[float], tuple[float, float]], domain: str) -> Iterator[float]:
    low, high = (float(end) for end in domain.strip("[]").split(","))
    for k in range(GRID + 1):
        yield from both(low + (high - low) * k / GRID)


def _row(name: str, both: Callable[[float], tuple[float, float]], domain: str) -> Row:
    def f(x: float) -> float:
        return both(x)[0]

    f.__name__ = re.sub(r"\W+", "_", name).strip("_")  # a test is named after it
    return Row(f, lambda x: both(x)[1], domain)
