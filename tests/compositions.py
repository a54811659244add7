"""Functions that are smooth, or nearly so, where an operation inside has a kink; their second derivatives there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import abs, clip, cosh, dot, exp, hypot, log, maximum, mean, minimum, norm, relu, sign, sqrt, tanh, where


def matern(x: Any, y: Any) -> Any:
    return (1 + 3 * norm([x - y])) * exp(-3 * norm([x - y]))


def huber(x: Any) -> Any:
    return where(abs(x) <= 1, 0.5 * abs(x) ** 2, abs(x) - 0.5)


# Name, function, point, gradient and Hessian. Where left and right differ, these are the means of both, except for relu
# and clip, which have those of one side.
Row = tuple[str, Callable[..., Any], tuple[float, ...], Sequence[float], Sequence[Sequence[float]]]

ZERO, IDENTITY = [[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]
TWICE = [[2.0, 0.0], [0.0, 2.0]]
THRICE = [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]
APART = [[2.0, -2.0], [-2.0, 2.0]]
REST = 0.1 + 0.2 - 0.3  # what rounding leaves

COMPOSITIONS: list[Row] = [
    ("|x|²", lambda x: abs(x) ** 2, (0.0,), [0.0], [[2.0]]),
    ("|x|²+0", lambda x: abs(x) ** 2.0 + 0 * x, (-0.0,), [0.0], [[2.0]]),
    ("x|x|", lambda x: x * abs(x), (0.0,), [0.0], [[0.0]]),
    ("|x||x|", lambda x: abs(x) * abs(x), (0.0,), [0.0], [[2.0]]),
    ("|x|·x·|x|", lambda x: abs(x) * x * abs(x), (0.0,), [0.0], [[0.0]]),
    ("|x|³", lambda x: abs(x) ** 3, (0.0,), [0.0], [[0.0]]),
    ("|x - 1||1 - x|", lambda x: abs(x - 1) * abs(1 - x), (1.0,), [0.0], [[2.0]]),
    ("|2x||x|", lambda x: abs(2 * x) * abs(x), (0.0,), [0.0], [[4.0]]),
    ("|sin|²", lambda x: abs(tanh(x)) * abs(tanh(x)), (0.0,), [0.0], [[2.0]]),
    ("cosh |x|", lambda x: cosh(abs(x)), (0.0,), [0.0], [[1.0]]),
    ("log cosh |x|", lambda x: log(cosh(abs(x))), (0.0,), [0.0], [[1.0]]),
    ("exp(-|x|²)", lambda x: exp(-(abs(x) ** 2)), (0.0,), [0.0], [[-2.0]]),
    ("√(1 + |x|²)", lambda x: sqrt(1 + abs(x) ** 2), (0.0,), [0.0], [[1.0]]),
    ("x² / (1 + |x|)", lambda x: x * x / (1 + abs(x)), (0.0,), [0.0], [[2.0]]),
    ("sign(x)|x|", lambda x: sign(x) * abs(x), (0.0,), [0.0], [[0.0]]),
    ("sign(x)·x", lambda x: sign(x) * x, (0.0,), [0.0], [[0.0]]),
    ("huber", huber, (0.0,), [0.0], [[1.0]]),
    ("y|x|²", lambda x, y: y * abs(x) ** 2, (0.0, 3.0), [0.0, 0.0], [[6.0, 0.0], [0.0, 0.0]]),
    ("|xy|²", lambda x, y: abs(x * y) ** 2, (0.0, 3.0), [0.0, 0.0], [[18.0, 0.0], [0.0, 0.0]]),
    ("|x - y|²", lambda x, y: abs(x - y) ** 2, (1.5, 1.5), [0.0, 0.0], APART),
    ("|x - y||y - x|", lambda x, y: abs(x - y) * abs(y - x), (1.5, 1.5), [0.0, 0.0], APART),
    ("(|x| + |y|)²", lambda x, y: (abs(x) + abs(y)) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("|x||y|", lambda x, y: abs(x) * abs(y), (0.0, 0.0), [0.0, 0.0], ZERO),
    ("norm²", lambda x, y: norm([x, y]) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("norm·norm", lambda x, y: norm([x, y]) * norm([x, y]), (0.0, 0.0), [0.0, 0.0], TWICE),
    ("norm of one", lambda x: norm([x]) * abs(x), (0.0,), [0.0], [[2.0]]),
    ("norm beside 0", lambda x: norm([x, 0.0]) * abs(x), (0.0,), [0.0], [[2.0]]),
    ("norm(x, x)²", lambda x: norm([x, x]) ** 2, (0.0,), [0.0], [[4.0]]),
    ("norm(x - y)²", lambda x, y: norm([x - 1.0, y - x]) ** 2, (1.0, 1.0), [0.0, 0.0], [[4.0, -2.0], [-2.0, 2.0]]),
    ("||x||²", lambda x: abs(abs(x)) ** 2, (0.0,), [0.0], [[2.0]]),
    ("(||x|| + ||y||)²", lambda x, y: (abs(abs(x)) + abs(abs(y))) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("max(|x|, -|x|)²", lambda x: maximum(abs(x), -abs(x)) ** 2, (0.0,), [0.0], [[2.0]]),
    ("hypot(hypot(x, y), z)²", lambda x, y, z: hypot(hypot(x, y), z) ** 2, (0.0,) * 3, [0.0] * 3, THRICE),
    (
        "norm of norms",
        lambda x, y: norm([norm([x, x]), 2 * norm([y])]) ** 2,
        (0.0, 0.0),
        [0.0] * 2,
        [[4.0, 0.0], [0.0, 8.0]],
    ),
    ("norm³", lambda x, y: norm([x, y]) ** 3, (0.0, 0.0), [0.0, 0.0], ZERO),
    ("hypot²", lambda x, y: hypot(x, y) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("hypot·norm", lambda x, y: hypot(x, y) * norm([x, y]), (0.0, 0.0), [0.0, 0.0], TWICE),
    ("matern", matern, (2.0, 2.0), [0.0, 0.0], [[-9.0, 9.0], [9.0, -9.0]]),
    ("√(x·x)", lambda x: sqrt(x * x), (0.0,), [0.0], [[0.0]]),
    ("√((3x)·x)²", lambda x: sqrt(3 * x * x) ** 2, (0.0,), [0.0], [[6.0]]),
    ("√((x - y)(x - y))²", lambda x, y: sqrt((x - y) * (x - y)) ** 2, (2.0, 2.0), [0.0, 0.0], APART),
    ("|x + |x||", lambda x: abs(x + abs(x)), (0.0,), [0.0], [[0.0]]),
    ("√(x·x)²", lambda x: sqrt(x * x) ** 2, (0.0,), [0.0], [[2.0]]),
    ("√(x²)|x|", lambda x: sqrt(x**2) * abs(x), (0.0,), [0.0], [[2.0]]),
    ("(x²)^½", lambda x: ((x - 1) ** 2) ** 0.5 * abs(x - 1), (1.0,), [0.0], [[2.0]]),
    ("√(x² + y²)", lambda x, y: sqrt(x**2 + y**2), (0.0, 0.0), [0.0, 0.0], ZERO),
    ("√(x² + y²)²", lambda x, y: sqrt(x**2 + y**2) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("√(4x² + y²/4)²", lambda x, y: sqrt(4 * x * x + y**2 / 4) ** 2, (0.0, 0.0), [0.0, 0.0], [[8.0, 0.0], [0.0, 0.5]]),
    ("rms²", lambda x, y: sqrt(mean([x * x, y * y, 0.0])) ** 2, (0.0, 0.0), [0.0, 0.0], [[2 / 3, 0.0], [0.0, 2 / 3]]),
    ("√dot(x, x)", lambda x, y: sqrt(dot([x, y], [x, y])) ** 2, (0.0, 0.0), [0.0, 0.0], TWICE),
    ("max²", lambda x, y: maximum(x, y) ** 2, (0.0, 0.0), [0.0, 0.0], IDENTITY),
    ("max² at 1", lambda x, y: maximum(x, y) ** 2, (1.0, 1.0), [1.0, 1.0], IDENTITY),
    ("max·min", lambda x, y: maximum(x, y) * minimum(x, y), (2.0, 2.0), [2.0, 2.0], [[0.0, 1.0], [1.0, 0.0]]),
    ("|x + y·ε||x|", lambda x, y: abs(x + REST * y) * abs(x), (0.0, 0.0), [0.0, 0.0], [[2.0, REST], [REST, 0.0]]),
    (
        "norm(0.3x, y) twice",
        lambda x, y: norm([0.3 * x, y]) * norm([(0.1 + 0.2) * x, y]),
        (0.0, 0.0),
        [0.0, 0.0],
        [[0.18, 0.0], [0.0, 2.0]],
    ),
    ("max(x, -x)²", lambda x: maximum(x, -x) ** 2, (0.0,), [0.0], [[2.0]]),
    ("min(x, -x)|x|", lambda x: minimum(x, -x) * abs(x), (0.0,), [0.0], [[-2.0]]),
    ("max(x, 0)²", lambda x: maximum(x, 0.0) ** 2, (0.0,), [0.0], [[1.0]]),
    ("min(1, x)²", lambda x: minimum(1.0, x) ** 2, (1.0,), [1.0], [[1.0]]),
    ("relu²", lambda x: relu(x) ** 2, (0.0,), [0.0], [[0.0]]),
    ("clip²", lambda x: clip(x, 0.0, 1.0) ** 2, (0.0,), [0.0], [[0.0]]),
]
