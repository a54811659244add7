"""Programs as people write them, which no single program of selections can say: paths take them as they are.

Each keeps something that its branches change, or asks for a truth where no source is read.
"""

from __future__ import annotations

import bisect
import functools
import heapq
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from autograd import log


def a_filter(a: Any, b: Any) -> Any:
    xs = [a, b, a * b]
    return sum(x * x for x in xs if x > 0) + len([x for x in xs if x < 1])


def a_heap(a: Any, b: Any) -> Any:
    h = [a, b, 0.5]
    heapq.heapify(h)
    return heapq.heappop(h) * 2 + h[0]


def a_table(a: Any, b: Any) -> Any:
    x = min(abs(a), 2.9)
    i = bisect.bisect([0.0, 1.0, 2.0], x)
    return [1.0, 4.0, 9.0, 2.0][i] * x + b


def a_key(a: Any, b: Any) -> Any:
    state = "low" if a < 0 else "high"
    return {"low": a, "high": b}[state] * (2 if state == "low" else b)


def a_place(a: Any, b: Any) -> Any:
    i = 0
    if a > 0:
        i += 1
    if b > 0:
        i += 2
    return [1.0, a, b, a * b][i]


def a_pivot(a: Any, b: Any) -> Any:
    m = [[a, b], [b, 1.0]]
    p = max(range(2), key=lambda r: abs(m[r][0]))
    return m[p][1] / (3 + m[p][0] ** 2)


def a_match(a: Any, b: Any) -> Any:
    match (a, "up"):
        case (x, "up") if x > 0:
            return x * b
        case _:
            return b


def none_or_a_number(a: Any, b: Any) -> Any:
    best = None
    for x in (a, b):
        if x > 0 and (best is None or x < best):
            best = x
    return 9.0 if best is None else best


def a_kind(a: Any, b: Any) -> Any:
    r = [a, b] if a > 0 else a
    return sum(r) if isinstance(r, list) else r


def a_matched_none(a: Any, b: Any) -> Any:
    r = None
    if a > 0:
        r = a
    match r:
        case None:
            return b
        case _:
            return r * 2


def a_generator(a: Any, b: Any) -> Any:
    def path():
        x = a
        for _k in range(3):
            if x > b:
                yield x
            x = x * 0.5 + 1

    return sum(path())


def a_generator_used_up(a: Any, b: Any) -> Any:
    it = (x for x in [a, b, 1.0])
    y = sum(it) if a > b else 0.0
    return y + sum(it)


def a_generator_kept_in_a_dict(a: Any, b: Any) -> Any:
    d = {0: iter([a, b, 1.0])}
    y = next(d[0]) if a > 0 else sum(d[0])
    return y + sum(d[0])


def an_iterator_unpacked(a: Any, b: Any) -> Any:
    it = iter([a, b, 1.0])
    y = 0.0
    if a > 0:
        p, *_r = it
        y = p
    return y + sum(it)


def an_iterator_searched(a: Any, b: Any) -> Any:
    it = iter([1, 2, 3])
    y = (1.0 if 2 in it else 5.0) if a > 0 else b
    return y * a + sum(it)


def an_iterator_left(a: Any, b: Any) -> Any:
    it = iter([a, b, 1.0, 2.0])
    y = 0.0
    for x in it:
        y += x
        if y > 0.5:
            break
    return y + 3 * sum(it)


def an_iterator_numbered_and_left(a: Any, b: Any) -> Any:
    it = iter([a, b, 1.0])
    y = 0.0
    for k, x in enumerate(it):
        y += k * x
        if y > 0.5:
            break
    return y + 3 * sum(it)


def an_iterators_method(a: Any, b: Any) -> Any:
    it = iter([a, b, 1.0])
    y = it.__next__() if a > 0 else a
    return y + it.__next__()


def a_count_of_steps(a: Any, b: Any) -> Any:
    n = 0

    def g(x):
        nonlocal n
        n += 1
        return x * x - abs(a)

    low, high = 0.0, 4.0
    while high - low > 0.3:
        m = (low + high) / 2
        if g(m) > 0:
            high = m
        else:
            low = m
    return low * b + n


def a_visitor(a: Any, b: Any) -> Any:
    best, hits = -9.0, 0

    def visit(x):
        nonlocal best, hits
        hits += 1
        if x > best:
            best = x

    def walk(g, x):
        if x > 0:
            g(x)
        else:
            list(map(g, [x, a]))

    walk(visit, a)
    walk(visit, b)
    return best + hits


