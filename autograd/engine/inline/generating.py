"""The generator of values.py and numpy_values.py: frequent operations, with their rules in the methods that record.

Calls of a rule, of its kernels and of `node` cost more than the arithmetic. So the methods that most scalar code is
made of have them in line, for plain floats. `python -m autograd.engine.inline.generating` writes the files, which have
to be ones that import. The few pieces of rules that are written again here (the conditions of ONLY_IF, SQUARE, and what
`Inlined` makes of `unit`, `select` and `ratio`) are held to the rules, to the bit, by tests/engine/test_inline.py.
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

# In this range a power of floats neither overflows nor raises. That of a negative base may be complex, not a float.
MODEST = "(1.0 <= y <= 10.0 or (-10.0 <= y < 1.0 and (x > 1e-30 or x < -1e-30))) and -1e30 < x < 1e30"

# Where the value can be computed like this: not where a float has none, nor where more than the rule is recorded, see
# `_root_of_squares`. A question about a Symbol would be a branch.
ONLY_IF = {"divide": "type(y) is float and y != 0.0", "constant_power": MODEST, "sqrt": "x != 0.0"}

# What the kernel of a power's slope does first, for the most frequent power.
SQUARE = ast.parse("2.0 * x", mode="eval").body

HEAD = '''"""{title}

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
    """One of the two files: the methods of a class of Values, and how they differ from those of the other class."""

    file: str
    title: str
    names: str  # of engine/value.py
    made: str  # a new Value of the class
    is_kind: str  # whether the other operand is a Value that it takes
    silent: bool  # an infinite sum or product is not reported
    above: str  # in reflected methods: the class above, whose operand on the left does not report it


MODULES = (
    InlineModule(
        file="values.py",
        title="The methods of Value with their rules in line.",
        names="FOLLOWING, NO_GRAD, NumPyValue, Value, clock, fresh",
        made="next(fresh)",
        is_kind="type(other) is Value",
        silent=True,
        above="",
    ),
    InlineModule(
        file="numpy_values.py",
        title="The methods of NumPyValue with their rules in line.",
        names="NO_GRAD, NumPyValue, Value, clock, fresh_of_numpy",
        made="next(fresh_of_numpy)",
        is_kind="type(other) is NumPyValue or type(other) is Value",
        silent=False,
        above="Value",
    ),
)

NODE = """\
made = {made}
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
    """A rule on floats: operations are kernels, constants are numbers, `select` is Python's own."""

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
            made=module.made, row=f"{self.row}_row", x="self", by_x=by_self, y=other, by_y=by_other, place=place
        )
        finite = "" if self.range == "modest" or (self.range == "total" and module.silent) else " and isfinite(z)"
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
    return f"""if {module.is_kind}:
{indent(f"{read}{lines}{traced}", "        ")}
    el"""


def binary(module: InlineModule, method: str, row: Primitive) -> str:
    """The method of an operator on a Value and a Value or a plain number; of a power, on a plain number alone."""
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
    """The method of an operator whose left operand is a plain number, or a Value of the class above."""
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
    names = [f"{p}_numbers" if p in row.vectors else p + "_number" for p in row.parameters]
    (rule,) = body_of(row)
    partials = ast.unparse(Inlined(row, names).visit(rule)).removeprefix("return ")
    numbers = [
        f"{n} = [v._number for v in {p}]" if p in row.vectors else f"{n} = {p}._number"
        for p, n in zip(row.parameters, names)
    ]
    floats = [
        f"type({n}[0]) is float and type(sum({n})) is float" if p in row.vectors else f"type({n}) is float"
        for p, n in zip(row.parameters, names)
    ]
    first, *others = row.parameters
    lengths = [f"len({p}) == len({first})" for p in others if p in row.vectors]
    inputs = ", ".join([f"*{p}" if p in row.vectors else p for p in row.parameters])
    values = f"(not FOLLOWING or NumPyValue not in map(type, [{inputs}]))"
    rest = [f"*{first}[1:]", *[f"*{p}" if p in row.vectors else p for p in others]]
    inputs_but_one = f"({', '.join(rest)})" if others else f"tuple({first}[1:])"
    made = NODE.format(
        made=module.made,
        row=f"{name}_row",
        x=f"{first}[0]",
        by_x="partials[0]",
        y=inputs_but_one,
        by_y="partials[1:]",
        place="",
    )
    least = next(n for n in range(9) if n * len(row.vectors) + len(row.parameters) - len(row.vectors) > 2)
    return f"""
def {name}_of_values({", ".join(f"{p}: Any" for p in row.parameters)}) -> Any:
    try:
{indent(chr(10).join(numbers), "        ")}
    except AttributeError:  # one of them is a plain number
        return SLOW["{name}"]({", ".join(row.parameters)})
    if {" and ".join([f"len({first}) >= {least}", *lengths, *floats])} and {values}:
        z = {name}_kernel({", ".join(names)})
        if type(z) is recorded and isfinite(z):
            partials = {partials}
{indent(made, " " * 12)}
    return SLOW["{name}"]({", ".join(row.parameters)})
"""


def written(module: InlineModule) -> str:
    """The text of a module, as Ruff formats it."""
    methods: dict[str, tuple[Any, Primitive]] = {name: (unary, TABLE[op]) for name, op in UNARY.items()}
    methods |= {name: (of_sequences, TABLE[name]) for name in VECTORS} if module.silent else {}
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
    head = HEAD.format(title=module.title, names=module.names)
    text = "\n".join([head, *bound, *functions, f"METHODS: dict[str, Any] = {{{names}}}", ""])
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(ROOM / module.file), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


if __name__ == "__main__":
    for each in MODULES:
        (ROOM / each.file).write_text(written(each), encoding="utf-8")
