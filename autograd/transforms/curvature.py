"""Derivatives of many results, and of second order: jacobian, hessian, hvp."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd.transforms.forward import check_arguments, duals, is_compiled, parts, plain, push_forward
from autograd.transforms.reverse import Pullback, gradient_for, named, of_compiled, select_arguments
from autograd.trees import CONTAINERS, flatten, is_array, map_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Concatenate, overload

    from autograd.engine import Value
    from autograd.numbers import Array, Plain
    from autograd.primitives.operators import Scalar
    from autograd.transforms.signatures import (
        D,
        Derivative,
        K,
        L,
        M,
        Matrix,
        OfList,
        OfNumber,
        OfScalars,
        Open,
        P,
        PlainResult,
        Result,
        X,
    )


if TYPE_CHECKING:

    @overload
    def jacobian(f: Open, argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...
    @overload
    def jacobian(f: Callable[Concatenate[Value, ...], Plain | Scalar]) -> OfNumber[float, Value]: ...
    @overload
    def jacobian(f: Callable[Concatenate[Value, ...], list[Value]]) -> OfNumber[list[float], Any]: ...
    @overload
    def jacobian(f: Callable[Concatenate[Value, ...], tuple[Value, ...]]) -> OfNumber[tuple[float, ...], Any]: ...
    @overload
    def jacobian(f: Callable[Concatenate[Value, ...], dict[K, Value]]) -> OfNumber[dict[K, float], Any]: ...
    @overload
    def jacobian(f: Callable[Concatenate[list[Value], ...], Plain | Scalar]) -> OfList[list[float], list[Value]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[list[Value], ...], list[Value]]) -> OfList[list[list[float]], Any]: ...
    @overload
    def jacobian(
        f: Callable[Concatenate[list[Value], ...], tuple[Value, ...]],
    ) -> OfList[tuple[list[float], ...], Any]: ...
    @overload
    def jacobian(f: Callable[Concatenate[list[Value], ...], dict[K, Value]]) -> OfList[dict[K, list[float]], Any]: ...
    @overload
    def jacobian(f: Callable[Concatenate[int, P], Plain]) -> Matrix[float, P, float]: ...
    @overload
    def jacobian(f: Callable[Concatenate[int, P], list[float]]) -> Matrix[float, P, list[float]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[int, P], tuple[float, ...]]) -> Matrix[float, P, tuple[float, ...]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[int, P], dict[K, float]]) -> Matrix[float, P, dict[K, float]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[X, P], Plain]) -> Matrix[X, P, X]: ...
    @overload
    def jacobian(f: Callable[Concatenate[X, P], list[float]]) -> Matrix[X, P, list[X]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[X, P], tuple[float, ...]]) -> Matrix[X, P, tuple[X, ...]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[X, P], dict[K, float]]) -> Matrix[X, P, dict[K, X]]: ...
    @overload
    def jacobian(f: Callable[Concatenate[Array, P], Array]) -> Matrix[Array, P, Array]: ...
    @overload
    def jacobian(f: Callable[P, Plain], argnums: tuple[int, ...]) -> Callable[P, tuple[Any, ...]]: ...
    @overload
    def jacobian(f: Callable[P, list[float]], argnums: tuple[int, ...]) -> Callable[P, list[tuple[Any, ...]]]: ...
    @overload
    def jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...


def jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the function that computes every ∂fᵢ/∂xⱼ: f's result with each number replaced by its gradient.

    An array result of shape m and an array argument of shape n give an array of shape m + n. The cheaper mode is used:
    forward if the arguments hold fewer numbers than the result, otherwise reverse.

    >>> jacobian(lambda x: [x[0] * x[1], x[0]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 0.0]]
    """

    if is_compiled(f):
        return of_compiled(f, "jacobian", argnums)
    return _jacobian(f, argnums, "jacobian")


def _jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...], name: str) -> Callable[..., Any]:
    """The Jacobian of f; errors name the transform `name`."""

    def matrix_of(*args: Any, **kwargs: Any) -> Any:
        selected = select_arguments(name, argnums, len(args))
        call = Pullback(f, args, selected, kwargs, name)
        try:
            results = flatten(call.result, f"{name}: the result of f")
            by_columns = 0 < len(call.inputs) < len(results)
            matrix = [] if by_columns else [call.derivatives(result) for result in results]
        finally:
            call.close()
        if by_columns:
            matrix = _by_columns(f, args, selected, kwargs)

        def chosen(row: list[Any]) -> Any:
            gradient = call.in_structure(row)
            return tuple(gradient) if isinstance(argnums, (tuple, list)) else gradient[0]

        return assembled(call.result, map(chosen, matrix), chosen([0.0] * len(call.inputs)))

    return named(matrix_of, f, name)


