"""Splits a function of another framework that has its own derivatives into a function and its backward passes.

These are torch.autograd.Function, JAX functions (custom_vjp, custom_jvp, jit) and primitives of HIPS autograd. Nothing
is imported here: a caller who has such a function has already imported its framework.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

from autograd.primitives.operators import Scalar
from autograd.testing.arguments.arguments import is_foreign_array
from autograd.trees import CONTAINERS, is_array, map_parts, parts_of

# f, vjp(*args, dy), and double(*args, dy, vectors): the backward pass of vjp, with a vector or None for each argument
WithDerivatives = tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]


def with_own_derivatives(f: Any) -> WithDerivatives | None:
    """The function and its backward passes, if a framework gave it its own derivatives; otherwise None."""
    function = f if isinstance(f, type) else getattr(f, "__self__", None)
    torch: Any = sys.modules.get("torch")
    if torch and isinstance(function, type) and issubclass(function, torch.autograd.Function):
        return _of_torch(torch, function)
    if type(f).__module__.partition(".")[0] in ("jax", "jaxlib") and not is_foreign_array(f):
        return _of_jax(sys.modules["jax"], f)
    if getattr(f, "_is_autograd_primitive", False):
        return _of_hips(f.__globals__["__package__"], f)
    return None


def _of_torch(torch: Any, function: Any) -> WithDerivatives:
    def tensor(x: Any) -> Any:
        if not _is_moving(x):
            return x
        made = x.detach().clone() if is_foreign_array(x) else torch.tensor(x, dtype=torch.float64)
        return made.requires_grad_()

    def forward(*args: Any) -> Any:
        result = function.apply(*map(tensor, args))
        return result.detach() if hasattr(result, "detach") else map_parts(lambda part: part.detach(), result)

    def backward(args: Any, dy: Any, create_graph: bool) -> tuple[list[Any], list[Any]]:
        """The inputs that are differentiated, and their derivatives."""
        inputs = [tensor(x) for x in args]
        moving = [x for x, given in zip(inputs, args) if _is_moving(given)]
        result = function.apply(*inputs)
        several = isinstance(result, (tuple, list))
        outputs = [pair for pair in (zip(result, dy) if several else [(result, dy)]) if pair[0].grad_fn]
        return moving, summed(outputs, moving, create_graph)

    def summed(outputs: list[tuple[Any, Any]], moving: list[Any], create_graph: bool = False) -> list[Any]:
        """The derivatives of the sum of the outputs, each times its paired start."""
        if not outputs:
            return [torch.zeros_like(x) for x in moving]
        ends, starts = zip(*outputs)
        found = torch.autograd.grad(ends, moving, starts, create_graph=create_graph, allow_unused=True)
        return [torch.zeros_like(x) if d is None else d for x, d in zip(moving, found)]

    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy
        return _each(args, backward(args, dy, False)[1])

    def double(*more: Any) -> Any:
        *args, dy, vectors = more
        moving, first = backward(args, dy, True)
        given = [(d, v) for d, v in zip(first, _of_moving(args, vectors)) if d.grad_fn and v is not None]
        return _each(args, summed([(d, torch.as_tensor(v, dtype=d.dtype)) for d, v in given], moving))

    own_context = function.setup_context is torch.autograd.Function.setup_context
    parameters = list(inspect.signature(function.forward).parameters.values())[own_context:]
    return _named(forward, function, parameters), vjp, double


def _of_jax(jax: Any, f: Any) -> WithDerivatives:
    def moving(args: Any) -> list[Any]:
        return [jax.tree.map(jax.numpy.asarray, x) if _is_moving(x) else x for x in args]

    def forward(*args: Any) -> Any:
        return f(*moving(args))

    def conjugated(tree: Any) -> Any:
        """JAX's complex derivatives are conjugates of the ones that the kit compares."""
        return jax.tree.map(jax.numpy.conj, tree)

    def filled(d: Any, v: Any) -> Any:
        return jax.tree.map(jax.numpy.zeros_like, d) if v is None else jax.tree.map(jax.numpy.full_like, d, v)

    def pass_of(args: Any, dy: Any) -> tuple[Callable[..., Any], list[Any]]:
        """The backward pass as a function of the differentiated numbers, and those numbers."""

        def of_moving(*numbers: Any) -> Any:
            rest = iter(numbers)
            return f(*(next(rest) if _is_moving(x) else x for x in args))

        def backward(*numbers: Any) -> Any:
            return conjugated(jax.vjp(of_moving, *numbers)[1](conjugated(dy)))

        return backward, [x for x in moving(args) if _is_moving(x)]

    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy
        backward, numbers = pass_of(args, dy)
        return _each(args, backward(*numbers))

    def double(*more: Any) -> Any:
        *args, dy, vectors = more
        backward, numbers = pass_of(args, dy)
        first, back = jax.vjp(backward, *numbers)
        pairs = zip(_of_moving(args, vectors), first)
        return _each(args, conjugated(back(conjugated(tuple(filled(d, v) for v, d in pairs)))))

    return _named(forward, f, list(inspect.signature(f).parameters.values())), vjp, double


