"""What a traced function may not ask: the message names the user's line, is short, and no `except` hides it."""

import math
import operator
import threading
import time

import numpy as np
import pytest

import autograd
from autograd import Value, grad, where
from autograd.lifting.branching import forking
from autograd.refusals import LIMIT, TraceError
from tests.compiler.backends import both


def chaotic(x):
    for _ in range(18):
        x = 4 * x * (1 - x)
    return float(x.data)


def selected(x):
    for _ in range(18):
        x = autograd.where(4 * x * (1 - x) > 0.5, x / 3, x + 1)
    return float(x.data)


def continued(steps):
    def f(x):
        for _ in range(steps):
            x = x + 1 / x
        return float(x.data)

    return f


@pytest.mark.parametrize("f", [chaotic, selected, continued(200), continued(1000), continued(20_000)])
def test_a_message_is_short_however_large_the_expression(f) -> None:
    start = time.process_time()
    with pytest.raises(TraceError) as caught:
        autograd.compile(f)(0.3)
    assert len(str(caught.value)) <= LIMIT == 200
    assert time.process_time() - start < 30  # tracing takes less than one of these; the text once took forever


def test_a_long_path_leaves_room_for_what_is_refused() -> None:
    code = compile("def f(x):\n    return 1 if x > 12 else 2", "/".join(["a folder"] * 40) + "/here.py", "exec")
    space: dict = {}
    exec(code, space)
    with pytest.raises(TraceError, match=r"….*here\.py, line 2: the truth of x > 12 ") as caught:
        autograd.compile(space["f"], paths=0)(1.0)
    assert len(str(caught.value)) <= LIMIT


def swallowing_all(x):
    try:
        return [1.0, 0.0][x]
    except Exception:
        return x


@both
@pytest.mark.parametrize("f", [swallowing_all, lambda x: grad(swallowing_all)(x)])
def test_no_except_hides_a_refusal(compile, f) -> None:
    with pytest.raises(TraceError):
        compile(f)(1.0)


def in_a_thread(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(swallowing_all(x)))
    thread.start()
    thread.join()
    return found[0]


def test_no_except_in_another_thread_hides_a_refusal() -> None:
    with pytest.raises(TraceError, match="a whole number"):
        autograd.compile(in_a_thread)(1.0)
    assert autograd.compile(lambda x: 2 * x)(1.0) == 2.0


@both
def test_an_except_for_what_fails_eagerly_too_is_left_alone(compile) -> None:
    def f(x):
        try:
            return math.sin(x)
        except TypeError:
            return autograd.sin(x)

    assert compile(f).value_and_grad(1.0) == pytest.approx((math.sin(1.0), math.cos(1.0)), rel=1e-15)


def some_of(x):
    kept = [y for y in (x, 1.0) if y > 0]
    return kept[0] + kept[-1]


def a_generator(x):
    def parts():
        if x > 0:
            yield x

    return sum(parts())


def an_endless_loop(x):
    while x > 0:
        x = x + 1
    return x


def a_length(x):
    found = []
    if x > 0:
        found.append(x)
    return sum(found)


def without_result(x):
    if x > 0:
        return x


def shared(x):
    left, right = [x], [2.0]
    chosen = left if x > 0 else right
    chosen.append(x)
    return sum(left)


def an_iterator(x):
    items = iter([x, 1.0])
    return next(items) if x > 0 else x


def endless(x):
    return x if x < 1 else endless(x / 2)


class Counted:
    count = 0


def a_class(x):
    if x > 0:
        Counted.count += 1
    return x


class Kind(type):
    """A metaclass, which may notice a subclass."""


class Account(metaclass=Kind):
    def __init__(self):
        self.money = [0.0]

    def pay(self, x):
        self.money[0] += x

    def logged(self, x):
        try:
            return autograd.log(x)
        except ValueError:
            return 0.0


def an_unread_method(x):
    account = Account()
    if x > 0:
        account.pay(x)
    return account.money[0]


# The question, and the advice in the message: it mentions a branch, or a call, only if there is one.
ASKED = {
    "a filter": (some_of, "how many items a filter leaves"),
    "a generator": (a_generator, "in place of the branch"),
    "an endless loop": (an_endless_loop, "let it end after fewer turns"),
    "a length": (a_length, "how many items a list has"),
    "a shared list": (shared, "which of two lists is changed"),
    "an iterator": (an_iterator, "take it outside of the branch"),
    "a recursion": (endless, "stop it by a plain number that counts"),
    "a class's attribute": (a_class, "what Counted holds"),
    "an unread method": (an_unread_method, "what Account.pay does"),
    "an unread handler": (lambda x: Account().logged(x), "what Account.logged does"),
    "np.max": (lambda x: np.max([x, 0.0]), "the function called here"),
    "np.sort": (lambda x: np.sort(np.array([x, 1.0]))[0], "the function called here"),
    "a comparison of lists": (lambda x: 1.0 if [x] == [1.0] else x, "a comparison of sequences"),
    "float": (lambda x: float(x.data), "static="),
    "math.sin": (lambda x: math.sin(x.data), "autograd.sin"),
    "math.isnan": (lambda x: math.isnan(x.data), "autograd's functions"),
    "an index": (lambda x: [1.0, 2.0][x.data], "static="),
    "rounding to digits": (lambda x: round(x, 2), "lift(f)"),
    "digits": (lambda x: float(f"{x:.3f}"), "compute with the number"),
    "a number of turns": (lambda x: sum([x for _ in range(math.floor(x))]), "static="),
    "bits": (lambda x: x * (math.floor(x) & 1), "static="),
    "a set of truths": (lambda x: x if {x > 0} == {True} else 0.0, "where"),
    "a method of floats": (lambda x: x if x.data.is_integer() else 0.0, "autograd's functions"),
    "a flag": (lambda x: 2.0 * x if x is True else x, "static="),
    "a condition's truth": (lambda x: operator.truth(x > 0) * x, "the function called here"),
}


