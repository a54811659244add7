"""The pendulum: its parameters are found again, the program is a loop, and its gradient is the engine's."""

import re
from importlib.util import find_spec

import numpy as np
import pytest

import autograd
from demos import pendulum
from tests.demos.telling import told


def test_the_parameters_are_found_again(tmp_path) -> None:
    printed = told("pendulum", tmp_path, "400")
    assert "    for k in range(399):\n        observed_k = observed[k]\n" in printed
    loop = re.search(r"    for k in range\(399\):\n((?: {8}.*\n)+)", printed)[1]
    assert loop.count("\n") < 60
    assert re.search(r"        angle_2, speed_2, x = \w+, \w+, \w+\n$", loop)
    rows = re.findall(r"^(true|start|fitted) +(.*)$", printed, re.MULTILINE)
    true, start, fitted = (np.array(numbers.split(), float) for _, numbers in rows)
    assert fitted[-1] <= true[-1] < start[-1] / 50
    np.testing.assert_allclose(fitted[:-1], true[:-1], atol=0.1)
    compiled, eager = map(float, re.search(r"takes (\S+) ms compiled and (\S+) ms eagerly", printed).groups())
    assert (10 if find_spec("llvmlite") else 1) * compiled < eager


def test_the_gradient_is_the_engine_s() -> None:
    observed = pendulum.path(pendulum.TRUE, 200)
    assert observed[-1] < observed.max() - 0.1  # it has bounced
    fast = autograd.compile(pendulum.cost)
    value, gradient = autograd.value_and_grad(pendulum.cost, pendulum.FIVE)(*pendulum.START, observed.tolist())
    again, slopes = fast.value_and_grad(*pendulum.START, observed, argnums=pendulum.FIVE)
    assert again == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(slopes, gradient, rtol=1e-10)


def test_energy_is_lost_to_damping_and_at_the_wall_alone() -> None:
    for length in (0.7, 1.3):
        swing = pendulum.path((-2.0, 0.0, length, 0.0, 1.0), 1000)
        assert swing.max() <= 0
        assert swing.min() == pytest.approx(-2.0, abs=1e-6)  # from the wall it comes back as high as it was
        assert pendulum.path((-2.0, 0.0, length, 0.0, 0.8), 1000)[500:].min() > -1.9
        assert pendulum.path((-2.0, 0.0, length, 0.1, 1.0), 1000)[500:].min() > -1.9


def test_too_few_steps_are_refused() -> None:
    with pytest.raises(SystemExit, match="at least 200 steps"):
        pendulum.main(10)