def _by_columns(f: Callable[..., Any], args: Any, selected: Any, kwargs: dict[str, Any]) -> list[list[Any]]:
    """The Jacobian by forward mode: one call of f per input, with a tangent on that input only."""
    from functools import partial

    moving = [args[i] for i in selected]
    count = len(flatten(moving, "jacobian: arguments"))
    columns = []
    for j in range(count):
        directions = [1 if i == j else None for i in range(count)]
        inputs, level = duals(moving, directions, "jacobian: arguments")
        fresh = list(args)
        for i, x in zip(selected, inputs):
            fresh[i] = x
        where = "jacobian: the result of f"
        tangents = parts(partial(f, *fresh, **kwargs), level, where)[1]
        columns.append([plain(t) for t in flatten(tangents, where)])
    return [list(row) for row in zip(*columns)]


def assembled(result: Any, gradients: Any, zero: Any) -> Any:
    """The result with each number replaced by a gradient, stacked for arrays; `zero` is a template of a gradient."""
    if isinstance(result, CONTAINERS):
        return map_parts(lambda part: assembled(part, gradients, zero), result)
    if is_array(result):
        return _stacked([next(gradients) for _ in range(result.size)], result.shape, zero)
    return next(gradients)


def _stacked(trees: Sequence[Any], shape: tuple[int, ...], zero: Any) -> Any:
    import numpy

    if isinstance(zero, CONTAINERS):
        return map_parts(lambda part, *inner: _stacked(inner, shape, part), zero, *trees)
    inner = zero.shape if is_array(zero) else ()
    return numpy.array(trees).reshape(shape + inner)


if TYPE_CHECKING:

    @overload
    def hessian(f: Open, argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...
    @overload
    def hessian(f: Callable[Concatenate[Value, ...], Result]) -> OfNumber[float, Any]: ...
    @overload
    def hessian(f: Callable[Concatenate[list[Value], ...], Result]) -> OfList[list[list[float]], Any]: ...
    @overload
    def hessian(f: Callable[Concatenate[int, P], PlainResult]) -> Matrix[float, P, float]: ...
    @overload
    def hessian(f: Callable[Concatenate[list[float], P], PlainResult]) -> Matrix[list[float], P, list[list[float]]]: ...
    @overload
    def hessian(f: Callable[Concatenate[Array, P], PlainResult]) -> Matrix[Array, P, Array]: ...
    @overload
    def hessian(
        f: Callable[Concatenate[dict[K, D], P], PlainResult],
    ) -> Matrix[dict[K, D], P, dict[K, dict[K, D]]]: ...
    @overload
    def hessian(f: OfScalars, argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...
    @overload
    def hessian(f: Callable[P, PlainResult], argnums: tuple[int, ...]) -> Callable[P, tuple[tuple[Any, ...], ...]]: ...
    @overload
    def hessian(f: Callable[P, PlainResult], argnums: int | tuple[int, ...] = 0) -> Derivative[P]: ...


def hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the function that computes every ∂²f/∂xᵢ∂xⱼ of a function f that returns one number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    if is_compiled(f):
        return of_compiled(f, "hessian", argnums)
    return named(_jacobian(gradient_for(f, argnums, False, "hessian"), argnums, "hessian"), f, "hessian")


if TYPE_CHECKING:

    @overload
    def hvp(f: Callable[..., Result], primals: tuple[L], tangents: tuple[L]) -> L: ...
    @overload
    def hvp(f: Callable[..., Result], primals: tuple[L, M], tangents: tuple[L, M]) -> tuple[L, M]: ...
    @overload
    def hvp(f: Callable[..., Result], primals: Sequence[Any], tangents: Sequence[Any]) -> Any: ...


def hvp(f: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """Return the product of the Hessian of f and a vector, by forward over reverse mode, without forming the Hessian.

    The result has the structure of the primal if there is one primal, otherwise it is a tuple with one entry per
    primal.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([3.0, 5.0],), ([1.0, 0.0],))
    [10.0, 6.0]
    """
    check_arguments("hvp", primals, tangents)
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    if is_compiled(f):
        vectors = tangents[0] if argnums == 0 else tangents
        return f.hvp(*primals, tangents=vectors, argnums=argnums)
    return push_forward("hvp", gradient_for(f, argnums, False, "hvp"), primals, tangents)[1]
