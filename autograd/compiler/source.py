"""A program as Python source, and back: one operation a line, with the chain rule beside the backward pass."""

from __future__ import annotations

import ast
import math
from collections import Counter
from typing import Any

from autograd.compiler.building import ProgramBuilder
from autograd.compiler.naming import told_apart
from autograd.compiler.program import CONSTANT, DETACH, Argument, Keyed, Meaning, Operation, Program
from autograd.engine.names import placed
from autograd.engine.paths import indirect
from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS

SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "mod": "%",
    "power": "**", "constant_power": "**", **{sign: sign for sign in COMPARISONS},
}  # fmt: skip

FORWARD = "    # forward pass"
BACKWARD = "    # backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v"


def source_of(program: Program) -> str:
    """The source of a function that does what the program does, with autograd's functions in scope."""
    names = list(program.names)
    for i, operation in enumerate(program.operations):
        if operation.op == CONSTANT:
            names[i] = _literal(operation.value)
    count, notes = program.count, Notes(program, names)
    lines = [f"def {program.name}({', '.join(argument.name for argument in program.arguments)}):"]
    unpacking = Unpacking(program, names)
    for argument in program.arguments:
        lines += unpacking.lines(argument.tree, argument.name)
    has_backward = program.forward < len(program.operations)
    lines += [FORWARD] if has_backward else []
    for i in range(count, len(program.operations)):
        if has_backward and i == program.forward:
            lines.append(BACKWARD)
        operation = program.operations[i]
        if operation.op != CONSTANT:
            lines.append(f"    {names[i]} = {_call(operation, names)}{notes[i] if i >= program.forward else ''}")
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


class Notes:
    """The chain rule in words, beside lines that multiply an adjoint by a local derivative, or add up."""

    SHOWN = 2  # meanings of a value, which may have many

    def __init__(self, program: Program, names: list[str]) -> None:
        self.program, self.names = program, names
        targets = {m.target for found in program.meanings.values() for m in found if m.target is not None}
        operands = {i: program.operations[i].operands for i in targets}
        inputs = [operation.operands for operation in program.operations]
        self.ambiguous = indirect(range(len(inputs)), inputs.__getitem__, operands)
        for target, found in self.ambiguous.items():
            found.update(source for source, count in Counter(operands[target]).items() if count > 1)
        outputs = [m.output for found in program.meanings.values() for m in found if m.output is not None]
        self.cost = min(outputs, default=None) if "C" not in names else None

    def __getitem__(self, i: int) -> str:
        found = self.program.meanings.get(i, ())
        products = [m for m in found if m.output is not None and m.target is not None]
        sums = [m for m in found if m.target is None]
        local = [m for m in found if m.output is None and self._operand(m) != self.names[m.source]]
        words = [self._words(m) for m in (sums or products or local)[: self.SHOWN]]
        return f"  # {' = '.join(words)}" if words else ""

    def _words(self, m: Meaning) -> str:
        if m.target is None:
            source = self.names[m.source]
            return f"∂{self._output(m)}/∂{source}, summed over what {source} leads to"
        target = self.names[m.target]
        partial = f"∂{target}/∂{self._operand(m)}"
        return partial if m.output is None else f"∂{self._output(m)}/∂{target} · {partial}"

    def _output(self, m: Meaning) -> str:
        assert m.output is not None
        return "C" if m.output == self.cost else self.names[m.output]

    def _operand(self, m: Meaning) -> str:
        """The name of an operand, with its position where ∂z/∂x would be ambiguous."""
        assert m.target is not None
        name = self.names[m.source]
        return placed(name, m.place) if m.source in self.ambiguous[m.target] else name


class Unpacking:
    """The lines that unpack arguments; a dict inside a sequence gets a name of its own."""

    def __init__(self, program: Program, names: list[str]) -> None:
        self.names = names
        self.taken = {program.name, *names, *(argument.name for argument in program.arguments)}

    def lines(self, tree: Any, source: str) -> list[str]:
        """The lines that name every number of a tree, where `source` is the whole."""
        if isinstance(tree, Keyed):
            parts = zip(tree.keys, tree.items)
            return [line for key, part in parts for line in self.lines(part, f"{source}[{key!r}]")]
        dicts: list[tuple[Keyed, str]] = []
        target = self._target(tree, source, dicts).removeprefix("(").removesuffix(")") or "()"
        first = [] if target == source else [f"    {target} = {source}"]
        return first + [line for part, name in dicts for line in self.lines(part, name)]

    def _target(self, tree: Any, source: str, dicts: list[tuple[Keyed, str]]) -> str:
        if isinstance(tree, int):
            return self.names[tree]
        if isinstance(tree, Keyed):
            (name,) = told_apart([source], self.taken)
            self.taken.add(name)
            dicts.append((tree, name))
            return name
        parts = [self._target(part, f"{source}_{i}", dicts) for i, part in enumerate(tree)]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _structure(tree: Any, names: list[str], bare: bool = False) -> str:
    if isinstance(tree, int):
        return names[tree]
    if isinstance(tree, Keyed):
        return "{" + ", ".join(f"{k!r}: {_structure(x, names)}" for k, x in zip(tree.keys, tree.items)) + "}"
    items = ", ".join(_structure(part, names) for part in tree) + ("," if len(tree) == 1 else "")
    return items if bare and tree else f"({items})"


