"""Functions of one number as people write them, with no name of ours: each is lifted, compiled and compared."""

import functools
import math
import statistics
import statistics as st
from collections.abc import Callable, Iterator
from math import exp as e
from math import pi
from typing import Any

import numpy
import numpy as np
import scipy.stats as distributions
from numpy import sqrt as root
from numpy import zeros
from scipy import special
from scipy.special import erf as error_function
from scipy.stats import norm

largest = max
SCALE = 2.0


def of_math(x: float) -> float:
    return math.log(x) + math.sin(x) * math.atan2(x, 2.0) + math.hypot(x, 1.0) + math.pow(x, 1.5) + math.log(x, 10.0)


def under_aliases(x: float) -> float:
    return e(-x) * pi + largest(x, 0.5) + root(x)


def rounded(x: float) -> float:
    return math.floor(x) * x + math.ceil(x) * x + math.trunc(x) + math.fmod(x, 0.4) + round(x) * x


def guarded(x: float) -> float:
    if math.isnan(x) or math.isinf(x) or (4 * x).is_integer():
        return x
    return x * math.copysign(1.0, x) + math.fabs(x) + math.gamma(x)


def sums(x: float) -> float:
    row = [x, x * x, 1.0]
    return math.fsum(row) + math.prod(row) + math.dist([x, 1.0], [0.0, 0.0]) + sum(row) + abs(-x) + pow(x, 3)


def orders(x: float) -> float:
    row = sorted([x, 0.5, 3 - x], reverse=True)
    return row[0] * 2 + row[1] + max(row) + min(x, 1.0, 2 * x) + max([x], default=0.0)


def remainders_of_powers(x: float) -> float:
    k = int(3 * x) + 2
    return pow(2, k, 7) * x + pow(k, 2, 5) * x * x + pow(3, 4, k) + pow(base=x, exp=k)


def by_keywords(x: float) -> float:
    near = math.isclose(a=x, b=1.3, rel_tol=x / 10) + math.isclose(1.0, 1.2, abs_tol=x)
    return round(number=x, ndigits=1) * x + near * x * x + sum([x, 1.0], start=x) + math.prod([2.0, 3.0], start=x)


def stops_early(x: float) -> float:
    seen = []
    found = any(seen.append(x * k) or x * k > 1 for k in (0.5, 2.0, 3.0))
    return sum(seen) + found + all(seen.append(k) or k > x for k in (9.0, -1.0, 2.0))


def statistical(x: float) -> float:
    row = [x, 1.0, 2.5, x**2]
    return statistics.mean(row) + st.stdev(row) + statistics.fmean(row) + statistics.median(row) + st.variance(row)


def of_pairs(x: float) -> float:
    row, other = [x, 1.0, x * x], (1.0, 2.0, 4.0)
    slope, start = statistics.linear_regression(other, row)
    weighted = st.fmean(row, weights=other) + st.fmean([1.0, 2.0], [x, 3.0]) + st.fmean([1.0, 2.0])
    return slope * start + statistics.covariance(row, other) + statistics.correlation(row, other) + weighted


def fills_blocks(x: float) -> Any:
    A = np.array([[x, 1.0], [2.0, x * x]])
    joined = np.column_stack([A, [1.0, x]]) @ [1.0, 2.0, 3.0]
    blocks = np.block([[A, 2 * A], [np.ones((1, 3)), np.array([[x]])]])
    return blocks[1] @ blocks[2] + np.vstack((A, [[1.0, x], [3.0, 4.0]])).shape[0] * joined.sum()


def fills_zeros(x: float) -> Any:
    f = np.zeros(3)
    f[0] = x * x
    f[1] = math.sin(x)
    f[2] = 10.0
    return np.sum(f * f)


def fills_a_matrix(x: float) -> Any:
    A = numpy.eye(2, dtype=float)
    A[0, 1] = x
    A[1, :] += np.array([x, 2.0])
    b = zeros((2,))
    b[:] = [1.0, x]
    return np.linalg.solve(A, b)[0] + np.linalg.det(A)


def fills_others(x: float) -> Any:
    a, b, c = np.empty(2), np.full(2, 0.5), np.ones_like(np.array([1.0, 2.0]))
    a[:] = x
    b[0] = x**2
    c[1] *= x
    d = np.array([0.0, 1.0], dtype=float)
    d[0] = x
    return a @ b + c @ d


def fills_like_data(x: float) -> Any:
    data = np.linspace(-1.0, 2.0, 4)
    bent = np.piecewise(data, [data < 0, data > 1.5], [lambda v: -v * x, x, lambda v: v + x])
    return bent @ np.full_like(data, x) + np.pad(data, 1, constant_values=x) @ np.arange(6.0)


def converts(x: float) -> Any:
    y = np.asarray([x, 2 * x], dtype=float)
    z = np.array([float(y[0]), 1.0]).astype(float)
    return np.maximum(y, 1.0).max() + z @ y + float(x) * int(x)


def grids(x: float) -> Any:
    even = np.arange(x, x + 2.2, 0.5)
    return np.sum(even**2) + np.arange(0, 2 * x, x / 3)[1] + np.arange(4 * x).sum() * x + np.linspace(0.0, x, 4)[1]


def of_lists(x: float) -> Any:
    return np.mean([x, 1.0]) + np.max([x, 0.3]) + np.sum([x, x]) + np.dot([x, 1.0], [2.0, x]) + np.linalg.norm([x, 1.0])


