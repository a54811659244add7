"""What the checker knows of the operations, written from the table: python -m tests.typing.stubs writes it.

An operation is one row of the table, and a decorator makes the function and the method of it. So their types stand in
two files of their own: `operations.pyi` for the functions, `methods.pyi` for the methods of Value.
"""

import textwrap
from inspect import Parameter, signature
from pathlib import Path

from autograd.primitives import PUBLIC, TABLE, Primitive
from autograd.primitives.operators import METHODS, OPERATORS

ROOT = Path(__file__).parent.parent.parent
FUNCTIONS = ROOT / "autograd" / "operations.pyi"
OF_SCALARS = ROOT / "autograd" / "primitives" / "methods.pyi"
ORDER = ("lt", "le", "gt", "ge")

WRITTEN = "# Written from the table of operations: python -m tests.typing.stubs"

HEAD_OF_FUNCTIONS = f'''{WRITTEN}
"""The types of the public operations: float in, float out; Value in, Value out; arrays."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar, overload

from autograd.engine.value import Value
from autograd.numbers import Array, Plain

Operand: TypeAlias = Plain | Value | Array

N = TypeVar("N", float, Value, float | Value, Array)
Q = TypeVar("Q", float, Fraction, Value, float | Value, Array)  # of an operation that keeps Fractions exact
M = TypeVar("M", float, Value, float | Value)  # a member of a sequence
V = TypeVar("V", Value, float | Value, Array)  # an operand that decides
W = TypeVar("W", Value, float | Value)
'''

HEAD_OF_METHODS = f'''{WRITTEN}
"""The types of what Scalar has of the table: operators, comparisons, and the operations as methods."""

from typing import Self, overload

from autograd.numbers import Array, Plain

class Methods:
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
'''

AXES = "int | tuple[int, ...] | None"

# What is no row of the table, but made of rows.
COMPOSED = {
    "expit": "(x: N, /) -> N",
    "polygamma": "(x: N, n: int) -> N",
    "softmax": "(xs: Iterable[M], axis: int | None = ...) -> list[M]",
    "log_softmax": "(xs: Iterable[M], axis: int | None = ...) -> list[M]",
}

# A call with more operands than the rule's, as in math.
MORE = {
    "hypot": "(x: Operand, y: Operand, z: Operand, /, *more: Operand) -> Any",
    "log": "(x: Operand, base: Operand, /) -> Any",
    "round": "(x: Plain | Value, digits: int, /) -> float",
}


def functions() -> str:
    """The text of `operations.pyi`."""
    names = sorted(PUBLIC)
    listed = textwrap.fill(
        ", ".join(f'"{name}"' for name in names), 116, initial_indent="    ", subsequent_indent="    "
    )
    return f"{HEAD_OF_FUNCTIONS}\n__all__ = [\n{listed},\n]  # fmt: skip\n\n{''.join(map(_function, names))}"


def methods() -> str:
    """The text of `methods.pyi`."""
    lines = [line for name in OPERATORS for line in _operator(name)]
    lines += [f"def __{name}__(self, other: Self | Plain) -> bool: ..." for name in ORDER]
    lines += [_method(name, METHODS[name].primitive) for name in sorted(METHODS)]  # type: ignore[attr-defined]
    return HEAD_OF_METHODS + "".join(f"    {line}\n" for line in lines)


def _function(name: str) -> str:
    if name in COMPOSED:
        return f"def {name}{COMPOSED[name]}: ...\n"
    row = TABLE[name]
    parameters = _parameters(row)
    if row.plain:
        types = ["float" if parameter.name in row.plain else "N" for parameter in parameters]
        return f"def {name}({_listed(row, parameters, types)}) -> N: ...\n"
    if len(parameters) == 1 and not row.vectors:
        letter = "N" if row.kernel is not None and row.rational is None else "Q"
        overloads = [f"({parameters[0].name}: {letter}, /) -> {letter}"]
    else:
        overloads = _overloads(row, parameters)
    overloads += [MORE[name]] if name in MORE else []
    mark = "@overload\n" if len(overloads) > 1 else ""
    return "".join(f"{mark}def {name}{overload}: ...\n" for overload in overloads)


def _overloads(row: Primitive, parameters: list[Parameter]) -> list[str]:
    """Floats alone; then by the first operand that is none, from the last on; then whatever is a number."""
    decides = "W" if row.vectors else "V"
    found = [(["float"] * len(parameters), "float")]
    for i in reversed(range(len(parameters))):
        others = len(parameters) - i - 1
        found.append((["float"] * i + [decides] + [f"{decides} | float"] * others, decides))
    found.append((["Operand"] * len(parameters), "Any"))
    listed = [f"({_listed(row, parameters, types)}) -> {result}" for types, result in found]
    if row.vectors and len(parameters) == 1:
        listed.append(f"({parameters[0].name}: Array, axis: {AXES} = ..., keepdims: bool = ...) -> Any")
    return listed


def _listed(row: Primitive, parameters: list[Parameter], types: list[str]) -> str:
    """The parameters with their types; a default stands where its number has the type."""
    shown = []
    for parameter, of_each in zip(parameters, types):
        of_it = f"Iterable[{of_each}]" if parameter.name in row.vectors else of_each
        has_default = parameter.default is not Parameter.empty and of_each not in ("V", "W")
        shown.append(f"{parameter.name}: {of_it}" + (" = ..." if has_default else ""))
    return ", ".join(shown)


def _parameters(row: Primitive) -> list[Parameter]:
    return list(signature(row.declared).parameters.values())[: len(row.parameters)]


def _operator(name: str) -> list[str]:
    """A binary operator and its reflection; beside an array it gives one."""
    return [
        line
        for method in (f"__{name}__", f"__r{name}__")
        for line in (
            "@overload",
            f"def {method}(self, other: Self | Plain) -> Self: ...",
            "@overload",
            f"def {method}(self, other: Array) -> Array: ...",
        )
    ]


def _method(name: str, row: Primitive) -> str:
    shown = ["self"]
    for parameter in _parameters(row)[1:]:
        default = "" if parameter.default is Parameter.empty else " = ..."
        shown.append(f"{parameter.name}: Self | Plain{default}")
    return f"def {name}({', '.join(shown)}) -> Self: ..."


def main() -> None:
    """Write both files."""
    FUNCTIONS.write_text(functions(), encoding="utf-8")
    OF_SCALARS.write_text(methods(), encoding="utf-8")


if __name__ == "__main__":
    main()
