"""Value: one node of a recorded graph of scalar operations."""

from __future__ import annotations

from itertools import count
from operator import attrgetter

from autograd.engine.adjoints import SWEEPING, Sweep
from autograd.numbers.kinds import coerce
from autograd.numbers.sides import Sided, mean
from autograd.primitives import Primitive
from autograd.primitives.operators import Scalar, is_plain
from autograd.refusals import TraceError, refuse
from autograd.symbols import Symbol, unmasked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.numbers import Plain


NO_GRAD = float("0")  # the grad of a Value that no backward pass has reached: this object, not just any 0.0

changes = count().__next__  # ticks when the data of a Value is set
clock = count().__next__  # each Value's index: a topological order of every graph
CONSTANT = -1  # the index of a constant
KEPT = -2  # less i, of input i of a transform whose call is over: a constant, and a leak where a later call meets it


class Value(Scalar):
    """A number that remembers how it was computed.

    `data` is its number, `grad` is ∂C/∂self after `C.backward()`, `op` is the primitive that made it (None for a leaf),
    `inputs` are its operands in order and `partials` one local derivative for each, ∂self/∂input, computed when the
    node was made; None is an absent edge. TypeError for data that is no real number.

    >>> w, x, b = Value(3.0, label="w"), Value(0.5, label="x"), Value(1.0, label="b")
    >>> z = w * x + b
    >>> z.backward()
    >>> z.data, w.grad, x.grad, b.grad
    (2.5, 0.5, 3.0, 1.0)
    """

    __slots__ = ("__weakref__", "_data", "grad", "index", "inputs", "label", "op", "partials")

    _data: Any
    grad: float
    op: Primitive | None
    inputs: tuple[Value, ...]
    partials: tuple[float | None, ...]
    label: str
    index: int

    def __init__(self, data: Plain, label: str = "") -> None:
        self._data = coerce(data)
        self.grad = NO_GRAD
        self.op = None
        self.inputs = ()
        self.partials = ()
        self.label = label if type(label) is str else str(label)
        self.index = clock()

    @classmethod
    def constant(cls, data: Plain, label: str = "") -> Value:
        """A leaf that is shown, and named, but never differentiated, as a plain operand is.

        >>> x = Value.constant(2.0, label="x")
        >>> (x * x).backward(); x.grad
        0.0
        """
        made = cls.__new__(cls)
        made._data = coerce(data)
        made.grad = NO_GRAD
        made.op = None
        made.inputs = made.partials = ()
        made.label = label if type(label) is str else str(label)
        made.index = CONSTANT
        return made

    def _set_data(self, data: Any) -> None:
        data = coerce(data)
        if type(self._data) is Symbol or type(data) is Symbol:
            raise refuse(lambda most: "the data of a Value that changes", "make it an argument, and return what is new")
        self._data = data
        changes()

    if TYPE_CHECKING:
        data: float  # or a Fraction or mpf, for those who work with them
    else:
        data = property(
            attrgetter("_data"), _set_data, doc="The number; changing it leaves graphs made earlier as they are."
        )

    @property
    def is_constant(self) -> bool:
        """Whether this is a plain operand, which is never differentiated."""
        return self.index < 0

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this node since it was made or `zero_grad`."""
        return self.grad is not NO_GRAD

    def zero_grad(self) -> None:
        """Forget the gradient, as before any backward pass.

        >>> x = Value(2.0); (3 * x).backward(); x.zero_grad(); x.grad, x.has_grad
        (0.0, False)
        """
        self.grad = NO_GRAD

    def detach(self) -> Value:
        """A new leaf with the same number and label, and no history.

        >>> (Value(2.0) * 3).detach()
        Value(data=6.0, grad=0.0)
        """
        return Value(self._data, self.label)

    def fixed(self) -> Value:
        """The same number and label as a constant: what `autograd.detach` gives."""
        return Value.constant(self._data, self.label)

    def backward(self, seed: Plain = 1.0) -> None:
        """The backward pass: ∂self/∂v into the `grad` of every Value v below, times `seed`.

        A leaf adds it to what earlier passes left there; an interior node keeps the last pass only. TypeError if the
        seed is no plain number.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> y.backward(); y.backward(); x.grad, y.grad
        (8.0, 1.0)
        """
        seed = coerce(seed)
        if type(self._data) is not float and seed == 1:
            seed = 1  # which leaves a Fraction a Fraction
        with SWEEPING:
            sweep = Sweep(self, seed)
            totals = sweep.leaves if type(self._data) is float else self._of_symbols(sweep)
            for leaf, total in totals.items():
                if not leaf.is_constant:
                    added = 0.0 if total is None else mean(total)
                    leaf.grad = leaf.grad + added if leaf.has_grad and leaf.grad is not None else added

    def _of_symbols(self, sweep: Sweep) -> dict[Value, Any]:
        """The totals of a sweep over what may be traced; TraceError where one would go into a Value from outside."""
        for node in sweep.nodes:
            node.grad = unmasked(node.grad)
        totals = {leaf: unmasked(total) for leaf, total in sweep.leaves.items()}
        for leaf, total in totals.items():
            if type(total) is Symbol and type(leaf._data) is not Symbol and not leaf.is_constant:
                sweep.close()
                raise TraceError(f"backward() would reach {leaf!r:.60}, a Value from outside: make it an argument")
        return totals

    def inside(self) -> Any:
        return self._data

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def __reduce__(self) -> Any:
        if self.inputs:
            raise TypeError(f"only a leaf can be copied or pickled, not the result of {self.op}: use detach() first")
        return _restored, (type(self), self._data, self.label, self.grad if self.has_grad else None, self.is_constant)


def _restored(cls: type[Value], data: Any, label: str, grad: Any, is_constant: bool) -> Value:
    """A leaf as it was copied or pickled."""
    leaf = cls.constant(data, label) if is_constant else cls(data, label)
    if grad is not None:
        leaf.grad = grad
    return leaf


def operand(x: Any, beside: Any = 0.0) -> Value | None:
    """`x` as an input of a node, a plain number as a constant; None where `x` is of a kind that takes over, or none."""
    if isinstance(x, Value):
        return x
    if type(x) is float or (type(x) is int and type(beside) is float):
        return Value.constant(x)
    if not is_plain(x):
        return None
    plain = coerce(x, beside)
    made = Value.constant(plain)
    if type(plain) is Sided:
        made._data = plain
    return made
