"""The generator of inline.py: the rules of frequent operations, written out in the methods that record them.

Calls of a rule, of its kernels and of `node` cost more than the arithmetic. So the methods that most scalar code is
made of have them in line, for plain floats. `python -m autograd.engine.generating` writes the file, which has to be one
that imports. The few pieces of rules that are written again here (the conditions of ONLY_IF, SQUARE, and what `Inlined`
makes of `unit`, `select` and `ratio`) are held to the rules, to the bit, by tests/engine/test_inline.py.
"""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

from autograd.numbers.kinds import CONSTANTS
from autograd.primitives import TABLE, Primitive
from autograd.primitives.operators import OPERATORS

INLINE = Path(__file__).with_name("inline.py")
INLINED = ("add", "sub", "mul", "truediv")
UNARY = {"__neg__": "negative"} | {
    name: name for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu")
}

# In this range a power of floats neither overflows nor raises. That of a negative base may be complex, not a float.
MODEST = "1.0 <= y <= 8.0 and -1e30 < x < 1e30"

# Where the value can be computed like this: not where a float has none, nor where more than the rule is recorded, see
# `_root_of_squares`. A question about a Symbol would be a branch.
ONLY_IF = {"divide": "type(y) is float and y != 0.0", "constant_power": MODEST, "sqrt": "x != 0.0"}

# What the kernel of a power's slope does first, for the most frequent power.
SQUARE = ast.parse("2.0 * x", mode="eval").body

HEAD = '''"""The methods of Value that most scalar code is made of, with their rules in line for plain floats.

Generated from the table by `python -m autograd.engine.generating`: change the rules, not this file. Whatever is not a
float, fails or overflows, or is not recorded, is left to the method that is replaced; of two traced numbers, the symbol
of the operation is there then, and is not made again.
"""

from __future__ import annotations

from math import isfinite, nan
from types import FunctionType

from autograd.engine.blocks import OPEN
from autograd.engine.recording import of_symbols, recorder
from autograd.engine.value import NO_GRAD, NumPyValue, Value, clock
from autograd.numbers.kinds import FLOATS
from autograd.primitives import TABLE
from autograd.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

new = object.__new__
BASE = None  # so that `kind is BASE` is never true here; Value, in the methods of NumPyValue
SILENT = True  # an infinite sum or product is not reported; False in the methods of NumPyValue
NUMPY: dict[str, Any] = {}  # the methods of what follows NumPy
'''

NODE = """\
made = new(Value)
made._number = z
made._x = self
made._dx = {by_self}
made._y = {other}
made._dy = {by_other}
made._met = None
made.grad = NO_GRAD
made.index = clock()
made.op = {row}
{place}return made
"""

TRACED = """\
if type(x) is type(y) is Symbol:
    return of_symbols(z, {row}_row, self, other)
"""


INSTALL = '''

def install(methods: dict[str, Any]) -> None:
    """Let Values have these methods, INLINE or SLOW."""
    NUMPY.update((name, method if methods is SLOW else _following_numpy(method)) for name, method in methods.items())
    for kind, own in ((Value, methods), (NumPyValue, NUMPY)):
        for name, method in own.items():
            setattr(kind, name, method)
            if name in UNARY:
                TABLE[UNARY[name]].lifted[kind] = method


def _following_numpy(method: Any) -> Any:
    """The method for what follows NumPy. A copy of its code, which the interpreter specialises for its globals."""
    names = {**globals(), "Value": NumPyValue, "BASE": Value, "SILENT": False}
    return FunctionType(method.__code__.replace(), names, method.__name__)


install(INLINE)
'''


class Inlined(ast.NodeTransformer):
    """A rule on floats: operations are kernels, constants are numbers, `select` is Python's own."""

    def __init__(self, row: Primitive) -> None:
        self.operands = dict(zip(row.parameters, "xy"))
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
        self.kernels.add(name)
        call = ast.Call(ast.Name(f"{name}_kernel"), args, [])
        return ast.IfExp(ast.parse("y == 2.0", mode="eval").body, SQUARE, call) if name == "monomial" else call


