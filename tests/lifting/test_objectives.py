"""A sample of the benchmark's objectives, and what is known of all of them: their least values."""

import inspect
import itertools

import numpy as np
import pytest

from benchmarks.objectives.checking import outcome
from benchmarks.objectives.registry import OBJECTIVES, RESIDUALS, TEXTBOOK, problems

BRANCHES = " if ", "while "  # which a trace refuses
SAMPLE = list(itertools.islice(problems(), 0, None, 12))


def test_the_tables_are_large_enough() -> None:
    assert len(OBJECTIVES) >= 150 and 2 * len(RESIDUALS) >= 50 and len(TEXTBOOK) >= 40


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_right_in_every_way(name: str) -> None:
    problem = problems()[name]
    found = outcome(name, problem)
    source = inspect.getsource(inspect.unwrap(problem.function))
    for way in ("lifted", "Hessian, lifted", "compiled", "Hessian, compiled"):
        if "compiled" in way and any(word in source for word in BRANCHES) and "TraceError" in found[way]:
            continue
        assert found[way] == ""


def test_numpys_objectives_need_no_lift() -> None:
    for name, problem in itertools.islice(OBJECTIVES.items(), 0, 70, 7):
        assert outcome(f"objective {name}", problem)["as it stands"] == ""


@pytest.mark.parametrize("name", [name for name, problem in OBJECTIVES.items() if problem.where is not None])
def test_known_least_values(name: str) -> None:
    function, _, least, where = OBJECTIVES[name]
    assert float(function(np.array(where))) == pytest.approx(least, rel=1e-9, abs=1e-9)
