"""Texts of traced numbers: what is only shown has their names, and what computes with a text has it by value."""

import dataclasses
import logging
import math

import numpy as np
import pytest
from hypothesis import example, given, strategies

import autograd
from autograd import TraceError
from autograd.compiler.tracing.paths import alike

LOG = logging.getLogger("texts")
RATES = {"0.5": 2.0, "-0.0": 3.0, "0.0": 5.0, "nan": 7.0, "1.0": 11.0}


@dataclasses.dataclass
class Point:
    x: float

    def __str__(self) -> str:
        return f"Point at {self.x:.2f}"


def described(point):
    return f"<{point.x:.1f}>"


def assigned(x):
    text = f"{x:.1f}"
    text += "!"
    print(text)
    return len(text) * x


COMPUTES = {
    "length": lambda x: x * len(f"{x}"),
    "rounded": lambda x: x * float(f"{x:.1f}"),
    "a key": lambda x: RATES[f"{x:.1f}"] * x,
    "compared": lambda x: 2 * x if str(x) == "0.5" else x,
    "%": lambda x: x * len("%s" % x),  # noqa: UP031
    "repr": lambda x: x * len(repr(x)),
    "format": lambda x: x * float(format(x, "+.1e")),
    "a list": lambda x: x * len(str([x, 1.0])),
    "a truth": lambda x: x * len(f"{x > 0}"),
    "joined": lambda x: x * len(", ".join(map(str, [x, x / 2]))),
    "searched": lambda x: -x if str(x).startswith("-") else x,
    "returned": lambda x: x * len(described(Point(x))),
    "of an object": lambda x: x * len(str(Point(x))),
    "assigned": assigned,
    "the sign of 0": lambda x: x * 0 + math.copysign(1.0, float(str(x))),
}
ROWS = np.array([0.5, 0.52, -0.04, 0.04, -0.0, 0.0, 0.96, math.nan])


@pytest.mark.parametrize("lift", [lambda f: f, autograd.lift], ids=["", "lift"])
@pytest.mark.parametrize("f", COMPUTES.values(), ids=COMPUTES)
def test_what_computes_with_a_text_gets_that_of_the_number(f, lift, capsys) -> None:
    fast = autograd.compile(lift(f), rows=("x",))
    np.testing.assert_array_equal(fast(ROWS), [f(float(x)) for x in ROWS])
    with pytest.raises(TraceError, match=r"line .*: the t.* not known"):
        autograd.compile(lift(f), rows=("x",), paths=0)(ROWS)


def printed(x):
    print(f"x is {x:.3f}", x, str(x), [x], f"{x > 0}", "at: " + str(x), *map(str, [x]))
    return 2 * x


def printed_later(x, verbose=True):
    text = f"{x:.1f}"
    text += f" and {2 * x}" if verbose else ""
    print(text)
    return 2 * x


def logged(x):
    LOG.warning("at %s", x)
    LOG.warning(f"at {x:.2f}, x")
    return 2 * x


def raised(x):
    assert x < 100, f"too large: {x}"
    if x < -100:
        raise ValueError(f"too small: {x:.1f}")
    return 2 * x


def of_objects(x):
    print(Point(x), described(Point(x)), repr(Point(x)), ", ".join(f"{v:.1f}" for v in [x, 2 * x]))
    return 2 * x


SHOWN = [printed, printed_later, logged, raised, of_objects, lambda x: print(f"{x:.2f}") or 2 * x]


@pytest.mark.parametrize("lift", [lambda f: f, autograd.lift], ids=["", "lift"])
@pytest.mark.parametrize("f", SHOWN)
def test_what_is_only_shown_has_the_names_of_numbers(f, lift, capsys, caplog) -> None:
    fast = autograd.compile(lift(f), rows=("x",), paths=0)
    assert fast([1.0, -3.0]).tolist() == [2.0, -6.0]
    assert f is raised or "x" in capsys.readouterr().out.replace("x is", "") + caplog.text.replace("x\n", "")
    if f is raised:
        with pytest.raises(ValueError, match="too small: x"):
            fast([-200.0, 1.0])


FORMATS = ["", ".0f", ".1f", ".3e", "+.2g", "08.2f", ",.1f", ".1%"]


@given(strategies.floats(allow_nan=False), strategies.sampled_from(FORMATS))
@example(-0.0, ".1f")
@example(math.inf, ".1f")
def test_the_floats_with_one_text_are_known_by_the_first_and_the_last(x, spec) -> None:
    first, last = alike(x, lambda x: format(x, spec))
    assert first <= x <= last
    assert format(first, spec) == format(x, spec) == format(last, spec)
    for end, outwards in ((first, -math.inf), (last, math.inf)):
        beyond = math.nextafter(end, outwards)
        assert beyond == end or format(beyond, spec) != format(x, spec) or end == 0
