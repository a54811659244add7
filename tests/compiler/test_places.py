"""Places that rows compute: compiled code chooses and stores there as f does, and fails for the same rows."""

import math

import numpy as np
import pytest

import autograd
from autograd.compiler.calls.plans import Plan
from tests.compiler.backends import both

GRID = np.linspace(-1.0, 9.0, 300) ** 3
HEIGHTS = np.sin(GRID).tolist()
MATRIX = np.cos(np.arange(240.0)).reshape(15, 16).tolist()


def of_class(z, y):
    return np.log(np.sum(np.exp(z))) - z[int(y)]


def by_rounding(z, y):
    return z[round(y)] * z[0]


def of_list(z, y):
    return [1.0, z[0], 3.0][int(y)] * z[0]


def slope(z, y):
    i = math.floor(y)
    return (z[i + 1] - z[i]) * z[i]


def stored(z, y):
    z = z.copy()
    z[int(y)] = 7.0
    return np.sum(z) * z[0]


def two_stored(z, y):
    z = np.outer(z, z)
    z[int(y), int(y) - 1] = 7.0
    return np.sum(z) * z[0, 0]


def in_a_branch(z, y):
    return z[0] if y > 2 else z[int(y)] * z[1]


def in_a_loop(z, y):
    total = 0.0
    for _ in range(300):
        total = total + z[int(y)] * 0.01
    return total


def of_the_state(z, y):
    s = z[0]
    for _ in range(200):
        s = 0.4 * np.sin(s) + z[round(abs(s) * y)] * 0.3
    return s


def of_a_table(z, y):
    k = min(max(np.searchsorted(GRID, y), 1), len(GRID) - 1)
    share = (y - GRID[k - 1]) / (GRID[k] - GRID[k - 1])
    return ((1 - share) * HEIGHTS[k - 1] + share * HEIGHTS[k]) * z[0]


def taken(z, y):
    return np.take(HEIGHTS, int(y)) * np.take([1.0, 2.0, 3.0], [int(y), 1]).sum() * z[0]


def of_a_matrix(z, y):
    i = int(y)
    return MATRIX[i][i + 1] * z[0] + (y - i) * MATRIX[i + 1][i] * z[1]


def of_lists(z, y):
    rows = [[1.0, 2.0], [3.0, z[1]], [5.0, 6.0]]
    u, v = rows[int(y)]
    return u * z[0] + v


def handled(z, y):
    try:
        return z[int(y)] * 1.0
    except IndexError:
        return -z[0]


def of_functions(z, y):
    return [lambda t: t, lambda t: t * t, lambda t: 1 / t][int(y)](z[0])


def of_names(z, y):
    return {"a": 1.0, "b": 2.0, "c": 4.0}[("a", "b", "c")[int(y)]] * z[0]


def of_a_part(z, y):
    return z[1:][int(y)] * z[int(y) - 1]


def of_several(z, y):
    return z[[int(y), 0]].sum() * z[1]


def of_an_axis(z, y):
    return np.outer(z, z)[:, int(y)].sum()


def unravelled(z, y):
    i, j = np.unravel_index(int(y), (2, 3))
    return z[i] * z[j]


def below(z, y):
    i = int(y)
    return z[i] * y if i < 3 else 0.0


def wrapped(z, y):
    return z[int(y) % 5] * z[min(max(int(y), 0), 4)]


FUNCTIONS = [
    of_class, by_rounding, of_list, slope, stored, two_stored, in_a_branch, in_a_loop, of_the_state, of_a_table,
    taken, of_a_matrix, of_lists, handled, of_functions,
    of_names, of_a_part, of_several, of_an_axis, unravelled, below, wrapped,
]  # fmt: skip
Z = np.linspace(0.5, 4.5, 20).reshape(4, 5)
PLACES = (
    [0.0, 1.0, 2.0, 1.0],
    [-1.0, 1.0, 0.0, 2.0],
    [1.75, 0.25, -0.5, 0.0],
    [0.0, 9.0, 1.0, -9.0],
    [0.0, math.nan, 1.0, 1.0],
)


@both
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_place_that_a_row_computes_is_a_selection(compile, f) -> None:
    fast = compile(f, rows=("z", "y"))
    for places in PLACES:
        lifted = autograd.lift(f)
        try:
            wanted = [autograd.value_and_grad(lifted)(z, y) for z, y in zip(Z, places)]
        except (IndexError, ValueError) as error:
            with pytest.raises(type(error)):
                fast.value_and_grad(Z, np.array(places))
            continue
        values, slopes = fast.value_and_grad(Z, np.array(places))
        assert isinstance(fast._latest, Plan)
        np.testing.assert_allclose(values, [value for value, _ in wanted], rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(slopes, [slope for _, slope in wanted], rtol=1e-13, atol=1e-13)


@both
def test_a_place_is_a_whole_number(compile) -> None:
    fast = compile(lambda z, y: z[y] * z[0], rows=("z", "y"))
    assert fast(Z, [0, 1, 2, 1]).shape == (4,)
    with pytest.raises(IndexError, match="only whole numbers are indices: y is none"):
        fast(Z, [0.0, 0.5, 2.0, 1.0])