# --- parsing ------------------------------------------------------------------------------------


def parsed(source: str) -> Program:
    """The program that `source` describes; the source of a program gives an equal program.

    SyntaxError names what does not belong in a program.

    >>> program = parsed("def f(x):\\n    v1 = sin(x)\\n    return v1\\n")
    >>> program(0.0), parsed(program.source()) == program
    (0.0, True)
    """
    return SourceReader(source).program


class SourceReader:
    """Reads source, statement by statement."""

    def __init__(self, source: str) -> None:
        (function,) = ast.parse(source).body
        if not isinstance(function, ast.FunctionDef):
            raise SyntaxError("a program is one function")
        self.builder = ProgramBuilder()
        self.numbers: dict[str, int] = {}
        self.trees: dict[str, Any] = {argument.arg: None for argument in function.args.args}
        body = list(function.body)
        self.sources = {_source(node.value)[0] for node in body if isinstance(node, ast.Assign)}
        self.dicts: dict[str, tuple[str, list[Any]]] = {name: (name, []) for name in self.trees}
        while body and self._unpacks(body[0]):
            del body[0]
        for name, tree in self.trees.items():
            self.trees[name] = self._entered(name if tree is None else tree)
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

    def _entered(self, tree: Any) -> Any:
        """A tree of names as a tree of inputs, numbered in order."""
        if isinstance(tree, str):
            self.numbers[tree] = self.builder.input(tree)
            return self.numbers[tree]
        if isinstance(tree, Keyed):
            return Keyed(tree.keys, tuple(map(self._entered, tree.items)))
        return tuple(map(self._entered, tree))

    # --- arguments

    def _unpacks(self, statement: ast.stmt) -> bool:
        """Whether a statement unpacks an argument; if so, record how."""
        if not isinstance(statement, ast.Assign):
            return False
        source, keys = _source(statement.value)
        if source not in self.dicts:
            return False
        argument, path = self.dicts[source]
        path = [*path, *(("key", key) for key in keys)]
        self.trees[argument] = _grafted(self.trees[argument], path, self._target(statement.targets[0], argument, path))
        return True

    def _target(self, target: ast.expr, argument: str, path: list[Any]) -> Any:
        if isinstance(target, ast.Tuple):
            return tuple(self._target(x, argument, [*path, ("place", i)]) for i, x in enumerate(target.elts))
        if not isinstance(target, ast.Name):
            raise SyntaxError(f"this does not unpack an argument: {ast.unparse(target)}")
        if target.id not in self.sources:
            return target.id
        self.dicts[target.id] = argument, path  # a dict, which later lines unpack
        return None

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
            keys = tuple(ast.literal_eval(key) for key in node.keys if key is not None)
            return Keyed(keys, tuple(map(self._tree, node.values)))
        return self._value(node)


OPS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.FloorDiv: "floor_divide",
    ast.Mod: "mod", ast.Pow: "power", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip


def _source(value: ast.expr) -> tuple[str, list[Any]]:
    """What a line unpacks: p and the keys a and b of p['a']['b']; an empty name if it does something else."""
    keys: list[Any] = []
    while isinstance(value, ast.Subscript):
        keys.insert(0, ast.literal_eval(value.slice))
        value = value.value
    return (value.id, keys) if isinstance(value, ast.Name) else ("", [])


def _grafted(tree: Any, path: list[Any], part: Any) -> Any:
    """A tree with a part inserted at a path of dict keys and positions in sequences."""
    if not path:
        return part
    (kind, step), *rest = path
    if kind == "place":
        return tuple(_grafted(x, rest, part) if i == step else x for i, x in enumerate(tree))
    old = dict(zip(tree.keys, tree.items)) if tree is not None else {}
    old[step] = _grafted(old.get(step), rest, part)
    return Keyed(tuple(old), tuple(old.values()))
