"""What a check may cost, what it says meanwhile, and where f has no value."""

import math
from pathlib import Path
from typing import Any

import pytest
from scipy import special

from autograd import primitive
from autograd.testing import GradientMismatch, Verdict, check_gradients, check_primitive, gradcheck
from autograd.testing.arguments.effort import Effort
from autograd.testing.plugin import artifacts


class Outside(Exception):
    """An exception of the user's own."""


def counted(calls: list[float]) -> Any:
    def f(x: float) -> float:
        calls.append(x)
        return math.sin(x)

    return f


def test_a_budget_ends_a_test_and_hides_nothing_found_before() -> None:
    calls: list[float] = []
    gradcheck(counted(calls), grad=math.cos, domain="[-3, 3]", budget=300)()
    assert 100 < len(calls) < 400
    with pytest.raises(GradientMismatch, match="gross"):
        gradcheck(counted([]), grad=lambda x: -math.cos(x), domain="[-3, 3]", budget=300)()
    report = check_gradients(lambda a, b: a * math.sin(b), 1.0, 2.0, budget=30,
                             grad=lambda a, b: (math.sin(b), a * math.cos(b)))  # fmt: skip
    assert [check.verdict for check in report.checks] == [Verdict.PASS, Verdict.NOT_CHECKED]


@pytest.mark.parametrize("budget", [0, -3, 2.5, True, "5", "x s", "-1 s"])
def test_a_budget_is_calls_or_seconds(budget: Any) -> None:
    with pytest.raises(ValueError, match='such as 2000, or a time like "10 s"; got'):
        gradcheck(math.sin, grad=math.cos, budget=budget)


def test_a_long_check_says_that_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    effort = Effort("solver")
    effort.call()
    effort.start -= 7.0
    effort.call()
    effort.call()
    assert capsys.readouterr().err == "gradcheck solver: 7 s, 2 calls\n"


@pytest.mark.parametrize("error", [Outside, KeyError, RuntimeError])
def test_exceptions_of_any_type_are_the_edge_of_a_domain(error: type[Exception]) -> None:
    def f(x: float) -> float:
        if x < 1.0:
            raise error("too small")
        return x * x

    gradcheck(f, grad=lambda x: 2 * x, domain="[0, 3]")()
    with pytest.raises(GradientMismatch, match="gross"):
        gradcheck(f, grad=lambda x: 3 * x, domain="[0, 3]")()
    with pytest.raises(error):
        check_gradients(f, 0.5, grad=lambda x: 2 * x)


def test_where_a_complex_number_is_compared_is_an_edge() -> None:
    def f(x: float) -> float:
        return max((x - 1.0) ** 1.5, 0.0)

    check_gradients(f, 1.5, grad=lambda x: 1.5 * (x - 1.0) ** 0.5)
    with pytest.raises(GradientMismatch, match="plain"):
        check_gradients(f, 1.5, grad=lambda x: 1.51 * (x - 1.0) ** 0.5)


def test_errors_of_code_are_no_edge() -> None:
    with pytest.raises(AttributeError):
        gradcheck(lambda x: x.missing if x > 0.5 else x, grad=lambda x: 1.0, domain="[0, 1]")()


@pytest.mark.parametrize("factor", [1.0, 1.001])
def test_a_rule_that_runs_on_floats_alone(factor: float) -> None:
    def bessel(x: Any) -> Any:
        return float(special.j0(float(x))), (-factor * float(special.j1(float(x))),)

    if factor == 1.0:
        assert check_primitive(primitive(bessel)).counts.keys() <= {Verdict.PASS, Verdict.KINK}
    else:
        with pytest.raises(GradientMismatch, match="blame     bessel, local derivative"):
            check_primitive(primitive(bessel))


def test_a_supplied_derivative_leaves_its_message(tmp_path: Any) -> None:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: float(special.j0(x)), 1.0, grad=special.j1)
    (line,) = artifacts(caught.value, tmp_path, "test")
    assert line.endswith(".txt") and "again     check_gradients" in Path(line).read_text(encoding="utf-8")
