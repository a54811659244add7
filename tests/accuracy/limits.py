"""The values of operations at infinity, and the operands whose NaN does not propagate."""

from __future__ import annotations

from math import inf, nan, pi

# operation: operands, value, first derivatives; None if a derivative has no limit.
LIMITS: dict[str, list[tuple[tuple[float, ...], float, tuple[float | None, ...]]]] = {
    "add": [((inf, 1.0), inf, (1.0, 1.0)), ((inf, -inf), nan, (1.0, 1.0))],
    "subtract": [((1.0, inf), -inf, (1.0, -1.0)), ((inf, inf), nan, (1.0, -1.0))],
    "multiply": [((inf, -2.0), -inf, (-2.0, inf)), ((inf, 0.0), nan, (0.0, inf)), ((-inf, inf), -inf, (inf, -inf))],
    "divide": [
        ((inf, 2.0), inf, (0.5, -inf)),
        ((1.0, inf), 0.0, (0.0, 0.0)),
        ((1.0, -inf), 0.0, (0.0, 0.0)),
        ((inf, inf), nan, (0.0, nan)),
    ],
    "floor_divide": [((1.0, inf), 0.0, (0.0, 0.0)), ((-1.0, inf), -1.0, (0.0, 0.0)), ((inf, 2.0), nan, (None, None))],
    "mod": [((5.0, inf), 5.0, (1.0, 0.0)), ((-5.0, inf), inf, (1.0, 1.0)), ((inf, 2.0), nan, (nan, nan))],
    "power": [
        ((inf, 2.0), inf, (inf, inf)),
        ((inf, 0.5), inf, (0.0, inf)),
        ((inf, -1.0), 0.0, (0.0, 0.0)),
        ((2.0, inf), inf, (inf, inf)),
        ((2.0, -inf), 0.0, (0.0, 0.0)),
        ((0.5, inf), 0.0, (0.0, 0.0)),
        ((0.5, -inf), inf, (-inf, -inf)),
    ],
    "x ** 2.0": [((inf,), inf, (inf,)), ((-inf,), inf, (-inf,))],
    "x ** 3.0": [((inf,), inf, (inf,)), ((-inf,), -inf, (inf,))],
    "x ** 0.5": [((inf,), inf, (0.0,))],
    "x ** -1.0": [((inf,), 0.0, (0.0,)), ((-inf,), 0.0, (0.0,))],
    "x ** 0.0": [((inf,), 1.0, (0.0,)), ((-inf,), 1.0, (0.0,))],
    "2 ** x": [((inf,), inf, (inf,)), ((-inf,), 0.0, (0.0,))],
    "negative": [((inf,), -inf, (-1.0,))],
    "positive": [((inf,), inf, (1.0,))],
    "abs": [((inf,), inf, (1.0,)), ((-inf,), inf, (-1.0,))],
    "sign": [((inf,), 1.0, (0.0,)), ((-inf,), -1.0, (0.0,))],
    "floor": [((inf,), inf, (0.0,)), ((-inf,), -inf, (0.0,))],
    "ceil": [((inf,), inf, (0.0,)), ((-inf,), -inf, (0.0,))],
    "round": [((inf,), inf, (0.0,)), ((-inf,), -inf, (0.0,))],
    "exp": [((inf,), inf, (inf,)), ((-inf,), 0.0, (0.0,))],
    "expm1": [((inf,), inf, (inf,)), ((-inf,), -1.0, (0.0,))],
    "log": [((inf,), inf, (0.0,))],
    "log1p": [((inf,), inf, (0.0,))],
    "log2": [((inf,), inf, (0.0,))],
    "log10": [((inf,), inf, (0.0,))],
    "sqrt": [((inf,), inf, (0.0,))],
    "cbrt": [((inf,), inf, (0.0,)), ((-inf,), -inf, (0.0,))],
    "atan": [((inf,), pi / 2, (0.0,)), ((-inf,), -pi / 2, (0.0,))],
    "atan2": [
        ((inf, 1.0), pi / 2, (0.0, 0.0)),
        ((-inf, 1.0), -pi / 2, (0.0, 0.0)),
        ((1.0, inf), 0.0, (0.0, 0.0)),
        ((1.0, -inf), pi, (0.0, 0.0)),
        ((inf, inf), pi / 4, (None, None)),
    ],
    "sinh": [((inf,), inf, (inf,)), ((-inf,), -inf, (inf,))],
    "cosh": [((inf,), inf, (inf,)), ((-inf,), inf, (-inf,))],
    "tanh": [((inf,), 1.0, (0.0,)), ((-inf,), -1.0, (0.0,))],
    "asinh": [((inf,), inf, (0.0,)), ((-inf,), -inf, (0.0,))],
    "acosh": [((inf,), inf, (0.0,))],
    "hypot": [((inf, 1.0), inf, (1.0, 0.0)), ((1.0, -inf), inf, (0.0, -1.0)), ((inf, inf), inf, (None, None))],
    "erf": [((inf,), 1.0, (0.0,)), ((-inf,), -1.0, (0.0,))],
    "erfc": [((inf,), 0.0, (0.0,)), ((-inf,), 2.0, (0.0,))],
    "relu": [((inf,), inf, (1.0,)), ((-inf,), 0.0, (0.0,))],
    "leaky_relu": [((inf, 0.25), inf, (1.0, 0.0)), ((-inf, 0.25), -inf, (0.25, -inf))],
    "softplus": [((inf,), inf, (1.0,)), ((-inf,), 0.0, (0.0,))],
    "sigmoid": [((inf,), 1.0, (0.0,)), ((-inf,), 0.0, (0.0,))],
    "log_sigmoid": [((inf,), 0.0, (0.0,)), ((-inf,), -inf, (1.0,))],
    "silu": [((inf,), inf, (1.0,)), ((-inf,), 0.0, (0.0,))],
    "normal_cdf": [((inf,), 1.0, (0.0,)), ((-inf,), 0.0, (0.0,))],
    "gelu": [((inf,), inf, (1.0,)), ((-inf,), 0.0, (0.0,))],
    "maximum": [((inf, 1.0), inf, (1.0, 0.0)), ((-inf, 1.0), 1.0, (0.0, 1.0)), ((inf, inf), inf, (0.5, 0.5))],
    "minimum": [((inf, 1.0), 1.0, (0.0, 1.0)), ((-inf, 1.0), -inf, (1.0, 0.0)), ((inf, inf), inf, (0.5, 0.5))],
    "clip": [
        ((inf, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
        ((-inf, 0.0, 1.0), 0.0, (0.0, 1.0, 0.0)),
        ((0.5, -inf, inf), 0.5, (1.0, 0.0, 0.0)),
    ],
    "where": [((1.0, inf, 2.0), inf, (0.0, 1.0, 0.0)), ((0.0, inf, 2.0), 2.0, (0.0, 0.0, 1.0))],
    "sum": [((inf, 1.0), inf, (1.0, 1.0)), ((inf, -inf), nan, (1.0, 1.0))],
    "mean": [((inf, 1.0), inf, (0.5, 0.5)), ((inf, -inf), nan, (0.5, 0.5))],
    "prod": [((inf, -2.0), -inf, (-2.0, inf)), ((inf, 0.0), nan, (0.0, inf)), ((inf, 0.0, 2.0), nan, (0.0, inf, nan))],
    "dot": [((inf, 2.0, 1.0), inf, (2.0, inf, 1.0)), ((inf, 1.0, 2.0, -inf, 1.0), nan, (2.0, -inf, inf, 1.0, 1.0))],
    "norm": [((inf, 1.0), inf, (1.0, 0.0)), ((1.0, -inf), inf, (0.0, -1.0)), ((inf, inf), inf, (None, None))],
    "logsumexp": [
        ((inf, 0.0), inf, (1.0, 0.0)),
        ((-inf, 0.0), 0.0, (0.0, 1.0)),
        ((-inf, -inf), -inf, (None, None)),
    ],
    "softmax": [((inf, 0.0), 1.0, (0.0, 0.0)), ((-inf, 0.0), 0.0, (0.0, 0.0)), ((inf, inf), nan, (nan, nan))],
    "log_softmax": [((inf, 0.0), 0.0, (0.0, 0.0)), ((-inf, 0.0), -inf, (1.0, -1.0))],
}

# Operands that are ignored at 0.5, 1.5, ...: the side that is not selected, a condition.
UNREAD = {"leaky_relu": (1,), "where": (0, 2)}

# Operands in which an operation is exactly linear: the derivative does not depend on them, so their NaN is not in it.
LINEAR = {
    **dict.fromkeys(("negative", "positive", "x ** 1.0", "divide"), (0,)),
    **dict.fromkeys(("add", "subtract", "multiply", "where"), (0, 1)),
    **dict.fromkeys(("sum", "mean", "prod", "dot"), range(13)),
}
