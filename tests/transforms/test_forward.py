"""Forward mode: how much memory it takes, and how a dual looks to the function that sees it."""

import math
import operator
import subprocess
import sys

import numpy as np
import pytest

import autograd
from autograd import Value, grad, hvp, jvp
from tests.transforms.structures import same

MEASURED = """
import tracemalloc
import autograd
from autograd import hvp, jvp

def chain(x, length):
    for _ in range(length):
        x = autograd.sin(x) + x * 0.5
    return x

def peak(call):
    call()
    tracemalloc.start()
    call()
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return memory

def forward(n):
    return jvp(lambda x: chain(x, n), (1.0,), (1.0,))

def nested(n):
    return jvp(lambda x: jvp(lambda y: chain(y, n), (x,), (1.0,))[1], (1.0,), (1.0,))

def over_reverse(n):
    return hvp(lambda x: chain(x, n), (1.0,), (1.0,))

print(*(peak(lambda: {function}(n)) for n in {lengths}))
"""


def peaks(function: str, short: int, long: int) -> list[int]:
    """The peak memory of both lengths, in bytes, in a process in which nothing else is at work."""
    code = MEASURED.format(function=function, lengths=(short, long))
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(map(int, result.stdout.split()))


def test_forward_mode_takes_memory_that_does_not_grow():
    short, long = peaks("forward", 50, 5_000)
    assert long < short + 2_000


def test_nested_forward_mode_takes_memory_that_does_not_grow():
    short, long = peaks("nested", 50, 1_000)
    assert long < short + 4_000


def test_forward_over_reverse_takes_memory_linear_in_the_length():
    short, long = peaks("over_reverse", 100, 400)
    assert long < 6 * short


def test_no_graph_is_left_when_forward_mode_raises():
    with pytest.raises(ZeroDivisionError):
        jvp(lambda x: 1 / (x - x), (1.0,), (1.0,))
    assert jvp(lambda x: x * x, (3.0,), (1.0,)) == (9.0, 6.0)


TANGENTS = [1, 1.0, True, np.float64(1.0), np.float32(1.0), np.int64(1)]


@pytest.mark.parametrize("tangent", TANGENTS, ids=lambda x: type(x).__name__)
def test_a_tangent_is_a_number_of_any_type(tangent):
    assert same(jvp(lambda x: x**3, (2.0,), (tangent,)), (8.0, 12.0))


def test_a_tangent_along_several_arguments_is_a_sum():
    def f(x, p, a):
        return x * p["w"][0] + np.sum(a * x)

    primals = (2.0, {"w": [3.0]}, np.array([1.0, 4.0]))
    tangents = (10.0, {"w": [100.0]}, np.array([1000.0, 0.0]))
    assert same(jvp(f, primals, tangents), (16.0, 10.0 * (3.0 + 5.0) + 100.0 * 2.0 + 1000.0 * 2.0))
    assert hvp(f, primals, tangents)[0] == 100.0 + 1000.0


SEEN = [
    (lambda x: 1.0 if x > 1 and x >= 2 and x != 1 and x == 2.0 and bool(x) else 0.0, 1.0, 0.0),
    (lambda x: round(x) + math.floor(x) + math.ceil(x) + x, 8.0, 1.0),
    (lambda x: float(f"{x:.3f}"), 2.0, 0.0),
    (lambda x: +x - -x, 4.0, 2.0),
    (lambda x: abs(-x), 2.0, 1.0),
    (lambda x: divmod(x, 1.5)[1], 0.5, 1.0),
    (lambda x: max(x, 1.0) + min(x, 1.0), 3.0, 1.0),
    (lambda x: sum([x, x, x]), 6.0, 3.0),
    (lambda x: operator.pow(2, x), 4.0, 4.0 * math.log(2.0)),
    (lambda x: x.exp().log(), 2.0, 1.0),
    (lambda x: autograd.mean([x, 4.0, x * x]), 10.0 / 3.0, 5.0 / 3.0),
    (lambda x: {x: x}[x], 2.0, 1.0),
]


@pytest.mark.parametrize("f, value, slope", SEEN)
def test_a_dual_is_a_number_to_the_function(f, value, slope):
    assert jvp(f, (2.0,), (1.0,)) == pytest.approx((value, slope), rel=1e-15)
    assert grad(f)(2.0) == pytest.approx(slope, rel=1e-15)
    assert f(Value(2.0)) == pytest.approx(value, rel=1e-15)
