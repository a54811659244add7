"""JAX in a process of its own, run by the Python of its environment: peers.py JAX.

Requests and answers are lines of JSON: {"case", "path"} prepares a model and saves its value and gradients at the path;
{"calls"} takes a turn. The first line gives the version.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from cases import ROWS, case_of

sys.path.append(str(Path(__file__).parents[2]))  # last: the environment has an autograd of its own

from benchmarks.compiled.turns import Job, turn


def build(name: str) -> Job:
    """The mean over rows and its gradients: vmap, jit, float64."""
    import jax
    import jax_models

    case = case_of(name, ROWS)
    over = jax.vmap(getattr(jax_models, case.model), [None, *[0] * len(case.rows)])
    fast = jax.jit(jax.value_and_grad(lambda p, *rows: over(p, *rows).mean()))
    given = jax.tree.map(jax.numpy.array, (case.parameters, *case.rows.values()))

    def evaluate() -> list[Any]:
        value, slopes = fast(*given)
        return [np.asarray(array) for array in (value, *[slopes[key] for key in case.parameters])]

    return Job(evaluate, lambda: jax.block_until_ready(fast(*given)))


def main() -> None:
    """Serve until the requests end."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # anything a library prints must not mix with the answers
    try:
        import jax
    except ModuleNotFoundError as error:
        print(json.dumps({"absent": f"not installed ({error})"}), file=answers, flush=True)
        return
    jax.config.update("jax_enable_x64", True)
    print(json.dumps({"version": version("jax")}), file=answers, flush=True)
    jobs: list[Job] = []
    for line in sys.stdin:
        request = json.loads(line)
        if "calls" in request:
            seconds, cores = turn(jobs[-1].run, request["calls"])
            answer = {"seconds": seconds, "cores": cores}
        else:
            start = time.process_time()
            jobs.append(build(request["case"]))
            arrays = jobs[-1].evaluate()
            answer = {"first": time.process_time() - start, "rows": ROWS}
            np.savez(request["path"], *arrays)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
