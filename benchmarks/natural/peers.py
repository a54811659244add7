"""JAX in a process of its own, run by the Python of its environment: peers.py JAX.

Requests and answers are lines of JSON: {"case", "path"} prepares a model and saves its value and gradients at the path;
{"calls"} takes a turn. The first line gives the version.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from cases import ROWS, case_of

sys.path.append(str(Path(__file__).parents[2]))  # last: the environment has an autograd of its own

from benchmarks.compiled.turns import Job, first_call
from benchmarks.serving import Prepared, in_turns, serve


def build(name: str) -> Job:
    """The mean over rows and its gradients: vmap, jit, float64."""
    import jax
    import jax_models

    jax.config.update("jax_enable_x64", True)
    case = case_of(name, ROWS)
    over = jax.vmap(getattr(jax_models, case.model), [None, *[0] * len(case.rows)])
    fast = jax.jit(jax.value_and_grad(lambda p, *rows: over(p, *rows).mean()))
    given = jax.tree.map(jax.numpy.array, (case.parameters, *case.rows.values()))

    def evaluate() -> list[Any]:
        value, slopes = fast(*given)
        return [np.asarray(array) for array in (value, *[slopes[key] for key in case.parameters])]

    return Job(evaluate, lambda: jax.block_until_ready(fast(*given)))


def prepare(key: str) -> Prepared:
    """Build a model."""
    return Prepared(*first_call(build, key, clock=time.process_time), ROWS)


if __name__ == "__main__":
    serve("jax", lambda: in_turns(prepare))
