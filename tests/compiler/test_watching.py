"""Nothing is frozen silently: what a function reads besides its arguments is watched, and a change is traced again."""

import functools
import pickle
import subprocess
import sys
import types

import numpy as np
import pytest

import autograd
from autograd import detach, grad
from nn import Neuron, Objective
from tests.compiler.backends import both
from tests.compiler.test_watching_objects import settings

k = 2.0


flag = True


def scaled(x):
    return k * x


inner = autograd.compile(scaled)


def through_another(x):
    return scaled(x) + 1.0


def by_flag(x):
    return x if flag else -x


def with_inner(x):
    return sum([k * x for _ in range(1)]) + (lambda: k)() * x


class Holder:
    def method(self, x):
        return k * x

    __call__ = method


class Counted:
    """An object whose operators and methods read the global."""

    def __mul__(self, x):
        return k * x

    def twice(self, x):
        return self.once(x) + self * x

    def once(self, x):
        return Holder().method(x)


counted, by_name, module = Counted(), {"scaled": scaled, "others": [scaled]}, sys.modules[__name__]


@functools.lru_cache(maxsize=0)
def cached():
    return k


def importing(x):
    from tests.compiler.test_watching import k as factor

    return factor * x


# The function, and its multiple of k·x.
READERS = [
    ("an attribute of a module", lambda x: module.k * x, lambda x: k * x),
    ("a function of a module", lambda x: module.scaled(x), lambda x: k * x),
    ("a name imported inside", importing, lambda x: k * x),
    ("a method of a global", lambda x: counted.twice(x), lambda x: 2 * k * x),
    ("a class in a global", lambda x: Holder()(x), lambda x: k * x),
    ("a function in a dict", lambda x: by_name["scaled"](x), lambda x: k * x),
    ("a function in a list in a dict", lambda x: by_name["others"][0](x), lambda x: k * x),
    ("a cached function", lambda x: cached() * x, lambda x: k * x),
    ("a function", scaled, lambda x: k * x),
    ("through another function", through_another, lambda x: k * x + 1.0),
    ("in an inner function", with_inner, lambda x: 2 * k * x),
    ("a method", Holder().method, lambda x: k * x),
    ("an object", Holder(), lambda x: k * x),
    ("a gradient", grad(lambda x: scaled(x) * x), lambda x: 2 * k * x),
    ("compiled inside", lambda x: inner(x), lambda x: k * x),
    ("a default that is a function", lambda x, g=scaled: g(x), lambda x: k * x),
]


