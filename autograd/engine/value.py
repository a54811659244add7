"""Value: one node of a recorded graph of scalar operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, repeat, starmap
from operator import attrgetter

from autograd.engine.adjoints import LATER, SWEEPING, sweep
from autograd.engine.traps import notice_equality, notice_growth
from autograd.numbers.kinds import coerce, of_numpy
from autograd.numbers.sides import Sided, mean
from autograd.primitives import TABLE, Primitive
from autograd.primitives.operators import Scalar, core, is_plain
from autograd.refusals import TraceError, lifting, refuse
from autograd.symbols import Condition, Symbol, key_hash, unmasked
from autograd.symbols.expressions import OF_PYTHON, OfNumPy, OfPython
from autograd.symbols.tables import html_table
from autograd.symbols.text import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from autograd.numbers import Plain


NO_GRAD = float("0")  # the grad of a Value that no backward pass has reached; compared by identity, not with ==

changes = count()  # ticks whenever the data of a Value is set
clock = count()  # `next(clock)` gives each Value its index: a topological order of every graph
CONSTANT = -1  # the index of a constant
LAST_PASS = [0]  # the tick of the last backward pass
FOLLOWING: list[bool] = []  # once it is not empty, `node` looks for NumPyValues among the operands
GIVEN = -1  # the `_place` of an input of a transform: a copy of it would have no derivative
_identity = object.__hash__
UNRECORDED = object()  # marks results computed under no_grad, in a slot that leaves do not use
KEPT = -2  # KEPT - i: the index of a transform's input i after its call: a constant, and an error in a later call


class Value(Scalar):
    """A number that remembers how it was computed.

    `data` is the number; `grad` is ∂C/∂self after `C.backward()`; `op` is the primitive that made it (None for a leaf);
    `inputs` are its operands in order; `partials` has one local derivative ∂self/∂input for each, at the data the node
    was made with (None for an absent edge). Raises TypeError if `data` is not a real number.

    >>> w, x, b = Value(3.0, label="w"), Value(0.5, label="x"), Value(1.0, label="b")
    >>> z = w * x + b
    >>> z.backward()
    >>> z.data, w.grad, x.grad, b.grad
    (2.5, 0.5, 3.0, 1.0)
    """

    __slots__ = (
        "__dict__", "__weakref__", "_adjoint", "_number", "_dx", "_dy", "_met", "_place", "_x", "_y",
        "grad", "index", "op",
    )  # fmt: skip

    # A node is z = x ∘ y: its operands _x and _y, ∂z/∂x and ∂z/∂y. Tuples would be two more objects for the garbage
    # collector. _y is None for one operand, and a tuple for more than two. The inlined methods leave a plain number in
    # _y, and its place in _place; _dy then holds the number of x. `_show_number`, which turns the plain number into a
    # constant, needs that for the rule, since x may have other data by then. In a leaf, _dy marks results computed
    # under no_grad. _met identifies the last sweep that visited the node, and _adjoint belongs to that sweep.
    _adjoint: Any
    _met: Any
    _number: Any
    _x: Any
    _y: Any
    _dx: Any
    _dy: Any
    _place: int
    grad: float
    index: int
    op: Primitive | None
    label: str = ""

    def __init__(self, data: Plain, label: str = "") -> None:
        if type(data) is float:
            self._number = data
        else:
            self._number = coerce(data)
            self._follow(data)
        self._x = self._y = self._dx = self._dy = self._met = self.op = None
        self.grad = NO_GRAD
        self.index = next(clock)
        if type(label) is not str:
            label = text_of(label)
        if label:
            self.label = label

    @classmethod
    def constant(cls, data: Plain, label: str = "") -> Self:
        """Make a leaf that is drawn and labelled but never differentiated, like a plain number.

        >>> x = Value.constant(2.0, label="x")
        >>> (x * x).backward(); x.grad
        0.0
        """
        made = cls.__new__(cls)
        if type(data) is float:
            made._number = data
        else:
            made._number = coerce(data)
            made._follow(data)
        made._x = made._y = made._dx = made._dy = made._met = made.op = None
        made.grad = NO_GRAD
        made.index = CONSTANT
        if type(label) is not str:
            label = text_of(label)
        if label:
            made.label = label
        return made

    if TYPE_CHECKING:  # defined in `autograd.engine.given`

        @staticmethod
        def node(
            data: Plain, inputs: Sequence[Value | Plain], partials: Sequence[Plain | None], op: str = ...
        ) -> Value: ...

    def _follow(self, data: Any) -> None:
        """Follow NumPy's arithmetic from now on if `data` is a NumPy number."""
        if type(self) is Value and of_numpy(data):
            self.__class__ = NumPyValue
            FOLLOWING[:] = [True]

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The operands in order; an operand that was a plain number is a constant."""
        if type(self._y) is float:
            self._show_number()
        y = self._y  # read before _x, since another thread may be showing the number
        if y is None:
            return () if self._x is None else (self._x,)
        return (self._x, *y) if type(y) is tuple else (self._x, y)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """∂self/∂input for each of `inputs`, at the data the node was made with; None for an absent edge."""
        if type(self._y) is float:
            self._show_number()
        self._derive()
        if self._y is None:
            return () if self._x is None else (self._dx,)
        return (self._dx, *self._dy) if type(self._y) is tuple else (self._dx, self._dy)

    def _show_number(self) -> None:
        """Turn the plain number of this node into a constant, an operand like any other."""
        with SWEEPING:
            if type(self._y) is float:
                constant, x, number, assumed = Value.constant(self._y), self._x, self._y, self._dy
                assert self.op is not None
                if self._dx is LATER:
                    self._dy = LATER
                    self._x, self._y = (constant, x) if self._place == 0 else (x, constant)
                elif self._place == 0:
                    self._dx, self._dy = self.op.local((number, assumed), self._number)
                    self._x, self._y = constant, x
                else:
                    self._dx, self._dy = self.op.local((assumed, number), self._number)
                    self._y = constant

    def _derive(self) -> None:
        """Compute the local derivatives if this node was traced, from the operands in its symbol."""
        if self._dx is LATER:
            assert self.op is not None
            partials = self.op.local(self._number.operands, self._number)
            if type(self._y) is float:
                self._dx = partials[1 - self._place]
            else:
                self._connect(self.inputs, partials)

    def _connect(self, inputs: tuple[Value, ...], partials: tuple[Any, ...]) -> None:
        """Set the operands and local derivatives."""
        if len(inputs) > 2:
            self._x, self._dx = inputs[0], partials[0]
            self._y, self._dy = inputs[1:], partials[1:]
        elif len(inputs) == 2:
            self._x, self._y = inputs
            self._dx, self._dy = partials
        else:
            self._x, self._y, *_ = *inputs, None, None
            self._dx, self._dy, *_ = *partials, None, None

    def _set_data(self, data: Any) -> None:
        if type(data) is not float:
            self._follow(data)
        data = coerce(data)
        try:
            was = self._number
        except AttributeError:
            name = type(self).__name__
            raise TypeError(f"{name}.__init__ sets data of no Value yet: call super().__init__(data) first") from None
        if type(was) is Symbol or type(data) is Symbol:
            raise refuse(lambda most: "the data of a Value that changes", "make it an argument, and return what is new")
        self._number = data
        next(changes)

    if TYPE_CHECKING:
        data: float  # or a Fraction or mpf, for users who work with them
    else:
        data = property(
            attrgetter("_number"), _set_data, doc="The number; changing it leaves graphs made earlier as they are."
        )

    @property
    def is_constant(self) -> bool:
        """Whether this Value is a constant, which is never differentiated."""
        return self.index < 0

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this node since it was made or since `zero_grad`."""
        return self.grad is not NO_GRAD

    def zero_grad(self) -> None:
        """Reset the gradient to its state before any backward pass.

        >>> x = Value(2.0); (3 * x).backward(); x.zero_grad(); x.grad, x.has_grad
        (0.0, False)
        """
        self.grad = NO_GRAD

    def detach(self) -> Value:
        """Return a new leaf with the same number and label, and no history.

        >>> (Value(2.0) * 3).detach()
        Value(data=6.0, grad=0.0)
        """
        return Value(self._number, self.label)

    def fixed(self) -> Value:
        """Return a constant with the same number and label, as `autograd.detach` does."""
        return Value.constant(self._number, self.label)

    def backward(self, seed: Plain = 1.0) -> None:
        """Run the backward pass: set the `grad` of every Value v below to `seed` · ∂self/∂v.

        Leaves accumulate over passes; interior nodes keep only the last pass. Raises TypeError if `seed` is not a plain
        number.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> y.backward(); y.backward(); x.grad, y.grad
        (8.0, 1.0)
        """
        seed = coerce(seed)
        if self._x is None and self._dy is UNRECORDED:
            raise RuntimeError("backward() on a result that was computed under no_grad(): it has no graph")
        of_floats = type(self._number) is float
        if not of_floats and seed == 1:
            seed = 1  # 1.0 would turn a Fraction into a float
        with SWEEPING:
            nodes, leaves, _ = sweep(self, seed, grads=of_floats)
            if nodes and type(nodes[-1]._y) is float:
                notice_growth(nodes, LAST_PASS[0])
            LAST_PASS[0] = next(clock)
            if not of_floats:
                _unmask(nodes + leaves)
                for node in nodes:
                    node.grad = node._adjoint
            for leaf in leaves:
                if leaf.index >= 0:
                    added = mean(leaf._adjoint)
                    leaf.grad = added if leaf.grad is NO_GRAD or leaf.grad is None else leaf.grad + added

    def inside(self) -> Any:
        return self._number

    if not TYPE_CHECKING:

        def __eq__(self, other: Any) -> Any:
            equal = Scalar.__eq__(self, other)
            if self is other or not isinstance(other, Value) or type(equal) is Condition:
                return equal
            if equal and not lifting.get():
                notice_equality(self, other)
            return equal

        def __hash__(self) -> int:
            plain = type(self._number) is float and not lifting.get()
            return _identity(self) if plain else key_hash(self, core(self))

    def _shown(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._number!r}, grad={self.grad!r}{label})"

    def _repr_html_(self) -> str:
        """The HTML that a notebook shows: name, value, ∂C/∂self after a backward pass, and the operation."""
        grad = number(self.grad) if self.has_grad else "—"
        leaf = "constant" if self.is_constant else "leaf"
        made = leaf if self.op is None else f"{self.op.title} of {len(self.inputs)}"
        return html_table([[self.label or "—", number(self._number), grad, made]], ["label", "data", "grad", "op"])

    def pythons(self) -> Value:
        """Return itself; in a trace, a new operation, unless this is known to be a Python number."""
        symbol: Any = self._number
        kind = type(symbol.name) if type(symbol) is Symbol else OfPython
        if kind is OfPython or not (symbol.op or kind is OfNumPy):
            return self
        made: Value = TABLE["positive"].function(self)
        made._number.name = OF_PYTHON
        return made

    def __reduce__(self) -> Any:
        if getattr(self, "_place", None) == GIVEN:
            raise uncopied("an input of a transform")
        if self.inputs:
            raise TypeError(f"only a leaf can be copied or pickled, not the result of {self.op}: use detach() first")
        slots = {name: getattr(self, name) for name in _added_slots(type(self)) if hasattr(self, name)}
        grad = self.grad if self.has_grad else None
        recorded = self._dy is not UNRECORDED
        state: Any = (self.__dict__, slots) if slots else self.__dict__
        if type(self).__getstate__ is not object.__getstate__:
            state = self.__getstate__()
        return _restored, (type(self), self._number, grad, self.index, recorded), state


def uncopied(what: str) -> TypeError:
    """The error for a copy that would lose a derivative."""
    return TypeError(
        f"{what} is not copied or pickled, since its derivative would be lost: use it as it is, detach it, or let "
        "autograd.lift(f) share it"
    )


class NumPyValue(Value):
    """A Value made or computed from a NumPy number: it overflows to inf where a Value raises.

    `Value(...)` makes it. Errors in its arithmetic are reported according to `numpy.errstate`.

    >>> import numpy
    >>> x = Value(numpy.float64(-800.0))
    >>> with numpy.errstate(over="ignore"):
    ...     1 / (1 + (-x).exp())
    Value(data=0.0, grad=0.0)
    """

    __slots__ = ()
    follows_numpy = True

    def __floor__(self) -> Any:
        return TABLE["floor"].function(self)

    def __ceil__(self) -> Any:
        return TABLE["ceil"].function(self)

    def __trunc__(self) -> Any:
        return TABLE["floor"].function(self) if self._number >= 0 else TABLE["ceil"].function(self)

    def pythons(self) -> Value:
        """The same number as a Value, which raises errors as Python's numbers do."""
        made: Value = TABLE["positive"].function(self)
        made.__class__ = Value
        return made

    def detach(self) -> NumPyValue:
        return NumPyValue(self._number, self.label)

    def fixed(self) -> NumPyValue:
        made: NumPyValue = NumPyValue.constant(self._number, self.label)
        return made


