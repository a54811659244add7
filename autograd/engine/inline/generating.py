"""The generator of values.py and numpy_values.py: frequent operations, with their rules inlined in recording methods.

Calls of a rule, of its kernels and of `node` cost more than the arithmetic. So the methods that most scalar code uses
have them inlined, for plain floats. `python -m autograd.engine.inline.generating` writes the files; the existing ones
must be importable. A few pieces of rules are written again here: the conditions of ONLY_IF, SQUARE, and the
replacements by `Inlined` of `unit`, `select` and `ratio`. tests/engine/test_inline.py checks that they agree with the
rules to the bit.
"""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, NamedTuple

from autograd.engine.inline.replaced import BINARY, UNARY, VECTORS
from autograd.numbers.kinds import CONSTANTS
from autograd.primitives import TABLE, Primitive
from autograd.primitives.operators import OPERATORS

ROOM = Path(__file__).parent

# In this range a power of floats neither overflows nor raises. A power of a negative base may be complex, not a float.
MODEST = "(1.0 <= y <= 10.0 or (-10.0 <= y < 1.0 and (x > 1e-30 or x < -1e-30))) and -1e30 < x < 1e30"

# Where the value can be computed inline: not where a float has none, nor where more than the rule is recorded, see
# `_root_of_squares`. A test of a Symbol would be a branch.
ONLY_IF = {"divide": "type(y) is float and y != 0.0", "constant_power": MODEST, "sqrt": "x != 0.0"}

# The first case of the kernel of a power's slope, for the most frequent power.
SQUARE = ast.parse("2.0 * x", mode="eval").body

HEAD = '''"""The methods of {kind} with their rules in line.

Generated from the table by `python -m autograd.engine.inline.generating`: change the rules, not this file. Whatever is
not a float, fails or overflows, or is not recorded, is left to the method that is replaced; of two traced numbers, the
symbol of the operation is there then, and is not made again.
"""

from __future__ import annotations

from math import isfinite, nan

from autograd.engine.inline.replaced import SLOW
from autograd.engine.recording import of_symbols
from autograd.engine.value import {names}
from autograd.numbers.kinds import FLOATS
from autograd.primitives import TABLE
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

no_value: Any = None  # where a rule gives floats no value
recorded: Any = float  # None while a block is open in which recording may be off: see `switch_in_line`
'''


class InlineModule(NamedTuple):
    """One of the two files: the methods of a class of Values."""

    file: str
    kind: str
    above: str  # for NumPyValue: the parent class, also an operand; these methods report an infinite sum or product
    fresh: str  # makes a new instance
    names: str  # imported from engine/value.py

    def is_kind(self) -> str:
        """The test whether the other operand is a Value that the method takes."""
        return " or ".join(f"type(other) is {kind}" for kind in (self.kind, self.above) if kind)


MODULES = (
    InlineModule("values.py", "Value", "", "fresh", "FOLLOWING, NO_GRAD, NumPyValue, Value, clock, fresh"),
    InlineModule(
        "numpy_values.py", "NumPyValue", "Value", "fresh_of_numpy", "NO_GRAD, NumPyValue, Value, clock, fresh_of_numpy"
    ),
)

NODE = """\
made = next({fresh})
made._number = z
made._x = {x}
made._dx = {by_x}
made._y = {y}
made._dy = {by_y}
made._met = None
made.grad = NO_GRAD
made.index = next(clock)
made.op = {row}
{place}return made
"""

TRACED = """\
if type({x}) is type({y}) is Symbol:
    return of_symbols(z, {row}_row, self, other)
"""


