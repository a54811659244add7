"""gradcheck, assert_equivalent, the strategies, and what pytest and hypothesis load automatically."""

import functools
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, find, given, settings
from hypothesis import strategies as st

from autograd import Value, exp, log, logsumexp, relu, sigmoid, sin, tanh
from autograd.primitives import TABLE
from autograd.testing import GradientMismatch, SampleProgram, assert_equivalent, check_gradients, gradcheck, strategies
from autograd.testing.arguments.domains import interval
from autograd.testing.points import LANES
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


def test_the_call_that_a_failure_prints_repeats_it() -> None:
    def slip(x: float) -> float:
        return 3 * x

    def test_square(x: Any) -> Any:
        return x * x

    test_square = gradcheck(test_square, grad=slip, domain="[1, 2]")
    with pytest.raises(GradientMismatch) as caught:
        test_square()
    (call,) = (line.split("again     ")[1] for line in str(caught.value).splitlines() if "again " in line)
    with pytest.raises(GradientMismatch, match="gross mismatch of test_square"):
        eval(call, {"check_gradients": check_gradients, "test_square": test_square, "slip": slip})


def test_too_many_inconclusive_checks_are_a_failure() -> None:
    rough = gradcheck(lambda x: x + math.fmod(x * 1e14, 1.0), domain=(1.0, 2.0), grad=lambda x: 1.0)
    with pytest.raises(GradientMismatch, match=r"inconclusive at \d+\.\d% of the points, over 2%") as caught:
        rough()
    assert caught.value.kind == "inconclusive"


def test_one_derivative_that_is_never_decided_is_a_failure() -> None:
    def f(w: Any) -> Any:
        return sum(w[:60]) + w[60] + math.fmod(w[60] * 1e14, 1.0)

    test = gradcheck(f, domain={"w": [(1.0, 2.0)] * 61}, grad=lambda w: [1.0] * 61)
    with pytest.raises(
        GradientMismatch, match=r"at .*\n  as +∂f/∂w\[60\] by grad=: 1.0.*\n  because .*\n  example   @example\(w="
    ):
        settings(max_examples=3)(test)()


def test_a_test_that_compares_nothing_is_a_failure() -> None:
    with pytest.raises(GradientMismatch, match="no derivative was ever compared"):
        gradcheck(lambda x: math.log(-1 - x * x), grad=lambda x: 5.0)()


def test_rounding_in_the_middle_of_f_is_no_mismatch() -> None:
    gradcheck(lambda x: -log(1 - 1 / (1 + exp(-x))), domain=(-30.0, 30.0))()


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ({"z": None}, r"domain=: 'z' is not a parameter \(x\)"),
        ([None, None], r"a list with one for each of 1 parameters \(x\)"),
        ((1, 0), "there is no number in the domain"),
        ("(1, 1]", "there is no number in the domain"),
    ],
)
def test_a_domain_for_nobody_is_named(domain: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradients(lambda x: x, 0.5, domain=domain)
    with pytest.raises(ValueError, match=message):
        gradcheck(lambda x: x, domain=domain)


@pytest.mark.parametrize("domain", [(0.5, 2.0), "[0.5, 2]", {"x": (0.5, 2.0), "w": "[0.5, 2]"}, [(0.5, 2), "[0.5, 2]"]])
def test_a_domain_has_one_form_everywhere(domain: Any) -> None:
    def f(x: Any, w: Any) -> Any:
        assert 0.5 <= x <= 2.0
        return x * log(w)

    check_gradients(f, 1.0, 0.5, domain=domain, modes=("reverse",))
    settings(max_examples=5)(gradcheck(f, domain=domain, grad=lambda x, w: (math.log(w), x / w)))()


@settings(max_examples=20)
@gradcheck(domain={"W": np.full((2, 3), "[-2, 2]")}, grad=lambda W: 2 * W)
def test_an_array_of_domains_gives_arrays(W: Any) -> Any:
    assert W.shape == (2, 3)
    return np.sum(W * W)


class TestMethods:
    scale = 3.0

    @settings(max_examples=5)
    @gradcheck
    def test_self_is_not_drawn(self, x: Any) -> Any:
        return self.scale * x

    @pytest.mark.parametrize("n", [2, 3])
    @settings(max_examples=5)
    @gradcheck
    def test_parameters_of_a_method(self, x: Any, n: int) -> Any:
        assert n in (2, 3)
        return self.scale * sin(x) ** n


@pytest.mark.parametrize(argnames="n", argvalues=[2, 3])
@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0)])
@settings(max_examples=5)
@gradcheck(domain={"x": (-2.0, 2.0)})
def test_what_parametrize_gives_is_not_drawn(a: float, x: Any, b: float, n: int) -> Any:
    assert (a, b) == (1.0, 2.0)
    return x**n


