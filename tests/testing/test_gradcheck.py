"""gradcheck, assert_equivalent, the strategies, and what pytest and hypothesis load by themselves."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, find, given, settings
from hypothesis import strategies as st

from autograd import Value, exp, log, relu, sigmoid, sin, tanh
from autograd.primitives import TABLE
from autograd.testing import GradientMismatch, Program, assert_equivalent, gradcheck, strategies
from autograd.testing.programs import applied, is_regular, programs

ROOT = Path(__file__).parent.parent.parent


@gradcheck
def test_without_arguments(x: Any, y: Any) -> Any:
    return sin(x) * tanh(y)


@settings(max_examples=30)
@gradcheck(domain={"p": "(0, 1]", "w": [None] * 2}, order=2)
@example(p=1.0, w=[0.0, 0.0])
def test_with_a_domain_and_an_example(p: Any, w: Any) -> Any:
    return w[0] * log(p) + w[1] * p


@gradcheck(domain=(-5.0, 5.0), grad=lambda x: math.cos(x))
def test_a_derivative_by_hand(x: float) -> float:
    return math.sin(x)


@pytest.mark.parametrize("above", [True, False])
def test_the_decorators_of_hypothesis_take_effect(above: bool) -> None:
    calls: list[float] = []

    def f(x: Any) -> Any:
        calls.append(float(getattr(x, "data", x)) if isinstance(x, (Value, float)) else 0.0)
        return 2.0 * x

    if above:
        test = settings(max_examples=1)(example(x=0.123)(gradcheck(f, modes=("reverse",))))
    else:
        test = gradcheck(settings(max_examples=1)(example(x=0.123)(f)), modes=("reverse",))
    test()
    assert 0.123 in calls


def test_a_failure_has_an_example_to_paste() -> None:
    test = settings(report_multiple_bugs=False)(gradcheck(lambda x: x * x, grad=lambda x: 3 * x))
    with pytest.raises(GradientMismatch, match=r"example   @example\(x="):
        test()


def test_too_many_inconclusive_checks_are_a_failure() -> None:
    rough = gradcheck(lambda x: x + math.fmod(x * 1e14, 1.0), domain=(1.0, 2.0), grad=lambda x: 1.0)
    with pytest.raises(GradientMismatch, match="of the checks are inconclusive") as caught:
        rough()
    assert caught.value.kind == "inconclusive"


def test_a_test_that_compares_nothing_is_a_failure() -> None:
    with pytest.raises(GradientMismatch, match="no derivative was ever compared"):
        gradcheck(lambda x: math.log(-1 - x * x), grad=lambda x: 5.0)()


def test_rounding_in_the_middle_of_f_is_no_mismatch() -> None:
    gradcheck(lambda x: -log(1 - 1 / (1 + exp(-x))), domain=(-30.0, 30.0))()


@pytest.mark.parametrize("domain", [{"z": None}, [None, None]])
def test_a_domain_for_nobody_is_named(domain: Any) -> None:
    with pytest.raises(ValueError, match="one interval or a dict for x"):
        gradcheck(lambda x: x, domain=domain)


def test_equivalent_functions() -> None:
    assert_equivalent(sigmoid, lambda x: 1 / (1 + exp(-x)), domain=(-30.0, 30.0))
    assert_equivalent(lambda x: log(exp(x)), lambda x: x + 0.0, 3.0)
    for g in (lambda x: x, lambda x: relu(x) + 1e-3 * x, lambda x: log(x)):
        with pytest.raises(GradientMismatch):
            assert_equivalent(relu, g)


# --- strategies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["(0, inf)", "[-1, 1]", "(2, 5]", (3.0, 4.0), None])
@given(data=st.data())
def test_values_stay_in_their_domain(domain: Any, data: st.DataObject) -> None:
    x = data.draw(strategies.values(domain, [name for name in strategies.LANES if name != "nan"]))
    from autograd.testing.functions import interval

    assert x in interval(domain)


@pytest.mark.parametrize(
    ("lane", "reached"),
    [
        ("zeros", lambda x: x == 0 and math.copysign(1, x) < 0),
        ("subnormals", lambda x: 0 < abs(x) < 2.0**-1022),
        ("infinite", lambda x: x == -math.inf),
        ("nan", math.isnan),
        ("huge", lambda x: abs(x) > 1e300),
        ("ordinary", lambda x: 3 < x < 4),
    ],
)
def test_every_lane_is_reached(lane: str, reached: Any) -> None:
    find(strategies.values("[-inf, inf]", [lane]), reached)


def test_a_lane_or_a_domain_that_is_none() -> None:
    with pytest.raises(ValueError, match="no lane"):
        strategies.values(lanes=["fast"])
    with pytest.raises(ValueError, match="no number of"):
        strategies.values("(1, 2)", ["infinite"])
    with pytest.raises(TypeError, match="a domain is written like"):
        strategies.points(3.0)


@given(programs())
def test_programs_are_regular_without_dead_code_and_can_be_read_back(program: Program) -> None:
    values = program.values(*program.inputs)
    used = {k for _, operands in program.steps for k in operands}
    assert used == set(range(len(values) - 1))
    for op, operands in program.steps:
        row = TABLE[op]
        numbers = [values[k] for k in operands]
        assert is_regular(row, tuple(numbers)) or op in ("tanh", "hypot", "norm")
        assert math.isfinite(applied(row, numbers))
    assert eval(repr(program), {"Program": Program}) == program


def test_a_program_of_no_numbers_can_be_read_back() -> None:
    program = Program((math.nan, -math.inf, -0.0), (("add", (0, 1)), ("add", (2, 3))))
    assert repr(eval(repr(program), {"Program": Program})) == repr(program)


@pytest.mark.parametrize("name", ["add", "sin", "clip", "erf", "maximum", "log", "dot"])
def test_shrinking_reaches_the_smallest_program(name: str) -> None:
    found = find(programs(), lambda program: any(op == name for op, _ in program.steps))
    assert len(found.steps) <= 2, found
    assert len(found.inputs) == 1


@given(st.from_type(Value))
def test_hypothesis_draws_values(v: Value) -> None:
    assert isinstance(v, Value)
    assert not v.inputs


# --- the plugin ---------------------------------------------------------------------------------

FAILING = """
from autograd import primitive, sin
from autograd.testing import gradcheck

@primitive
def square(x):
    return x * x, (3 * x,)

@gradcheck
def test_slip(x):
    return sin(square(x))

def test_other():
    pass
"""


def run_pytest(folder: Path, *options: str) -> str:
    (folder / "test_slip.py").write_text(FAILING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options, "test_slip.py"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


def test_the_plugin_saves_what_shows_a_failure(tmp_path: Path) -> None:
    output = run_pytest(tmp_path, "--gradcheck-artifacts=shown", "--hypothesis-profile=gradcheck")
    assert "1 failed, 1 passed" in output
    pictures = list((tmp_path / "shown").glob("*.svg")) + list((tmp_path / "shown").glob("*.dot"))
    assert pictures
    assert "should be" in pictures[0].read_text(encoding="utf-8")
    program = next((tmp_path / "shown").glob("*.py")).read_text(encoding="utf-8")
    assert "from test_slip import square" in program


def test_the_marker_selects_gradient_checks(tmp_path: Path) -> None:
    assert "1 failed, 1 deselected" in run_pytest(tmp_path, "-m", "gradcheck", "--strict-markers")


def test_the_kit_loads_nothing_before_it_is_asked() -> None:
    code = "import sys, autograd.testing; print(*(m for m in ('hypothesis', 'pytest', 'mpmath') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []
