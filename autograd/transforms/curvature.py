"""Derivatives of many results and of second order: jacobian, hessian, hvp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.transforms.forward import check_arguments, jvp
from autograd.transforms.reverse import Pullback, grad, select_arguments
from autograd.transforms.structure import is_array, leaves, refill


def jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that gives every ∂fᵢ/∂xⱼ: the structure of f's result, each number of it replaced by a gradient.

    An array result of shape m and an array argument of shape n give an array of shape m + n. The mode is the cheaper
    one: forward where the arguments hold fewer numbers than the result, else reverse.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    """

    def rows(*args: Any, **kwargs: Any) -> Any:
        selected = select_arguments("jacobian", argnums, args)
        call = Pullback(f, args, selected, kwargs, "jacobian")
        results = leaves(call.result, "jacobian: the result of f")
        if len(call.inputs) < len(results):
            matrix = _by_columns(f, args, selected, kwargs)
        else:
            matrix = [call.derivatives(result) for result in results]
        gradients = (call.in_structure(row) for row in matrix)
        chosen = ((g[0] if isinstance(argnums, int) else tuple(g)) for g in gradients)
        return _assembled(call.result, chosen)

    return rows


def _by_columns(f: Callable[..., Any], args: Any, selected: Any, kwargs: dict[str, Any]) -> list[list[Any]]:
    """The matrix of derivatives by forward mode, one call of f for each input; only that input is a dual."""
    numbers = [leaves(args[i], f"jacobian: argument {i}") for i in selected]
    flat = [x for group in numbers for x in group]
    columns = []
    for j in range(len(flat)):

        def along(x: Any, j: int = j) -> Any:
            values = iter([*flat[:j], x, *flat[j + 1 :]])
            fresh = list(args)
            for i in selected:
                fresh[i] = _objects(refill(args[i], values))
            return f(*fresh, **kwargs)

        columns.append(leaves(jvp(along, (flat[j],), (1.0,))[1], "jacobian: the result of f"))
    return [list(row) for row in zip(*columns)]


def _objects(tree: Any) -> Any:
    """Arrays as arrays of objects, as f sees them in reverse mode."""
    if is_array(tree):
        return tree.astype(object)
    return tree


def _assembled(result: Any, gradients: Any) -> Any:
    """One gradient for each number of the result; those of an array stacked into arrays."""
    if isinstance(result, dict):
        return {key: _assembled(value, gradients) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        items = [_assembled(value, gradients) for value in result]
        return items if isinstance(result, list) else tuple(items)
    if is_array(result):
        return _stacked([next(gradients) for _ in range(result.size)], result.shape)
    return next(gradients)


def _stacked(trees: list[Any], shape: tuple[int, ...]) -> Any:
    import numpy

    if not trees:
        return numpy.zeros(shape)
    first = trees[0]
    if isinstance(first, dict):
        return {key: _stacked([tree[key] for tree in trees], shape) for key in first}
    if isinstance(first, (list, tuple)):
        items = [_stacked(list(group), shape) for group in zip(*trees)]
        return items if isinstance(first, list) else tuple(items)
    inner = first.shape if is_array(first) else ()
    return numpy.array(trees).reshape(shape + inner)


def hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that gives every ∂²f/∂xᵢ∂xⱼ of a function with one number as its result.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """The Hessian of f times a vector, forward over reverse, without the Hessian: in the structure of the primals.

    For one primal, that primal's structure; for several, a tuple, as `argnums` does for `grad`.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([3.0, 5.0],), ([1.0, 0.0],))
    [10.0, 6.0]
    """
    check_arguments("hvp", primals, tangents)
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(f, argnums), primals, tangents)[1]