class Inlined(ast.NodeTransformer):
    """A rule on floats: operations become kernels, constants numbers, and `select` Python's conditional expression."""

    def __init__(self, row: Primitive, names: Sequence[str] = "xy") -> None:
        self.operands = dict(zip(row.parameters, names))
        self.kernels = {row.name} if row.kernel is not None and row.symbol != "**" else set()

    def visit_Name(self, name: ast.Name) -> ast.expr:
        return ast.Name(self.operands.get(name.id, name.id))

    def visit_Call(self, call: ast.Call) -> ast.expr:
        name = ast.unparse(call.func)
        args = [self.visit(arg) for arg in call.args]
        if name == "unit":
            return ast.parse(f"1.0 if {ast.unparse(args[0])} == {ast.unparse(args[0])} else nan", mode="eval").body
        if name == "constant":
            return ast.Constant(CONSTANTS[ast.literal_eval(args[0])])
        if name == "select":
            return ast.IfExp(*args)
        if name == "ratio":
            return ast.BinOp(args[0], ast.Div(), args[1])
        if name == "len":
            return ast.Call(call.func, args, [])
        self.kernels.add(name)
        call = ast.Call(ast.Name(f"{name}_kernel"), args, [])
        return ast.IfExp(ast.parse("y == 2.0", mode="eval").body, SQUARE, call) if name == "monomial" else call


def body_of(row: Primitive) -> list[ast.stmt]:
    """The statements of a rule, without its docstring."""
    (function,) = ast.parse(dedent(inspect.getsource(row.declared))).body
    assert isinstance(function, ast.FunctionDef)
    return function.body[1:]


class Rule:
    """The rule of a row: the lines that compute its value z, and the expressions of its local derivatives."""

    def __init__(self, row: Primitive, names: Sequence[str] = "xy") -> None:
        self.row, inlined = row.name, Inlined(row, names)
        *lines, last = [ast.unparse(inlined.visit(line)) for line in body_of(row)]
        result = ast.parse(last.removeprefix("return "), mode="eval").body
        assert isinstance(result, ast.Tuple)
        if row.kernel is None:
            value, result = ast.unparse(result.elts[0]), result.elts[1]
        else:
            value = "x ** y" if row.symbol == "**" else f"{row.name}_kernel({', '.join('xy'[: len(row.parameters)])})"
        assert isinstance(result, ast.Tuple)
        known = [line.removeprefix("z = ") for line in lines if line.startswith("z = ")]
        value = known[0] if known else value
        condition = ONLY_IF.get(row.name)
        self.lines = [line for line in lines if not line.startswith("z = ")]
        self.lines.append(f"z = {value} if {condition} else no_value" if condition else f"z = {value}")
        self.partials = [ast.unparse(p) for p in result.elts]
        self.kernels = inlined.kernels
        self.range = "modest" if condition == MODEST else "" if row.domain else "total"

    def recorded(self, module: InlineModule, by_self: str, other: str, by_other: str, place: str = "") -> str:
        """The lines that compute the value, and make the node if it is a float, and finite where it has to be."""
        place = f"made._place = {place}\n" if place else ""
        made = NODE.format(
            fresh=module.fresh, row=f"{self.row}_row", x="self", by_x=by_self, y=other, by_y=by_other, place=place
        )
        finite = "" if self.range == "modest" or (self.range == "total" and not module.above) else " and isfinite(z)"
        return "\n".join([*self.lines, f"if type(z) is recorded{finite}:", indent(made, "    ")])


def unary(module: InlineModule, method: str, row: Primitive) -> str:
    """The method of an operation on one number."""
    rule = Rule(row)
    return f"""
def {method}(self: Any) -> Any:
    x = self._number
    if type(x) is float:
{indent(rule.recorded(module, rule.partials[0], "None", "None"), "        ")}
    return SLOW["{method}"](self)
"""


def of_two_values(module: InlineModule, row: Primitive) -> str:
    """The branch of an operator for two Values. Their numbers have names if the local derivatives need them."""
    rule, names, read = Rule(row), ("x", "y"), "x, y = self._number, other._number\n"
    if not {"x", "y"} & {
        name.id for p in rule.partials for name in ast.walk(ast.parse(p)) if isinstance(name, ast.Name)
    }:
        names, read = ("self._number", "other._number"), ""
    lines = Rule(row, names).recorded(module, rule.partials[0], "other", rule.partials[1])
    traced = "" if row.name in ONLY_IF else TRACED.format(row=row.name, x=names[0], y=names[1])
    return f"""if {module.is_kind()}:
{indent(f"{read}{lines}{traced}", "        ")}
    el"""


def binary(module: InlineModule, method: str, row: Primitive) -> str:
    """The method of an operator on a Value and a Value or a plain number; for a power, only a plain number."""
    rule, of_values = Rule(row), "" if method == "__pow__" else of_two_values(module, row)
    return f"""
def {method}(self: Any, other: Any) -> Any:
    {of_values}if (kind := type(other)) is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
{indent(rule.recorded(module, rule.partials[0], "y", "x", "1"), "            ")}
    return SLOW["{method}"](self, other)
"""


