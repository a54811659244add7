"""micrograd's and microgpt's names for what a Value has: constructor, inputs, operation, backward step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd import engine
from autograd.engine.given import ROWS, row
from autograd.engine.value import UNRECORDED, NumPyValue

SYMBOLS = {"relu": "ReLU", "negative": "neg", "power": "**"}


class Facade(type):
    """The class of a class that makes Values: what it makes, and what is set on it, are the engine's."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not Value:
            return super().__call__(*args, **kwargs)
        made = engine.Value(0.0)
        Value.__init__(made, *args, **kwargs)  # type: ignore[arg-type]  # it has the same slots
        return made

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, engine.Value) if cls is Value else super().__instancecheck__(x)

    def __setattr__(cls, name: str, member: Any) -> None:
        if cls is not Value:
            super().__setattr__(name, member)
        elif member is OWN.get((engine.Value, name)):
            delattr(cls, name)
        else:
            setattr(engine.Value, name, member)
            if name in vars(NumPyValue):
                setattr(NumPyValue, name, member)

    def __delattr__(cls, name: str) -> None:
        """Take back what was set: the engine's own members stay."""
        if cls is not Value:
            return super().__delattr__(name)
        for kind in (engine.Value, NumPyValue):
            if (kind, name) in OWN:
                setattr(kind, name, OWN[kind, name])
            elif kind is engine.Value:
                delattr(kind, name)
        return None


class Value(engine.Value, metaclass=Facade):
    """Value(data), Value(data, children, op), or Value(data, children, local_grads): a Value of the engine.

    A node that is made with children has the local derivatives that `_backward` gives it, as in micrograd, or
    `local_grads`, as in microgpt.

    >>> x = Value(3.0)
    >>> y = Value(x.data**2, (x,), "square")
    >>> def _backward():
    ...     x.grad += 2 * x.data * y.grad
    >>> y._backward = _backward
    >>> (y * x).backward(); x.grad, y._op, y._prev == {x}
    (27.0, 'square', True)
    """

    def __init__(
        self,
        data: Any,
        _children: Any = (),
        _op: Any = "",
        label: str = "",
        *,
        children: Any = (),
        local_grads: Any = (),
    ) -> None:
        if isinstance(_children, str):
            label, _children = label or _children, ()
        engine.Value.__init__(self, data, label)
        inputs = tuple(_children or children)
        name, partials = (_op, local_grads) if isinstance(_op, str) else ("", _op)
        if inputs:
            _become(self, inputs, tuple(partials) or (None,) * len(inputs), name)


def _become(v: engine.Value, inputs: tuple[Any, ...], partials: tuple[Any, ...], name: str) -> None:
    """Let this Value be the result of an operation."""
    made = engine.Value.node(v.data, inputs, partials, name or "node")
    v._connect(made.inputs, made.partials)
    v.op = made.op
    if made.op is None:  # under no_grad
        v._dy = UNRECORDED


def _prev(v: engine.Value) -> set[engine.Value]:
    """The inputs, as a set; setting it makes this Value the result of an operation on them."""
    return set(v.inputs)


def _set_prev(v: engine.Value, inputs: Iterable[engine.Value]) -> None:
    inputs = tuple(inputs)
    _become(v, inputs, (None,) * len(inputs), _op(v))


def _op(v: engine.Value) -> str:
    """The operation as micrograd writes it: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf."""
    if v.op is None:
        return ""
    if v.op.name == "constant_power":
        return f"**{v.inputs[1].data:g}"
    if v.op is ROWS.get(v.op.title):
        return "" if v.op.title == "node" else v.op.title
    return SYMBOLS.get(v.op.name) or v.op.symbol or v.op.name


def _set_op(v: engine.Value, name: str) -> None:
    if v.inputs:
        v.op = row(name or "node")


def _backward(v: engine.Value) -> Callable[[], None]:
    """The function that adds `grad` times each local derivative to the `grad` of the inputs.

    One that is set is run once, then and there, on a `grad` of 1: what it adds to the inputs are the local derivatives.
    """

    def push() -> None:
        for u, partial in zip(v.inputs, v.partials):
            if partial is not None and not u.is_constant:
                u.grad += v.grad * partial

    return push


def _set_backward(v: engine.Value, push: Callable[[], None]) -> None:
    inputs = v.inputs
    if v._dy is UNRECORDED:
        return
    if not inputs:
        for cell in getattr(push, "__closure__", None) or ():
            if isinstance(cell.cell_contents, engine.Value) and cell.cell_contents is not v:
                raise ValueError("_backward: name the inputs first, as in Value(data, (x, y), 'op'), or set _prev")
        return
    before = [(u, u.grad) for u in {*inputs, v}]
    try:
        for u in inputs:
            u.grad = 0.0
        v.grad = 1.0
        push()
        found: dict[engine.Value, Any] = {u: u.grad for u in inputs}
    finally:
        for u, grad in before:
            u.grad = grad
    v._connect(inputs, tuple([found.pop(u, None) for u in inputs]))  # an input that is there twice has its sum once


for _name, _member in {
    "_prev": property(_prev, _set_prev),
    "_children": property(lambda v: v.inputs, _set_prev),
    "_local_grads": property(lambda v: v.partials),
    "_op": property(_op, _set_op),
    "_backward": property(_backward, _set_backward),
}.items():
    setattr(engine.Value, _name, _member)

# The members of the engine's classes, which come back when what was set in their place is taken back.
OWN = {(kind, name): member for kind in (engine.Value, NumPyValue) for name, member in vars(kind).items()}