# `next(fresh)` is a Value with empty slots. `object.__new__(Value)` takes a third longer, since it packs a tuple.
fresh: Iterator[Value] = starmap(object.__new__, repeat((Value,)))
fresh_of_numpy: Iterator[NumPyValue] = starmap(object.__new__, repeat((NumPyValue,)))


def _unmask(nodes: list[Value]) -> None:
    """Unmask the adjoints of nodes that may be traced; TraceError where one would go into a Value from outside."""
    for node in nodes:
        node._adjoint = adjoint = unmasked(node._adjoint)
        if type(adjoint) is Symbol and type(node._number) is not Symbol and node._x is None:
            raise TraceError(f"backward() would reach {node!r:.60}, a Value from outside: make it an argument")


def _restored(cls: type[Value], data: Any, grad: Any, index: int, recorded: bool) -> Value:
    """Make a leaf for a copied or pickled Value without calling its class; its attributes follow."""
    leaf = cls.__new__(cls)
    if issubclass(cls, NumPyValue):
        FOLLOWING[:] = [True]
    leaf._number = data
    leaf._x = leaf._y = leaf._dx = leaf._met = leaf.op = None
    leaf._dy = None if recorded else UNRECORDED
    leaf.grad = NO_GRAD if grad is None else grad
    leaf.index = index if index < 0 else next(clock)
    return leaf


