"""Compiled: a function of scalars that is traced once and then runs over arrays."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from autograd.compiler.calls.backends import Backend, Options
from autograd.compiler.calls.call import Call
from autograd.compiler.calls.copies import portable, restore
from autograd.compiler.calls.locks import Lock
from autograd.compiler.calls.parting import PathsPlan
from autograd.compiler.calls.plans import Plan
from autograd.compiler.calls.reading import REDUCTIONS, beside, read, tangents_beside
from autograd.compiler.calls.row_by_row import at_places, row_by_row
from autograd.compiler.calls.traces import KnownCall, Traces
from autograd.compiler.inputs.layout import UnfitNumber, shapes_in
from autograd.compiler.inputs.parameters import Parameters
from autograd.compiler.inputs.watching import Watch
from autograd.compiler.programs.program import Program
from autograd.compiler.rolling.roll import rolled
from autograd.compiler.rolling.rolled import Result, Rolled
from autograd.compiler.tracing.lowering import executable
from autograd.transforms.curvature import hessian, hvp, jacobian
from autograd.transforms.forward import jvp
from autograd.transforms.reverse import select_arguments, value_and_grad, vjp
from autograd.trees import flatten

MANY_TRACES = 100  # of one function, because what it reads besides its arguments changed; then a warning follows
MOST_STATES = 8  # for which programs are kept: states of what f reads besides its arguments, such as a flag


class Compiled:
    """A function of the scalars of one row that runs over arrays: the result of `autograd.compile`.

    `fast(*arguments, reduce=...)` returns a value for every row or, with `reduce` "sum" or "mean", one for all rows.
    `fast.program` is the program of the latest call. TypeError and ValueError name the argument that does not fit.
    """

    def __init__(
        self, f: Any, rows: Sequence[str], static: Sequence[str], index: Sequence[str], options: Options
    ) -> None:
        if not callable(f):
            raise TypeError(f"compile: f must be a function, got {type(f).__name__} {f!r:.60}")
        if isinstance(f, Compiled):
            f, rows, static, index = f.function, rows or f.rows, static or f.static, index or f.parameters.index
        self.function: Callable[..., Any] | None = f
        self.__name__ = getattr(f, "__name__", type(f).__name__)
        self.__doc__ = f.__doc__
        self.parameters = Parameters(self.__name__, f, rows, static, index)
        self.options = options.checked()
        self._prepare()

    def _prepare(self) -> None:
        self.__signature__ = self.signature = self.parameters.signature
        self.rows, self.static = self.parameters.rows, self.parameters.static
        self._states: list[Traces] = []  # latest first
        self._changing = Lock()
        self._count = 0  # of states that were traced
        self._traces = self._traces_now()
        self._latest: Plan | PathsPlan | None = None
        self._plain_argnums: tuple[int, ...] = ()
        self._on_scalars = self.function  # runs on traced numbers and other Values

    def read_as(self, f: Callable[..., Any]) -> Compiled:
        """A copy of this function that calls `f`, its function as read from the source, on traced numbers."""
        made = Compiled.__new__(Compiled)
        made.__dict__.update(self.__dict__, _on_scalars=f)
        return made

    def _traces_now(self) -> Traces:
        """The traces for the present state of f and of all that it reads; empty ones if the state is new."""
        with self._changing.held:
            traces = next((known for known in self._states if known.watch.holds()), None)
            if traces is None:
                self._notice()
                traces = Traces(self.function, self.parameters, self.options, Watch(self.watched))
            others = [known for known in self._states if known is not traces]
            self._states = [traces, *others[: MOST_STATES - 1]]
        return traces

    def _notice(self) -> None:
        """Warn if what f reads changes so often that its calls do little but trace it."""
        self._count += 1
        if self._count == MANY_TRACES:
            what = self._traces.watch.differing()
            told = f"was traced {MANY_TRACES} times, since {what} changes between calls: make it an argument"
            warnings.warn(f"{self.__name__} {told}", RuntimeWarning, stacklevel=2)

    @property
    def watched(self) -> Any:
        """The function to watch for changes, also where another compiled function reads this one."""
        return self.function

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}{self.signature}>"

    @property
    def program(self) -> Program:
        """The program of the latest call; ValueError before the first."""
        if self._latest is None:
            raise ValueError(f"{self.__name__} has not been called yet, so there is no program")
        return self._latest.latest.program

    def rolled(self, reduce: str | None = "sum") -> Rolled:
        """The program of the latest call as array instructions over the rows of its arguments; `print` shows them."""
        program = self.program
        each = any(program.by_row) and reduce is None
        return rolled(executable(program), [Result((i,), each) for i in range(len(flatten(program.outputs)))])

    @property
    def backend(self) -> Backend:
        """The backend that runs the program of the latest call, and why; before any call, the one it would run on.

        >>> import autograd
        >>> print(autograd.compile(lambda x: x * x, backend="numpy").backend)
        numpy: as asked for
        """
        return self.options.preferred if self._latest is None else self._latest.latest.backend

    # --- what it computes

    def __call__(self, *args: Any, reduce: str | None = None, **kwargs: Any) -> Any:
        """The value for each row, or their sum or mean; one value where no argument has rows."""
        if not kwargs and (found := self._directly("value", args, reduce, ())) is not None:
            return found
        try:
            plan, arrays, rows = self._ready("value", args, kwargs, reduce, ())
        except UnfitNumber as error:
            return self._row_by_row(error, reduce)(*args, **kwargs)
        return plan.value(plan.run(arrays, rows, reduce))

    def value_and_grad(
        self, *args: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> tuple[Any, Any]:
        """The value and ∂value/∂argument, in the structure of the argument, or a tuple for several.

        An argument with rows gets a derivative for each row. An argument that the rows share gets the derivative of the
        total or, with `reduce=None`, one for each row.

        >>> import autograd
        >>> fast = autograd.compile(lambda w, x: w * x * x, rows=("x",))
        >>> fast.value_and_grad(2.0, [1.0, 3.0], reduce="sum")
        (20.0, 10.0)
        """
        both: tuple[Any, Any] | None = None if kwargs else self._directly("gradient", args, reduce, argnums)
        if both is not None:
            return both
        try:
            plan, arrays, rows = self._ready("gradient", args, kwargs, reduce, argnums)
        except UnfitNumber as error:
            f = self._eager(error) if reduce is None else self._row_by_row(error, reduce)
            both = value_and_grad(f, argnums)(*args, **kwargs)
            return both
        first, *others = plan.run(arrays, rows, reduce)
        value = first if plan.each else float(first)
        gradients = plan.derivatives(others)
        return value, gradients if isinstance(argnums, (tuple, list)) else gradients[0]

    def hessian(self, *args: Any, argnums: int = 0, reduce: str | None = None, **kwargs: Any) -> Any:
        """Every ∂²value/∂xᵢ∂xⱼ of one argument without rows, as `autograd.hessian` gives it, for the total or each row.

        >>> import autograd
        >>> autograd.compile(lambda x: x[0] ** 2 * x[1]).hessian([3.0, 5.0])
        [[10.0, 6.0], [6.0, 0.0]]
        """
        try:
            call = read(self.parameters, args, kwargs, reduce)
        except UnfitNumber as error:
            return hessian(self._eager(error), argnums)(*args, **kwargs)
        i, *others = self.parameters.chosen(call.passed, argnums)
        if others:
            raise ValueError(
                f"{self.__name__}.hessian is that of one argument: pass its numbers in a list, or "
                f"compile(hessian(f, {argnums}))"
            )
        if call.moving[i] in self.rows:
            raise ValueError(
                f"{self.__name__}.hessian: {call.moving[i]} has rows; differentiate with respect to what the rows share"
            )
        return self._plan("hessian", call, (i,)).hessian(call.arrays, call.rows, reduce)

    def hvp(
        self, *args: Any, tangents: Any, argnums: int | tuple[int, ...] = 0, reduce: str | None = None, **kwargs: Any
    ) -> Any:
        """The Hessian times `tangents`, which have the structure of the argument or, for several, are a tuple.

        >>> import autograd
        >>> autograd.compile(lambda x: x[0] ** 2 * x[1]).hvp([3.0, 5.0], tangents=[1.0, 0.0])
        [10.0, 6.0]
        """
        vectors = (tangents,)
        if isinstance(argnums, (tuple, list)):
            if not isinstance(tangents, (tuple, list)) or len(tangents) != len(argnums):
                raise ValueError(f"{self.__name__}.hvp: tangents must be a tuple, one for each of argnums={argnums!r}")
            vectors = tuple(tangents)
        if not vectors:
            return ()
        try:
            products = self._products(args, kwargs, vectors, argnums, reduce)
        except UnfitNumber as error:
            products = self._eager_products(self._eager(error), args, kwargs, vectors, argnums)
        return products if isinstance(argnums, (tuple, list)) else products[0]

    def _products(self, args: Any, kwargs: Any, vectors: tuple[Any, ...], argnums: Any, reduce: str | None) -> Any:
        plan, arrays, rows = self._ready("hvp", args, kwargs, reduce, argnums)
        along = tangents_beside(self.parameters, plan.asked, rows, vectors)
        return plan.derivatives(plan.run(arrays, rows, reduce, along))

    def _eager_products(self, f: Any, args: Any, kwargs: Any, vectors: tuple[Any, ...], argnums: Any) -> Any:
        selected = select_arguments(f"{self.__name__}.hvp", argnums, len(args))
        products = hvp(at_places(f, args, selected, kwargs), [args[i] for i in selected], vectors)
        return products if len(selected) > 1 else (products,)

    def jacobian(self, *args: Any, argnums: int | tuple[int, ...] = 0, sparse: bool = False, **kwargs: Any) -> Any:
        """Every ∂valueᵢ/∂xⱼ, as `autograd.jacobian` gives it: the result with each number replaced by its gradient.

        If arguments have rows, each row has its own Jacobian, in arrays with the rows first: the derivatives of its
        results with respect to its own numbers and those that the rows share. With `sparse`, the result is one
        `scipy.sparse.csr_array`, with a line for each number of all results, row by row, and a column for each number
        of the arguments, rows included.

        >>> import autograd
        >>> autograd.compile(lambda x: [x[0] * x[1], x[0]]).jacobian([2.0, 3.0])
        [[3.0, 2.0], [1.0, 0.0]]
        >>> autograd.compile(lambda w, x: [w * x, x * x], rows=("x",)).jacobian(2.0, [1.0, 3.0], argnums=1)
        array([[2., 2.],
               [2., 6.]])
        """
        try:
            plan, arrays, rows = self._ready("jacobian", args, kwargs, None, argnums)
        except UnfitNumber as error:
            return jacobian(self._eager(error), argnums)(*args, **kwargs)
        return plan.jacobian(arrays, rows, isinstance(argnums, (tuple, list)), sparse)

    def jvp(self, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The value and its derivative along `tangents`, as `autograd.jvp` gives them; for each row if there are rows.

        A tangent of None marks an argument that does not move, such as a static one.

        >>> import autograd
        >>> autograd.compile(lambda x, y: x * y).jvp((2.0, 3.0), (1.0, 0.0))
        (6.0, 3.0)
        """
        moved = tuple(i for i, tangent in enumerate(tangents) if tangent is not None)
        if len(primals) != len(tangents) or not moved:
            raise ValueError(
                f"{self.__name__}.jvp: tangents must be one for each of the {len(primals)} primals, or None"
            )
        try:
            plan, arrays, rows = self._ready("jvp", tuple(primals), {}, None, moved)
            along = tangents_beside(self.parameters, plan.asked, rows, [tangents[i] for i in moved])
        except UnfitNumber as error:
            f = at_places(self._eager(error), primals, moved)
            return jvp(f, [primals[i] for i in moved], [tangents[i] for i in moved])
        return plan.value_and_tangent(plan.run(arrays, rows, None, along))

    def vjp(self, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The value, and the function that maps its cotangent to those of the arguments, as `autograd.vjp` returns.

        If arguments have rows, the value has them too, and an argument that the rows share gets the sum over all rows.
        Static arguments get None.

        >>> import autograd
        >>> value, pull = autograd.compile(lambda w, x: [w * x, x], rows=("x",)).vjp(2.0, [1.0, 3.0])
        >>> value
        array([[2., 1.],
               [6., 3.]])
        >>> pull([[1.0, 0.0], [1.0, 10.0]])
        (4.0, array([ 2., 12.]))
        """
        try:
            call = read(self.parameters, primals, {}, None)
        except UnfitNumber as error:
            return self._eager_vjp(self._eager(error), primals)
        call = call._replace(arrays=[x.copy() if isinstance(x, numpy.ndarray) else x for x in call.arrays])
        fixed = set(call.passed.names) - set(call.moving)
        plan, traces = self._plan("result", call), self._traces  # kept for `pull`, since what f reads may change
        results = plan.run(call.arrays, call.rows, None)

        def pull(cotangents: Any) -> tuple[Any, ...]:
            result = plan.result_of(results), call.rows, plan.each
            weights = beside(self.parameters, "vjp: cotangents", cotangents, "the result", *result)
            back = traces.plan("vjp", call, tuple(range(len(call.specs))))
            found = iter(back.pulled(back.run(call.arrays, call.rows, None, weights)))
            return tuple([None if name in fixed else next(found) for name in call.passed.names])

        return plan.value(results), pull

    def _eager_vjp(self, f: Any, primals: tuple[Any, ...]) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        passed, _ = self.parameters.bound(primals, {})
        moving = [i for i in range(len(primals)) if not self.parameters.is_static(passed, i)]
        value, pull_moving = vjp(at_places(f, primals, moving), *[primals[i] for i in moving])

        def pull(cotangents: Any) -> tuple[Any, ...]:
            found = dict(zip(moving, pull_moving(cotangents)))
            return tuple([found.get(i) for i in range(len(primals))])

        return value, pull

    # --- arguments

    def _directly(self, kind: str, args: tuple[Any, ...], reduce: str | None, argnums: Any) -> Any:
        """The result of a direct call to machine code; None where only the long way works."""
        traces = self._traces
        if not self._is_plain(argnums) or reduce not in REDUCTIONS or traces.watch.changed():
            return None
        for direct, plan in traces.direct.get((kind, reduce, argnums), ()):
            found = direct(args)
            if found is not None:
                self._latest = plan
                return found
        return None

    def _ready(
        self, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any], reduce: str | None, argnums: Any
    ) -> tuple[Plan | PathsPlan, Sequence[Any], int | None]:
        """The plan, its arrays, and the number of rows, looked up by the shapes of the traced arguments if possible."""
        traces = self._traces
        if traces.watch.changed():
            traces = self._traces = self._traces_now()
        direct = self.parameters.is_simple and not kwargs and self._is_plain(argnums) and reduce in REDUCTIONS
        if direct:
            moving, fixed = self.parameters.parted(args)
            flat, arrays = traces.flattened(moving)
            known = traces.known.get((kind, reduce, argnums, fixed, flat, shapes_in(arrays)))
            if known is not None:
                self._latest, rows, _ = known
                traces.directly((kind, reduce, argnums), args, known)
                return known.plan, arrays, rows
        call = read(self.parameters, args, kwargs, reduce)
        plan = self._plan(kind, call, self.parameters.chosen(call.passed, argnums))
        if direct and (constants := self.parameters.constants(args)) is not None:
            self._traces.knows((kind, reduce, argnums, fixed), moving, call, KnownCall(plan, call.rows, constants))
        return plan, call.arrays, call.rows

    def _eager(self, error: UnfitNumber) -> Callable[..., Any]:
        """The function itself, for numbers that arrays of floats cannot hold; TypeError if it cannot run on them."""
        if self.rows or self._on_scalars is None:
            raise TypeError(f"{self.__name__}: {error}; take derivatives of its total, reduce='sum'") from None
        return self._on_scalars

    def _row_by_row(self, error: UnfitNumber, reduce: str | None) -> Callable[..., Any]:
        """A function that runs the function itself on each row."""
        if not self.rows or self._on_scalars is None:
            return self._eager(error)
        return row_by_row(self.parameters, self._on_scalars, reduce)

    def _is_plain(self, argnums: Any) -> bool:
        """Whether argnums is an int or a tuple of ints, and safe to look up: 0.0 and True would match 0 and 1."""
        if argnums is self._plain_argnums or type(argnums) is int:
            return True
        if type(argnums) is not tuple or not {int}.issuperset(map(type, argnums)):
            return False
        self._plain_argnums = argnums  # usually the same constant comes again
        return True

    def _plan(self, kind: str, call: Call, chosen: tuple[int, ...] = ()) -> Plan | PathsPlan:
        if self._traces.watch.changed():
            self._traces = self._traces_now()
        if kind != "vjp":  # a pullback leaves out no argument
            call = call.differentiated(chosen)
        self._latest = self._traces.plan(kind, call, chosen)
        return self._latest

    # --- copies

    def __reduce__(self) -> Any:
        return _unpickled, (portable(self.function), self.parameters, self.options, self.__doc__, self._traces.saved())


def _unpickled(function: Any, parameters: Parameters, options: Options, doc: str | None, saved: Any) -> Compiled:
    made = Compiled.__new__(Compiled)
    made.function, made.parameters, made.options = restore(function), parameters, options.available()
    made.__name__, made.__doc__ = parameters.name, doc
    made._prepare()
    made._traces.restore(saved)
    return made
