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

from benchmarks.compiled.turns import Job, turn
from benchmarks.serving import serve


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


class Server:
    """Prepares models, and takes turns with the latest."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def answer(self, request: Any) -> Any:
        if "calls" in request:
            seconds, cores = turn(self.jobs[-1].run, request["calls"])
            return {"seconds": seconds, "cores": cores}
        start = time.process_time()
        self.jobs.append(build(request["case"]))
        arrays = self.jobs[-1].evaluate()
        first = time.process_time() - start
        np.savez(request["path"], *arrays)
        return {"first": first, "rows": ROWS}


if __name__ == "__main__":
    serve("jax", Server().answer)
