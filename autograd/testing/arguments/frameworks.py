"""Functions of other frameworks that bring a derivative of their own, as a function of floats and its backward pass.

torch.autograd.Function, JAX's functions (custom_vjp, custom_jvp, jit) and HIPS autograd's primitives: a caller who
has one has imported its framework, so nothing is imported here.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from autograd.primitives.operators import Scalar
from autograd.testing.arguments.arguments import is_foreign_array, opened
from autograd.transforms.structure import is_array, leaves, like

Pair = tuple[Callable[..., Any], Callable[..., Any]]  # f, and vjp(*args, dy)


def with_own_derivative(f: Any) -> Pair | None:
    """The function and its backward pass, if it is one of a framework that has both; else None."""
    function = f if isinstance(f, type) else getattr(f, "__self__", None)
    torch: Any = sys.modules.get("torch")
    if torch and isinstance(function, type) and issubclass(function, torch.autograd.Function):
        return _of_torch(torch, function)
    if type(f).__module__.partition(".")[0] in ("jax", "jaxlib") and not is_foreign_array(f):
        return _of_jax(sys.modules["jax"], f)
    if getattr(f, "_is_autograd_primitive", False):
        return _of_hips(sys.modules[f"{f.__globals__['__package__']}.core"], f)
    return None


def _of_torch(torch: Any, function: Any) -> Pair:
    def tensor(x: Any) -> Any:
        if not _is_moving(x):
            return x
        made = x.detach().clone() if is_foreign_array(x) else torch.tensor(x, dtype=torch.float64)
        return made.requires_grad_()

    def forward(*args: Any) -> Any:
        result = function.apply(*map(tensor, args))
        return result.detach() if hasattr(result, "detach") else like(result, [part.detach() for part in result])

    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy
        inputs = [tensor(x) for x in args]
        moving = [x for x, given in zip(inputs, args) if _is_moving(given)]
        result = function.apply(*inputs)
        adjoints = _like(result, iter(leaves(opened(dy), "dy")), torch.tensor)
        several = isinstance(result, (tuple, list))
        outputs = [pair for pair in (zip(result, adjoints) if several else [(result, adjoints)]) if pair[0].grad_fn]
        found = iter(torch.autograd.grad([y for y, _ in outputs], moving, [d for _, d in outputs], allow_unused=True))
        return _each(args, [torch.zeros_like(x) if d is None else d for x, d in zip(moving, found)])

    own_context = function.setup_context is torch.autograd.Function.setup_context
    parameters = list(inspect.signature(function.forward).parameters.values())[own_context:]
    return _named(forward, function, parameters), vjp


def _of_jax(jax: Any, f: Any) -> Pair:
    def moving(args: Any) -> list[Any]:
        return [jax.numpy.asarray(x) if _is_moving(x) else x for x in args]

    def forward(*args: Any) -> Any:
        return f(*moving(args))

    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy

        def of_moving(*numbers: Any) -> Any:
            rest = iter(numbers)
            return f(*(next(rest) if _is_moving(x) else x for x in args))

        result, back = jax.vjp(of_moving, *(x for x in moving(args) if _is_moving(x)))
        return _each(args, back(_like(result, iter(leaves(opened(dy), "dy")), jax.numpy.asarray)))

    return _named(forward, f, list(inspect.signature(f).parameters.values())), vjp


def _of_hips(core: Any, f: Any) -> Pair:
    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy
        found = []
        for i, x in enumerate(args):
            if _is_moving(x):
                back, _ = core.make_vjp(lambda t, i=i: f(*args[:i], t, *args[i + 1 :]), x)
                found.append(back(dy))
        return _each(args, found)

    return _named(lambda *args: f(*args), f, list(inspect.signature(f).parameters.values())), vjp


def _is_moving(x: Any) -> bool:
    """Whether an argument is differentiated: whole numbers, flags and texts are settings; TypeError for a Value."""
    if isinstance(x, Scalar):
        raise TypeError("a function of another framework takes no Values")
    return isinstance(x, float) or is_foreign_array(x) or (is_array(x) and x.dtype.kind == "f")


def _each(args: Any, found: Any) -> Any:
    """A derivative for each argument, None for a setting; that of a single one as it is."""
    rest = iter(found)
    parts = tuple(next(rest) if _is_moving(x) else None for x in args)
    return parts[0] if len(parts) == 1 else parts


def _like(result: Any, numbers: Iterator[Any], array: Callable[..., Any]) -> Any:
    """Numbers in the structure, shapes and precision of a result."""
    if isinstance(result, dict):
        return {key: _like(part, numbers, array) for key, part in result.items()}
    if isinstance(result, (list, tuple)):
        return like(result, [_like(part, numbers, array) for part in result])
    count = 1
    for size in result.shape:
        count *= size
    return array([float(next(numbers)) for _ in range(count)], dtype=result.dtype).reshape(result.shape)


def _named(forward: Callable[..., Any], f: Any, parameters: list[inspect.Parameter]) -> Callable[..., Any]:
    forward.__name__ = getattr(f, "__name__", type(f).__name__)
    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return forward
