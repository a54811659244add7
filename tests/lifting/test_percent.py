"""`%` and logs put a number's float into a text, eagerly, lifted and compiled; other code is still told to keep it."""

# ruff: noqa: UP031 - what is tested

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from autograd import compile, grad, jvp, lift

log = logging.getLogger(__name__)
FORM = "x is %6.2f"


def a_constant(x: Any) -> Any:
    text = "%.2f" % x
    print(text)
    return x * x


def several(x: Any) -> Any:
    print("step %d: %.3e %s" % (3, x, x), "%(x)5.1f" % {"x": x})
    return x * x


def a_name(x: Any) -> Any:
    print(FORM % x)
    if x > 1:
        print("large: " + FORM % x)
    return x * x


def a_whole_number(x: Any) -> Any:
    log.warning("%.2f %d", x, 3)
    return x * x


def a_log_in_a_branch(x: Any) -> Any:
    if x > 1:
        log.warning("large %.2f", x)
    return x * x


WRITTEN = [a_constant, several, a_name, a_whole_number, a_log_in_a_branch]


@pytest.mark.parametrize("f", WRITTEN)
def test_a_text(f: Callable[..., Any], capsys: Any, caplog: Any) -> None:
    f(1.5)
    wanted = capsys.readouterr().out, caplog.text
    caplog.clear()
    for g in (f, lift(f)):
        assert grad(g)(1.5) == 3.0
        assert (capsys.readouterr().out, caplog.text) == wanted or g is f
        caplog.clear()
        assert jvp(g, (1.5,), (1.0,)) == (2.25, 3.0)
        assert compile(g, backend="numpy").value_and_grad(1.5) == (2.25, 3.0)
        capsys.readouterr()
        caplog.clear()


def test_whole_numbers_in_a_text() -> None:
    assert grad(lambda x: x * len("%d" % x))(12.5) == 2.0


def test_other_code_keeps_its_refusal() -> None:
    class Modulus:
        def __mod__(self, x: Any) -> float:
            return float(x)

    held = Modulus()
    with pytest.raises(TypeError, match="its gradient would be lost"):
        grad(lambda x: held % x)(1.5)
    with pytest.raises(TypeError, match="its gradient would be lost"):
        compile(lambda x: x * float("%.2f" % x), backend="numpy")(1.5)
