"""Functions that know nothing of us, with classes, containers, copies and code in strings, for `lift`."""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import math
import numbers
import statistics
from abc import ABC, abstractmethod
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from scipy import interpolate, linalg, stats
from scipy.stats import norm

T = TypeVar("T")
SIZE = 1.5


@dataclass(frozen=True)
class Frozen:
    rate: float
    name: str = "frozen"

    def at(self, x: float) -> float:
        return math.exp(-self.rate * x)


@dataclass(slots=True)
class Slotted:
    rate: float
    calls: int = 0

    def at(self, x: float) -> float:
        self.calls += 1
        return math.sin(self.rate * x)


@dataclass
class Listing:
    values: list[float] = field(default_factory=list)

    @property
    def size(self) -> float:
        return math.hypot(*self.values)

    @functools.cached_property
    def total(self) -> float:
        return math.fsum(self.values)


class Pair(NamedTuple):
    u: float
    v: float

    def length(self) -> float:
        return math.sqrt(self.u**2 + self.v**2)


class Curve(ABC):
    @abstractmethod
    def at(self, x: float) -> float: ...

    def __call__(self, x: float) -> float:
        return self.at(x) + 1.0


class Arc(Curve):
    def __init__(self, k: float) -> None:
        self.k = math.sqrt(k)

    def at(self, x: float) -> float:
        return math.atan(self.k * x)


class Bent(Arc):
    def __init__(self, k: float) -> None:
        super().__init__(k)
        Arc.__init__(self, k + 1.0)

    def at(self, x: float) -> float:
        return super().at(x) + super(Bent, self).at(2 * x) + Curve.__call__(Arc(1.0), x)  # noqa: UP008  # a row


class Law:
    known: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, key: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        Law.known[key] = cls

    def at(self, x: float) -> float:
        return 2.0 * x


class Decay(Law, key="decay"):
    def at(self, x: float) -> float:
        return math.exp(-x) + super().at(x)


class Wave(Law, key="wave"):
    def at(self, x: float) -> float:
        return math.sin(x)


class Once:
    def __init__(self, method: Callable[[Any], float]) -> None:
        self.method = method

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"
        Law.known.setdefault(name, owner)

    def __get__(self, owner: Any, kind: Any) -> float:
        if not hasattr(owner, self.name):
            setattr(owner, self.name, math.log(1.0 + self.method(owner)))
        found: float = getattr(owner, self.name)
        return found


class Gas:
    def __init__(self, p: float) -> None:
        self.p = p

    @Once
    def work(self) -> float:
        return math.exp(self.p)


@functools.singledispatch
def entropy(x: Any) -> float:
    return math.sqrt(x)


@entropy.register
def _(x: Gas) -> float:
    return math.cos(x.p) + entropy(x.work)


RULES: dict[str, Any] = {"exp": math.exp, "arc": Arc, "list": [np.sin, Decay()]}
CURVES = [Arc(1.0), Bent(2.0)]
ORDERED = OrderedDict(exp=math.exp, arc=Arc(1.0))
DEFAULT = defaultdict(lambda: math.cosh, exp=math.exp)
QUEUE = deque([math.exp, Arc(2.0)], maxlen=3)
READ_ONLY = MappingProxyType({"exp": math.exp, "arc": Arc(3.0)})
CHAINED, OWN_DICT, OWN_LIST = ChainMap({"exp": math.exp}, {}), UserDict(arc=Arc(0.5)), UserList([math.exp, Arc(1.5)])


class Box(Generic[T]):
    def __init__(self, held: T) -> None:
        self.held = held

    def tanh(self) -> float:
        return math.tanh(self.held)  # type: ignore[arg-type]


FUNCTIONS = [math.sin, lambda x: math.exp(-x), np.arctan]
SETTINGS = SimpleNamespace(first=math.sin, parts=[SimpleNamespace(second=np.arctan)], k=1.5)
NAMED: dict[str, Any] = {"cosh": math.cosh, "inner": {"arc": Arc(2.0)}, "pair": (math.tanh, 2.0)}
CURVES = [Arc(1.5), Bent(2.0)]
slotted, frozen, pair, boxed = Slotted(0.7), Frozen(0.5), Pair(1.0, 2.0), Box(0.3)
seen: list[Any] = [math.sin]


def classes(x: float) -> float:
    return Frozen(x).at(1.0) + Slotted(x).at(2.0) + Pair(x, 1.0).length() + Bent(x)(x) + Box(x).tanh()