def of_positions(x: Any, /, y: Any) -> Any:
    return x * y


def of_names(*, x: Any, k: int = 2) -> Any:
    return x**k


class Sine:
    def __call__(self, x: Any) -> Any:
        return sin(x)


@pytest.mark.parametrize("f", [of_positions, of_names, Sine(), functools.partial(of_positions, 2.0), sin, logsumexp])
def test_functions_of_every_kind(f: Any) -> None:
    domain = {"xs": [(-5, 5)] * 2} if f is logsumexp else (-5, 5)
    settings(max_examples=3)(gradcheck(f, domain=domain))()


@gradcheck(domain={"p": {"w": "(0, inf)", "b": (-1, 1)}})
def test_domains_in_a_dict_go_by_their_keys(p: Any) -> Any:
    assert p["w"] > 0 and -1 <= p["b"] <= 1
    return sin(p["w"]) + p["b"]


def test_a_domain_in_a_dict_of_other_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="domain=: 'w', 'c' are not the keys 'w', 'b'"):
        check_gradients(lambda p: p["w"], {"w": 1.0, "b": 2.0}, domain=[{"w": "(0, inf)", "c": None}])


@pytest.mark.parametrize(
    ("f", "message"),
    [
        ("(0, 1]", r"@gradcheck\(domain='\(0, 1\]'\)"),
        (lambda *xs: 0.0, r"\*xs does not say how many"),
        (lambda: 0.0, "f has no parameter to draw"),
    ],
)
def test_what_cannot_be_drawn_is_named(f: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        gradcheck(f)


def test_a_failure_is_not_shrunk_for_ever() -> None:
    checked = set()

    def wrong(W: Any) -> Any:
        checked.add(W.tobytes())
        return 3.1 * W * W

    test = gradcheck(lambda W: np.sum(W**3), domain={"W": np.full((2, 3), "[-2, 2]")}, grad=wrong)
    with pytest.raises(GradientMismatch, match="1 of 6 entries of W is wrong"):
        settings(database=None, derandomize=True)(test)()
    assert len(checked) < 20_000  # most are near one of 200 points, where the rounding of grad= is measured


def test_equivalent_functions() -> None:
    assert_equivalent(sigmoid, lambda x: 1 / (1 + exp(-x)), domain=(-30.0, 30.0))
    assert_equivalent(lambda x: log(exp(x)), lambda x: x + 0.0, 3.0)
    with pytest.raises(GradientMismatch, match="no value was ever compared"):
        assert_equivalent(log, lambda x: log(2 * x), domain=(-5.0, -1.0))
    for g in (lambda x: x, lambda x: relu(x) + 1e-3 * x, lambda x: log(x)):
        with pytest.raises(GradientMismatch):
            assert_equivalent(relu, g)


# --- strategies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["(0, inf)", "[-1, 1]", "(2, 5]", (3.0, 4.0), "(0, 1e-310)", None])
@given(data=st.data())
def test_values_stay_in_their_domain(domain: Any, data: st.DataObject) -> None:
    x = data.draw(strategies.values(domain, [name for name in LANES if name != "nan"]))
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
    with pytest.raises(ValueError, match="no number in the domain"):
        strategies.values((2, 1))
    with pytest.raises(ValueError, match="no operation <built-in function sin> in the table"):
        programs([math.sin])
    with pytest.raises(ValueError, match="gammainc has an operand that is plain"):
        programs(["gammainc"])
    with pytest.raises(ValueError, match="inputs and size must be 1 or more, got 3 and 0"):
        programs(size=0)
    with pytest.raises(TypeError, match="a domain must be written like"):
        strategies.points(3.0)


@given(programs())
def test_programs_are_regular_without_dead_code_and_can_be_read_back(program: SampleProgram) -> None:
    values = program.values(*program.inputs)
    used = {k for _, operands in program.steps for k in operands}
    assert used == set(range(len(values) - 1))
    for op, operands in program.steps:
        row = TABLE[op]
        numbers = [values[k] for k in operands]
        assert is_regular(row, tuple(numbers)) or op in ("tanh", "hypot", "norm")
        assert math.isfinite(applied(row, numbers))
    assert eval(repr(program), {"SampleProgram": SampleProgram}) == program


def test_a_program_of_no_numbers_can_be_read_back() -> None:
    program = SampleProgram((math.nan, -math.inf, -0.0), (("add", (0, 1)), ("add", (2, 3))))
    assert repr(eval(repr(program), {"SampleProgram": SampleProgram})) == repr(program)


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


ARTIFACTS = """
import pytest
from autograd.testing import check_gradients, gradcheck

@pytest.mark.parametrize("name", ["a/b", "a-b"])
def test_of_names(name):
    check_gradients(lambda x: 3 * x * x, 1.0, grad=lambda x: 5 * x)

@gradcheck(grad=lambda x: 5 * x)
def test_drawn(x):
    return 3 * x * x
"""


def test_artifacts_are_no_tests_and_each_test_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_slip.py").write_text(ARTIFACTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    first, second = (
        subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        for more in (["--gradcheck-artifacts=shown"], [])
    )
    assert "3 failed" in first.stdout
    assert "3 failed" in second.stdout and "ERROR" not in second.stdout
    assert len(list((tmp_path / "shown").glob("*.py"))) == 3
    assert "autograd/testing/check.py" not in first.stdout  # frames of the kit
    assert "Explanation" not in first.stdout and "ExceptionGroup" not in first.stdout
    for program in (tmp_path / "shown").glob("*.py"):
        assert "by grad=: " in program.read_text(encoding="utf-8")


