"""Reverse mode on Python functions: grad, value_and_grad, vjp."""

from __future__ import annotations

from collections.abc import Callable

from autograd.engine import Value
from autograd.engine.differentiating import plain_gradients, recorded_gradients
from autograd.engine.recording import Recording, is_recording
from autograd.engine.value import GIVEN, clock
from autograd.primitives.operators import Scalar, core
from autograd.refusals import advise
from autograd.transforms.dual import Dual
from autograd.transforms.ending import close, close_at_death, close_ended
from autograd.transforms.forward import is_compiled, plain, seen_outside
from autograd.trees import CONTAINERS, flatten, in_order_of, is_array, map_tree, shape_of, unflatten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Concatenate, Literal, overload

    from autograd.transforms.signatures import (
        Aux,
        Derivative,
        Known,
        Matrix,
        OfList,
        OfNumber,
        OfScalars,
        Open,
        P,
        PlainResult,
        R,
        Result,
        Unknown,
        X,
    )


class Pullback:
    """One call of f on fresh inputs, and the derivatives of its results with respect to them.

    The derivatives are floats, unless the result also depends on a Value from before the call: an argument, one in f's
    closure, or an input of an enclosing transform. Then they are recorded Values, so that no gradient is silently lost.
    Inside `no_grad` they are always floats.
    """

    def __init__(self, f: Callable[..., Any], args: Any, selected: Any, kwargs: dict[str, Any], name: str) -> None:
        """Call f(*args, **kwargs) with the arguments at the indices `selected` as fresh inputs."""
        close_ended()
        self.inputs: list[Value] = []
        self.recording = is_recording()
        self.first = next(clock)
        self.args = args
        self.selected = selected
        self.swept: tuple[Any, bool] = (None, False)  # the last result, and whether it depends on an older Value
        try:
            with Recording(True):
                fresh = list(args)
                for i in selected:
                    fresh[i] = map_tree(self._attach, args[i], f"{name}: argument {i}")
                self.result = f(*fresh, **kwargs)
        except BaseException as error:
            self.close()
            advise(error)
            raise

    def _attach(self, x: Any) -> Any:
        """A fresh input in place of x: a node above x if x is a Value, otherwise a leaf."""
        if type(x) is Dual:
            return Dual(self._attach(x.primal), x.tangent, x.level, x.follows_numpy)
        attached = +x if isinstance(x, Value) else Value(x)
        attached._place = GIVEN
        self.inputs.append(attached)
        return attached

    def derivatives(self, result: Any, keep: bool = False) -> list[Any]:
        """∂result/∂input for every number in the selected arguments, in order; recorded if `keep` is true."""
        return [0.0 if d is None else d for d in self._present(result, keep)]

    def _present(self, result: Any, keep: bool) -> list[Any]:
        """The same, but with None for a plain result: forward mode treats None as an absent tangent."""
        recording = self.recording and is_recording()
        while type(result) is Dual and not recording:
            result = result.primal
        if type(result) is Dual:
            return result.each_part(lambda part: self._present(part, keep))
        if not isinstance(result, Value):
            return [None] * len(self.inputs)
        found, older = plain_gradients(result, self.inputs, self.first)
        self.swept = result, older
        if (older or keep) and recording:
            with Recording(True):
                return list(recorded_gradients(result, self.inputs))
        return found

    def stripped(self, x: Any) -> Any:
        """A result as the caller sees it: a plain number, unless it depends on a Value from before the call."""
        if x is self.swept[0] and not self.swept[1]:
            return plain(core(x))
        return seen_outside(x, self.recording, self.first)

    def close(self) -> None:
        """End the call."""
        close(self.inputs)

    def in_structure(self, derivatives: list[Any]) -> list[Any]:
        """The derivatives in the structure of the selected arguments."""
        values = iter(derivatives)
        return [unflatten(self.args[i], values) for i in self.selected]


