"""The peers, each in a separate process, run by the Python of their environment: peers.py NAME.

Requests and answers are lines of JSON: {"case", "path"} prepares a program, named by its letter and a number of rows,
and saves what it returns for the first inputs at the path; {"calls"} takes a turn. The first line gives the version.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import signature
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import programs
from cases import CALLS, CASES, Case

sys.path.append(str(Path(__file__).parents[2]))  # last: the environment has an autograd of its own

from scalar_peers import XAD, CasADi, PyTorch

from benchmarks.compiled.turns import Job, first_call
from benchmarks.serving import Prepared, in_turns, serve

# What reverse mode does not go through is written in another way.
OTHERS = {
    "van_der_pol": "van_der_pol_bounded",
    "implied_volatility": "implied_volatility_implicit",
    "escape_time": "escape_time_bounded",
}


class JAX:
    """Value and gradients of jax_programs.py, jit, float64; over rows by vmap."""

    package = "jax"

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        self.programs = import_module("jax_programs")

    def build(self, case: Case, inputs: list[list[Any]], rows: int | None) -> Job:
        import jax
        import jax.numpy as jnp

        f = getattr(self.programs, OTHERS.get(case.name, case.name))
        names = [name for name in signature(f).parameters if name != "attempts"]
        static = {name: a for name, a in zip(names, inputs[0], strict=True) if name in case.static}
        traced = [name for name in names if name not in static]

        def of_row(*arguments: Any) -> Any:
            return f(**dict(zip(traced, arguments, strict=True)), **static)

        over = jax.vmap(of_row, in_axes=[0 if name in case.rows else None for name in traced])
        argnums = tuple(traced.index(names[k]) for k in case.argnums)
        if rows is None:
            both = jax.value_and_grad(of_row, argnums)
        elif case.reduce is None:
            both = jax.vmap(jax.value_and_grad(of_row, argnums))
        else:
            reduced = {"sum": jnp.sum, "mean": jnp.mean}[case.reduce]
            both = jax.value_and_grad(lambda *arguments: reduced(over(*arguments)), argnums)
        fast = jax.jit(both)
        arrays = [[jnp.array(a) for name, a in zip(names, args, strict=True) if name in traced] for args in inputs]
        turns = cycle(arrays)

        def evaluate() -> list[Any]:
            value, gradients = fast(*arrays[0])
            return [np.asarray(array) for array in (value, *gradients)]

        return Job(evaluate, lambda: jax.block_until_ready(fast(*next(turns))))


class Numba:
    """The value alone, of the tight version where there is one; over rows, their sum."""

    package = "numba"

    def __init__(self) -> None:
        self.programs = import_module("numba_programs")

    def build(self, case: Case, inputs: list[list[Any]], rows: int | None) -> Job:
        f = self.programs.TIGHT.get(case.name) or getattr(self.programs.as_written, case.name)
        if rows is not None:
            f = self.programs.over_rows(f, list(signature(getattr(programs, case.name)).parameters), case.rows)
        turns = cycle(inputs)
        return Job(lambda: [np.array(f(*inputs[0]))], lambda: f(*next(turns)))


PEERS: dict[str, Callable[[], Any]] = {"JAX": JAX, "CasADi": CasADi, "XAD": XAD, "PyTorch": PyTorch, "numba": Numba}


def prepare(peer: Any, key: str) -> Prepared:
    """Build a program, named by its letter and a number of rows."""
    letter, count = key.split()
    case, rows = CASES[letter], int(count) or None
    inputs = case.inputs(getattr(programs, case.name), rows, CALLS[rows])
    return Prepared(*first_call(peer.build, case, inputs, rows, clock=time.process_time), rows or 1)


if __name__ == "__main__":
    peer = PEERS[sys.argv[1]]
    serve(peer.package, lambda: in_turns(partial(prepare, peer())))