def a_shared_name_in_a_choice(a: Any, b: Any) -> Any:
    n = 0

    def tick(x):
        nonlocal n
        n += 1
        return x

    y = (a > 0 and tick(a) > 0.5) or tick(b) > 0
    return n + (a if y else b)


def a_global_name(a: Any, b: Any) -> Any:
    global hits
    hits = 0

    def g(x):
        global hits
        hits += 1
        return x

    y = g(a) if a > 0 else g(b) + g(a)
    return y + hits


def methods_that_are_passed(a: Any, b: Any) -> Any:
    xs = [a]
    add = functools.partial(xs.append, b)
    if a > 0:
        add()
    else:
        list(map(xs.append, [1.0, b]))
    return sum(k * x for k, x in enumerate(xs))


def a_method_of_the_class(a: Any, b: Any) -> Any:
    xs = [a]
    list.append(xs, b if a > 0 else 1.0)
    if b > 0:
        list.append(xs, a)
    return sum(xs)


def keys_in_order(a: Any, b: Any) -> Any:
    d = {"x": a, "y": b}
    if a > 0:
        d["x"] = d.pop("x")
    return sum(k * v for k, v in enumerate(d.values()))


def a_counter(a: Any, b: Any) -> Any:
    c = Counter("up" if x > 0 else "down" for x in (a, b, a * b))
    return c["up"] * a + c["down"] * b


def a_handler(a: Any, b: Any) -> Any:
    try:
        x = [y for y in (log(a), b) if y > 0]
    except ValueError:
        x = [b, a]
    return sum(x) + len(x)


def an_error(a: Any, b: Any) -> Any:
    if not [x for x in (a, b) if x > 0]:
        raise KeyError("none")
    return a * b


def truths_by_identity(a: Any, b: Any) -> Any:
    flag = a > 0
    if (b > 0) is True:
        return a * b
    return a if flag is False else b if (flag is not False) is True else 9.0


def a_match_of_truths(a: Any, b: Any) -> Any:
    match (a > 0, b > 0):
        case (True, False) | (False, True):
            return a * b
        case (True, _) if b > 1:
            return b
        case (True, True):
            return a
        case [False as x, False]:
            return b - (x is True)


def a_match_of_literals(a: Any, b: Any) -> Any:
    word = None if a > 1 else "low" if a > 0 else "less"
    match {"word": word, "k": (0 if b > 0 else -1)}:
        case {"word": None | "low", "k": 0}:
            return a * b
        case {"word": str() as found, "k": -1 | 1}:
            return a * len(found)
        case {"k": 0 | -1 as k}:
            return b + k


class Keeps:
    def __enter__(self) -> Any:
        return 2.0

    def __exit__(self, kind: Any, error: Any, where: Any) -> Any:
        return kind is ValueError


@contextmanager
def keeping() -> Iterator[float]:
    with suppress(ZeroDivisionError):
        yield 3.0


def contexts_that_suppress(a: Any, b: Any) -> Any:
    y = a
    with suppress(IndexError), suppress(ValueError) as nothing:
        y += log(b) if nothing is None else 9.0
    with Keeps() as k:
        y = y * k + log(a)
    with keeping() as k:
        y = y + k / (a - a * (b > 0))
    return y


def a_context_in_a_generator(a: Any, b: Any) -> Any:
    def parts():
        with Keeps() as k:
            yield k * log(b)
        yield a

    return sum(parts())


WRITTEN = [
    a_filter,
    a_heap,
    a_table,
    a_key,
    a_place,
    a_pivot,
    a_match,
    none_or_a_number,
    a_kind,
    a_matched_none,
    a_generator,
    a_generator_used_up,
    a_generator_kept_in_a_dict,
    an_iterator_unpacked,
    an_iterator_searched,
    an_iterator_left,
    an_iterator_numbered_and_left,
    an_iterators_method,
    a_count_of_steps,
    a_visitor,
    a_shared_name_in_a_choice,
    a_global_name,
    methods_that_are_passed,
    a_method_of_the_class,
    keys_in_order,
    a_counter,
    a_handler,
    an_error,
    truths_by_identity,
    a_match_of_truths,
    a_match_of_literals,
    contexts_that_suppress,
    a_context_in_a_generator,
]