@both
@pytest.mark.parametrize("f, wanted", [row[1:] for row in READERS], ids=[row[0] for row in READERS])
def test_a_global_is_watched(compile, monkeypatch, f, wanted) -> None:
    fast = compile(f)
    for value in (2.0, 5.0, 2.0, -0.0, 0.0, 3, 3.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        got = fast(4.0)
        assert got == wanted(4.0)
        assert fast.value_and_grad(4.0)[0] == got


@both
def test_what_a_static_argument_reads_and_holds_is_watched(compile, monkeypatch) -> None:
    fast = compile(lambda x, f: f(x) * getattr(f, "rate", 1.0), static="f")
    for value in (2.0, 5.0, 2.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        monkeypatch.setattr(settings, "rate", value)
        for f in (scaled, settings, Holder().method):
            for _ in range(4):  # in later calls, machine code reads the arguments
                assert fast(3.0, f) == f(3.0) * getattr(f, "rate", 1.0)


def test_what_the_function_itself_changes_is_no_reason_to_trace_again() -> None:
    calls, counted = [], types.SimpleNamespace(sums={}, rate=2.0)

    class Cached:
        @functools.cached_property
        def rate(self):
            return counted.rate

    cached = Cached()

    def f(x):
        calls.append(x)
        counted.sums.setdefault(len(calls), 0.0)
        return cached.rate * x * counted.rate

    fast = autograd.compile(f, backend="numpy")
    assert [fast(1.0), fast(2.0), fast(3.0), len(calls)] == [4.0, 8.0, 12.0, 1]
    counted.rate = 5.0
    assert [fast(1.0), fast(2.0), len(calls)] == [10.0, 20.0, 2]


def test_a_target_network_that_follows_is_watched() -> None:
    network, target = Neuron(1, nonlin=False), Neuron(1, nonlin=False)
    objective = Objective(lambda own, x, y: (own(x) - y - 0.5 * detach(target(x))) ** 2, network)
    theta, x, y = np.array([1.0, 0.0]), np.array([[1.0]]), np.array([3.0])
    for weight in (2.0, 4.0):
        target.w[0].data, target.b.data = weight, 0.0
        assert objective.value(theta, x, y) == (1.0 - 3.0 - 0.5 * weight) ** 2


def test_what_changes_at_every_call_is_named_in_a_warning(monkeypatch) -> None:
    monkeypatch.setattr("autograd.compiler.calls.compiled.MANY_TRACES", 3)
    fast = autograd.compile(lambda x: settings.rate * x, backend="numpy")
    with pytest.warns(RuntimeWarning, match="traced 3 times, since rate changes between calls: make it an argument"):
        for value in (2.0, 3.0, 4.0, 5.0):
            monkeypatch.setattr(settings, "rate", value)
            assert fast(1.0) == value


def test_zeros_of_two_signs_are_two(monkeypatch) -> None:
    fast = autograd.compile(scaled, backend="numpy")
    for value in (0.0, -0.0, 0.0):
        monkeypatch.setattr(sys.modules[__name__], "k", value)
        assert str(fast(1.0)) == str(value)


def test_a_flag_that_goes_on_and_off_is_traced_twice(monkeypatch) -> None:
    fast = autograd.compile(by_flag, backend="numpy")
    for value in (True, False, True, False, True):
        monkeypatch.setattr(sys.modules[__name__], "flag", value)
        assert fast(2.0) == (2.0 if value else -2.0)
    assert fast._count == 2


def test_an_equal_number_is_no_change() -> None:
    traced = []
    factor = float("2.5")

    def f(x):
        traced.append(x)
        return factor * x

    fast = autograd.compile(f, backend="numpy")
    fast(1.0)
    factor = float("2.5")
    assert fast(1.0) == 2.5
    assert len(traced) == 1
    factor = float("3.5")
    assert fast(1.0) == 3.5
    assert len(traced) == 2


@both
def test_a_closure_is_watched(compile) -> None:
    factor, offsets = 2.0, (1.0, 2.0)

    def helper(x):
        return factor * x

    def f(x):
        return helper(x) + offsets[1]

    fast = compile(f, rows="x")
    x = np.array([1.0, 2.0])
    assert fast(x).tolist() == [4.0, 6.0]
    factor = 3.0
    assert fast(x).tolist() == [5.0, 8.0]
    offsets = (1.0, 0.0)
    assert fast(x).tolist() == [3.0, 6.0]
    assert fast.value_and_grad(x)[1].tolist() == [3.0, 3.0]
    factor = 4.0
    assert fast.hvp(x, tangents=x).tolist() == [0.0, 0.0]
    assert fast.value_and_grad(x)[1].tolist() == [4.0, 4.0]

    def helper(x):  # noqa: F811  # another function by the same name
        return x

    assert fast(x).tolist() == [1.0, 2.0]


def test_an_array_that_is_bound_anew_is_watched() -> None:
    W = np.array([1.0, 2.0])
    fast = autograd.compile(lambda x: W @ x, backend="numpy")
    x = np.array([1.0, 1.0])
    assert fast(x) == 3.0
    W = W - 0.5
    assert fast(x) == 2.0


def test_code_that_is_replaced_is_watched() -> None:
    def f(x, y=2.0):
        return x * y

    def other(x, y=3.0):
        return x + y

    fast = autograd.compile(f, backend="numpy")
    assert fast(2.0) == 4.0
    f.__defaults__ = (5.0,)
    assert fast(2.0) == 10.0
    f.__code__ = other.__code__
    assert fast(2.0) == 7.0


def test_defaults_by_keyword_are_watched() -> None:
    def f(x, *, y=2.0):
        return x * y

    fast = autograd.compile(f, backend="numpy")
    assert fast(2.0) == 4.0
    f.__kwdefaults__["y"] = 5.0
    assert fast(2.0) == 10.0
    f.__kwdefaults__ = {"y": 7.0}
    assert fast(2.0) == 14.0


def test_attributes_of_a_class_are_watched() -> None:
    class Settings:
        rate = 2.0

    class Own(Settings):
        pass

    fast = autograd.compile(lambda x: Own.rate * x + Own().rate, backend="numpy")
    assert fast(3.0) == 8.0
    Settings.rate = 5.0
    assert fast(3.0) == 20.0
    Settings.rate = 2.0
    assert fast(3.0) == 8.0


def test_a_name_that_is_bound_later_is_watched() -> None:
    if not flag:
        late = 0.0

    def f(x):
        try:
            return late * x
        except NameError:
            return x

    fast = autograd.compile(f, backend="numpy")
    assert fast(3.0) == 3.0
    late = 5.0
    assert fast(3.0) == 15.0


def test_a_name_that_the_function_binds_itself_is_no_reason_to_trace_again() -> None:
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return x * 2.0

    fast = autograd.compile(f, backend="numpy")
    assert [fast(1.0), fast(2.0), fast(3.0)] == [2.0, 4.0, 6.0]
    assert calls == 1


def test_an_objective_watches_what_its_loss_reads() -> None:
    weight = 1.0
    objective = Objective(lambda neuron, x, y: weight * (neuron(x) - y) ** 2, Neuron(1, nonlin=False))
    theta, x, y = np.array([1.0, 0.0]), np.array([[1.0]]), np.array([3.0])
    assert objective.value(theta, x, y) == 4.0
    weight = 10.0
    assert objective.value(theta, x, y) == 40.0


MODULE = """
import pickle, sys
import autograd
k = {k}
def helper(x):
    return {helper}
def f(x, y={default}):
    return k * helper(x) * y
if __name__ == "__main__":
    import numbers_of_another_process as module
    if sys.argv[1] == "write":
        fast = autograd.compile(module.f, backend="numpy")
        fast(3.0)
        pickle.dump(fast, open("fast.pickle", "wb"))
    else:
        fast = pickle.load(open("fast.pickle", "rb"))
        print(fast(3.0), fast.value_and_grad(3.0)[1], len(fast._traces.programs))
"""


SAME = {"k": "2.0", "helper": "x * x", "default": "1.0"}


# What has changed by the time the pickle is loaded, the output, and the number of programs loaded with it.
CHANGES = [
    ("nothing", {}, "18.0 12.0 1"),
    ("a global", {"k": "3.0"}, "27.0 18.0 1"),
    ("the code of another function", {"helper": "x + x"}, "12.0 4.0 1"),
    ("a default", {"default": "2.0"}, "36.0 24.0 1"),
]


@pytest.mark.parametrize("changed, wanted", [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_pickle_takes_no_old_program_for_new_code(tmp_path, changed, wanted) -> None:
    module = tmp_path / "numbers_of_another_process.py"

    def run(step, **source):
        module.write_text(MODULE.format(**source))
        command = [sys.executable, "-B", module.name, step]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("write", **SAME)
    assert run("read", **(SAME | changed)) == wanted


def test_a_pickle_of_the_same_code_brings_its_programs() -> None:
    fast = autograd.compile(scaled, backend="numpy")
    fast(1.0)
    again = pickle.loads(pickle.dumps(fast))
    assert again._traces.programs == fast._traces.programs != {}


def test_a_state_that_is_not_kept_is_traced_anew(monkeypatch) -> None:
    fast = autograd.compile(scaled, backend="numpy")
    for value in range(20):
        monkeypatch.setattr(sys.modules[__name__], "k", float(value))
        assert fast(1.0) == value
    assert len(fast._states) <= 8
