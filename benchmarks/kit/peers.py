"""The derivative checks of other libraries on the historical bugs, run by the peers' own Python: peers.py NAME.

Each gets what its users give it: some random points of the domain, and default tolerances. The answer is a line of JSON
for each bug: whether the wrong derivative failed at a point, and whether the right one passed at all.
"""

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from history import BUGS, Bug  # in this folder: nothing else of the repository can be imported

POINTS = 10


def drawn(domain: Any, bug: Bug, chance: Any) -> list[Any]:
    """A number or an array for each parameter, evenly over its interval."""
    names = bug.f.__code__.co_varnames[: bug.f.__code__.co_argcount]
    domains = domain if isinstance(domain, dict) else dict.fromkeys(names, domain)
    return [np.array([_one(text, chance) for text in np.ravel(d)]).reshape(np.shape(d)) for d in domains.values()]


def _one(text: str, chance: Any) -> float:
    low, high = (float(end) for end in str(text).strip("[]()").split(","))
    return float(chance.uniform(low, high))


def forward_and_vjp(bug: Bug, derivative: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The function and its vjp over arrays; for a Hessian, of the gradient."""
    f = (bug.more or {})["grad"] if bug.form == "hessian" else bug.f

    def plain(args: Any) -> list[Any]:
        return [x if x.ndim else float(x) for x in map(np.asarray, args)]

    def forward(*args: Any) -> Any:
        return np.asarray(f(*plain(args)), dtype=float)

    def vjp(dy: Any, *args: Any) -> list[Any]:
        dy = np.asarray(dy)
        if bug.form == "vjp":
            found = [derivative(*plain(args), dy if dy.ndim else float(dy))]
        else:
            parts = derivative(*plain(args))
            parts = parts if isinstance(parts, tuple) else [parts]
            found = [np.tensordot(dy, np.asarray(part, dtype=float), dy.ndim) for part in parts]
        return [np.asarray(d, dtype=float).reshape(np.shape(x)) for d, x in zip(found, args)]

    return forward, vjp


def by_torch(bug: Bug, derivative: Callable[..., Any], point: list[Any]) -> bool:
    """torch.autograd.gradcheck of a Function."""
    import torch

    forward, vjp = forward_and_vjp(bug, derivative)

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, *args: Any) -> Any:
            context.save_for_backward(*args)
            return torch.tensor(forward(*(x.numpy() for x in args)))

        @staticmethod
        def backward(context: Any, dy: Any) -> Any:
            return tuple(map(torch.tensor, vjp(dy.numpy(), *(x.numpy() for x in context.saved_tensors))))

    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    return bool(torch.autograd.gradcheck(Function.apply, inputs, raise_exception=False))


def by_jax(bug: Bug, derivative: Callable[..., Any], point: list[Any]) -> bool:
    """jax.test_util.check_grads of a custom_vjp, in float64."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    forward, vjp = forward_and_vjp(bug, derivative)
    shapes = [jax.ShapeDtypeStruct(np.shape(x), float) for x in point]
    result = jax.ShapeDtypeStruct(forward(*point).shape, float)

    @jax.custom_vjp
    def function(*args: Any) -> Any:
        return jax.pure_callback(forward, result, *args)

    function.defvjp(
        lambda *args: (function(*args), args),
        lambda args, dy: tuple(jax.pure_callback(lambda dy, *xs: vjp(dy, *xs), shapes, dy, *args)),
    )
    try:
        check_grads(function, tuple(map(jax.numpy.asarray, point)), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def main() -> None:
    """Print the answers."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    passes = {"torch": by_torch, "jax": by_jax}[sys.argv[1]]
    for bug in BUGS:
        chance = np.random.default_rng(0)
        points = [drawn(bug.domain, bug, chance) for _ in range(POINTS)]
        found = not all(passes(bug, bug.wrong, point) for point in points)
        print(json.dumps([found, all(passes(bug, bug.right, point) for point in points)]), flush=True)


if __name__ == "__main__":
    main()