def objects(x: float) -> float:
    known = isinstance(slotted, Slotted) and isinstance(CURVES[1], Arc) and issubclass(Bent, Curve)
    return slotted.at(x) + frozen.at(x) + pair._replace(u=x).length() + boxed.tanh() * x + known


def properties(x: float) -> float:
    return Listing([x, 1.0]).size + Listing([x, 2.0]).total


def lists_of_functions(x: float) -> float:
    return sum(f(x) for f in FUNCTIONS) + FUNCTIONS[0](2 * x) + sum(c(x) for c in CURVES)


def dicts_of_functions(x: float) -> float:
    f, k = NAMED["pair"]
    return sum(NAMED[name](x) for name in ("cosh",)) + NAMED["inner"]["arc"].at(x) + f(k * x)


def functions_of_a_namespace(x: float) -> float:
    SETTINGS.k = 2.0
    return SETTINGS.first(x) + SETTINGS.parts[0].second(x) * SETTINGS.k


def in_threads(x: float) -> float:
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(math.exp, x).result() + sum(pool.map(lambda y: math.sin(y), [x, 2 * x]))


def writes_into_a_list(x: float) -> float:
    seen.append(float(len(seen)))
    return seen[0](x) * seen.pop()


def closed_over_a_list() -> Callable[[float], float]:
    inner = [math.log1p, math.sqrt]
    return lambda x: inner[0](x) * inner[1](x)


def evaluated(x: float) -> float:
    scope = {"math": math, "x": x}
    exec("y = math.sin(x)", scope)
    return eval("math.exp(x) + sum(map(math.cos, [x, 1.0]))") + scope["y"] + eval("k * x", {"k": 2.0}, {"x": x})


def copies(x: float) -> float:
    row, box = copy.deepcopy([x, [x, 2.0]]), copy.deepcopy(Listing([x]))
    parts = dataclasses.astuple(Listing([x, 1.0]))[0] + list(dataclasses.asdict(Frozen(x)).values())[:1]
    return (
        row[0] * row[1][1]
        + copy.copy(x) ** 2
        + box.values[0]
        + sum(parts)
        + dataclasses.replace(frozen, rate=x).at(1.0)
    )


def by_key(x: float) -> float:
    row = [x, -0.4, 1.9, x - 2.0]
    found = max(row, key=abs) * 3 + min(row, key=lambda v: (v - 0.6) ** 2)
    ordered = sorted(row, key=lambda v: -v), sorted(row, key=abs, reverse=True)
    return found + sum(i * v for parts in ordered for i, v in enumerate(parts))


def things_by_key(x: float) -> float:
    pairs = [Pair(x, 1.0), Pair(0.4, 2.0), Pair(x * x - 1, 3.0)]
    names = {"u": x, "v": 1.1}
    largest, least = max(pairs, key=Pair.length), min(names, key=names.__getitem__)
    return largest.v * names[least] + sum(i * p.v * p.u for i, p in enumerate(sorted(pairs, key=lambda p: -p.u)))


def a_pivot(x: float) -> float:
    A = [[x - 1.0, 2.0, 1.0], [3.0 - x, x, x * x]]
    p = max(range(2), key=lambda i: abs(A[i][0]))
    A[0], A[p] = A[p], A[0]
    for k in range(3):
        A[1][k] -= A[0][k] * 0.5
    return A[1][0] * A[0][1] + A[1][2]


def frozen_distribution(x: float) -> Any:
    return stats.norm(x, 2.0).logpdf(0.3) + norm(loc=1.0, scale=x).cdf(0.5) + norm(0.0, x).ppf(0.3) + norm.std(scale=x)


NORMAL = statistics.NormalDist()


def normal_distributions(x: float) -> float:
    own, other = statistics.NormalDist(x, 2.0), statistics.NormalDist.from_samples([x, 1.0, 2.5])
    tail = NORMAL.inv_cdf(0.1 * x) + other.cdf(x) + (own + other).stdev + own.zscore(0.4)
    return NORMAL.cdf(x) * own.pdf(0.4) + tail + own.overlap(other) + own.quantiles(4)[0] * own.variance


def statistics_of_samples(x: float) -> float:
    row = [x, 2 * x, 0.3, 3.5]
    spreads = statistics.variance(row, 1.0) + statistics.pstdev(row, 0.5) + statistics.pvariance(row, mu=x)
    middles = statistics.harmonic_mean(row, weights=[1, 2, 3, 4]) + statistics.geometric_mean(row)
    return spreads + middles + sum(statistics.quantiles(row, n=3)) + statistics.median_low([0.1, x, 9.0])


