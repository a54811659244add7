"""Views at places that rows compute: what is written into one is in its array, and the other way round."""

import numpy as np
import pytest

import autograd
from tests.compiler.backends import both


def named(x):
    a = np.zeros((3, 2), dtype=object)
    r = a[int(x)]
    r[0] = x
    return a[1, 0]


def chained(x):
    a = np.zeros((3, 2), dtype=object)
    a[int(x)][0] += x
    return a[1, 0]


def filled(x):
    a = np.zeros((3, 2), dtype=object)
    a[int(x)][:] = x
    return a[1, 0]


def in_place(x):
    a = np.zeros((3, 2), dtype=object)
    r = a[int(x)]
    r += x
    return a[1, 0]


def a_part(x):
    a = np.zeros((3, 2), dtype=object)
    r = a[int(x)][:1]
    r[0] = x
    return a[1, 0]


def a_column(x):
    a = np.zeros((3, 3), dtype=object)
    b = a[:, int(x)]
    b[1] = x
    return a[1, 1]


def written_later(x):
    a = np.zeros((3, 3), dtype=object)
    r = a[int(x)]
    a[1, 1] = x
    return r[1]


def added_later(x):
    a = np.zeros((3, 3), dtype=object)
    r = a[int(x)][1:]
    a[1:2] += x
    return r[0]


def out(x):
    a = np.zeros((3, 3), dtype=object)
    r = a[int(x)]
    np.add(r, x, out=r)
    return a[1, 1]


def filled_by_a_method(x):
    a = np.zeros_like(np.multiply.outer([x, x, x], [x, x]))
    a[int(x)].fill(x)
    return a[1, 0]


def copied_into(x):
    a = np.zeros_like(np.multiply.outer([x, x, x], [x, x]))
    np.copyto(a[int(x)], [x, x])
    r = a[int(x)]
    np.put(a, [2], 2 * x)
    return r[0]


def called(x):
    def write(r):
        r[0] = x

    a = np.zeros((3, 2), dtype=object)
    write(a[int(x)])
    return a[1, 0]


def of_a_list(x):
    a = [np.zeros(2, dtype=object), np.zeros(2, dtype=object), np.zeros(2, dtype=object)]
    a[int(x)][0] = x
    return a[1][0]


def row_added(x):
    a = np.zeros((3, 2), dtype=object)
    a[int(x)] += x
    a[int(x)] *= 2
    a[int(x)] /= 2
    return a[1, 0]


def of_floats(x):
    a = np.zeros_like(np.multiply.outer([x, x, x], [x, x]))
    r, b = a[int(x)], a[:, int(x) % 2]
    r[0] = x
    a[1] += b[1]
    return r[1] + a[1, 0]


FUNCTIONS = [
    named, chained, filled, in_place, a_part, a_column, written_later, added_later, out, called, of_a_list, row_added,
    of_floats, filled_by_a_method, copied_into,
]  # fmt: skip


@both
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("lift", [lambda f: f, autograd.lift], ids=["plain", "lifted"])
def test_a_view_and_its_array_hold_the_same(compile, f, lift) -> None:
    x = [0.25, 1.25, 2.5]
    values, slopes = compile(lift(f), rows=("x",)).value_and_grad(x)
    wanted = [autograd.value_and_grad(autograd.lift(f))(xi) for xi in x]
    assert list(zip(values.tolist(), slopes.tolist())) == wanted
