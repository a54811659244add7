"""Programs that were written for no compiler, those of `python -m benchmarks python`, are compiled as they are."""

import numpy as np
import pytest

from benchmarks.python import ours
from benchmarks.python.cases import CASES

SIZES = {
    "a": 20,
    "b": 0,
    "d": 5,
    "e": 3,
    "e2": 2,
    "f": 4,
    "g": 8,
    "h": 8,
    "j": 20,
    "k": 3,
    "l": 10,
    "m": 5,
    "n": 20,
    "o": 48,
}
SIZES |= {"p": 5, "q": 3}


@pytest.mark.parametrize("letter", CASES)
def test_programs_as_people_write_them(letter: str) -> None:
    """Rows, of which each takes its own path, and each alone, have the value and the gradients of an eager run.

    NumPy's powers are not those of Python to the last bit on every processor, and adaptive steps enlarge an ulp.
    """
    chosen = 5, [0, 3], SIZES.get(letter)
    with np.errstate(all="ignore"):  # arithmetic is IEEE's
        worst = ours.from_eager(CASES[letter], "numpy", *chosen)
        assert worst <= 1e-12 or worst <= 8 * ours.condition(CASES[letter], *chosen)