class Rule:
    """The rule of a row: the lines that compute its value z, and the expressions of its local derivatives."""

    def __init__(self, row: Primitive) -> None:
        inlined = Inlined(row)
        (function,) = ast.parse(dedent(inspect.getsource(row.declared))).body
        assert isinstance(function, ast.FunctionDef)
        *lines, last = [ast.unparse(inlined.visit(line)) for line in function.body[1:]]
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
        self.lines.append(f"z = {value} if {condition} else None" if condition else f"z = {value}")
        self.partials = [ast.unparse(p) for p in result.elts]
        self.kernels = inlined.kernels
        self.range = "modest" if condition == MODEST else "" if row.domain else "total"

    def recorded(self, row: str, by_self: str, other: str, by_other: str, place: str = "") -> str:
        """The lines that compute the value, and make the node if it is a float, and finite where it has to be."""
        place = f"made._place = {place}\n" if place else ""
        made = NODE.format(row=f"{row}_row", by_self=by_self, other=other, by_other=by_other, place=place)
        finite = {"total": "(SILENT or isfinite(z)) and ", "modest": ""}.get(self.range, "isfinite(z) and ")
        return "\n".join([*self.lines, f"if type(z) is float and {finite}not OPEN:", indent(made, "    ")])


def unary(method: str, row: Primitive) -> str:
    """The method of an operation on one number."""
    rule = Rule(row)
    return f"""
def {method}(self: Any) -> Any:
    x = self._number
    if type(x) is float:
{indent(rule.recorded(row.name, rule.partials[0], "None", "None"), "        ")}
    return SLOW["{method}"](self)
"""


def binary(method: str, row: Primitive) -> str:
    """The method of an operator on a Value and a Value or a plain number; of a power, on a plain number alone."""
    rule = Rule(row)
    of_values = (
        ""
        if method == "__pow__"
        else f"""if kind is Value or kind is BASE:
        x, y = self._number, other._number
{indent(rule.recorded(row.name, rule.partials[0], "other", rule.partials[1]), "        ")}
{indent(TRACED.format(row=row.name), "        ") if row.name not in ONLY_IF else ""}
    el"""
    )
    return f"""
def {method}(self: Any, other: Any) -> Any:
    kind = type(other)
    {of_values}if kind is float or kind is int or kind in FLOATS:
        x = self._number
        if type(x) is float:
            y = other if kind is float else float(other)
{indent(rule.recorded(row.name, rule.partials[0], "y", "x", "1"), "            ")}
    return SLOW["{method}"](self, other)
"""


def reflected(method: str, row: Primitive) -> str:
    """The method of an operator whose left operand is a plain number."""
    rule = Rule(row)
    return f"""
def {method}(self: Any, other: Any) -> Any:
    y, kind = self._number, type(other)
    if type(y) is float and (kind is float or kind is int):
        x = other if kind is float else float(other)
{indent(rule.recorded(row.name, rule.partials[1], "x", "y", "0"), "        ")}
    elif kind is BASE:
        return NUMPY["{method.replace("__r", "__")}"](other, self)
    return SLOW["{method}"](self, other)
"""


def written() -> str:
    """The text of inline.py, as Ruff formats it."""
    rows_of = {name: OPERATORS[name].primitive for name in INLINED}  # type: ignore[attr-defined]  # rows' functions
    methods = {f"__{name}__": (binary, row) for name, row in rows_of.items()}
    methods |= {"__pow__": (binary, TABLE["constant_power"])}
    methods |= {f"__r{name}__": (reflected, row) for name, row in rows_of.items()}
    methods |= {name: (unary, TABLE[op]) for name, op in UNARY.items()}
    rows = sorted({row.name for _, row in methods.values()})
    kernels = sorted({name for _, row in methods.values() for name in Rule(row).kernels})
    bound = [f'{name}_row = TABLE["{name}"]' for name in rows]
    bound += [f'{name}_kernel: Any = TABLE["{name}"].kernel' for name in kernels]
    operators = [name for name, (method, _) in methods.items() if method is not unary]
    bound += [f"UNARY = {UNARY}"]
    bound += [f"SLOW: dict[str, Any] = {{name: getattr(Value, name) for name in {operators}}}"]
    bound += ["SLOW |= {name: recorder(TABLE[op]) for name, op in UNARY.items()}"]
    names = ", ".join(f'"{name}": {name}' for name in methods)
    ends = [f"INLINE: dict[str, Any] = {{{names}}}", INSTALL]
    text = "\n".join([HEAD, *bound, *(method(name, row) for name, (method, row) in methods.items()), *ends, ""])
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(INLINE), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, encoding="utf-8", check=True).stdout


if __name__ == "__main__":
    INLINE.write_text(written(), encoding="utf-8")
