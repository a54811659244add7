"""Program: straight-line code over numbers, which remains of a function after its Python has run.

Every value has a number: inputs first, then constants and operations, each after its operands. An operation has a name
from the table of primitives, or is a comparison. Records are frozen, and nothing here depends on NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from autograd.compiler.programs.operation import CONSTANT, DETACH, INPUT, ITEM, LOOP, Argument, Meaning, Operation
from autograd.compiler.programs.source import source_of
from autograd.numbers.kinds import FLOAT_RANK, coerced, leading_kind
from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS
from autograd.transforms.detaching import detach
from autograd.trees import flatten, items_of, map_tree


class Guard(NamedTuple):
    """A program that gives each row a code, and the errors that f raises for some rows.

    The code of a row with an error is the error's number, from 1. If the row is at kinks of operations that f itself
    differentiates, it is minus the order of these derivatives, at most 2. For any other row it is 0.
    """

    program: Program
    errors: tuple[Exception, ...]


@dataclass(frozen=True)
class Program:
    """A function as straight-line code: `program(*arguments)` runs it on any kind of number, `source()` prints it.

    Trees hold the numbers of values: an int, a tuple for a sequence or an array, or a dict. The first `forward` values
    belong to the forward pass, the others to the backward pass. `rows` names the arguments that vary with the row when
    the program is rolled. `meanings` gives the roles of values in the backward pass, `template` the structure in which
    a traced function returned its outputs, and `gathers` the arguments, added by the trace, that a call chooses by the
    indices of a row.

    >>> from autograd.compiler.tracing.trace import trace
    >>> program = trace(lambda w, x: w * x + 1, (3.0, 0.5))
    >>> print(program.source())
    def f(w, x):
        v1 = w * x
        v2 = v1 + 1.0
        return v2
    <BLANKLINE>
    >>> program(2.0, 3.0)
    7.0
    """

    name: str
    arguments: tuple[Argument, ...] = field(hash=False)  # trees may have dicts
    operations: tuple[Operation, ...]
    outputs: Any = field(hash=False)
    names: Sequence[str] = field(compare=False)
    forward: int = field(compare=False)
    rows: tuple[str, ...] = field(compare=False, default=())
    meanings: Mapping[int, tuple[Meaning, ...]] = field(compare=False, default_factory=dict)
    template: Any = field(compare=False, default=None)
    gathers: Any = field(compare=False, default=None)
    guard: Guard | None = None
    roots: bool = False  # whether f itself differentiates square roots, which may be norms at 0

    def __call__(self, *arguments: Any) -> Any:
        """The outputs in their structure, for numbers of any kind or arrays in the structure of the arguments."""
        return map_tree(self.run(self._inputs(arguments)).__getitem__, self.outputs)

    def _inputs(self, arguments: Sequence[Any]) -> list[Any]:
        """The numbers for the inputs; TypeError if the arguments have another structure."""
        if len(arguments) != len(self.arguments):
            wanted = ", ".join(argument.name for argument in self.arguments)
            raise TypeError(f"{self.name}({wanted}): got {len(arguments)} arguments")
        inputs: list[Any] = [None] * self.count
        for argument, given in zip(self.arguments, arguments):
            _place(argument.tree, given, argument.name, inputs)
        return inputs

    def run(self, inputs: list[Any]) -> list[Any]:
        """The list of all values, by number, for these inputs."""
        values = list(inputs)
        leader = leading_kind(inputs) if inputs else None
        for operation in self.operations[len(inputs) :]:
            if operation.op == CONSTANT:
                value = operation.value
                if leader is not None and leader.rank > FLOAT_RANK and leader.lift is None and type(value) is not bool:
                    value = coerced((value,), inputs[0])[0]
                values.append(value)
            elif operation.op == LOOP:
                values.append(operation.value.run([values[i] for i in operation.operands], Program.run))
            elif operation.op == ITEM:
                output, step = operation.value
                values.append(values[operation.operands[0]][step][output])
            else:
                values.append(evaluator(operation.op)(*[values[i] for i in operation.operands]))
        return values

    @property
    def count(self) -> int:
        """The number of inputs."""
        return next((i for i, operation in enumerate(self.operations) if operation.op != INPUT), len(self.operations))

    @property
    def by_row(self) -> list[bool]:
        """For each argument, whether it varies with the row."""
        return [argument.name in self.rows for argument in self.arguments]

    def numbers(self, argnums: Iterable[int]) -> list[int]:
        """The inputs that belong to some arguments, in order."""
        return [i for k in argnums for i in flatten(self.arguments[k].tree)]

    @property
    def size(self) -> int:
        """The number of operations, without inputs and constants."""
        return sum(operation.op not in (INPUT, CONSTANT) for operation in self.operations)

    def source(self) -> str:
        """The program as Python: the forward pass, then the backward pass, one operation per line."""
        return source_of(self)

    def __str__(self) -> str:
        return self.source()

    def _repr_html_(self) -> str:
        """The source as HTML, for notebooks."""
        return f"<pre>{escape(self.source())}</pre>"


def evaluator(op: str) -> Callable[..., Any]:
    """An operation as a function of flat operands."""
    if op in COMPARISONS:
        return COMPARISONS[op]
    if op == DETACH:
        return detach
    row = ROWS[op]
    return (lambda *flat: row.function(*row.structured(flat))) if row.vectors else row.function


def _place(tree: Any, given: Any, where: str, values: list[Any]) -> None:
    """Put the given numbers into the list of values, by number."""
    if isinstance(tree, int):
        values[tree] = given
        return
    if isinstance(tree, dict):
        if not isinstance(given, dict) or given.keys() != tree.keys():
            raise TypeError(f"{where} must be a dict with the keys {', '.join(map(repr, tree))}")
    elif not hasattr(given, "__len__") or len(given) != len(tree):
        raise TypeError(f"{where} must be a sequence of {len(tree)}, got {given!r:.60}")
    for key, part in items_of(tree):
        _place(part, given[key], f"{where}[{key!r}]", values)