KNOTS, HEIGHTS = np.array([0.0, 0.3, 0.7, 1.5, 2.0]), np.array([1.0, 0.2, 0.5, 3.0, -1.0])
SPLINE = interpolate.CubicSpline(KNOTS, HEIGHTS)


def splines(x: float) -> Any:
    pieces, curve = interpolate.PchipInterpolator(KNOTS, HEIGHTS), interpolate.make_interp_spline(KNOTS, HEIGHTS)
    periodic = interpolate.CubicSpline(KNOTS, [0, 1, 2, 1, 0], bc_type="periodic")
    inside = interpolate.Akima1DInterpolator(KNOTS, HEIGHTS)(x / 2)  # NaN outside
    found = SPLINE(np.array([x, 2 * x])).sum() + SPLINE(x, 1) + pieces(x) * curve(x) + periodic(x)
    return found + inside + SPLINE.derivative()(x) + SPLINE.integrate(0.1, x) + SPLINE(0.4)


def solved_by_scipy(x: float) -> Any:
    a, b = np.array([[x, 1.0], [0.5, 3.0]]), np.array([1.0, x * x])
    return linalg.solve(a, b) @ linalg.inv(a) @ b + linalg.det(a) * linalg.norm(b)


def keys_in_builtins(x: float) -> float:
    @dataclasses.dataclass
    class Ranks:
        of: dict[Any, Any]

    ranks, seen = {x: 2.0, 2 * x: 1.0, 9.0: 0.5}, defaultdict(float, {x: 2.0, 2 * x: 5.0})
    first = max(ranks, key=ranks.get) + sorted(ranks, key=ranks.__getitem__)[1]  # type: ignore[arg-type]
    found = any(map({x}.__contains__, [2 * x, x])) + all(map({x, 2 * x}.__contains__, [2 * x, x]))
    last = min([9.0, x], key=ranks.get) + max([x, 2 * x], key=seen.__getitem__) * len(seen)  # type: ignore[arg-type]
    return first + found * x + last + dataclasses.asdict(Ranks({x: x * x}))["of"][x] + copy.copy(ranks)[x] * x


def texts(x: float) -> float:
    kinds = {str: 2.0, float: 3.0}
    known = isinstance("x", str) and not isinstance(x, str) and type(repr(1)) is str and issubclass(str, object)
    signs = sum(text.startswith("-") for text in (str(x), repr(x - 9), f"{-x}", "%s" % -x, format(x)))
    return x * signs * kinds[type(repr(1))] + float(str(x)) * 0 + known + len("".join(map(str, [round(x), 1])))


def raises(x: float) -> Any:
    try:
        return math.log(-x)
    except ValueError:
        return math.log(x)


@functools.singledispatch
def by_type(x: Any) -> float:
    return -1.0


@by_type.register
def _(x: float) -> float:
    return math.exp(x)


@by_type.register
def _(x: int) -> float:
    return 2.0


class Scale:
    @functools.singledispatchmethod
    def at(self, x: Any) -> float:
        return -1.0

    @at.register
    def _(self, x: float) -> float:
        return math.sin(x)

    @at.register
    def _(self, x: str) -> float:
        return float(len(x))


def by_type_inside(x: float) -> float:
    @functools.singledispatch
    def chosen(v: Any) -> float:
        return -1.0

    @chosen.register
    def _(v: float) -> float:
        return math.exp(v)

    @chosen.register(list)
    @chosen.register(tuple)
    def _(v: Any) -> float:
        return sum(map(chosen, v)) * x

    @chosen.register
    def _(v: int | str) -> float:
        return 2.0

    return chosen([x, (x * x, 3)]) + chosen("a") + Scale().at(x) * Scale().at("abc")


@np.vectorize
def vectorized(a: float, b: float) -> float:
    return math.sin(a) * b


def dispatches(x: float) -> Any:
    known = isinstance(x, numbers.Real) and np.isscalar(x) and not isinstance([x], numbers.Number)
    return (
        by_type(x)
        + by_type(1)
        + by_type_inside(x)
        + known
        + np.sum(vectorized(x, [1.0, 2.0]))
        + np.fromiter((v for v in [x, 1.0]), float).sum()
        + np.vectorize(lambda v: 0.0 if v < 0 else v * v)([-1.0, x]).sum() * np.finfo(np.asarray([x]).dtype).eps * 1e15
        + sum(np.vectorize(lambda v: (v * x, v))([1.0, 2.0])[0]) * [3.0, 4.0][np.vectorize(lambda v: v)([1])[0]]
    )