@pytest.fixture
def rate() -> float:
    return 3.0


@gradcheck(domain="[-2, 2]", grad=lambda x, rate: rate * np.exp(rate * x))
def test_a_fixture_is_not_drawn_and_reaches_the_derivative(rate: float, x: float) -> Any:
    return math.exp(rate * x)


@gradcheck(domain={"x": "[-2, 2]"}, grad=lambda x, rate: rate * np.exp(rate * x))
def test_a_domain_of_the_other_parameter_leaves_a_fixture_alone(rate: float, x: float) -> Any:
    return math.exp(rate * x)


class TestMethod:
    rate = 2.0

    @pytest.mark.parametrize("n", [2, 3])
    @gradcheck(domain="[0.5, 2]", grad=lambda self, x, n: self.rate * n * x ** (n - 1))
    def test_self_and_parametrized_values_reach_the_derivative(self, x: float, n: int) -> Any:
        return self.rate * x**n

    @gradcheck(domain={"z": [(-2.0, 2.0)] * 3}, vjp=lambda self, z, dy: [self.rate * d for d in dy])
    def test_a_vector(self, z: Any) -> Any:
        return [self.rate * x for x in z]


def test_a_function_that_does_not_tell_its_parameters_is_refused() -> None:
    with pytest.raises(TypeError, match=r"log does not tell its parameters; check lambda x: log\(x\)"):
        gradcheck(math.log, grad=lambda x: 1 / x)


def test_a_failing_test_stands_where_the_user_wrote_it() -> None:
    def test_square(x: float) -> float:
        return x * x

    with pytest.raises(GradientMismatch) as failure:
        gradcheck(test_square, domain="[0, 1]", grad=lambda x: 3 * x)()
    (shown,) = [entry for entry in failure.traceback if entry.name == "test_square"]
    assert (str(shown.path), shown.lineno) == (__file__, test_square.__code__.co_firstlineno)
