"""Eight models in natural code: they compile unchanged, and give what the engine gives."""

import numpy as np
import pytest

from autograd import compile, value_and_grad
from benchmarks.natural import cases, models


@pytest.mark.parametrize("make", cases.EIGHT, ids=lambda make: make.__name__)
def test_a_model_in_natural_code_compiles_unchanged(make) -> None:
    case = make(np.random.default_rng(1), 3)
    loss = getattr(models, case.model)
    fast = compile(loss, rows=tuple(case.rows), index=case.index)
    value, slopes = fast.value_and_grad(case.parameters, *case.rows.values(), reduce="sum")
    each = [value_and_grad(loss)(case.parameters, *row) for row in zip(*case.rows.values())]
    np.testing.assert_allclose(value, sum(v for v, _ in each), rtol=1e-11)
    for name, slope in slopes.items():
        np.testing.assert_allclose(slope, sum(g[name] for _, g in each), rtol=1e-9, atol=1e-13)
