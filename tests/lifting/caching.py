"""What caches in lifted code keep, and the law that they know nothing of what another call has kept."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import compile, grad, jvp, lift

X = 0.7
SLOPE = math.sin(X) + X * math.cos(X)


def price(x: Any) -> Any:
    return math.sin(x) * x


def agrees_with_floats(make: Callable[[], Any]) -> None:
    """A function whose cache a call on floats has filled has its derivative, and gives floats afterwards."""
    f = make()
    kept = f(X)
    lifted = lift(f)
    slopes = [grad(lifted)(X), grad(lifted)(X), jvp(lifted, (X,), (1.0,))[1], grad(lambda x: lifted(x) * lifted(x))(X)]
    assert slopes == pytest.approx([SLOPE, SLOPE, SLOPE, 2 * kept * SLOPE])
    assert [type(f(X)), f(X)] == [type(kept), kept]
    for backend in ("numpy", "llvm"):
        compiled = compile(lifted, backend=backend)
        found = [compiled.value_and_grad(X), (f(X), grad(lifted)(X)), compiled.value_and_grad(X)]
        assert np.ravel(found) == pytest.approx([kept, SLOPE] * 3)
        assert type(f(X)) is type(kept)