@pytest.mark.parametrize("f, advice", ASKED.values(), ids=ASKED)
def test_the_message_names_the_line_and_what_was_asked(f, advice, monkeypatch) -> None:
    monkeypatch.setattr(forking, "MOST_OPEN", 20)
    with pytest.raises(TraceError) as caught:
        autograd.compile(f, paths=0)(1.0)
    message = str(caught.value)
    assert "test_refusals.py, line " in message
    first = f.__code__.co_firstlineno
    assert first <= int(message.split("line ")[1].split(":")[0]) <= first + 3
    assert advice in message
    assert " if" not in message


def test_a_result_of_some_rows_only_is_refused() -> None:
    fast = autograd.compile(without_result, rows=("x",), paths=0)
    assert fast([1.0, 2.0]).tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="NoneType") as caught:
        fast([1.0, -2.0])
    assert caught.value.__notes__[-1] == "without_result raises this for row 1"


def test_an_index_that_no_plain_array_takes_is_no_error_of_a_row() -> None:
    def f(x):
        numbers, k = np.ones(3, dtype=object), np.argmax(x)
        if k != 0:
            numbers[[0, k]] = 5.0
        return numbers[0] * x[0]

    with pytest.raises(IndexError) as caught:
        autograd.compile(f, rows=("x",), backend="numpy")(np.eye(3))
    assert "np.choose(i, numbers)" in caught.value.__notes__[0] and "raises this" not in str(caught.value.__notes__)


@pytest.mark.parametrize("f", [lambda x: sum(range(x)), lambda x: [1.0][x], lambda x: [0.0] * x])
def test_a_number_that_should_be_static_says_so(f) -> None:
    for call in (autograd.compile(f), grad(f)):
        with pytest.raises(TypeError, match="static="):
            call(1.0)


@both
def test_truths_combine(compile) -> None:
    def f(x):
        inside = (x > 0) & (x < 2)
        return where(inside | (x == 5), x, -x) * where((x > 1) ^ (x > 3), 2.0, 1.0) + where(inside == (x > 1), 1.0, 0.0)

    fast = compile(f)
    for x in (-1.0, 0.0, 0.5, 1.5, 2.5, 4.0, 5.0, math.nan):
        assert fast(x) == f(x) or math.isnan(x)


@both
def test_truths_count(compile) -> None:
    def f(x, y):
        conditions = [x > 0, y > 0, x > y]
        return (
            sum(conditions) * x + (x > 1) - 2 * (y < 1) + (x > 0) ** 2 - (-(y > 0)) + where((x > 0) < (y > 0), 5.0, 0.0)
        )

    fast = compile(f)
    for x in (-1.0, 0.5, 2.0):
        for y in (-2.0, 0.0, 1.5):
            assert fast.value_and_grad(x, y) == autograd.value_and_grad(f)(x, y)


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]


@pytest.mark.parametrize("apply", OPERATORS)
def test_a_truth_is_a_number_on_either_side(apply) -> None:
    def f(x, y):
        truth, sure = x > y, x > -9.0  # the latter may divide
        pairs = [(x, sure), (truth, x), (2, sure), (truth, 2), (truth, sure), (truth | (y > 0), 3.0)]
        return sum(x * apply(a, b) for a, b in pairs) + round(truth) * x + x * truth

    fast = autograd.compile(f, backend="numpy")
    for x, y in ((2.5, 1.25), (0.75, 1.5), (1.5, -0.5)):
        assert fast(x, y) == pytest.approx(f(x, y), rel=1e-15)
        assert fast.value_and_grad(x, y) == pytest.approx(autograd.value_and_grad(f)(x, y), rel=1e-15)


@both
def test_rounding_of_plain_numbers(compile) -> None:
    def f(x):
        return round(x.data) * x + math.floor(x.data) + math.ceil(x.data) * x + math.trunc(x.data)

    fast = compile(f)
    for x in (2.5, -2.5, 1.2, -0.3):
        assert fast.value_and_grad(x) == autograd.value_and_grad(f)(x)


def test_values_are_not_refused() -> None:
    assert where(Value(1.0) > 0, 1.0, 2.0) == 1.0