def registered(x: float) -> float:
    found = sum((k + 1) * kind().at(x) for k, kind in enumerate(Law.__subclasses__()))
    return (
        found * Law.known["decay"]().at(x) + vars(Wave)["at"](None, x) + (Bent in Arc.__subclasses__()) + len(Law.known)
    )


def derives_from_a_class(x: float) -> float:
    class Faster(Decay, key="faster"):
        def at(self, x: float) -> float:
            return super().at(x) ** 2

    class Wide(Arc):
        def at(self, x: float) -> float:
            return super().at(x) + (Wide in Arc.__subclasses__())

    decay, faster = Decay(), Law.known.pop("faster")()
    classes = isinstance(faster, Decay), isinstance(decay, Faster), issubclass(Faster, Decay), issubclass(Decay, Faster)
    return faster.at(x) + sum(2**k for k, truth in enumerate(classes) if truth) + Wide(x)(x)


def descriptors(x: float) -> float:
    gas = Gas(x)
    return gas.work * gas.work + entropy(gas) + entropy(2.0)


def tables_in_branches(x: float) -> float:
    if x > 1:
        y = RULES["exp"](-x) * CURVES[0](x) + RULES["list"][1].at(x)
    else:
        y = sum(curve(x) for curve in CURVES) * RULES.get("arc", Gas)(1.0).at(x)
    return y * max(CURVES, key=lambda curve: curve(x) * (2.0 - x))(x) + RULES["list"][0](y)


def tables_of_every_kind(x: float) -> float:
    QUEUE.extend(Arc(k) for k in (x, 1.0))
    found = sum(f(x) for f in QUEUE) * ORDERED.pop("exp")(x) * DEFAULT["cosh"](x)
    ORDERED["exp"] = OWN_LIST.pop(0)
    ORDERED.move_to_end("arc")
    OWN_LIST.insert(0, DEFAULT["exp"])
    QUEUE.clear()
    QUEUE.extend([DEFAULT["exp"], Arc(2.0)])
    if x > 1:
        found += READ_ONLY["arc"](x) * CHAINED["exp"](x) + len(DEFAULT)
    return found + OWN_DICT["arc"](x) * OWN_LIST[1](x) + len(QUEUE)


def defines_a_class(x: float) -> float:
    @dataclass
    class Local:
        a: float
        scale: float = math.sqrt(2.0)
        parts: list[float] = field(default_factory=list)

        def at(self, v: float) -> float:
            return self.scale * math.exp(self.a * v) * SIZE

    return Local(x).at(0.5)


def lists_of_arrays(x: float) -> Any:
    a, b = np.array([x, 1.0, 2.0]), np.array([1.2, x * x, 0.0])
    found = np.max([a, b], axis=0).sum() + np.maximum.reduce([a, b]).prod() + builtins.max(a[0], 1.0)
    found += np.linalg.multi_dot([[[x, 1.0], [2.0, x]], [[1.0, 0.0], [x, 1.0]], [x, 2.0]]).sum()
    return found + np.where(np.logical_and.reduce([a > 0.5, b < 9.0]), a, b).sum()


def names(x: float) -> float:
    found = globals()
    return (
        math.cos(x) * (found["SIZE"] if "SIZE" in found and "no such name" not in found else 0.0) * found.get("no", 1.0)
    )


def whole_places(x: float) -> Any:
    row, made = np.array([x, 2.0, x * x]), np.ones(3).astype(float).astype(np.array([x]).dtype)
    k = np.argmax(row)
    made[[0, k]] = made[[k, 0]] * 3.0
    row[k] += made[k]
    return row[int(np.argmax(row))] * 2 + row[np.argsort(row)[0]] + np.choose(int(x), [1.0, 3.0, 5.0]) * x


STRUCTURES: dict[str, Callable[[float], Any]] = {
    f.__name__: f
    for f in (
        classes, objects, properties, lists_of_functions, dicts_of_functions, writes_into_a_list, evaluated, copies,
        functions_of_a_namespace, in_threads,
        by_key, things_by_key, a_pivot, frozen_distribution, keys_in_builtins, texts, normal_distributions,
        statistics_of_samples, splines, solved_by_scipy, raises, dispatches,
        defines_a_class, derives_from_a_class, registered, descriptors, tables_in_branches,
        tables_of_every_kind,
        lists_of_arrays, names, whole_places,
    )
} | {"closed_over_a_list": closed_over_a_list()}  # fmt: skip
