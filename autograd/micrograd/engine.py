"""micrograd's and microgpt's names for the parts of a Value: constructor, inputs, operation, backward step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import isclose, isfinite
from types import CellType, FunctionType
from typing import Any

from autograd import engine
from autograd.engine.given import ROWS, row
from autograd.engine.value import UNRECORDED, NumPyValue

SYMBOLS = {"relu": "ReLU", "negative": "neg", "power": "**"}


class Facade(type):
    """The metaclass of Value below: its instances, and attributes set on the class, are the engine's."""

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
        """Undo an assignment: the engine's own members are restored."""
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

    A node made with children gets its local derivatives from `_backward`, as in micrograd, or from `local_grads`, as in
    microgpt.

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
    """Turn this Value into the result of an operation."""
    made = engine.Value.node(v.data, inputs, partials, name or "node")
    v._connect(made.inputs, made.partials)
    v.op = made.op
    if made.op is None:  # under no_grad
        v._dy = UNRECORDED


def _prev(v: engine.Value) -> set[engine.Value]:
    """The inputs as a set, without a plain exponent; setting it turns this Value into the result of an operation."""
    is_power = v.op is not None and v.op.name == "constant_power"
    return set(v.inputs[:1] if is_power else v.inputs)


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

    A function that is set runs at once, with a `grad` of 1, which shows the local derivatives. It runs again with -2.5;
    ValueError unless it then adds -2.5 times as much, and only to the inputs.
    """

    def push() -> None:
        for u, partial in zip(v.inputs, v.partials):
            if partial is not None and not u.is_constant:
                u.grad += v.grad * partial

    return push


def _set_backward(v: engine.Value, push: Callable[[], None]) -> None:
    if v._dy is UNRECORDED:
        return
    others = {u for u in _named(push) if isinstance(u, engine.Value)} - {v, *v.inputs}
    if not v.inputs:
        if others:
            raise ValueError("_backward: name the inputs first, as in Value(data, (x, y), 'op'), or set _prev")
        return
    found, again = (_pushed(v, push, others, grad) for grad in (1.0, -2.5))
    for u in others:
        if found[u] != 0.0:
            raise ValueError(f"_backward adds to the grad of {u!r:.60}, which is not among the inputs: name it there")
    for u in v.inputs:
        if not isclose(again[u], -2.5 * found[u], rel_tol=1e-9) and isfinite(found[u]):
            raise ValueError("_backward must add multiples of out.grad: it is run when it is set, to learn the factors")
    partials: dict[engine.Value, Any] = {u: found[u] for u in v.inputs}  # an input that occurs twice has its sum once
    v._connect(v.inputs, tuple([partials.pop(u, None) for u in v.inputs]))


def _named(f: Any) -> Iterator[Any]:
    """The objects from outside that the code of a function refers to."""
    if isinstance(f, FunctionType):
        yield from [cell.cell_contents for cell in f.__closure__ or () if cell != CellType()]  # skips empty cells
        yield from map(f.__globals__.get, f.__code__.co_names)


def _pushed(v: engine.Value, push: Callable[[], None], others: set[engine.Value], grad: float) -> dict[Any, float]:
    """The numbers that a `_backward` adds to the grads of inputs and others if v has this grad; restores all grads."""
    before = [(u, u.grad) for u in {v, *v.inputs, *others}]
    try:
        for u, _ in before:
            u.grad = 0.0
        v.grad = grad
        push()
        return {u: u.grad for u, _ in before}
    finally:
        for u, was in before:
            u.grad = was


for _name, _member in {
    "_prev": property(_prev, _set_prev),
    "_children": property(lambda v: v.inputs, _set_prev),
    "_local_grads": property(lambda v: v.partials),
    "_op": property(_op, _set_op),
    "_backward": property(_backward, _set_backward),
}.items():
    setattr(engine.Value, _name, _member)

# The members of the engine's classes, restored when attributes set in their place are deleted.
OWN = {(kind, name): member for kind in (engine.Value, NumPyValue) for name, member in vars(kind).items()}
