"""The peers on the same tables, each in a separate process, run by the Python of their environment.

As a script, others.py NAME prints one line of JSON: for each function and each way its numbers, or null for an error.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
PEERS = ["JAX", "HIPS"]
Ways = dict[str, Callable[..., Any]]


def answers(peer: str) -> Any:
    """What a peer gives for each function, by way; or why it gives nothing."""
    from benchmarks.compiled.environment import COMMAND, PYTHON

    if not PYTHON.exists():
        return f"not installed: {COMMAND}"
    variables = {key: text for key, text in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [PYTHON, __file__, peer], stdout=subprocess.PIPE, text=True, env=variables, cwd=tempfile.gettempdir()
    )
    return json.loads(done.stdout) if done.returncode == 0 else "its process failed; the error is above"


# --- in the peer's process ------------------------------------------------------------------------


def jax() -> tuple[Any, Ways]:
    """JAX's module in place of NumPy, and its derivatives."""
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = {"compiled": lambda f: jax.jit(jax.grad(f))}
    return jax.numpy, {"gradient": jax.grad, **compiled, "Hessian": jax.hessian}


def hips() -> tuple[Any, Ways]:
    """The same of HIPS autograd, which is found before ours: the repository is last on the path."""
    autograd = import_module("autograd")
    return import_module("autograd.numpy"), {"gradient": autograd.grad, "Hessian": autograd.hessian}


@contextlib.contextmanager
def standing(numpy: Any) -> Iterator[None]:
    """Import a peer's module under the names of NumPy and `math`; what it lacks is Python's."""
    own = {name: sys.modules[name] for name in ("numpy", "math")}
    math = ModuleType("math")
    math.__dict__.update(vars(own["math"]) | {name: f for name, f in vars(numpy).items() if hasattr(own["math"], name)})
    sys.modules |= {"numpy": numpy, "math": math}
    try:
        yield
    finally:
        sys.modules |= own


def problems() -> dict[str, Any]:
    """The tables, imported anew."""
    for name in [name for name in sys.modules if name.startswith("benchmarks")]:
        del sys.modules[name]
    import_module("benchmarks.objectives")
    registry = import_module("benchmarks.objectives.registry")
    return {name: (p.function, registry.argument(name, p.start)) for name, p in registry.problems().items()}


def numbers(derivative: Any, f: Any, x: Any) -> list[float] | None:
    """A derivative as a flat list; None for an error, which is what a user would meet."""
    import numpy

    try:
        return [float(v) for v in numpy.ravel(numpy.asarray(derivative(f)(x), dtype=float))]
    except Exception:
        return None


def main() -> None:
    """Print the numbers of one peer."""
    sys.path.append(str(ROOT))
    from benchmarks.serving import own_output

    output = own_output()
    numpy, ways = {"JAX": jax, "HIPS": hips}[sys.argv[1]]()
    warnings.simplefilter("ignore")
    found = {name: {"as it stands": numbers(ways["gradient"], f, x)} for name, (f, x) in problems().items()}
    with standing(numpy):
        replaced = problems()
    for name, (f, x) in replaced.items():
        found[name] |= {f"with its own numpy, {way}": numbers(d, f, x) for way, d in ways.items()}
    print(json.dumps(found), file=output, flush=True)


if __name__ == "__main__":
    main()