def _added_slots(cls: type) -> set[str]:
    """The names of the slots that subclasses of Value add."""
    slots: set[str] = set()
    for base in cls.__mro__[: cls.__mro__.index(Value)]:
        added = base.__dict__.get("__slots__", ())
        for name in [added] if isinstance(added, str) else added:
            is_private = name.startswith("__") and not name.endswith("__")
            slots.add(f"_{base.__name__.lstrip('_')}{name}" if is_private else name)
    return slots - {"__dict__", "__weakref__"}


def text_of(label: Any) -> str:
    """Convert a label of a string subclass to str; TypeError if it is not a string."""
    if isinstance(label, str):
        return str(label)
    advice = "Value.node(data, inputs, partials) makes a node; autograd.micrograd takes Value(data, children, op)"
    raise TypeError(f"a label must be a string, got {type(label).__name__} {label!r:.40}: {advice}")


def operand(x: Any, beside: Any = 0.0) -> Value | None:
    """`x` as an input of a node: a plain number becomes a constant. None if `x` is a higher kind or not a number."""
    if isinstance(x, Value):
        return x
    if type(x) is float or (type(x) is int and type(beside) is float):
        return Value.constant(x)
    if not is_plain(x):
        return None
    plain = coerce(x, beside)
    made = Value.constant(plain)
    if type(plain) is Sided:
        made._number = plain
    return made
