"""CasADi, XAD and PyTorch on the programs as they are written, for one set of parameters; run by peers.py.

XAD and PyTorch follow each call's own path, with a tape. CasADi runs f once on expressions, which have no truth.
"""

import builtins
import math
from collections.abc import Callable
from functools import reduce
from inspect import signature
from itertools import cycle
from typing import Any

import numpy as np
import programs
from cases import Case

from benchmarks.compiled.turns import Job
from benchmarks.serving import Absent

NAMES = ("erf", "exp", "log", "log2", "sqrt", "tanh")


def entered(x: Any, leaf: Callable[[float], Any]) -> Any:
    """An argument as lists of leaves."""
    return [entered(part, leaf) for part in x] if np.ndim(x) else leaf(float(x))


def arrays(value: Any, gradients: Any) -> list[Any]:
    """A value and gradients as arrays."""
    return [np.asarray(x, dtype=float) for x in (value, *gradients)]


class OnTape:
    """What XAD and PyTorch share: a call makes leaves of what is differentiated, runs the program, and sweeps back."""

    functions: dict[str, Any]

    def build(self, case: Case, inputs: list[list[Any]], rows: int | None) -> Job:
        if rows is not None:
            raise Absent("for one set of parameters alone")
        f = getattr(programs.load(self.functions), case.name)
        lists = [
            [a if k in case.argnums or not np.ndim(a) else np.asarray(a).tolist() for k, a in enumerate(x)]
            for x in inputs
        ]
        turns = cycle(lists)
        return Job(
            lambda: arrays(*self.both(f, lists[0], case.argnums)), lambda: self.both(f, next(turns), case.argnums)
        )

    def both(self, f: Callable[..., Any], arguments: list[Any], argnums: tuple[int, ...]) -> tuple[float, list[Any]]:
        """A value and its gradients."""
        raise NotImplementedError


class XAD(OnTape):
    """XAD's tape for Python."""

    package = "xad"

    def __init__(self) -> None:
        import xad.adj_1st  # of the package, `xad.adj_1st` is another module until then
        import xad.math

        self.xad, self.functions = xad.adj_1st, {name: getattr(xad.math, name) for name in NAMES}

    def both(self, f: Callable[..., Any], arguments: list[Any], argnums: tuple[int, ...]) -> tuple[float, list[Any]]:
        with self.xad.Tape() as tape:

            def leaf(x: float) -> Any:
                made = self.xad.Real(x)
                tape.registerInput(made)
                return made

            given = [entered(a, leaf) if k in argnums else a for k, a in enumerate(arguments)]
            tape.newRecording()
            y = f(*given)
            if isinstance(y, float):
                return y, [np.zeros(np.shape(arguments[k])) for k in argnums]
            tape.registerOutput(y)
            y.derivative = 1.0
            tape.computeAdjoints()
            return y.value, [of_leaves(given[k], lambda x: x.derivative) for k in argnums]


class PyTorch(OnTape):
    """PyTorch's tensors of no dimension, eagerly."""

    package = "torch"

    def __init__(self) -> None:
        import torch

        def either(name: str) -> Callable[[Any], Any]:
            ours, plain = getattr(torch, name), getattr(math, name)
            return lambda x: ours(x) if isinstance(x, torch.Tensor) else plain(x)

        torch.set_num_threads(1)
        self.torch, self.functions = torch, {name: either(name) for name in NAMES}

    def both(self, f: Callable[..., Any], arguments: list[Any], argnums: tuple[int, ...]) -> tuple[float, list[Any]]:
        def leaf(x: float) -> Any:
            return self.torch.tensor(x, dtype=self.torch.float64, requires_grad=True)

        given = [entered(a, leaf) if k in argnums else a for k, a in enumerate(arguments)]
        y = f(*given)
        if isinstance(y, self.torch.Tensor) and y.requires_grad:
            y.backward()
        slopes = [of_leaves(given[k], lambda x: 0.0 if x.grad is None else float(x.grad)) for k in argnums]
        return y.item() if isinstance(y, self.torch.Tensor) else y, slopes


def of_leaves(x: Any, found: Callable[[Any], float]) -> Any:
    """A number of each leaf, in its lists."""
    return [of_leaves(part, found) for part in x] if isinstance(x, list) else found(x)


class CasADi:
    """Scalar expressions (SX), differentiated, run by its virtual machine on matrices of its own."""

    package = "casadi"

    def __init__(self) -> None:
        import casadi as ca

        def chosen(name: str, of_two: Callable[[Any, Any], Any]) -> Callable[..., Any]:
            plain = getattr(builtins, name)

            def choose(*x: Any) -> Any:
                items = list(x[0]) if len(x) == 1 else x
                return reduce(of_two, items) if any(isinstance(v, ca.SX) for v in items) else plain(items)

            return choose

        own = {name: getattr(ca, name) for name in NAMES if name != "log2"} | {
            "log2": lambda x: ca.log(x) / math.log(2)
        }
        self.ca, self.functions = ca, own | {"max": chosen("max", ca.fmax), "min": chosen("min", ca.fmin)}

    def build(self, case: Case, inputs: list[list[Any]], rows: int | None) -> Job:
        if rows is not None:
            raise Absent("for one set of parameters alone")
        ca = self.ca
        f = getattr(programs.load(self.functions), case.name)
        moving = [
            k for k, name in enumerate(list(signature(f).parameters)[: len(inputs[0])]) if name not in case.static
        ]
        columns = {k: ca.SX.sym("x", np.size(inputs[0][k])) for k in moving}

        def expressions(k: int) -> Any:
            symbols = iter(ca.vertsplit(columns[k]))
            return entered(inputs[0][k], lambda _: next(symbols))

        try:
            y = f(*[expressions(k) if k in columns else a for k, a in enumerate(inputs[0])])
        except RuntimeError as error:
            raise Absent(str(error).splitlines()[0]) from error
        program = ca.Function("f", [*columns.values()], [y, *(ca.gradient(y, columns[k]) for k in case.argnums)])
        numbers = [[ca.DM(np.ravel(np.asarray(x[k], float))) for k in moving] for x in inputs]
        shapes = [(), *(np.shape(inputs[0][k]) for k in case.argnums)]
        turns = cycle(numbers)

        def evaluate() -> list[Any]:
            return [np.reshape(x.full(), shape) for x, shape in zip(program(*numbers[0]), shapes, strict=True)]

        return Job(evaluate, lambda: program(*next(turns)))