if TYPE_CHECKING:

    @overload
    def grad(f: Open, argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...
    @overload
    def grad(f: Callable[Concatenate[Value, ...], Result]) -> OfNumber[float, Value]: ...
    @overload
    def grad(f: Callable[Concatenate[list[Value], ...], Result]) -> OfList[list[float], list[Value]]: ...
    @overload
    def grad(f: Callable[Concatenate[int, P], PlainResult]) -> Matrix[float, P, float]: ...
    @overload
    def grad(f: Callable[Concatenate[X, P], PlainResult]) -> Matrix[X, P, X]: ...
    @overload
    def grad(
        f: Callable[Concatenate[X, P], tuple[PlainResult, Aux]], *, has_aux: Literal[True]
    ) -> Matrix[X, P, tuple[X, Aux]]: ...
    @overload
    def grad(f: OfScalars, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Derivative[...]: ...
    @overload
    def grad(f: Callable[P, Result], argnums: tuple[int, ...]) -> Callable[P, tuple[Any, ...]]: ...
    @overload
    def grad(f: Callable[P, Result], argnums: int | tuple[int, ...]) -> Derivative[P]: ...
    @overload
    def grad(f: Callable[P, Any], argnums: int | tuple[int, ...], has_aux: bool) -> Derivative[P]: ...


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes ∂f/∂x, with x the argument or arguments at `argnums`, in the structure of x.

    f takes numbers, NumPy arrays, and nested lists, tuples and dicts of them. It returns one number or, with `has_aux`,
    a pair of a number and anything else. The derivatives are floats, or Values if f also depends on Values from outside
    the call. Errors name the argument.

    >>> grad(lambda x: x * x * x)(2.0)
    12.0
    >>> grad(lambda p: p["w"] * p["x"])({"w": 3.0, "x": 0.5})
    {'w': 0.5, 'x': 3.0}
    """
    return gradient_for(f, argnums, has_aux, "grad")


def gradient_for(f: Callable[..., Any], argnums: int | tuple[int, ...], has_aux: bool, name: str) -> Callable[..., Any]:
    """The gradient of f; errors name the transform `name`."""
    both = _value_and_grad(f, argnums, has_aux, name)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, derivative = both(*args, **kwargs)
        return (derivative, value[1]) if has_aux else derivative

    return named(gradient, f, name)


if TYPE_CHECKING:

    @overload
    def value_and_grad(f: Open, argnums: int | tuple[int, ...] = 0) -> Derivative[...]: ...
    @overload
    def value_and_grad(
        f: Callable[Concatenate[Value, ...], Result],
    ) -> OfNumber[tuple[float, float], tuple[Value, Value]]: ...
    @overload
    def value_and_grad(
        f: Callable[Concatenate[list[Value], ...], Result],
    ) -> OfList[tuple[float, list[float]], tuple[Value, list[Value]]]: ...
    @overload
    def value_and_grad(f: Callable[Concatenate[int, P], PlainResult]) -> Matrix[float, P, tuple[float, float]]: ...
    @overload
    def value_and_grad(f: Callable[Concatenate[X, P], PlainResult]) -> Matrix[X, P, tuple[float, X]]: ...
    @overload
    def value_and_grad(
        f: Callable[Concatenate[X, P], tuple[PlainResult, Aux]], *, has_aux: Literal[True]
    ) -> Matrix[X, P, tuple[tuple[float, Aux], X]]: ...
    @overload
    def value_and_grad(f: OfScalars, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Derivative[...]: ...
    @overload
    def value_and_grad(
        f: Callable[P, Result], argnums: tuple[int, ...]
    ) -> Callable[P, tuple[float, tuple[Any, ...]]]: ...
    @overload
    def value_and_grad(f: Callable[P, Result], argnums: int | tuple[int, ...]) -> Derivative[P]: ...
    @overload
    def value_and_grad(f: Callable[P, Any], argnums: int | tuple[int, ...], has_aux: bool) -> Derivative[P]: ...


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes (f(x), grad(f)(x)) or, with `has_aux`, ((f(x), aux), gradient).

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _value_and_grad(f, argnums, has_aux, "value_and_grad")


def _value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...], has_aux: bool, name: str
) -> Callable[..., Any]:
    if is_compiled(f) and not has_aux:
        return of_compiled(f, "value_and_grad", argnums)
    if isinstance(argnums, float):
        select_arguments(name, argnums, 1)

    def both(*args: Any, **kwargs: Any) -> Any:
        selected = select_arguments(name, argnums, len(args))
        call = Pullback(f, args, selected, kwargs, name)
        try:
            result, aux = _with_aux(name, call.result) if has_aux else (call.result, None)
            result = one_number(name, result)
            gradients = call.in_structure(call.derivatives(result))
            value = call.stripped(result)
            if has_aux:
                value = (value, map_tree(lambda x: call.stripped(x) if isinstance(x, Scalar) else x, aux))
        finally:
            call.close()
        return value, tuple(gradients) if isinstance(argnums, (tuple, list)) else gradients[0]

    return named(both, f, name)


if TYPE_CHECKING:

    @overload
    def vjp(f: Unknown, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...
    @overload
    def vjp(f: Callable[..., Scalar], *primals: Known) -> tuple[float, Callable[[float], tuple[Any, ...]]]: ...
    @overload
    def vjp(
        f: Callable[..., list[Value]], *primals: Known
    ) -> tuple[list[float], Callable[[list[float]], tuple[Any, ...]]]: ...
    @overload
    def vjp(f: Callable[..., R], *primals: Known) -> tuple[R, Callable[[R], tuple[Any, ...]]]: ...
    @overload
    def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]: ...


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return f(*primals) and the function that maps a cotangent of f's result to a tuple of cotangents of the primals.

    That function raises ValueError if the cotangent's structure differs from the result's.

    >>> value, pull = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, pull([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    if is_compiled(f):
        return f.vjp(*primals)
    call = Pullback(f, primals, range(len(primals)), {}, "vjp")
    close_at_death(call, call.inputs)
    results = flatten(call.result, "vjp: the result of f")

    def pull(cotangents: Any) -> tuple[Any, ...]:
        if shape_of(cotangents) != shape_of(call.result):
            wanted, given = (str(shape_of(tree)).replace("()", "number") for tree in (call.result, cotangents))
            raise ValueError(f"vjp: cotangents must have the structure of f's result, {wanted}, got {given}")
        weights = flatten(in_order_of(call.result, cotangents), "vjp: cotangents")
        with Recording(True):
            total: Any = 0
            for weight, result in zip(weights, results):
                if isinstance(result, Scalar):
                    total = total + weight * result
        keep = any(isinstance(weight, Scalar) for weight in weights)
        return tuple(call.in_structure(call.derivatives(total, keep)))

    return map_tree(call.stripped, call.result, "vjp: the result of f"), pull


# --- arguments ----------------------------------------------------------------------------------


def select_arguments(name: str, argnums: Any, count: int, known: str = "") -> list[int]:
    """The indices in `argnums` of `count` arguments, as a list; TypeError or ValueError for an invalid or repeated one.

    `known` describes the arguments in the message; by default it gives their number.
    """
    wanted = list(argnums) if isinstance(argnums, (tuple, list)) else [argnums]
    for i in wanted:
        if not hasattr(i, "__index__") or isinstance(i, bool):
            call = f": {name}(f) is a function, call it as {name}(f)({argnums!r})" if isinstance(argnums, float) else ""
            raise TypeError(f"{name}: argnums must be an int or a tuple of ints, got {argnums!r}{call}")
        if not -count <= i < count:
            known = known or f": f was called with {count} positional arguments"
            raise ValueError(f"{name}: argnums={argnums!r} is out of range{known}")
    selected = [int(i) % count for i in wanted]
    if len(set(selected)) < len(selected):
        raise ValueError(f"{name}: argnums={argnums!r} names an argument twice")
    return selected


def one_number(name: str, result: Any) -> Any:
    """The number that f returned, extracted from a 0-dimensional array; TypeError if f did not return one number."""
    if isinstance(result, CONTAINERS) or (is_array(result) and result.shape != ()):
        shape = getattr(result, "shape", None)
        got = f"a {type(result).__name__}" if shape is None else f"an array of shape {shape}"
        alone = "take its number, with y.item()" if getattr(result, "size", 0) == 1 else "use jacobian or vjp"
        raise TypeError(f"{name}: f must return one number, got {got}: {alone}")
    return flatten(result, f"{name}: the result of f")[0]


def _with_aux(name: str, result: Any) -> Any:
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"{name}: with has_aux, f must return a pair (number, aux), got {type(result).__name__}")
    return result


def of_compiled(f: Any, method: str, argnums: Any) -> Callable[..., Any]:
    """The method `method` of a compiled function, with the function's signature."""
    from functools import partial

    made = partial(getattr(f, method), argnums=argnums)
    made.__signature__ = f.signature  # type: ignore[attr-defined]  # for inspect
    return made


def named(made: Callable[..., Any], f: Callable[..., Any], transform: str) -> Callable[..., Any]:
    """Give a transformed function a name like grad(f), and the signature of f."""
    if not callable(f):
        raise TypeError(f"{transform}: f must be a function, got {type(f).__name__} {f!r:.60}")
    name = getattr(f, "__name__", type(f).__name__)
    made.__name__ = made.__qualname__ = f"{transform}({name})"
    made.__wrapped__ = f  # type: ignore[attr-defined]  # gives it the signature of f
    made.__doc__ = f"{transform} of {name}."
    return made
