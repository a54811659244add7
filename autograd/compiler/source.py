"""A program as Python source, and back: one line an operation, and beside the backward pass the chain rule."""

from __future__ import annotations

import ast
import math
from typing import Any

from autograd.compiler.building import Builder
from autograd.compiler.program import CONSTANT, DETACH, Argument, Keyed, Operation, Program
from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS

SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "mod": "%",
    "power": "**", "constant_power": "**", **{sign: sign for sign in COMPARISONS},
}  # fmt: skip

FORWARD = "    # forward pass"
BACKWARD = "    # backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v"


def written(program: Program) -> str:
    """The source of a function that does what the program does, with autograd's functions in scope."""
    names = list(program.names)
    for i, operation in enumerate(program.operations):
        if operation.op == CONSTANT:
            names[i] = _literal(operation.value)
    count = program.count
    lines = [f"def {program.name}({', '.join(argument.name for argument in program.arguments)}):"]
    for argument in program.arguments:
        lines += _unpacking(argument, names)
    has_backward = program.forward < len(program.operations)
    lines += [FORWARD] if has_backward else []
    for i in range(count, len(program.operations)):
        if has_backward and i == program.forward:
            lines.append(BACKWARD)
        operation = program.operations[i]
        if operation.op != CONSTANT:
            note = _note(operation, i, names) if i >= program.forward else ""
            lines.append(f"    {names[i]} = {_call(operation, names)}{note}")
    if program.forward == len(program.operations) or not has_backward:
        lines = [line for line in lines if line != BACKWARD]
    return "\n".join([*lines, f"    return {_structure(program.outputs, names, bare=True)}", ""])


def _literal(x: Any) -> str:
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if x != x else "inf" if x > 0 else "-inf"
    return repr(x)


def _call(operation: Operation, names: list[str]) -> str:
    operands = [names[i] for i in operation.operands]
    if operation.op in SIGNS:
        left, right = (f"({x})" if x.startswith("-") else x for x in operands)
        return f"{left} {SIGNS[operation.op]} {right}"
    if operation.op == "negative":
        return f"-{operands[0]}"
    if operation.op == DETACH:
        return f"detach({operands[0]})"
    groups = ROWS[operation.op].structured(tuple(operands))
    texts = [f"[{', '.join(x)}]" if isinstance(x, tuple) else x for x in groups]
    return f"{operation.op}({', '.join(texts)})"


def _note(operation: Operation, i: int, names: list[str]) -> str:
    """The chain rule, where a line multiplies an adjoint and a local derivative, or adds up."""
    name = names[i]
    if not name.startswith("d") or operation.op not in ("multiply", "add", "subtract"):
        return ""
    target = name[1:].partition("_")[0] if name[1:] not in names else name[1:]
    if operation.op != "multiply":
        return f"  # ∂C/∂{target}, summed over what {target} leads to" if target == name[1:] else ""
    adjoint, partial = (names[j] for j in operation.operands)
    if not adjoint.startswith("d"):
        adjoint, partial = partial, adjoint
    if adjoint.startswith("d") and adjoint[1:] in names:
        source = adjoint[1:]
        return f"  # ∂C/∂{source} · ∂{source}/∂{target}"
    (above, below), inner = _slope(adjoint), _slope(partial)
    if not below:
        return ""
    return (
        f"  # ∂{above}/∂{below} · ∂{inner[0]}/∂{inner[1]}"
        if inner[1]
        else f"  # ∂{above}/∂{below} · ∂{below}/∂{target}"
    )


def _slope(name: str) -> tuple[str, str]:
    """z and v of the name dz_dv; two empty texts where it is none."""
    above, _, below = name[1:].partition("_d")
    return (above, below) if name.startswith("d") and below else ("", "")


def _unpacking(argument: Argument, names: list[str]) -> list[str]:
    """The lines that take an argument apart."""
    if isinstance(argument.tree, int):
        return [] if names[argument.tree] == argument.name else [f"    {names[argument.tree]} = {argument.name}"]
    return _unpacked(argument.tree, argument.name, names)


def _unpacked(tree: Any, text: str, names: list[str]) -> list[str]:
    if isinstance(tree, Keyed):
        lines: list[str] = []
        for key, part in zip(tree.keys, tree.items):
            place = f"{text}[{key!r}]"
            lines += [f"    {names[part]} = {place}"] if isinstance(part, int) else _unpacked(part, place, names)
        return lines
    if any(isinstance(part, Keyed) for part in tree):
        lines = []
        for i, part in enumerate(tree):
            lines += (
                [f"    {names[part]} = {text}[{i}]"]
                if isinstance(part, int)
                else _unpacked(part, f"{text}[{i}]", names)
            )
        return lines
    return [f"    {_structure(tree, names, bare=True)} = {text}"] if tree else []


def _structure(tree: Any, names: list[str], bare: bool = False) -> str:
    if isinstance(tree, int):
        return names[tree]
    if isinstance(tree, Keyed):
        return "{" + ", ".join(f"{k!r}: {_structure(x, names)}" for k, x in zip(tree.keys, tree.items)) + "}"
    items = ", ".join(_structure(part, names) for part in tree) + ("," if len(tree) == 1 else "")
    return items if bare and tree else f"({items})"