def generator(x: float) -> float:
    def terms() -> Iterator[float]:
        for k in range(4):
            yield math.exp(-k * x) / math.factorial(k)

    return sum(terms())


def imports_inside(x: float) -> Any:
    import math as m

    from numpy import array, exp

    return m.tan(x / 2) + exp(array([x, 1.0])).sum()


def recursion(x: float, depth: int = 5) -> float:
    return x if depth == 0 else math.sin(recursion(x, depth - 1)) + 0.1


def defaults(x: float, f: Callable[[float], float] = math.cosh, *, g: Callable[[float], float] = math.tanh) -> float:
    return f(x) + g(x)


def checks_types(x: float) -> float:
    count = 3
    plain = isinstance(x, float) and not isinstance(x, int) and type(x) is float and type(count) is int
    names = {float: 1.0, int: 2.0}
    return math.sqrt(x) * names[type(x)] if plain and isinstance(float, type) and type([]) is list else -1.0


def with_scipy(x: float) -> Any:
    return norm.cdf(x) + distributions.norm.pdf(x, 1.0, 2.0) + special.expit(x) + error_function(x) + norm.ppf(x / 9)


def with_more_scipy(x: float) -> Any:
    rest = special.logsumexp([x, 1.0]) + np.sum(special.softmax([x, 1.0, 2.0])[:2]) + special.polygamma(1, x)
    return rest + special.polygamma(1, 2) * norm.logpdf(x) + norm.sf(x) + norm.logcdf(x) + special.gammaln(x)


def weighs_exponentials(x: float) -> Any:
    a, b = np.array([[x, 2.0], [1.0, x * x]]), np.array([x, 1.0])
    rows = special.logsumexp(a - special.logsumexp(a, axis=1, keepdims=True), axis=0, b=b)
    differ = special.logsumexp([x, x / 9], b=[2.0, -1.0]) + special.logsumexp([1000.0, x], 0, [0.0, 3.0])
    return rows.max() + differ + special.logsumexp(a, (0, 1), b, True)[0, 0]


def twice(f: Callable[[float], float]) -> Callable[[float], float]:
    @functools.wraps(f)
    def wrapper(x: float) -> float:
        return 2.0 * f(x)

    return wrapper


@twice
def decorated(x: float) -> float:
    return math.exp(-x)


@functools.lru_cache
def cached(x: float) -> float:
    return math.log1p(x)


def calls_others(x: float) -> float:
    return cached(x) + decorated(x) + recursion(x) + sum(map(math.exp, [x, 1.0]))


def closed_over() -> Callable[[float], float]:
    power, count, f = math.exp2, 0, math.erf

    def inner(x: float) -> float:
        nonlocal count
        count += 1
        return power(x) + f(x) + SCALE * count**0

    return inner


class Model:
    def __init__(self, k: float) -> None:
        self.k, self.calls, self.activation = k, 0, math.tanh

    @property
    def rate(self) -> float:
        return self.k

    def layer(self, x: float) -> float:
        return self.activation(self.rate * x)

    def __call__(self, x: float) -> float:
        self.calls += 1
        return self.layer(x) + math.cos(x)

    @staticmethod
    def free(x: float) -> float:
        return math.expm1(x)

    @classmethod
    def made(cls, x: float) -> float:
        return cls.free(x) * 2.0


model = Model(0.7)


def with_an_object(x: float) -> float:
    return model(x) + model.layer(2 * x) + Model.free(x)


models = [Model(0.5), Model(0.9)]
PLACES = {id(m): k for k, m in enumerate(models)}


def edits_a_list_of_objects(x: float) -> float:
    first = models[0]
    models.remove(first)
    models.insert(0, first)
    models.extend([first, models.pop()])
    models[:] = [models.pop(), models[0]][::-1]
    return sum((1 + PLACES[id(m)] + models.index(m)) * m(x) for m in models)


def conditional(x: float) -> Any:
    return np.where(np.array([x, 2 * x]) > 1.5, x**2, np.sin(x)).sum()


class Place:
    pass


def annotated(x: float) -> float:
    total: float
    place = Place()
    total = 0.0
    for i in range(3):
        if x * i > 1.0:
            part: float = x * i
            place.near: float = part  # type: ignore[attr-defined, misc]
        else:
            try:
                part: float = x / i  # type: ignore[no-redef]
            except ZeroDivisionError:
                part: float = 0.5  # type: ignore[no-redef]
            place.near: float = -part  # type: ignore[attr-defined, misc, no-redef]
        total: float = total + part * place.near  # type: ignore[no-redef, attr-defined]
    return total


ONE_NUMBER: dict[str, Callable[[float], Any]] = {
    f.__name__: f
    for f in (
        of_math, under_aliases, rounded, sums, orders, statistical, of_pairs, fills_zeros, fills_a_matrix, fills_blocks,
        fills_like_data,
        fills_others, converts, of_lists, generator, imports_inside, recursion, defaults, checks_types, with_scipy,
        remainders_of_powers, by_keywords,
        stops_early, with_more_scipy, decorated, cached, calls_others, with_an_object, edits_a_list_of_objects,
        conditional, grids, weighs_exponentials, annotated,
    )
} | {
    "closed_over": closed_over(), "a method": model.layer, "an object": model, "a class method": Model.made,
    "a partial": functools.partial(recursion, depth=2), "a builtin": math.sin,
}  # fmt: skip

# Texts are those of the number, which a trace does not know; compiled arithmetic gives NaN, no error.
EAGER = {"raises", "texts"}