def reflected(module: InlineModule, method: str, row: Primitive) -> str:
    """The method of an operator whose left operand is a plain number, or a Value of the parent class."""
    rule = Rule(row)
    of_class_above = f"""
    elif kind is {module.above}:
        return {method.replace("__r", "__")}(other, self)"""
    return f"""
def {method}(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
{indent(rule.recorded(module, rule.partials[1], "x", "y", "0"), "        ")}{of_class_above if module.above else ""}
    return SLOW["{method}"](self, other)
"""


def of_sequences(module: InlineModule, name: str, row: Primitive) -> str:
    """The function of an operation on sequences of Values whose rule is one expression."""
    names, read, floats, inputs = [], [], [], []
    for p in row.parameters:
        if p in row.vectors:
            n = f"{p}_numbers"
            read.append(f"{n} = [v._number for v in {p}]")
            floats.append(f"type({n}[0]) is float and type(sum({n})) is float")
            inputs.append(f"*{p}")
        else:
            n = f"{p}_number"
            read.append(f"{n} = {p}._number")
            floats.append(f"type({n}) is float")
            inputs.append(p)
        names.append(n)
    (rule,) = body_of(row)
    partials = ast.unparse(Inlined(row, names).visit(rule)).removeprefix("return ")
    first, *others = row.parameters
    lengths = [f"len({p}) == len({first})" for p in others if p in row.vectors]
    values = f"(not FOLLOWING or NumPyValue not in map(type, [{', '.join(inputs)}]))"
    y = f"({', '.join([f'*{first}[1:]', *inputs[1:]])})" if others else f"tuple({first}[1:])"
    made = NODE.format(
        fresh=module.fresh, row=f"{name}_row", x=f"{first}[0]", by_x="partials[0]", y=y, by_y="partials[1:]", place=""
    )
    least = next(n for n in range(9) if n * len(row.vectors) + len(row.parameters) - len(row.vectors) > 2)
    arguments = ", ".join(row.parameters)
    return f"""
def {name}_of_values({", ".join(f"{p}: Any" for p in row.parameters)}) -> Any:
    try:
{indent(chr(10).join(read), "        ")}
    except AttributeError:  # one of them is a plain number
        return SLOW["{name}"]({arguments})
    if {" and ".join([f"len({first}) >= {least}", *lengths, *floats])} and {values}:
        z = {name}_kernel({", ".join(names)})
        if type(z) is recorded and isfinite(z):
            partials = {partials}
{indent(made, " " * 12)}
    return SLOW["{name}"]({arguments})
"""


def written(module: InlineModule) -> str:
    """The text of a module, as Ruff formats it."""
    methods: dict[str, tuple[Any, Primitive]] = {name: (unary, TABLE[op]) for name, op in UNARY.items()}
    methods |= {name: (of_sequences, TABLE[name]) for name in VECTORS} if not module.above else {}
    for name in BINARY:
        function: Any = OPERATORS[name.strip("_").removeprefix("r")]
        row = TABLE["constant_power"] if name == "__pow__" else function.primitive
        methods[name] = (reflected if name.startswith("__r") else binary, row)
    rows = sorted({row.name for _, row in methods.values()})
    kernels = sorted(
        {k for name, (_, row) in methods.items() for k in ({name} if name in VECTORS else Rule(row).kernels)}
    )
    bound = [f'{name}_row = TABLE["{name}"]' for name in rows]
    bound += [f'{name}_kernel: Any = TABLE["{name}"].kernel' for name in kernels]
    functions = [write(module, name, row) for name, (write, row) in methods.items()]
    names = ", ".join(f'"{name}": {name}{"_of_values" * (name in VECTORS)}' for name in methods)
    head = HEAD.format(kind=module.kind, names=module.names)
    text = "\n".join([head, *bound, *functions, f"METHODS: dict[str, Any] = {{{names}}}", ""])
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(ROOM / module.file), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


if __name__ == "__main__":
    for each in MODULES:
        (ROOM / each.file).write_text(written(each), encoding="utf-8")