# --- and back -----------------------------------------------------------------------------------


def parsed(source: str) -> Program:
    """The program that `source` writes: what `Program.source` gives comes back as an equal program.

    SyntaxError names what is no line of a program.

    >>> program = parsed("def f(x):\\n    v1 = sin(x)\\n    return v1\\n")
    >>> program(0.0), parsed(program.source()) == program
    (0.0, True)
    """
    return Reader(source).program


class Reader:
    """Source, statement by statement."""

    def __init__(self, source: str) -> None:
        (function,) = ast.parse(source).body
        if not isinstance(function, ast.FunctionDef):
            raise SyntaxError("a program is one function")
        self.builder = Builder()
        self.numbers: dict[str, int] = {}
        self.trees: dict[str, Any] = {argument.arg: None for argument in function.args.args}
        body = list(function.body)
        while body and self._unpacks(body[0]):
            del body[0]
        for name, tree in self.trees.items():
            if tree is None:
                self.trees[name] = self._input(name)
        marked = BACKWARD.strip() in source
        before = source[: source.index(BACKWARD.strip())].count("\n") if marked else None
        forward = None
        for statement in body:
            if before is not None and forward is None and statement.lineno > before:
                forward = len(self.builder.operations)
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                self.numbers[name] = self._value(statement.value, name)
            elif isinstance(statement, ast.Return) and statement.value is not None:
                outputs = self._tree(statement.value)
            else:
                raise SyntaxError(f"not a line of a program: {ast.unparse(statement)}")
        arguments = [Argument(name, tree) for name, tree in self.trees.items()]
        self.program = self.builder.program(function.name, arguments, outputs, forward)

    def _input(self, name: str) -> int:
        self.numbers[name] = self.builder.input(name)
        return self.numbers[name]

    # --- arguments

    def _unpacks(self, statement: ast.stmt) -> bool:
        """Whether a statement takes an argument apart; if so, remember how."""
        if not isinstance(statement, ast.Assign):
            return False
        keys: list[Any] = []
        value = statement.value
        while isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
            keys.insert(0, value.slice.value)
            value = value.value
        if not isinstance(value, ast.Name) or value.id not in self.trees or value.id in self.numbers:
            return False
        self.trees[value.id] = _grafted(self.trees[value.id], keys, self._target(statement.targets[0]))
        return True

    def _target(self, target: ast.expr) -> Any:
        if isinstance(target, ast.Name):
            return self._input(target.id)
        if isinstance(target, ast.Tuple):
            return tuple(map(self._target, target.elts))
        raise SyntaxError(f"not a way to take an argument apart: {ast.unparse(target)}")

    # --- expressions

    def _value(self, node: ast.expr, name: str = "") -> int:
        emit, builder = self.builder.emit, self.builder
        if isinstance(node, ast.Name):
            if node.id in ("inf", "nan"):
                return builder.constant(float(node.id))
            if node.id not in self.numbers:
                raise SyntaxError(f"{node.id} is not known")
            return self.numbers[node.id]
        if isinstance(node, ast.Constant):
            return builder.constant(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, (int, float)):
                return builder.constant(-node.operand.value)
            if isinstance(node.operand, ast.Name) and node.operand.id == "inf":
                return builder.constant(-math.inf)
            return emit("negative", (self._value(node.operand),), name)
        if isinstance(node, ast.BinOp):
            left, right = self._value(node.left), self._value(node.right)
            op = OPS[type(node.op)]
            if op == "power" and builder.operations[right].op == CONSTANT:
                op = "constant_power"
            return emit(op, (left, right), name)
        if isinstance(node, ast.Compare):
            return emit(OPS[type(node.ops[0])], (self._value(node.left), self._value(node.comparators[0])), name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (DETACH, *ROWS):
            flat = [v for x in node.args for v in (x.elts if isinstance(x, ast.List) else [x])]
            return emit(node.func.id, tuple(map(self._value, flat)), name)
        raise SyntaxError(f"not an operation of a program: {ast.unparse(node)}")

    def _tree(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(map(self._tree, node.elts))
        if isinstance(node, ast.Dict):
            keys = tuple(key.value for key in node.keys if isinstance(key, ast.Constant))
            return Keyed(keys, tuple(map(self._tree, node.values)))
        return self._value(node)


OPS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.FloorDiv: "floor_divide",
    ast.Mod: "mod", ast.Pow: "power", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip


def _grafted(tree: Any, keys: list[Any], part: Any) -> Any:
    """A tree with a part put where the keys lead."""
    if not keys:
        return part
    key, *rest = keys
    if isinstance(key, int) and not isinstance(tree, Keyed):
        items = list(tree or ())
        items += [None] * (key + 1 - len(items))
        items[key] = _grafted(items[key], rest, part)
        return tuple(items)
    old = dict(zip(tree.keys, tree.items)) if tree is not None else {}
    old[key] = _grafted(old.get(key), rest, part)
    return Keyed(tuple(old), tuple(old.values()))
