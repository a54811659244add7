"""Option Greeks: the compiled program agrees with the textbook, and with what the demo prints."""

import re

import numpy as np

import autograd
from demos import greeks
from tests.demos.telling import told


def test_the_story_is_told(tmp_path) -> None:
    printed = told("greeks", tmp_path)
    assert "    v1 = sqrt(T)" in printed
    assert "    return v20, (dS, dK, dT, dr, dsigma)" in printed
    assert "normal_cdf_1[1 × rows]" in printed
    assert float(re.search(r"largest relative error .*: (\S+)", printed)[1]) < 1e-12
    assert "1,000,000 random options" in printed
    assert printed.count("million options a second") == 3


def test_every_greek_of_random_options_is_the_textbook_s() -> None:
    rng = np.random.default_rng(1)
    options = [rng.uniform(low, high, 2000) for low, high in greeks.MARKET]
    fast = autograd.compile(greeks.call, rows=("S", "K", "T", "r", "sigma"))
    for name, found, wanted in zip(greeks.GREEKS, greeks.derived(fast, options), greeks.textbook(*options)):
        # Prices of options far out of the money are small differences of large numbers, in both.
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-13 * np.abs(wanted).max(), err_msg=name)


def test_the_engine_agrees_on_one_option() -> None:
    option = greeks.OPTIONS["at the money"]
    price, gradient = autograd.value_and_grad(greeks.call, greeks.FIVE)(*option)
    first = [price, *gradient[:2], -gradient[2], *gradient[3:]]
    wanted = [float(greek[0]) for greek in greeks.textbook(*(np.array([x]) for x in option))]
    np.testing.assert_allclose(first, wanted[:6], rtol=1e-12)