def _of_hips(package: str, f: Any) -> WithDerivatives:
    core, numpy = (sys.modules[f"{package}.{name}"] for name in ("core", "numpy"))

    def conjugated(x: Any) -> Any:
        """HIPS autograd's complex derivatives are conjugates, as in JAX."""
        return map_parts(conjugated, x) if isinstance(x, CONTAINERS) else numpy.conj(x)

    def backward(args: Any, dy: Any, i: int) -> Any:
        """The derivative with respect to one argument."""
        back, _ = core.make_vjp(lambda t: f(*args[:i], t, *args[i + 1 :]), args[i])
        return conjugated(back(conjugated(dy)))

    def vjp(*args_and_dy: Any) -> Any:
        *args, dy = args_and_dy
        return _each(args, [backward(args, dy, i) for i, x in enumerate(args) if _is_moving(x)])

    def double(*more: Any) -> Any:
        *args, dy, vectors = more
        moving = [i for i, x in enumerate(args) if _is_moving(x)]

        def second(i: int, j: int, v: Any) -> Any:
            back, _ = core.make_vjp(lambda t: backward([*args[:j], t, *args[j + 1 :]], dy, i), args[j])
            return conjugated(back(conjugated(v)))

        pairs = [(i, v) for i, v in zip(moving, _of_moving(args, vectors)) if v is not None]
        return _each(args, [sum(second(i, j, v) for i, v in pairs) for j in moving])

    return _named(lambda *args: f(*args), f, list(inspect.signature(f).parameters.values())), vjp, double


def _of_moving(args: Sequence[Any], vectors: Sequence[Any]) -> list[Any]:
    """The vectors of the differentiated arguments; a setting has None."""
    return [v for x, v in zip(args, vectors) if _is_moving(x)]


def _is_moving(x: Any) -> bool:
    """Whether an argument is differentiated (whole numbers, flags and strings are settings); TypeError for a Value."""
    if isinstance(x, Scalar) or (is_array(x) and x.dtype.kind == "O"):
        raise TypeError("a function of another framework takes no Values")
    if isinstance(x, CONTAINERS):
        return bool(x) and all(map(_is_moving, parts_of(x)))
    kind = str(x.dtype) if is_array(x) or is_foreign_array(x) else type(x).__name__
    return "float" in kind or "complex" in kind


def _each(args: Any, found: Any) -> Any:
    """A derivative for each argument, None for a setting; a single argument's derivative comes without a tuple."""
    rest = iter(found)
    parts = tuple(next(rest) if _is_moving(x) else None for x in args)
    return parts[0] if len(parts) == 1 else parts


def _named(forward: Callable[..., Any], f: Any, parameters: list[inspect.Parameter]) -> Callable[..., Any]:
    forward.__name__ = getattr(f, "__name__", type(f).__name__)
    forward.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect reads it
    return forward
